//! The sum as a reduction: a state for each result.

use super::reduction::Reduction;
use crate::Error;
use crate::kernel::{Block, Fold, FoldInto, Level};
use crate::reduce::{Landing, Specials, State};
use std::ops::Range;

/// Sums that start from a number.
pub(super) struct Summing<S: State> {
    pub(super) start: S::Start,
}

impl<E: Fold> Reduction<E> for Summing<E::State> {
    type Tile = Vec<E::State>;

    fn state_bytes(&self) -> usize {
        E::State::MOST_BYTES
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

    fn store(&self, tile: &Vec<E::State>, landing: &Landing<'_>) -> Result<Specials, Error> {
        State::store(tile, self.start, landing)
    }
}
