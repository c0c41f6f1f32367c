//! Statistics of keys of rows so short that many of them are looked at side by side: turned into columns where each row
//! has a place of its own, and as one long row where they share it.

use super::super::keys::Keys;
use super::super::measured::Measured;
use super::super::reduction::{Index, Piece};
use super::columns::Columns;
use super::tile::{Tile, Wanted, clear, count_all, count_taken};
use crate::array::grid::Grid;
use crate::element::Key;
use crate::kernel::find::FindPair;
use crate::kernel::gather::Gather;
use crate::kernel::key_columns::CountColumns;
use crate::kernel::looks::{BLOCK, LookAtKeys};
use crate::kernel::{FoldInto, Level};
use std::mem::take;

/// Rows from which on it pays.
const FROM_ROWS: usize = 32;

/// Bytes of keys that a short row has at most. Of long keys few are turned at a time.
const fn most_bytes(key_bytes: usize) -> usize {
    match key_bytes {
        16 => 64,
        8 => 128,
        _ => 256,
    }
}

/// Buffers for rows that have been turned.
#[derive(Clone, Debug, Default)]
pub(super) struct Turned<K> {
    keys: Keys<K>,
    flags: Keys<u8>,
    offered: Keys<u8>,
}

impl<E: Measured> Wanted<E> {
    /// Whether the keys of a piece are looked at as those of many short rows.
    pub(super) fn finds_short(&self, piece: &Piece<'_, E>) -> bool {
        let (rows, len, size) = (piece.block.a.count(), piece.block.a.row_len(), size_of::<E::Key>());
        let Index { row_step, step, .. } = piece.index;
        let is_located = self.high == Some(true) || self.low == Some(true);
        let can = match piece.into {
            FoldInto::EachColumn => false,
            FoldInto::EachRow => true,
            // Elements of one long row are numbered on and on, and counted bin by bin from the operands.
            FoldInto::One => self.bins.is_none() && (!is_located || row_step == step * len as isize),
        };
        can && self.needs_keys() && rows >= FROM_ROWS && len * size <= most_bytes(size)
    }
}

impl<E: Measured> Tile<E> {
    /// Folds short rows, as many at a time as the buffers hold.
    pub(super) fn fold_short(&mut self, wanted: &Wanted<E>, level: Level, piece: &Piece<'_, E>) {
        let (rows, most) = (piece.block.a.count(), Keys::<E::Key>::MOST / piece.block.a.row_len());
        for from in (0..rows).step_by(most) {
            let strip = piece.rows(from, most.min(rows - from));
            self.fold_sums(level, &strip);
            if strip.into == FoldInto::One {
                self.fold_joined(wanted, level, &strip);
            } else {
                self.fold_turned(wanted, level, &strip);
            }
        }
    }

    /// Rows of one place.
    fn fold_joined(&mut self, wanted: &Wanted<E>, level: Level, piece: &Piece<'_, E>) {
        let (block, place) = (piece.block, piece.places.start);
        let (rows, len, Index { first, step, .. }) = (block.a.count(), block.a.row_len(), piece.index);
        clear(&mut self.counts);
        let seen = level.run(LookAtKeys {
            keys: self.keys.in_blocks::<E, BLOCK>(level, block),
            len: rows * len,
            flags: piece.flags,
            looks: wanted.asked(),
            counts: &mut self.counts,
            last: E::LAST,
        });
        self.see(seen, place, (first as i64, step as i64, rows * len), block, |wanted| {
            let find = |row: usize| {
                let flags = piece.flags.map(|flags| &flags[row * len..][..len]);
                let (a, b) = (block.a.row(row), block.b.row(row));
                let found = level.run(FindPair::<E> { a, b, flags, wanted, last: step < 0 });
                found.map(|i| row * len + i)
            };
            if step < 0 { (0..rows).rev().find_map(find) } else { (0..rows).find_map(find) }
        });
        count_taken(level, piece, piece.flags, &mut self.number[place..=place]);
        if wanted.omits {
            count_taken(level, piece, piece.offered, &mut self.offered[place..=place]);
        }
    }

    /// Rows each of which has a place.
    fn fold_turned(&mut self, wanted: &Wanted<E>, level: Level, piece: &Piece<'_, E>) {
        let (mut keys, mut turned) = (take(&mut self.keys), take(&mut self.turned));
        let (rows, len) = (piece.block.a.count(), piece.block.a.row_len());
        let in_rows = keys.of(level, piece.block);
        self.note_losses(level, piece.block, in_rows);
        let flags = piece.flags.map(|flags| &*turn(level, flags, len, &mut turned.flags));
        let offered = piece.offered.map(|offered| &*turn(level, offered, len, &mut turned.offered));
        let columns = Columns {
            keys: turn(level, in_rows, len, &mut turned.keys),
            flags,
            columns: rows,
            // Elements are numbered along what were rows, all of them from one number on.
            index: Index { first: piece.index.first, row_step: piece.index.step, step: piece.index.row_step },
        };
        self.fold_keys(wanted, level, columns, piece.places.clone());
        let count = |flags: Option<&[u8]>, number: &mut [u64]| match flags {
            None => count_all(piece.into, rows, len, number),
            Some(flags) => level.run(CountColumns { keys: flags, low: 1, span: 0, counts: number }),
        };
        count(flags, &mut self.number[piece.places.clone()]);
        if wanted.omits {
            count(offered, &mut self.offered[piece.places.clone()]);
        }
        (self.keys, self.turned) = (keys, turned);
    }
}

/// Rows of `len`, column after column.
fn turn<'t, K: Key>(level: Level, rows: &[K], len: usize, room: &'t mut Keys<K>) -> &'t mut [K] {
    let out = room.room(rows.len());
    let from = Grid::of(rows, len).transposed();
    level.run(Gather { from, swapped: false, tile: &mut [], out: &mut *out });
    out
}
