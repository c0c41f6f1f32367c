//! The data plane: one row, one column strip, one strip of differences.
//!
//! **Architecture invariant**: nothing here allocates, fails, or knows the number of dimensions.

pub(crate) mod arch;
mod dispatch;
mod level;
pub mod map;

pub(crate) use arch::Simd;
pub(crate) use dispatch::Kernel;
pub use level::{Level, UnknownLevel};
