//! Booleans and integers: unsigned of the same width, so that |-128 - 127| is 255.

use super::{Element, Stored};
use crate::array::run::Pod;

macro_rules! integers {
    ($($t:ty => $out:ty),* $(,)?) => {$(
        impl Element for $t {
            type Left = $t;
            type Right = $t;
            type Diff = $out;

            #[inline(always)]
            fn absdiff(a: $t, b: $t) -> $out {
                a.abs_diff(b)
            }
        }

        impl Stored for $t {
            type Out = $out;

            #[inline(always)]
            fn store(a: $t, b: $t, _lost: &mut bool) -> $out {
                Self::absdiff(a, b)
            }
        }
    )*};
}
integers!(u8 => u8, u16 => u16, u32 => u32, u64 => u64, i8 => u8, i16 => u16, i32 => u32, i64 => u64);

/// A byte that NumPy calls a boolean: zero is false, anything else is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Bool(pub u8);

#[allow(unsafe_code)]
// SAFETY: a transparent byte.
unsafe impl Pod for Bool {
    type Bits = u8;
    const ZERO: Self = Bool(0);

    fn swapped(self) -> Self {
        self
    }
}

impl Element for Bool {
    type Left = Bool;
    type Right = Bool;
    type Diff = u8;

    #[inline(always)]
    fn absdiff(a: Bool, b: Bool) -> u8 {
        ((a.0 != 0) != (b.0 != 0)) as u8
    }
}

impl Stored for Bool {
    type Out = Bool;

    #[inline(always)]
    fn store(a: Bool, b: Bool, _lost: &mut bool) -> Bool {
        Bool(Self::absdiff(a, b))
    }
}
