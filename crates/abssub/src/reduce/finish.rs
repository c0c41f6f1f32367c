//! Finishing: an exact total as a value of each type that results are stored in.

use super::exact::{ExactSum, Specials};
use super::long::LongSum;
use crate::array::run::Pod;
use crate::element::Extended;
use half::f16;

/// An exact sum of floats.
pub(super) trait Exact {
    /// What there was beside finite numbers.
    fn specials(&self) -> Specials;
    /// The sum rounded once, where two doubles hold all of it.
    fn short(&self) -> Option<f64> {
        None
    }
    /// The sum of the finite terms and `more`, rounded once.
    fn rounded<T: Real>(&self, more: f64) -> T;
}

impl Exact for ExactSum {
    fn specials(&self) -> Specials {
        ExactSum::specials(self)
    }

    #[inline(always)]
    fn short(&self) -> Option<f64> {
        ExactSum::short(self)
    }

    fn rounded<T: Real>(&self, more: f64) -> T {
        if T::IS_DOUBLE && more == 0.0 {
            return T::special(self.to_f64());
        }
        let mut long = self.long();
        long.add(more);
        T::round(&long)
    }
}

/// NaN and infinities as NumPy propagates them; else the finite sum, rounded once.
#[inline(always)]
pub(super) fn real<S: Exact, T: Real>(sum: &S, start: f64) -> (T, Specials) {
    // What nearly all are: nothing else needs to be known of them.
    if let Some(value) = sum.short()
        && T::IS_DOUBLE
        && start == 0.0
        && value.is_finite()
    {
        return (T::special(value), Specials::default());
    }
    real_of_any(sum, start)
}

#[inline(never)]
fn real_of_any<S: Exact, T: Real>(sum: &S, start: f64) -> (T, Specials) {
    let met = sum.specials();
    let terms = met.total();
    if terms.is_some() || !start.is_finite() {
        let total = terms.unwrap_or(0.0) + start;
        // Opposite infinities, beside an operand's or the start's own NaN.
        let opposed = total.is_nan() && !met.nan && !start.is_nan();
        return (T::special(total), Specials { invalid: met.invalid | opposed, ..met });
    }
    let value = sum.rounded::<T>(start);
    (value, Specials { overflow: met.overflow | value.is_infinite(), ..met })
}

/// A type that integers are stored in.
pub(super) trait Whole: Pod {
    /// The integer, if it can be held exactly.
    fn whole(value: i128) -> Option<Self>;
}

macro_rules! whole_integers {
    ($($t:ty),*) => {$(
        impl Whole for $t {
            #[inline(always)]
            fn whole(value: i128) -> Option<Self> {
                Self::try_from(value).ok()
            }
        }
    )*};
}
whole_integers!(u8, u16, u32, u64, i8, i16, i32, i64);

/// A type that float sums are stored in.
pub(super) trait Real: Pod {
    /// Whether this is a double.
    const IS_DOUBLE: bool = false;
    /// A value that this type has: infinity, NaN, or for doubles any.
    fn special(value: f64) -> Self;
    /// An exact sum, rounded once.
    fn round<const LIMBS: usize, const LOWEST: i32>(sum: &LongSum<LIMBS, LOWEST>) -> Self;
    /// Whether it is an infinity.
    fn is_infinite(self) -> bool;
}

macro_rules! stored_floats {
    ($($t:ty: $precision:literal bits below $limit:expr, |$x:ident| $from:expr, |$sum:ident| $round:expr, $is_double:literal;)*) => {$(
        impl Whole for $t {
            fn whole(value: i128) -> Option<Self> {
                let $x = value as f64;
                let fits = bits(value).saturating_sub(value.unsigned_abs().trailing_zeros()) <= $precision;
                (fits && $x.abs() < $limit).then_some($from)
            }
        }

        impl Real for $t {
            const IS_DOUBLE: bool = $is_double;

            #[inline(always)]
            fn special($x: f64) -> Self {
                $from
            }

            fn round<const LIMBS: usize, const LOWEST: i32>($sum: &LongSum<LIMBS, LOWEST>) -> Self {
                $round
            }

            fn is_infinite(self) -> bool {
                <$t>::is_infinite(self)
            }
        }
    )*};
}
stored_floats! {
    f16: 11 bits below 65536.0, |x| f16::from_f64(x), |sum| f16::from_f64(sum.to_f16()), false;
    f32: 24 bits below f64::INFINITY, |x| x as f32, |sum| sum.to_f32() as f32, false;
    f64: 53 bits below f64::INFINITY, |x| x, |sum| sum.to_f64(), true;
}

impl Whole for Extended {
    fn whole(value: i128) -> Option<Self> {
        let magnitude = value.unsigned_abs();
        let shift = magnitude.trailing_zeros() & 127;
        let significand = u64::try_from(magnitude >> shift).ok()?;
        Some(Extended::from_parts(value < 0, significand, shift as i32))
    }
}

impl Real for Extended {
    fn special(value: f64) -> Self {
        value.into()
    }

    fn round<const LIMBS: usize, const LOWEST: i32>(sum: &LongSum<LIMBS, LOWEST>) -> Self {
        sum.to_extended()
    }

    fn is_infinite(self) -> bool {
        self.magnitude() == crate::element::Magnitude::Infinite
    }
}

/// The bits of a value, its sign not counted.
pub(super) fn bits(value: i128) -> u32 {
    128 - value.unsigned_abs().leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole<T: Whole>(value: i128) -> Option<T> {
        T::whole(value)
    }

    #[test]
    fn integers_fit_exactly_or_not_at_all() {
        assert_eq!(whole::<u8>(255), Some(255));
        assert_eq!(whole::<u8>(256), None);
        assert_eq!(whole::<u64>(-1), None);
        assert_eq!(whole::<f64>((1 << 53) + 1), None);
        assert_eq!(whole::<f64>(1 << 100), Some(2f64.powi(100)));
        assert_eq!(whole::<f16>(65504), Some(f16::MAX));
        assert_eq!(whole::<f16>(65536), None);
        assert_eq!((bits(0), bits(-1), bits(255), bits(i128::MIN)), (0, 1, 8, 128));
    }

    #[test]
    fn specials_propagate() {
        let mut sum = ExactSum::default();
        sum.add(1.0);
        assert_eq!(real::<_, f64>(&sum, 0.5).0, 1.5);
        assert_eq!(real::<_, f64>(&sum, f64::NEG_INFINITY).0, f64::NEG_INFINITY);
        sum.note(Specials { infinite: true, ..Specials::default() });
        assert_eq!(real::<_, f64>(&sum, 0.5), (f64::INFINITY, sum.specials()));
        let (x, met) = real::<_, f64>(&sum, f64::NEG_INFINITY);
        assert!(x.is_nan() && met.invalid);
        let mut large = ExactSum::default();
        large.add(65520.0);
        let (half, met) = real::<_, f16>(&large, 0.0);
        assert!(half.is_infinite() && met.overflow);
    }
}
