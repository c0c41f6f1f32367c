//! The vector operations in plain Rust: what runs where there is nothing better, and the model
//! that the instruction sets are tested against.

use super::{LANE, Simd};
use crate::array::run::Run;

/// No instructions beyond the target's own.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

const BYTES: usize = 16;
type V = [u8; BYTES];

#[inline(always)]
fn lanes<const N: usize, const W: usize>(v: V) -> [[u8; W]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| v[i * W + j]))
}

#[inline(always)]
fn join<const N: usize, const W: usize>(lanes: [[u8; W]; N]) -> V {
    std::array::from_fn(|i| lanes[i / W][i % W])
}

#[inline(always)]
fn diff_u16(a: V, b: V, order: u16) -> V {
    let (a, b) = (lanes::<8, 2>(a).map(u16::from_le_bytes), lanes::<8, 2>(b).map(u16::from_le_bytes));
    let diff = |i: usize| (a[i] ^ order).abs_diff(b[i] ^ order) ^ 0x8000;
    join(std::array::from_fn::<_, 8, _>(|i| diff(i).to_le_bytes()))
}

/// The elements of `size` bytes of both by turns.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn by_turns(a: V, b: V, size: usize) -> [V; 2] {
    let byte = |i: usize| {
        let (element, within) = (i / size, i % size);
        let from = if element % 2 == 0 { a } else { b };
        from[element / 2 * size + within]
    };
    [std::array::from_fn(byte), std::array::from_fn(|i| byte(BYTES + i))]
}

impl Simd for Portable {
    type V = V;
    type U64s = [u64; 2];
    type I32s = [i32; 4];
    type Lanes = [[u8; LANE]; 1];
    const BYTES: usize = BYTES;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn zero(self) -> V {
        [0; BYTES]
    }

    #[inline(always)]
    fn load(self, run: Run<u8>) -> V {
        run.blocks::<BYTES>().0.next().expect("a whole vector")
    }

    #[inline(always)]
    fn load_partial(self, run: Run<u8>) -> V {
        std::array::from_fn(|i| if i < run.len() { run.get(i) } else { 0 })
    }

    #[inline(always)]
    fn store(self, v: V, out: &mut [u8]) {
        out[..BYTES].copy_from_slice(&v);
    }

    #[inline(always)]
    fn splat_u64(self, lane: u64) -> V {
        join([lane.to_ne_bytes(); 2])
    }

    #[inline(always)]
    fn splat_u32(self, lane: u32) -> V {
        join([lane.to_ne_bytes(); 4])
    }

    #[inline(always)]
    fn lanes_u64(self, v: V) -> [u64; 2] {
        lanes(v).map(u64::from_le_bytes)
    }

    #[inline(always)]
    fn lanes_i32(self, v: V) -> [i32; 4] {
        lanes(v).map(i32::from_le_bytes)
    }

    #[inline(always)]
    fn lanes(self, v: V) -> Self::Lanes {
        [v]
    }

    #[inline(always)]
    fn interleave<const SIZE: usize>(self, a: V, b: V) -> [V; 2] {
        // Single bytes put together cost the compiler minutes, and SSE2 is part of the target.
        #[cfg(target_arch = "x86_64")]
        {
            let simd = super::Sse2::baseline();
            let [low, high] = simd.interleave::<SIZE>(simd.load(Run::of(&a)), simd.load(Run::of(&b)));
            let ([low], [high]) = (simd.lanes(low), simd.lanes(high));
            [low, high]
        }
        #[cfg(not(target_arch = "x86_64"))]
        by_turns(a, b, SIZE)
    }

    #[inline(always)]
    fn flip_bytes(self, v: V) -> V {
        v.map(|byte| byte ^ 0x80)
    }

    #[inline(always)]
    fn sad_bytes(self, a: V, b: V) -> V {
        let diff: V = std::array::from_fn(|i| a[i].abs_diff(b[i]));
        join(lanes::<2, 8>(diff).map(|eight| eight.iter().map(|&d| u64::from(d)).sum::<u64>().to_le_bytes()))
    }

    #[inline(always)]
    fn add_u64(self, a: V, b: V) -> V {
        let (a, b) = (lanes::<2, 8>(a).map(u64::from_le_bytes), lanes::<2, 8>(b).map(u64::from_le_bytes));
        join([(a[0] + b[0]).to_le_bytes(), (a[1] + b[1]).to_le_bytes()])
    }

    #[inline(always)]
    fn biased_diff_u16(self, a: V, b: V) -> V {
        diff_u16(a, b, 0)
    }

    #[inline(always)]
    fn biased_diff_i16(self, a: V, b: V) -> V {
        diff_u16(a, b, 0x8000)
    }

    #[inline(always)]
    fn accumulate_i16(self, sum: V, v: V) -> V {
        let (sum, v) = (lanes::<4, 4>(sum).map(i32::from_le_bytes), lanes::<8, 2>(v).map(i16::from_le_bytes));
        let next = |i: usize| sum[i] + i32::from(v[2 * i]) + i32::from(v[2 * i + 1]);
        join(std::array::from_fn::<_, 4, _>(|i| next(i).to_le_bytes()))
    }

    #[inline(always)]
    fn add_u16(self, a: V, b: V) -> V {
        let (a, b) = (lanes::<8, 2>(a).map(u16::from_le_bytes), lanes::<8, 2>(b).map(u16::from_le_bytes));
        join(std::array::from_fn::<_, 8, _>(|i| a[i].wrapping_add(b[i]).to_le_bytes()))
    }

    #[inline(always)]
    fn high_bytes(self, v: V) -> V {
        std::array::from_fn(|i| if i % 2 == 0 { v[i + 1] } else { 0 })
    }

    #[inline(always)]
    fn accumulate_squares(self, sum: V, a: V, b: V) -> V {
        let (sum, diff) =
            (lanes::<4, 4>(sum).map(i32::from_le_bytes), std::array::from_fn(|i| a[i].abs_diff(b[i])));
        let fours =
            lanes::<4, 4>(diff).map(|four| four.iter().map(|&d| i32::from(d) * i32::from(d)).sum::<i32>());
        join(std::array::from_fn::<_, 4, _>(|i| (sum[i] + fours[i]).to_le_bytes()))
    }

    #[inline(always)]
    fn splat_byte(self, byte: u8) -> V {
        [byte; BYTES]
    }

    #[inline(always)]
    fn diff_bytes(self, a: V, b: V) -> V {
        std::array::from_fn(|i| a[i].abs_diff(b[i]))
    }

    #[inline(always)]
    fn and(self, a: V, b: V) -> V {
        std::array::from_fn(|i| a[i] & b[i])
    }

    #[inline(always)]
    fn sub_bytes(self, a: V, b: V) -> V {
        std::array::from_fn(|i| a[i].wrapping_sub(b[i]))
    }

    #[inline(always)]
    fn min_bytes(self, a: V, b: V) -> V {
        std::array::from_fn(|i| a[i].min(b[i]))
    }

    #[inline(always)]
    fn max_bytes(self, a: V, b: V) -> V {
        std::array::from_fn(|i| a[i].max(b[i]))
    }

    #[inline(always)]
    fn count_outside(self, count: V, v: V, low: V, span: V) -> V {
        std::array::from_fn(|i| count[i] + (v[i].wrapping_sub(low[i]) > span[i]) as u8)
    }

    #[inline(always)]
    fn greatest_byte(self, v: V) -> u8 {
        v.into_iter().fold(0, u8::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_by_turns() {
        let (a, b): (V, V) = (std::array::from_fn(|i| i as u8), std::array::from_fn(|i| 100 + i as u8));
        assert_eq!(Portable.interleave::<1>(a, b), by_turns(a, b, 1));
        assert_eq!(Portable.interleave::<2>(a, b), by_turns(a, b, 2));
        assert_eq!(Portable.interleave::<4>(a, b), by_turns(a, b, 4));
        assert_eq!(Portable.interleave::<8>(a, b), by_turns(a, b, 8));
        assert_eq!(by_turns(a, b, 8)[1][..9], [8, 9, 10, 11, 12, 13, 14, 15, 108]);
    }
}
