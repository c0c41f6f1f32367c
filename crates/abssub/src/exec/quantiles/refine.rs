//! Many values for each result: ranks are found by counting the keys, some bits at a time.

use super::super::keys::Keys;
use super::super::measured::Measured;
use super::super::reduction::{Piece, Reduction, ResultRun};
use super::order::{Between, Window};
use super::request::Landed;
use crate::Error;
use crate::element::{Key, Keyed};
use crate::kernel::{FoldInto, Level};
use crate::plan::Inner;
use crate::reduce::Specials;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Bytes of counts that a result has at most.
const COUNT_BYTES: usize = 64 << 10;

/// What is known of one result between two readings.
///
/// All results that are still searched know equally many bits: each reading finds the next ones of all.
#[derive(Clone, Debug)]
pub(super) struct Search<K> {
    /// How many values there are; none before the first reading.
    number: Option<u64>,
    /// For each quantile its two ranks, as far as their keys are known.
    windows: Vec<[Window<K>; 2]>,
    /// The prefixes that differ among those that are not known to the last bit, ascending.
    open: Vec<K>,
    /// Bits that are not known of any of them.
    shift: u32,
}

impl<K: Key> Search<K> {
    pub(super) fn new() -> Self {
        Self { number: None, windows: Vec::new(), open: vec![K::default()], shift: K::BITS }
    }

    pub(super) fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes in the counts of one reading, a table for each open prefix.
    fn advance(&mut self, tables: &[u64], bits: u32, quantiles: &[f64]) {
        let each = 1 << bits;
        if self.number.is_none() {
            let number = tables[..each].iter().sum();
            self.number = Some(number);
            let window = |rank| Window { prefix: K::default(), shift: K::BITS, rank };
            let between = |&quantile: &f64| {
                let between = Between::new(quantile, number);
                [window(between.low), window(between.high)]
            };
            // The last rank is looked for too: what is not a number stands there.
            self.windows =
                if number == 0 { Vec::new() } else { quantiles.iter().chain([&1.0]).map(between).collect() };
        }
        for window in self.windows.iter_mut().flatten() {
            if let Ok(table) = self.open.binary_search(&window.prefix) {
                window.narrow(&tables[table * each..][..each], bits);
            }
        }
        self.shift -= bits;
        self.open.clear();
        if self.shift > 0 {
            self.open.extend(self.windows.iter().flatten().map(|window| window.prefix));
            self.open.sort_unstable();
            self.open.dedup();
        }
    }

    /// Stores what was found.
    pub(super) fn land<E: Keyed<Key = K>>(&self, place: isize, landed: &Landed<'_, '_>) -> Specials {
        let not_a_number = self.windows.last().is_some_and(|[last, _]| last.prefix > E::LAST);
        let mut found = self.windows.iter();
        landed.put(place, self.windows.is_empty(), |quantile, met| match found.next() {
            Some([low, high]) if !not_a_number => {
                let between = Between::new(quantile, self.number.unwrap_or(1));
                between.value::<E>([low.prefix, high.prefix], landed.is_median, met)
            }
            _ => f64::NAN,
        })
    }
}

/// One reading: the keys of every result that share an open prefix are counted by their next bits.
pub(super) struct Refining<'q, K> {
    quantiles: &'q [f64],
    searches: &'q Mutex<Vec<Search<K>>>,
    /// As they were before this reading, for the threads to look at.
    before: &'q [Search<K>],
    bits: u32,
    tables: usize,
}

impl<'q, K: Key> Refining<'q, K> {
    pub(super) fn new(
        quantiles: &'q [f64],
        searches: &'q Mutex<Vec<Search<K>>>,
        before: &'q [Search<K>],
    ) -> Self {
        let tables = before.iter().map(|search| search.open.len()).max().unwrap_or(0).max(1);
        let shift = before.iter().map(|search| search.shift).max().unwrap_or(1);
        let fitting = (COUNT_BYTES / size_of::<u64>() / tables).max(2).ilog2();
        Self { quantiles, searches, before, bits: fitting.min(shift), tables }
    }

    /// Readings that are left, this one included, if each finds as many bits.
    pub(super) fn readings_left(&self) -> u64 {
        let shift = self.before.iter().map(|search| search.shift).max().unwrap_or(0);
        shift.div_ceil(self.bits.max(1)).into()
    }

    fn counts(&self) -> usize {
        self.tables << self.bits
    }
}

/// The counts of some results.
pub(super) struct Counted<K> {
    counts: Vec<u64>,
    keys: Keys<K>,
    /// Which results they are.
    run: ResultRun,
    slots: Vec<Option<Slots<K>>>,
}

/// Bits of a key by which its prefix is looked up among many.
const SLOT_BITS: u32 = 12;
/// No prefix begins here.
const NO_PREFIX: u32 = u32::MAX;

/// Where among a result's open prefixes to look for a key's: most keys have none of them.
#[derive(Clone, Debug)]
struct Slots<K> {
    /// What all prefixes share, from `shared` on.
    common: K,
    shared: u32,
    /// The slot's lowest bit.
    low: u32,
    /// For each slot the first open prefix that lies in it.
    first: Vec<u32>,
}

impl<K: Key> Slots<K> {
    /// For ascending prefixes whose bits are known down to `above`; none for fewer than two.
    fn new(open: &[K], above: u32) -> Option<Self> {
        let (&least, &most) = (open.first()?, open.last()?);
        if open.len() < 2 {
            return None;
        }
        let shared = 128 - (least.wide() ^ most.wide()).leading_zeros();
        let low = shared.saturating_sub(SLOT_BITS).max(above);
        let mut slots = Self { common: least, shared, low, first: vec![NO_PREFIX; 1 << (shared - low)] };
        for (i, &prefix) in open.iter().enumerate().rev() {
            let slot = slots.slot(prefix);
            slots.first[slot] = i as u32;
        }
        Some(slots)
    }

    #[inline(always)]
    fn slot(&self, key: K) -> usize {
        key.above(self.low).wide() as usize & (self.first.len() - 1)
    }

    /// The place of the open prefix that a key has.
    #[inline(always)]
    fn find(&self, open: &[K], key: K, above: u32) -> Option<usize> {
        if key.above(self.shared) != self.common.above(self.shared) {
            return None;
        }
        let first = self.first[self.slot(key)];
        if first == NO_PREFIX {
            return None;
        }
        let known = key.above(above);
        let later = open[first as usize..].iter().take_while(|prefix| prefix.above(above) <= known);
        let last = first as usize + later.count();
        (last > first as usize && open[last - 1].above(above) == known).then(|| last - 1)
    }
}

impl<K: Key> Refining<'_, K> {
    /// Counts some keys of one result.
    #[inline]
    fn count<'k>(
        &self,
        place: isize,
        slots: Option<&Slots<K>>,
        keys: impl Iterator<Item = &'k K>,
        counts: &mut [u64],
    ) where
        K: 'k,
    {
        let search = &self.before[place as usize];
        let (above, below) = (search.shift, search.shift.saturating_sub(self.bits));
        let digit = |key: K| key.above(below).wide() as usize & ((1 << self.bits) - 1);
        match search.open[..] {
            [] => {}
            [only] => {
                let wanted = only.above(above);
                keys.filter(|key| key.above(above) == wanted).for_each(|&key| counts[digit(key)] += 1);
            }
            ref open => {
                let slots = slots.expect("made for more than one prefix");
                for &key in keys {
                    if let Some(table) = slots.find(open, key, above) {
                        counts[table << self.bits | digit(key)] += 1;
                    }
                }
            }
        }
    }
}

impl<E: Measured> Reduction<E> for Refining<'_, E::Key> {
    type Tile = Counted<E::Key>;

    fn state_bytes(&self) -> usize {
        self.counts() * size_of::<u64>()
    }

    fn most_elements(&self, _: Inner) -> usize {
        Keys::<E::Key>::MOST
    }

    fn tile(&self, len: usize) -> Counted<E::Key> {
        let run = ResultRun { first: 0, step: 0, len: 0 };
        Counted { counts: vec![0; len * self.counts()], keys: Keys::default(), run, slots: Vec::new() }
    }

    fn reset(&self, tile: &mut Counted<E::Key>, run: ResultRun) {
        tile.counts.fill(0);
        tile.run = run;
        tile.slots.clear();
        tile.slots.extend((0..run.len).map(|i| {
            let search = &self.before[(run.first + run.step * i as isize) as usize];
            Slots::new(&search.open, search.shift)
        }));
    }

    fn fold(&self, level: Level, piece: Piece<'_, E>, tile: &mut Counted<E::Key>) {
        let row_len = piece.block.a.row_len();
        let Counted { counts, keys, run, slots } = tile;
        let keys = keys.of(level, piece.block);
        let elements = keys.len();
        let each = self.counts();
        let mut take = |local: usize, range: Range<usize>, step: usize| {
            let place = run.first + run.step * local as isize;
            let counts = &mut counts[local * each..(local + 1) * each];
            let slots = slots[local].as_ref();
            match piece.flags {
                None => self.count(place, slots, keys[range].iter().step_by(step), counts),
                Some(flags) => {
                    let taken = keys[range.clone()].iter().zip(&flags[range]).step_by(step);
                    self.count(
                        place,
                        slots,
                        taken.filter(|&(_, &flag)| flag != 0).map(|(key, _)| key),
                        counts,
                    );
                }
            }
        };
        match piece.into {
            FoldInto::One => take(piece.places.start, 0..elements, 1),
            FoldInto::EachRow => {
                piece
                    .places
                    .enumerate()
                    .for_each(|(row, place)| take(place, row * row_len..(row + 1) * row_len, 1));
            }
            FoldInto::EachColumn => {
                piece.places.enumerate().for_each(|(column, place)| take(place, column..elements, row_len));
            }
        }
    }

    fn merge(&self, whole: &mut Counted<E::Key>, part: &Counted<E::Key>) {
        whole.run = part.run;
        whole.counts.iter_mut().zip(&part.counts).for_each(|(count, more)| *count += more);
    }

    fn store(&self, tile: &Counted<E::Key>, run: ResultRun) -> Result<Specials, Error> {
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        for (i, counts) in tile.counts.chunks_exact(self.counts()).take(run.len).enumerate() {
            let search = &mut searches[(run.first + run.step * i as isize) as usize];
            if !search.is_done() {
                search.advance(counts, self.bits, self.quantiles);
            }
        }
        Ok(Specials::default())
    }
}
