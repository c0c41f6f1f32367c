//! Where results are written: raw memory of a type known only when the program runs.
#![allow(unsafe_code)]

use super::DType;
use super::run::Pod;
use super::strip::Strip;
use std::marker::PhantomData;

/// Memory for results: an address and an element type. Offsets come from a plan.
#[derive(Clone, Copy, Debug)]
pub struct Target<'m> {
    start: *mut u8,
    dtype: DType,
    memory: PhantomData<&'m mut u8>,
}

// SAFETY: an address and a type; `new` promises that it may be written from any thread, and a plan
// gives each place to one task.
unsafe impl Send for Target<'_> {}
// SAFETY: as above.
unsafe impl Sync for Target<'_> {}

impl<'m> Target<'m> {
    /// # Safety
    /// For `'m`, every place that the plan's output strides reach from `start` must be writable for
    /// one element of `dtype`, and nothing else may read or write it.
    pub unsafe fn new(start: *mut u8, dtype: DType) -> Self {
        Self { start, dtype, memory: PhantomData }
    }

    /// The type of the results.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The strip of `len` results at an offset and a stride of a plan, both in bytes.
    pub(crate) fn strip<T: Pod>(&self, offset: isize, stride_bytes: isize, len: usize) -> Strip<'m, T> {
        debug_assert_eq!(size_of::<T>(), self.dtype.size());
        // SAFETY: `new` vouched for every place that the plan reaches.
        unsafe { Strip::new(self.start.wrapping_offset(offset), stride_bytes, len) }
    }
}
