//! Keys of a block, and their extremes. Plain loops over a small buffer, recompiled for each level.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::fold::Block;
use super::integer::AHEAD_BYTES;
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Elements whose keys are written together: what the compiler turns into vectors.
const BLOCK: usize = 64;

/// Writes the keys of a block, one row after the other.
pub(crate) struct WriteKeys<'m, 'k, E: Keyed> {
    pub(crate) block: Block<'m, E>,
    pub(crate) keys: &'k mut [E::Key],
}

impl<E: Keyed> Kernel for WriteKeys<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Block { a, b } = self.block;
        for (i, keys) in self.keys.chunks_exact_mut(a.row_len()).enumerate() {
            write_row::<E>(a.row(i), b.row(i), keys);
        }
    }
}

/// Writes the keys of a row.
pub(crate) struct WriteRow<'m, 'k, E: Keyed> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
    pub(crate) keys: &'k mut [E::Key],
}

impl<E: Keyed> Kernel for WriteRow<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        write_row::<E>(self.a, self.b, self.keys);
    }
}

/// The sum of some bytes: how many flags are set.
pub(crate) struct SumBytes<'k> {
    pub(crate) bytes: &'k [u8],
}

impl Kernel for SumBytes<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u64 {
        let (mut bytes, mut sum) = (Run::of(self.bytes), simd.zero());
        while bytes.len() >= S::BYTES {
            sum = simd.add_u64(sum, simd.sad_bytes(simd.load(bytes), simd.zero()));
            bytes = bytes.after(S::BYTES);
        }
        let rest = simd.sad_bytes(simd.load_partial(bytes), simd.zero());
        simd.sum_u64(simd.add_u64(sum, rest))
    }
}

/// Writes the keys of as many pairs as there is room for.
#[inline(always)]
pub(super) fn write_row<E: Keyed>(a: Run<E::Left>, b: Run<E::Right>, keys: &mut [E::Key]) {
    let ((mut a, a_rest), (b, b_rest)) = (a.blocks::<BLOCK>(), b.blocks::<BLOCK>());
    let (blocks, rest) = keys.as_chunks_mut::<BLOCK>();
    for ((keys, b), a) in blocks.iter_mut().zip(b).zip(a.ahead::<AHEAD_BYTES>()) {
        (0..BLOCK).for_each(|i| keys[i] = E::key(a[i], b[i]));
    }
    let pairs = a_rest.iter().zip(b_rest.iter());
    rest.iter_mut().zip(pairs).for_each(|(key, (a, b))| *key = E::key(a, b));
}

/// Whether any key is the last number's or above: infinite, or not a number.
pub(crate) struct AnyFrom<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) last: K,
}

impl<K: Key> Kernel for AnyFrom<'_, K> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        self.keys.iter().fold(false, |any, &key| any | (key >= self.last))
    }
}

/// Turns the order round, so that the least key becomes the greatest and "not a number" stays above all.
/// What takes no part becomes the least.
pub(crate) struct Flip<'k, K> {
    pub(crate) keys: &'k mut [K],
    pub(crate) last: K,
    pub(crate) flags: Option<&'k [u8]>,
}

impl<K: Key> Kernel for Flip<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        flip(self.keys, self.flags, self.last);
    }
}

/// See [`Flip`].
#[inline(always)]
pub(super) fn flip<K: Key>(keys: &mut [K], flags: Option<&[u8]>, last: K) {
    match flags {
        None => keys.iter_mut().for_each(|key| *key = last.less(*key)),
        Some(flags) => {
            for (key, &flag) in keys.iter_mut().zip(flags) {
                *key = if flag != 0 { last.less(*key) } else { K::default() };
            }
        }
    }
}

/// Keys that are compared side by side.
const LANES: usize = 64;

/// The greatest key of each column joins those that are known.
pub(crate) struct GreatestOfColumns<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) greatest: &'k mut [K],
}

impl<K: Key> Kernel for GreatestOfColumns<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for row in self.keys.chunks_exact(self.greatest.len()) {
            self.greatest.iter_mut().zip(row).for_each(|(greatest, &key)| *greatest = (*greatest).max(key));
        }
    }
}

/// The greatest key of each column, and the number of the first row that it is met in, join those that are
/// known; of the last row, where rows are numbered downwards.
pub(crate) struct LocateInColumns<'k, K> {
    /// Rows of keys, no more than a byte can number.
    pub(crate) keys: &'k [K],
    /// The number of the first row, and how it grows.
    pub(crate) first: i64,
    pub(crate) step: i64,
    pub(crate) greatest: &'k mut [K],
    pub(crate) at: &'k mut [i64],
}

impl<K: Key> LocateInColumns<'_, K> {
    /// Rows that may be located at a time.
    pub(crate) const MOST_ROWS: usize = 256;
}

impl<K: Key> Kernel for LocateInColumns<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let width = self.greatest.len();
        assert!(self.keys.len() <= Self::MOST_ROWS * width);
        let (mut best, mut rows) = ([K::default(); STRIP], [K::default(); STRIP]);
        let columns = self.greatest.chunks_mut(STRIP).zip(self.at.chunks_mut(STRIP));
        for (k, (greatest, at)) in columns.enumerate() {
            // Numbers as wide as the keys are chosen in the same lanes.
            let (best, rows) = (&mut best[..greatest.len()], &mut rows[..greatest.len()]);
            for (row, keys) in self.keys.chunks_exact(width).enumerate() {
                let (keys, row) = (&keys[k * STRIP..][..greatest.len()], K::narrow(row as u128));
                let places = best.iter_mut().zip(rows.iter_mut()).zip(keys);
                if row == K::default() {
                    places.for_each(|((best, at), &key)| (*best, *at) = (key, row));
                } else if self.step < 0 {
                    places.for_each(|((best, at), &key)| {
                        *at = if key >= *best { row } else { *at };
                        *best = key.max(*best);
                    });
                } else {
                    places.for_each(|((best, at), &key)| {
                        *at = if key > *best { row } else { *at };
                        *best = key.max(*best);
                    });
                }
            }
            for (((greatest, at), &mut key), row) in greatest.iter_mut().zip(at).zip(best).zip(rows) {
                let number = self.first + self.step * row.wide() as i64;
                // All of it is computed, for vectors have no branches.
                let better = (key > *greatest) | ((key == *greatest) & (number < *at));
                *greatest = key.max(*greatest);
                *at = if better { number } else { *at };
            }
        }
    }
}

/// Where the first key, or the last, is that equals `wanted` and takes part.
pub(crate) struct Find<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) flags: Option<&'k [u8]>,
    pub(crate) wanted: K,
    pub(crate) last: bool,
}

impl<K: Key> Find<'_, K> {
    #[inline(always)]
    fn within(&self, block: &[K], at: usize) -> Option<usize> {
        // Whether any is there at all is a loop without a branch, which vectors do.
        if !block.iter().fold(false, |found, &key| found | (key == self.wanted)) {
            return None;
        }
        let is_it = |i: &usize| block[*i] == self.wanted && self.flags.is_none_or(|flags| flags[at + i] != 0);
        let mut places = 0..block.len();
        (if self.last { places.rfind(is_it) } else { places.find(is_it) }).map(|i| at + i)
    }
}

impl<K: Key> Kernel for Find<'_, K> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> Option<usize> {
        let (blocks, rest) = self.keys.as_chunks::<LANES>();
        let whole = blocks.len() * LANES;
        let mut places = blocks.iter().enumerate();
        if self.last {
            let end = self.within(rest, whole);
            end.or_else(|| places.rev().find_map(|(i, block)| self.within(block, i * LANES)))
        } else {
            let start = places.find_map(|(i, block)| self.within(block, i * LANES));
            start.or_else(|| self.within(rest, whole))
        }
    }
}

/// How many keys of each column lie in a range: `low ..= low + span`.
pub(crate) struct CountColumns<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) low: K,
    pub(crate) span: K,
    pub(crate) counts: &'k mut [u64],
}

/// Columns whose counts are kept in narrow lanes at a time.
const STRIP: usize = 512;

impl<K: Key> Kernel for CountColumns<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let width = self.counts.len();
        for (k, counts) in self.counts.chunks_mut(STRIP).enumerate() {
            for rows in self.keys.chunks(255 * width) {
                let mut lanes = [K::default(); STRIP];
                for row in rows.chunks_exact(width) {
                    let row = &row[k * STRIP..][..counts.len()];
                    for (lane, &key) in lanes.iter_mut().zip(row) {
                        let inside = key.less(self.low) <= self.span;
                        *lane = lane.plus(if inside { K::ONE } else { K::default() });
                    }
                }
                counts.iter_mut().zip(lanes).for_each(|(count, lane)| *count += lane.wide() as u64);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    fn drawn(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * 7919 % 251) as u8).collect()
    }

    #[test]
    fn every_level_finds_what_a_plain_loop_finds() {
        for &level in Level::available() {
            for len in [0, 1, 5, 63, 64, 65, 200, 20_000] {
                let keys = drawn(len);
                let greatest = keys.iter().copied().max().unwrap_or(0);
                let find = |last| level.run(Find { keys: &keys, flags: None, wanted: greatest, last });
                assert_eq!(find(false), keys.iter().position(|&key| key == greatest));
                assert_eq!(find(true), keys.iter().rposition(|&key| key == greatest));
                let mut flipped = keys.clone();
                level.run(Flip { keys: &mut flipped, last: 255, flags: None });
                assert!(flipped.iter().zip(&keys).all(|(&flipped, &key)| flipped == 255 - key));
            }
        }
    }

    #[test]
    fn every_level_counts_flags() {
        for &level in Level::available() {
            for len in [0, 1, 63, 64, 200, 20_000] {
                let bytes = drawn(len);
                let sum = bytes.iter().map(|&byte| u64::from(byte)).sum();
                assert_eq!(level.run(SumBytes { bytes: &bytes }), sum);
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        let keys = vec![9u8; LANES * 300];
        let mut counts = vec![0; 3];
        for &level in Level::available() {
            counts.fill(0);
            level.run(CountColumns { keys: &keys, low: 9, span: 0, counts: &mut counts });
            assert_eq!(counts, [keys.len() as u64 / 3; 3]);
        }
    }

    #[test]
    fn columns_are_located_by_the_lowest_number() {
        for &level in Level::available() {
            for (width, rows) in [(1, 1), (3, 256), (513, 7), (1200, 3)] {
                let keys: Vec<u8> = drawn(width * rows).iter().map(|key| key % 5).collect();
                for (first, step) in [(100, 2), (1000, -3)] {
                    let (mut greatest, mut at) = (vec![0; width], vec![i64::MAX; width]);
                    // An equal key with a lower number, and a greater one, stay.
                    (greatest[width / 2], at[width / 2]) = (if width > 1 { 9 } else { 4 }, 1);
                    let (before, placed) = (greatest.clone(), at.clone());
                    let (greatest_of, at_of) = (&mut greatest, &mut at);
                    level.run(LocateInColumns { keys: &keys, first, step, greatest: greatest_of, at: at_of });
                    for column in 0..width {
                        let numbered = (0..rows).map(|r| (keys[r * width + column], first + step * r as i64));
                        let all = numbered.chain([(before[column], placed[column])]);
                        let best = all.max_by_key(|&(key, number)| (key, -number)).unwrap();
                        assert_eq!((greatest[column], at[column]), best, "{level} {width} {step} {column}");
                    }
                }
            }
        }
    }

    #[test]
    fn flags_are_heeded() {
        let (keys, flags) = ([5u16, 5, 1, 5], [0, 1, 1, 0]);
        for &level in Level::available() {
            let find = |last| level.run(Find { keys: &keys, flags: Some(&flags), wanted: 5, last });
            assert_eq!((find(false), find(true)), (Some(1), Some(1)));
            let mut flipped = keys;
            level.run(Flip { keys: &mut flipped, last: 9, flags: Some(&flags) });
            assert_eq!(flipped, [0, 4, 8, 0]);
        }
    }
}
