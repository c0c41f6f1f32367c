//! An exact sum of doubles: two of them that do not overlap, and a long accumulator for the rest.

use super::long::DoubleSum;

/// What a sum met that is no finite number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Specials {
    /// A difference that is not a number.
    pub nan: bool,
    /// An infinite difference.
    pub infinite: bool,
    /// A term of minus infinity, which only a weight makes of a difference.
    pub minus_infinite: bool,
    /// Infinity less infinity: the processor's "invalid".
    pub invalid: bool,
    /// A difference of finite operands that is infinite, or a sum beyond the result's format.
    pub overflow: bool,
    /// A mean of nothing.
    pub empty: bool,
    /// A variance with no degree of freedom.
    pub free: bool,
    /// An extreme of what was left out.
    pub left_out: bool,
    /// Weights that sum to zero.
    pub weightless: bool,
}

impl Specials {
    /// What all that was met sums to, finite terms beside it or not; none if it all was finite.
    pub fn total(&self) -> Option<f64> {
        match (self.nan, self.infinite, self.minus_infinite) {
            (true, ..) | (_, true, true) => Some(f64::NAN),
            (_, true, _) => Some(f64::INFINITY),
            (_, _, true) => Some(f64::NEG_INFINITY),
            _ => None,
        }
    }

    /// Both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            nan: self.nan | other.nan,
            infinite: self.infinite | other.infinite,
            minus_infinite: self.minus_infinite | other.minus_infinite,
            invalid: self.invalid | other.invalid,
            overflow: self.overflow | other.overflow,
            empty: self.empty | other.empty,
            free: self.free | other.free,
            left_out: self.left_out | other.left_out,
            weightless: self.weightless | other.weightless,
        }
    }
}

/// The exact sum of the finite doubles added so far, in any order, and what else there was.
///
/// The value is `high + low` and what `more` holds. Nearly all sums of real data fit the first two,
/// whose additions are then exact; what an addition cannot hold goes to `more`, which is made only
/// then, and nothing is ever lost. So a state is small, and quickly made and stored.
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) more: Option<Box<More>>,
}

/// What few sums have.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    pub(super) specials: Specials,
    pub(super) rest: DoubleSum,
}

impl AsMut<ExactSum> for ExactSum {
    fn as_mut(&mut self) -> &mut ExactSum {
        self
    }
}

/// The rounded sum of two doubles and its rounding error (Knuth, TAOCP vol. 2, 4.2.2, theorem B).
#[inline(always)]
pub(crate) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

impl ExactSum {
    /// Bytes of a sum that needs its long accumulator.
    pub const MOST_BYTES: usize = size_of::<Self>() + size_of::<More>() + 16;

    /// Adds a finite double.
    #[inline(always)]
    pub fn add(&mut self, x: f64) {
        let (high, error) = two_sum(self.high, x);
        let (low, lost) = two_sum(self.low, error);
        if lost == 0.0 && high.is_finite() {
            (self.high, self.low) = (high, low);
        } else {
            self.add_to_rest(x);
        }
    }

    /// Adds the sum of two finite doubles, as it is where there was nothing yet.
    #[inline(always)]
    pub(crate) fn add_pair(&mut self, [high, low]: [f64; 2]) {
        if self.high == 0.0 && self.low == 0.0 {
            (self.high, self.low) = (high, low);
            return;
        }
        self.add(high);
        if low != 0.0 {
            self.add(low);
        }
    }

    #[cold]
    fn add_to_rest(&mut self, x: f64) {
        self.more.get_or_insert_default().rest.add(x);
    }

    /// Adds a long sum.
    #[cold]
    pub(crate) fn add_long(&mut self, long: &DoubleSum) {
        self.more.get_or_insert_default().rest.merge(long);
    }

    /// Notes what is no finite number.
    #[cold]
    pub fn note(&mut self, specials: Specials) {
        let more = self.more.get_or_insert_default();
        more.specials = more.specials.or(specials);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.add_pair([other.high, other.low]);
        if let Some(more) = &other.more {
            self.note(more.specials);
            self.add_long(&more.rest);
        }
    }

    /// Back to zero.
    #[inline]
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// What there was beside finite numbers.
    #[inline(always)]
    pub fn specials(&self) -> Specials {
        self.more.as_ref().map_or_else(Specials::default, |more| more.specials)
    }

    /// The exact sum of the finite terms, rounded once to the nearest double.
    #[inline]
    pub fn to_f64(&self) -> f64 {
        if self.more.is_some() { self.long().to_f64() } else { self.high + self.low }
    }

    /// The sum rounded once, where two doubles hold all that there was.
    #[inline(always)]
    pub(super) fn short(&self) -> Option<f64> {
        self.more.is_none().then_some(self.high + self.low)
    }

    /// The finite terms as two doubles, where those hold their sum.
    pub(super) fn pair(&self) -> Option<[f64; 2]> {
        self.more.is_none().then_some([self.high, self.low])
    }

    /// The whole as one long accumulator.
    pub fn long(&self) -> DoubleSum {
        let mut long = self.more.as_ref().map_or_else(DoubleSum::default, |more| more.rest.clone());
        long.add(self.high);
        long.add(self.low);
        long
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(terms: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        terms.iter().for_each(|&x| sum.add(x));
        sum
    }

    fn oracle(terms: &[f64]) -> f64 {
        let mut long = DoubleSum::default();
        terms.iter().for_each(|&x| long.add(x));
        long.to_f64()
    }

    proptest! {
        #[test]
        fn any_terms_in_any_parts(terms in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 0..60), at in 0usize..60) {
            let at = at.min(terms.len());
            let mut parts = sum(&terms[at..]);
            parts.merge(&sum(&terms[..at]));
            let expected = oracle(&terms);
            prop_assert_eq!(sum(&terms).to_f64(), expected);
            prop_assert_eq!(parts.to_f64(), expected);
        }
    }

    #[test]
    fn overflow_on_the_way_is_not_the_end() {
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]).to_f64(), f64::MAX);
        assert_eq!(sum(&[f64::MAX, f64::MAX]).to_f64(), f64::INFINITY);
        assert_eq!(sum(&[1e16, 1.0, 1e-30, -1e16]).to_f64(), 1.0);
    }

    #[test]
    fn reset_forgets_all() {
        let mut used = sum(&[1e300, 1.0, 1e-300]);
        used.note(Specials { nan: true, ..Specials::default() });
        used.reset();
        used.add(2.0);
        assert_eq!((used.to_f64(), used.specials()), (2.0, Specials::default()));
    }
}
