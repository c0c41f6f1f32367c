//! The door to rectangles of array memory: rows of elements a fixed distance apart, behind raw pointers.
//!
//! As with strips, whoever makes a [`Grid`] vouches for the memory; whoever holds one only reads. A [`Sheet`] is what
//! is written instead: rows of a buffer of our own.
#![allow(unsafe_code)]

use super::run::{Pod, Run, foresee_bytes, foresee_line, foreseen_rows};
use super::strip::Strip;
use std::marker::PhantomData;

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

    /// Asks for a row some way below row `i`, whether there is such a row or not: for its lines where each has
    /// several elements, else for the first.
    #[inline(always)]
    pub(crate) fn foresee_below(self, i: usize) {
        let Rectangle { start, row_step, step, len, .. } = self.place;
        let rows = foreseen_rows(len * size_of::<T>());
        if rows == 0 || row_step == 0 {
            return;
        }
        let row = start.wrapping_offset(row_step.wrapping_mul((i + rows) as isize));
        if step.unsigned_abs() > CLOSE_STEPS * size_of::<T>() {
            return foresee_line(row);
        }
        let last = row.wrapping_offset(step * (len as isize - 1));
        let (low, high) = if step < 0 { (last, row) } else { (row, last) };
        foresee_bytes(low, high.addr().wrapping_sub(low.addr()) + size_of::<T>());
    }

    /// The rows one by one, where they are runs.
    #[inline(always)]
    pub(crate) fn runs(self) -> impl Iterator<Item = Run<'m, T>> {
        assert!(self.has_runs());
        let Rectangle { mut start, row_step, rows, len, .. } = self.place;
        (0..rows).map(move |_| {
            // SAFETY: `new` vouched for the row's elements, which follow one another.
            let run = unsafe { Run::new(start.cast(), len) };
            start = start.wrapping_offset(row_step);
            run
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

    /// Whether every row is one element again and again.
    #[inline(always)]
    pub(crate) fn stays(self) -> bool {
        self.place.step == 0 && self.place.len > 1
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

/// Rows of a buffer, to be written one by one: what the grid is for reading.
pub(crate) struct Sheet<'b, T> {
    start: *mut T,
    /// Elements from one row to the next.
    apart: isize,
    rows: usize,
    len: usize,
    memory: PhantomData<&'b mut T>,
}

impl<'b, T: Pod> Sheet<'b, T> {
    /// `rows` rows of `len` elements whose starts lie `apart` in `out`.
    #[inline(always)]
    pub(crate) fn new(out: &'b mut [T], rows: usize, len: usize, apart: usize) -> Self {
        let below = out.len().checked_sub(len).and_then(|rest| rest.checked_div(apart));
        assert!(rows > 0 && len <= apart && below.is_some_and(|below| rows - 1 <= below));
        Self { start: out.as_mut_ptr(), apart: apart as isize, rows, len, memory: PhantomData }
    }

    /// The same rows, the last one first.
    #[inline(always)]
    pub(crate) fn upside_down(self) -> Self {
        let start = self.start.wrapping_offset(self.apart * (self.rows as isize - 1));
        Self { start, apart: -self.apart, ..self }
    }

    /// `rows` rows from `row` on, and of each `len` elements from `at` on.
    #[inline(always)]
    pub(crate) fn part(&mut self, row: usize, rows: usize, at: usize, len: usize) -> Sheet<'_, T> {
        assert!(row <= self.rows && rows <= self.rows - row && at <= self.len && len <= self.len - at);
        let start = self.start.wrapping_offset(self.apart * row as isize).wrapping_add(at);
        Sheet { start, rows, len, ..*self }
    }

    /// The number of rows.
    #[inline(always)]
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Writes row `i`, given as its bytes.
    #[inline(always)]
    pub(crate) fn put<const BYTES: usize>(&mut self, i: usize, bytes: [u8; BYTES]) {
        assert!(i < self.rows && BYTES == self.len * size_of::<T>());
        // SAFETY: `new` saw that the rows lie within the buffer, and `part` that these are some of them.
        unsafe {
            self.start.wrapping_offset(self.apart * i as isize).cast::<[u8; BYTES]>().write_unaligned(bytes)
        }
    }
}

/// Rows and columns from which on a rectangle is worth reading along columns.
const FEWEST_ACROSS: usize = 4;
/// Steps of more elements than this are not worth reading whole and picking from.
const CLOSE_STEPS: usize = 4;

/// Whether elements of `size` bytes lie farther apart along a row than along a column, and far along a row.
#[inline(always)]
pub(crate) fn runs_across(step: isize, row_step: isize, size: usize) -> bool {
    step.unsigned_abs() > row_step.unsigned_abs().max(CLOSE_STEPS * size) && row_step != 0
}
