//! Columns of bytes: sums of words, which are two columns each, and of their high bytes alone.
//!
//! What the words' sum has beyond the high bytes' is the sum of the low ones. That takes six instructions for a
//! vector of bytes, where to widen each difference takes eight; earned by the case `axis-0` of `benchmarks/suite`.

use super::arch::Simd;
use super::integer_columns::{ABREAST, AHEAD_BYTES, Aligned, FEW_BYTES, SUM_BYTES};
use super::rows::Rows;
use super::vector_sum::Meaning;
use crate::array::run::{Lockstep, Run, parts, view_mut};
use crate::reduce::Counter;

/// Columns that are worth it: those beyond the last whole vector cost as much as several vectors.
pub(super) const WIDE: usize = 512;
/// Rows whose sums fit 16 bits: 257 x 255.
const ROWS: usize = 257;
/// Bytes of a sum: half of those for two columns are the words', half the high bytes'.
const SUM: usize = size_of::<u16>();
/// The longest vectors' bytes.
const MOST_BYTES: usize = 64;

/// Adds all rows, column by column.
#[inline(always)]
pub(super) fn sum_columns<S: Simd, M: Meaning>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    states: &mut [Counter<u64>],
) {
    // What is shared is loaded once for several rows.
    let (a, b) = if a.is_shared() { (b, a) } else { (a, b) };
    let (mut many, mut few);
    let sums: &mut [u8] = if states.len() > FEW_BYTES / SUM {
        many = Aligned([0; SUM_BYTES]);
        &mut many.0
    } else {
        few = Aligned([0; FEW_BYTES]);
        &mut few.0
    };
    let strip = sums.len() / SUM;
    for (k, states) in states.chunks_mut(strip).enumerate() {
        let sums = &mut sums[..SUM * states.len().next_multiple_of(S::BYTES)];
        let (a, b) = (a.columns(k * strip, states.len()), b.columns(k * strip, states.len()));
        for first in (0..a.count()).step_by(ROWS) {
            let until = a.count().min(first + ROWS);
            let abreast = first + (until - first) / ABREAST * ABREAST;
            for i in (first..abreast).step_by(ABREAST) {
                add_rows::<S, M, ABREAST>(simd, a, b, i, sums);
            }
            for i in abreast..until {
                add_rows::<S, M, 1>(simd, a, b, i, sums);
            }
            flush::<S>(sums, states);
        }
    }
}

/// Adds `N` rows from row `i` on.
#[inline(always)]
fn add_rows<S: Simd, M: Meaning, const N: usize>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    i: usize,
    sums: &mut [u8],
) {
    if b.is_shared() {
        add_several::<S, M, N, 1>(simd, a.several(i), [b.row(0)], sums);
    } else {
        add_several::<S, M, N, N>(simd, a.several(i), b.several(i), sums);
    }
}

/// Adds rows, each with one of as many others, or all with the only other.
#[inline(always)]
fn add_several<S: Simd, M: Meaning, const N: usize, const OTHERS: usize>(
    simd: S,
    a: [Run<u8>; N],
    b: [Run<u8>; OTHERS],
    sums: &mut [u8],
) {
    let mut sums = sums.chunks_exact_mut(SUM * S::BYTES);
    let pairs = Lockstep::new(a, S::BYTES).zip(Lockstep::new(b, S::BYTES));
    for ((a, b), sums) in pairs.zip(&mut sums) {
        for row in &a {
            row.prefetch_ahead(AHEAD_BYTES);
        }
        if OTHERS > 1 {
            for row in &b {
                row.prefetch_ahead(AHEAD_BYTES);
            }
        }
        add_step::<S, M, N, OTHERS, false>(simd, a, b, sums);
    }
    let (len, whole) = (a[0].len(), a[0].len() / S::BYTES * S::BYTES);
    if let (Some(sums), true) = (sums.next(), whole < len) {
        let (a, b) = (parts(a, whole, len - whole), parts(b, whole, len - whole));
        add_step::<S, M, N, OTHERS, true>(simd, a, b, sums);
    }
}

/// One vector of each row. Plain loops: an array's own methods would not be compiled for the level.
#[inline(always)]
fn add_step<S: Simd, M: Meaning, const N: usize, const OTHERS: usize, const PARTIAL: bool>(
    simd: S,
    a: [Run<u8>; N],
    b: [Run<u8>; OTHERS],
    sums: &mut [u8],
) {
    let (words, highs) = sums.split_at_mut(S::BYTES);
    let (mut word_sums, mut high_sums) = (simd.load(Run::of(words)), simd.load(Run::of(highs)));
    let mut other = simd.zero();
    for i in 0..N {
        if i < OTHERS {
            other = M::unsigned(simd, simd.load_as::<PARTIAL>(b[i]));
        }
        let diff = simd.diff_bytes(M::unsigned(simd, simd.load_as::<PARTIAL>(a[i])), other);
        word_sums = simd.add_u16(word_sums, diff);
        high_sums = simd.add_u16(high_sums, simd.high_bytes(diff));
    }
    simd.store(word_sums, words);
    simd.store(high_sums, highs);
}

/// Hands the sums to the states, and is zero again.
#[inline(always)]
fn flush<S: Simd>(sums: &mut [u8], states: &mut [Counter<u64>]) {
    let mut pairs = Aligned([0u32; MOST_BYTES / SUM]);
    for (sums, states) in sums.chunks_exact_mut(SUM * S::BYTES).zip(states.chunks_mut(S::BYTES)) {
        let (words, highs) = sums.split_at_mut(S::BYTES);
        let (words, highs) = (view_mut::<u8, u16>(words), view_mut::<u8, u16>(highs));
        // A pair of columns, the first of which is the low half.
        for ((pair, word), high) in pairs.0.iter_mut().zip(&mut *words).zip(&mut *highs) {
            let (word, high) = (u16::from_le(std::mem::take(word)), u16::from_le(std::mem::take(high)));
            *pair = (u32::from(word.wrapping_sub(high << 8)) | u32::from(high) << 16).to_le();
        }
        for (state, &sum) in states.iter_mut().zip(&*view_mut::<u32, u16>(&mut pairs.0)) {
            state.0 += u64::from(u16::from_le(sum));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Block, FoldInto, Level};
    use super::*;
    use crate::element::{Bool, Element};
    use crate::kernel::Fold;

    /// Rows of `columns` bytes, at every level, both alone and with one that they share.
    fn check<E>(a: &[E::Left], b: &[E::Left], columns: usize)
    where
        E: Fold<State = Counter<u64>> + Element<Right = <E as Element>::Left, Diff: Into<u64>>,
    {
        let sums = |b: &dyn Fn(usize) -> E::Left| -> Vec<u64> {
            let column = |i: usize| (i..a.len()).step_by(columns);
            (0..columns).map(|i| column(i).map(|at| E::absdiff(a[at], b(at)).into()).sum()).collect()
        };
        let (each, one) = (sums(&|at| b[at]), sums(&|at| b[at % columns]));
        let rows = a.len() / columns;
        // SAFETY: the same row again and again.
        #[allow(unsafe_code)]
        let shared = unsafe { Rows::new(b.as_ptr().cast(), 0, rows, columns) };
        let (a, b) = (Rows::of(a, columns), Rows::of(b, columns));
        for &level in Level::available() {
            for (a, b, expected) in [(a, b, &each), (a, shared, &one), (shared, a, &one)] {
                let mut states = vec![Counter(7); columns];
                Block::<E> { a, b }.fold(level, FoldInto::EachColumn, &mut states);
                let found: Vec<u64> = states.iter().map(|state| state.0 - 7).collect();
                assert_eq!(&found, expected, "{level}, {rows} rows of {columns}");
            }
        }
    }

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for columns in [WIDE - 1, WIDE, WIDE + 33, FEW_BYTES / SUM + 5, SUM_BYTES / SUM + 70] {
            for rows in [1, 9, 16] {
                let bytes = |shift: u32| -> Vec<u8> {
                    (0..(rows * columns) as u32)
                        .map(|i| (i.wrapping_mul(2_654_435_761) >> shift) as u8)
                        .collect()
                };
                let (a, b) = (bytes(11), bytes(17));
                check::<u8>(&a, &b, columns);
                let truth =
                    |bytes: &[u8]| -> Vec<Bool> { bytes.iter().map(|&byte| Bool(byte & 3)).collect() };
                check::<Bool>(&truth(&a), &truth(&b), columns);
                let signed = |bytes: &[u8]| -> Vec<i8> { bytes.iter().map(|&byte| byte as i8).collect() };
                check::<i8>(&signed(&a), &signed(&b), columns);
            }
        }
    }

    #[test]
    fn sums_are_handed_on_before_they_overflow() {
        for rows in [257, 258, 515] {
            check::<u8>(&vec![255; rows * (WIDE + 9)], &vec![0; rows * (WIDE + 9)], WIDE + 9);
            check::<i8>(&vec![-128; rows * WIDE], &vec![127; rows * WIDE], WIDE);
        }
    }
}
