//! Where results are written: raw memory of a type known only when the program runs.
#![allow(unsafe_code)]

use super::DType;
use crate::reduce::Number;
use half::f16;
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

impl Target<'_> {
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

    /// Writes a number, which was made for this type, at an offset in bytes.
    pub(crate) fn store(&self, offset: isize, number: Number) {
        let place = self.start.wrapping_offset(offset);
        macro_rules! put {
            ($value:expr) => {
                // SAFETY: `new` vouched for every place that the plan reaches.
                unsafe { put(place, $value) }
            };
        }
        match (self.dtype, number) {
            (DType::U8, Number::Integer(n)) => put!(n as u8),
            (DType::U16, Number::Integer(n)) => put!(n as u16),
            (DType::U32, Number::Integer(n)) => put!(n as u32),
            (DType::U64, Number::Integer(n)) => put!(n as u64),
            (DType::I8, Number::Integer(n)) => put!(n as i8),
            (DType::I16, Number::Integer(n)) => put!(n as i16),
            (DType::I32, Number::Integer(n)) => put!(n as i32),
            (DType::I64 | DType::Time, Number::Integer(n)) => put!(n as i64),
            (DType::F16, Number::Float(x)) => put!(f16::from_f64(x)),
            (DType::F32, Number::Float(x)) => put!(x as f32),
            (DType::F64, Number::Float(x)) => put!(x),
            (dtype, number) => unreachable!("{number:?} was not made for {dtype}"),
        }
    }
}

/// # Safety
/// The bytes of a `T` must be writable at `place`.
unsafe fn put<T>(place: *mut u8, value: T) {
    // SAFETY: the caller's promise.
    unsafe { place.cast::<T>().write_unaligned(value) }
}
