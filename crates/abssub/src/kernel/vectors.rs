//! Sums that a vector's lanes take in step by step: of one pair of rows, of several with one, or of many short pairs.
//!
//! Where one operand is shared, as one frame is by many, rows of the other come from memory side by side, and
//! each vector of the shared one is loaded once for all of them.

use super::arch::Simd;
use super::fold::Meeting;
use super::panels::sum_all;
use super::rows::Rows;
use super::short_rows::{sum_short, sum_short_beside};
use super::vector_sum::VectorSum;
use crate::array::run::{LINE, Lockstep, Run, parts};

/// How far ahead the bytes of both rows are asked for: from memory that reads a tenth faster.
pub(crate) const AHEAD_BYTES: usize = 2048;
/// The same for each of several rows that are read side by side; a line further costs a tenth.
pub(super) const ABREAST_AHEAD_BYTES: usize = 448;
/// Rows whose ends come so often that what lies beyond has to be asked for.
const SHORT_BYTES: usize = 4096;
/// Rows so short that emptying lanes after each would cost as much as filling them.
const TOGETHER_BYTES: usize = 512;
/// Vectors of a row that are summed side by side, so that an addition need not wait for the last.
const SIDE_BY_SIDE: usize = 4;

/// Rows that are read side by side where the other operand is shared: memory answers several streams
/// faster than one, and a vector of the shared row is loaded once for all of them.
const STREAMS: usize = 8;

/// One pair of rows, given as bytes.
#[inline(always)]
pub(super) fn sum_row<S: Simd, K: VectorSum>(simd: S, a: Run<u8>, b: Run<u8>) -> u64 {
    let round = SIDE_BY_SIDE * S::BYTES;
    let (mut a, mut b) = (a, b);
    let mut total = 0;
    while a.len() >= round {
        let rounds = (a.len() / round).min(K::STEPS);
        let mut sums = [simd.zero(); SIDE_BY_SIDE];
        for _ in 0..rounds {
            // Processors with shorter vectors see two streams coming, and read up to a fifth slower if asked to.
            if S::BYTES == LINE {
                a.part(0, round).prefetch_ahead(AHEAD_BYTES);
                b.part(0, round).prefetch_ahead(AHEAD_BYTES);
            }
            for (k, sum) in sums.iter_mut().enumerate() {
                *sum =
                    step::<S, K>(simd, *sum, a.part(k * S::BYTES, S::BYTES), b.part(k * S::BYTES, S::BYTES));
            }
            (a, b) = (a.after(round), b.after(round));
        }
        for sum in sums {
            total += K::total(simd, sum, rounds);
        }
    }
    let [rest] = sum_beside::<S, K, 1>(simd, [a], b);
    total + rest
}

#[inline(always)]
fn step<S: Simd, K: VectorSum>(simd: S, sum: S::V, a: Run<u8>, b: Run<u8>) -> S::V {
    K::step(simd, sum, K::prepared(simd, simd.load(a)), K::prepared(simd, simd.load(b)))
}

/// The rows that meet: `grow` adds to the state that each meeting has.
#[inline(always)]
pub(super) fn sum_rows<S: Simd, K: VectorSum, T>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    meeting: Meeting,
    states: &mut [T],
    grow: impl Fn(&mut T, u64) + Copy,
) {
    match meeting {
        Meeting::Alike { step: 0 } if a.count() > 1 && a.row_len() <= TOGETHER_BYTES => {
            grow(&mut states[0], sum_together::<S, K>(simd, a, b));
        }
        Meeting::Alike { step } => {
            for i in sum_short::<S, K, T>(simd, a, b, states, step, grow)..a.count() {
                grow(&mut states[i * step], sum_row::<S, K>(simd, a.row(i), b.row(i)));
            }
        }
        Meeting::All { from, a: step, b: 1 } if K::MEETS_ALL && a.count() > 1 && b.count() > 1 => {
            sum_all::<S, K, T>(simd, a, b, &mut states[from..], step, grow);
        }
        Meeting::All { from, a: step_a, b: step_b } => {
            let (rows, others, step, other_step) =
                if b.count() == 1 { (a, b, step_a, step_b) } else { (b, a, step_b, step_a) };
            for i in 0..others.count() {
                let states = &mut states[from + i * other_step..];
                sum_each::<S, K, T>(simd, rows, others.row(i), states, step, grow);
            }
        }
    }
}

/// All pairs of rows, which are short, into one sum: its lanes are emptied only where they could overflow.
#[inline(always)]
fn sum_together<S: Simd, K: VectorSum>(simd: S, a: Rows<u8>, b: Rows<u8>) -> u64 {
    let (away_a, away_b) = (a.foreseen(), b.foreseen());
    let (whole, steps) = (a.row_len() / S::BYTES * S::BYTES, a.row_len().div_ceil(S::BYTES));
    let most = (K::STEPS / steps.max(1)).max(1);
    let mut total = 0;
    for from in (0..a.count()).step_by(most) {
        let rows = most.min(a.count() - from);
        let mut sum = simd.zero();
        for i in from..from + rows {
            let (a, b) = (a.row(i), b.row(i));
            if let Some(away) = away_a {
                a.foresee_all(away);
            }
            if let Some(away) = away_b {
                b.foresee_all(away);
            }
            for [a, b] in Lockstep::new([a, b], S::BYTES) {
                sum = step::<S, K>(simd, sum, a, b);
            }
            if whole < a.len() {
                let a = K::prepared(simd, simd.load_partial(a.after(whole)));
                let b = K::prepared(simd, simd.load_partial(b.after(whole)));
                sum = K::step(simd, sum, a, b);
            }
        }
        total += K::total(simd, sum, rows * steps);
    }
    total
}

/// Every row of a with one row that they share; their states are `step` apart.
#[inline(always)]
pub(super) fn sum_each<S: Simd, K: VectorSum, T>(
    simd: S,
    a: Rows<u8>,
    b: Run<u8>,
    states: &mut [T],
    step: usize,
    grow: impl Fn(&mut T, u64) + Copy,
) {
    let short = sum_short_beside::<S, K, T>(simd, a, b, states, step, grow);
    let whole = short + (a.count() - short) / STREAMS * STREAMS;
    for i in (short..whole).step_by(STREAMS) {
        let sums = sum_beside::<S, K, STREAMS>(simd, a.several(i), b);
        for (m, sum) in sums.into_iter().enumerate() {
            grow(&mut states[(i + m) * step], sum);
        }
    }
    for i in whole..a.count() {
        grow(&mut states[i * step], sum_row::<S, K>(simd, a.row(i), b));
    }
}

/// Segments of all rows, one of whose operands is the same in all, each into its own state.
#[inline(always)]
pub(super) fn sum_segments<S: Simd, K: VectorSum, T>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    states: &mut [T],
    grow: impl Fn(&mut T, u64) + Copy,
) {
    let (rows, shared) = if b.is_shared() { (a, b.row(0)) } else { (b, a.row(0)) };
    let len = shared.len() / states.len();
    let whole = rows.count() / STREAMS * STREAMS;
    for i in (0..whole).step_by(STREAMS) {
        let several = rows.several::<STREAMS>(i);
        for (place, state) in states.iter_mut().enumerate() {
            let at = place * len;
            let sums = sum_beside::<S, K, STREAMS>(simd, parts(several, at, len), shared.part(at, len));
            for sum in sums {
                grow(state, sum);
            }
        }
    }
    for i in whole..rows.count() {
        for (place, state) in states.iter_mut().enumerate() {
            let (row, at) = (rows.row(i), place * len);
            grow(state, sum_row::<S, K>(simd, row.part(at, len), shared.part(at, len)));
        }
    }
}

/// `M` rows, each with one row that they share, all of one length in bytes.
#[inline(always)]
fn sum_beside<S: Simd, K: VectorSum, const M: usize>(simd: S, a: [Run<u8>; M], b: Run<u8>) -> [u64; M] {
    let most = K::STEPS.saturating_mul(S::BYTES);
    let len = b.len();
    let first = most.min(len);
    let mut totals = short_beside::<S, K, M>(simd, parts(a, 0, first), b.part(0, first));
    let mut at = most;
    while at < len {
        let each = most.min(len - at);
        let more = short_beside::<S, K, M>(simd, parts(a, at, each), b.part(at, each));
        for (total, more) in totals.iter_mut().zip(more) {
            *total += more;
        }
        at += each;
    }
    totals
}

/// The same of rows that are so short that no lane overflows.
#[inline(always)]
fn short_beside<S: Simd, K: VectorSum, const M: usize>(simd: S, a: [Run<u8>; M], b: Run<u8>) -> [u64; M] {
    let steps = b.len().div_ceil(S::BYTES);
    let sums = lanes_beside::<S, K, M>(simd, a, b);
    let mut totals = [0; M];
    let ((eights, ones), (sum_eights, sum_ones)) = (totals.as_chunks_mut::<8>(), sums.as_chunks::<8>());
    for (totals, sums) in eights.iter_mut().zip(sum_eights) {
        *totals = K::total_eight(simd, *sums, steps);
    }
    for (total, sum) in ones.iter_mut().zip(sum_ones) {
        *total = K::total(simd, *sum, steps);
    }
    totals
}

/// The lanes of rows that are so short that none overflows.
#[inline(always)]
fn lanes_beside<S: Simd, K: VectorSum, const M: usize>(simd: S, a: [Run<u8>; M], b: Run<u8>) -> [S::V; M] {
    let asks = M == STREAMS && (b.len() < SHORT_BYTES || !K::SEES_AHEAD);
    let mut sums = [simd.zero(); M];
    for (a, [b]) in Lockstep::new(a, S::BYTES).zip(Lockstep::new([b], S::BYTES)) {
        if asks {
            for row in &a {
                row.prefetch_ahead(K::AHEAD_BYTES);
            }
        }
        add_step::<S, K, M, false>(simd, a, b, &mut sums);
    }
    let whole = b.len() / S::BYTES * S::BYTES;
    if whole < b.len() {
        let rest = parts(a, whole, b.len() - whole);
        add_step::<S, K, M, true>(simd, rest, b.after(whole), &mut sums);
    }
    sums
}

/// One vector more of each row. Plain loops: an array's own methods would not be compiled for the level.
#[inline(always)]
fn add_step<S: Simd, K: VectorSum, const M: usize, const PARTIAL: bool>(
    simd: S,
    a: [Run<u8>; M],
    b: Run<u8>,
    sums: &mut [S::V; M],
) {
    let shared = K::prepared(simd, simd.load_as::<PARTIAL>(b));
    for i in 0..M {
        sums[i] = K::step(simd, sums[i], K::prepared(simd, simd.load_as::<PARTIAL>(a[i])), shared);
    }
}
