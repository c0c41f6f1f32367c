//! Sums of what no vector lane holds: times with their NaT, and 80-bit floats. One at a time.

use super::arch::Simd;
use super::fold::{Fold, Rows};
use crate::array::run::Run;
use crate::element::{ComplexExtended, Element, Extended, Magnitude, Time, WideTime};
use crate::reduce::{ExtendedTotal, TimeSum};

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
        let worst = |z: ComplexExtended| match (z.re.magnitude(), z.im.magnitude()) {
            (Magnitude::NotANumber, _) | (_, Magnitude::NotANumber) => Magnitude::NotANumber,
            (Magnitude::Infinite, _) | (_, Magnitude::Infinite) => Magnitude::Infinite,
            (finite, _) => finite,
        };
        sum.add(Self::absdiff(a, b), [worst(a), worst(b)]);
    }
}

macro_rules! fold_singles {
    ($($t:ty),*) => {$(
        impl Fold for $t {
            type State = <$t as Single>::Sum;

            #[inline(always)]
            fn fold_row<S: Simd>(_: S, a: Run<Self::Left>, b: Run<Self::Right>, state: &mut Self::State) {
                a.iter().zip(b.iter()).for_each(|(a, b)| Self::add(a, b, state));
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
                    states.iter_mut().zip(pairs).for_each(|(state, (a, b))| Self::add(a, b, state));
                }
            }
        }
    )*};
}
fold_singles!(Time, WideTime, Extended, ComplexExtended);
