//! Statistics of keys row by row, straight from the operands.

use super::super::keys::Keys;
use super::super::measured::Measured;
use super::super::reduction::{Index, Piece};
use super::tile::{Tile, Wanted, losses};
use crate::array::run::Run;
use crate::element::{Key, Keyed};
use crate::kernel::histogram::CountBinsOfPairs;
use crate::kernel::keys::{Find, Flip, WriteRow};
use crate::kernel::looks::{self, LookAtPairs, Looks, Seen};
use crate::kernel::pairs::{CountPairs, GreatestOfPairs};
use crate::kernel::{Block, FoldInto, Level};
use crate::reduce::{Counter, State};
use std::any::Any;

/// A row of a block.
#[derive(Clone, Copy)]
struct Line<'b, E: Keyed> {
    a: Run<'b, E::Left>,
    b: Run<'b, E::Right>,
    flags: Option<&'b [u8]>,
}

impl<E: Measured> Wanted<E> {
    /// Whether sums of a row are taken from its keys: they are the differences, in bytes.
    pub(super) fn looks_at_bytes(&self) -> bool {
        let sums = u32::from(self.sum) + u32::from(self.squares);
        E::Key::BITS == 8 && !self.weighted && (sums == 2 || (sums == 1 && self.looks() > 0))
    }

    /// How often keys are looked at, histograms apart.
    fn looks(&self) -> usize {
        self.ranges.len() + usize::from(self.high.is_some()) + usize::from(self.low.is_some())
    }

    fn asked(&self) -> Looks<'_, E::Key> {
        let sums = self.looks_at_bytes();
        // What is lost on the way to an infinity or no number is told by the greatest key.
        let tells = E::LAST < E::Key::MAX;
        Looks {
            sum: self.sum && sums,
            squares: self.squares && sums,
            high: self.high.is_some() || tells,
            low: self.low.is_some(),
            ranges: &self.spans,
        }
    }
}

impl<E: Measured> Tile<E> {
    pub(super) fn fold_rows(&mut self, wanted: &Wanted<E>, level: Level, piece: &Piece<'_, E>) {
        let Block { a, b } = piece.block;
        let len = a.row_len();
        let looks = wanted.asked();
        for row in 0..a.count() {
            let place = piece.places.start + if piece.into == FoldInto::One { 0 } else { row };
            let flags = piece.flags.map(|flags| &flags[row * len..][..len]);
            let line = Line { a: a.row(row), b: b.row(row), flags };
            self.counts.fill(0);
            let seen = self.look(level, line, looks);
            if E::LAST < E::Key::MAX && seen.high >= E::LAST {
                self.met = self.met.or(losses::<E>(Block { a: a.some(row, 1), b: b.some(row, 1) }));
            }
            self.join(place, &seen, looks);
            let Index { first, row_step, step } = piece.index;
            let numbers = ((first + row_step * row as isize) as i64, step as i64, len);
            let keys = &mut self.keys;
            let mut find = |wanted, flipped| find(level, keys, line, wanted, flipped, step < 0);
            if let Some(high) = &mut self.high {
                high.fold_row(place, seen.high, numbers, || find(seen.high, false));
            }
            if let Some(low) = &mut self.low {
                low.fold_row(place, seen.low, numbers, || find(seen.low, true));
            }
            if let Some(bins) = &wanted.bins {
                let counts = &mut self.histogram[place * bins.count()..][..bins.count()];
                let (Line { a, b, flags }, room) = (line, self.keys.room(Keys::<E::Key>::MOST));
                level.run(CountBinsOfPairs::<E> { bins, a, b, flags, room, counts });
            }
        }
    }

    /// What a row shows. One thing alone is seen without writing a key.
    fn look(&mut self, level: Level, line: Line<'_, E>, looks: Looks<'_, E::Key>) -> Seen<E::Key> {
        let Line { a, b, flags } = line;
        let Looks { sum, squares, high, low, ranges } = looks;
        match (sum || squares, high, low, ranges) {
            (false, false, false, []) => Seen::default(),
            (false, true, false, []) => {
                Seen { high: level.run(GreatestOfPairs::<E> { a, b }), ..Seen::default() }
            }
            (false, false, false, &[range]) => {
                let count = |(low, span)| level.run(CountPairs::<E> { a, b, low, span });
                self.counts[0] = range.map_or(0, count);
                Seen::default()
            }
            _ => {
                let (room, counts) = (self.keys.room(looks::KEYS), &mut self.counts[..]);
                level.run(LookAtPairs::<E> { a, b, flags, looks, room, counts })
            }
        }
    }

    /// Takes in what joins the states whatever they are.
    fn join(&mut self, place: usize, seen: &Seen<E::Key>, looks: Looks<'_, E::Key>) {
        self.within.iter_mut().zip(&self.counts).for_each(|(within, count)| within[place] += count);
        if looks.sum {
            grow(&mut self.sum[place], seen.sum);
        }
        if looks.squares {
            grow(&mut self.squares[place], seen.squares);
        }
    }
}

/// Adds to the state of a sum of differences of one byte.
fn grow<S: State>(state: &mut S, by: u64) {
    let counter = (state as &mut dyn Any).downcast_mut::<Counter<u64>>();
    counter.expect("bytes are summed in 64 bits").0 += by;
}

/// Where a row's first key, or its last, is that equals `wanted` and takes part.
fn find<E: Keyed>(
    level: Level,
    keys: &mut Keys<E::Key>,
    line: Line<'_, E>,
    wanted: E::Key,
    flipped: bool,
    last: bool,
) -> Option<usize> {
    let most = Keys::<E::Key>::MOST;
    let mut parts = (0..line.a.len()).step_by(most);
    let mut look = |at: usize| {
        let len = most.min(line.a.len() - at);
        let (a, b) = (line.a.part(at, len), line.b.part(at, len));
        let (keys, flags) = (keys.room(len), line.flags.map(|flags| &flags[at..][..len]));
        level.run(WriteRow::<E> { a, b, keys });
        if flipped {
            level.run(Flip { keys, last: E::LAST, flags });
        }
        level.run(Find { keys, flags, wanted, last }).map(|i| at + i)
    };
    if last { parts.rev().find_map(look) } else { parts.find_map(&mut look) }
}
