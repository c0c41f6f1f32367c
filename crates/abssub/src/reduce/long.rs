//! The long accumulator: a fixed-point number wide enough for any sum of floats.
//!
//! After Kulisch ("Computer Arithmetic and Validity", 2008): every finite float is an integer times
//! the lowest weight of its format, so a sum of floats is a sum of integers and loses nothing.

use crate::element::Extended;

/// A two's complement fixed-point number of `LIMBS` x 64 bits; its lowest bit weighs 2^`LOWEST`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongSum<const LIMBS: usize, const LOWEST: i32> {
    limbs: [u64; LIMBS],
}

/// Holds any sum of 2^64 doubles: bits from 2^-1074 to 2^1024, 64 more, and a sign.
pub type DoubleSum = LongSum<35, -1074>;
/// The same for the 80-bit floats of x86-64: from 2^-16445 to 2^16384.
pub type ExtendedSum = LongSum<515, -16445>;

/// Holds any sum of 2^64 squares of doubles.
pub type SquareSum = LongSum<67, -2148>;

/// A float's format: the bits of its significand, its lowest weight, and its first unreachable one.
struct Precision {
    bits: i32,
    lowest: i32,
    overflow: i32,
}

const F64: Precision = Precision { bits: 53, lowest: -1074, overflow: 1024 };
const F32: Precision = Precision { bits: 24, lowest: -149, overflow: 128 };
const F16: Precision = Precision { bits: 11, lowest: -24, overflow: 16 };
const F80: Precision = Precision { bits: 64, lowest: Extended::LOWEST_EXPONENT, overflow: 16384 };

/// A rounded magnitude: `significand * 2^unit`, or none where it is infinite.
type Rounded = Option<(u64, i32)>;

impl<const LIMBS: usize, const LOWEST: i32> Default for LongSum<LIMBS, LOWEST> {
    fn default() -> Self {
        Self { limbs: [0; LIMBS] }
    }
}

impl<const LIMBS: usize, const LOWEST: i32> LongSum<LIMBS, LOWEST> {
    /// How many limbs of 64 bits it has.
    pub(crate) const LIMBS: usize = LIMBS;

    /// Adds a finite double. Its lowest weight must not be below this sum's, which it never is.
    #[inline]
    pub fn add(&mut self, x: f64) {
        debug_assert!(x.is_finite());
        let (significand, exponent) = parts(x);
        self.add_scaled(x.is_sign_negative(), significand, exponent);
    }

    /// Adds `significand * 2^exponent`, or takes it away.
    #[inline]
    pub fn add_scaled(&mut self, negative: bool, significand: u64, exponent: i32) {
        let shift = (exponent - LOWEST) as usize;
        let wide = u128::from(significand) << (shift % 64);
        let (low, high) = (wide as u64, (wide >> 64) as u64);
        let at = shift / 64;
        if negative {
            self.ripple(at, [low, high], u64::overflowing_sub);
        } else {
            self.ripple(at, [low, high], u64::overflowing_add);
        }
    }

    /// Adds the square of `significand * 2^exponent`.
    pub fn add_square(&mut self, significand: u64, exponent: i32) {
        let square = u128::from(significand) * u128::from(significand);
        self.add_scaled(false, square as u64, 2 * exponent);
        if square >> 64 != 0 {
            self.add_scaled(false, (square >> 64) as u64, 2 * exponent + 64);
        }
    }

    /// Adds or takes away two limbs from position `at` on, as far as the carry goes.
    #[inline(always)]
    fn ripple(&mut self, at: usize, [low, high]: [u64; 2], step: impl Fn(u64, u64) -> (u64, bool)) {
        let (result, mut carried) = step(self.limbs[at], low);
        self.limbs[at] = result;
        let mut next = high;
        for limb in &mut self.limbs[at + 1..] {
            (*limb, carried) = chain(&step, *limb, next, carried);
            next = 0;
            if !carried {
                break;
            }
        }
    }

    /// This sum, which must not be negative, times an integer. What passes its limbs is lost.
    #[must_use]
    pub fn times(&self, factor: u128) -> Self {
        let mut product = Self::default();
        for (i, &limb) in self.limbs.iter().enumerate().filter(|&(_, &limb)| limb != 0) {
            for (j, half) in [factor as u64, (factor >> 64) as u64].into_iter().enumerate() {
                let wide = u128::from(limb) * u128::from(half);
                if wide != 0 {
                    product.ripple(i + j, [wide as u64, (wide >> 64) as u64], u64::overflowing_add);
                }
            }
        }
        product
    }

    /// Its limbs, the lowest first; the lowest bit of all weighs 2^`LOWEST`. It must not be negative.
    pub(crate) fn limbs(&self) -> &[u64; LIMBS] {
        &self.limbs
    }

    /// The sum with these limbs, in two's complement where it is negative.
    pub(crate) fn from_limbs(limbs: [u64; LIMBS]) -> Self {
        Self { limbs }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        let mut carried = false;
        for (limb, &more) in self.limbs.iter_mut().zip(&other.limbs) {
            (*limb, carried) = chain(u64::overflowing_add, *limb, more, carried);
        }
    }

    /// The sum rounded once to the nearest double, ties to even; infinite beyond the format.
    pub fn to_f64(&self) -> f64 {
        self.to_double(&F64)
    }

    /// The sum times a power of two, rounded once to the nearest double.
    pub fn scaled_to_f64(&self, exponent: i32) -> f64 {
        let (negative, magnitude) = self.magnitude();
        let precision = Precision { bits: 53, lowest: -1074 - exponent, overflow: 1024 - exponent };
        let value = magnitude.rounded_magnitude(&precision).map_or(f64::INFINITY, |(significand, unit)| {
            if significand == 0 { 0.0 } else { significand as f64 * power_of_two(unit + exponent) }
        });
        if negative { -value } else { value }
    }

    /// The sum rounded once to the nearest single, as a double.
    pub fn to_f32(&self) -> f64 {
        self.to_double(&F32)
    }

    /// The sum rounded once to the nearest half, as a double.
    pub fn to_f16(&self) -> f64 {
        self.to_double(&F16)
    }

    /// The sum rounded once to the nearest 80-bit float.
    pub fn to_extended(&self) -> Extended {
        let (negative, rounded) = self.rounded(&F80);
        rounded.map_or(Extended::infinite(negative), |(significand, unit)| {
            Extended::from_parts(negative, significand, unit)
        })
    }

    fn to_double(&self, precision: &Precision) -> f64 {
        let (negative, rounded) = self.rounded(precision);
        // Exact: the product is a value of the format.
        let value =
            rounded.map_or(f64::INFINITY, |(significand, unit)| significand as f64 * power_of_two(unit));
        if negative { -value } else { value }
    }

    fn rounded(&self, precision: &Precision) -> (bool, Rounded) {
        let (negative, magnitude) = self.magnitude();
        (negative, magnitude.rounded_magnitude(precision))
    }

    /// Whether the sum is zero.
    pub fn is_zero(&self) -> bool {
        self.limbs.iter().all(|&limb| limb == 0)
    }

    /// Whether the sum is negative, and the sum without its sign.
    pub(super) fn magnitude(&self) -> (bool, Self) {
        let negative = self.limbs[LIMBS - 1] >> 63 == 1;
        (negative, if negative { self.negated() } else { self.clone() })
    }

    fn negated(&self) -> Self {
        let mut result = Self::default();
        let mut borrowed = false;
        for (limb, &own) in result.limbs.iter_mut().zip(&self.limbs) {
            (*limb, borrowed) = chain(u64::overflowing_sub, 0, own, borrowed);
        }
        result
    }

    fn rounded_magnitude(&self, precision: &Precision) -> Rounded {
        let Some(top) = (0..LIMBS).rev().find(|&i| self.limbs[i] != 0) else {
            return Some((0, precision.lowest));
        };
        let highest = (top * 64 + 63 - self.limbs[top].leading_zeros() as usize) as i32 + LOWEST;
        // The weight of the last bit that the result keeps; below its own lowest the sum has none.
        let unit = (highest - precision.bits + 1).max(precision.lowest).max(LOWEST);
        let kept = self.bits_from(unit - LOWEST);
        let half = self.bit(unit - 1 - LOWEST);
        let odd = kept & 1 == 1;
        let up = half && (odd || self.any_below(unit - 1 - LOWEST));
        let (significand, unit) = match kept.checked_add(u64::from(up)) {
            Some(sum) if precision.bits == 64 || sum >> precision.bits == 0 => (sum, unit),
            Some(sum) => (sum >> 1, unit + 1),
            None => (1 << 63, unit + 1),
        };
        let infinite = significand != 0 && unit + significand.ilog2() as i32 >= precision.overflow;
        (!infinite).then_some((significand, unit))
    }

    /// The 64 bits from position `from` on; positions below zero do not occur for a lowest weight
    /// at or above this sum's.
    fn bits_from(&self, from: i32) -> u64 {
        let from = from.max(0) as usize;
        let (limb, shift) = (from / 64, from % 64);
        let low = self.limbs.get(limb).map_or(0, |&bits| bits >> shift);
        let high = self.limbs.get(limb + 1).filter(|_| shift > 0).map_or(0, |&bits| bits << (64 - shift));
        low | high
    }

    fn bit(&self, at: i32) -> bool {
        at >= 0 && self.limbs.get(at as usize / 64).is_some_and(|&bits| bits >> (at % 64) & 1 == 1)
    }

    fn any_below(&self, at: i32) -> bool {
        let at = at.max(0) as usize;
        let partial = self.limbs.get(at / 64).is_some_and(|&bits| bits & ((1 << (at % 64)) - 1) != 0);
        partial || self.limbs[..(at / 64).min(LIMBS)].iter().any(|&bits| bits != 0)
    }
}

/// One limb of an addition or a subtraction, with the carry or borrow of the limb below.
#[inline(always)]
fn chain(step: impl Fn(u64, u64) -> (u64, bool), limb: u64, other: u64, carried: bool) -> (u64, bool) {
    let (result, first) = step(limb, other);
    let (result, second) = step(result, u64::from(carried));
    (result, first | second)
}

/// The magnitude of a finite double as `significand * 2^exponent`.
#[inline(always)]
pub(crate) fn parts(x: f64) -> (u64, i32) {
    let (fraction, biased) = (x.to_bits() & ((1 << 52) - 1), (x.to_bits() >> 52 & 0x7ff) as i32);
    if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) }
}

/// 2^exponent, for the exponents of doubles, subnormals included.
pub(super) fn power_of_two(exponent: i32) -> f64 {
    if exponent < -1022 {
        f64::from_bits(1 << (exponent + 1074))
    } else {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[f64]) -> DoubleSum {
        let mut sum = DoubleSum::default();
        terms.iter().for_each(|&x| sum.add(x));
        sum
    }

    #[test]
    fn one_term_comes_back_unchanged() {
        let tiny = f64::from_bits(1);
        for x in [0.0, 1.0, -1.0, 0.1, f64::MAX, f64::MIN, f64::MIN_POSITIVE, tiny, -tiny, 1e-300, 5e300] {
            assert_eq!(sum(&[x]).to_f64().to_bits(), x.to_bits(), "{x:e}");
        }
    }

    #[test]
    fn nothing_is_lost_between_the_extremes() {
        let tiny = f64::from_bits(1);
        assert_eq!(sum(&[f64::MAX, tiny, -f64::MAX]).to_f64(), tiny);
        assert_eq!(sum(&[1e308, 1e308, -1e308, 3.0, -1e308]).to_f64(), 3.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX]).to_f64(), f64::INFINITY);
        assert_eq!(sum(&[f64::MIN, f64::MIN]).to_f64(), f64::NEG_INFINITY);
    }

    #[test]
    fn ties_go_to_even_unless_something_breaks_them() {
        let half_ulp = 2f64.powi(-53);
        assert_eq!(sum(&[1.0, half_ulp]).to_f64(), 1.0);
        assert_eq!(sum(&[1.0, half_ulp, f64::from_bits(1)]).to_f64(), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1.0 + f64::EPSILON, half_ulp]).to_f64(), 1.0 + 2.0 * f64::EPSILON);
        // The largest double and half a unit more is infinite; a little less is not.
        let unit = 2f64.powi(971);
        assert_eq!(sum(&[f64::MAX, unit / 2.0]).to_f64(), f64::INFINITY);
        assert_eq!(sum(&[f64::MAX, unit / 2.0, -f64::from_bits(1)]).to_f64(), f64::MAX);
    }

    #[test]
    fn singles_and_halves_are_rounded_once() {
        // Rounding to double first would make a tie of this, and round it down.
        let x = [1.0, 2f64.powi(-24), 2f64.powi(-60)];
        assert_eq!(sum(&x).to_f32(), 1.0 + 2f64.powi(-23));
        assert_eq!(sum(&[65519.0, 0.999]).to_f16(), 65504.0);
        assert_eq!(sum(&[65520.0]).to_f16(), f64::INFINITY);
        assert_eq!(sum(&[2f64.powi(-150), 2f64.powi(-200)]).to_f32(), 2f64.powi(-149));
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn extended_floats_keep_64_bits() {
        use crate::element::Magnitude;
        let of = |terms: &[f64]| sum(terms).to_extended().magnitude();
        let one = |significand| Magnitude::Finite { significand, exponent: -63 };
        assert_eq!(of(&[1.0, 2f64.powi(-63)]), one((1 << 63) | 1));
        assert_eq!(of(&[1.0, 2f64.powi(-64)]), one(1 << 63));
        assert_eq!(of(&[1.0, 2f64.powi(-64), 1e-300]), one((1 << 63) | 1));
        assert_eq!(of(&[2.0, -(2f64.powi(-70))]), Magnitude::Finite { significand: 1 << 63, exponent: -62 });
        assert_eq!(
            of(&[f64::MAX, f64::MAX]),
            Magnitude::Finite { significand: ((1 << 53) - 1) << 11, exponent: 961 }
        );
        let tiny = f64::from_bits(1);
        assert_eq!(of(&[-tiny]), Magnitude::Finite { significand: 1 << 63, exponent: -1074 - 63 });
        assert_eq!(of(&[]), Magnitude::Finite { significand: 0, exponent: Extended::LOWEST_EXPONENT });
    }

    #[test]
    fn the_extended_range_rounds_to_doubles() {
        let mut sum = ExtendedSum::default();
        sum.add_scaled(false, 1 << 63, 16383 - 63);
        assert_eq!(sum.to_f64(), f64::INFINITY);
        sum.add_scaled(true, 1 << 63, 16383 - 63);
        sum.add_scaled(false, 1, -16445);
        assert_eq!(sum.to_f64(), 0.0);
        sum.add(1.5);
        assert_eq!(sum.to_f64(), 1.5);
    }
}
