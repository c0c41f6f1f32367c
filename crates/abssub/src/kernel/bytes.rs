//! All statistics of a row of bytes at once: every difference is made once, in a register.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::vectors::AHEAD_BYTES;
use crate::array::run::Run;

/// Vectors that are looked at side by side.
const SIDE_BY_SIDE: usize = 4;
/// Rounds of as many vectors until their lanes are emptied: byte lanes count to 255.
const ROUNDS: usize = 255;

/// What a row of bytes comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) sum: u64,
    pub(crate) squares: u64,
    pub(crate) greatest: u8,
    /// How many differences lie in the range.
    pub(crate) inside: u64,
}

/// Looks at the bytes of two rows. One that is not asked for all would not be faster.
pub(crate) struct LookAtBytes<'m> {
    pub(crate) a: Run<'m, u8>,
    pub(crate) b: Run<'m, u8>,
    /// Whether the bytes are signed.
    pub(crate) signed: bool,
    /// The range `low ..= low + span`.
    pub(crate) low: u8,
    pub(crate) span: u8,
}

impl Kernel for LookAtBytes<'_> {
    type Output = Seen;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Seen {
        if self.signed { self.look::<S, true>(simd) } else { self.look::<S, false>(simd) }
    }
}

impl LookAtBytes<'_> {
    #[inline(always)]
    fn look<S: Simd, const SIGNED: bool>(self, simd: S) -> Seen {
        let (width, zero) = (S::BYTES, simd.zero());
        let (low, span) = (simd.splat_byte(self.low), simd.splat_byte(self.span));
        let (mut sums, mut greatest) = ([zero; SIDE_BY_SIDE], [zero; SIDE_BY_SIDE]);
        let (mut seen, mut outside) = (Seen::default(), zero);
        let (mut a, mut b) = (self.a, self.b);
        while a.len() >= SIDE_BY_SIDE * width {
            let (mut squares, mut counts) = ([zero; SIDE_BY_SIDE], [zero; SIDE_BY_SIDE]);
            for _ in 0..(a.len() / (SIDE_BY_SIDE * width)).min(ROUNDS) {
                a.part(0, SIDE_BY_SIDE * width).prefetch_ahead(AHEAD_BYTES);
                for k in 0..SIDE_BY_SIDE {
                    let (a, b) = (simd.load(a.part(k * width, width)), simd.load(b.part(k * width, width)));
                    let diff = diff::<S, SIGNED>(simd, a, b);
                    sums[k] = simd.add_u64(sums[k], simd.sad_bytes(diff, zero));
                    squares[k] = simd.accumulate_squares(squares[k], diff, zero);
                    greatest[k] = simd.max_bytes(greatest[k], diff);
                    counts[k] = simd.count_outside(counts[k], diff, low, span);
                }
                (a, b) = (a.after(SIDE_BY_SIDE * width), b.after(SIDE_BY_SIDE * width));
            }
            for k in 0..SIDE_BY_SIDE {
                seen.squares += simd.sum_i32(squares[k]) as u64;
                outside = simd.add_u64(outside, simd.sad_bytes(counts[k], zero));
            }
        }
        for k in 0..SIDE_BY_SIDE {
            seen.sum += simd.sum_u64(sums[k]);
            seen.greatest = seen.greatest.max(simd.greatest_byte(greatest[k]));
        }
        seen.inside = (self.a.len() - a.len()) as u64 - simd.sum_u64(outside);
        let order = if SIGNED { 0x80 } else { 0 };
        for i in 0..a.len() {
            let diff = (a.get(i) ^ order).abs_diff(b.get(i) ^ order);
            seen.sum += u64::from(diff);
            seen.squares += u64::from(diff) * u64::from(diff);
            seen.greatest = seen.greatest.max(diff);
            seen.inside += u64::from(diff.wrapping_sub(self.low) <= self.span);
        }
        seen
    }
}

#[inline(always)]
fn diff<S: Simd, const SIGNED: bool>(simd: S, a: S::V, b: S::V) -> S::V {
    if SIGNED { simd.diff_bytes(simd.flip_bytes(a), simd.flip_bytes(b)) } else { simd.diff_bytes(a, b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::kernel::Level;

    fn check(a: &[u8], b: &[u8], signed: bool, low: u8, span: u8) {
        let diff = |(&a, &b)| if signed { i8::absdiff(a as i8, b as i8) } else { u8::absdiff(a, b) };
        let diffs: Vec<u8> = a.iter().zip(b).map(diff).collect();
        let expected = Seen {
            sum: diffs.iter().map(|&diff| u64::from(diff)).sum(),
            squares: diffs.iter().map(|&diff| u64::from(diff) * u64::from(diff)).sum(),
            greatest: diffs.iter().copied().max().unwrap_or(0),
            inside: diffs.iter().filter(|diff| (low..=low + span).contains(diff)).count() as u64,
        };
        for &level in Level::available() {
            let (a, b) = (Run::of(a), Run::of(b));
            assert_eq!(level.run(LookAtBytes { a, b, signed, low, span }), expected, "{level}");
        }
    }

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for len in [0, 1, 63, 64, 255, 256, 257, 5000] {
            let a: Vec<u8> = (0..len).map(|i: u32| ((i * 7919) >> 3) as u8).collect();
            let b: Vec<u8> = (0..len).map(|i: u32| ((i * i) >> 2) as u8).collect();
            for (low, span) in [(0, 255), (31, 224), (0, 0), (1, 254), (7, 90)] {
                check(&a, &b, false, low, span);
                check(&a, &b, true, low, span);
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        check(&vec![0; 200_000], &vec![255; 200_000], false, 3, 9);
        check(&vec![127; 200_000], &vec![128; 200_000], true, 3, 252);
    }
}
