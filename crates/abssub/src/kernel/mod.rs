//! The data plane: one row, one column strip, one strip of differences.
//!
//! **Architecture invariant**: nothing here allocates, fails, or knows the number of dimensions.

pub(crate) mod arch;
pub(crate) mod bins;
mod byte_columns;
pub(crate) mod bytes;
mod certify;
mod chosen;
mod digits;
mod dispatch;
pub(crate) mod find;
mod float;
mod float_columns;
mod fold;
pub(crate) mod gather;
pub(crate) mod histogram;
mod integer;
mod integer_columns;
pub(crate) mod key_columns;
pub(crate) mod keys;
mod level;
mod long_columns;
pub(crate) mod looks;
pub mod map;
mod masked_columns;
pub(crate) mod narrow;
pub(crate) mod pairs;
mod panels;
mod real;
mod rows;
mod scalar;
mod short_rows;
mod turn;
mod unrolled;
mod vector_sum;
mod vectors;
mod window;

pub(crate) use arch::Simd;
pub(crate) use chosen::Chosen;
pub(crate) use dispatch::Kernel;
pub(crate) use fold::{Block, Fold, FoldInto, Meeting, Windows};
pub use level::{Level, UnknownLevel};
pub(crate) use real::Term;
pub(crate) use rows::Rows;
pub(crate) use vectors::AHEAD_BYTES;
