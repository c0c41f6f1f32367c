//! Several rows of elements in memory, a fixed distance apart.

use crate::array::run::{Pod, Run, foreseen_rows};
use crate::array::strip::Strip;

/// How many rows ahead a strip's elements are asked for.
const PREFETCHED_ROWS: usize = 4;

/// Rows that begin so many bytes apart do not look like one stream.
const FAR_BYTES: usize = 1 << 10;

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

    /// As many pieces of a run, `len` elements each, the first at its start and every other `step` elements after the one
    /// before: they may overlap.
    pub(super) fn pieces(run: Run<'m, T>, len: usize, step: usize, count: usize) -> Self {
        let before = step.checked_mul(count.saturating_sub(1)).expect("within memory");
        assert!(before <= run.len() && len <= run.len() - before);
        let stride = (step * size_of::<T>()) as isize;
        // SAFETY: the last piece ends within the run, and no other ends behind it.
        #[allow(unsafe_code)]
        unsafe {
            Self::new(run.as_ptr().cast(), stride, count, len)
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

    /// How many bytes away the row is that should be asked for with each row; none where rows are so close that the
    /// processor sees them coming.
    #[inline(always)]
    pub(super) fn foreseen(&self) -> Option<isize> {
        let rows = foreseen_rows(self.len * size_of::<T>());
        (self.first.step_bytes() >= FAR_BYTES && rows > 0).then(|| self.first.offset(rows))
    }

    /// All rows as one, where each goes on at the end of the one before.
    #[allow(unsafe_code)]
    pub(crate) fn joined(&self) -> Option<Self> {
        let seamless = self.first.step_bytes() == self.len * size_of::<T>() && self.count() > 1;
        let len = self.len * self.count();
        // SAFETY: `new` vouched for every row's elements, and there is nothing between them.
        (seamless && self.first.is_forwards()).then(|| unsafe { Self::new(self.first.address(0), 0, 1, len) })
    }

    /// So many rows as one, where each goes on at the end of the one before, as many times as there are so many.
    #[allow(unsafe_code)]
    pub(super) fn together(&self, rows: usize) -> Option<Self> {
        let len = self.len * rows;
        let seamless = self.first.step_bytes() == self.len * size_of::<T>() && self.first.is_forwards();
        let stride = (len * size_of::<T>()) as isize;
        // SAFETY: `new` vouched for every row's elements, and there is nothing between them.
        seamless.then(|| unsafe { Self::new(self.first.address(0), stride, self.count() / rows, len) })
    }

    /// The same elements as every one of so many rows.
    #[allow(unsafe_code)]
    pub(super) fn shared(elements: &'m [T], rows: usize) -> Self {
        // SAFETY: every row is the slice.
        unsafe { Self::new(elements.as_ptr().cast(), 0, rows, elements.len()) }
    }

    /// Row `i` as the only one.
    pub(crate) fn only(&self, i: usize) -> Self {
        self.rows(i, 1)
    }

    /// `count` rows from row `from` on.
    #[inline(always)]
    pub(crate) fn rows(&self, from: usize, count: usize) -> Self {
        Self { first: self.first.part(from, count), len: self.len }
    }

    /// `len` elements from `at` on of every row.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(crate) fn columns(&self, at: usize, len: usize) -> Self {
        assert!(at <= self.len && len <= self.len - at);
        // SAFETY: `new` vouched for these elements too.
        Self { first: unsafe { self.first.shifted(at * size_of::<T>()) }, len }
    }

    /// Whether all rows are the same memory.
    #[inline(always)]
    pub(crate) fn is_shared(&self) -> bool {
        self.first.step_bytes() == 0 && self.count() > 1
    }

    /// The same memory as bytes.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> Rows<'m, u8> {
        Rows { first: self.first.bytes(), len: self.len * size_of::<T>() }
    }

    /// Row `i`.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(crate) fn row(&self, i: usize) -> Run<'m, T> {
        // SAFETY: `new` vouched for `len` elements at each row's start.
        unsafe { Run::new(self.first.address(i).cast(), self.len) }
    }

    /// `N` rows from row `i` on.
    #[inline(always)]
    pub(crate) fn several<const N: usize>(&self, i: usize) -> [Run<'m, T>; N] {
        let mut rows = [self.row(i); N];
        for (k, row) in rows.iter_mut().enumerate() {
            *row = self.row(i + k);
        }
        rows
    }
}
