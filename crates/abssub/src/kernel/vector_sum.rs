//! What vectors of two rows come to, in lanes: a sum in the making for each kind of element.

use super::arch::Simd;
use super::vectors::ABREAST_AHEAD_BYTES;
use crate::array::run::Run;
use std::marker::PhantomData;

/// A sum of what pairs of vectors differ by, in lanes.
pub(super) trait VectorSum {
    /// Steps after which the lanes must be emptied.
    const STEPS: usize;

    /// Bytes of neighbours that meet in one lane.
    const WORD: usize;

    /// How far ahead rows that are read side by side are asked for.
    const AHEAD_BYTES: usize = ABREAST_AHEAD_BYTES;

    /// Whether a step is so little that the processor sees far enough by itself, but at the end of a row.
    const SEES_AHEAD: bool = false;

    /// Whether every row of one operand may meet every row of another: else panels need not be compiled.
    const MEETS_ALL: bool = true;

    /// Whether rows may be shorter than a vector and follow one another: else there is no kernel for them.
    const SHORT: bool = true;

    /// What is done to each vector once, before it is paired.
    #[inline(always)]
    fn prepared<S: Simd>(_simd: S, v: S::V) -> S::V {
        v
    }

    /// The lanes with one pair more.
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V;

    /// The first `WORD` bytes of a run in every lane.
    #[inline(always)]
    fn splat<S: Simd>(simd: S, run: Run<u8>) -> S::V {
        if Self::WORD == size_of::<u64>() {
            simd.splat_u64(u64::from_ne_bytes(run.block(0)))
        } else {
            simd.splat_u32(u32::from_ne_bytes(run.block(0)))
        }
    }

    /// Adds what each lane comes to that took in `steps` pairs to a state.
    fn each_lane<S: Simd, T>(simd: S, sum: S::V, steps: usize, states: &mut [T], grow: impl Fn(&mut T, u64));

    /// What lanes come to that took in `steps` pairs.
    fn total<S: Simd>(simd: S, sum: S::V, steps: usize) -> u64;

    /// The same of eight.
    #[inline(always)]
    fn total_eight<S: Simd>(simd: S, sums: [S::V; 8], steps: usize) -> [u64; 8] {
        let mut totals = [0; 8];
        for i in 0..8 {
            totals[i] = Self::total(simd, sums[i], steps);
        }
        totals
    }
}

/// What bytes mean: brought to unsigned ones that differ as they do.
pub(super) trait Meaning {
    /// A vector of such bytes.
    fn unsigned<S: Simd>(simd: S, v: S::V) -> S::V;
}

/// Unsigned bytes.
pub(super) enum Unsigned {}

impl Meaning for Unsigned {
    #[inline(always)]
    fn unsigned<S: Simd>(_simd: S, v: S::V) -> S::V {
        v
    }
}

/// Signed bytes.
pub(super) enum Signed {}

impl Meaning for Signed {
    #[inline(always)]
    fn unsigned<S: Simd>(simd: S, v: S::V) -> S::V {
        simd.flip_bytes(v)
    }
}

/// Booleans: any byte but zero is true.
pub(super) enum Truth {}

impl Meaning for Truth {
    #[inline(always)]
    fn unsigned<S: Simd>(simd: S, v: S::V) -> S::V {
        simd.min_bytes(v, simd.splat_byte(1))
    }
}

/// |a - b| of bytes.
pub(super) struct Bytes<M>(PhantomData<M>);

impl<M: Meaning> VectorSum for Bytes<M> {
    const SEES_AHEAD: bool = true;
    // A u64 lane grows by at most 2040 a step.
    const STEPS: usize = usize::MAX;
    const WORD: usize = size_of::<u64>();

    #[inline(always)]
    fn prepared<S: Simd>(simd: S, v: S::V) -> S::V {
        M::unsigned(simd, v)
    }

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        simd.add_u64(sum, simd.sad_bytes(a, b))
    }

    #[inline(always)]
    fn each_lane<S: Simd, T>(
        simd: S,
        sum: S::V,
        _steps: usize,
        states: &mut [T],
        grow: impl Fn(&mut T, u64),
    ) {
        for (state, lane) in states.iter_mut().zip(simd.lanes_u64(sum)) {
            grow(state, lane);
        }
    }

    #[inline(always)]
    fn total<S: Simd>(simd: S, sum: S::V, _steps: usize) -> u64 {
        simd.sum_u64(sum)
    }

    #[inline(always)]
    fn total_eight<S: Simd>(simd: S, sums: [S::V; 8], _steps: usize) -> [u64; 8] {
        simd.sum_eight_u64(sums)
    }
}

/// |a - b| of 16-bit integers given as bytes.
pub(super) enum Words<const SIGNED: bool> {}

impl<const SIGNED: bool> VectorSum for Words<SIGNED> {
    // An i32 lane falls by at most 65536 a step.
    const STEPS: usize = 1 << 15;
    const WORD: usize = size_of::<i32>();

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        let diff = if SIGNED { simd.biased_diff_i16(a, b) } else { simd.biased_diff_u16(a, b) };
        simd.accumulate_i16(sum, diff)
    }

    #[inline(always)]
    fn each_lane<S: Simd, T>(simd: S, sum: S::V, steps: usize, states: &mut [T], grow: impl Fn(&mut T, u64)) {
        let total = |lane: i32| (i64::from(lane) + steps as i64 * 65536) as u64;
        for (state, lane) in states.iter_mut().zip(simd.lanes_i32(sum)) {
            grow(state, total(lane));
        }
    }

    #[inline(always)]
    fn total<S: Simd>(simd: S, sum: S::V, steps: usize) -> u64 {
        // Every lane of every vector, a partial one's padding too, was counted 32768 too low.
        (simd.sum_i32(sum) + (steps * (S::BYTES / 2)) as i64 * 32768) as u64
    }
}

/// |a - b|^2 of bytes.
pub(super) struct Squares<M>(PhantomData<M>);

impl<M: Meaning> VectorSum for Squares<M> {
    // An i32 lane grows by at most 260100 a step.
    const STEPS: usize = 1 << 13;
    const WORD: usize = size_of::<i32>();
    // The most that is done with a vector.
    const AHEAD_BYTES: usize = 1024;

    #[inline(always)]
    fn prepared<S: Simd>(simd: S, v: S::V) -> S::V {
        M::unsigned(simd, v)
    }

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        simd.accumulate_squares(sum, a, b)
    }

    #[inline(always)]
    fn each_lane<S: Simd, T>(
        simd: S,
        sum: S::V,
        _steps: usize,
        states: &mut [T],
        grow: impl Fn(&mut T, u64),
    ) {
        for (state, lane) in states.iter_mut().zip(simd.lanes_i32(sum)) {
            grow(state, lane as u64);
        }
    }

    #[inline(always)]
    fn total<S: Simd>(simd: S, sum: S::V, _steps: usize) -> u64 {
        simd.sum_i32(sum) as u64
    }
}
