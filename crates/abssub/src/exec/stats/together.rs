//! Several rows of a block that are looked at together: those that share an operand, and rows of bytes.

use super::super::measured::Measured;
use super::super::reduction::Piece;
use super::rows::signed_bytes;
use super::tile::Wanted;
use crate::array::run::Run;
use crate::element::{Key, Keyed};
use crate::kernel::bytes::{self, ABREAST, Everything, Greatest, Inside, LookAtBytes, Question};
use crate::kernel::looks::Looks;
use crate::kernel::pairs::{CountRows, GreatestOfRows};
use crate::kernel::{Block, Level};
use std::array::from_fn;
use std::marker::PhantomData;

/// What a row shows that was looked at together with others.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown<K> {
    pub(super) high: K,
    pub(super) count: u64,
    pub(super) sum: u64,
    pub(super) squares: u64,
}

/// Rows that were looked at together, if they were.
#[derive(Clone, Copy, Default)]
pub(super) struct Together<K> {
    shown: [Shown<K>; MOST_TOGETHER],
    /// How many of the rows below `until` were.
    count: usize,
    /// The first row that is not looked at yet.
    pub(super) until: usize,
}

/// Rows that are looked at together at most: memory answers several streams faster than one.
const MOST_TOGETHER: usize = 8;

impl<K: Key> From<bytes::Seen> for Shown<K> {
    fn from(seen: bytes::Seen) -> Self {
        let high = K::narrow(seen.greatest.into());
        Self { high, count: seen.inside, sum: seen.sum, squares: seen.squares }
    }
}

impl<K: Key> Together<K> {
    /// The rows from `row` on.
    fn of<const N: usize>(row: usize, rows: [impl Into<Shown<K>>; N]) -> Self {
        let mut together = Self { count: N, until: row + N, ..Self::default() };
        together.shown.iter_mut().zip(rows).for_each(|(shown, row)| *shown = row.into());
        together
    }

    /// Row `row` is looked at alone.
    fn nothing(row: usize) -> Self {
        Self { until: row + 1, ..Self::default() }
    }

    /// What a row showed, if it was looked at with others.
    pub(super) fn row(&self, row: usize) -> Option<Shown<K>> {
        (row + self.count >= self.until).then(|| self.shown[row + self.count - self.until])
    }

    /// Looks at as many rows from `row` on as can be looked at together.
    pub(super) fn look<E: Measured<Key = K>>(
        wanted: &Wanted<E>,
        level: Level,
        piece: &Piece<'_, E>,
        row: usize,
    ) -> Self {
        let (block, looks) = (piece.block, wanted.asked());
        let left = block.a.count() - row;
        if let Some(signed) = wanted.looks_at_bytes() {
            if left < ABREAST {
                let (a, b) = ([block.a.row(row); ABREAST], [block.b.row(row); ABREAST]);
                let all = look_at_bytes::<E, Everything, ABREAST, ABREAST>(a, b, looks, signed);
                return Self::of(row, [all.look_at_first(level)]);
            }
            let a = from_fn(|i| block.a.row(row + i));
            if block.b.is_shared() {
                let rows = look_at_bytes::<E, Everything, ABREAST, 1>(a, [block.b.row(0)], looks, signed);
                return Self::of(row, level.run(rows));
            }
            let b = from_fn(|i| block.b.row(row + i));
            let rows = look_at_bytes::<E, Everything, ABREAST, ABREAST>(a, b, looks, signed);
            return Self::of(row, level.run(rows));
        }
        let is_plain = block.b.is_shared() && piece.flags.is_none() && wanted.bins.is_none() && !looks.low;
        // As many as registers hold the lanes of. Constants, so that no other number is compiled.
        if const { size_of::<K>() <= 2 } && is_plain && left >= 8 {
            return look_at_rows::<E, 8>(level, block, row, looks);
        }
        if const { size_of::<K>() == 4 } && is_plain && left >= 4 {
            return look_at_rows::<E, 4>(level, block, row, looks);
        }
        Self::nothing(row)
    }
}

/// A look at rows of bytes.
fn look_at_bytes<'m, E: Keyed, Q: Question, const N: usize, const OTHERS: usize>(
    a: [Run<'m, E::Left>; N],
    b: [Run<'m, E::Right>; OTHERS],
    looks: Looks<'_, E::Key>,
    signed: bool,
) -> LookAtBytes<'m, Q, N, OTHERS> {
    let first = looks.ranges.first().copied().flatten();
    let (low, span) = first.map_or((0, 0), |(low, span)| (low.wide() as u8, span.wide() as u8));
    LookAtBytes { a: a.map(Run::bytes), b: b.map(Run::bytes), signed, low, span, question: PhantomData }
}

/// What `N` rows from `row` on show that share an operand.
fn look_at_rows<E: Keyed, const N: usize>(
    level: Level,
    block: Block<'_, E>,
    row: usize,
    looks: Looks<'_, E::Key>,
) -> Together<E::Key> {
    let (a, b) = (from_fn(|i| block.a.row(row + i)), block.b.row(0));
    match looks {
        Looks { high: true, ranges: [], .. } => {
            if let Some(signed) = signed_bytes::<E>() {
                let rows = look_at_bytes::<E, Greatest, N, 1>(a, [b], looks, signed);
                return Together::of(row, level.run(rows));
            }
            let greatest = level.run(GreatestOfRows::<E, N> { a, b });
            Together::of(row, greatest.map(|high| Shown { high, ..Shown::default() }))
        }
        Looks { high: false, ranges: &[Some((low, span))], .. } => {
            if let Some(signed) = signed_bytes::<E>() {
                let rows = look_at_bytes::<E, Inside, N, 1>(a, [b], looks, signed);
                return Together::of(row, level.run(rows));
            }
            let counts = level.run(CountRows::<E, N> { a, b, low, span });
            Together::of(row, counts.map(|count| Shown { count, ..Shown::default() }))
        }
        _ => Together::nothing(row),
    }
}
