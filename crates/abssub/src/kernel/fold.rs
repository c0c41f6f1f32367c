//! Folding a block of differences into states: what the executor calls, once a block.

use super::Level;
use super::arch::Simd;
use super::dispatch::Kernel;
use crate::array::run::{Pod, Run};
use crate::array::strip::Strip;
use crate::element::Element;
use crate::reduce::State;

/// How many rows ahead a strip's elements are asked for.
const PREFETCHED_ROWS: usize = 4;

/// `rows` runs of `len` elements, a fixed distance apart.
pub(crate) struct Rows<'m, T> {
    first: Strip<'m, T>,
    len: usize,
}

impl<T> Clone for Rows<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Rows<'_, T> {}

impl<'m, T: Pod> Rows<'m, T> {
    /// # Safety
    /// For `'m`, `len` elements must be readable from each of the `rows` addresses.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn new(start: *const u8, stride_bytes: isize, rows: usize, len: usize) -> Self {
        // SAFETY: the caller vouches for the first element of each row; nothing is ever written.
        Self { first: unsafe { Strip::new(start.cast_mut(), stride_bytes, rows) }, len }
    }

    /// The rows of `len` elements that a slice holds.
    pub(crate) fn of(elements: &'m [T], len: usize) -> Self {
        let stride = (len * size_of::<T>()) as isize;
        // SAFETY: `chunks_exact` counts the rows that lie wholly within the slice.
        #[allow(unsafe_code)]
        unsafe {
            Self::new(elements.as_ptr().cast(), stride, elements.chunks_exact(len).len(), len)
        }
    }

    /// The elements of a row.
    #[inline(always)]
    pub(crate) fn row_len(&self) -> usize {
        self.len
    }

    /// The number of rows.
    #[inline(always)]
    pub(crate) fn count(&self) -> usize {
        self.first.len()
    }

    /// `len` elements from `at` on of row `i`. Where pieces lie apart, which the processor does not
    /// foresee, those of a row to come are asked for.
    #[inline(always)]
    pub(crate) fn piece(&self, i: usize, at: usize, len: usize) -> Run<'m, T> {
        if self.first.step_bytes() > len * size_of::<T>() && i + PREFETCHED_ROWS < self.count() {
            self.row(i + PREFETCHED_ROWS).part(at, len).prefetch();
        }
        self.row(i).part(at, len)
    }

    /// All rows as one, where each goes on at the end of the one before.
    #[allow(unsafe_code)]
    fn joined(&self) -> Option<Self> {
        let seamless = self.first.step_bytes() == self.len * size_of::<T>() && self.count() > 1;
        let len = self.len * self.count();
        // SAFETY: `new` vouched for every row's elements, and there is nothing between them.
        (seamless && self.first.is_forwards()).then(|| unsafe { Self::new(self.first.address(0), 0, 1, len) })
    }

    /// Row `i` as the only one.
    pub(crate) fn only(&self, i: usize) -> Self {
        Self { first: self.first.part(i, 1), len: self.len }
    }

    /// Row `i`.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(crate) fn row(&self, i: usize) -> Run<'m, T> {
        // SAFETY: `new` vouched for `len` elements at each row's start.
        unsafe { Run::new(self.first.address(i).cast(), self.len) }
    }
}

/// How the differences of an element type fold into a sum.
pub(crate) trait Fold: Element {
    /// The sum in the making.
    type State: State;

    /// Folds one row into one state.
    fn fold_row<S: Simd>(simd: S, a: Run<Self::Left>, b: Run<Self::Right>, state: &mut Self::State);

    /// Folds each column into its own state: `states[i]` gets `|a[i] - b[i]|` of every row.
    fn fold_columns<S: Simd>(simd: S, a: Rows<Self::Left>, b: Rows<Self::Right>, states: &mut [Self::State]);
}

/// A block of rows of both operands.
pub(crate) struct Block<'m, E: Element> {
    pub(crate) a: Rows<'m, E::Left>,
    pub(crate) b: Rows<'m, E::Right>,
}

/// How a block's elements find their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoldInto {
    /// All rows into the one state.
    One,
    /// Each row into its own.
    EachRow,
    /// Each column into its own.
    EachColumn,
}

impl<E: Element> Clone for Block<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E: Element> Copy for Block<'_, E> {}

impl<E: Fold> Block<'_, E> {
    /// Folds the block into `states`, as many as `into` needs.
    #[inline]
    pub(crate) fn fold(self, level: Level, into: FoldInto, states: &mut [E::State]) {
        level.run(FoldBlock { block: self, into, states });
    }
}

struct FoldBlock<'m, 's, E: Fold> {
    block: Block<'m, E>,
    into: FoldInto,
    states: &'s mut [E::State],
}

impl<E: Fold> Kernel for FoldBlock<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Block { a, b } = self.block;
        match self.into {
            FoldInto::One => {
                let joined = a.joined().zip(b.joined());
                let (a, b) = joined.unwrap_or((a, b));
                for i in 0..a.count() {
                    E::fold_row(simd, a.row(i), b.row(i), &mut self.states[0]);
                }
            }
            FoldInto::EachRow => {
                for (i, state) in self.states.iter_mut().enumerate() {
                    E::fold_row(simd, a.row(i), b.row(i), state);
                }
            }
            FoldInto::EachColumn => E::fold_columns(simd, a, b, self.states),
        }
    }
}
