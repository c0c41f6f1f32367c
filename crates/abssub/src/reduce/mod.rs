//! The mergeable states: what a reduction is while it is being made.

mod exact;
mod finish;
mod landing;
mod long;
mod moment;
mod squares;
mod sum;
mod whole;
mod wide;
mod wire;

pub(crate) use exact::two_sum;
pub use exact::{ExactSum, Specials};
pub use landing::{Initial, Landing};
pub(crate) use long::parts;
pub use long::{DoubleSum, ExtendedSum, LongSum, SquareSum};
pub use moment::{Moment, mean, plain_mean, quotient, variance};
pub use squares::DoubleSquares;
pub(crate) use squares::{is_ordinary, left_over};
pub use sum::{Counter, ExtendedSquares, ExtendedTotal, LongTotal, State, TimeSum};
pub use whole::{Scaled, Whole};
pub use wide::WideCounter;
pub use wire::Wire;
