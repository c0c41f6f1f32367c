//! Rows shorter than a vector that follow one another in memory, each into its own state: whole vectors are read, and
//! what belongs to the next rows is cleared. To read no more than a row takes five times as long.

use super::arch::Simd;
use super::rows::Rows;
use super::vector_sum::VectorSum;
use crate::array::run::Run;

/// The longest vectors' bytes.
const MOST_BYTES: usize = 64;
/// Rows whose lanes are emptied together.
const TOGETHER: usize = 8;

/// Sums the first rows if they are such, each with one of as many others; gives how many.
#[inline(always)]
pub(super) fn sum_short<S: Simd, K: VectorSum, T>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    states: &mut [T],
    step: usize,
    grow: impl Fn(&mut T, u64) + Copy,
) -> usize {
    if !K::SHORT || a.row_len() >= S::BYTES {
        return 0;
    }
    match (a.joined(), b.joined()) {
        (Some(all_a), Some(all_b)) => {
            let both = (all_a.row(0), all_b.row(0));
            sum::<S, K, T, false>(simd, both, a.row_len(), states, step, grow)
        }
        _ => 0,
    }
}

/// The same, each with one row that they share.
#[inline(always)]
pub(super) fn sum_short_beside<S: Simd, K: VectorSum, T>(
    simd: S,
    a: Rows<u8>,
    b: Run<u8>,
    states: &mut [T],
    step: usize,
    grow: impl Fn(&mut T, u64) + Copy,
) -> usize {
    if !K::SHORT || a.row_len() >= S::BYTES {
        return 0;
    }
    match a.joined() {
        Some(all) => sum::<S, K, T, true>(simd, (all.row(0), b), a.row_len(), states, step, grow),
        None => 0,
    }
}

/// Rows of `len` bytes, as many as whole vectors can be read for.
#[inline(always)]
fn sum<S: Simd, K: VectorSum, T, const SHARED: bool>(
    simd: S,
    (a, b): (Run<u8>, Run<u8>),
    len: usize,
    states: &mut [T],
    step: usize,
    grow: impl Fn(&mut T, u64) + Copy,
) -> usize {
    let mut bits = [0; MOST_BYTES];
    bits[..len].fill(0xff);
    let bits = simd.load(Run::of(&bits));
    let beyond = a.len().saturating_sub(S::BYTES);
    let rows = if a.len() < S::BYTES || len == 0 { 0 } else { beyond / len + 1 };
    let rows = rows / TOGETHER * TOGETHER;
    let mut other = K::prepared(simd, if SHARED { simd.load_partial(b) } else { simd.zero() });
    for first in (0..rows).step_by(TOGETHER) {
        let mut sums = [simd.zero(); TOGETHER];
        for (k, sum) in sums.iter_mut().enumerate() {
            let at = (first + k) * len;
            if !SHARED {
                other = K::prepared(simd, simd.and(simd.load(b.part(at, S::BYTES)), bits));
            }
            let row = K::prepared(simd, simd.and(simd.load(a.part(at, S::BYTES)), bits));
            *sum = K::step(simd, *sum, row, other);
        }
        let totals = K::total_eight(simd, sums, 1);
        for (k, total) in totals.into_iter().enumerate() {
            grow(&mut states[(first + k) * step], total);
        }
    }
    rows
}
