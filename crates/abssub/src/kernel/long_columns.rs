//! Columns of differences of 64 bits: sums of their low and of their high halves, which vectors add as they do not add
//! 128 bits.

use super::integer_columns::{Aligned, FEW_BYTES, Partial, SUM_BYTES};
use super::rows::Rows;
use super::unrolled::each_row;
use crate::array::run::{Run, parts};
use crate::element::Element;
use crate::reduce::Counter;

/// Rows whose halves' sums fit 64 bits for certain.
const ROWS: usize = 1 << 32;
/// Bits of a half.
const HALF: u32 = u32::BITS;
/// Elements of a row that are handled together: both sums of as many stay in registers.
const BLOCK: usize = 16;
/// Rows that are read side by side.
const ABREAST: usize = 4;

/// Adds all rows, column by column.
#[inline(always)]
pub(super) fn sum_columns<E>(a: Rows<E::Left>, b: Rows<E::Right>, states: &mut [Counter<u128>])
where
    E: Partial<Count = u128> + Element<Diff = u64>,
{
    let (mut many, mut few);
    let sums: &mut [u64] = if states.len() > FEW_BYTES / size_of::<[u64; 2]>() {
        many = Aligned([0; SUM_BYTES / size_of::<u64>()]);
        &mut many.0
    } else {
        few = Aligned([0; FEW_BYTES / size_of::<u64>()]);
        &mut few.0
    };
    let strip = sums.len() / 2;
    let (lows, highs) = sums.split_at_mut(strip);
    for (k, states) in states.chunks_mut(strip).enumerate() {
        let (lows, highs) = (&mut lows[..states.len()], &mut highs[..states.len()]);
        let (a, b) = (a.columns(k * strip, states.len()), b.columns(k * strip, states.len()));
        for first in (0..a.count()).step_by(ROWS) {
            let until = a.count().min(first.saturating_add(ROWS));
            let abreast = first + (until - first) / ABREAST * ABREAST;
            for i in (first..abreast).step_by(ABREAST) {
                add_rows::<E, ABREAST>(a.several(i), b.several(i), lows, highs);
            }
            for i in abreast..until {
                add_rows::<E, 1>(a.several(i), b.several(i), lows, highs);
            }
            for ((state, low), high) in states.iter_mut().zip(&*lows).zip(&*highs) {
                state.0 += u128::from(*low) + (u128::from(*high) << HALF);
            }
            lows.fill(0);
            highs.fill(0);
        }
    }
}

/// Adds `N` rows.
#[inline(always)]
fn add_rows<E: Element<Diff = u64>, const N: usize>(
    a: [Run<E::Left>; N],
    b: [Run<E::Right>; N],
    lows: &mut [u64],
    highs: &mut [u64],
) {
    let whole = lows.len() / BLOCK * BLOCK;
    let (low_blocks, last_lows) = lows.as_chunks_mut::<BLOCK>();
    let (high_blocks, last_highs) = highs.as_chunks_mut::<BLOCK>();
    for (k, (lows, highs)) in low_blocks.iter_mut().zip(high_blocks).enumerate() {
        let (mut low, mut high) = (*lows, *highs);
        each_row!(add_block::<E, N>(&mut low, &mut high, &a, &b, k * BLOCK));
        (*lows, *highs) = (low, high);
    }
    let (a, b) = (parts(a, whole, last_lows.len()), parts(b, whole, last_lows.len()));
    for (j, (low, high)) in last_lows.iter_mut().zip(last_highs).enumerate() {
        for n in 0..N {
            add::<E>(low, high, a[n].get(j), b[n].get(j));
        }
    }
}

/// Adds a block of row `R`, if there are so many.
#[inline(always)]
fn add_block<E: Element<Diff = u64>, const N: usize, const R: usize>(
    lows: &mut [u64; BLOCK],
    highs: &mut [u64; BLOCK],
    a: &[Run<E::Left>; N],
    b: &[Run<E::Right>; N],
    at: usize,
) {
    if R < N {
        let (a, b) = (a[R].block::<BLOCK>(at), b[R].block::<BLOCK>(at));
        for j in 0..BLOCK {
            add::<E>(&mut lows[j], &mut highs[j], a[j], b[j]);
        }
    }
}

/// Adds a difference.
#[inline(always)]
fn add<E: Element<Diff = u64>>(low: &mut u64, high: &mut u64, a: E::Left, b: E::Right) {
    let diff = E::absdiff(a, b);
    *low += diff & u64::from(u32::MAX);
    *high += diff >> HALF;
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Fold, FoldInto, Level};
    use super::*;
    use crate::element::Squared;

    /// Differences of so many bits, with one of all bits among them if it is `wild`.
    fn check<E>(bits: u32, of: impl Fn(u64) -> E::Left, rows: usize, columns: usize, wild: bool)
    where
        E: Fold<State = Counter<u128>> + Element<Right = <E as Element>::Left, Diff = u64>,
    {
        let noise = |i: usize| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut a: Vec<E::Left> = (0..rows * columns).map(|i| of(noise(i) >> (64 - bits))).collect();
        let b: Vec<E::Left> = (0..rows * columns).map(|i| of(noise(3 * i) >> (64 - bits))).collect();
        if wild {
            a[rows * columns / 2] = of(u64::MAX);
        }
        let column = |i: usize| (i..a.len()).step_by(columns);
        let sums: Vec<u128> =
            (0..columns).map(|i| column(i).map(|at| u128::from(E::absdiff(a[at], b[at]))).sum()).collect();
        let block = Block::<E> { a: Rows::of(&a, columns), b: Rows::of(&b, columns) };
        for &level in Level::available() {
            let mut states = vec![Counter(5); columns];
            block.fold(level, FoldInto::EachColumn, &mut states);
            let found: Vec<u128> = states.iter().map(|state| state.0 - 5).collect();
            assert_eq!(found, sums, "{level}, {bits} bits, {rows} rows of {columns}, {wild}");
        }
    }

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for (rows, columns) in [(1, 1), (9, 17), (256, 200), (257, 203), (700, 33), (5, 5200)] {
            for wild in [false, true] {
                check::<u64>(40, |x| x, rows, columns, wild);
                check::<i64>(50, |x| x as i64, rows, columns, wild);
                check::<u64>(64, |x| x, rows, columns, wild);
                check::<i64>(64, |x| x as i64, rows, columns, wild);
                check::<Squared<u32>>(20, |x| x as u32, rows, columns, wild);
                check::<Squared<i32>>(32, |x| x as i32, rows, columns, wild);
            }
        }
    }

    #[test]
    fn sums_go_beyond_64_bits() {
        let (a, b) = (vec![u64::MAX; 257 * 19], vec![0; 257 * 19]);
        let block = Block::<u64> { a: Rows::of(&a, 19), b: Rows::of(&b, 19) };
        for &level in Level::available() {
            let mut states = vec![Counter(0u128); 19];
            block.fold(level, FoldInto::EachColumn, &mut states);
            assert!(states.iter().all(|state| state.0 == 257 * u128::from(u64::MAX)), "{level}");
        }
    }
}
