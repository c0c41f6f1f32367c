//! Columns of integers under a mask: what it rules out adds nothing, and what it lets pass is counted.
//!
//! Plain loops, recompiled for each level: to copy the rows without what is ruled out, as is done for all else, takes
//! several times as long.

use super::integer_columns::{Aligned, FEW_BYTES, Partial, SUM_BYTES};
use super::rows::Rows;
use super::unrolled::each_row;
use crate::array::run::Run;
use crate::element::{Bool, Element};
use crate::reduce::Counter;
use std::mem::replace;

/// Rows whose counts fit a byte.
const ROWS: usize = 255;
/// Elements of a row that are handled together: what the compiler turns into vectors.
const BLOCK: usize = 64;
/// Rows that are read side by side, each under its own of the mask.
const ABREAST: usize = 4;

/// Bytes of counts beside sums of so many bytes, of which the narrowest take two.
const fn counts_beside(sum_bytes: usize) -> usize {
    sum_bytes / size_of::<u16>()
}

/// Whether it is worth it: no vector adds what needs 128 bits, and copies are summed in fewer then.
pub(super) const fn takes<E: Partial>() -> bool {
    size_of::<E::Sum>() <= size_of::<u64>()
}

/// Rows of both operands, and those of their mask.
struct Group<'m, E: Element, const N: usize> {
    a: [Run<'m, E::Left>; N],
    b: [Run<'m, E::Right>; N],
    mask: [Run<'m, Bool>; N],
}

/// Adds all rows, column by column, and to `taken` how many elements of each count, if there are such places.
#[inline(always)]
pub(super) fn sum_columns<E: Partial>(
    a: Rows<E::Left>,
    b: Rows<E::Right>,
    mask: Rows<Bool>,
    states: &mut [Counter<E::Count>],
    taken: &mut [u64],
) {
    const { assert!(ROWS <= E::ROWS) };
    let (mut many, mut few);
    let (sums, counts): (_, &mut [u8]) = if states.len() > FEW_BYTES / size_of::<E::Sum>() {
        many = (Aligned(E::sums()), [0; counts_beside(SUM_BYTES)]);
        (many.0.0.as_mut(), &mut many.1)
    } else {
        few = (Aligned(E::few()), [0; counts_beside(FEW_BYTES)]);
        (few.0.0.as_mut(), &mut few.1)
    };
    let strip = sums.len();
    for (k, states) in states.chunks_mut(strip).enumerate() {
        let (at, width) = (k * strip, states.len());
        let (a, b, mask) = (a.columns(at, width), b.columns(at, width), mask.columns(at, width));
        let (sums, counts) = (&mut sums[..width], &mut counts[..width]);
        for first in (0..a.count()).step_by(ROWS) {
            let until = a.count().min(first + ROWS);
            let abreast = first + (until - first) / ABREAST * ABREAST;
            for i in (first..abreast).step_by(ABREAST) {
                let group = Group { a: a.several(i), b: b.several(i), mask: mask.several(i) };
                add_rows::<E, ABREAST>(&group, sums, counts);
            }
            for i in abreast..until {
                let group = Group { a: a.several(i), b: b.several(i), mask: mask.several(i) };
                add_rows::<E, 1>(&group, sums, counts);
            }
            for (state, sum) in states.iter_mut().zip(&mut *sums) {
                E::flush(replace(sum, E::ZERO), state);
            }
            for (taken, &count) in taken.iter_mut().skip(at).zip(&*counts) {
                *taken += u64::from(count);
            }
            counts.fill(0);
        }
    }
}

/// Adds `N` rows.
#[inline(always)]
fn add_rows<E: Partial, const N: usize>(group: &Group<'_, E, N>, sums: &mut [E::Sum], counts: &mut [u8]) {
    let whole = sums.len() / BLOCK * BLOCK;
    let ((blocks, rest), (count_blocks, rest_counts)) =
        (sums.as_chunks_mut::<BLOCK>(), counts.as_chunks_mut::<BLOCK>());
    for (k, (sums, counts)) in blocks.iter_mut().zip(count_blocks).enumerate() {
        let (mut grown, mut counted) = (*sums, *counts);
        let at = k * BLOCK;
        each_row!(add_block::<E, N>(&mut grown, &mut counted, group, at));
        (*sums, *counts) = (grown, counted);
    }
    for (j, (sum, count)) in rest.iter_mut().zip(rest_counts).enumerate() {
        for n in 0..N {
            let at = whole + j;
            add::<E>(sum, count, group.a[n].get(at), group.b[n].get(at), group.mask[n].get(at));
        }
    }
}

/// Adds a block of row `R`, if there are so many.
#[inline(always)]
fn add_block<E: Partial, const N: usize, const R: usize>(
    sums: &mut [E::Sum; BLOCK],
    counts: &mut [u8; BLOCK],
    group: &Group<'_, E, N>,
    at: usize,
) {
    if R < N {
        let (a, b) = (group.a[R].block::<BLOCK>(at), group.b[R].block::<BLOCK>(at));
        let mask = group.mask[R].block::<BLOCK>(at);
        for j in 0..BLOCK {
            add::<E>(&mut sums[j], &mut counts[j], a[j], b[j], mask[j]);
        }
    }
}

/// The scalar line.
#[inline(always)]
fn add<E: Partial>(sum: &mut E::Sum, count: &mut u8, a: E::Left, b: E::Right, mask: Bool) {
    let counts = mask.0 != 0;
    *count += u8::from(counts);
    E::grow_if(sum, a, b, counts);
}

#[cfg(test)]
mod tests {
    use super::super::chosen::Chosen;
    use super::super::{Block, Fold, FoldInto, Level};
    use super::*;
    use crate::element::Squared;

    fn noise<T>(count: usize, seed: u64, of: impl Fn(u64) -> T) -> Vec<T> {
        let bits = |i: usize| (i as u64 + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..count).map(|i| of(bits(i) >> 17)).collect()
    }

    /// At every level, with and without places for what counted.
    fn check<E>(a: &[E::Left], b: &[E::Right], columns: usize)
    where
        E: Fold<State = Counter<<E as Partial>::Count>> + Partial<Diff: Into<u128>, Count: Into<u128>>,
        Counter<E::Count>: Default,
    {
        // Any byte but zero is true.
        let mask = noise(a.len(), 5, |bits| Bool((bits % 3) as u8));
        let (mut sums, mut numbers) = (vec![0; columns], vec![0; columns]);
        for (i, &Bool(one)) in mask.iter().enumerate().filter(|(_, one)| one.0 != 0) {
            sums[i % columns] += E::absdiff(a[i], b[i]).into();
            numbers[i % columns] += u64::from(one != 0);
        }
        let block = Block::<E> { a: Rows::of(a, columns), b: Rows::of(b, columns) };
        for &level in Level::available() {
            for places in [0, columns] {
                let mut states: Vec<E::State> = (0..columns).map(|_| Counter::default()).collect();
                let mut taken = vec![9; places];
                let chosen = Chosen::Masked(Rows::of(&mask, columns));
                block.fold_chosen(level, chosen, FoldInto::EachColumn, &mut states, &mut taken);
                let found: Vec<u128> = states.iter().map(|state| state.0.into()).collect();
                assert_eq!(found, sums, "{level}, {} elements in {columns} columns", a.len());
                assert!(taken.iter().zip(&numbers).all(|(taken, number)| taken - 9 == *number), "{level}");
            }
        }
    }

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for (rows, columns) in
            [(1, 1), (3, 63), (9, 64), (5, 130), (257, 70), (513, 3), (2, 2100), (6, 20500)]
        {
            let count = rows * columns;
            let bytes = |seed| noise(count, seed, |bits| bits as u8);
            check::<u8>(&bytes(1), &bytes(2), columns);
            check::<Squared<u8>>(&bytes(3), &bytes(4), columns);
            let truth = |seed| noise(count, seed, |bits| Bool(bits as u8 & 2));
            check::<Bool>(&truth(1), &truth(2), columns);
            let words = |seed| noise(count, seed, |bits| bits as i16);
            check::<i16>(&words(1), &words(2), columns);
            check::<Squared<i16>>(&words(3), &words(4), columns);
            let longs = |seed| noise(count, seed, |bits| (bits << 23) as i32);
            check::<i32>(&longs(1), &longs(2), columns);
        }
    }

    #[test]
    fn sums_and_counts_are_handed_on_before_they_overflow() {
        for rows in [255, 256, 511, 1030] {
            let count = rows * 65;
            let chosen = vec![Bool(7); count];
            let (a, b) = (vec![255u8; count], vec![0u8; count]);
            let block = Block::<u8> { a: Rows::of(&a, 65), b: Rows::of(&b, 65) };
            for &level in Level::available() {
                let (mut states, mut taken) = (vec![Counter::default(); 65], [0; 65]);
                let chosen = Chosen::Masked(Rows::of(&chosen, 65));
                block.fold_chosen(level, chosen, FoldInto::EachColumn, &mut states, &mut taken);
                assert!(states.iter().all(|state| state.0 == 255 * rows as u64), "{level}");
                assert_eq!(taken, [rows as u64; 65], "{level}");
            }
        }
    }
}
