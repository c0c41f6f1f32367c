//! Sums that a vector's lanes take in step by step: one pair of rows, or a tile of several rows of each.
//!
//! A tile loads each vector of `M + N` rows once for `M * N` steps, as a matrix product does, which is what
//! lifts the limit of the loads. Where one operand is shared, as one frame is by many, `N` is 1, and the
//! rows of the other come from memory side by side.

use super::arch::Simd;
use super::fold::{Meeting, Rows};
use crate::array::run::{Lockstep, Run};

/// A sum of what pairs of vectors differ by, in lanes.
pub(super) trait VectorSum {
    /// Steps after which the lanes must be emptied.
    const STEPS: usize;

    /// Whether rows that are read side by side are asked for ahead: where a step is several instructions, the
    /// processor sees less far by itself.
    const ASKS_AHEAD: bool = false;

    /// What is done to each vector once, before it is paired.
    #[inline(always)]
    fn prepared<S: Simd>(_simd: S, v: S::V) -> S::V {
        v
    }

    /// The lanes with one pair more.
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V;

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

/// |a - b| of bytes.
pub(super) enum Bytes<const SIGNED: bool> {}

impl<const SIGNED: bool> VectorSum for Bytes<SIGNED> {
    // A u64 lane grows by at most 2040 a step.
    const STEPS: usize = usize::MAX;

    #[inline(always)]
    fn prepared<S: Simd>(simd: S, v: S::V) -> S::V {
        if SIGNED { simd.flip_bytes(v) } else { v }
    }

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        simd.add_u64(sum, simd.sad_bytes(a, b))
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

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        let diff = if SIGNED { simd.biased_diff_i16(a, b) } else { simd.biased_diff_u16(a, b) };
        simd.accumulate_i16(sum, diff)
    }

    #[inline(always)]
    fn total<S: Simd>(simd: S, sum: S::V, steps: usize) -> u64 {
        // Every lane of every vector, a partial one's padding too, was counted 32768 too low.
        (simd.sum_i32(sum) + (steps * (S::BYTES / 2)) as i64 * 32768) as u64
    }
}

/// |a - b|^2 of bytes.
pub(super) enum Squares<const SIGNED: bool> {}

impl<const SIGNED: bool> VectorSum for Squares<SIGNED> {
    // An i32 lane grows by at most 260100 a step.
    const STEPS: usize = 1 << 13;
    const ASKS_AHEAD: bool = true;

    #[inline(always)]
    fn prepared<S: Simd>(simd: S, v: S::V) -> S::V {
        if SIGNED { simd.flip_bytes(v) } else { v }
    }

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        simd.accumulate_squares(sum, a, b)
    }

    #[inline(always)]
    fn total<S: Simd>(simd: S, sum: S::V, _steps: usize) -> u64 {
        simd.sum_i32(sum) as u64
    }
}

/// How far ahead the bytes of both rows are asked for: from memory that reads a tenth faster.
pub(crate) const AHEAD_BYTES: usize = 2048;
/// The same for each of several rows that are read side by side.
pub(super) const ABREAST_AHEAD_BYTES: usize = 1024;
/// Vectors of a row that are summed side by side, so that an addition need not wait for the last.
const SIDE_BY_SIDE: usize = 4;

/// Rows of a tile: with as many of the other operand, 16 registers of sums and 8 of what they are made of.
const TILE: usize = 4;
/// Rows that are read side by side where the other operand is shared: memory answers several streams
/// faster than one, and a vector of the shared row is loaded once for all of them.
const STREAMS: usize = 8;
/// Bytes of rows that are paired with all others in turn: half of a first cache.
const PANEL_BYTES: usize = 24 << 10;

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
            a.part(0, round).prefetch_ahead(AHEAD_BYTES);
            b.part(0, round).prefetch_ahead(AHEAD_BYTES);
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
    let [[rest]] = tile::<S, K, 1, 1>(simd, [a], [b]);
    total + rest
}

#[inline(always)]
fn step<S: Simd, K: VectorSum>(simd: S, sum: S::V, a: Run<u8>, b: Run<u8>) -> S::V {
    K::step(simd, sum, K::prepared(simd, simd.load(a)), K::prepared(simd, simd.load(b)))
}

/// The rows that meet. `take(place, step, sums)` is told sums whose places follow one another by a step.
#[inline(always)]
pub(super) fn sum_rows<S: Simd, K: VectorSum>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    meeting: Meeting,
    mut take: impl FnMut(usize, usize, &[u64]),
) {
    match meeting {
        Meeting::Alike { step } => {
            (0..a.count()).for_each(|i| take(i * step, step, &[sum_row::<S, K>(simd, a.row(i), b.row(i))]));
        }
        Meeting::All { from, b: step, .. } if a.count() == 1 => {
            sum_each::<S, K>(simd, b, a.row(0), |j, sums| take(from + j * step, step, sums));
        }
        Meeting::All { from, a: step, .. } if b.count() == 1 => {
            sum_each::<S, K>(simd, a, b.row(0), |i, sums| take(from + i * step, step, sums));
        }
        Meeting::All { from, a: first, b: second } => {
            sum_pairs::<S, K>(simd, a, b, |i, j, sums| take(from + i * first + j * second, second, sums));
        }
    }
}

/// Every row of a with every row of b, in tiles as large as the registers hold; `take(i, j, sums)` is told
/// those of row `i` with rows from `j` on.
#[inline(always)]
fn sum_pairs<S: Simd, K: VectorSum>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    mut take: impl FnMut(usize, usize, &[u64]),
) {
    // Rows of b that stay in the first cache while all of a passes.
    let panel = (PANEL_BYTES / b.row_len().max(1)).max(TILE) / TILE * TILE;
    for from in (0..b.count()).step_by(panel) {
        let b = b.rows(from, panel.min(b.count() - from));
        let whole = a.count() / TILE * TILE;
        for i in (0..whole).step_by(TILE) {
            let rows_a = std::array::from_fn(|m| a.row(i + m));
            sum_beside::<S, K>(simd, rows_a, b, |m, j, sums| take(i + m, from + j, sums));
        }
        for i in whole..a.count() {
            sum_each::<S, K>(simd, b, a.row(i), |j, sums| take(i, from + j, sums));
        }
    }
}

/// A few rows of a with every row of b.
#[inline(always)]
fn sum_beside<S: Simd, K: VectorSum>(
    simd: S,
    a: [Run<u8>; TILE],
    b: Rows<u8>,
    mut take: impl FnMut(usize, usize, &[u64]),
) {
    // Sixteen registers hold no more than 4 x 2 sums and what they are made of.
    let wide = if S::REGISTERS > 16 { b.count() / TILE * TILE } else { 0 };
    for j in (0..wide).step_by(TILE) {
        let sums = tile::<S, K, TILE, TILE>(simd, a, std::array::from_fn(|n| b.row(j + n)));
        (0..TILE).for_each(|m| take(m, j, &sums[m]));
    }
    let whole = b.count() / 2 * 2;
    for j in (wide..whole).step_by(2) {
        let sums = tile::<S, K, TILE, 2>(simd, a, [b.row(j), b.row(j + 1)]);
        (0..TILE).for_each(|m| take(m, j, &sums[m]));
    }
    for j in whole..b.count() {
        let sums = tile::<S, K, TILE, 1>(simd, a, [b.row(j)]);
        (0..TILE).for_each(|m| take(m, j, &sums[m]));
    }
}

/// Every row of a with one row that they share; `take(i, sums)` is told those of rows from `i` on.
#[inline(always)]
fn sum_each<S: Simd, K: VectorSum>(simd: S, a: Rows<u8>, b: Run<u8>, mut take: impl FnMut(usize, &[u64])) {
    let whole = a.count() / STREAMS * STREAMS;
    for i in (0..whole).step_by(STREAMS) {
        let sums = tile::<S, K, STREAMS, 1>(simd, std::array::from_fn(|m| a.row(i + m)), [b]);
        take(i, sums.as_flattened());
    }
    (whole..a.count()).for_each(|i| take(i, &[sum_row::<S, K>(simd, a.row(i), b)]));
}

/// Every pair of `M` rows and `N` rows, all of one length in bytes.
#[inline(always)]
fn tile<S: Simd, K: VectorSum, const M: usize, const N: usize>(
    simd: S,
    a: [Run<u8>; M],
    b: [Run<u8>; N],
) -> [[u64; N]; M] {
    let most = K::STEPS.saturating_mul(S::BYTES);
    let len = a[0].len();
    let mut totals = tile_totals::<S, K, M, N>(
        simd,
        a.map(|run| run.part(0, most.min(len))),
        b.map(|run| run.part(0, most.min(len))),
    );
    let mut at = most;
    while at < len {
        let each = most.min(len - at);
        let (a, b) = (a.map(|run| run.part(at, each)), b.map(|run| run.part(at, each)));
        let more = tile_totals::<S, K, M, N>(simd, a, b);
        totals
            .as_flattened_mut()
            .iter_mut()
            .zip(more.as_flattened())
            .for_each(|(total, more)| *total += more);
        at += each;
    }
    totals
}

/// The same of rows that are so short that no lane overflows.
#[inline(always)]
fn tile_totals<S: Simd, K: VectorSum, const M: usize, const N: usize>(
    simd: S,
    a: [Run<u8>; M],
    b: [Run<u8>; N],
) -> [[u64; N]; M] {
    let steps = a[0].len().div_ceil(S::BYTES);
    let sums = tile_lanes::<S, K, M, N>(simd, a, b);
    let mut totals = [[0; N]; M];
    let ((eights, ones), (sum_eights, sum_ones)) =
        (totals.as_flattened_mut().as_chunks_mut::<8>(), sums.as_flattened().as_chunks::<8>());
    for (totals, sums) in eights.iter_mut().zip(sum_eights) {
        *totals = K::total_eight(simd, *sums, steps);
    }
    for (total, sum) in ones.iter_mut().zip(sum_ones) {
        *total = K::total(simd, *sum, steps);
    }
    totals
}

/// The lanes of a tile whose rows are so short that none overflows.
#[inline(always)]
fn tile_lanes<S: Simd, K: VectorSum, const M: usize, const N: usize>(
    simd: S,
    a: [Run<u8>; M],
    b: [Run<u8>; N],
) -> [[S::V; N]; M] {
    let mut sums = [[simd.zero(); N]; M];
    for (a, b) in Lockstep::new(a, S::BYTES).zip(Lockstep::new(b, S::BYTES)) {
        if K::ASKS_AHEAD && M == STREAMS {
            a.iter().for_each(|row| row.prefetch_ahead(ABREAST_AHEAD_BYTES));
        }
        add_step::<S, K, M, N>(simd, a, b, &mut sums, Simd::load);
    }
    let whole = a[0].len() / S::BYTES * S::BYTES;
    if whole < a[0].len() {
        let (a, b) = (a.map(|run| run.after(whole)), b.map(|run| run.after(whole)));
        add_step::<S, K, M, N>(simd, a, b, &mut sums, Simd::load_partial);
    }
    sums
}

/// One vector more of each row. Plain loops: an array's own methods would not be compiled for the level.
#[inline(always)]
fn add_step<S: Simd, K: VectorSum, const M: usize, const N: usize>(
    simd: S,
    a: [Run<u8>; M],
    b: [Run<u8>; N],
    sums: &mut [[S::V; N]; M],
    load: impl Fn(S, Run<u8>) -> S::V,
) {
    let mut vectors = [simd.zero(); N];
    for j in 0..N {
        vectors[j] = K::prepared(simd, load(simd, b[j]));
    }
    for i in 0..M {
        let v = K::prepared(simd, load(simd, a[i]));
        for j in 0..N {
            sums[i][j] = K::step(simd, sums[i][j], v, vectors[j]);
        }
    }
}
