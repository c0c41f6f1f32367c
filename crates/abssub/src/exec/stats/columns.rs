//! Statistics of keys column by column.

use super::super::keys::Keys;
use super::super::measured::Measured;
use super::super::reduction::{Index, Piece};
use super::best::{Best, Ranked};
use super::tile::{Tile, Wanted, losses};
use crate::element::Key;
use crate::kernel::histogram::CountBinsOfColumns;
use crate::kernel::key_columns::CountColumns;
use crate::kernel::keys::{AnyFrom, Flip};
use crate::kernel::{Block, Level};
use std::mem::take;
use std::ops::Range;

/// Keys, row after row, the flags of those that take part, and how the elements are numbered.
pub(super) struct Columns<'k, K> {
    pub(super) keys: &'k mut [K],
    pub(super) flags: Option<&'k [u8]>,
    pub(super) columns: usize,
    pub(super) index: Index,
}

impl<E: Measured> Tile<E> {
    /// Folds the keys of as many rows at a time as the buffer for them holds.
    pub(super) fn fold_columns(&mut self, wanted: &Wanted<E>, level: Level, piece: &Piece<'_, E>) {
        let Block { a, b } = piece.block;
        let len = a.row_len();
        // Twice what a single row would be given: columns are flushed the less often.
        let most = (2 * Keys::<E::Key>::MOST / len).max(1);
        let most = if Best::<E::Key>::numbers(len) { most.min(Best::<E::Key>::MOST_ROWS) } else { most };
        for from in (0..a.count()).step_by(most) {
            let rows = most.min(a.count() - from);
            let block = Block { a: a.rows(from, rows), b: b.rows(from, rows) };
            let flags = piece.flags.map(|flags| &flags[from * len..][..rows * len]);
            let first = piece.index.first + piece.index.row_step * from as isize;
            self.fold_strip(wanted, level, piece, (block, flags, Index { first, ..piece.index }));
        }
    }

    fn fold_strip(
        &mut self,
        wanted: &Wanted<E>,
        level: Level,
        piece: &Piece<'_, E>,
        (block, flags, index): (Block<'_, E>, Option<&[u8]>, Index),
    ) {
        let mut keys = take(&mut self.keys);
        let columns = Columns { keys: keys.of(level, block), flags, columns: block.a.row_len(), index };
        self.note_losses(level, block, columns.keys);
        self.fold_keys(wanted, level, columns, piece.places.clone());
        self.keys = keys;
    }

    /// Takes note of what a block's differences lost.
    pub(super) fn note_losses(&mut self, level: Level, block: Block<'_, E>, keys: &[E::Key]) {
        if E::LAST < E::Key::MAX && level.run(AnyFrom { keys, last: E::LAST }) {
            self.met = self.met.or(losses(block));
        }
    }

    /// Folds keys whose columns have neighbouring places.
    pub(super) fn fold_keys(
        &mut self,
        wanted: &Wanted<E>,
        level: Level,
        Columns { keys, flags, columns, index }: Columns<'_, E::Key>,
        places: Range<usize>,
    ) {
        for (span, counts) in wanted.spans.iter().zip(&mut self.within) {
            let &Some((low, span)) = span else { continue };
            level.run(CountColumns { keys, low, span, counts: &mut counts[places.clone()] });
        }
        if let Some(bins) = &wanted.bins {
            let counts = &mut self.histogram[places.start * bins.count()..places.end * bins.count()];
            level.run(CountBinsOfColumns { bins, keys, flags, columns, counts });
        }
        if let Some(high) = &mut self.high {
            high.fold_columns(level, Ranked { keys, flags, columns, index }, places.clone());
        }
        if let Some(low) = &mut self.low {
            level.run(Flip { keys, last: E::LAST, flags });
            low.fold_columns(level, Ranked { keys, flags, columns, index }, places);
        }
    }
}
