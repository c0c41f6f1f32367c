//! Sums of what no vector lane holds: times with their NaT, 80-bit floats, squares of 64-bit integers.
//! One at a time.

use super::arch::Simd;
use super::fold::Fold;
use super::rows::Rows;
use crate::array::run::Run;
use crate::element::{ComplexExtended, Element, Extended, Magnitude, Mixed64, Squared, Time, WideTime};
use crate::reduce::{ExtendedSquares, ExtendedTotal, TimeSum, WideCounter};

/// An element whose differences join a state one by one.
pub(crate) trait Single: Element {
    type Sum;
    fn add(a: Self::Left, b: Self::Right, sum: &mut Self::Sum);
}

impl Single for Time {
    type Sum = TimeSum;

    #[inline(always)]
    fn add(a: i64, b: i64, sum: &mut TimeSum) {
        let diff = Self::absdiff(a, b);
        sum.absent |= diff.is_none();
        sum.ticks += u128::from(diff.unwrap_or(0));
    }
}

impl Single for WideTime {
    type Sum = TimeSum;

    #[inline(always)]
    fn add(a: i128, b: i128, sum: &mut TimeSum) {
        let diff = Self::absdiff(a, b);
        sum.absent |= diff.is_none();
        sum.ticks = sum.ticks.saturating_add(diff.unwrap_or(0));
    }
}

impl Single for Extended {
    type Sum = ExtendedTotal;

    #[inline(always)]
    fn add(a: Extended, b: Extended, sum: &mut ExtendedTotal) {
        sum.add(Self::absdiff(a, b), [a.magnitude(), b.magnitude()]);
    }
}

impl Single for ComplexExtended {
    type Sum = ExtendedTotal;

    #[inline(always)]
    fn add(a: ComplexExtended, b: ComplexExtended, sum: &mut ExtendedTotal) {
        sum.add(Self::absdiff(a, b), [worst(a), worst(b)]);
    }
}

/// What a complex number is, as far as a difference of it is concerned.
fn worst(z: ComplexExtended) -> Magnitude {
    match (z.re.magnitude(), z.im.magnitude()) {
        (Magnitude::NotANumber, _) | (_, Magnitude::NotANumber) => Magnitude::NotANumber,
        (Magnitude::Infinite, _) | (_, Magnitude::Infinite) => Magnitude::Infinite,
        (finite, _) => finite,
    }
}

impl Single for Squared<Extended> {
    type Sum = ExtendedSquares;

    #[inline(always)]
    fn add(a: Extended, b: Extended, sum: &mut ExtendedSquares) {
        sum.add_square(Self::absdiff(a, b), [a.magnitude(), b.magnitude()]);
    }
}

impl Single for Squared<ComplexExtended> {
    type Sum = ExtendedSquares;

    #[inline(always)]
    fn add(a: ComplexExtended, b: ComplexExtended, sum: &mut ExtendedSquares) {
        sum.add_square(Self::absdiff(a, b), [worst(a), worst(b)]);
    }
}

macro_rules! wide_squares {
    ($($t:ty),*) => {$(
        impl Single for Squared<$t> {
            type Sum = WideCounter;

            #[inline(always)]
            fn add(a: Self::Left, b: Self::Right, sum: &mut WideCounter) {
                sum.add_square(<$t>::absdiff(a, b).into());
            }
        }
    )*};
}
wide_squares!(u64, i64, Mixed64);

macro_rules! fold_singles {
    ($($t:ty),*) => {$(
        impl Fold for $t {
            const VECTORS: bool = false;
            type State = <$t as Single>::Sum;

            #[inline(always)]
            fn fold_row<S: Simd>(_: S, a: Run<Self::Left>, b: Run<Self::Right>, state: &mut Self::State) {
                for (a, b) in a.iter().zip(b.iter()) {
                    Self::add(a, b, state);
                }
            }

            #[inline(always)]
            fn fold_columns<S: Simd>(
                _: S,
                a: Rows<Self::Left>,
                b: Rows<Self::Right>,
                states: &mut [Self::State],
            ) {
                for i in 0..a.count() {
                    let pairs = a.row(i).iter().zip(b.row(i).iter());
                    for (state, (a, b)) in states.iter_mut().zip(pairs) {
                        Self::add(a, b, state);
                    }
                }
            }
        }
    )*};
}
fold_singles!(Time, WideTime, Extended, ComplexExtended, Squared<Extended>, Squared<ComplexExtended>);
fold_singles!(Squared<u64>, Squared<i64>, Squared<Mixed64>);
