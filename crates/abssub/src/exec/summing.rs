//! The sum as a reduction: a state for each result, finished into the target's type.

use super::reduction::{Places, Reduction};
use crate::Error;
use crate::array::{DType, Target};
use crate::kernel::{Block, Fold, FoldInto, Level};
use crate::reduce::{Initial, Specials, State, Stored, Ticks, TooLarge, finish};
use half::f16;
use std::ops::Range;

/// Sums from a number on, stored in a target.
pub(super) struct Summing<'m> {
    pub(super) initial: Initial,
    pub(super) target: Target<'m>,
    /// Whether to store, or only to find out whether every result could be stored.
    pub(super) store: bool,
}

impl<E: Fold> Reduction<E> for Summing<'_> {
    type Tile = Vec<E::State>;

    fn state_bytes(&self) -> usize {
        size_of::<E::State>()
    }

    fn tile(&self, len: usize) -> Vec<E::State> {
        vec![E::State::default(); len]
    }

    fn reset(&self, tile: &mut Vec<E::State>) {
        tile.iter_mut().for_each(State::reset);
    }

    #[inline]
    fn fold(
        &self,
        level: Level,
        block: Block<'_, E>,
        into: FoldInto,
        places: Range<usize>,
        tile: &mut Vec<E::State>,
    ) {
        block.fold(level, into, &mut tile[places]);
    }

    fn merge(&self, whole: &mut Vec<E::State>, part: &Vec<E::State>) {
        whole.iter_mut().zip(part).for_each(|(whole, part)| whole.merge(part));
    }

    fn store(&self, tile: &Vec<E::State>, places: Places) -> Result<Specials, Error> {
        macro_rules! with {
            ($($dtype:ident => $stored:ty),* $(,)?) => {
                match self.target.dtype() {
                    $(DType::$dtype => self.store_as::<E::State, $stored>(&tile[..places.len], places),)*
                    target => Err(Error::Target { target }),
                }
            };
        }
        with! {
            U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16, I32 => i32, I64 => i64,
            F16 => f16, F32 => f32, F64 => f64, Time => Ticks,
        }
    }
}

impl Summing<'_> {
    fn store_as<S: State, T: Stored>(&self, states: &[S], places: Places) -> Result<Specials, Error> {
        let strip = self.target.strip::<T>(places.first, places.step, places.len);
        let mut met = Specials::default();
        for (i, state) in states.iter().enumerate() {
            let (value, specials) = finish::<T>(state.total(), self.initial)
                .map_err(|TooLarge { bits }| Error::Overflow { bits, target: self.target.dtype() })?;
            met = met.or(specials);
            if self.store {
                strip.put(i, value);
            }
        }
        Ok(met)
    }
}
