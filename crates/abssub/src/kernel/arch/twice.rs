//! Vectors of twice the bytes, each two of another level's: how a processor without 64-byte vectors tests what kernels
//! make of them. For tests alone.

use super::Simd;
use crate::array::run::Run;
use std::iter::Chain;

/// The operations of another level, on two of its vectors at a time.
#[derive(Clone, Copy)]
pub(crate) struct Twice<S>(pub(crate) S);

/// What gives first the lanes of one vector, then those of the other.
type Both<L> = Chain<<L as IntoIterator>::IntoIter, <L as IntoIterator>::IntoIter>;

impl<S: Simd> Simd for Twice<S> {
    type V = [S::V; 2];
    type U64s = Both<S::U64s>;
    type I32s = Both<S::I32s>;
    type Lanes = Both<S::Lanes>;
    const BYTES: usize = 2 * S::BYTES;
    // As many as the level with the longest vectors has.
    const REGISTERS: usize = 32;

    fn zero(self) -> Self::V {
        [self.0.zero(); 2]
    }

    fn load(self, run: Run<u8>) -> Self::V {
        [self.0.load(run.part(0, S::BYTES)), self.0.load(run.part(S::BYTES, S::BYTES))]
    }

    fn load_partial(self, run: Run<u8>) -> Self::V {
        if run.len() < S::BYTES {
            [self.0.load_partial(run), self.0.zero()]
        } else {
            [self.0.load(run.part(0, S::BYTES)), self.0.load_partial(run.after(S::BYTES))]
        }
    }

    fn store(self, v: Self::V, out: &mut [u8]) {
        let (low, high) = out.split_at_mut(S::BYTES);
        self.0.store(v[0], low);
        self.0.store(v[1], high);
    }

    fn splat_u64(self, lane: u64) -> Self::V {
        [self.0.splat_u64(lane); 2]
    }

    fn splat_u32(self, lane: u32) -> Self::V {
        [self.0.splat_u32(lane); 2]
    }

    fn lanes_u64(self, v: Self::V) -> Self::U64s {
        self.0.lanes_u64(v[0]).into_iter().chain(self.0.lanes_u64(v[1]))
    }

    fn lanes_i32(self, v: Self::V) -> Self::I32s {
        self.0.lanes_i32(v[0]).into_iter().chain(self.0.lanes_i32(v[1]))
    }

    fn lanes(self, v: Self::V) -> Self::Lanes {
        self.0.lanes(v[0]).into_iter().chain(self.0.lanes(v[1]))
    }

    fn interleave<const SIZE: usize>(self, a: Self::V, b: Self::V) -> [Self::V; 2] {
        let first = self.0.interleave::<SIZE>(a[0], b[0]);
        let second = self.0.interleave::<SIZE>(a[1], b[1]);
        [[first[0], second[0]], [first[1], second[1]]]
    }

    fn flip_bytes(self, v: Self::V) -> Self::V {
        v.map(|v| self.0.flip_bytes(v))
    }

    fn sad_bytes(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.sad_bytes(a[0], b[0]), self.0.sad_bytes(a[1], b[1])]
    }

    fn add_u64(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.add_u64(a[0], b[0]), self.0.add_u64(a[1], b[1])]
    }

    fn biased_diff_u16(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.biased_diff_u16(a[0], b[0]), self.0.biased_diff_u16(a[1], b[1])]
    }

    fn biased_diff_i16(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.biased_diff_i16(a[0], b[0]), self.0.biased_diff_i16(a[1], b[1])]
    }

    fn accumulate_i16(self, sum: Self::V, v: Self::V) -> Self::V {
        [self.0.accumulate_i16(sum[0], v[0]), self.0.accumulate_i16(sum[1], v[1])]
    }

    fn add_u16(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.add_u16(a[0], b[0]), self.0.add_u16(a[1], b[1])]
    }

    fn high_bytes(self, v: Self::V) -> Self::V {
        v.map(|v| self.0.high_bytes(v))
    }

    fn accumulate_squares(self, sum: Self::V, a: Self::V, b: Self::V) -> Self::V {
        [self.0.accumulate_squares(sum[0], a[0], b[0]), self.0.accumulate_squares(sum[1], a[1], b[1])]
    }

    fn splat_byte(self, byte: u8) -> Self::V {
        [self.0.splat_byte(byte); 2]
    }

    fn diff_bytes(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.diff_bytes(a[0], b[0]), self.0.diff_bytes(a[1], b[1])]
    }

    fn and(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.and(a[0], b[0]), self.0.and(a[1], b[1])]
    }

    fn sub_bytes(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.sub_bytes(a[0], b[0]), self.0.sub_bytes(a[1], b[1])]
    }

    fn min_bytes(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.min_bytes(a[0], b[0]), self.0.min_bytes(a[1], b[1])]
    }

    fn max_bytes(self, a: Self::V, b: Self::V) -> Self::V {
        [self.0.max_bytes(a[0], b[0]), self.0.max_bytes(a[1], b[1])]
    }

    fn count_outside(self, count: Self::V, v: Self::V, low: Self::V, span: Self::V) -> Self::V {
        let outside = |i: usize| self.0.count_outside(count[i], v[i], low[i], span[i]);
        [outside(0), outside(1)]
    }

    fn greatest_byte(self, v: Self::V) -> u8 {
        self.0.greatest_byte(v[0]).max(self.0.greatest_byte(v[1]))
    }
}
