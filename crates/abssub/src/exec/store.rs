//! Finishing: a tile's states become values of the result's type, and are stored.

use super::job::{Job, Shared};
use crate::Error;
use crate::array::DType;
use crate::plan::{OUT, Odometer, Tile};
use crate::reduce::{Specials, State, Stored, Ticks, TooLarge, finish};
use half::f16;

/// Finishes the states of a tile and stores what they come to.
pub(super) fn store<S: State>(job: &Job<'_, '_>, shared: &Shared<'_, S>, tile: Tile, states: &[S]) {
    macro_rules! with {
        ($($dtype:ident => $stored:ty),* $(,)?) => {
            match job.target.dtype() {
                $(DType::$dtype => store_as::<S, $stored>(job, shared, tile, states),)*
                target => shared.fail(Error::Target { target }),
            }
        };
    }
    with! {
        U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16, I32 => i32, I64 => i64,
        F16 => f16, F32 => f32, F64 => f64, Time => Ticks,
    }
}

fn store_as<S: State, T: Stored>(job: &Job<'_, '_>, shared: &Shared<'_, S>, tile: Tile, states: &[S]) {
    let plan = &shared.cut.parts[0];
    let step = plan.tiled().map_or(0, |axis| axis.step[OUT]);
    let first = Odometer::new(&plan.kept, plan.start, tile.outer).at[OUT] + step * tile.from as isize;
    let places = job.target.strip::<T>(first, step, states.len());
    let mut met = Specials::default();
    for (i, state) in states.iter().enumerate() {
        match finish::<T>(state.total(), job.initial) {
            Err(TooLarge { bits }) => {
                return shared.fail(Error::Overflow { bits, target: job.target.dtype() });
            }
            Ok((value, specials)) => {
                met = met.or(specials);
                if job.store {
                    places.put(i, value);
                }
            }
        }
    }
    shared.note(met);
}
