//! The elements that every reduction knows: sums, squares, keys and weights of one type together.

use crate::array::Receive;
use crate::element::{
    Bool, Complex32, Complex64, ComplexExtended, Extended, Keyed, Mixed64, Squared, Time, Weighted, WideTime,
};
use crate::kernel::Fold;
use crate::reduce::Moment;
use half::f16;

/// An element type that all reductions work on.
pub(super) trait Measured: Fold<Left: Receive, Right: Receive, State: Moment> + Keyed {
    /// The squares of its differences.
    type Square: Fold<Left = Self::Left, Right = Self::Right, State: Moment>;

    /// `weight * |a - b|`, rounded once.
    fn weigh(a: Self::Left, b: Self::Right, weight: f64) -> f64;

    /// `weight * |a - b|^2`, rounded once.
    fn weigh_square(a: Self::Left, b: Self::Right, weight: f64) -> f64;
}

/// The state of a sum of squares.
pub(super) type SquareState<E> = <<E as Measured>::Square as Fold>::State;

macro_rules! measured {
    ($($t:ty: $square:ty),* $(,)?) => {$(
        impl Measured for $t {
            type Square = $square;

            #[inline(always)]
            fn weigh(a: Self::Left, b: Self::Right, weight: f64) -> f64 {
                Self::weighted(a, b, weight)
            }

            #[inline(always)]
            fn weigh_square(a: Self::Left, b: Self::Right, weight: f64) -> f64 {
                Self::weighted_square(a, b, weight)
            }
        }
    )*};
}
measured! {
    // One and zero are their own squares.
    Bool: Bool,
    u8: Squared<u8>, u16: Squared<u16>, u32: Squared<u32>, u64: Squared<u64>,
    i8: Squared<i8>, i16: Squared<i16>, i32: Squared<i32>, i64: Squared<i64>,
    f16: Squared<f16>, f32: Squared<f32>, f64: Squared<f64>, Extended: Squared<Extended>,
    Complex32: Squared<Complex32>, Complex64: Squared<Complex64>, ComplexExtended: Squared<ComplexExtended>,
    Mixed64: Squared<Mixed64>,
}

macro_rules! measured_times {
    ($($t:ty),*) => {$(
        // Times have neither squares nor weights: a call that asks for them is refused before it is planned.
        impl Measured for $t {
            type Square = $t;

            fn weigh(_: Self::Left, _: Self::Right, _: f64) -> f64 {
                f64::NAN
            }

            fn weigh_square(_: Self::Left, _: Self::Right, _: f64) -> f64 {
                f64::NAN
            }
        }
    )*};
}
measured_times!(Time, WideTime);
