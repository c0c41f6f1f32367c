//! Finishing exact sums: means, variances and roots, with no cancellation and no range lost on the way.
//!
//! A variance is (n Q - S^2) / (n (n - ddof)) with S the sum and Q the sum of squares. The numerator is
//! computed in whole numbers of any length, so that nothing cancels however far the mean is from zero.

use super::exact::{ExactSum, Specials};
use super::long::{LongSum, power_of_two};
use super::squares::{DoubleSquares, ExtendedSquares};
use super::sum::{Counter, ExtendedTotal, State, TimeSum};
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

    /// The total as the sum of two doubles, where it is one.
    #[inline(always)]
    fn pair(&self) -> Option<[f64; 2]> {
        None
    }
}

/// A number that is not negative, in limbs from the lowest; the lowest bit weighs 2^`weight`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    limbs: Vec<u64>,
    weight: i32,
}

impl Whole {
    fn new(limbs: &[u64], weight: i32) -> Self {
        // Weights are kept at multiples of 64, so that limbs of any two numbers align.
        let (shift, weight) = (weight.rem_euclid(64) as u32, weight.div_euclid(64) * 64);
        let shifted: Vec<u64>;
        let limbs = if shift == 0 {
            limbs
        } else {
            let low = limbs.iter().chain([&0]);
            let high = [&0].into_iter().chain(limbs);
            shifted = low.zip(high).map(|(low, high)| low << shift | high >> (64 - shift)).collect();
            &shifted[..]
        };
        let first = limbs.iter().position(|&limb| limb != 0).unwrap_or(limbs.len());
        let last = limbs.iter().rposition(|&limb| limb != 0).map_or(first, |last| last + 1);
        Self { limbs: limbs[first..last].to_vec(), weight: weight + 64 * first as i32 }
    }

    fn of_long<const LIMBS: usize, const LOWEST: i32>(long: &LongSum<LIMBS, LOWEST>) -> Self {
        Self::new(long.limbs(), LOWEST)
    }

    fn end(&self) -> i32 {
        self.weight + 64 * self.limbs.len() as i32
    }

    /// The whole part of this over a divisor; this must be an integer of at most 128 bits.
    pub fn over_whole(&self, divisor: u64) -> u128 {
        let up = (self.weight / 64) as usize;
        let limb = |i: usize| i.checked_sub(up).and_then(|i| self.limbs.get(i)).copied().unwrap_or(0);
        (u128::from(limb(1)) << 64 | u128::from(limb(0))) / u128::from(divisor)
    }

    /// The nearest value of 53 bits.
    pub fn scaled(&self) -> Scaled {
        let Some((&top, below)) = self.limbs.split_last() else { return Scaled::ZERO };
        let shift = top.leading_zeros();
        let next = below.last().copied().unwrap_or(0);
        let pair = (u128::from(top) << 64 | u128::from(next)) << shift;
        // What lies below can only break a tie, so one bit stands for all of it.
        let sticky = below.split_last().is_some_and(|(_, rest)| rest.iter().any(|&limb| limb != 0));
        Scaled::new((pair | u128::from(sticky)) as f64, self.end() - 128 - shift as i32)
    }

    /// `n squares - sum^2`, which is never negative.
    fn spread(n: u64, sum: &Self, squares: &Self) -> Self {
        let (weight, end) = (squares.weight.min(2 * sum.weight), squares.end().max(2 * sum.end()) + 128);
        let mut limbs = vec![0u64; (end - weight) as usize / 64];
        let from = (squares.weight - weight) as usize / 64;
        multiply(&mut limbs[from..], &squares.limbs, n, u64::overflowing_add);
        let from = (2 * sum.weight - weight) as usize / 64;
        for (i, &limb) in sum.limbs.iter().enumerate() {
            multiply(&mut limbs[from + i..], &sum.limbs, limb, u64::overflowing_sub);
        }
        Self::new(&limbs, weight)
    }
}

/// Adds `limbs * factor` to `to`, or takes it away.
fn multiply(to: &mut [u64], limbs: &[u64], factor: u64, step: fn(u64, u64) -> (u64, bool)) {
    let mut carried = 0u128;
    for (i, place) in to.iter_mut().enumerate() {
        let limb = limbs.get(i).copied().unwrap_or(0);
        if i >= limbs.len() && carried == 0 {
            return;
        }
        let wide = u128::from(limb) * u128::from(factor) + carried;
        let (result, over) = step(*place, wide as u64);
        *place = result;
        carried = (wide >> 64) + u128::from(over);
    }
}

/// `significand * 2^exponent`: a double whose exponent has no limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaled {
    significand: f64,
    exponent: i32,
}

impl Scaled {
    const ZERO: Self = Self { significand: 0.0, exponent: 0 };

    fn new(value: f64, exponent: i32) -> Self {
        if value == 0.0 {
            return Self::ZERO;
        }
        let own = (value.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        Self { significand: value * power_of_two(-own), exponent: exponent + own }
    }

    /// This over a divisor.
    #[must_use]
    pub fn over(self, divisor: f64) -> Self {
        Self::new(self.significand / divisor, self.exponent)
    }

    /// Its root.
    #[must_use]
    pub fn root(self) -> Self {
        let odd = self.exponent & 1;
        Self::new((self.significand * f64::from(1 + odd)).sqrt(), (self.exponent - odd) / 2)
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        match self.exponent {
            1024.. => self.significand * f64::INFINITY,
            -1022.. => self.significand * power_of_two(self.exponent),
            // In two steps, the second of which rounds.
            -1080.. => self.significand * power_of_two(self.exponent + 100) * power_of_two(-100),
            _ => 0.0,
        }
    }
}

/// The total over `n`, or the root of that.
#[inline]
pub fn mean<M: Moment>(total: &M, n: f64, root: bool) -> f64 {
    let rooted = |mean: f64| if root { mean.sqrt() } else { mean };
    // Where nothing leaves a double's range, its own division will do.
    match total.small() {
        Some(total) => rooted(total as f64 / n),
        None => {
            let mean = total.scaled().over(n);
            if root { mean.root().to_f64() } else { mean.to_f64() }
        }
    }
}

/// The variance with `ddof` degrees of freedom taken off, which must leave some; or its root.
#[inline]
pub fn variance<S: Moment, Q: Moment>(n: u64, ddof: f64, sum: &S, squares: &Q, root: bool) -> f64 {
    let free = n as f64 - ddof;
    if let (Some(sum), Some(squares)) = (sum.small(), squares.small()) {
        let spread = u128::from(n) * u128::from(squares) - u128::from(sum) * u128::from(sum);
        let spread = u64::try_from(spread).map_or_else(|_| spread as f64, |spread| spread as f64);
        let variance = spread / n as f64 / free;
        return if root { variance.sqrt() } else { variance };
    }
    let short = sum.pair().zip(squares.pair()).and_then(|(sum, squares)| short_spread(n, sum, squares));
    let spread = short.unwrap_or_else(|| Whole::spread(n, &sum.whole(), &squares.whole()).scaled());
    let variance = spread.over(n as f64).over(free);
    if root { variance.root().to_f64() } else { variance.to_f64() }
}

/// `n squares - sum^2` where 128 bits hold all of it, as they do for most floats of some twenty bits.
fn short_spread(n: u64, sum: [f64; 2], squares: [f64; 2]) -> Option<Scaled> {
    let (sum, sum_unit) = in_units(sum)?;
    let (squares, squares_unit) = in_units(squares)?;
    let unit = squares_unit.min(2 * sum_unit);
    let whole = shifted(squares.checked_mul(n.into())?, squares_unit - unit)?;
    let spread = whole.checked_sub(shifted(sum.checked_mul(sum)?, 2 * sum_unit - unit)?)?;
    Some(Scaled::new(spread as f64, unit))
}

/// The sum of two doubles as an integer times a power of two.
fn in_units(pair: [f64; 2]) -> Option<(i128, i32)> {
    let [(high, high_unit), (low, low_unit)] = pair.map(|x| {
        let bits = x.to_bits();
        let biased = (bits >> 52 & 0x7ff) as i32;
        let fraction = (bits & ((1 << 52) - 1)) as i64 | i64::from(biased != 0) << 52;
        let zeros = if fraction == 0 { 0 } else { fraction.trailing_zeros() };
        let magnitude = i128::from(fraction >> zeros);
        (if x < 0.0 { -magnitude } else { magnitude }, biased.max(1) - 1075 + zeros as i32)
    });
    let unit = match (high, low) {
        (0, _) => low_unit,
        (_, 0) => high_unit,
        _ => high_unit.min(low_unit),
    };
    let part = |x: i128, own: i32| if x == 0 { Some(0) } else { shifted(x, own - unit) };
    Some((part(high, high_unit)?.checked_add(part(low, low_unit)?)?, unit))
}

/// `x * 2^shift`, if that fits.
fn shifted(x: i128, shift: i32) -> Option<i128> {
    if x == 0 {
        return Some(0);
    }
    let room = x.unsigned_abs().leading_zeros() as i32 - 1;
    (shift < room).then(|| x << shift)
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
    ($($t:ty: |$state:ident| $specials:expr, $long:expr $(, $short:expr, $pair:expr)?;)*) => {$(
        impl Moment for $t {
            fn specials(&self) -> Specials {
                let $state = self;
                $specials
            }

            fn whole(&self) -> Whole {
                let $state = self;
                Whole::of_long(&$long)
            }

            $(fn scaled(&self) -> Scaled {
                let $state = self;
                // A rounded total that is neither subnormal nor infinite has its 53 bits.
                let short: Option<f64> = $short.filter(|total: &f64| total.is_normal());
                short.map_or_else(|| self.whole().scaled(), |total| Scaled::new(total, 0))
            }

            fn pair(&self) -> Option<[f64; 2]> {
                let $state = self;
                $pair
            })?
        }
    )*};
}
float_moments! {
    ExactSum: |state| ExactSum::specials(state), state.long(), Some(state.to_f64()), state.pair();
    DoubleSquares: |state| state.ordinary.specials(), state.long(), state.short(), state.pair();
    ExtendedTotal: |state| state.specials, state.sum;
    ExtendedSquares: |state| state.specials, state.sum;
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
        }
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
