//! Columns of integers: narrow partial sums that are flushed before they overflow, several rows at a time.

use super::arch::Simd;
use super::rows::Rows;
use super::unrolled::each_row;
use super::vector_sum::{Signed, Truth, Unsigned};
use super::{byte_columns, long_columns};
use crate::array::run::{Run, parts};
use crate::element::{Bool, Element, Mixed64, Squared};
use crate::reduce::Counter;

/// Bytes of partial sums that are held at a time: long pieces of several rows read as streams do.
pub(super) const SUM_BYTES: usize = 40 << 10;
/// The same where there are no more columns: it costs time to clear the others.
pub(super) const FEW_BYTES: usize = 4 << 10;

/// A column's sum over some rows, before it joins the state.
pub(crate) trait Partial: Element {
    /// The sum of a few rows.
    type Sum: Copy;
    /// Sums of the columns that are summed at a time.
    type Sums: AsMut<[Self::Sum]>;
    /// Sums of a few columns.
    type Few: AsMut<[Self::Sum]>;
    /// What a state counts in.
    type Count: Copy;
    const ZERO: Self::Sum;
    fn sums() -> Self::Sums;
    fn few() -> Self::Few;
    /// Rows that a `Sum` holds for certain.
    const ROWS: usize;
    /// Adds a difference, if it counts.
    fn grow_if(sum: &mut Self::Sum, a: Self::Left, b: Self::Right, counts: bool);
    #[inline(always)]
    fn grow(sum: &mut Self::Sum, a: Self::Left, b: Self::Right) {
        Self::grow_if(sum, a, b, true);
    }
    fn flush(sum: Self::Sum, state: &mut Counter<Self::Count>);

    /// Adds all rows, column by column.
    #[inline(always)]
    fn sum_columns<S: Simd>(
        _simd: S,
        a: Rows<Self::Left>,
        b: Rows<Self::Right>,
        states: &mut [Counter<Self::Count>],
    ) {
        sum_each::<Self>(a, b, states);
    }
}

macro_rules! partials {
    ($($t:ty: $sum:ty, $count:ty, $rows:expr $(, bytes $meaning:ty)? $(, long $kernel:ident)?;)*) => {$(
        impl Partial for $t {
            type Sum = $sum;
            type Sums = [$sum; SUM_BYTES / size_of::<$sum>()];
            type Few = [$sum; FEW_BYTES / size_of::<$sum>()];
            type Count = $count;
            const ZERO: $sum = 0;
            const ROWS: usize = $rows;

            #[inline(always)]
            fn sums() -> Self::Sums {
                [0; SUM_BYTES / size_of::<$sum>()]
            }

            #[inline(always)]
            fn few() -> Self::Few {
                [0; FEW_BYTES / size_of::<$sum>()]
            }

            #[inline(always)]
            fn grow_if(sum: &mut $sum, a: Self::Left, b: Self::Right, counts: bool) {
                // Chosen before it is widened: that takes half as many vectors or fewer.
                let diff = if counts { Self::absdiff(a, b) } else { Default::default() };
                *sum += <$sum>::from(diff);
            }

            #[inline(always)]
            fn flush(sum: $sum, state: &mut Counter<$count>) {
                state.0 += <$count>::from(sum);
            }

            $(
                // The columns beyond whole vectors take as long as eight vectors do.
                #[inline(always)]
                fn sum_columns<S: Simd>(
                    simd: S,
                    a: Rows<Self::Left>,
                    b: Rows<Self::Right>,
                    states: &mut [Counter<$count>],
                ) {
                    if states.len() < byte_columns::WIDE {
                        sum_each::<Self>(a, b, states);
                    } else {
                        byte_columns::sum_columns::<S, $meaning>(simd, a.bytes(), b.bytes(), states);
                    }
                }
            )?

            $(
                #[inline(always)]
                fn sum_columns<S: Simd>(
                    _simd: S,
                    a: Rows<Self::Left>,
                    b: Rows<Self::Right>,
                    states: &mut [Counter<$count>],
                ) {
                    $kernel::sum_columns::<Self>(a, b, states);
                }
            )?
        }
    )*};
}
partials! {
    // 257 x 255 fits u16; 65537 x 65535 fits u32; (2^32 + 1) x (2^32 - 1) fits u64.
    Bool: u16, u64, 257, bytes Truth;
    u8: u16, u64, 257, bytes Unsigned;
    i8: u16, u64, 257, bytes Signed;
    u16: u32, u64, 65537;
    i16: u32, u64, 65537;
    u32: u64, u128, 1 << 32;
    i32: u64, u128, 1 << 32;
    u64: u128, u128, usize::MAX, long long_columns;
    i64: u128, u128, usize::MAX, long long_columns;
    Mixed64: u128, u128, usize::MAX;
    // 2^16 x 255^2 fits u32; 2^32 x 65535^2 fits u64.
    Squared<u8>: u32, u64, 1 << 16;
    Squared<i8>: u32, u64, 1 << 16;
    Squared<u16>: u64, u128, 1 << 32;
    Squared<i16>: u64, u128, 1 << 32;
    Squared<u32>: u128, u128, usize::MAX, long long_columns;
    Squared<i32>: u128, u128, usize::MAX, long long_columns;
}

/// So that no vector of partial sums crosses a cache line.
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// Elements of a row that are handled together: what the compiler turns into vectors.
const BLOCK: usize = 64;
/// Rows that are read side by side: partial sums are loaded and stored once for all of them, and memory
/// answers several streams faster than one.
pub(super) const ABREAST: usize = 8;
/// How far ahead each of them is asked for.
pub(super) const AHEAD_BYTES: usize = 1024;

/// Adds all rows, column by column: any type's.
#[inline(always)]
fn sum_each<E: Partial>(a: Rows<E::Left>, b: Rows<E::Right>, states: &mut [Counter<E::Count>]) {
    let (mut many, mut few);
    let sums = if states.len() > FEW_BYTES / size_of::<E::Sum>() {
        many = Aligned(E::sums());
        many.0.as_mut()
    } else {
        few = Aligned(E::few());
        few.0.as_mut()
    };
    let strip = sums.len();
    for (k, states) in states.chunks_mut(strip).enumerate() {
        let sums = &mut sums[..states.len()];
        let mut first = 0;
        while first < a.count() {
            let until = a.count().min(first.saturating_add(E::ROWS));
            let abreast = first + (until - first) / ABREAST * ABREAST;
            for i in (first..abreast).step_by(ABREAST) {
                add_rows::<E, ABREAST>(a, b, i, k * strip, sums);
            }
            for i in abreast..until {
                add_rows::<E, 1>(a, b, i, k * strip, sums);
            }
            for (state, sum) in states.iter_mut().zip(&mut *sums) {
                E::flush(std::mem::replace(sum, E::ZERO), state);
            }
            first = until;
        }
    }
}

/// Adds the columns from `at` on of `N` rows from row `i` on.
#[inline(always)]
fn add_rows<E: Partial, const N: usize>(
    a: Rows<E::Left>,
    b: Rows<E::Right>,
    i: usize,
    at: usize,
    sums: &mut [E::Sum],
) {
    let len = sums.len();
    let rows_a = parts::<_, N>(a.several(i), at, len);
    let rows_b = parts::<_, N>(b.several(i), at, len);
    let (blocks, rest) = sums.as_chunks_mut::<BLOCK>();
    for (k, sums) in blocks.iter_mut().enumerate() {
        for row in &rows_a {
            row.part(k * BLOCK, BLOCK).prefetch_ahead(AHEAD_BYTES);
        }
        let mut grown = *sums;
        each_row!(add_block::<E, N>(&mut grown, &rows_a, &rows_b, k * BLOCK));
        *sums = grown;
    }
    let whole = len - rest.len();
    for (j, sum) in rest.iter_mut().enumerate() {
        for n in 0..N {
            E::grow(sum, rows_a[n].get(whole + j), rows_b[n].get(whole + j));
        }
    }
}

/// Adds a block of row `R`, if there are so many.
#[inline(always)]
fn add_block<E: Partial, const N: usize, const R: usize>(
    sums: &mut [E::Sum; BLOCK],
    a: &[Run<E::Left>; N],
    b: &[Run<E::Right>; N],
    at: usize,
) {
    if R < N {
        let (a, b) = (a[R].block::<BLOCK>(at), b[R].block::<BLOCK>(at));
        for j in 0..BLOCK {
            E::grow(&mut sums[j], a[j], b[j]);
        }
    }
}
