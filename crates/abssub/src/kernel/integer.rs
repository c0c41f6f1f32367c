//! Integer sums: rows in vector lanes, columns in narrow partial sums flushed before they overflow.

use super::arch::Simd;
use super::fold::{Fold, Rows};
use crate::array::run::Run;
use crate::element::{Bool, Element, Mixed64, Squared};
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
    // 2^16 x 255^2 fits u32; 2^32 x 65535^2 fits u64.
    Squared<u8>: u32, u64, 1 << 16,
    Squared<i8>: u32, u64, 1 << 16,
    Squared<u16>: u64, u128, 1 << 32,
    Squared<i16>: u64, u128, 1 << 32,
    Squared<u32>: u128, u128, usize::MAX,
    Squared<i32>: u128, u128, usize::MAX,
}

/// Columns summed at a time: their partial sums stay in the first cache.
const STRIP: usize = 1024;
/// So that no vector of partial sums crosses a cache line.
#[repr(align(64))]
struct Aligned<T>(T);

/// Elements handled together: what the compiler turns into vectors.
const BLOCK: usize = 64;

#[inline(always)]
fn columns<E: Partial>(a: Rows<E::Left>, b: Rows<E::Right>, states: &mut [Counter<E::Count>]) {
    let Aligned(sums) = &mut Aligned([E::ZERO; STRIP]);
    for (k, states) in states.chunks_mut(STRIP).enumerate() {
        let sums = &mut sums[..states.len()];
        let mut first = 0;
        while first < a.count() {
            let until = a.count().min(first.saturating_add(E::ROWS));
            for i in first..until {
                let (a, b) = (a.piece(i, k * STRIP, states.len()), b.piece(i, k * STRIP, states.len()));
                add_row::<E>(a, b, sums);
            }
            for (state, sum) in states.iter_mut().zip(&mut *sums) {
                E::flush(std::mem::replace(sum, E::ZERO), state);
            }
            first = until;
        }
    }
}

#[inline(always)]
fn add_row<E: Partial>(a: Run<E::Left>, b: Run<E::Right>, sums: &mut [E::Sum]) {
    for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b.iter())) {
        E::grow(sum, a, b);
    }
}

/// How far ahead a row's bytes are asked for. A frame from memory is read a tenth faster on one thread,
/// for some of the speed of what lies in a cache: see `row/u8` of the benchmarks.
pub(crate) const AHEAD_BYTES: usize = 1024;

/// Vectors that are summed side by side, so that an addition need not wait for the last.
const SIDE_BY_SIDE: usize = 4;

/// The sum of |a - b| over the eights of two vectors of bytes; signed ones are first brought to unsigned order.
#[inline(always)]
fn sad_eights<S: Simd, const SIGNED: bool>(simd: S, a: S::V, b: S::V) -> S::V {
    if SIGNED { simd.sad_bytes(simd.flip_bytes(a), simd.flip_bytes(b)) } else { simd.sad_bytes(a, b) }
}

/// The sum of |a - b| of bytes.
#[inline(always)]
fn sum_bytes<S: Simd, const SIGNED: bool>(simd: S, a: Run<u8>, b: Run<u8>) -> u64 {
    let width = S::BYTES;
    let mut sums = [simd.zero(); SIDE_BY_SIDE];
    let (mut a, mut b) = (a, b);
    while a.len() >= SIDE_BY_SIDE * width {
        a.part(0, SIDE_BY_SIDE * width).prefetch_ahead(AHEAD_BYTES);
        for (k, sum) in sums.iter_mut().enumerate() {
            let (a, b) = (simd.load(a.part(k * width, width)), simd.load(b.part(k * width, width)));
            *sum = simd.add_u64(*sum, sad_eights::<S, SIGNED>(simd, a, b));
        }
        (a, b) = (a.after(SIDE_BY_SIDE * width), b.after(SIDE_BY_SIDE * width));
    }
    while a.len() >= width {
        sums[0] = simd.add_u64(sums[0], sad_eights::<S, SIGNED>(simd, simd.load(a), simd.load(b)));
        (a, b) = (a.after(width), b.after(width));
    }
    if !a.is_empty() {
        let (a, b) = (simd.load_partial(a), simd.load_partial(b));
        sums[1] = simd.add_u64(sums[1], sad_eights::<S, SIGNED>(simd, a, b));
    }
    simd.sum_u64(simd.add_u64(simd.add_u64(sums[0], sums[1]), simd.add_u64(sums[2], sums[3])))
}

/// Rounds of `SIDE_BY_SIDE` vectors before their i32 sums could overflow: each adds at most 2 x 32768 to a lane.
const WORD_ROUNDS: usize = 1 << 14;

/// |a - b| of 16-bit lanes given as bytes, each less 32768.
#[inline(always)]
fn diff_words<S: Simd, const SIGNED: bool>(simd: S, a: S::V, b: S::V) -> S::V {
    if SIGNED { simd.biased_diff_i16(a, b) } else { simd.biased_diff_u16(a, b) }
}

/// The sum of |a - b| of 16-bit integers given as bytes.
#[inline(always)]
fn sum_words<S: Simd, const SIGNED: bool>(simd: S, a: Run<u8>, b: Run<u8>) -> u64 {
    let width = S::BYTES;
    let vectors = a.len().div_ceil(width) as i64;
    let mut biased = 0;
    let (mut a, mut b) = (a, b);
    while a.len() >= SIDE_BY_SIDE * width {
        let mut sums = [simd.zero(); SIDE_BY_SIDE];
        for _ in 0..(a.len() / (SIDE_BY_SIDE * width)).min(WORD_ROUNDS) {
            for (k, sum) in sums.iter_mut().enumerate() {
                let (a, b) = (simd.load(a.part(k * width, width)), simd.load(b.part(k * width, width)));
                *sum = simd.accumulate_i16(*sum, diff_words::<S, SIGNED>(simd, a, b));
            }
            (a, b) = (a.after(SIDE_BY_SIDE * width), b.after(SIDE_BY_SIDE * width));
        }
        biased += sums.into_iter().map(|sum| simd.sum_i32(sum)).sum::<i64>();
    }
    let mut sum = simd.zero();
    while a.len() >= width {
        sum = simd.accumulate_i16(sum, diff_words::<S, SIGNED>(simd, simd.load(a), simd.load(b)));
        (a, b) = (a.after(width), b.after(width));
    }
    if !a.is_empty() {
        let (a, b) = (simd.load_partial(a), simd.load_partial(b));
        sum = simd.accumulate_i16(sum, diff_words::<S, SIGNED>(simd, a, b));
    }
    // Every lane of every vector, the last one's padding too, was counted 32768 too low.
    (biased + simd.sum_i32(sum) + vectors * (width as i64 / 2) * 32768) as u64
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
    Squared<u8>: |simd, a, b| square_bytes::<S, false>(simd, a, b),
    Squared<i8>: |simd, a, b| square_bytes::<S, true>(simd, a.bytes(), b.bytes()),
    Squared<u16>: |_simd, a, b| sum_lanes::<Self>(a, b),
    Squared<i16>: |_simd, a, b| sum_lanes::<Self>(a, b),
    Squared<u32>: |_simd, a, b| sum_halves::<Self>(a, b),
    Squared<i32>: |_simd, a, b| sum_halves::<Self>(a, b),
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

/// Steps after which sums of squares of bytes are taken out of their i32 lanes.
const SQUARE_STEPS: usize = 1 << 13;

/// The sum of |a - b|^2 of bytes.
#[inline(always)]
fn square_bytes<S: Simd, const SIGNED: bool>(simd: S, a: Run<u8>, b: Run<u8>) -> u64 {
    let flip = |v| if SIGNED { simd.flip_bytes(v) } else { v };
    let add = |sum: &mut S::V, a, b| *sum = simd.accumulate_squares(*sum, flip(a), flip(b));
    let width = S::BYTES;
    let mut total = 0;
    let (mut a, mut b) = (a, b);
    while a.len() >= SIDE_BY_SIDE * width {
        let mut sums = [simd.zero(); SIDE_BY_SIDE];
        for _ in 0..(a.len() / (SIDE_BY_SIDE * width)).min(SQUARE_STEPS) {
            a.part(0, SIDE_BY_SIDE * width).prefetch_ahead(AHEAD_BYTES);
            for (k, sum) in sums.iter_mut().enumerate() {
                add(sum, simd.load(a.part(k * width, width)), simd.load(b.part(k * width, width)));
            }
            (a, b) = (a.after(SIDE_BY_SIDE * width), b.after(SIDE_BY_SIDE * width));
        }
        total += sums.into_iter().map(|sum| simd.sum_i32(sum)).sum::<i64>();
    }
    let mut sum = simd.zero();
    while a.len() >= width {
        add(&mut sum, simd.load(a), simd.load(b));
        (a, b) = (a.after(width), b.after(width));
    }
    // What is padded differs by nothing.
    add(&mut sum, simd.load_partial(a), simd.load_partial(b));
    (total + simd.sum_i32(sum)) as u64
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
