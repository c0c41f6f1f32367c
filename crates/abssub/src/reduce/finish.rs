//! Finishing: from an exact total to the value that is stored, or the reason why it cannot be.

use super::exact::{ExactSum, Specials};
use super::long::LongSum;
use super::sum::{ExtendedTotal, Total};
use crate::array::run::Pod;
use half::f16;

/// Where a sum starts, beside zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// For integers and times.
    Integer(i128),
    /// For floats.
    Float(f64),
}

impl Initial {
    fn as_f64(self) -> f64 {
        match self {
            Initial::Integer(n) => n as f64,
            Initial::Float(x) => x,
        }
    }
}

/// An exact integer that the result type cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge {
    /// Its bits, the sign not counted.
    pub(crate) bits: u32,
}

/// A type that results are stored in.
pub(crate) trait Stored: Pod {
    /// An integer, if it can be held exactly.
    fn whole(value: i128) -> Option<Self>;
    /// What stands for no time; only times are asked.
    fn not_a_time() -> Self {
        unreachable!("integers and floats are never NaT")
    }
    /// A special value or one that `round` made; only floats are asked.
    fn real(_value: f64) -> Self {
        unreachable!("float sums are stored in floats")
    }
    /// An exact sum rounded once to this type; only floats are asked.
    fn round<const LIMBS: usize, const LOWEST: i32>(_sum: &LongSum<LIMBS, LOWEST>) -> f64 {
        unreachable!("float sums are stored in floats")
    }
    /// Whether doubles are stored as they are.
    const IS_DOUBLE: bool = false;
}

macro_rules! stored_integers {
    ($($t:ty),*) => {$(
        impl Stored for $t {
            #[inline(always)]
            fn whole(value: i128) -> Option<Self> {
                Self::try_from(value).ok()
            }
        }
    )*};
}
stored_integers!(u8, u16, u32, u64, i8, i16, i32, i64);

/// A duration as it is stored: the lowest value is NaT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Ticks(i64);

#[allow(unsafe_code)]
// SAFETY: a transparent integer.
unsafe impl Pod for Ticks {
    const ZERO: Self = Ticks(0);

    fn swapped(self) -> Self {
        Ticks(self.0.swap_bytes())
    }
}

impl Stored for Ticks {
    #[inline(always)]
    fn whole(value: i128) -> Option<Self> {
        i64::try_from(value).ok().filter(|&ticks| ticks != i64::MIN).map(Ticks)
    }

    fn not_a_time() -> Self {
        Ticks(i64::MIN)
    }
}

macro_rules! stored_floats {
    ($($t:ty: $precision:literal bits below $limit:expr, $round:ident, |$x:ident| $from:expr, $is_double:literal;)*) => {$(
        impl Stored for $t {
            const IS_DOUBLE: bool = $is_double;

            fn whole(value: i128) -> Option<Self> {
                let $x = value as f64;
                let fits = bits(value).saturating_sub(value.unsigned_abs().trailing_zeros()) <= $precision;
                (fits && $x.abs() < $limit).then_some($from)
            }

            #[inline(always)]
            fn real($x: f64) -> Self {
                $from
            }

            fn round<const LIMBS: usize, const LOWEST: i32>(sum: &LongSum<LIMBS, LOWEST>) -> f64 {
                sum.$round()
            }
        }
    )*};
}
stored_floats! {
    f16: 11 bits below 65536.0, to_f16, |x| f16::from_f64(x), false;
    f32: 24 bits below f64::INFINITY, to_f32, |x| x as f32, false;
    f64: 53 bits below f64::INFINITY, to_f64, |x| x, true;
}

/// The bits of a value, its sign not counted.
fn bits(value: i128) -> u32 {
    128 - value.unsigned_abs().leading_zeros()
}

/// What `total`, started from `initial`, is as a `T`, and what it met on the way.
#[inline(always)]
pub(crate) fn finish<T: Stored>(total: Total<'_>, initial: Initial) -> Result<(T, Specials), TooLarge> {
    match total {
        Total::NotATime => Ok((T::not_a_time(), Specials::default())),
        Total::Integer(n) => {
            let Initial::Integer(start) = initial else {
                unreachable!("an integer sum starts from an integer")
            };
            let sum = i128::try_from(n).ok().and_then(|n| n.checked_add(start));
            let value = sum.ok_or(TooLarge { bits: 128 })?;
            Ok((T::whole(value).ok_or_else(|| TooLarge { bits: bits(value) })?, Specials::default()))
        }
        Total::Float(sum) => Ok(float(sum.specials(), initial.as_f64(), |x| double::<T>(sum, x))),
        Total::Extended(sum) => Ok(float(sum.specials(), initial.as_f64(), |x| extended::<T>(sum, x))),
    }
}

/// NaN and infinities as NumPy propagates them; else the finite sum, rounded once.
#[inline(always)]
fn float<T: Stored>(met: Specials, initial: f64, finite: impl FnOnce(f64) -> f64) -> (T, Specials) {
    let opposed = met.infinite && initial == f64::NEG_INFINITY;
    let value = if met.nan || initial.is_nan() || opposed {
        f64::NAN
    } else if met.infinite {
        f64::INFINITY
    } else if initial.is_infinite() {
        initial
    } else {
        finite(initial)
    };
    let overflow = value.is_infinite() && !met.infinite && initial.is_finite();
    let more = Specials { invalid: opposed && !met.nan, overflow, ..Specials::default() };
    (T::real(value), met.or(more))
}

#[inline(always)]
fn double<T: Stored>(sum: &ExactSum, initial: f64) -> f64 {
    if T::IS_DOUBLE && initial == 0.0 {
        return sum.to_f64();
    }
    let mut long = sum.long();
    long.add(initial);
    T::round(&long)
}

fn extended<T: Stored>(sum: &ExtendedTotal, initial: f64) -> f64 {
    let mut long = sum.finite().clone();
    long.add(initial);
    T::round(&long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole<T: Stored>(n: u128, start: i128) -> Result<T, u32> {
        finish(Total::Integer(n), Initial::Integer(start)).map(|(value, _)| value).map_err(|error| error.bits)
    }

    #[test]
    fn integers_fit_or_say_how_large_they_are() {
        assert_eq!(whole::<u8>(255, 0), Ok(255));
        assert_eq!(whole::<u8>(255, 1), Err(9));
        assert_eq!(whole::<u64>(5, -6), Err(1));
        assert_eq!(whole::<u64>(1 << 64, 0), Err(65));
        assert_eq!(whole::<u64>(1 << 64, -1), Ok(u64::MAX));
        assert_eq!(whole::<Ticks>((1 << 63) - 1, 0), Ok(Ticks(i64::MAX)));
        assert_eq!(whole::<Ticks>(0, i64::MIN.into()), Err(64));
        assert_eq!(whole::<f64>((1 << 53) + 1, 0), Err(54));
        assert_eq!(whole::<f64>(1 << 100, 0), Ok(2f64.powi(100)));
        assert_eq!(whole::<f16>(65504, 0), Ok(f16::MAX));
        assert_eq!(whole::<f16>(65536, 0), Err(17));
        assert!(whole::<u64>(u128::MAX, i128::MIN).is_err());
    }

    #[test]
    fn specials_propagate() {
        let mut sum = ExactSum::default();
        sum.add(1.0);
        let value =
            |sum: &ExactSum, initial| finish::<f64>(Total::Float(sum), Initial::Float(initial)).unwrap();
        assert_eq!(value(&sum, 0.5).0, 1.5);
        assert_eq!(value(&sum, f64::NEG_INFINITY).0, f64::NEG_INFINITY);
        sum.note(Specials { infinite: true, ..Specials::default() });
        assert_eq!(value(&sum, 0.5).0, f64::INFINITY);
        let (x, met) = value(&sum, f64::NEG_INFINITY);
        assert!(x.is_nan() && met.invalid);
    }
}
