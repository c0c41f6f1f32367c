//! The element types that memory can hold, and how two of them meet.

use std::fmt;

/// An element type, by NumPy's meaning and in native byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// One byte: zero is false, anything else true.
    Bool,
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Unsigned, 64 bits.
    U64,
    /// Signed, 8 bits.
    I8,
    /// Signed, 16 bits.
    I16,
    /// Signed, 32 bits.
    I32,
    /// Signed, 64 bits.
    I64,
    /// Half precision.
    F16,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
    /// The 80-bit float of x86-64 Unix, in 16 bytes.
    Extended,
    /// Two singles.
    Complex32,
    /// Two doubles.
    Complex64,
    /// Two 80-bit floats.
    ComplexExtended,
    /// datetime64 or timedelta64: 64-bit ticks, the lowest of which is NaT.
    Time,
}

/// What an element type is, apart from its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Bool,
    Unsigned,
    Signed,
    Float,
    Complex,
    Time,
}

/// The type in which a pair of operands is subtracted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Common {
    /// Both operands as this type.
    Same(DType),
    /// uint64 against a signed integer: see [`crate::element::Mixed64`].
    Mixed64,
}

impl DType {
    /// Bytes an element.
    pub fn size(self) -> usize {
        use DType::*;
        match self {
            Bool | U8 | I8 => 1,
            U16 | I16 | F16 => 2,
            U32 | I32 | F32 => 4,
            U64 | I64 | F64 | Complex32 | Time => 8,
            Extended | Complex64 => 16,
            ComplexExtended => 32,
        }
    }

    fn class(self) -> Class {
        use DType::*;
        match self {
            Bool => Class::Bool,
            U8 | U16 | U32 | U64 => Class::Unsigned,
            I8 | I16 | I32 | I64 => Class::Signed,
            F16 | F32 | F64 | Extended => Class::Float,
            Complex32 | Complex64 | ComplexExtended => Class::Complex,
            Time => Class::Time,
        }
    }

    /// Whether a sum of its differences is an integer.
    pub fn is_integer(self) -> bool {
        self.class() <= Class::Signed
    }

    /// The type in which `self` and `other` are subtracted, as NumPy promotes them; none where
    /// NumPy would not subtract them.
    pub fn common(self, other: DType) -> Option<Common> {
        let (low, high) = if self.class() <= other.class() { (self, other) } else { (other, self) };
        let same = match (low.class(), high.class()) {
            _ if low == high => low,
            (Class::Time, Class::Time) | (Class::Bool, _) => high,
            (Class::Unsigned, Class::Signed) if low == DType::U64 => return Some(Common::Mixed64),
            (Class::Unsigned, Class::Signed) => signed(high.size().max(2 * low.size())),
            // Integers count ticks.
            (Class::Unsigned | Class::Signed, Class::Time) => high,
            (_, Class::Time) => return None,
            (Class::Float, Class::Complex) => complex(low.size().max(high.size() / 2)),
            (_, Class::Float) if low.class() < Class::Float => float(high.size().max(float_bytes_for(low))),
            (_, Class::Complex) if low.class() < Class::Float => {
                complex((high.size() / 2).max(float_bytes_for(low)))
            }
            _ if low.size() > high.size() => low,
            _ => high,
        };
        Some(Common::Same(same))
    }

    /// The type of |a - b| of two such elements.
    pub fn of_difference(self) -> DType {
        use DType::*;
        match self {
            I8 => U8,
            I16 => U16,
            I32 => U32,
            I64 => U64,
            Complex32 => F32,
            Complex64 => F64,
            ComplexExtended => Extended,
            own => own,
        }
    }

    /// NumPy's name for it.
    pub fn name(self) -> &'static str {
        use DType::*;
        match self {
            Bool => "bool",
            U8 => "uint8",
            U16 => "uint16",
            U32 => "uint32",
            U64 => "uint64",
            I8 => "int8",
            I16 => "int16",
            I32 => "int32",
            I64 => "int64",
            F16 => "float16",
            F32 => "float32",
            F64 => "float64",
            Extended => "longdouble",
            Complex32 => "complex64",
            Complex64 => "complex128",
            ComplexExtended => "clongdouble",
            Time => "timedelta64",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn signed(bytes: usize) -> DType {
    match bytes {
        1 => DType::I8,
        2 => DType::I16,
        4 => DType::I32,
        _ => DType::I64,
    }
}

/// The float that holds every value of an integer, as far as NumPy's promotion cares.
fn float_bytes_for(integer: DType) -> usize {
    match integer.size() {
        1 => 2,
        2 => 4,
        _ => 8,
    }
}

fn float(bytes: usize) -> DType {
    match bytes {
        2 => DType::F16,
        4 => DType::F32,
        8 => DType::F64,
        _ => DType::Extended,
    }
}

fn complex(real_bytes: usize) -> DType {
    match real_bytes {
        2 | 4 => DType::Complex32,
        8 => DType::Complex64,
        _ => DType::ComplexExtended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_numpys() {
        use DType::*;
        let rows = [
            (Bool, Bool, Bool),
            (Bool, I8, I8),
            (U8, I8, I16),
            (U8, I16, I16),
            (U16, I8, I32),
            (U32, I32, I64),
            (U8, U32, U32),
            (I64, I8, I64),
            (U8, F16, F16),
            (I16, F16, F32),
            (I32, F16, F64),
            (U64, F32, F64),
            (F16, F64, F64),
            (F64, Complex32, Complex64),
            (F32, Complex32, Complex32),
            (I32, Complex32, Complex64),
            (U16, Complex32, Complex32),
            (I64, Extended, Extended),
            (Extended, Complex64, ComplexExtended),
            (Complex32, Complex64, Complex64),
            (I32, Time, Time),
            (U64, Time, Time),
        ];
        for (a, b, common) in rows {
            assert_eq!(a.common(b), Some(Common::Same(common)), "{a} {b}");
            assert_eq!(b.common(a), Some(Common::Same(common)), "{b} {a}");
        }
        for signed in [I8, I16, I32, I64] {
            assert_eq!(U64.common(signed), Some(Common::Mixed64));
        }
        for other in [F16, F64, Complex64] {
            assert_eq!(Time.common(other), None, "{other}");
        }
    }
}
