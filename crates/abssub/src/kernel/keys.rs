//! Keys of a block, and their extremes. Plain loops over a small buffer, recompiled for each level.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::fold::Block;
use super::vectors::AHEAD_BYTES;
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
            let ((mut a, a_rest), (b, b_rest)) = (a.row(i).blocks::<BLOCK>(), b.row(i).blocks::<BLOCK>());
            let (blocks, rest) = keys.as_chunks_mut::<BLOCK>();
            for ((keys, a), b) in blocks.iter_mut().zip(a.ahead::<AHEAD_BYTES>()).zip(b) {
                (0..BLOCK).for_each(|i| keys[i] = E::key(a[i], b[i]));
            }
            rest.iter_mut()
                .zip(a_rest.iter().zip(b_rest.iter()))
                .for_each(|(key, (a, b))| *key = E::key(a, b));
        }
    }
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
        match self.flags {
            None => self.keys.iter_mut().for_each(|key| *key = self.last.less(*key)),
            Some(flags) => {
                for (key, &flag) in self.keys.iter_mut().zip(flags) {
                    *key = if flag != 0 { self.last.less(*key) } else { K::default() };
                }
            }
        }
    }
}

/// Keys that are compared side by side.
const LANES: usize = 64;

/// The greatest key.
pub(crate) struct Greatest<'k, K> {
    pub(crate) keys: &'k [K],
}

impl<K: Key> Kernel for Greatest<'_, K> {
    type Output = K;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> K {
        let (blocks, rest) = self.keys.as_chunks::<LANES>();
        let mut lanes = [K::default(); LANES];
        for block in blocks {
            (0..LANES).for_each(|i| lanes[i] = lanes[i].max(block[i]));
        }
        lanes.iter().chain(rest).fold(K::default(), |greatest, &key| greatest.max(key))
    }
}

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

/// How many keys lie in a range: `low ..= low + span`.
pub(crate) struct Count<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) low: K,
    pub(crate) span: K,
}

impl<K: Key> Kernel for Count<'_, K> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> u64 {
        let inside = |key: K| key.less(self.low) <= self.span;
        let (blocks, rest) = self.keys.as_chunks::<LANES>();
        let mut total = 0;
        // Lanes as wide as the keys: 255 steps are what the narrowest holds.
        for blocks in blocks.chunks(255) {
            let mut lanes = [K::default(); LANES];
            for block in blocks {
                for i in 0..LANES {
                    lanes[i] = lanes[i].plus(if inside(block[i]) { K::ONE } else { K::default() });
                }
            }
            total += lanes.iter().map(|lane| lane.wide() as u64).sum::<u64>();
        }
        total + rest.iter().filter(|&&key| inside(key)).count() as u64
    }
}

/// The same for each column.
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
                let greatest = level.run(Greatest { keys: &keys });
                assert_eq!(greatest, keys.iter().copied().max().unwrap_or(0));
                let find = |last| level.run(Find { keys: &keys, flags: None, wanted: greatest, last });
                assert_eq!(find(false), keys.iter().position(|&key| key == greatest));
                assert_eq!(find(true), keys.iter().rposition(|&key| key == greatest));
                let count = level.run(Count { keys: &keys, low: 3, span: 200 });
                assert_eq!(count, keys.iter().filter(|&&key| (3..=203).contains(&key)).count() as u64);
                let mut flipped = keys.clone();
                level.run(Flip { keys: &mut flipped, last: 255, flags: None });
                assert!(flipped.iter().zip(&keys).all(|(&flipped, &key)| flipped == 255 - key));
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        let keys = vec![9u8; LANES * 300];
        let mut counts = vec![0; 3];
        for &level in Level::available() {
            assert_eq!(level.run(Count { keys: &keys, low: 9, span: 0 }), keys.len() as u64);
            counts.fill(0);
            level.run(CountColumns { keys: &keys, low: 9, span: 0, counts: &mut counts });
            assert_eq!(counts, [keys.len() as u64 / 3; 3]);
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
