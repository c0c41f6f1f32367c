//! Integer sums: rows in vector lanes, columns in narrow partial sums flushed before they overflow.

use super::arch::Simd;
use super::fold::{Fold, Rows};
use crate::array::run::Run;
use crate::element::{Bool, Element, Mixed64};
use crate::reduce::Counter;

/// A column's sum over some rows, before it joins the state.
pub(crate) trait Partial: Element {
    /// The sum of a few rows.
    type Sum: Copy;
    /// What a state counts in.
    type Count: Copy;
    const ZERO: Self::Sum;
    /// Rows that a `Sum` holds for certain.
    const ROWS: usize;
    fn grow(sum: &mut Self::Sum, a: Self::Left, b: Self::Right);
    fn flush(sum: Self::Sum, state: &mut Counter<Self::Count>);
}

macro_rules! partials {
    ($($t:ty: $sum:ty, $count:ty, $rows:expr),* $(,)?) => {$(
        impl Partial for $t {
            type Sum = $sum;
            type Count = $count;
            const ZERO: $sum = 0;
            const ROWS: usize = $rows;

            #[inline(always)]
            fn grow(sum: &mut $sum, a: Self::Left, b: Self::Right) {
                *sum += <$sum>::from(Self::absdiff(a, b));
            }

            #[inline(always)]
            fn flush(sum: $sum, state: &mut Counter<$count>) {
                state.0 += <$count>::from(sum);
            }
        }
    )*};
}
partials! {
    // 257 x 255 fits u16; 65537 x 65535 fits u32; (2^32 + 1) x (2^32 - 1) fits u64.
    Bool: u16, u64, 257,
    u8: u16, u64, 257,
    i8: u16, u64, 257,
    u16: u32, u64, 65537,
    i16: u32, u64, 65537,
    u32: u64, u128, 1 << 32,
    i32: u64, u128, 1 << 32,
    u64: u128, u128, usize::MAX,
    i64: u128, u128, usize::MAX,
    Mixed64: u128, u128, usize::MAX,
}

/// Columns summed at a time: their partial sums stay in the first cache.
const STRIP: usize = 1024;
/// Elements handled together: what the compiler turns into vectors.
const BLOCK: usize = 64;

#[inline(always)]
fn columns<E: Partial>(a: Rows<E::Left>, b: Rows<E::Right>, states: &mut [Counter<E::Count>]) {
    for (k, states) in states.chunks_mut(STRIP).enumerate() {
        let mut first = 0;
        while first < a.count() {
            let until = a.count().min(first.saturating_add(E::ROWS));
            let mut sums = [E::ZERO; STRIP];
            for i in first..until {
                let (a, b) = (a.row(i).part(k * STRIP, states.len()), b.row(i).part(k * STRIP, states.len()));
                add_row::<E>(a, b, &mut sums[..states.len()]);
            }
            for (state, &sum) in states.iter_mut().zip(&sums) {
                E::flush(sum, state);
            }
            first = until;
        }
    }
}

#[inline(always)]
fn add_row<E: Partial>(a: Run<E::Left>, b: Run<E::Right>, sums: &mut [E::Sum]) {
    let ((a, a_rest), (b, b_rest)) = (a.blocks::<BLOCK>(), b.blocks::<BLOCK>());
    let (whole, rest) = sums.as_chunks_mut::<BLOCK>();
    for ((sums, a), b) in whole.iter_mut().zip(a).zip(b) {
        for i in 0..BLOCK {
            E::grow(&mut sums[i], a[i], b[i]);
        }
    }
    for (i, sum) in rest.iter_mut().enumerate() {
        E::grow(sum, a_rest.get(i), b_rest.get(i));
    }
}

/// Bytes as they are compared: unsigned ones as they stand, signed ones brought to unsigned order.
#[inline(always)]
fn load_bytes<S: Simd, const SIGNED: bool>(simd: S, run: Run<u8>, at: usize) -> S::V {
    let left = run.len() - at;
    let v = if left >= S::BYTES { simd.load(run.part(at, S::BYTES)) } else { simd.load_partial(run.part(at, left)) };
    if SIGNED { simd.flip_bytes(v) } else { v }
}

/// The sum of |a - b| of bytes.
#[inline(always)]
fn sum_bytes<S: Simd, const SIGNED: bool>(simd: S, a: Run<u8>, b: Run<u8>) -> u64 {
    // Four sums, so that an addition need not wait for the last.
    let mut sums = [simd.zero(); 4];
    let mut at = 0;
    while a.len() - at >= 4 * S::BYTES {
        for sum in &mut sums {
            let (a, b) = (load_bytes::<S, SIGNED>(simd, a, at), load_bytes::<S, SIGNED>(simd, b, at));
            *sum = simd.add_u64(*sum, simd.sad_bytes(a, b));
            at += S::BYTES;
        }
    }
    while at < a.len() {
        let (a, b) = (load_bytes::<S, SIGNED>(simd, a, at), load_bytes::<S, SIGNED>(simd, b, at));
        sums[0] = simd.add_u64(sums[0], simd.sad_bytes(a, b));
        at += S::BYTES;
    }
    simd.sum_u64(simd.add_u64(simd.add_u64(sums[0], sums[1]), simd.add_u64(sums[2], sums[3])))
}

/// Vectors of 16-bit lanes before their i32 sums could overflow: each step adds at most 2 x 32768 to a lane.
const WORD_STEPS: usize = 1 << 14;

/// |a - b| of 16-bit lanes given as bytes, each less 32768.
#[inline(always)]
fn diff_words<S: Simd, const SIGNED: bool>(simd: S, a: S::V, b: S::V) -> S::V {
    if SIGNED { simd.biased_diff_i16(a, b) } else { simd.biased_diff_u16(a, b) }
}

/// The sum of |a - b| of 16-bit integers given as bytes.
#[inline(always)]
fn sum_words<S: Simd, const SIGNED: bool>(simd: S, a: Run<u8>, b: Run<u8>) -> u64 {
    let width = S::BYTES;
    let mut biased = 0;
    let mut at = 0;
    while a.len() - at >= width {
        let steps = ((a.len() - at) / width).min(WORD_STEPS);
        let mut sums = [simd.zero(); 2];
        for step in 0..steps {
            let (a, b) = (simd.load(a.part(at, width)), simd.load(b.part(at, width)));
            sums[step % 2] = simd.accumulate_i16(sums[step % 2], diff_words::<S, SIGNED>(simd, a, b));
            at += width;
        }
        biased += simd.sum_i32(sums[0]) + simd.sum_i32(sums[1]);
    }
    let rest = a.len() - at;
    if rest > 0 {
        let (a, b) = (simd.load_partial(a.part(at, rest)), simd.load_partial(b.part(at, rest)));
        biased += simd.sum_i32(simd.accumulate_i16(simd.zero(), diff_words::<S, SIGNED>(simd, a, b)));
    }
    // Every lane of every vector, the last one's padding too, was counted 32768 too low.
    (biased + 32768 * (a.len().div_ceil(width) * width / 2) as i64) as u64
}

macro_rules! fold_with {
    ($($t:ty: |$simd:ident, $a:ident, $b:ident| $row:expr),* $(,)?) => {$(
        impl Fold for $t {
            type State = Counter<<$t as Partial>::Count>;

            #[inline(always)]
            fn fold_row<S: Simd>($simd: S, $a: Run<Self::Left>, $b: Run<Self::Right>, state: &mut Self::State) {
                state.0 += <$t as Partial>::Count::from($row);
            }

            #[inline(always)]
            fn fold_columns<S: Simd>(
                _simd: S,
                a: Rows<Self::Left>,
                b: Rows<Self::Right>,
                states: &mut [Self::State],
            ) {
                columns::<Self>(a, b, states);
            }
        }
    )*};
}
fold_with! {
    u8: |simd, a, b| sum_bytes::<S, false>(simd, a, b),
    i8: |simd, a, b| sum_bytes::<S, true>(simd, a.bytes(), b.bytes()),
    u16: |simd, a, b| sum_words::<S, false>(simd, a.bytes(), b.bytes()),
    i16: |simd, a, b| sum_words::<S, true>(simd, a.bytes(), b.bytes()),
    Bool: |_simd, a, b| sum_bools(a, b),
    u32: |_simd, a, b| sum_lanes::<u32>(a, b),
    i32: |_simd, a, b| sum_lanes::<i32>(a, b),
    u64: |_simd, a, b| sum_halves::<u64>(a, b),
    i64: |_simd, a, b| sum_halves::<i64>(a, b),
    Mixed64: |_simd, a, b| a.iter().zip(b.iter()).map(|(a, b)| Mixed64::absdiff(a, b)).sum::<u128>(),
}

/// How many differ, counted in byte lanes that hold 255.
#[inline(always)]
fn sum_bools(a: Run<Bool>, b: Run<Bool>) -> u64 {
    let ((mut a, a_rest), (mut b, b_rest)) = (a.blocks::<BLOCK>(), b.blocks::<BLOCK>());
    let mut total = 0;
    while a.len() > 0 {
        let mut counts = [0u8; BLOCK];
        for (a, b) in a.by_ref().take(255).zip(b.by_ref().take(255)) {
            (0..BLOCK).for_each(|i| counts[i] += Bool::absdiff(a[i], b[i]));
        }
        total += counts.iter().map(|&count| u64::from(count)).sum::<u64>();
    }
    total + a_rest.iter().zip(b_rest.iter()).map(|(a, b)| u64::from(Bool::absdiff(a, b))).sum::<u64>()
}

/// 32-bit differences in u64 lanes: no run in memory is long enough to fill one.
#[inline(always)]
fn sum_lanes<E>(a: Run<E::Left>, b: Run<E::Right>) -> u64
where
    E: Element<Diff = u32>,
{
    const LANES: usize = 32;
    let ((a, a_rest), (b, b_rest)) = (a.blocks::<LANES>(), b.blocks::<LANES>());
    let mut sums = [0u64; LANES];
    for (a, b) in a.zip(b) {
        (0..LANES).for_each(|i| sums[i] += u64::from(E::absdiff(a[i], b[i])));
    }
    let rest = a_rest.iter().zip(b_rest.iter()).map(|(a, b)| u64::from(E::absdiff(a, b)));
    sums.iter().sum::<u64>() + rest.sum::<u64>()
}

/// 64-bit differences as two 32-bit halves, each in u64 lanes: exact for runs below 2^32 elements.
#[inline(always)]
fn sum_halves<E>(a: Run<E::Left>, b: Run<E::Right>) -> u128
where
    E: Element<Diff = u64>,
{
    const LANES: usize = 16;
    let ((a, a_rest), (b, b_rest)) = (a.blocks::<LANES>(), b.blocks::<LANES>());
    let (mut low, mut high) = ([0u64; LANES], [0u64; LANES]);
    for (a, b) in a.zip(b) {
        for i in 0..LANES {
            let diff = E::absdiff(a[i], b[i]);
            low[i] += diff & 0xffff_ffff;
            high[i] += diff >> 32;
        }
    }
    let wide = |lanes: [u64; LANES]| lanes.iter().map(|&lane| u128::from(lane)).sum::<u128>();
    let rest = a_rest.iter().zip(b_rest.iter()).map(|(a, b)| u128::from(E::absdiff(a, b)));
    wide(low) + (wide(high) << 32) + rest.sum::<u128>()
}
