//! The mergeable states: what a sum is while it is being made.

mod exact;
mod finish;
mod landing;
mod long;
mod sum;

pub(crate) use exact::two_sum;
pub use exact::{ExactSum, Specials};
pub use landing::{Initial, Landing};
pub use long::{DoubleSum, ExtendedSum, LongSum};
pub use sum::{Counter, ExtendedTotal, State, TimeSum};
