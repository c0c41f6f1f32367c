//! The scalar definition of |a - b| for each type: the specification, and the oracle of the tests.
//!
//! Every kernel, at every level, gives what these few lines give.

mod complex;
mod extended;
mod float;
mod half;
mod integer;
mod key;
mod mixed;
mod square;
mod time;
mod weight;

pub use complex::{Complex32, Complex64, ComplexExtended};
pub use extended::{Extended, Magnitude};
pub use half::{round_to_half, widen_half};
pub use integer::Bool;
pub use key::{Key, Keyed};
pub use mixed::Mixed64;
pub use square::Squared;
pub use time::{Time, WideTime};
pub use weight::Weighted;

use crate::array::run::Pod;

/// A pair of operand types and what their difference is.
///
/// The implementing type names the pair. For most it is the operands' own type (`u8`, `f32`); where
/// the operands differ ([`Mixed64`]) or have a meaning of their own ([`Time`], [`Bool`]) it is a marker.
pub trait Element: Copy + Send + Sync + 'static {
    /// What is read from the first operand.
    type Left: Pod;
    /// What is read from the second operand.
    type Right: Pod;
    /// The exact difference (for floats: rounded once), whatever its size.
    type Diff: Copy;

    /// |a - b|.
    fn absdiff(a: Self::Left, b: Self::Right) -> Self::Diff;
}

/// An element whose differences are stored in arrays.
pub trait Stored: Element {
    /// What the array of differences stores.
    type Out: Pod;

    /// |a - b| as an array stores it; `lost` is set where the store could not hold the value
    /// and saturated (or, for a float, overflowed to infinity).
    fn store(a: Self::Left, b: Self::Right, lost: &mut bool) -> Self::Out;
}
