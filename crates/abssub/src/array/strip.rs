//! The door to strided array memory: strips of elements behind raw pointers, read and written.
//!
//! As with runs, no Rust reference is ever formed to an element, and whoever makes a [`Strip`]
//! vouches for the memory.
#![allow(unsafe_code)]

use super::run::{Pod, Run, prefetch_bytes};
use std::marker::PhantomData;

/// `len` elements of type `T` at a fixed distance in bytes, readable or (for an output) writable.
pub struct Strip<'m, T> {
    start: *mut u8,
    stride_bytes: isize,
    len: usize,
    memory: PhantomData<&'m T>,
}

impl<T> Clone for Strip<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Strip<'_, T> {}

// SAFETY: a strip is an address and two numbers. What makes it sound to use from any thread is the
// promise given at `new`: the memory stays valid, and no two threads write to one element.
unsafe impl<T: Send> Send for Strip<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Strip<'_, T> {}

impl<'m, T: Pod> Strip<'m, T> {
    /// # Safety
    /// Every element's bytes must be readable for `'m`, and writable too if [`Strip::put`] is to be
    /// called; no two threads may write to the same element at once.
    #[inline(always)]
    pub unsafe fn new(start: *mut u8, stride_bytes: isize, len: usize) -> Self {
        Self { start, stride_bytes, len, memory: PhantomData }
    }

    /// The number of elements.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Whether the elements follow one another without gaps.
    #[inline(always)]
    pub fn is_contiguous(self) -> bool {
        self.stride_bytes == size_of::<T>() as isize || self.len <= 1
    }

    /// The first and the last-plus-one address of the memory that the strip spans.
    #[inline(always)]
    pub fn span(self) -> (usize, usize) {
        if self.len == 0 {
            return (0, 0);
        }
        let first = self.start as isize;
        let last = first + self.stride_bytes * (self.len as isize - 1);
        (first.min(last) as usize, first.max(last) as usize + size_of::<T>())
    }

    /// The elements from `from` on, `len` of them.
    #[inline(always)]
    pub fn part(self, from: usize, len: usize) -> Self {
        assert!(from <= self.len && len <= self.len - from);
        Self { start: self.start.wrapping_offset(self.stride_bytes * from as isize), len, ..self }
    }

    /// The strip as a run, where it is contiguous.
    #[inline(always)]
    pub fn as_run(self) -> Option<Run<'m, T>> {
        // SAFETY: contiguous, and `new` vouched for every element.
        self.is_contiguous().then(|| unsafe { Run::new(self.start.cast(), self.len) })
    }

    /// Whether addresses grow.
    #[inline(always)]
    pub(crate) fn is_forwards(self) -> bool {
        self.stride_bytes > 0
    }

    /// How far apart two neighbours are, in either direction.
    #[inline(always)]
    pub fn step_bytes(self) -> usize {
        self.stride_bytes.unsigned_abs()
    }

    /// How many elements' sizes a step is, if it is a whole number of them.
    #[inline(always)]
    pub(crate) fn elements_a_step(self) -> Option<isize> {
        let size = size_of::<T>() as isize;
        (self.stride_bytes % size == 0).then_some(self.stride_bytes / size)
    }

    /// The same elements, the last one first.
    #[inline(always)]
    pub(crate) fn turned(self) -> Self {
        let last = self.stride_bytes * (self.len as isize - 1);
        Self { start: self.start.wrapping_offset(last), stride_bytes: -self.stride_bytes, ..self }
    }

    /// The elements one by one.
    #[inline(always)]
    pub(crate) fn iter(self) -> impl Iterator<Item = T> + 'm {
        // SAFETY: `new` vouched for every element, and these are as many as there are.
        (0..self.len as isize).map(move |i| unsafe {
            self.start.wrapping_offset(i * self.stride_bytes).cast::<T>().read_unaligned()
        })
    }

    /// The elements one by one, if a step is `EVERY` elements: a distance that the compiler knows, so
    /// that it reads whole vectors and picks from them.
    #[inline(always)]
    pub(crate) fn every<const EVERY: isize>(self) -> impl Iterator<Item = T> + 'm {
        assert!(self.elements_a_step() == Some(EVERY));
        let start = self.start.cast::<T>();
        // SAFETY: as in `iter`; the assertion says where the elements are, all of them in one array.
        (0..self.len as isize).map(move |i| unsafe { start.offset(i * EVERY).read_unaligned() })
    }

    /// Where element `i` is.
    #[inline(always)]
    pub fn address(self, i: usize) -> *mut u8 {
        assert!(i < self.len);
        self.start.wrapping_offset(self.stride_bytes * i as isize)
    }

    /// Reads element `i`.
    #[inline(always)]
    pub fn get(self, i: usize) -> T {
        // SAFETY: `new` vouched for every element, and `address` asserts that this is one.
        unsafe { self.address(i).cast::<T>().read_unaligned() }
    }

    /// Writes element `i`.
    #[inline(always)]
    pub fn put(self, i: usize, value: T) {
        // SAFETY: as in `get`; `new` vouched that an output may be written.
        unsafe { self.address(i).cast::<T>().write_unaligned(value) }
    }

    /// Writes `N` elements from `i` on of a contiguous strip.
    #[inline(always)]
    pub fn put_block<const N: usize>(self, i: usize, values: [T; N]) {
        assert!(self.is_contiguous() && i + N <= self.len);
        // SAFETY: contiguous, in bounds, writable by the promise at `new`.
        unsafe { self.start.cast::<T>().add(i).cast::<[T; N]>().write_unaligned(values) }
    }
}

/// Where a rectangle of elements is: rows a fixed distance apart, of elements another one apart, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rectangle {
    pub(crate) start: *const u8,
    pub(crate) row_step: isize,
    pub(crate) rows: usize,
    pub(crate) step: isize,
    pub(crate) len: usize,
}

/// A rectangle of elements of type `T`, all of them readable.
pub(crate) struct Grid<'m, T> {
    place: Rectangle,
    memory: PhantomData<&'m T>,
}

impl<T> Clone for Grid<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Grid<'_, T> {}

impl<'m, T: Pod> Grid<'m, T> {
    /// # Safety
    /// Every element of the rectangle must be readable for `'m`.
    pub(crate) unsafe fn new(place: Rectangle) -> Self {
        Self { place, memory: PhantomData }
    }

    /// The rows of `len` elements that a slice holds.
    pub(crate) fn of(elements: &'m [T], len: usize) -> Self {
        let (start, size) = (elements.as_ptr().cast(), size_of::<T>() as isize);
        let rows = elements.chunks_exact(len).len();
        // SAFETY: `chunks_exact` counts the rows that lie wholly within the slice.
        unsafe { Self::new(Rectangle { start, row_step: size * len as isize, rows, step: size, len }) }
    }

    /// The number of rows.
    #[inline(always)]
    pub(crate) fn rows(self) -> usize {
        self.place.rows
    }

    /// The elements of a row.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.place.len
    }

    /// Row `i`.
    #[inline(always)]
    pub(crate) fn row(self, i: usize) -> Strip<'m, T> {
        assert!(i < self.place.rows);
        let Rectangle { start, row_step, step, len, .. } = self.place;
        let start = start.wrapping_offset(row_step * i as isize).cast_mut();
        // SAFETY: `new` vouched for the row's elements; nothing is written.
        unsafe { Strip::new(start, step, len) }
    }

    /// Asks for the cache line of element `at` of row `i`, whether there is such an element or not.
    #[inline(always)]
    pub(crate) fn prefetch(self, i: usize, at: usize) {
        let Rectangle { start, row_step, step, .. } = self.place;
        let offset = (row_step.wrapping_mul(i as isize)).wrapping_add(step.wrapping_mul(at as isize));
        prefetch_bytes(start.wrapping_offset(offset), 1);
    }

    /// The same elements, rows taken for columns.
    #[inline(always)]
    pub(crate) fn transposed(self) -> Self {
        let Rectangle { start, row_step, rows, step, len } = self.place;
        let place = Rectangle { start, row_step: step, rows: len, step: row_step, len: rows };
        Self { place, ..self }
    }

    /// `rows` rows from `row` on, and of each `len` elements from `at` on.
    #[inline(always)]
    pub(crate) fn part(self, row: usize, rows: usize, at: usize, len: usize) -> Self {
        let whole = self.place;
        assert!(row <= whole.rows && rows <= whole.rows - row && at <= whole.len && len <= whole.len - at);
        let offset = whole.row_step * row as isize + whole.step * at as isize;
        let place = Rectangle { start: whole.start.wrapping_offset(offset), rows, len, ..whole };
        Self { place, ..self }
    }

    /// The bytes of `N` elements from `at` on of each of the `N` rows from `row` on, where rows are runs.
    #[inline(always)]
    pub(crate) fn square<const N: usize, const BYTES: usize>(
        self,
        row: usize,
        at: usize,
    ) -> [[u8; BYTES]; N] {
        let Rectangle { start, row_step, rows, len, .. } = self.place;
        assert!(self.has_runs() && BYTES == N * size_of::<T>());
        assert!(N <= rows && row <= rows - N && N <= len && at <= len - N);
        let first = start.wrapping_offset(row_step * row as isize).wrapping_add(at * size_of::<T>());
        // SAFETY: `new` vouched for the rows' elements, and the assertions say that these are some of them.
        std::array::from_fn(|i| unsafe {
            first.wrapping_offset(row_step * i as isize).cast::<[u8; BYTES]>().read_unaligned()
        })
    }

    /// The same rows, the last one first.
    #[inline(always)]
    pub(crate) fn upside_down(self) -> Self {
        let Rectangle { start, row_step, rows, .. } = self.place;
        let start = start.wrapping_offset(row_step * (rows as isize - 1));
        Self { place: Rectangle { start, row_step: -row_step, ..self.place }, ..self }
    }

    /// Whether the elements of a row follow one another without gaps.
    #[inline(always)]
    pub(crate) fn has_runs(self) -> bool {
        self.place.step == size_of::<T>() as isize
    }

    /// Whether it is worth reading along columns.
    #[inline(always)]
    pub(crate) fn runs_across(self) -> bool {
        let Rectangle { row_step, rows, step, len, .. } = self.place;
        rows >= FEWEST_ACROSS && len >= FEWEST_ACROSS && runs_across(step, row_step, size_of::<T>())
    }

    /// The elements as their bits.
    #[inline(always)]
    pub(crate) fn bits(self) -> Grid<'m, T::Bits> {
        Grid { place: self.place, memory: PhantomData }
    }
}

/// Rows and columns from which on a rectangle is worth reading along columns.
const FEWEST_ACROSS: usize = 4;
/// Steps of more elements than this are not worth reading whole and picking from.
const FAR_STEPS: usize = 4;

/// Whether elements of `size` bytes lie farther apart along a row than along a column, and far along a row.
#[inline(always)]
pub(crate) fn runs_across(step: isize, row_step: isize, size: usize) -> bool {
    step.unsigned_abs() > row_step.unsigned_abs().max(FAR_STEPS * size) && row_step != 0
}
