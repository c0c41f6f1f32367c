//! The few vector operations that earned an intrinsic, one file for each instruction set.
//!
//! Algorithms are written once over [`Simd`], in `kernel/`; a file here only says how its
//! instruction set does each step. The plain loops that the compiler vectorises well need nothing
//! from here: they are recompiled for each level by `dispatch`.

mod portable;
#[cfg(test)]
mod twice;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(super) use portable::Portable;
#[cfg(test)]
pub(super) use twice::Twice;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512, Sse2};

use crate::array::run::Run;

/// Bytes of a lane within which elements are moved about.
pub(crate) const LANE: usize = 16;

/// One level's vectors of bytes. A value is the proof that the level's instructions are enabled.
pub(crate) trait Simd: Copy {
    /// A vector register.
    type V: Copy;
    /// Its lanes of eight bytes.
    type U64s: IntoIterator<Item = u64>;
    /// Its lanes of four bytes.
    type I32s: IntoIterator<Item = i32>;
    /// Its lanes of [`LANE`] bytes.
    type Lanes: IntoIterator<Item = [u8; LANE]>;
    /// How many bytes it holds: a power of two.
    const BYTES: usize;
    /// How many of them there are.
    const REGISTERS: usize;

    /// All zero.
    fn zero(self) -> Self::V;
    /// The first `BYTES` bytes of `run`, which has at least as many.
    fn load(self, run: Run<u8>) -> Self::V;
    /// All of `run`, which has fewer than `BYTES` bytes, then zeros.
    fn load_partial(self, run: Run<u8>) -> Self::V;

    /// All of `run`: `BYTES` bytes and perhaps more, or with `PARTIAL` fewer. To hand on a function instead would
    /// make each call of it one.
    #[inline(always)]
    fn load_as<const PARTIAL: bool>(self, run: Run<u8>) -> Self::V {
        if PARTIAL { self.load_partial(run) } else { self.load(run) }
    }
    /// Writes the first `BYTES` bytes of `out`, which has at least as many.
    fn store(self, v: Self::V, out: &mut [u8]);

    /// The same eight bytes in every u64 lane.
    fn splat_u64(self, lane: u64) -> Self::V;
    /// The same four bytes in every u32 lane.
    fn splat_u32(self, lane: u32) -> Self::V;
    /// The u64 lanes.
    fn lanes_u64(self, v: Self::V) -> Self::U64s;
    /// The i32 lanes.
    fn lanes_i32(self, v: Self::V) -> Self::I32s;

    /// The lanes of [`LANE`] bytes.
    fn lanes(self, v: Self::V) -> Self::Lanes;
    /// The elements of `a` and `b`, each of `SIZE` bytes, by turns, lane by lane.
    fn interleave<const SIZE: usize>(self, a: Self::V, b: Self::V) -> [Self::V; 2];

    /// Bytes less 128: signed to unsigned order and back.
    fn flip_bytes(self, v: Self::V) -> Self::V;
    /// The sum of |a - b| over each eight unsigned bytes, as u64: at most 2040.
    fn sad_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// Adds u64 lanes.
    fn add_u64(self, a: Self::V, b: Self::V) -> Self::V;
    /// The sum of the u64 lanes.
    #[inline(always)]
    fn sum_u64(self, v: Self::V) -> u64 {
        let mut sum = 0;
        for lane in self.lanes_u64(v) {
            sum += lane;
        }
        sum
    }
    /// The same of eight vectors.
    #[inline(always)]
    fn sum_eight_u64(self, v: [Self::V; 8]) -> [u64; 8] {
        let mut sums = [0; 8];
        for i in 0..8 {
            sums[i] = self.sum_u64(v[i]);
        }
        sums
    }

    /// |a - b| of unsigned 16-bit lanes, less 32768, as i16.
    fn biased_diff_u16(self, a: Self::V, b: Self::V) -> Self::V;
    /// |a - b| of signed 16-bit lanes, less 32768, as i16.
    fn biased_diff_i16(self, a: Self::V, b: Self::V) -> Self::V;
    /// Adds neighbouring i16 lanes in i32, and those to `sum`.
    fn accumulate_i16(self, sum: Self::V, v: Self::V) -> Self::V;
    /// Adds 16-bit lanes, wrapped.
    fn add_u16(self, a: Self::V, b: Self::V) -> Self::V;
    /// The high byte of each 16-bit lane.
    fn high_bytes(self, v: Self::V) -> Self::V;
    /// Adds |a - b|^2 of each four unsigned bytes to an i32 lane of `sum`: at most 260100.
    fn accumulate_squares(self, sum: Self::V, a: Self::V, b: Self::V) -> Self::V;
    /// The sum of the i32 lanes.
    #[inline(always)]
    fn sum_i32(self, v: Self::V) -> i64 {
        let mut sum = 0;
        for lane in self.lanes_i32(v) {
            sum += i64::from(lane);
        }
        sum
    }

    /// The same byte everywhere.
    fn splat_byte(self, byte: u8) -> Self::V;
    /// |a - b| of unsigned bytes.
    fn diff_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// The bits of both.
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    /// a - b of bytes, wrapped.
    fn sub_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// The smaller of unsigned bytes.
    fn min_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// The greater of unsigned bytes.
    fn max_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// Adds one to a byte of `count` where that of `v`, less `low`, is beyond `span`: 255 times at most.
    fn count_outside(self, count: Self::V, v: Self::V, low: Self::V, span: Self::V) -> Self::V;
    /// The greatest unsigned byte.
    fn greatest_byte(self, v: Self::V) -> u8;
}
