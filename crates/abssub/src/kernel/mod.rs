//! The data plane: one row, one column strip, one strip of differences.
//!
//! **Architecture invariant**: nothing here allocates, fails, or knows the number of dimensions.

pub(crate) mod arch;
mod certify;
mod dispatch;
mod float;
mod fold;
mod integer;
mod level;
pub mod map;
mod scalar;

pub(crate) use fold::{Block, Fold, FoldInto, Rows};
pub use level::{Level, UnknownLevel};
