//! Several statistics from one reading: what is asked, the states it takes, and what they come to.

mod accumulator;
mod best;
mod bound;
mod columns;
mod finish;
mod measuring;
mod request;
mod rows;
mod short;
mod tile;
mod together;

pub use accumulator::Accumulator;
pub use bound::{Bound, Comparison};
pub use finish::Output;
pub(super) use request::stat_dtype;
pub use request::{Asked, Counted, Stat, Stats};
