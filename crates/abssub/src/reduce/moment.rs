//! Finishing exact sums: means, variances and roots, with no cancellation and no range lost on the way.
//!
//! A variance is (n Q - S^2) / (n (n - ddof)) with S the sum and Q the sum of squares. The numerator is
//! computed in whole numbers of any length, so that nothing cancels however far the mean is from zero.

use super::exact::{ExactSum, Specials};
use super::squares::DoubleSquares;
use super::sum::{Counter, LongTotal, State, TimeSum};
use super::whole::{Scaled, Whole, close_spread, short_spread};
use super::wide::WideCounter;

/// A total that means and variances are made of.
pub trait Moment: State {
    /// What there was beside finite numbers.
    fn specials(&self) -> Specials;
    /// The exact finite total.
    fn whole(&self) -> Whole;

    /// The total, rounded to 53 bits.
    fn scaled(&self) -> Scaled {
        self.whole().scaled()
    }

    /// The total as a small integer, where it is one.
    #[inline(always)]
    fn small(&self) -> Option<u64> {
        None
    }

    /// The total rounded once, where there was nothing but finite numbers and two doubles hold their sum.
    #[inline(always)]
    fn plain(&self) -> Option<f64> {
        None
    }

    /// The total as the sum of two doubles, where it is one.
    #[inline(always)]
    fn pair(&self) -> Option<[f64; 2]> {
        None
    }
}

/// The total over `n`, or the root of that.
#[inline]
pub fn mean<M: Moment>(total: &M, n: f64, root: bool) -> f64 {
    plain_mean(total, n, root).unwrap_or_else(|| {
        let mean = total.scaled().over(n);
        if root { mean.root().to_f64() } else { mean.to_f64() }
    })
}

/// The same where nothing leaves a double's range, so that its own division will do.
#[inline(always)]
pub fn plain_mean<M: Moment>(total: &M, n: f64, root: bool) -> Option<f64> {
    let rooted = |mean: f64| if root { mean.sqrt() } else { mean };
    if let Some(total) = total.small() {
        return Some(rooted(total as f64 / n));
    }
    let total = total.plain()?;
    let mean = total / n;
    (mean.is_normal() || total == 0.0).then(|| rooted(mean))
}

/// The quotient of two sums of finite terms, or its root; neither sum needs to be a double.
pub fn quotient(sum: &ExactSum, of: &ExactSum, root: bool) -> f64 {
    let (above, below) = (sum.to_f64(), of.to_f64());
    let short = above / below;
    let value =
        if (above.is_normal() || above == 0.0) && below.is_normal() && (short.is_normal() || short == 0.0) {
            short
        } else if below == 0.0 && of.long().is_zero() {
            return if root { short.sqrt() } else { short };
        } else {
            let ((negative, above), (inverted, below)) =
                (Whole::of_signed(&sum.long()), Whole::of_signed(&of.long()));
            let quotient = above.scaled().over_scaled(below.scaled());
            let value = if root { quotient.root() } else { quotient }.to_f64();
            return if negative != inverted { -value } else { value };
        };
    if root { value.sqrt() } else { value }
}

/// The variance with `ddof` degrees of freedom taken off, which must leave some; or its root.
#[inline]
pub fn variance<S: Moment, Q: Moment>(n: u64, ddof: f64, sum: &S, squares: &Q, root: bool) -> f64 {
    let free = n as f64 - ddof;
    if let (Some(sum), Some(squares)) = (sum.small(), squares.small()) {
        let spread = match (n.checked_mul(squares), sum.checked_mul(sum)) {
            (Some(above), Some(below)) => (above - below) as f64,
            _ => (u128::from(n) * u128::from(squares) - u128::from(sum) * u128::from(sum)) as f64,
        };
        let variance = spread / n as f64 / free;
        return if root { variance.sqrt() } else { variance };
    }
    let pairs = sum.pair().zip(squares.pair());
    if let Some(([sum, 0.0], [squares, 0.0])) = pairs
        && free > 0.0
        && let Some(spread) = close_spread(n, sum, squares)
    {
        let variance = spread / n as f64 / free;
        return if root { variance.sqrt() } else { variance };
    }
    let short = pairs.and_then(|(sum, squares)| short_spread(n, sum, squares));
    let spread = short.unwrap_or_else(|| Whole::spread(n, &sum.whole(), &squares.whole()).scaled());
    if free <= 0.0 {
        // What is left may be too small for a double, and is still not nothing.
        return if spread == Scaled::ZERO { f64::NAN } else { f64::INFINITY };
    }
    let variance = spread.over(n as f64).over(free);
    if root { variance.root().to_f64() } else { variance.to_f64() }
}

impl Moment for Counter<u64> {
    fn specials(&self) -> Specials {
        Specials::default()
    }

    fn whole(&self) -> Whole {
        Whole::new(&[self.0], 0)
    }

    #[inline(always)]
    fn small(&self) -> Option<u64> {
        Some(self.0)
    }
}

impl Moment for Counter<u128> {
    fn specials(&self) -> Specials {
        Specials::default()
    }

    fn whole(&self) -> Whole {
        Whole::new(&[self.0 as u64, (self.0 >> 64) as u64], 0)
    }

    #[inline(always)]
    fn small(&self) -> Option<u64> {
        self.0.try_into().ok()
    }
}

impl Moment for TimeSum {
    fn specials(&self) -> Specials {
        Specials { nan: self.absent, ..Specials::default() }
    }

    fn whole(&self) -> Whole {
        Counter(self.ticks).whole()
    }
}

impl Moment for WideCounter {
    fn specials(&self) -> Specials {
        Specials::default()
    }

    fn whole(&self) -> Whole {
        Whole::new(&self.limbs(), 0)
    }
}

macro_rules! float_moments {
    ($($t:ty: |$state:ident| $specials:expr, $long:expr, $short:expr, $plain:expr, $pair:expr;)*) => {$(
        impl Moment for $t {
            fn specials(&self) -> Specials {
                let $state = self;
                $specials
            }

            fn whole(&self) -> Whole {
                let $state = self;
                Whole::of_long(&$long)
            }

            fn scaled(&self) -> Scaled {
                let $state = self;
                // A rounded total that is neither subnormal nor infinite has its 53 bits.
                let short: Option<f64> = $short.filter(|total: &f64| total.is_normal());
                short.map_or_else(|| self.whole().scaled(), |total| Scaled::new(total, 0))
            }

            #[inline(always)]
            fn plain(&self) -> Option<f64> {
                let $state = self;
                $plain
            }

            #[inline(always)]
            fn pair(&self) -> Option<[f64; 2]> {
                let $state = self;
                $pair
            }
        }
    )*};
}
float_moments! {
    ExactSum: |state| ExactSum::specials(state), state.long(), Some(state.to_f64()), state.short(), state.pair();
    DoubleSquares: |state| state.ordinary.specials(), state.long(), state.ordinary_total(), state.plain(), state.pair();
}

impl<const LIMBS: usize, const LOWEST: i32> Moment for LongTotal<LIMBS, LOWEST> {
    fn specials(&self) -> Specials {
        self.specials
    }

    fn whole(&self) -> Whole {
        Whole::of_long(&self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(terms: &[f64]) -> (ExactSum, DoubleSquares) {
        let (mut sum, mut squares) = (ExactSum::default(), DoubleSquares::default());
        terms.iter().for_each(|&x| {
            sum.add(x);
            squares.add_square(x);
        });
        (sum, squares)
    }

    #[test]
    fn a_variance_far_from_zero() {
        let terms = [1e8 + 1.0, 1e8 + 2.0, 1e8 + 3.0];
        let (sum, squares) = sums(&terms);
        assert_eq!(variance(3, 1.0, &sum, &squares, false), 1.0);
        let (sum, squares) = sums(&[0.1; 7]);
        assert_eq!(variance(7, 0.0, &sum, &squares, false), 0.0);
        assert!(variance(7, 7.0, &sum, &squares, false).is_nan());
        let (sum, squares) = sums(&[f64::from_bits(1), f64::from_bits(2)]);
        assert_eq!(variance(2, 2.0, &sum, &squares, false), f64::INFINITY);
    }

    #[test]
    fn squares_of_any_weight() {
        // The squares of singles are summed as doubles are, whose lowest bit is no square's.
        let (mut sum, mut squares) = (ExactSum::default(), ExactSum::default());
        for x in [0.25, 0.75] {
            sum.add(x);
            squares.add(x * x);
        }
        assert_eq!(variance(2, 0.0, &sum, &squares, false), 0.0625);
    }

    #[test]
    fn short_and_long_spreads_agree() {
        let cases: [&[f64]; 6] = [
            &[0.5, 0.25, 1e-3_f32 as f64],
            &[1e8 + 0.5, 1e8, 1e8 + 2.0],
            &[1e-300, 2e-300, 5e-300],
            &[3.0, 3.0],
            &[0.0, 0.0, 7.5],
            &[f64::from_bits(1), 0.0],
        ];
        for terms in cases {
            let (sum, squares) = sums(terms);
            let n = terms.len() as u64;
            let long = Whole::spread(n, &sum.whole(), &squares.whole()).scaled();
            let pairs = sum.pair().zip(squares.pair());
            if let Some(short) = pairs.and_then(|(sum, squares)| short_spread(n, sum, squares)) {
                assert_eq!(short, long, "{terms:?}");
            }
            if let Some(close) = pairs.and_then(|(sum, squares)| close_spread(n, sum[0], squares[0]))
                && pairs.is_some_and(|(sum, squares)| sum[1] == 0.0 && squares[1] == 0.0)
            {
                assert_eq!(close, long.to_f64(), "{terms:?}");
            }
        }
        assert_eq!(close_spread(3, 6.0, 14.0), Some(6.0));
        assert_eq!(close_spread(2, 0.0, 0.0), Some(0.0));
        // Products of which doubles hold no more than a part.
        assert_eq!(close_spread(3, 0.1, 12345.678), None);
        assert_eq!(close_spread(2, 1e200, 1e300), None);
        assert!(short_spread(3, [1e300, 1.0], [1.0, 0.0]).is_none());
        assert!(short_spread(2, [0.75, 0.0], [0.3125, 0.0]).is_some());
    }

    #[test]
    fn means_and_roots_beyond_the_range() {
        let (sum, squares) = sums(&[f64::MAX, f64::MAX]);
        assert_eq!(mean(&sum, 2.0, false), f64::MAX);
        assert_eq!(mean(&squares, 2.0, true), f64::MAX);
        assert_eq!(mean(&squares, 2.0, false), f64::INFINITY);
        let (sum, squares) = sums(&[1e-300, 1e-300]);
        assert_eq!(mean(&squares, 2.0, true), 1e-300);
        assert_eq!(mean(&squares, 2.0, false), 0.0);
        let tiny = f64::from_bits(3);
        assert_eq!(mean(&sums(&[tiny, tiny]).0, 2.0, false), tiny);
        assert_eq!(mean(&sum, 2.0, false), 1e-300);
    }

    #[test]
    fn quotients_of_sums_beyond_a_double() {
        let sum = |terms: &[f64]| sums(terms).0;
        assert_eq!(quotient(&sum(&[1e308, 1e308]), &sum(&[1e308, 1e308]), false), 1.0);
        assert_eq!(quotient(&sum(&[1e308, 1e308]), &sum(&[4.0]), false), 5e307);
        assert_eq!(quotient(&sum(&[-3.0]), &sum(&[2.0]), false), -1.5);
        assert_eq!(quotient(&sum(&[f64::from_bits(8)]), &sum(&[f64::from_bits(2)]), true), 2.0);
        assert!(quotient(&sum(&[]), &sum(&[]), false).is_nan());
    }

    #[test]
    fn integers() {
        let (n, sum, squares) = (4, Counter(10u64), Counter(30u128));
        assert_eq!(variance(n, 0.0, &sum, &squares, false), 1.25);
        let (mut wide, large) = (WideCounter::default(), u64::MAX);
        wide.add_square(large.into());
        wide.add_square(u128::from(large) - 2);
        let sum = Counter(2 * u128::from(large) - 2);
        assert_eq!(variance(2, 0.0, &sum, &wide, false), 1.0);
    }
}
