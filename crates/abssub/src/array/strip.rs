//! The door to strided array memory: strips of elements behind raw pointers, read and written.
//!
//! As with runs, no Rust reference is ever formed to an element, and whoever makes a [`Strip`]
//! vouches for the memory.
#![allow(unsafe_code)]

use super::run::{Pod, Run};
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

    /// How far apart two neighbours are, in either direction.
    #[inline(always)]
    pub fn step_bytes(self) -> usize {
        self.stride_bytes.unsigned_abs()
    }

    /// How many elements' sizes a step is, if it is forwards and a whole number of them.
    #[inline(always)]
    pub fn elements_a_step(self) -> Option<usize> {
        let size = size_of::<T>() as isize;
        (self.stride_bytes > 0 && self.stride_bytes % size == 0)
            .then_some((self.stride_bytes / size) as usize)
    }

    /// The memory from the first element to the last, if a step is `every` elements: `T`s of which
    /// each `every`th is an element of the strip.
    ///
    /// # Panics
    /// If the step is another, or longer than 64 bytes.
    #[inline(always)]
    pub fn with_gaps(self, every: usize) -> Run<'m, T> {
        assert!(self.elements_a_step() == Some(every) && every * size_of::<T>() <= 64);
        let spanned = if self.len == 0 { 0 } else { (self.len - 1) * every + 1 };
        // SAFETY: `new` vouched for the elements. What lies between two of them is less than a page
        // apart from both, so it is mapped; its values are any bytes, which nothing depends on.
        unsafe { Run::new(self.start.cast(), spanned) }
    }

    /// Where element `i` is.
    #[inline(always)]
    pub fn address(self, i: usize) -> *mut u8 {
        assert!(i < self.len);
        self.start.wrapping_offset(self.stride_bytes * i as isize)
    }

    /// The first bytes of the elements.
    #[inline(always)]
    pub(crate) fn bytes(self) -> Strip<'m, u8> {
        Strip { start: self.start, stride_bytes: self.stride_bytes, len: self.len, memory: PhantomData }
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
