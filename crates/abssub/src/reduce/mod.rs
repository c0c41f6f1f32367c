//! The mergeable states: what a reduction is while it is being made.

mod exact;
mod finish;
mod landing;
mod long;
mod moment;
mod squares;
mod sum;
mod wide;
mod wire;

pub(crate) use exact::two_sum;
pub use exact::{ExactSum, Specials};
pub use landing::{Initial, Landing};
pub use long::{DoubleSum, ExtendedSquareSum, ExtendedSum, LongSum, SquareSum};
pub use moment::{Moment, Scaled, Whole, mean, variance};
pub use squares::{DoubleSquares, ExtendedSquares};
pub(crate) use squares::{is_ordinary, left_over};
pub use sum::{Counter, ExtendedTotal, State, TimeSum};
pub use wide::WideCounter;
pub use wire::Wire;
