//! The Rust types that an `ndarray` view may hold, and the operand that such a view is.
#![allow(unsafe_code)]

use super::{DType, Operand, PerAxis};
use crate::element::{Bool, Complex32, Complex64, Stored};
use half::f16;
use ndarray::{ArrayView, Dimension};
use num_complex::Complex;

/// An element type of Rust arrays.
///
/// # Safety
/// `Element`'s operand types must have this type's layout, and every value that
/// `Stored::store` gives must be a valid `Diff`.
pub unsafe trait Scalar: Copy + 'static {
    /// The scalar definition of the difference.
    type Element: Stored;
    /// The type of |a - b|.
    type Diff: Copy + Send;
    /// The kind of sum that the differences have.
    type Class: Class;
    /// The type by its run-time name.
    const DTYPE: DType;
}

/// What kind of number an element is.
pub trait Class {}

/// Booleans and integers, whose sums are integers.
#[derive(Clone, Copy, Debug)]
pub enum Whole {}
/// Floats and complex numbers, whose sums are doubles.
#[derive(Clone, Copy, Debug)]
pub enum Fractional {}

impl Class for Whole {}
impl Class for Fractional {}

/// What two kinds of operand sum to.
pub trait SumWith<Other> {
    /// The type of the sum.
    type Sum: Copy + Send;
    /// The type by its run-time name.
    const DTYPE: DType;
}

macro_rules! sum_with {
    ($($left:ty, $right:ty => $sum:ty, $dtype:ident;)*) => {$(
        impl SumWith<$right> for $left {
            type Sum = $sum;
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}
sum_with! {
    Whole, Whole => u64, U64;
    Whole, Fractional => f64, F64;
    Fractional, Whole => f64, F64;
    Fractional, Fractional => f64, F64;
}

macro_rules! scalars {
    ($($t:ty: $element:ty, $diff:ty, $class:ident, $dtype:ident;)*) => {$(
        // SAFETY: the same type, or one of its layout; `Bool` stores only 0 and 1.
        unsafe impl Scalar for $t {
            type Element = $element;
            type Diff = $diff;
            type Class = $class;
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}
scalars! {
    bool: Bool, bool, Whole, Bool;
    u8: u8, u8, Whole, U8;
    u16: u16, u16, Whole, U16;
    u32: u32, u32, Whole, U32;
    u64: u64, u64, Whole, U64;
    i8: i8, u8, Whole, I8;
    i16: i16, u16, Whole, I16;
    i32: i32, u32, Whole, I32;
    i64: i64, u64, Whole, I64;
    f16: f16, f16, Fractional, F16;
    f32: f32, f32, Fractional, F32;
    f64: f64, f64, Fractional, F64;
    Complex<f32>: Complex32, f32, Fractional, Complex32;
    Complex<f64>: Complex64, f64, Fractional, Complex64;
}

impl<'m, T: Scalar, D: Dimension> From<ArrayView<'m, T, D>> for Operand<'m> {
    fn from(view: ArrayView<'m, T, D>) -> Self {
        let strides: PerAxis<isize> =
            view.strides().iter().map(|&step| step * size_of::<T>() as isize).collect();
        // SAFETY: the view borrows every element that its shape and strides reach, for 'm.
        unsafe { Operand::from_raw(view.as_ptr().cast(), T::DTYPE, view.shape(), &strides) }
    }
}
