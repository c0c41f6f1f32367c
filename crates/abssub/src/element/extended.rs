//! The 80-bit extended float that NumPy calls longdouble on x86-64 Unix.
//!
//! Rust has no such type, so a value is its 16 bytes in memory and arithmetic is a few x87
//! instructions, which also set the processor's exception flags as NumPy expects.
//! Elsewhere than on x86-64 no operand has this dtype, and none of this can be reached.
#![allow(unsafe_code)]

use super::{Element, Stored};
use crate::array::run::Pod;

const EXPONENT_BIAS: i32 = 16383;

/// An 80-bit float in NumPy's 16 bytes: a 64-bit significand, then sign and exponent, then padding.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Extended([u8; 16]);

// SAFETY: sixteen bytes; the x87 unit accepts any of them (unnormal patterns as invalid operands).
unsafe impl Pod for Extended {
    type Bits = Self;
    const ZERO: Self = Self([0; 16]);

    fn swapped(mut self) -> Self {
        self.0.reverse();
        self
    }
}

/// What the bytes of an [`Extended`] say, without its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magnitude {
    /// `significand * 2^exponent`
    Finite {
        /// All 64 bits, the leading one included.
        significand: u64,
        /// The weight of the lowest bit.
        exponent: i32,
    },
    /// Infinity.
    Infinite,
    /// Not a number, or a pattern that the x87 refuses.
    NotANumber,
}

/// Runs x87 instructions over pointers, `{0}`, `{1}`, ... in order, leaving the register stack empty.
macro_rules! x87 {
    ([$($pointer:expr),*], $($line:literal),*) => {{
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every pointer is to one of this module's own values on the stack; each sequence
        // pops what it pushes, and all eight x87 registers are declared as overwritten.
        unsafe {
            std::arch::asm!(
                $($line,)*
                $(in(reg) $pointer,)*
                out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                options(nostack),
            );
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let _ = ($($pointer,)*);
            unreachable!("80-bit floats exist on x86-64 only");
        }
    }};
}

impl Extended {
    /// The weight of the lowest bit that an extended float can have.
    pub const LOWEST_EXPONENT: i32 = 1 - EXPONENT_BIAS - 63;

    fn from_fields(negative: bool, biased_exponent: u16, significand: u64) -> Self {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&significand.to_le_bytes());
        bytes[8..10].copy_from_slice(&(biased_exponent | (negative as u16) << 15).to_le_bytes());
        Self(bytes)
    }

    /// Infinity of a sign.
    pub(crate) fn infinite(negative: bool) -> Self {
        Self::from_fields(negative, 0x7fff, 1 << 63)
    }

    /// `significand * 2^exponent`, which must be a value of the format.
    pub(crate) fn from_parts(negative: bool, significand: u64, exponent: i32) -> Self {
        if significand == 0 {
            return Self::from_fields(negative, 0, 0);
        }
        // As far up as it goes: to a leading one, or to the lowest exponent of a denormal.
        let shift = significand.leading_zeros().min((exponent - Self::LOWEST_EXPONENT) as u32);
        let biased = exponent - shift as i32 + 63 + EXPONENT_BIAS;
        let significand = significand << shift;
        Self::from_fields(negative, if significand >> 63 == 1 { biased as u16 } else { 0 }, significand)
    }

    fn power_of_two(exponent: i32) -> Self {
        Self::from_fields(false, (exponent + EXPONENT_BIAS) as u16, 1 << 63)
    }

    fn biased_exponent(self) -> i32 {
        i32::from(u16::from_le_bytes([self.0[8], self.0[9]]) & 0x7fff)
    }

    /// Reads the magnitude out of the bytes.
    pub fn magnitude(self) -> Magnitude {
        let significand = self.significand();
        match (self.biased_exponent(), significand) {
            (0x7fff, 0x8000_0000_0000_0000) => Magnitude::Infinite,
            (0x7fff, _) => Magnitude::NotANumber,
            // A denormal has the exponent of the smallest normal.
            (0, _) => Magnitude::Finite { significand, exponent: Self::LOWEST_EXPONENT },
            (_, low) if low >> 63 == 0 => Magnitude::NotANumber,
            (biased, _) => Magnitude::Finite { significand, exponent: biased - EXPONENT_BIAS - 63 },
        }
    }

    /// Exponent and significand as one integer, which orders as the magnitude does.
    pub(crate) fn magnitude_bits(self) -> u128 {
        (self.biased_exponent() as u128) << 64 | u128::from(self.significand())
    }

    /// The value that NumPy keeps in these sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Whether the sign bit is set.
    pub(crate) fn is_negative(self) -> bool {
        self.0[9] & 0x80 != 0
    }

    /// The whole part of the magnitude, at most 2^127 - 1, and whether there is more.
    pub(crate) fn whole_part(self) -> (i128, bool) {
        match self.magnitude() {
            Magnitude::Finite { significand, exponent } if exponent > 62 => (i128::MAX, significand != 0),
            Magnitude::Finite { significand, exponent } if exponent >= 0 => {
                (i128::from(significand) << exponent, false)
            }
            Magnitude::Finite { significand, exponent } => {
                let whole = significand.checked_shr(exponent.unsigned_abs()).unwrap_or(0);
                let rest = exponent < -63 || significand.trailing_zeros() < exponent.unsigned_abs();
                (whole.into(), rest && significand != 0)
            }
            Magnitude::Infinite | Magnitude::NotANumber => (i128::MAX, true),
        }
    }

    /// The non-negative value whose magnitude has these bits, or the next one where they are those of none: a
    /// leading zero is no number's but a denormal's.
    pub(crate) fn from_magnitude_bits(bits: u128) -> Self {
        let (exponent, low) = ((bits >> 64) as u16 & 0x7fff, bits as u64);
        Self::from_fields(false, exponent, if exponent > 0 { low.max(1 << 63) } else { low })
    }

    /// Whether both are the same value, or neither is a number.
    pub(super) fn is_same_as(self, other: Self) -> bool {
        let zero = |x: Self| x.magnitude_bits() == 0;
        match (self.magnitude(), other.magnitude()) {
            (Magnitude::NotANumber, Magnitude::NotANumber) => true,
            _ => self.0[..10] == other.0[..10] || (zero(self) && zero(other)),
        }
    }

    fn significand(self) -> u64 {
        u64::from_le_bytes(self.0[..8].try_into().expect("eight bytes"))
    }

    fn from_integer(negative: bool, magnitude: u64) -> Self {
        Self::from_parts(negative, magnitude, 0)
    }

    /// The square root of the sum of two squares, scaled so that neither square leaves the range.
    fn hypot_scaled(self, other: Self, shift: i32) -> Self {
        let (down, up) = (Self::power_of_two(-shift), Self::power_of_two(shift));
        let mut result = Self([0; 16]);
        x87!(
            [self.0.as_ptr(), other.0.as_ptr(), down.0.as_ptr(), up.0.as_ptr(), result.0.as_mut_ptr()],
            "fld tbyte ptr [{2}]",
            "fld tbyte ptr [{0}]",
            "fmul st, st(1)",
            "fmul st, st",
            "fld tbyte ptr [{1}]",
            "fmul st, st(2)",
            "fmul st, st",
            "faddp st(1), st",
            "fsqrt",
            "fld tbyte ptr [{3}]",
            "fmulp st(1), st",
            "fstp tbyte ptr [{4}]",
            "fstp st(0)"
        );
        result
    }

    /// `sqrt(self^2 + other^2)`; infinite where either is, as C's `hypotl`.
    pub fn hypot(self, other: Self) -> Self {
        if self.magnitude() == Magnitude::Infinite || other.magnitude() == Magnitude::Infinite {
            return Self::infinite(false);
        }
        let largest = self.biased_exponent().max(other.biased_exponent());
        self.hypot_scaled(other, (largest - EXPONENT_BIAS).clamp(-16000, 16000))
    }
}

impl From<f64> for Extended {
    fn from(value: f64) -> Self {
        let mut result = Self([0; 16]);
        x87!([&raw const value, result.0.as_mut_ptr()], "fld qword ptr [{0}]", "fstp tbyte ptr [{1}]");
        result
    }
}

impl From<u64> for Extended {
    fn from(value: u64) -> Self {
        Self::from_integer(false, value)
    }
}

impl From<i64> for Extended {
    fn from(value: i64) -> Self {
        Self::from_integer(value < 0, value.unsigned_abs())
    }
}

impl Element for Extended {
    type Left = Extended;
    type Right = Extended;
    type Diff = Extended;

    #[inline]
    fn absdiff(a: Extended, b: Extended) -> Extended {
        let mut result = Extended([0; 16]);
        x87!(
            [a.0.as_ptr(), b.0.as_ptr(), result.0.as_mut_ptr()],
            "fld tbyte ptr [{0}]",
            "fld tbyte ptr [{1}]",
            "fsubp st(1), st",
            "fabs",
            "fstp tbyte ptr [{2}]"
        );
        result
    }
}

impl Stored for Extended {
    type Out = Extended;

    #[inline]
    fn store(a: Extended, b: Extended, _lost: &mut bool) -> Extended {
        Self::absdiff(a, b)
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn differences_of_doubles_round_to_64_bits() {
        let diff = |a: f64, b: f64| Extended::absdiff(a.into(), b.into()).magnitude();
        assert_eq!(diff(1.0, 1.0), Magnitude::Finite { significand: 0, exponent: Extended::LOWEST_EXPONENT });
        assert_eq!(diff(1.0, 3.0), Magnitude::Finite { significand: 1 << 63, exponent: -62 });
        // 1 + 2^-60 needs 61 bits: a double would drop the last.
        assert_eq!(
            diff(1.0, -(2f64.powi(-60))),
            Magnitude::Finite { significand: (1 << 63) | (1 << 3), exponent: -63 }
        );
        assert_eq!(diff(f64::INFINITY, 1.0), Magnitude::Infinite);
        assert_eq!(diff(f64::NAN, 1.0), Magnitude::NotANumber);
    }

    #[test]
    fn integers_convert_exactly() {
        for value in [0, 1, 2, 3, u64::MAX, 1 << 63, (1 << 63) + 1] {
            let Magnitude::Finite { significand, exponent } = Extended::from(value).magnitude() else {
                panic!("{value} is finite")
            };
            let shifted = if value == 0 { 0 } else { significand >> -exponent.clamp(-63, 0) };
            assert_eq!(shifted, value);
        }
        let lowest = Extended::from(i64::MIN);
        assert_eq!(lowest.magnitude(), Magnitude::Finite { significand: 1 << 63, exponent: 0 });
    }

    #[test]
    fn hypot_neither_overflows_nor_underflows() {
        for shift in [0, 16000, -16000] {
            let scale = |x: f64| {
                let mut value = Extended::from(x);
                let biased = (value.biased_exponent() + shift) as u16;
                value.0[8..10].copy_from_slice(&biased.to_le_bytes());
                value
            };
            assert_eq!(scale(3.0).hypot(scale(4.0)).magnitude(), scale(5.0).magnitude());
        }
        let infinite = Extended::from(f64::INFINITY).hypot(Extended::from(f64::NAN));
        assert_eq!(infinite.magnitude(), Magnitude::Infinite);
    }
}
