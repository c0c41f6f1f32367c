//! Keys of a block. Plain loops over a small buffer, recompiled for each level.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::fold::Block;
use super::vectors::AHEAD_BYTES;
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Elements whose keys are written together: what the compiler turns into vectors.
const BLOCK: usize = 64;
/// The same of those that are left.
const FEW: usize = 8;

/// Writes the keys of a block, one row after the other.
pub(crate) struct WriteKeys<'m, 'k, E: Keyed> {
    pub(crate) block: Block<'m, E>,
    pub(crate) keys: &'k mut [E::Key],
}

impl<E: Keyed> Kernel for WriteKeys<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Block { a, b } = self.block;
        for (i, keys) in self.keys.chunks_exact_mut(a.row_len()).enumerate() {
            write_row::<E>(a.row(i), b.row(i), keys);
        }
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
        for i in 0..BLOCK {
            keys[i] = E::key(a[i], b[i]);
        }
    }
    let ((a, a_rest), (b, b_rest)) = (a_rest.blocks::<FEW>(), b_rest.blocks::<FEW>());
    let (few, rest) = rest.as_chunks_mut::<FEW>();
    for (keys, (a, b)) in few.iter_mut().zip(a.zip(b)) {
        for i in 0..FEW {
            keys[i] = E::key(a[i], b[i]);
        }
    }
    let pairs = a_rest.iter().zip(b_rest.iter());
    for (key, (a, b)) in rest.iter_mut().zip(pairs) {
        *key = E::key(a, b);
    }
}

/// The sum of lanes that counted.
#[inline(always)]
pub(super) fn sum_of<K: Key>(lanes: &[K]) -> u64 {
    let mut sum = 0;
    for lane in lanes {
        sum += lane.wide() as u64;
    }
    sum
}

/// Whether any key is the last number's or above: infinite, or not a number.
pub(crate) struct AnyFrom<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) last: K,
}

impl<K: Key> Kernel for AnyFrom<'_, K> {
    const VECTORS: bool = false;
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let mut any = false;
        for &key in self.keys {
            any |= key >= self.last;
        }
        any
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
    const VECTORS: bool = false;
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
        None => {
            for key in keys {
                *key = last.less(*key);
            }
        }
        Some(flags) => {
            for (key, &flag) in keys.iter_mut().zip(flags) {
                *key = if flag != 0 { last.less(*key) } else { K::default() };
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
    fn every_level_turns_the_order_round() {
        for &level in Level::available() {
            for len in [0, 1, 5, 63, 64, 65, 200, 20_000] {
                let keys = drawn(len);
                let mut flipped = keys.clone();
                level.run(Flip { keys: &mut flipped, last: 255, flags: None });
                assert!(flipped.iter().zip(&keys).all(|(&flipped, &key)| flipped == 255 - key));
            }
            let mut keys = [5u16, 5, 1, 5];
            level.run(Flip { keys: &mut keys, last: 9, flags: Some(&[0, 1, 1, 0]) });
            assert_eq!(keys, [0, 4, 8, 0]);
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
}
