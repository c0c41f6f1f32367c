//! Numbers of any length and of any exponent, of which means, variances and roots are made.

use super::exact::two_sum;
use super::long::{LongSum, parts, power_of_two};
use std::ops::RangeInclusive;

/// A number that is not negative, in limbs from the lowest; the lowest bit weighs 2^`weight`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    limbs: Vec<u64>,
    weight: i32,
}

impl Whole {
    pub(super) fn new(limbs: &[u64], weight: i32) -> Self {
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

    pub(super) fn of_long<const LIMBS: usize, const LOWEST: i32>(long: &LongSum<LIMBS, LOWEST>) -> Self {
        Self::new(long.limbs(), LOWEST)
    }

    /// Whether a sum is negative, and its magnitude.
    pub(super) fn of_signed<const LIMBS: usize, const LOWEST: i32>(
        long: &LongSum<LIMBS, LOWEST>,
    ) -> (bool, Self) {
        let (negative, magnitude) = long.magnitude();
        (negative, Self::of_long(&magnitude))
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
    pub(super) fn spread(n: u64, sum: &Self, squares: &Self) -> Self {
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
    pub(super) const ZERO: Self = Self { significand: 0.0, exponent: 0 };

    pub(super) fn new(value: f64, exponent: i32) -> Self {
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

    /// This over another.
    #[must_use]
    pub fn over_scaled(self, divisor: Self) -> Self {
        Self::new(self.significand / divisor.significand, self.exponent - divisor.exponent)
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

/// `n squares - sum^2` rounded once, where doubles can tell: the errors of both products are known, and what is left
/// of the products and of the errors must be exact.
#[inline]
pub(super) fn close_spread(n: u64, sum: f64, squares: f64) -> Option<f64> {
    // As far from overflow as from underflow, so that no error is lost.
    const SAFE: RangeInclusive<f64> = f64::from_bits((1023 - 300) << 52)..=f64::from_bits((1023 + 300) << 52);
    if sum == 0.0 && squares == 0.0 {
        return Some(0.0);
    }
    if !SAFE.contains(&sum) || !SAFE.contains(&squares) || n >= 1 << 53 {
        return None;
    }
    let (above, above_left) = two_product(n as f64, squares);
    let (below, below_left) = two_product(sum, sum);
    let (high, lost) = two_sum(above, -below);
    let (low, lost_too) = two_sum(above_left, -below_left);
    (lost == 0.0 && lost_too == 0.0).then_some(high + low)
}

/// The rounded product and its rounding error (Veltkamp's splitting and Dekker's product, 1971).
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let split = |x: f64| {
        let far = 134_217_729.0 * x;
        let high = far - (far - x);
        (high, x - high)
    };
    let (product, (a, a_low), (b, b_low)) = (a * b, split(a), split(b));
    (product, ((a * b - product) + a * b_low + a_low * b) + a_low * b_low)
}

/// `n squares - sum^2` where 128 bits hold all of it, as they do for most floats of some twenty bits.
pub(super) fn short_spread(n: u64, sum: [f64; 2], squares: [f64; 2]) -> Option<Scaled> {
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
        let (significand, exponent) = parts(x);
        let zeros = if significand == 0 { 0 } else { significand.trailing_zeros() };
        let magnitude = i128::from(significand >> zeros);
        (if x < 0.0 { -magnitude } else { magnitude }, exponent + zeros as i32)
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
