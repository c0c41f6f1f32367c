//! Which types are read as which, and how each element is cast.
#![allow(unsafe_code)]

use super::read::{Cast, Reader, Receive, read};
use super::run::Pod;
use super::{DType, Tick};
use crate::element::{Bool, Complex32, Complex64, ComplexExtended, Extended, Time, WideTime, widen_half};
use half::f16;

macro_rules! receive {
    ($($own:ident $t:ty: $($dtype:ident $s:ty => |$x:ident| $cast:expr),* $(,)?;)*) => {$(
        impl Receive for $t {
            fn reader(dtype: DType) -> Option<Reader<Self>> {
                match dtype {
                    $(DType::$dtype => Some(read::<$s, $t>),)*
                    _ => None,
                }
            }

            fn is_own(dtype: DType) -> bool {
                dtype == DType::$own
            }
        }
        receive!(@casts $t: $($s => |$x| $cast,)*);
    )*};
    (@casts $t:ty: $($s:ty => |$x:ident| $cast:expr,)*) => {$(
        impl Cast<$s> for $t {
            #[inline(always)]
            fn cast($x: $s) -> $t {
                $cast
            }
        }
    )*};
}

receive! {
    Bool Bool: Bool Bool => |x| x;
    U8 u8: Bool Bool => |x| (x.0 != 0) as u8, U8 u8 => |x| x;
    I8 i8: Bool Bool => |x| (x.0 != 0) as i8, I8 i8 => |x| x;
    U16 u16: Bool Bool => |x| (x.0 != 0) as u16, U8 u8 => |x| x.into(), U16 u16 => |x| x;
    I16 i16: Bool Bool => |x| (x.0 != 0) as i16, U8 u8 => |x| x.into(), I8 i8 => |x| x.into(), I16 i16 => |x| x;
    U32 u32: Bool Bool => |x| (x.0 != 0) as u32, U8 u8 => |x| x.into(), U16 u16 => |x| x.into(), U32 u32 => |x| x;
    I32 i32: Bool Bool => |x| (x.0 != 0) as i32, U8 u8 => |x| x.into(), U16 u16 => |x| x.into(),
        I8 i8 => |x| x.into(), I16 i16 => |x| x.into(), I32 i32 => |x| x;
    U64 u64: Bool Bool => |x| (x.0 != 0) as u64, U8 u8 => |x| x.into(), U16 u16 => |x| x.into(),
        U32 u32 => |x| x.into(), U64 u64 => |x| x;
    F16 f16: Bool Bool => |x| f16::from_f32((x.0 != 0) as u8 as f32), U8 u8 => |x| f16::from_f32(x.into()),
        I8 i8 => |x| f16::from_f32(x.into()), F16 f16 => |x| x;
    F32 f32: Bool Bool => |x| (x.0 != 0) as u8 as f32, U8 u8 => |x| x.into(), U16 u16 => |x| x.into(),
        I8 i8 => |x| x.into(), I16 i16 => |x| x.into(), F16 f16 => |x| widen_half(x), F32 f32 => |x| x;
    F64 f64: Bool Bool => |x| (x.0 != 0) as u8 as f64, U8 u8 => |x| x.into(), U16 u16 => |x| x.into(),
        U32 u32 => |x| x.into(), U64 u64 => |x| x as f64, I8 i8 => |x| x.into(), I16 i16 => |x| x.into(),
        I32 i32 => |x| x.into(), I64 i64 => |x| x as f64, F16 f16 => |x| widen_half(x).into(),
        F32 f32 => |x| x.into(), F64 f64 => |x| x;
    Complex32 Complex32: Bool Bool => |x| real32(f32::cast(x)), U8 u8 => |x| real32(x.into()),
        U16 u16 => |x| real32(x.into()), I8 i8 => |x| real32(x.into()), I16 i16 => |x| real32(x.into()),
        F16 f16 => |x| real32(widen_half(x)), F32 f32 => |x| real32(x), Complex32 Complex32 => |x| x;
    Complex64 Complex64: Bool Bool => |x| real64(f64::cast(x)), U8 u8 => |x| real64(x.into()),
        U16 u16 => |x| real64(x.into()), U32 u32 => |x| real64(x.into()), U64 u64 => |x| real64(x as f64),
        I8 i8 => |x| real64(x.into()), I16 i16 => |x| real64(x.into()), I32 i32 => |x| real64(x.into()),
        I64 i64 => |x| real64(x as f64), F16 f16 => |x| real64(widen_half(x).into()),
        F32 f32 => |x| real64(x.into()), F64 f64 => |x| real64(x),
        Complex32 Complex32 => |x| Complex64 { re: x.re.into(), im: x.im.into() }, Complex64 Complex64 => |x| x;
    Extended Extended: Bool Bool => |x| u64::cast(x).into(), U8 u8 => |x| u64::from(x).into(),
        U16 u16 => |x| u64::from(x).into(), U32 u32 => |x| u64::from(x).into(), U64 u64 => |x| x.into(),
        I8 i8 => |x| i64::from(x).into(), I16 i16 => |x| i64::from(x).into(),
        I32 i32 => |x| i64::from(x).into(), I64 i64 => |x| x.into(),
        F16 f16 => |x| f64::from(widen_half(x)).into(), F32 f32 => |x| f64::from(x).into(),
        F64 f64 => |x| x.into(), Extended Extended => |x| x;
    ComplexExtended ComplexExtended: Bool Bool => |x| real80(Extended::cast(x)), U8 u8 => |x| real80(Extended::cast(x)),
        U16 u16 => |x| real80(Extended::cast(x)), U32 u32 => |x| real80(Extended::cast(x)),
        U64 u64 => |x| real80(Extended::cast(x)), I8 i8 => |x| real80(Extended::cast(x)),
        I16 i16 => |x| real80(Extended::cast(x)), I32 i32 => |x| real80(Extended::cast(x)),
        I64 i64 => |x| real80(Extended::cast(x)), F16 f16 => |x| real80(Extended::cast(x)),
        F32 f32 => |x| real80(Extended::cast(x)), F64 f64 => |x| real80(Extended::cast(x)),
        Extended Extended => |x| real80(x),
        Complex32 Complex32 => |x| ComplexExtended { re: Extended::cast(x.re), im: Extended::cast(x.im) },
        Complex64 Complex64 => |x| ComplexExtended { re: Extended::cast(x.re), im: Extended::cast(x.im) },
        ComplexExtended ComplexExtended => |x| x;
}

// Signed 64 bits serve integers and times alike: a time's memory is its ticks.
impl Receive for i64 {
    fn reader(dtype: DType) -> Option<Reader<Self>> {
        match dtype {
            DType::Bool => Some(read::<Bool, i64>),
            DType::U8 => Some(read::<u8, i64>),
            DType::U16 => Some(read::<u16, i64>),
            DType::U32 => Some(read::<u32, i64>),
            DType::I8 => Some(read::<i8, i64>),
            DType::I16 => Some(read::<i16, i64>),
            DType::I32 => Some(read::<i32, i64>),
            DType::I64 | DType::Time => Some(read::<i64, i64>),
            _ => None,
        }
    }

    fn is_own(dtype: DType) -> bool {
        matches!(dtype, DType::I64 | DType::Time)
    }
}
receive!(@casts i64: Bool => |x| (x.0 != 0) as i64, u8 => |x| x.into(), u16 => |x| x.into(), u32 => |x| x.into(),
    i8 => |x| x.into(), i16 => |x| x.into(), i32 => |x| x.into(), i64 => |x| x,);

/// Ticks as a time stores them: NaT is the lowest.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Ticks(i64);

// SAFETY: a transparent integer.
unsafe impl Pod for Ticks {
    type Bits = u64;
    const ZERO: Self = Ticks(0);

    fn swapped(self) -> Self {
        Ticks(self.0.swap_bytes())
    }
}

// Times of two units, in the common one, and integers that count its ticks.
impl Receive for i128 {
    fn reader(dtype: DType) -> Option<Reader<Self>> {
        match dtype {
            DType::Bool => Some(read::<Bool, i128>),
            DType::U8 => Some(read::<u8, i128>),
            DType::U16 => Some(read::<u16, i128>),
            DType::U32 => Some(read::<u32, i128>),
            DType::U64 => Some(read::<u64, i128>),
            DType::I8 => Some(read::<i8, i128>),
            DType::I16 => Some(read::<i16, i128>),
            DType::I32 => Some(read::<i32, i128>),
            DType::I64 | DType::Time => Some(read::<Ticks, i128>),
            _ => None,
        }
    }

    fn is_own(_dtype: DType) -> bool {
        false
    }

    #[inline(always)]
    fn scaled(self, tick: Tick) -> Self {
        tick.scale(self)
    }
}
receive!(@casts i128: Bool => |x| (x.0 != 0) as i128, u8 => |x| x.into(), u16 => |x| x.into(), u32 => |x| x.into(),
    u64 => |x| x.into(), i8 => |x| x.into(), i16 => |x| x.into(), i32 => |x| x.into(),
    Ticks => |x| if x.0 == Time::NAT { WideTime::NAT } else { x.0.into() },);

fn real32(re: f32) -> Complex32 {
    Complex32 { re, im: 0.0 }
}

fn real64(re: f64) -> Complex64 {
    Complex64 { re, im: 0.0 }
}

fn real80(re: Extended) -> ComplexExtended {
    ComplexExtended { re, im: Extended::ZERO }
}
