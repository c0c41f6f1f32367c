//! Where raw memory enters: dtypes, pointers, shapes and byte strides.

mod cast;
mod dtype;
pub(crate) mod grid;
mod operand;
mod read;
pub mod run;
mod scalar;
pub mod strip;
mod target;
mod unit;

pub use dtype::{Common, DType};
pub use operand::Operand;
pub(crate) use read::{Format, Reader, Receive, Scratch};
pub use scalar::{Class, Fractional, Scalar, SumWith, Whole};
pub use target::Target;
pub use unit::{Tick, Unit};

/// Something for each axis: of few axes, without an allocation.
pub type PerAxis<T> = smallvec::SmallVec<[T; 4]>;
