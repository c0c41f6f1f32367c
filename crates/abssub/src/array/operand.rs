//! An operand whose element type is known only when the program runs.

use super::{DType, PerAxis, Tick};
use std::marker::PhantomData;

/// Memory seen as an array: an address, an element type, a shape and strides in bytes.
#[derive(Clone, Debug)]
pub struct Operand<'m> {
    pub(crate) start: *const u8,
    pub(crate) dtype: DType,
    pub(crate) byte_swapped: bool,
    pub(crate) tick: Tick,
    pub(crate) shape: PerAxis<usize>,
    pub(crate) strides: PerAxis<isize>,
    memory: PhantomData<&'m u8>,
}

#[allow(unsafe_code)]
// SAFETY: an address that is only read, and only where `from_raw` was promised that it may be.
unsafe impl Send for Operand<'_> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl Sync for Operand<'_> {}

impl<'m> Operand<'m> {
    /// An operand over raw memory.
    ///
    /// Strides are in bytes and may be zero or negative; nothing needs to be aligned.
    ///
    /// # Panics
    /// If `shape` and `strides_bytes` differ in length.
    ///
    /// # Safety
    /// For `'m`, every element that the shape and strides reach from `start` must be readable, from any thread.
    #[allow(unsafe_code)]
    pub unsafe fn from_raw(start: *const u8, dtype: DType, shape: &[usize], strides_bytes: &[isize]) -> Self {
        assert_eq!(shape.len(), strides_bytes.len(), "a stride for each axis");
        Self {
            start,
            dtype,
            byte_swapped: false,
            tick: Tick::ONE,
            shape: shape.into(),
            strides: strides_bytes.into(),
            memory: PhantomData,
        }
    }

    /// The same operand, its elements in the other byte order than the machine's.
    pub fn byte_swapped(mut self) -> Self {
        self.byte_swapped = true;
        self
    }

    /// The same operand of times, whose ticks are not those of the common unit.
    pub fn with_tick(mut self, tick: Tick) -> Self {
        self.tick = tick;
        self
    }

    /// Keeps some places of an axis of the `ndim` that it is broadcast to.
    pub(crate) fn narrow_broadcast(&mut self, axis: usize, ndim: usize, from: usize, len: usize) {
        let Some(own) = axis.checked_sub(ndim - self.shape.len()) else { return };
        if self.shape[own] > 1 {
            self.start = self.start.wrapping_offset(self.strides[own] * from as isize);
            self.shape[own] = len;
        }
    }

    /// Whether the elements follow one another in memory as they do in the shape, and there are some.
    pub(crate) fn is_line(&self) -> bool {
        let mut step = self.dtype.size();
        let mut axes = self.shape.iter().zip(&self.strides).rev();
        axes.all(|(&len, &stride)| {
            let follows = len == 1 || stride == step as isize;
            step = step.saturating_mul(len);
            follows && len > 0
        })
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }
}
