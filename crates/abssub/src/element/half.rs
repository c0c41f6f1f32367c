//! Half precision: subtracted in single precision and rounded to half once.
//!
//! The detour is innocuous: 24 bits are at least 2 x 11 + 2, so rounding the single-precision
//! difference again gives the correctly rounded half (Figueroa, "When is double rounding
//! innocuous?", 1995). The conversions below are branch-free bit arithmetic because a loop over them
//! vectorises at every level; the `half` crate, which tests each element for F16C, is their oracle.

use super::{Element, Stored};
use ::half::f16;

/// The value of a half, exactly.
#[inline(always)]
pub fn widen_half(h: f16) -> f32 {
    let bits = h.to_bits() as u32;
    // Moved into single's fields the value is 2^112 too small; the product is exact, subnormals included.
    let finite = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    let special = f32::from_bits(0x7f80_0000 | (bits & 0x03ff) << 13);
    let magnitude = if bits & 0x7c00 == 0x7c00 { special } else { finite };
    f32::from_bits(magnitude.to_bits() | (bits & 0x8000) << 16)
}

/// The bits of 2^-14: below it halves are subnormal. Bits are compared here, and not floats, because
/// vectors compare floats with instructions that raise the invalid flag for a NaN, which NumPy reports.
const SMALLEST_NORMAL: u32 = (127 - 14) << 23;
const INFINITY: u32 = 0xff << 23;

/// A non-negative single rounded to the nearest half, ties to even, still as a single.
#[inline(always)]
pub fn round_to_half(x: f32) -> f32 {
    let bits = x.to_bits();
    let even = (bits >> 13) & 1;
    let normal = bits.wrapping_add(0x0fff + even) & !0x1fff;
    // Subnormal halves are multiples of 2^-24, which is what single spaces between 1/2 and 1.
    let subnormal = ((x + 0.5) - 0.5).to_bits();
    let rounded = if bits < SMALLEST_NORMAL { subnormal } else { normal };
    let finite = if rounded > 65504f32.to_bits() { INFINITY } else { rounded };
    f32::from_bits(if bits > INFINITY { f32::NAN.to_bits() } else { finite })
}

/// The half that equals `x`, which [`round_to_half`] made.
#[inline(always)]
fn narrow_half(x: f32) -> f16 {
    let bits = x.to_bits();
    let normal = (bits >> 13).wrapping_sub(112 << 10);
    // Bounded, because to convert a float that does not fit raises the invalid flag as well.
    let subnormal = (f32::from_bits(bits.min(SMALLEST_NORMAL)) * 16_777_216.0) as i32 as u32;
    let finite = if bits < SMALLEST_NORMAL { subnormal } else { normal };
    f16::from_bits(if bits >= INFINITY { 0x7c00 | ((bits > INFINITY) as u16) << 9 } else { finite as u16 })
}

impl Element for f16 {
    type Left = f16;
    type Right = f16;
    /// Rounded to half, held as a single.
    type Diff = f32;

    #[inline(always)]
    fn absdiff(a: f16, b: f16) -> f32 {
        round_to_half((widen_half(a) - widen_half(b)).abs())
    }
}

impl Stored for f16 {
    type Out = f16;

    #[inline(always)]
    fn store(a: f16, b: f16, lost: &mut bool) -> f16 {
        let diff = Self::absdiff(a, b);
        *lost |= diff.is_infinite() && a.is_finite() && b.is_finite();
        narrow_half(diff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_is_exact_for_every_half() {
        for bits in 0..=u16::MAX {
            let h = f16::from_bits(bits);
            let (ours, theirs) = (widen_half(h), h.to_f32_const());
            assert!(ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()), "{bits:#x}");
        }
    }

    #[test]
    fn rounding_agrees_with_the_half_crate() {
        let check = |x: f32| {
            let theirs = f16::from_f32_const(x);
            let ours = narrow_half(round_to_half(x));
            assert!(ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()), "{x:e}");
        };
        // Every half, the ties between neighbours, and one step to either side of both.
        for bits in 0..=0x7c00u16 {
            let x = f16::from_bits(bits).to_f32_const().to_bits();
            for near in [x, x + 0x1000, x + 0x0800] {
                (near.saturating_sub(1)..=near + 1).map(f32::from_bits).for_each(check);
            }
        }
        for exponent in 0..=255u32 {
            (0..1 << 13).map(|i| f32::from_bits((exponent << 23) | (i * 1021))).for_each(check);
        }
        [0.0, 2.0f32.powi(-25), f32::MIN_POSITIVE, f32::MAX, f32::INFINITY, f32::NAN, 65519.99, 65520.0]
            .into_iter()
            .for_each(check);
    }
}
