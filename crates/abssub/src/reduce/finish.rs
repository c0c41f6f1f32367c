//! Finishing: from an exact total to the number that is stored, or the reason why it cannot be.

use super::exact::{ExactSum, Specials};
use super::sum::{ExtendedTotal, Total};
use crate::Error;
use crate::array::DType;

/// Where a sum starts, beside zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// For integers and times.
    Integer(i128),
    /// For floats.
    Float(f64),
}

/// A number that fits the type it was made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer, or the ticks of a time.
    Integer(i128),
    /// A float, already rounded to its format.
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

/// What `total`, started from `initial`, is as a `target`.
pub(crate) fn finish(total: Total<'_>, initial: Initial, target: DType) -> Result<(Number, Specials), Error> {
    match total {
        Total::NotATime => Ok((Number::Integer(i64::MIN.into()), Specials::default())),
        Total::Integer(n) => {
            let Initial::Integer(start) = initial else { unreachable!("an integer sum starts from an integer") };
            let sum = i128::try_from(n).ok().and_then(|n| n.checked_add(start));
            let value = sum.ok_or(Error::Overflow { bits: 128, target })?;
            Ok((integer(value, target)?, Specials::default()))
        }
        Total::Float(sum) => Ok(float(sum.specials(), initial.as_f64(), |x| double(sum, x, target))),
        Total::Extended(sum) => {
            Ok(float(sum.specials(), initial.as_f64(), |x| extended(sum, x, target)))
        }
    }
}

fn integer(value: i128, target: DType) -> Result<Number, Error> {
    let range = |low: i128, high: i128| (low..=high).contains(&value);
    let magnitude = value.unsigned_abs();
    let bits = 128 - magnitude.leading_zeros();
    // A float holds an integer whose bits, from the first to the last one, fit its significand.
    let significant = |precision: u32| bits.saturating_sub(magnitude.trailing_zeros()) <= precision;
    let fits = match target {
        DType::U8 => range(0, u8::MAX.into()),
        DType::U16 => range(0, u16::MAX.into()),
        DType::U32 => range(0, u32::MAX.into()),
        DType::U64 => range(0, u64::MAX.into()),
        DType::I8 => range(i8::MIN.into(), i8::MAX.into()),
        DType::I16 => range(i16::MIN.into(), i16::MAX.into()),
        DType::I32 => range(i32::MIN.into(), i32::MAX.into()),
        DType::I64 => range(i64::MIN.into(), i64::MAX.into()),
        // The lowest is NaT.
        DType::Time => range(-i128::from(i64::MAX), i64::MAX.into()),
        DType::F16 => significant(11) && magnitude <= 65504,
        DType::F32 => significant(24),
        DType::F64 => significant(53),
        _ => return Err(Error::Target { target }),
    };
    match target {
        _ if !fits => Err(Error::Overflow { bits, target }),
        DType::F16 | DType::F32 | DType::F64 => Ok(Number::Float(value as f64)),
        _ => Ok(Number::Integer(value)),
    }
}

/// NaN and infinities as NumPy propagates them; else the finite sum, rounded once.
fn float(met: Specials, initial: f64, finite: impl FnOnce(f64) -> f64) -> (Number, Specials) {
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
    (Number::Float(value), met.or(more))
}

fn double(sum: &ExactSum, initial: f64, target: DType) -> f64 {
    if initial == 0.0 && target == DType::F64 {
        return sum.to_f64();
    }
    let mut long = sum.long();
    long.add(initial);
    match target {
        DType::F16 => long.to_f16(),
        DType::F32 => long.to_f32(),
        _ => long.to_f64(),
    }
}

fn extended(sum: &ExtendedTotal, initial: f64, target: DType) -> f64 {
    let mut long = sum.finite().clone();
    long.add(initial);
    match target {
        DType::F16 => long.to_f16(),
        DType::F32 => long.to_f32(),
        _ => long.to_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(n: u128, start: i128, target: DType) -> Result<Number, Error> {
        finish(Total::Integer(n), Initial::Integer(start), target).map(|(number, _)| number)
    }

    #[test]
    fn integers_fit_or_say_how_large_they_are() {
        assert_eq!(whole(255, 0, DType::U8), Ok(Number::Integer(255)));
        assert_eq!(whole(255, 1, DType::U8), Err(Error::Overflow { bits: 9, target: DType::U8 }));
        assert_eq!(whole(5, -6, DType::U64), Err(Error::Overflow { bits: 1, target: DType::U64 }));
        assert_eq!(whole(1 << 64, 0, DType::U64), Err(Error::Overflow { bits: 65, target: DType::U64 }));
        assert_eq!(whole(1 << 64, -1, DType::U64), Ok(Number::Integer(u64::MAX.into())));
        assert_eq!(whole((1 << 53) + 1, 0, DType::F64), Err(Error::Overflow { bits: 54, target: DType::F64 }));
        assert_eq!(whole(1 << 100, 0, DType::F64), Ok(Number::Float(2f64.powi(100))));
        assert!(whole(u128::MAX, i128::MIN, DType::U64).is_err());
    }

    #[test]
    fn specials_propagate() {
        let mut sum = ExactSum::default();
        sum.add(1.0);
        let value = |sum: &ExactSum, initial| {
            let Ok((Number::Float(x), met)) = finish(Total::Float(sum), Initial::Float(initial), DType::F64) else {
                panic!("a float")
            };
            (x, met)
        };
        assert_eq!(value(&sum, 0.5).0, 1.5);
        assert_eq!(value(&sum, f64::NEG_INFINITY).0, f64::NEG_INFINITY);
        sum.note(Specials { infinite: true, ..Specials::default() });
        assert_eq!(value(&sum, 0.5).0, f64::INFINITY);
        let (x, met) = value(&sum, f64::NEG_INFINITY);
        assert!(x.is_nan() && met.invalid);
    }
}
