//! The door to contiguous array memory: runs of elements behind raw pointers.
//!
//! Inputs and outputs may alias, may be unaligned, and another thread may write to them while we
//! read, so no Rust reference is ever formed to an element. Whoever makes a [`Run`] vouches
//! for the memory; whoever holds one uses it in safe code.
#![allow(unsafe_code)]

use std::marker::PhantomData;

/// Plain data: any bytes of the right number are a value, and copying them copies it.
///
/// # Safety
/// Every bit pattern must be a valid value and the type must have no padding and no drop glue.
pub unsafe trait Pod: Copy + Send + Sync + 'static {
    /// A type of the same size and no greater alignment whose bytes are swapped in the same way: code that
    /// only moves elements is compiled for bits.
    type Bits: Pod;

    /// All bytes zero.
    const ZERO: Self;

    /// The value whose bytes stand in the other order.
    #[must_use]
    fn swapped(self) -> Self;
}

macro_rules! pod {
    ($($t:ty as $bits:ty: $zero:expr),*) => {$(
        // SAFETY: integers and floats accept every bit pattern.
        unsafe impl Pod for $t {
            type Bits = $bits;
            const ZERO: Self = $zero;

            #[inline(always)]
            fn swapped(self) -> Self {
                let mut bytes = self.to_ne_bytes();
                bytes.reverse();
                Self::from_ne_bytes(bytes)
            }
        }
    )*};
}
pod!(u8 as u8: 0, u16 as u16: 0, u32 as u32: 0, u64 as u64: 0);
pod!(i8 as u8: 0, i16 as u16: 0, i32 as u32: 0, i64 as u64: 0, i128 as i128: 0);
pod!(f32 as u32: 0.0, f64 as u64: 0.0, u128 as i128: 0, half::f16 as u16: half::f16::ZERO);

/// The memory of a slice as elements of another type, as many as fit.
///
/// # Panics
/// If the memory is not aligned for that type.
#[inline(always)]
pub(crate) fn view_mut<S: Pod, T: Pod>(slice: &mut [S]) -> &mut [T] {
    let start = slice.as_mut_ptr().cast::<T>();
    assert!(start.is_aligned());
    // SAFETY: aligned, no longer than the slice, which stays borrowed; any bytes are a value of either type.
    unsafe { std::slice::from_raw_parts_mut(start, size_of_val(slice) / size_of::<T>()) }
}

/// `len` consecutive elements of type `T`, readable for `'m`, perhaps unaligned.
pub struct Run<'m, T> {
    start: *const T,
    len: usize,
    memory: PhantomData<&'m T>,
}

impl<T> Clone for Run<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Run<'_, T> {}

impl<'m, T: Pod> Run<'m, T> {
    /// # Safety
    /// The `len * size_of::<T>()` bytes from `start` must be readable for `'m`. They need no alignment.
    #[inline(always)]
    pub unsafe fn new(start: *const T, len: usize) -> Self {
        Self { start, len, memory: PhantomData }
    }

    /// The run over a slice.
    #[inline(always)]
    pub fn of(slice: &'m [T]) -> Self {
        Self { start: slice.as_ptr(), len: slice.len(), memory: PhantomData }
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

    /// The address of the first element.
    #[inline(always)]
    pub fn as_ptr(self) -> *const T {
        self.start
    }

    /// Element `i`.
    #[inline(always)]
    pub fn get(self, i: usize) -> T {
        assert!(i < self.len);
        // SAFETY: in bounds by the assertion; `new` vouched for the bytes.
        unsafe { self.start.add(i).read_unaligned() }
    }

    /// The elements from `from` on, `len` of them.
    #[inline(always)]
    pub fn part(self, from: usize, len: usize) -> Self {
        assert!(from <= self.len && len <= self.len - from);
        // SAFETY: the part lies within the run by the assertion.
        Self { start: unsafe { self.start.add(from) }, len, memory: PhantomData }
    }

    /// The elements from `from` on.
    #[inline(always)]
    pub fn after(self, from: usize) -> Self {
        self.part(from, self.len - from)
    }

    /// Splits off as many whole blocks of `N` as there are: `(blocks, rest)`.
    #[inline(always)]
    pub fn blocks<const N: usize>(self) -> (Blocks<'m, T, N>, Self) {
        let whole = self.len / N;
        (
            Blocks { at: self.start, left: whole, memory: PhantomData },
            self.part(whole * N, self.len - whole * N),
        )
    }

    /// The `N` elements from `from` on.
    #[inline(always)]
    pub fn block<const N: usize>(self, from: usize) -> [T; N] {
        assert!(from <= self.len && N <= self.len - from);
        // SAFETY: the block lies within the run by the assertion.
        unsafe { self.start.add(from).cast::<[T; N]>().read_unaligned() }
    }

    /// The elements from `from` on, fewer than `N`, then zeros.
    #[inline(always)]
    pub fn padded<const N: usize>(self, from: usize) -> [T; N] {
        let mut block = [T::ZERO; N];
        for (place, element) in block.iter_mut().zip(self.after(from).iter()) {
            *place = element;
        }
        block
    }

    /// The elements one by one.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = T> + 'm {
        self.blocks::<1>().0.map(|block| block[0])
    }

    /// Asks for the cache lines of as many bytes as the run has, from `ahead` bytes after its start on,
    /// whether that is still within it or not.
    #[inline(always)]
    pub fn prefetch_ahead(self, ahead: usize) {
        Self { start: self.start.wrapping_byte_add(ahead), ..self }.prefetch();
    }

    /// Asks for the run's cache lines ahead of their use; of no effect on any value.
    #[inline(always)]
    pub fn prefetch(self) {
        prefetch_bytes(self.start.cast(), self.len * size_of::<T>());
    }

    /// Asks the second cache, which has more places than the first, for the line that is so many bytes away from
    /// the run's start, whether that is memory or not.
    #[inline(always)]
    pub(crate) fn foresee(self, away: isize) {
        foresee_line(self.start.cast::<u8>().wrapping_offset(away));
    }

    /// The same of as many bytes as the run has.
    #[inline(always)]
    pub(crate) fn foresee_all(self, away: isize) {
        foresee_bytes(self.start.cast::<u8>().wrapping_offset(away), self.len * size_of::<T>());
    }

    /// The same memory as bytes.
    #[inline(always)]
    pub fn bytes(self) -> Run<'m, u8> {
        Run { start: self.start.cast(), len: self.len * size_of::<T>(), memory: PhantomData }
    }
}

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;
/// How far ahead rows that lie apart are asked for, in bytes of the rows between: the processor's own prefetching
/// does not cover them.
const FORESEEN_BYTES: usize = 16 << 10;
/// The most rows between: where they lie a power of two apart, the second cache has few places for them.
const FORESEEN_ROWS: usize = 64;

/// How many rows ahead a row of so many bytes is asked for; none if one is so long that this need not be.
#[inline(always)]
pub(crate) fn foreseen_rows(bytes: usize) -> usize {
    (FORESEEN_BYTES / bytes.max(1)).min(FORESEEN_ROWS)
}

/// Asks the first cache for the lines of the bytes from `start` on, whether they are memory or not.
#[inline(always)]
pub(super) fn prefetch_bytes(start: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..bytes).step_by(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: prefetching never faults, and is part of x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.cast::<i8>().wrapping_add(line)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (start, bytes);
}

/// Asks the second cache for the line of an address, whether that is memory or not.
#[inline(always)]
pub(super) fn foresee_line(place: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: as above.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Asks the second cache for all lines of the bytes from `start` on, one at least, whether they are memory or not.
#[inline(always)]
pub(super) fn foresee_bytes(start: *const u8, bytes: usize) {
    for line in (0..bytes).step_by(LINE) {
        foresee_line(start.wrapping_add(line));
    }
    foresee_line(start.wrapping_add(bytes).wrapping_sub(1));
}

/// An iterator over whole blocks of `N` elements, each copied into registers.
pub struct Blocks<'m, T, const N: usize> {
    at: *const T,
    left: usize,
    memory: PhantomData<&'m T>,
}

impl<T: Pod, const N: usize> Iterator for Blocks<'_, T, N> {
    type Item = [T; N];

    #[inline(always)]
    fn next(&mut self) -> Option<[T; N]> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        // SAFETY: `left` counts the whole blocks that remain in the run.
        unsafe {
            let block = self.at.cast::<[T; N]>().read_unaligned();
            self.at = self.at.add(N);
            Some(block)
        }
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: Pod, const N: usize> ExactSizeIterator for Blocks<'_, T, N> {}

impl<'m, T: Pod, const N: usize> Blocks<'m, T, N> {
    /// The same blocks; with each, the cache lines some bytes ahead of it are asked for.
    #[inline(always)]
    pub fn ahead<const BYTES: usize>(&mut self) -> impl Iterator<Item = [T; N]> {
        std::iter::from_fn(move || {
            Run { start: self.at, len: N, memory: PhantomData::<&'m T> }.prefetch_ahead(BYTES);
            self.next()
        })
    }
}

/// The elements from `from` on of each of some runs, `len` of them. A loop: an array's own methods would be
/// called for every few rows.
#[inline(always)]
pub(crate) fn parts<T: Pod, const N: usize>(mut runs: [Run<T>; N], from: usize, len: usize) -> [Run<T>; N] {
    for run in &mut runs {
        *run = run.part(from, len);
    }
    runs
}

/// Several runs of one length, walked together, so many elements at a time.
pub(crate) struct Lockstep<'m, T, const N: usize> {
    starts: [*const T; N],
    at: usize,
    until: usize,
    span: usize,
    memory: PhantomData<&'m T>,
}

impl<'m, T: Pod, const N: usize> Lockstep<'m, T, N> {
    /// As often as each of the runs has `span` elements more; they must be of one length.
    #[inline(always)]
    pub(crate) fn new(runs: [Run<'m, T>; N], span: usize) -> Self {
        let len = runs[0].len;
        let mut starts = [runs[0].start; N];
        for (start, run) in starts.iter_mut().zip(runs) {
            assert!(run.len == len);
            *start = run.start;
        }
        Self { starts, at: 0, until: len / span * span, span, memory: PhantomData }
    }
}

impl<'m, T: Pod, const N: usize> Iterator for Lockstep<'m, T, N> {
    type Item = [Run<'m, T>; N];

    #[inline(always)]
    fn next(&mut self) -> Option<[Run<'m, T>; N]> {
        if self.at == self.until {
            return None;
        }
        let at = self.at;
        self.at += self.span;
        // SAFETY: `at` is a multiple of `span` below `until`, so the elements lie within each run.
        Some(self.starts.map(|start| unsafe { Run::new(start.add(at), self.span) }))
    }
}
