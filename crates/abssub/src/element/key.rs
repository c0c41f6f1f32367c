//! Keys: differences as unsigned integers that order as the differences do, with "not a number" above all.
//!
//! Extremes, counts, histograms and ranks need five key types where there are seventeen element types. A
//! non-negative float's bits order as its value does (IEEE 754-2019, 5.10).

use super::{
    Bool, Complex32, Complex64, ComplexExtended, Element, Extended, Magnitude, Mixed64, Stored, Time,
    WideTime,
};
use crate::array::run::Pod;
use crate::reduce::Wire;
use half::f16;
use std::cmp::Ordering;

/// An unsigned integer that differences are ranked by.
pub trait Key: Pod + Ord + Default + Wire + std::fmt::Debug {
    /// The bits that it has.
    const BITS: u32;
    /// The highest.
    const MAX: Self;
    /// One.
    const ONE: Self;
    /// `self - other`, without a check.
    fn less(self, other: Self) -> Self;
    /// `self + other`, without a check.
    fn plus(self, other: Self) -> Self;
    /// The bits from `shift` on: none of them if that is all.
    fn above(self, shift: u32) -> Self;
    /// As the widest of them.
    fn wide(self) -> u128;
    /// From the widest of them, as much as there is room for.
    fn narrow(wide: u128) -> Self;

    /// Keys of one byte as bytes; none of any others.
    #[inline(always)]
    fn bytes(_keys: &[Self]) -> &[u8] {
        &[]
    }
}

macro_rules! keys {
    ($($t:ty $(: $bytes:ident)?),*) => {$(
        impl Key for $t {
            const BITS: u32 = <$t>::BITS;
            const MAX: Self = <$t>::MAX;
            const ONE: Self = 1;

            #[inline(always)]
            fn less(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn above(self, shift: u32) -> Self {
                self.checked_shr(shift).unwrap_or(0)
            }

            #[inline(always)]
            fn wide(self) -> u128 {
                self.into()
            }

            #[inline(always)]
            fn narrow(wide: u128) -> Self {
                wide as $t
            }

            $(#[inline(always)]
            fn $bytes(keys: &[Self]) -> &[u8] {
                keys
            })?
        }
    )*};
}
keys!(u8: bytes, u16, u32, u64, u128);

/// An element whose differences have keys.
pub trait Keyed: Stored {
    /// The integer.
    type Key: Key;
    /// The highest key of a number; the one above it, where there is one, says that there is none.
    const LAST: Self::Key;
    /// The key of |a - b|.
    fn key(a: Self::Left, b: Self::Right) -> Self::Key;
    /// The difference as an array stores it; none if that has no room for it.
    fn unkey(key: Self::Key) -> Option<Self::Out>;
    /// The nearest double; a duration's ticks.
    fn key_to_f64(key: Self::Key) -> f64;

    /// Whether a key is the difference itself, and not the bits of a float.
    const IS_WHOLE: bool = false;

    /// How the difference compares with the double that [`Keyed::key_to_f64`] gives: equal, unless no double holds it.
    fn beyond_f64(_key: Self::Key) -> Ordering {
        Ordering::Equal
    }

    /// How the difference compares with an 80-bit float that is not negative.
    fn cmp_extended(key: Self::Key, other: Extended) -> Ordering {
        Extended::from(Self::key_to_f64(key)).magnitude_bits().cmp(&other.magnitude_bits())
    }

    /// The whole part of the difference, and whether there is more, where a double may not tell.
    fn whole(_key: Self::Key) -> Option<(i128, bool)> {
        None
    }

    /// Whether the difference is (not a number though both operands are, infinite though both are finite).
    fn lost(_a: Self::Left, _b: Self::Right) -> (bool, bool) {
        (false, false)
    }

    /// A left operand that differs from `b` by nothing, if every `b` has one.
    #[inline(always)]
    fn like(_b: Self::Right) -> Option<Self::Left> {
        None
    }

    /// Whether two operands are the same although their difference is not a number.
    #[inline(always)]
    fn is_same(_a: Self::Left, _b: Self::Right) -> bool {
        false
    }
}

macro_rules! integer_keys {
    ($($t:ty: $key:ty, $last:expr, |$x:ident| $out:expr $(, $like:ident)?;)*) => {$(
        impl Keyed for $t {
            type Key = $key;
            const LAST: $key = $last;
            const IS_WHOLE: bool = true;

            #[inline(always)]
            fn key(a: Self::Left, b: Self::Right) -> $key {
                Self::absdiff(a, b)
            }

            fn unkey($x: $key) -> Option<Self::Out> {
                $out
            }

            fn key_to_f64(key: $key) -> f64 {
                key as f64
            }

            $(#[inline(always)]
            fn $like(b: Self::Right) -> Option<Self::Left> {
                Some(b)
            })?
        }
    )*};
}
integer_keys! {
    Bool: u8, u8::MAX, |x| Some(Bool(x)), like;
    u8: u8, u8::MAX, |x| Some(x), like;
    i8: u8, u8::MAX, |x| Some(x), like;
    u16: u16, u16::MAX, |x| Some(x), like;
    i16: u16, u16::MAX, |x| Some(x), like;
    u32: u32, u32::MAX, |x| Some(x), like;
    i32: u32, u32::MAX, |x| Some(x), like;
    u64: u64, u64::MAX, |x| Some(x), like;
    i64: u64, u64::MAX, |x| Some(x), like;
    Mixed64: u128, (1 << 65) - 1, |x| x.try_into().ok();
}

macro_rules! float_keys {
    ($($t:ty: $key:ty, $real:ty, |$a:ident, $b:ident| $diff:expr, |$x:ident| $double:expr, $reals:expr, $same:expr;)*) => {$(
        impl Keyed for $t {
            type Key = $key;
            const LAST: $key = <$real>::INFINITY.to_bits();

            #[inline(always)]
            fn key($a: Self::Left, $b: Self::Right) -> $key {
                $diff.to_bits().min(Self::LAST + 1)
            }

            fn unkey(key: $key) -> Option<Self::Out> {
                Some(if key > Self::LAST { <$real>::NAN } else { <$real>::from_bits(key) })
            }

            fn key_to_f64(key: $key) -> f64 {
                let $x = if key > Self::LAST { <$real>::NAN } else { <$real>::from_bits(key) };
                $double
            }

            fn lost($a: Self::Left, $b: Self::Right) -> (bool, bool) {
                let (difference, reals) = ($diff, $reals);
                let any = |is: fn($real) -> bool| reals.into_iter().any(is);
                (
                    difference.is_nan() && !any(<$real>::is_nan),
                    difference.is_infinite() && !any(<$real>::is_infinite),
                )
            }

            #[inline(always)]
            fn is_same($a: Self::Left, $b: Self::Right) -> bool {
                $same
            }
        }
    )*};
}
float_keys! {
    f16: u16, f16, |a, b| Self::store(a, b, &mut false), |x| x.to_f64(), [a, b], a == b || (a.is_nan() && b.is_nan());
    f32: u32, f32, |a, b| Self::absdiff(a, b), |x| x.into(), [a, b], a == b || (a.is_nan() && b.is_nan());
    f64: u64, f64, |a, b| Self::absdiff(a, b), |x| x, [a, b], a == b || (a.is_nan() && b.is_nan());
    Complex32: u32, f32, |a, b| Self::absdiff(a, b), |x| x.into(), [a.re, a.im, b.re, b.im],
        a.re == b.re && a.im == b.im || (a.re.is_nan() || a.im.is_nan()) && (b.re.is_nan() || b.im.is_nan());
    Complex64: u64, f64, |a, b| Self::absdiff(a, b), |x| x, [a.re, a.im, b.re, b.im],
        a.re == b.re && a.im == b.im || (a.re.is_nan() || a.im.is_nan()) && (b.re.is_nan() || b.im.is_nan());
}

macro_rules! time_keys {
    ($($t:ty: $key:ty),*) => {$(
        impl Keyed for $t {
            type Key = $key;
            const LAST: $key = <$key>::MAX - 1;
            const IS_WHOLE: bool = true;

            #[inline(always)]
            fn key(a: Self::Left, b: Self::Right) -> $key {
                // No duration is so long that it reaches the key of NaT.
                Self::absdiff(a, b).unwrap_or(<$key>::MAX)
            }

            fn unkey(key: $key) -> Option<i64> {
                if key > Self::LAST { Some(Time::NAT) } else { key.try_into().ok() }
            }

            fn key_to_f64(key: $key) -> f64 {
                if key > Self::LAST { f64::NAN } else { key as f64 }
            }

            #[inline(always)]
            fn is_same(a: Self::Left, b: Self::Right) -> bool {
                a == <$t>::NAT && b == <$t>::NAT
            }
        }
    )*};
}
time_keys!(Time: u64, WideTime: u128);

macro_rules! extended_keys {
    ($($t:ty: |$a:ident, $b:ident| $same:expr;)*) => {$(
        impl Keyed for $t {
            type Key = u128;
            // The exponent's fifteen bits above the significand's sixty-four.
            const LAST: u128 = (0x7fff << 64) | 1 << 63;

            #[inline(always)]
            fn key(a: Self::Left, b: Self::Right) -> u128 {
                let difference = Self::absdiff(a, b);
                match difference.magnitude() {
                    Magnitude::NotANumber => Self::LAST + 1,
                    _ => difference.magnitude_bits(),
                }
            }

            fn unkey(key: u128) -> Option<Extended> {
                Some(if key > Self::LAST { f64::NAN.into() } else { Extended::from_magnitude_bits(key) })
            }

            fn key_to_f64(key: u128) -> f64 {
                match Extended::from_magnitude_bits(key.min(Self::LAST + 1)).magnitude() {
                    Magnitude::NotANumber => f64::NAN,
                    Magnitude::Infinite => f64::INFINITY,
                    Magnitude::Finite { significand, exponent } => super::weight::rounded(&[(significand.into(), exponent)]),
                }
            }

            fn beyond_f64(key: u128) -> Ordering {
                let near = Extended::from(Self::key_to_f64(key));
                if key > Self::LAST { Ordering::Equal } else { Self::cmp_extended(key, near) }
            }

            fn cmp_extended(key: u128, other: Extended) -> Ordering {
                Extended::from_magnitude_bits(key).magnitude_bits().cmp(&other.magnitude_bits())
            }

            fn whole(key: u128) -> Option<(i128, bool)> {
                Some(Extended::from_magnitude_bits(key).whole_part())
            }

            fn is_same($a: Self::Left, $b: Self::Right) -> bool {
                $same
            }
        }
    )*};
}
extended_keys! {
    Extended: |a, b| a.is_same_as(b);
    ComplexExtended: |a, b| a.re.is_same_as(b.re) && a.im.is_same_as(b.im) || a.is_nan() && b.is_nan();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered<E: Keyed>(pairs: &[(E::Left, E::Right)]) {
        for window in pairs.windows(2) {
            let [low, high] = [0, 1].map(|i| E::key(window[i].0, window[i].1));
            assert!(low < high, "{low:?} {high:?}");
        }
        assert!(pairs.iter().rev().skip(1).all(|&(a, b)| E::key(a, b) <= E::LAST));
    }

    #[test]
    fn keys_order_as_differences_do() {
        ordered::<u8>(&[(3, 3), (3, 4), (9, 5), (0, 255)]);
        ordered::<i64>(&[(0, 0), (1, -1), (i64::MAX, 0), (i64::MIN, i64::MAX)]);
        ordered::<Mixed64>(&[(0, 0), (u64::MAX, 0), (u64::MAX, -1), (u64::MAX, i64::MIN)]);
        ordered::<f32>(&[
            (-0.0, 0.0),
            (1e-45, 0.0),
            (1.0, 0.5),
            (1.0, -1.0),
            (f32::INFINITY, 0.0),
            (f32::NAN, 1.0),
        ]);
        let half = f16::from_f32;
        ordered::<f16>(&[
            (half(1.0), half(1.0)),
            (half(6e-8), half(0.0)),
            (half(9.0), half(1.0)),
            (half(f32::NAN), half(0.0)),
        ]);
        ordered::<Time>(&[(5, 5), (1, -1), (i64::MIN + 1, i64::MAX), (Time::NAT, 0)]);
        assert!(f32::key(-f32::NAN, 1.0) > f32::LAST);
    }

    #[test]
    fn keys_lead_back() {
        assert_eq!(f32::unkey(f32::key(1.5, 4.0)), Some(2.5));
        assert!(f64::unkey(f64::key(f64::NAN, 4.0)).is_some_and(f64::is_nan));
        assert_eq!(Mixed64::unkey(1 << 64), None);
        assert_eq!(Time::unkey(Time::key(i64::MIN + 1, i64::MAX)), None);
        assert_eq!(Time::unkey(Time::key(Time::NAT, 1)), Some(Time::NAT));
        assert!(f32::is_same(f32::INFINITY, f32::INFINITY) && f32::is_same(f32::NAN, f32::NAN));
        assert!(!f32::is_same(f32::NAN, 1.0));
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn extended_keys_order_too() {
        let of = |x: f64| Extended::from(x);
        ordered::<Extended>(&[
            (of(1.0), of(1.0)),
            (of(f64::from_bits(1)), of(0.0)),
            (of(1.0), of(0.5)),
            (of(f64::MAX), of(0.0)),
            (of(f64::INFINITY), of(0.0)),
            (of(f64::NAN), of(0.0)),
        ]);
        assert_eq!(Extended::key_to_f64(Extended::key(of(0.1), of(0.0))), 0.1);
        assert_eq!(Extended::key_to_f64(Extended::key(of(-3.0), of(0.0))), 3.0);
    }
}
