//! The transform `square`: |a - b|^2 as an element of its own, so that what sums differences sums squares.

use super::{Complex32, Complex64, ComplexExtended, Element, Extended, Mixed64};
use half::f16;
use std::marker::PhantomData;

/// The square of another element's difference, exact for integers and for floats of up to 32 bits.
///
/// The square of a double needs two of them, that of an 80-bit float 128 bits, and that of
/// [`Mixed64`] 130: for these it is the difference, and the kernels that fold it do the squaring.
#[derive(Clone, Copy, Debug)]
pub struct Squared<E>(PhantomData<E>);

macro_rules! squares {
    ($($t:ty: $diff:ty, |$d:ident| $square:expr;)*) => {$(
        impl Element for Squared<$t> {
            type Left = <$t as Element>::Left;
            type Right = <$t as Element>::Right;
            type Diff = $diff;

            #[inline(always)]
            fn absdiff(a: Self::Left, b: Self::Right) -> $diff {
                let $d = <$t>::absdiff(a, b);
                $square
            }
        }
    )*};
}
squares! {
    u8: u16, |d| u16::from(d) * u16::from(d);
    i8: u16, |d| u16::from(d) * u16::from(d);
    u16: u32, |d| u32::from(d) * u32::from(d);
    i16: u32, |d| u32::from(d) * u32::from(d);
    u32: u64, |d| u64::from(d) * u64::from(d);
    i32: u64, |d| u64::from(d) * u64::from(d);
    u64: u128, |d| u128::from(d) * u128::from(d);
    i64: u128, |d| u128::from(d) * u128::from(d);
    f16: f64, |d| f64::from(d) * f64::from(d);
    f32: f64, |d| f64::from(d) * f64::from(d);
    Complex32: f64, |d| f64::from(d) * f64::from(d);
    f64: f64, |d| d;
    Complex64: f64, |d| d;
    Mixed64: u128, |d| d;
    Extended: Extended, |d| d;
    ComplexExtended: Extended, |d| d;
}
