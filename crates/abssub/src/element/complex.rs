//! Complex numbers: the magnitude of the difference, as the real float.

use super::{Element, Extended, Magnitude, Stored};
use crate::array::run::Pod;

macro_rules! complex {
    ($(#[$doc:meta] $name:ident: $real:ty, $magnitude:path),*) => {$(
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
            type Bits = Self;
            const ZERO: Self = $name { re: <$real>::ZERO, im: <$real>::ZERO };

            fn swapped(self) -> Self {
                $name { re: self.re.swapped(), im: self.im.swapped() }
            }
        }

        impl Element for $name {
            type Left = $name;
            type Right = $name;
            type Diff = $real;

            #[inline(always)]
            fn absdiff(a: $name, b: $name) -> $real {
                $magnitude(<$real as Element>::absdiff(a.re, b.re), <$real as Element>::absdiff(a.im, b.im))
            }
        }

        impl Stored for $name {
            type Out = $real;

            #[inline(always)]
            fn store(a: $name, b: $name, _lost: &mut bool) -> $real {
                Self::absdiff(a, b)
            }
        }
    )*};
}
complex!(
    /// NumPy's complex64.
    Complex32: f32, magnitude_of_singles,
    /// NumPy's complex128.
    Complex64: f64, magnitude_of_doubles,
    /// NumPy's clongdouble on x86-64.
    ComplexExtended: Extended, Extended::hypot
);

/// `hypot` of singles by way of doubles, where neither square leaves the range: exact squares, one
/// rounding of their sum, one of its root, one to single. Unlike a call for each, this vectorises.
#[inline(always)]
fn magnitude_of_singles(re: f32, im: f32) -> f32 {
    let (x, y) = (f64::from(re), f64::from(im));
    let root = (x * x + y * y).sqrt() as f32;
    // Infinity beats even NaN, as in C.
    if re.is_infinite() | im.is_infinite() { f32::INFINITY } else { root }
}

/// `hypot` of doubles, both scaled by a power of two so that the larger square is near 1: within one
/// unit in the last place, and like the above without a call.
#[inline(always)]
fn magnitude_of_doubles(re: f64, im: f64) -> f64 {
    const INFINITE: u64 = 0x7ff << 52;
    let exponent = (re.to_bits().max(im.to_bits()) >> 52) & 0x7ff;
    let down = 2046u64.saturating_sub(exponent).clamp(1, 2045);
    let (scale, back) = (f64::from_bits(down << 52), f64::from_bits((2046 - down) << 52));
    let (x, y) = (re * scale, im * scale);
    let root = (x * x + y * y).sqrt() * back;
    let infinite = (re.to_bits() == INFINITE) | (im.to_bits() == INFINITE);
    if infinite { f64::INFINITY } else { root }
}

impl ComplexExtended {
    /// Whether either part is not a number.
    pub(super) fn is_nan(self) -> bool {
        [self.re, self.im].iter().any(|part| part.magnitude() == Magnitude::NotANumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_of_doubles() {
        let zero = Complex64 { re: 0.0, im: 0.0 };
        let of = |re, im| Complex64::absdiff(Complex64 { re, im }, zero);
        assert_eq!(of(3.0, -4.0), 5.0);
        assert_eq!(of(3e307, 4e307), 5e307);
        assert_eq!(of(f64::MAX, 0.0), f64::MAX);
        assert_eq!(of(f64::MAX, f64::MAX), f64::INFINITY);
        assert_eq!(of(f64::from_bits(3), f64::from_bits(4)), f64::from_bits(5));
        assert_eq!(of(f64::from_bits(1), 0.0), f64::from_bits(1));
        assert_eq!(of(0.0, 0.0), 0.0);
        assert_eq!(of(f64::INFINITY, f64::NAN), f64::INFINITY);
        assert!(of(f64::NAN, 1.0).is_nan());
        for i in 0..20_000u64 {
            let bits = |x: u64| f64::from_bits(x.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1);
            for (re, im) in [(bits(i), bits(i + 7)), (bits(i), bits(i) * 1.1)] {
                let (ours, theirs) = (of(re, im), re.hypot(im));
                let apart = ours.to_bits().abs_diff(theirs.to_bits());
                assert!(
                    apart <= 1 || (ours.is_nan() && theirs.is_nan()),
                    "{re:e} {im:e}: {ours:e} {theirs:e}"
                );
            }
        }
    }

    #[test]
    fn magnitudes_of_singles() {
        let zero = Complex32 { re: 0.0, im: 0.0 };
        let of = |re, im| Complex32::absdiff(Complex32 { re, im }, zero);
        assert_eq!(of(3.0, -4.0), 5.0);
        assert_eq!(of(3e38, 0.0), 3e38);
        assert_eq!(of(3e38, 3e38), f32::INFINITY);
        assert_eq!(of(3e-45, 4e-45), 4e-45f32.hypot(3e-45));
        assert_eq!(of(f32::NAN, f32::INFINITY), f32::INFINITY);
        assert!(of(f32::NAN, 1.0).is_nan());
        for i in 0..10_000u32 {
            let (re, im) = (
                f32::from_bits(i.wrapping_mul(429_497) >> 1),
                f32::from_bits(i.wrapping_mul(2_654_435_769) >> 1),
            );
            let (ours, theirs) = (of(re, im), re.hypot(im));
            let apart = ours.to_bits().abs_diff(theirs.to_bits());
            assert!(apart <= 1 || (ours.is_nan() && theirs.is_nan()), "{re:e} {im:e}: {ours:e} {theirs:e}");
        }
    }
}
