//! The data plane: one row, one column strip, one strip of differences.
//!
//! **Architecture invariant**: nothing here allocates, fails, or knows the number of dimensions.

pub(crate) mod arch;
mod certify;
mod dispatch;
mod float;
mod fold;
pub(crate) mod gather;
pub(crate) mod histogram;
mod integer;
pub(crate) mod keys;
mod level;
pub mod map;
pub(crate) mod pairs;
mod scalar;
mod square;
mod turn;

pub(crate) use arch::Simd;
pub(crate) use dispatch::Kernel;
pub(crate) use float::Term;
pub(crate) use fold::{Block, Fold, FoldInto, Rows};
pub use level::{Level, UnknownLevel};
