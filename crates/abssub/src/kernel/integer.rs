//! Integer sums: vectors of bytes and words, plain loops over lanes for all else.

use super::arch::Simd;
use super::chosen::{EveryOf, sum_masked};
use super::fold::{Fold, Meeting};
use super::integer_columns::Partial;
use super::masked_columns;
use super::rows::Rows;
use super::vector_sum::{Bytes, Signed, Squares, Truth, Unsigned, Words};
use super::vectors::{sum_row, sum_rows, sum_segments};
use super::window::sum_windows;
use crate::array::run::Run;
use crate::element::{Bool, Element, Mixed64, Squared};
use crate::reduce::Counter;

/// How an integer type folds: a row as said, and where that is a sum of vectors, rows that meet in tiles.
macro_rules! fold_with {
    ($($t:ty: |$simd:ident, $a:ident, $b:ident| $row:expr $(=> $sum:ty)?;)*) => {$(
        impl Fold for $t {
            type State = Counter<<$t as Partial>::Count>;

            #[inline(always)]
            fn fold_row<S: Simd>($simd: S, $a: Run<Self::Left>, $b: Run<Self::Right>, state: &mut Self::State) {
                state.0 += <$t as Partial>::Count::from($row);
            }

            $(
                #[inline(always)]
                fn fold_rows<S: Simd>(
                    simd: S,
                    a: Rows<Self::Left>,
                    b: Rows<Self::Right>,
                    meeting: Meeting,
                    states: &mut [Self::State],
                ) {
                    sum_rows::<S, $sum, _>(simd, a.bytes(), b.bytes(), meeting, states, Counter::grow);
                }

                const CHOOSES: bool = true;

                #[inline(always)]
                fn fold_every<S: Simd, const EVERY: usize>(
                    simd: S,
                    a: Rows<Self::Left>,
                    b: Rows<Self::Right>,
                    meeting: Meeting,
                    states: &mut [Self::State],
                ) {
                    type Sum<const EVERY: usize> = EveryOf<$sum, { size_of::<<$t as Element>::Left>() }, EVERY>;
                    sum_rows::<S, Sum<EVERY>, _>(simd, a.bytes(), b.bytes(), meeting, states, Counter::grow);
                }

                const SEGMENTS: bool = true;

                #[inline(always)]
                fn fold_segments<S: Simd>(
                    simd: S,
                    a: Rows<Self::Left>,
                    b: Rows<Self::Right>,
                    states: &mut [Self::State],
                ) {
                    sum_segments::<S, $sum, _>(simd, a.bytes(), b.bytes(), states, Counter::grow);
                }

                #[inline(always)]
                fn fold_masked<S: Simd>(
                    simd: S,
                    a: Rows<Self::Left>,
                    b: Rows<Self::Right>,
                    mask: Rows<u8>,
                    step: usize,
                    states: &mut [Self::State],
                    taken: &mut [u64],
                ) {
                    let rows = [a.bytes(), b.bytes(), mask];
                    sum_masked::<S, $sum, _>(simd, rows, step, states, taken, Counter::grow);
                }
            )?

            const WINDOWS: bool = true;

            #[inline(always)]
            fn fold_windows<S: Simd>(
                _simd: S,
                a: Run<Self::Left>,
                b: Run<Self::Right>,
                states: &mut [Self::State],
            ) {
                sum_windows::<Self>(a, b, states);
            }

            #[inline(always)]
            fn fold_columns<S: Simd>(
                simd: S,
                a: Rows<Self::Left>,
                b: Rows<Self::Right>,
                states: &mut [Self::State],
            ) {
                <Self as Partial>::sum_columns(simd, a, b, states);
            }

            const MASKS_COLUMNS: bool = masked_columns::takes::<Self>();

            #[inline(always)]
            fn fold_masked_columns(
                a: Rows<Self::Left>,
                b: Rows<Self::Right>,
                mask: Rows<Bool>,
                states: &mut [Self::State],
                taken: &mut [u64],
            ) {
                if Self::MASKS_COLUMNS {
                    masked_columns::sum_columns::<Self>(a, b, mask, states, taken);
                }
            }
        }
    )*};
}
macro_rules! fold_vectors {
    ($($t:ty: $sum:ty),* $(,)?) => {
        fold_with! {
            $($t: |simd, a, b| sum_row::<S, $sum>(simd, a.bytes(), b.bytes()) => $sum;)*
        }
    };
}
fold_vectors! {
    Bool: Bytes<Truth>, u8: Bytes<Unsigned>, i8: Bytes<Signed>, u16: Words<false>, i16: Words<true>,
    Squared<u8>: Squares<Unsigned>, Squared<i8>: Squares<Signed>,
}

fold_with! {
    u32: |_simd, a, b| sum_lanes::<u32>(a, b);
    i32: |_simd, a, b| sum_lanes::<i32>(a, b);
    u64: |_simd, a, b| sum_halves::<u64>(a, b);
    i64: |_simd, a, b| sum_halves::<i64>(a, b);
    Mixed64: |_simd, a, b| sum_singly::<Mixed64>(a, b);
    Squared<u16>: |_simd, a, b| sum_lanes::<Self>(a, b);
    Squared<i16>: |_simd, a, b| sum_lanes::<Self>(a, b);
    Squared<u32>: |_simd, a, b| sum_halves::<Self>(a, b);
    Squared<i32>: |_simd, a, b| sum_halves::<Self>(a, b);
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
        for i in 0..LANES {
            sums[i] += u64::from(E::absdiff(a[i], b[i]));
        }
    }
    let mut sum = 0;
    for lane in sums {
        sum += lane;
    }
    for (a, b) in a_rest.iter().zip(b_rest.iter()) {
        sum += u64::from(E::absdiff(a, b));
    }
    sum
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
    let mut sum = 0;
    for i in 0..LANES {
        sum += u128::from(low[i]) + (u128::from(high[i]) << 32);
    }
    sum + sum_singly::<E>(a_rest, b_rest)
}

/// One difference after the other.
#[inline(always)]
fn sum_singly<E: Element<Diff: Into<u128>>>(a: Run<E::Left>, b: Run<E::Right>) -> u128 {
    let mut sum = 0;
    for (a, b) in a.iter().zip(b.iter()) {
        sum += E::absdiff(a, b).into();
    }
    sum
}
