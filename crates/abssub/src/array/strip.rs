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

    /// Strips of what lies so many bytes behind each element.
    ///
    /// # Safety
    /// As for [`Strip::new`], for these.
    #[inline(always)]
    pub(crate) unsafe fn shifted(self, bytes: usize) -> Self {
        Self { start: self.start.wrapping_add(bytes), ..self }
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

    /// How far on as many elements are, in bytes.
    #[inline(always)]
    pub(crate) fn offset(self, elements: usize) -> isize {
        self.stride_bytes.wrapping_mul(elements as isize)
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

    /// Asks for the cache lines of as many bytes as the strip spans, `ahead` bytes farther in its direction, if
    /// the elements are so close that each line has several.
    #[inline(always)]
    pub(crate) fn prefetch_beyond(self, ahead: usize) {
        if self.step_bytes() <= 4 * size_of::<T>() {
            let ahead = if self.stride_bytes < 0 { -(ahead as isize) } else { ahead as isize };
            let (from, to) = self.span();
            let lowest = if self.stride_bytes < 0 { self.start.wrapping_sub(to - from) } else { self.start };
            prefetch_bytes(lowest.wrapping_offset(ahead), to - from);
        }
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

    /// Writes the first elements of a contiguous strip.
    pub(crate) fn put_all(self, values: &[T]) {
        assert!(self.is_contiguous() && values.len() <= self.len);
        // SAFETY: contiguous, in bounds, writable by the promise at `new`, and no slice of ours is an output.
        unsafe {
            self.start.cast::<u8>().copy_from_nonoverlapping(values.as_ptr().cast(), size_of_val(values))
        }
    }

    /// Writes `N` elements from `i` on of a contiguous strip.
    #[inline(always)]
    pub fn put_block<const N: usize>(self, i: usize, values: [T; N]) {
        assert!(self.is_contiguous() && i + N <= self.len);
        // SAFETY: contiguous, in bounds, writable by the promise at `new`.
        unsafe { self.start.cast::<T>().add(i).cast::<[T; N]>().write_unaligned(values) }
    }
}
