//! Statistics as a reduction: states are folded and merged alike, whether they are finished or kept.

use super::super::measured::Measured;
use super::super::reduction::{Piece, Reduction, ResultRun};
use super::finish::{self, Output};
use super::tile::{Tile, Wanted};
use crate::Error;
use crate::kernel::Level;
use crate::plan::Inner;
use crate::reduce::Specials;
use std::sync::{Mutex, PoisonError};

/// What becomes of a tile that all its elements have been folded into.
pub(super) trait Sink<E: Measured>: Sync {
    /// Takes the first `run.len` results of a tile.
    fn take(&self, wanted: &Wanted<E>, tile: &Tile<E>, run: ResultRun) -> Result<Specials, Error>;
}

/// Results are finished and stored.
pub(super) struct Finished<'o, 'm>(pub(super) &'o [Output<'m>]);

impl<E: Measured> Sink<E> for Finished<'_, '_> {
    fn take(&self, wanted: &Wanted<E>, tile: &Tile<E>, run: ResultRun) -> Result<Specials, Error> {
        let store = |output| finish::store(output, wanted, tile, run);
        self.0.iter().try_fold(Specials::default(), |met, output| Ok(met.or(store(output)?)))
    }
}

/// States are merged into others that stay.
pub(super) struct Kept<'t, E: Measured>(pub(super) Mutex<&'t mut Tile<E>>);

impl<E: Measured> Sink<E> for Kept<'_, E> {
    fn take(&self, _: &Wanted<E>, tile: &Tile<E>, run: ResultRun) -> Result<Specials, Error> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if run.step == 1 {
            let first = run.first as usize;
            kept.merge(first..first + run.len, tile, 0..run.len);
        } else {
            for i in 0..run.len {
                let place = (run.first + run.step * i as isize) as usize;
                kept.merge(place..place + 1, tile, i..i + 1);
            }
        }
        Ok(Specials::default())
    }
}

/// The reduction.
pub(super) struct Measuring<'w, E: Measured, S> {
    pub(super) wanted: &'w Wanted<E>,
    pub(super) sink: S,
}

impl<E: Measured, S: Sink<E>> Reduction<E> for Measuring<'_, E, S> {
    type Tile = Tile<E>;

    fn state_bytes(&self) -> usize {
        self.wanted.state_bytes()
    }

    fn most_elements(&self, inner: Inner) -> usize {
        self.wanted.most_elements(inner)
    }

    fn chooses(&self, inner: Inner) -> bool {
        self.wanted.chooses(inner)
    }

    fn tile(&self, len: usize) -> Tile<E> {
        self.wanted.tile(len)
    }

    fn reset(&self, tile: &mut Tile<E>, _: ResultRun) {
        tile.reset();
    }

    fn fold(&self, level: Level, piece: Piece<'_, E>, tile: &mut Tile<E>) {
        tile.fold(self.wanted, level, piece);
    }

    fn merge(&self, whole: &mut Tile<E>, part: &Tile<E>) {
        let all = 0..whole.number.len();
        whole.merge(all.clone(), part, all);
    }

    fn store(&self, tile: &Tile<E>, run: ResultRun) -> Result<Specials, Error> {
        self.sink.take(self.wanted, tile, run)
    }
}
