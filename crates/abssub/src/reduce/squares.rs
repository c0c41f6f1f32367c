//! Sums of squares of floats: an exact sum of what two doubles hold, a long accumulator for the rest.

use super::exact::{ExactSum, Specials};
use super::finish::{Exact, Real};
use super::landing::{Initial, Landing};
use super::long::{SquareSum, parts};
use super::sum::{State, float_start};
use crate::Error;

/// The least difference, beside zero, whose square two doubles hold, and the first that is too large.
const ORDINARY: std::ops::Range<f64> = 1e-145..1e150;

/// A sum of squares of doubles.
#[derive(Clone, Debug, Default)]
pub struct DoubleSquares {
    /// The squares of ordinary differences, each as two doubles.
    pub(crate) ordinary: ExactSum,
    pub(super) rest: Option<Box<SquareSum>>,
}

/// Whether two doubles hold the square of a difference, or it is no finite number.
#[inline(always)]
pub(crate) fn is_ordinary(diff: f64) -> bool {
    ORDINARY.contains(&diff) | (diff == 0.0) | !diff.is_finite()
}

/// What rounding the square of an ordinary difference leaves: `diff^2 = diff * diff + left_over(diff)`
/// (Veltkamp's splitting and Dekker's product, 1971).
#[inline(always)]
pub(crate) fn left_over(diff: f64) -> f64 {
    let far = 134_217_729.0 * diff;
    let high = far - (far - diff);
    let low = diff - high;
    let left = ((high * high - diff * diff) + 2.0 * (high * low)) + low * low;
    if diff <= f64::MAX { left } else { 0.0 }
}

impl DoubleSquares {
    /// Adds the square of a finite difference of any size.
    pub fn add_square(&mut self, diff: f64) {
        if is_ordinary(diff) {
            self.ordinary.add(diff * diff);
            self.ordinary.add(left_over(diff));
            return;
        }
        let (significand, exponent) = parts(diff);
        self.rest.get_or_insert_default().add_square(significand, exponent);
    }

    /// The total as two doubles, where those hold it.
    pub(super) fn pair(&self) -> Option<[f64; 2]> {
        if self.rest.is_none() { self.ordinary.pair() } else { None }
    }

    /// The total rounded once, where two doubles hold it.
    #[inline(always)]
    pub(super) fn plain(&self) -> Option<f64> {
        if self.rest.is_none() { self.ordinary.short() } else { None }
    }

    /// The total rounded once, where all of it is ordinary.
    pub(super) fn ordinary_total(&self) -> Option<f64> {
        self.rest.is_none().then(|| self.ordinary.to_f64())
    }

    /// The whole as one long accumulator.
    pub(super) fn long(&self) -> SquareSum {
        let mut long = self.rest.as_deref().cloned().unwrap_or_default();
        let negative_free = self.ordinary.long();
        for (i, &limb) in negative_free.limbs().iter().enumerate().filter(|&(_, &limb)| limb != 0) {
            long.add_scaled(false, limb, -1074 + 64 * i as i32);
        }
        long
    }
}

impl AsMut<ExactSum> for DoubleSquares {
    fn as_mut(&mut self) -> &mut ExactSum {
        &mut self.ordinary
    }
}

impl Exact for DoubleSquares {
    fn specials(&self) -> Specials {
        self.ordinary.specials()
    }

    #[inline(always)]
    fn short(&self) -> Option<f64> {
        if self.rest.is_none() { self.ordinary.short() } else { None }
    }

    fn rounded<T: Real>(&self, more: f64) -> T {
        if self.rest.is_none() {
            return self.ordinary.rounded(more);
        }
        let mut long = self.long();
        long.add(more);
        T::round(&long)
    }
}

impl State for DoubleSquares {
    const MOST_BYTES: usize = ExactSum::MOST_BYTES + size_of::<SquareSum>() + 16;
    type Start = f64;

    fn start(initial: Option<Initial>) -> Option<f64> {
        float_start(initial)
    }

    fn merge(&mut self, other: &Self) {
        self.ordinary.merge(&other.ordinary);
        if let Some(rest) = &other.rest {
            self.rest.get_or_insert_default().merge(rest);
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn store(states: &[Self], start: f64, landing: &Landing<'_>) -> Result<Specials, Error> {
        landing.floats(start, states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[f64]) -> f64 {
        let mut sum = DoubleSquares::default();
        terms.iter().for_each(|&x| sum.add_square(x));
        sum.rounded(0.0)
    }

    #[test]
    fn squares_at_all_scales() {
        assert_eq!(sum(&[3.0, 4.0]), 25.0);
        assert_eq!(sum(&[1e-200]), 0.0);
        assert_eq!(sum(&[1e200]), f64::INFINITY);
        let tiny = f64::from_bits(1);
        // Two squares of 2^-27 make 1 + 2^-53: a tie, which the tiniest square of all breaks.
        let half_unit = [1.0, 2f64.powi(-27), 2f64.powi(-27)];
        assert_eq!(sum(&half_unit), 1.0);
        assert_eq!(sum(&[&half_unit[..], &[tiny]].concat()), 1.0 + f64::EPSILON);
    }

    #[test]
    fn two_doubles_hold_an_ordinary_square() {
        for x in [0.1, 1e-144, 9.9e149, 1.0 / 3.0, 123_456_789.123_456_79] {
            let mut exact = SquareSum::default();
            let mut two = SquareSum::default();
            let (significand, exponent) = parts(x);
            exact.add_square(significand, exponent);
            two.add(x * x);
            two.add(left_over(x));
            assert_eq!(exact, two, "{x:e}");
        }
    }
}
