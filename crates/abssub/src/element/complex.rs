//! Complex numbers: the magnitude of the difference, as the real float.

use super::{Element, Extended};
use crate::array::run::Pod;

macro_rules! complex {
    ($(#[$doc:meta] $name:ident: $real:ty),*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        pub struct $name {
            /// The real part.
            pub re: $real,
            /// The imaginary part.
            pub im: $real,
        }

        #[allow(unsafe_code)]
        // SAFETY: two plain reals side by side.
        unsafe impl Pod for $name {
            const ZERO: Self = $name { re: <$real>::ZERO, im: <$real>::ZERO };

            fn swapped(self) -> Self {
                $name { re: self.re.swapped(), im: self.im.swapped() }
            }
        }

        impl Element for $name {
            type Left = $name;
            type Right = $name;
            type Diff = $real;
            type Out = $real;

            #[inline(always)]
            fn absdiff(a: $name, b: $name) -> $real {
                <$real>::hypot(
                    <$real as Element>::absdiff(a.re, b.re),
                    <$real as Element>::absdiff(a.im, b.im),
                )
            }

            #[inline(always)]
            fn store(a: $name, b: $name, _lost: &mut bool) -> $real {
                Self::absdiff(a, b)
            }
        }
    )*};
}
complex!(
    /// NumPy's complex64.
    Complex32: f32,
    /// NumPy's complex128.
    Complex64: f64,
    /// NumPy's clongdouble on x86-64.
    ComplexExtended: Extended
);
