//! Weighted differences and squares, each the exact product rounded once to a double.

use super::{Bool, Complex32, Complex64, ComplexExtended, Element, Extended, Magnitude, Mixed64};
use crate::reduce::{LongSum, parts};
use half::f16;

/// An element whose differences can be weighted.
pub trait Weighted: Element {
    /// `weight * |a - b|`, rounded once.
    fn weighted(a: Self::Left, b: Self::Right, weight: f64) -> f64;
    /// `weight * |a - b|^2`, rounded once.
    fn weighted_square(a: Self::Left, b: Self::Right, weight: f64) -> f64;
}

/// `integer * 2^exponent`
type Factor = (u128, i32);

/// The product of at most three factors of at most 65 bits, rounded once to the nearest double.
pub(super) fn rounded(factors: &[Factor]) -> f64 {
    let exponent = factors.iter().map(|&(_, exponent)| exponent).sum();
    let mut product = LongSum::<8, 0>::default();
    product.add_scaled(false, 1, 0);
    for &(integer, _) in factors {
        product = product.times(integer);
    }
    product.scaled_to_f64(exponent)
}

fn factor(x: f64) -> Factor {
    let (significand, exponent) = parts(x);
    (significand.into(), exponent)
}

/// `weight * value^power` of an exact value, where the processor's own product would round twice.
#[cold]
#[inline(never)]
fn product(value: Factor, weight: f64, power: usize) -> f64 {
    if !weight.is_finite() {
        return weight * (value.0 != 0) as u8 as f64;
    }
    let (factors, used) = ([factor(weight), value, value], power + 1);
    rounded(&factors[..used]).copysign(weight)
}

macro_rules! weighted {
    // Squares that a double holds.
    (short $($t:ty),*) => {$(
        impl Weighted for $t {
            #[inline(always)]
            fn weighted(a: $t, b: $t, weight: f64) -> f64 {
                weight * f64::from(Self::absdiff(a, b))
            }

            #[inline(always)]
            fn weighted_square(a: $t, b: $t, weight: f64) -> f64 {
                let diff = f64::from(Self::absdiff(a, b));
                weight * (diff * diff)
            }
        }
    )*};
    // Differences that a double may not hold.
    (long $($t:ty),*) => {$(
        impl Weighted for $t {
            #[inline(always)]
            fn weighted(a: Self::Left, b: Self::Right, weight: f64) -> f64 {
                let diff = u128::from(Self::absdiff(a, b));
                if diff >> 53 == 0 { weight * diff as f64 } else { product((diff, 0), weight, 1) }
            }

            #[inline(always)]
            fn weighted_square(a: Self::Left, b: Self::Right, weight: f64) -> f64 {
                let diff = u128::from(Self::absdiff(a, b));
                if diff >> 26 == 0 { weight * (diff * diff) as f64 } else { product((diff, 0), weight, 2) }
            }
        }
    )*};
    (double $($t:ty),*) => {$(
        impl Weighted for $t {
            #[inline(always)]
            fn weighted(a: $t, b: $t, weight: f64) -> f64 {
                weight * Self::absdiff(a, b)
            }

            #[inline(always)]
            fn weighted_square(a: $t, b: $t, weight: f64) -> f64 {
                let diff = Self::absdiff(a, b);
                // A square of at most 26 bits is exact; what is not finite needs no exactness.
                let short = diff.to_bits() << 37 == 0 && (1e-100..1e100).contains(&diff);
                if short || diff == 0.0 || !diff.is_finite() {
                    weight * (diff * diff)
                } else {
                    product(factor(diff), weight, 2)
                }
            }
        }
    )*};
    (extended $($t:ty),*) => {$(
        impl Weighted for $t {
            fn weighted(a: $t, b: $t, weight: f64) -> f64 {
                extended_product(Self::absdiff(a, b), weight, 1)
            }

            fn weighted_square(a: $t, b: $t, weight: f64) -> f64 {
                extended_product(Self::absdiff(a, b), weight, 2)
            }
        }
    )*};
}
weighted!(short u8, i8, u16, i16, f16, f32, Complex32, Bool);
weighted!(long u32, i32, u64, i64);
weighted!(double f64, Complex64);
weighted!(extended Extended, ComplexExtended);

impl Weighted for Mixed64 {
    fn weighted(a: u64, b: i64, weight: f64) -> f64 {
        product((Self::absdiff(a, b), 0), weight, 1)
    }

    fn weighted_square(a: u64, b: i64, weight: f64) -> f64 {
        product((Self::absdiff(a, b), 0), weight, 2)
    }
}

fn extended_product(diff: Extended, weight: f64, power: usize) -> f64 {
    match diff.magnitude() {
        Magnitude::NotANumber => f64::NAN,
        Magnitude::Infinite => weight * f64::INFINITY,
        Magnitude::Finite { significand, exponent } => product((significand.into(), exponent), weight, power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_rounded_once() {
        assert_eq!(rounded(&[(3, 0), (5, -1)]), 7.5);
        assert_eq!(rounded(&[(1, -1074), (1, -1)]), 0.0);
        assert_eq!(rounded(&[(3, -1074), (1, -1)]), f64::from_bits(2));
        assert_eq!(rounded(&[(1, 1000), (1, 24)]), f64::INFINITY);
        // 2^53 + 1 times three: as a double first it would lose the one.
        assert_eq!(u64::weighted((1 << 53) + 1, 0, 3.0), 27_021_597_764_222_980.0);
        assert_eq!(i32::weighted_square(1 << 27, -1, -0.5), -((1u64 << 27) as f64 + 1.0).powi(2) / 2.0);
        assert_eq!(u64::weighted(7, 0, f64::INFINITY), f64::INFINITY);
        assert!(u64::weighted(u64::MAX, u64::MAX, f64::INFINITY).is_nan());
    }

    #[test]
    fn squares_of_doubles_neither_over_nor_underflow_on_the_way() {
        assert_eq!(
            f64::weighted_square(1e200, 0.0, 1e-200),
            rounded(&[factor(1e200), factor(1e200), factor(1e-200)])
        );
        assert!((f64::weighted_square(1e200, 0.0, 1e-200) / 1e200 - 1.0).abs() < 1e-15);
        assert_eq!(f64::weighted_square(3.0, 1.0, 0.5), 2.0);
        assert_eq!(f64::weighted_square(f64::INFINITY, 1.0, 0.5), f64::INFINITY);
    }
}
