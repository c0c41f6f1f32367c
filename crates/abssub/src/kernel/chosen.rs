//! Sums of rows not all of whose elements count, without a copy of those that do: what does not is cleared in
//! both operands, in registers.
//!
//! Earned by the cases `stat-mean-where` and `layout-second-columns` of the benchmark suite.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::fold::{Block, Fold, FoldInto, Meeting};
use super::level::Level;
use super::rows::Rows;
use super::unrolled::each_row;
use super::vector_sum::VectorSum;
use crate::array::run::{Lockstep, Run, parts};
use crate::element::Bool;
use std::marker::PhantomData;
use std::ops::Range;

/// Which elements of a block's rows count.
#[derive(Clone, Copy)]
pub(crate) enum Chosen<'m> {
    /// Those whose byte in a row of a mask is not zero.
    Masked(Rows<'m, Bool>),
    /// One in so many, from the first on: 2 or 4. The block's rows have the others too.
    Every(usize),
}

impl<E: Fold> Block<'_, E> {
    /// Folds the elements that count into the state of all rows, of each or of each column, and adds how many a mask
    /// lets pass to `taken`, if there are such places. Only for elements of which [`Fold::CHOOSES`] says so, or of
    /// columns [`Fold::MASKS_COLUMNS`].
    pub(crate) fn fold_chosen(
        self,
        level: Level,
        chosen: Chosen<'_>,
        into: FoldInto,
        states: &mut [E::State],
        taken: &mut [u64],
    ) {
        match chosen {
            Chosen::Masked(mask) if into == FoldInto::EachColumn => {
                self.fold_masked_columns(level, mask, states, taken);
            }
            Chosen::Masked(mask) => {
                let step = usize::from(into == FoldInto::EachRow);
                level.run(FoldMasked { block: self, mask, step, states, taken });
            }
            Chosen::Every(every) => {
                let (block, meeting) = self.meeting(into);
                level.run(FoldEvery { block, every, meeting, states });
            }
        }
    }
}

impl<E: Fold> Block<'_, E> {
    /// Folds each column into its own state, row by row, and counts what the mask lets pass.
    pub(super) fn fold_each_masked(
        self,
        level: Level,
        mask: Rows<'_, Bool>,
        states: &mut [E::State],
        taken: &mut [u64],
    ) {
        level.run(FoldMaskedColumns { block: self, mask, states, taken });
    }
}

struct FoldMasked<'m, 's, E: Fold> {
    block: Block<'m, E>,
    mask: Rows<'m, Bool>,
    /// How far apart the states of neighbouring rows are.
    step: usize,
    states: &'s mut [E::State],
    taken: &'s mut [u64],
}

impl<E: Fold> Kernel for FoldMasked<'_, '_, E> {
    const VECTORS: bool = E::VECTORS;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { block: Block { a, b }, mask, step, states, taken } = self;
        E::fold_masked(simd, a, b, mask.bytes(), step, states, taken);
    }
}

struct FoldMaskedColumns<'m, 's, E: Fold> {
    block: Block<'m, E>,
    mask: Rows<'m, Bool>,
    states: &'s mut [E::State],
    taken: &'s mut [u64],
}

impl<E: Fold> Kernel for FoldMaskedColumns<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { block: Block { a, b }, mask, states, taken } = self;
        E::fold_masked_columns(a, b, mask, states, taken);
    }
}

struct FoldEvery<'m, 's, E: Fold> {
    block: Block<'m, E>,
    every: usize,
    meeting: Meeting,
    states: &'s mut [E::State],
}

impl<E: Fold> Kernel for FoldEvery<'_, '_, E> {
    const VECTORS: bool = E::VECTORS;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Block { a, b } = self.block;
        match self.every {
            2 => E::fold_every::<S, 2>(simd, a, b, self.meeting, self.states),
            4 => E::fold_every::<S, 4>(simd, a, b, self.meeting, self.states),
            every => unreachable!("no rows are read with one element in {every}"),
        }
    }
}

/// A sum to which one element of `SIZE` bytes in `EVERY` adds, from the first on.
pub(super) struct EveryOf<K, const SIZE: usize, const EVERY: usize>(PhantomData<K>);

impl<K: VectorSum, const SIZE: usize, const EVERY: usize> EveryOf<K, SIZE, EVERY> {
    /// All bits of those elements.
    const BITS: u64 = {
        let (mut bytes, mut i) = ([0; 8], 0);
        while i < 8 {
            bytes[i] = if (i / SIZE).is_multiple_of(EVERY) { 0xff } else { 0 };
            i += 1;
        }
        u64::from_ne_bytes(bytes)
    };
}

impl<K: VectorSum, const SIZE: usize, const EVERY: usize> VectorSum for EveryOf<K, SIZE, EVERY> {
    const STEPS: usize = K::STEPS;
    const WORD: usize = K::WORD;
    const AHEAD_BYTES: usize = K::AHEAD_BYTES;
    const SEES_AHEAD: bool = K::SEES_AHEAD;
    // Pairs are of rows that are read whole, and so are short rows.
    const MEETS_ALL: bool = false;
    const SHORT: bool = false;

    #[inline(always)]
    fn prepared<S: Simd>(simd: S, v: S::V) -> S::V {
        // What is cleared in both differs by nothing, whatever is done to both then.
        K::prepared(simd, simd.and(v, simd.splat_u64(Self::BITS)))
    }

    #[inline(always)]
    fn step<S: Simd>(simd: S, sum: S::V, a: S::V, b: S::V) -> S::V {
        K::step(simd, sum, a, b)
    }

    #[inline(always)]
    fn each_lane<S: Simd, T>(simd: S, sum: S::V, steps: usize, states: &mut [T], grow: impl Fn(&mut T, u64)) {
        K::each_lane(simd, sum, steps, states, grow);
    }

    #[inline(always)]
    fn total<S: Simd>(simd: S, sum: S::V, steps: usize) -> u64 {
        K::total(simd, sum, steps)
    }

    #[inline(always)]
    fn total_eight<S: Simd>(simd: S, sums: [S::V; 8], steps: usize) -> [u64; 8] {
        K::total_eight(simd, sums, steps)
    }
}

/// How far ahead rows that are read side by side, and their masks, are asked for.
const AHEAD_BYTES: usize = 256;
/// Rows that are read side by side, each under one of its own of the mask.
const ABREAST: usize = 4;

/// What a row's chosen bytes come to, and how many they are.
#[derive(Clone, Copy, Default)]
struct Taken {
    sum: u64,
    count: u64,
}

/// Rows of bytes under a mask: `grow` adds to the states of neighbouring rows, which lie `step` apart.
#[inline(always)]
pub(super) fn sum_masked<S: Simd, K: VectorSum, T>(
    simd: S,
    [a, b, mask]: [Rows<u8>; 3],
    step: usize,
    states: &mut [T],
    taken: &mut [u64],
    grow: impl Fn(&mut T, u64) + Copy,
) {
    let done = a.count() / ABREAST * ABREAST;
    sum_groups::<S, K, T, ABREAST>(simd, [a, b, mask], 0..done, step, states, taken, grow);
    sum_groups::<S, K, T, 1>(simd, [a, b, mask], done..a.count(), step, states, taken, grow);
}

/// The same of some of the rows, `N` at a time.
#[inline(always)]
fn sum_groups<S: Simd, K: VectorSum, T, const N: usize>(
    simd: S,
    [a, b, mask]: [Rows<u8>; 3],
    rows: Range<usize>,
    step: usize,
    states: &mut [T],
    taken: &mut [u64],
    grow: impl Fn(&mut T, u64) + Copy,
) {
    for i in rows.step_by(N) {
        let sums = sum_beside::<S, K, N>(simd, a.several(i), b.several(i), mask.several(i));
        for m in 0..N {
            grow(&mut states[(i + m) * step], sums[m].sum);
            if let Some(count) = taken.get_mut((i + m) * step) {
                *count += sums[m].count;
            }
        }
    }
}

/// `N` rows, all of one length.
#[inline(always)]
fn sum_beside<S: Simd, K: VectorSum, const N: usize>(
    simd: S,
    a: [Run<u8>; N],
    b: [Run<u8>; N],
    mask: [Run<u8>; N],
) -> [Taken; N] {
    let (len, most) = (a[0].len(), K::STEPS.saturating_mul(S::BYTES));
    let mut taken = [Taken::default(); N];
    for at in (0..len).step_by(most) {
        let each = most.min(len - at);
        let (a, b, mask) = (parts(a, at, each), parts(b, at, each), parts(mask, at, each));
        add_part::<S, K, N>(simd, a, b, mask, &mut taken);
    }
    taken
}

/// Adds parts of rows that are so short that no lane overflows.
#[inline(always)]
fn add_part<S: Simd, K: VectorSum, const N: usize>(
    simd: S,
    a: [Run<u8>; N],
    b: [Run<u8>; N],
    mask: [Run<u8>; N],
    taken: &mut [Taken; N],
) {
    let mut lanes = [(simd.zero(), simd.zero()); N];
    let vectors = |rows| Lockstep::new(rows, S::BYTES);
    for ((a, b), mask) in vectors(a).zip(vectors(b)).zip(vectors(mask)) {
        for k in 0..N {
            a[k].prefetch_ahead(AHEAD_BYTES);
            mask[k].prefetch_ahead(AHEAD_BYTES);
        }
        add_vectors::<S, K, N, false>(simd, &mut lanes, [&a, &b, &mask]);
    }
    let (len, whole) = (a[0].len(), a[0].len() / S::BYTES * S::BYTES);
    if whole < len {
        let (a, b, mask) =
            (parts(a, whole, len - whole), parts(b, whole, len - whole), parts(mask, whole, len - whole));
        add_vectors::<S, K, N, true>(simd, &mut lanes, [&a, &b, &mask]);
    }
    for k in 0..N {
        let (sum, count) = lanes[k];
        taken[k].sum += K::total(simd, sum, len.div_ceil(S::BYTES));
        taken[k].count += simd.sum_u64(count);
    }
}

/// One vector more of each row.
#[inline(always)]
fn add_vectors<S: Simd, K: VectorSum, const N: usize, const PARTIAL: bool>(
    simd: S,
    lanes: &mut [(S::V, S::V); N],
    rows: [&[Run<u8>; N]; 3],
) {
    each_row!(add_vector::<S, K, N, PARTIAL>(simd, lanes, rows));
}

/// One vector more of row `R`, if there are so many.
#[inline(always)]
fn add_vector<S: Simd, K: VectorSum, const N: usize, const PARTIAL: bool, const R: usize>(
    simd: S,
    lanes: &mut [(S::V, S::V); N],
    [a, b, mask]: [&[Run<u8>; N]; 3],
) {
    if R < N {
        let ones = simd.min_bytes(simd.load_as::<PARTIAL>(mask[R]), simd.splat_byte(1));
        let bits = simd.sub_bytes(simd.zero(), ones);
        let a = simd.and(K::prepared(simd, simd.load_as::<PARTIAL>(a[R])), bits);
        let b = simd.and(K::prepared(simd, simd.load_as::<PARTIAL>(b[R])), bits);
        let (sum, count) = lanes[R];
        lanes[R] = (K::step(simd, sum, a, b), simd.add_u64(count, simd.sad_bytes(ones, simd.zero())));
    }
}
