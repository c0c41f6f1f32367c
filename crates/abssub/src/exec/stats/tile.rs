//! The states of neighbouring results: only those that the statistics asked for need.

use super::super::keys::Keys;
use super::super::measured::{Measured, SquareState};
use super::super::reduction::Piece;
use super::super::summing::chooses;
use super::super::weigh::{Power, Terms, weights_alone};
use super::best::Best;
use super::bound::KeyRange;
use super::short::Turned;
use crate::element::Keyed;
use crate::kernel::bins::Bins;
use crate::kernel::key_columns::CountColumns;
use crate::kernel::keys::SumBytes;
use crate::kernel::{Block, Chosen, FoldInto, Level};
use crate::plan::Inner;
use crate::reduce::{ExactSum, Specials, State, Wire};
use std::ops::Range;

/// Bytes of both operands that are read several times.
const SEVERAL_BYTES: usize = 256 << 10;

/// The states that are needed, and what they are made with.
#[derive(Clone, Debug)]
pub(super) struct Wanted<E: Keyed> {
    pub(super) sum: bool,
    pub(super) squares: bool,
    /// Whether pairs can be left out that the mask lets pass: those are counted too then.
    pub(super) omits: bool,
    /// Whether an extreme of nothing is zero.
    pub(super) begun: bool,
    /// Whether sums are of weighted terms; the weights are summed too then.
    pub(super) weighted: bool,
    /// The greatest difference, and whether its place too.
    pub(super) high: Option<bool>,
    /// The least.
    pub(super) low: Option<bool>,
    pub(super) ranges: Vec<KeyRange>,
    /// The same as first keys and how far they reach; none for what no key is in.
    pub(super) spans: Vec<Option<(E::Key, E::Key)>>,
    pub(super) bins: Option<Bins<E::Key>>,
}

/// The states of `len` results, each kind side by side.
#[derive(Clone)]
pub(super) struct Tile<E: Measured> {
    /// How many elements took part.
    pub(super) number: Vec<u64>,
    /// How many the mask let pass, where it matters.
    pub(super) offered: Vec<u64>,
    pub(super) sum: Vec<E::State>,
    pub(super) squares: Vec<SquareState<E>>,
    pub(super) weighted_sum: Vec<ExactSum>,
    pub(super) weighted_squares: Vec<ExactSum>,
    pub(super) weight: Vec<ExactSum>,
    pub(super) high: Option<Best<E::Key>>,
    pub(super) low: Option<Best<E::Key>>,
    /// How many keys lay in each range, range by range.
    pub(super) within: Vec<Vec<u64>>,
    /// Counts of all bins of the first result, then of the second, and so on.
    pub(super) histogram: Vec<u64>,
    /// What the differences that have keys met: an infinity, or no number.
    pub(super) met: Specials,
    /// What a row's counts grow by.
    pub(super) counts: Vec<u64>,
    pub(super) keys: Keys<E::Key>,
    pub(super) turned: Turned<E::Key>,
    terms: Terms,
}

impl<E: Measured> Wanted<E> {
    /// Bytes of state that a result needs.
    pub(super) fn state_bytes(&self) -> usize {
        let when = |wanted: bool, bytes: usize| if wanted { bytes } else { 0 };
        let best = |located: Option<bool>| located.map_or(0, Best::<E::Key>::state_bytes);
        let own = !self.weighted;
        size_of::<u64>()
            + when(self.omits, size_of::<u64>())
            + when(self.sum && own, E::State::MOST_BYTES)
            + when(self.squares && own, SquareState::<E>::MOST_BYTES)
            + when(self.sum && self.weighted, ExactSum::MOST_BYTES)
            + when(self.squares && self.weighted, ExactSum::MOST_BYTES)
            + when(self.weighted, ExactSum::MOST_BYTES)
            + best(self.high)
            + best(self.low)
            + self.ranges.len() * size_of::<u64>()
            + self.bins.as_ref().map_or(0, Bins::count) * size_of::<u64>()
    }

    /// Elements that a block may have.
    pub(super) fn most_elements(&self, inner: Inner) -> usize {
        // What is read more than once should still be cached then, and columns have many rows to a block.
        let several = SEVERAL_BYTES / (size_of::<E::Left>() + size_of::<E::Right>());
        let is_read_again = match inner {
            Inner::Row => self.readings() > 1,
            Inner::Column | Inner::Window | Inner::Segment => self.needs_keys() || self.readings() > 1,
        };
        let cached = if is_read_again { several } else { usize::MAX };
        cached.min(if self.weighted { Terms::MOST } else { usize::MAX })
    }

    /// How many times rows are read.
    fn readings(&self) -> usize {
        let asked = |asked: &[bool]| asked.iter().filter(|&&asked| asked).count();
        let (looks, bins) = (self.high.is_some() || !self.ranges.is_empty(), self.bins.is_some());
        if self.looks_at_bytes().is_some() {
            return 1 + asked(&[self.low.is_some() || self.ranges.len() > 1, bins]);
        }
        asked(&[self.sum, self.squares, looks || self.low.is_some(), bins])
    }

    pub(super) fn needs_keys(&self) -> bool {
        self.high.is_some() || self.low.is_some() || !self.ranges.is_empty() || self.bins.is_some()
    }

    /// Whether rows, or columns, are nothing but summed, as they are or squared.
    pub(super) fn chooses(&self, inner: Inner) -> bool {
        let one = self.sum != self.squares && !self.weighted && !self.omits && !self.needs_keys();
        one && if self.sum { chooses::<E>(inner) } else { chooses::<E::Square>(inner) }
    }

    pub(super) fn tile(&self, len: usize) -> Tile<E> {
        let when = |wanted: bool| if wanted { len } else { 0 };
        let bins = self.bins.as_ref().map_or(0, Bins::count);
        let own = !self.weighted;
        Tile {
            number: vec![0; len],
            offered: vec![0; when(self.omits)],
            sum: vec![E::State::default(); when(self.sum && own)],
            squares: vec![SquareState::<E>::default(); when(self.squares && own)],
            weighted_sum: vec![ExactSum::default(); when(self.sum && self.weighted)],
            weighted_squares: vec![ExactSum::default(); when(self.squares && self.weighted)],
            weight: vec![ExactSum::default(); when(self.weighted)],
            high: self.high.map(|located| Best::new(len, located)),
            low: self.low.map(|located| Best::new(len, located)),
            within: vec![vec![0; len]; self.ranges.len()],
            histogram: vec![0; len * bins],
            met: Specials::default(),
            counts: vec![0; self.ranges.len()],
            keys: Keys::default(),
            turned: Turned::default(),
            terms: Terms::default(),
        }
    }
}

impl<E: Measured> Tile<E> {
    pub(super) fn reset(&mut self) {
        self.met = Specials::default();
        clear(&mut self.number);
        clear(&mut self.offered);
        self.sum.iter_mut().for_each(State::reset);
        self.squares.iter_mut().for_each(State::reset);
        let weighted = [&mut self.weighted_sum, &mut self.weighted_squares, &mut self.weight];
        weighted.into_iter().flatten().for_each(State::reset);
        self.high.iter_mut().chain(&mut self.low).for_each(Best::reset);
        self.within.iter_mut().for_each(|counts| clear(counts));
        clear(&mut self.histogram);
    }

    /// Takes in some results of another tile that was made alike.
    pub(super) fn merge(&mut self, places: Range<usize>, other: &Self, from: Range<usize>) {
        let (to, from) = (&places, &from);
        // States that nobody asked for are not there.
        fn join<S: State>(states: &mut [S], others: &[S], to: &Range<usize>, from: &Range<usize>) {
            if !states.is_empty() {
                states[to.clone()]
                    .iter_mut()
                    .zip(&others[from.clone()])
                    .for_each(|(state, other)| state.merge(other));
            }
        }
        fn add(counts: &mut [u64], more: &[u64], to: &Range<usize>, from: &Range<usize>) {
            if !counts.is_empty() {
                counts[to.clone()]
                    .iter_mut()
                    .zip(&more[from.clone()])
                    .for_each(|(count, more)| *count += more);
            }
        }
        self.met = self.met.or(other.met);
        add(&mut self.number, &other.number, to, from);
        add(&mut self.offered, &other.offered, to, from);
        join(&mut self.sum, &other.sum, to, from);
        join(&mut self.squares, &other.squares, to, from);
        join(&mut self.weighted_sum, &other.weighted_sum, to, from);
        join(&mut self.weighted_squares, &other.weighted_squares, to, from);
        join(&mut self.weight, &other.weight, to, from);
        for (best, other) in [(&mut self.high, &other.high), (&mut self.low, &other.low)] {
            if let (Some(best), Some(other)) = (best, other) {
                best.merge(to.clone(), other, from.clone());
            }
        }
        for (counts, more) in self.within.iter_mut().zip(&other.within) {
            add(counts, more, to, from);
        }
        let bins = self.histogram.len() / self.number.len().max(1);
        let all_bins = |places: &Range<usize>| places.start * bins..places.end * bins;
        add(&mut self.histogram, &other.histogram, &all_bins(to), &all_bins(from));
    }

    /// The states as bytes.
    pub(super) fn put(&self, bytes: &mut Vec<u8>) {
        self.met.put(bytes);
        self.number.put(bytes);
        self.offered.put(bytes);
        self.sum.put(bytes);
        self.squares.put(bytes);
        self.weighted_sum.put(bytes);
        self.weighted_squares.put(bytes);
        self.weight.put(bytes);
        for best in [&self.high, &self.low].into_iter().flatten() {
            best.keys.put(bytes);
            best.at.put(bytes);
        }
        self.within.put(bytes);
        self.histogram.put(bytes);
    }

    /// The states from bytes; none if they are not those of `len` results of what is wanted.
    pub(super) fn take(wanted: &Wanted<E>, len: usize, bytes: &mut &[u8]) -> Option<Self> {
        fn list<T: Wire>(like: &[T], bytes: &mut &[u8]) -> Option<Vec<T>> {
            Wire::take(bytes).filter(|list: &Vec<T>| list.len() == like.len())
        }
        // A length that the bytes cannot hold is refused before memory is asked for.
        let mut tile = if len <= bytes.len() { wanted.tile(len) } else { return None };
        tile.met = Wire::take(bytes)?;
        tile.number = list(&tile.number, bytes)?;
        tile.offered = list(&tile.offered, bytes)?;
        tile.sum = list(&tile.sum, bytes)?;
        tile.squares = list(&tile.squares, bytes)?;
        tile.weighted_sum = list(&tile.weighted_sum, bytes)?;
        tile.weighted_squares = list(&tile.weighted_squares, bytes)?;
        tile.weight = list(&tile.weight, bytes)?;
        for best in [&mut tile.high, &mut tile.low].into_iter().flatten() {
            best.keys = list(&best.keys, bytes)?;
            let at: Option<Vec<i64>> = Wire::take(bytes)?;
            best.at = Some(at).filter(|at| at.as_ref().map(Vec::len) == best.at.as_ref().map(Vec::len))?;
        }
        let within: Vec<Vec<u64>> = list(&tile.within, bytes)?;
        tile.within = Some(within).filter(|within| within.iter().all(|counts| counts.len() == len))?;
        tile.histogram = list(&tile.histogram, bytes)?;
        Some(tile)
    }

    /// Folds a block into the states of its places.
    pub(super) fn fold(&mut self, wanted: &Wanted<E>, level: Level, piece: Piece<'_, E>) {
        if let Some(chosen) = piece.chosen {
            return self.fold_chosen(level, chosen, &piece);
        }
        if wanted.finds_short(&piece) {
            return self.fold_short(wanted, level, &piece);
        }
        count_taken(level, &piece, piece.flags, &mut self.number[piece.places.clone()]);
        if wanted.omits {
            count_taken(level, &piece, piece.offered, &mut self.offered[piece.places.clone()]);
        }
        if piece.into == FoldInto::EachColumn {
            self.fold_sums(level, &piece);
            if wanted.needs_keys() {
                self.fold_columns(wanted, level, &piece);
            }
        } else if wanted.looks_at_bytes().is_some() {
            self.fold_rows(wanted, level, &piece);
        } else {
            self.fold_sums(level, &piece);
            if wanted.needs_keys() {
                self.fold_rows(wanted, level, &piece);
            }
        }
    }

    fn fold_chosen(&mut self, level: Level, chosen: Chosen<'_>, piece: &Piece<'_, E>) {
        let (Block { a, b }, places) = (piece.block, piece.places.clone());
        let number = &mut self.number[places.clone()];
        if let Chosen::Every(every) = chosen {
            count_all(piece.into, a.count(), a.row_len().div_ceil(every), number);
        }
        if self.squares.is_empty() {
            piece.block.fold_chosen(level, chosen, piece.into, &mut self.sum[places], number);
        } else {
            let states = &mut self.squares[places];
            Block::<E::Square> { a, b }.fold_chosen(level, chosen, piece.into, states, number);
        }
    }

    pub(super) fn fold_sums(&mut self, level: Level, piece: &Piece<'_, E>) {
        let (block, into, places) = (piece.block, piece.into, piece.places.clone());
        if !self.sum.is_empty() {
            block.fold(level, into, &mut self.sum[places.clone()]);
        }
        if !self.squares.is_empty() {
            let Block { a, b } = block;
            Block::<E::Square> { a, b }.fold(level, into, &mut self.squares[places.clone()]);
        }
        let Some(weights) = piece.weights else { return };
        weights_alone(weights).fold(level, into, &mut self.weight[places.clone()]);
        let powers = [(Power::First, &mut self.weighted_sum), (Power::Second, &mut self.weighted_squares)];
        for (power, states) in powers.into_iter().filter(|(_, states)| !states.is_empty()) {
            self.terms.of(level, block, weights, power).fold(level, into, &mut states[places.clone()]);
        }
    }
}

/// Sets counts to nothing. Where there are none the C library would store none of their bytes at an address
/// that is none, which takes some processors as long as a small block.
pub(super) fn clear(counts: &mut [u64]) {
    if !counts.is_empty() {
        counts.fill(0);
    }
}

/// What a block's differences lost.
#[cold]
pub(super) fn losses<E: Keyed>(block: Block<'_, E>) -> Specials {
    let mut met = Specials::default();
    for i in 0..block.a.count() {
        for (a, b) in block.a.row(i).iter().zip(block.b.row(i).iter()) {
            let (invalid, overflow) = E::lost(a, b);
            met.invalid |= invalid;
            met.overflow |= overflow;
        }
    }
    met
}

/// Adds how many elements rows of `len` have.
pub(super) fn count_all(into: FoldInto, rows: usize, len: usize, number: &mut [u64]) {
    match into {
        FoldInto::One => number[0] += (rows * len) as u64,
        FoldInto::EachRow => number.iter_mut().for_each(|number| *number += len as u64),
        FoldInto::EachColumn => number.iter_mut().for_each(|number| *number += rows as u64),
    }
}

/// Adds how many elements have a flag.
pub(super) fn count_taken<E: Keyed>(
    level: Level,
    piece: &Piece<'_, E>,
    flags: Option<&[u8]>,
    number: &mut [u64],
) {
    let (rows, len) = (piece.block.a.count(), piece.block.a.row_len());
    let Some(flags) = flags else { return count_all(piece.into, rows, len, number) };
    let taken = |flags: &[u8]| level.run(SumBytes { bytes: flags });
    match piece.into {
        FoldInto::One => number[0] += taken(flags),
        FoldInto::EachRow => {
            number.iter_mut().zip(flags.chunks_exact(len)).for_each(|(number, row)| *number += taken(row));
        }
        // A flag is one; a range of one key counts those.
        FoldInto::EachColumn => level.run(CountColumns { keys: flags, low: 1, span: 0, counts: number }),
    }
}
