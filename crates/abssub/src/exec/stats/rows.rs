//! Statistics of keys row by row, straight from the operands.

use super::super::keys::Keys;
use super::super::measured::Measured;
use super::super::reduction::{Index, Piece};
use super::tile::{Tile, Wanted, clear, losses};
use super::together::{Shown, Together};
use crate::array::run::Run;
use crate::element::{Key, Keyed};
use crate::kernel::find::FindPair;
use crate::kernel::histogram::CountBinsOfPairs;
use crate::kernel::looks::{self, LookAtPairs, Looks, Seen};
use crate::kernel::pairs::{CountPairs, GreatestOfPairs};
use crate::kernel::{Block, FoldInto, Level};
use crate::reduce::{Counter, State};
use std::any::{Any, TypeId};

/// A row of a block.
#[derive(Clone, Copy)]
struct Line<'b, E: Keyed> {
    a: Run<'b, E::Left>,
    b: Run<'b, E::Right>,
    flags: Option<&'b [u8]>,
}

impl<E: Measured> Wanted<E> {
    /// Whether several things are asked of a row of bytes, which are told together: if so, whether the bytes
    /// are signed.
    pub(super) fn looks_at_bytes(&self) -> Option<bool> {
        let sums = [self.sum, self.squares].into_iter().filter(|&sum| sum && !self.weighted);
        let looks = self.ranges.len().min(1) + usize::from(self.high.is_some());
        signed_bytes::<E>().filter(|_| sums.count() + looks > 1)
    }

    pub(super) fn asked(&self) -> Looks<'_, E::Key> {
        // What is lost on the way to an infinity or no number is told by the greatest key.
        let high = self.high.is_some() || E::LAST < E::Key::MAX;
        Looks { high, low: self.low.is_some(), ranges: &self.spans }
    }
}

/// Whether an element's operands are signed bytes, or unsigned ones; none if they are no such integers.
pub(super) fn signed_bytes<E: Keyed>() -> Option<bool> {
    let is = |id| TypeId::of::<E>() == id;
    if is(TypeId::of::<i8>()) { Some(true) } else { is(TypeId::of::<u8>()).then_some(false) }
}

impl<E: Measured> Tile<E> {
    pub(super) fn fold_rows(&mut self, wanted: &Wanted<E>, level: Level, piece: &Piece<'_, E>) {
        let Block { a, b } = piece.block;
        let len = a.row_len();
        let (looks, are_bytes) = (wanted.asked(), wanted.looks_at_bytes().is_some());
        let mut together = Together::default();
        for row in 0..a.count() {
            if row == together.until {
                together = Together::look(wanted, level, piece, row);
            }
            let place = piece.places.start + if piece.into == FoldInto::One { 0 } else { row };
            let flags = piece.flags.map(|flags| &flags[row * len..][..len]);
            let line = Line { a: a.row(row), b: b.row(row), flags };
            clear(&mut self.counts);
            let seen = match together.row(row) {
                Some(shown) if are_bytes => self.take_bytes(level, line, looks, shown, place),
                Some(Shown { high, count, .. }) => {
                    if let Some(only) = self.counts.first_mut() {
                        *only = count;
                    }
                    Seen { high, ..Seen::default() }
                }
                None => self.look(level, line, looks, 0),
            };
            let Index { first, row_step, step } = piece.index;
            let numbers = ((first + row_step * row as isize) as i64, step as i64, len);
            let row = Block { a: a.rows(row, 1), b: b.rows(row, 1) };
            self.see(seen, place, numbers, row, |wanted| {
                level.run(FindPair::<E> { a: line.a, b: line.b, flags, wanted, last: step < 0 })
            });
            if let Some(bins) = &wanted.bins {
                let counts = &mut self.histogram[place * bins.count()..][..bins.count()];
                let (Line { a, b, flags }, room) = (line, self.keys.room(Keys::<E::Key>::MOST));
                level.run(CountBinsOfPairs::<E> { bins, a, b, flags, room, counts });
            }
        }
    }

    /// Takes in what some rows show, whose elements have a first number and a step and are so many; `find` tells where a
    /// key is.
    pub(super) fn see(
        &mut self,
        seen: Seen<E::Key>,
        place: usize,
        numbers: (i64, i64, usize),
        rows: Block<'_, E>,
        find: impl Fn(E::Key) -> Option<usize>,
    ) {
        if E::LAST < E::Key::MAX && seen.high >= E::LAST {
            self.met = self.met.or(losses(rows));
        }
        self.within.iter_mut().zip(&self.counts).for_each(|(within, count)| within[place] += count);
        if let Some(high) = &mut self.high {
            high.fold_row(place, seen.high, numbers, || find(seen.high));
        }
        if let Some(low) = &mut self.low {
            low.fold_row(place, seen.low, numbers, || find(E::LAST.less(seen.low)));
        }
    }

    /// Takes what a row of bytes showed into its sums; what else it shows.
    fn take_bytes(
        &mut self,
        level: Level,
        line: Line<'_, E>,
        looks: Looks<'_, E::Key>,
        shown: Shown<E::Key>,
        place: usize,
    ) -> Seen<E::Key> {
        if let Some(sum) = self.sum.get_mut(place) {
            grow(sum, shown.sum);
        }
        if let Some(squares) = self.squares.get_mut(place) {
            grow(squares, shown.squares);
        }
        let rest = Looks { high: false, ranges: looks.ranges.get(1..).unwrap_or_default(), ..looks };
        let others = self.look(level, line, rest, 1);
        if let Some(range) = looks.ranges.first() {
            self.counts[0] = range.map_or(0, |_| shown.count);
        }
        Seen { high: shown.high, ..others }
    }

    /// What a row shows, with counts from number `from` on. One thing alone is seen without writing a key.
    fn look(
        &mut self,
        level: Level,
        line: Line<'_, E>,
        looks: Looks<'_, E::Key>,
        from: usize,
    ) -> Seen<E::Key> {
        let Line { a, b, flags } = line;
        match looks {
            Looks { high: false, low: false, ranges: [] } => Seen::default(),
            Looks { high: true, low: false, ranges: [] } => {
                Seen { high: level.run(GreatestOfPairs::<E, false> { a, b }), ..Seen::default() }
            }
            Looks { high: false, low: true, ranges: [] } if flags.is_none() => {
                Seen { low: level.run(GreatestOfPairs::<E, true> { a, b }), ..Seen::default() }
            }
            Looks { high: false, low: false, ranges: &[range] } => {
                let count = |(low, span)| level.run(CountPairs::<E> { a, b, low, span });
                self.counts[from] = range.map_or(0, count);
                Seen::default()
            }
            _ => {
                let counts = self.counts.get_mut(from..).unwrap_or_default();
                let room = self.keys.room(looks::KEYS);
                level.run(LookAtPairs::<E> { a, b, flags, looks, room, counts })
            }
        }
    }
}

/// Adds to the state of a sum of differences of one byte.
fn grow<S: State>(state: &mut S, by: u64) {
    let counter = (state as &mut dyn Any).downcast_mut::<Counter<u64>>();
    counter.expect("bytes are summed in 64 bits").0 += by;
}
