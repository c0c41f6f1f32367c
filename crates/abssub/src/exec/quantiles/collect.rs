//! Few values for each result: they are all kept, and sorted at the end.

use super::super::keys::Keys;
use super::super::measured::Measured;
use super::super::reduction::{Piece, Reduction, ResultRun};
use super::order::of_sorted;
use super::request::Landed;
use crate::Error;
use crate::kernel::{FoldInto, Level};
use crate::plan::Inner;
use crate::reduce::Specials;

/// Values that are kept for each result.
pub(super) struct Collecting<'q, 'm> {
    pub(super) depth: usize,
    pub(super) landed: &'q Landed<'q, 'm>,
}

/// The values of some results.
pub(super) struct Collected<K> {
    /// Room for `depth` values of the first result, then of the second, and so on.
    values: Vec<K>,
    /// How many of them there are.
    taken: Vec<usize>,
    keys: Keys<K>,
}

impl<E: Measured> Reduction<E> for Collecting<'_, '_> {
    type Tile = Collected<E::Key>;

    fn state_bytes(&self) -> usize {
        self.depth * size_of::<E::Key>() + size_of::<usize>()
    }

    fn most_elements(&self, _: Inner) -> usize {
        Keys::<E::Key>::MOST
    }

    fn tile(&self, len: usize) -> Collected<E::Key> {
        let values = vec![E::Key::default(); len * self.depth];
        Collected { values, taken: vec![0; len], keys: Keys::default() }
    }

    fn reset(&self, tile: &mut Collected<E::Key>, _: ResultRun) {
        tile.taken.fill(0);
    }

    fn fold(&self, level: Level, piece: Piece<'_, E>, tile: &mut Collected<E::Key>) {
        let row_len = piece.block.a.row_len();
        for (i, &key) in tile.keys.of(level, piece.block).iter().enumerate() {
            if piece.flags.is_some_and(|flags| flags[i] == 0) {
                continue;
            }
            let place = piece.places.start
                + match piece.into {
                    FoldInto::One => 0,
                    FoldInto::EachRow => i / row_len,
                    FoldInto::EachColumn => i % row_len,
                };
            tile.values[place * self.depth + tile.taken[place]] = key;
            tile.taken[place] += 1;
        }
    }

    fn merge(&self, whole: &mut Collected<E::Key>, part: &Collected<E::Key>) {
        for (place, &more) in part.taken.iter().enumerate() {
            let from = &part.values[place * self.depth..][..more];
            let to = place * self.depth + whole.taken[place];
            whole.values[to..to + more].copy_from_slice(from);
            whole.taken[place] += more;
        }
    }

    fn store(&self, tile: &Collected<E::Key>, run: ResultRun) -> Result<Specials, Error> {
        let mut met = Specials::default();
        let mut sorted = Vec::with_capacity(self.depth);
        for i in 0..run.len {
            sorted.clear();
            sorted.extend_from_slice(&tile.values[i * self.depth..][..tile.taken[i]]);
            sorted.sort_unstable();
            let place = run.first + run.step * i as isize;
            met = met.or(self.landed.put(place, sorted.is_empty(), |quantile, met| {
                of_sorted::<E>(&sorted, quantile, self.landed.is_median, met)
            }));
        }
        Ok(met)
    }
}
