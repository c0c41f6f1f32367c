//! All statistics of a row of bytes at once: every difference is made once, in a register.

use super::Level;
use super::arch::Simd;
use super::dispatch::Kernel;
use super::vectors::ABREAST_AHEAD_BYTES;
use crate::array::run::{Lockstep, Run};

/// Rows that are looked at side by side, a vector of each at a time.
pub(crate) const ABREAST: usize = 4;
/// Steps until lanes are emptied: byte lanes count to 255.
const STEPS: usize = 255;

/// What a row of bytes comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) sum: u64,
    pub(crate) squares: u64,
    pub(crate) greatest: u8,
    /// How many differences lie in the range.
    pub(crate) inside: u64,
}

impl Seen {
    /// What this and another row come to together.
    fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            greatest: self.greatest.max(other.greatest),
            inside: self.inside + other.inside,
        }
    }
}

/// Looks at the bytes of some pairs of rows, all of one length. One that is not asked for all would not be faster.
#[derive(Clone, Copy)]
pub(crate) struct LookAtBytes<'m> {
    pub(crate) a: [Run<'m, u8>; ABREAST],
    pub(crate) b: [Run<'m, u8>; ABREAST],
    /// Whether the bytes are signed.
    pub(crate) signed: bool,
    /// The range `low ..= low + span`.
    pub(crate) low: u8,
    pub(crate) span: u8,
}

impl LookAtBytes<'_> {
    /// Looks at the first of the pairs alone, as at several short ones.
    pub(crate) fn look_at_first(mut self, level: Level) -> Seen {
        let (a, b) = (self.a[0], self.b[0]);
        let each = a.len() / ABREAST;
        for k in 0..ABREAST {
            (self.a[k], self.b[k]) = (a.part(k * each, each), b.part(k * each, each));
        }
        let mut seen = level.run(self).into_iter().fold(Seen::default(), Seen::with);
        for i in ABREAST * each..a.len() {
            self.add(&mut seen, a.get(i), b.get(i));
        }
        seen
    }

    /// The scalar line.
    #[inline(always)]
    fn add(&self, seen: &mut Seen, a: u8, b: u8) {
        let order = if self.signed { 0x80 } else { 0 };
        let diff = (a ^ order).abs_diff(b ^ order);
        seen.sum += u64::from(diff);
        seen.squares += u64::from(diff) * u64::from(diff);
        seen.greatest = seen.greatest.max(diff);
        seen.inside += u64::from(diff.wrapping_sub(self.low) <= self.span);
    }

    #[inline(always)]
    fn look<S: Simd, const SIGNED: bool>(self, simd: S) -> [Seen; ABREAST] {
        let len = self.a[0].len();
        let whole = len / S::BYTES * S::BYTES;
        let mut seen = [Seen::default(); ABREAST];
        for from in (0..whole).step_by(STEPS * S::BYTES) {
            self.look_at_part::<S, SIGNED>(simd, from, (whole - from).min(STEPS * S::BYTES), &mut seen);
        }
        for (k, seen) in seen.iter_mut().enumerate() {
            (whole..len).for_each(|i| self.add(seen, self.a[k].get(i), self.b[k].get(i)));
        }
        seen
    }

    /// Whole vectors, so few that no lane overflows.
    #[inline(always)]
    fn look_at_part<S: Simd, const SIGNED: bool>(
        &self,
        simd: S,
        from: usize,
        len: usize,
        seen: &mut [Seen; ABREAST],
    ) {
        let zero = simd.zero();
        let (low, span) = (simd.splat_byte(self.low), simd.splat_byte(self.span));
        let (mut sums, mut squares) = ([zero; ABREAST], [zero; ABREAST]);
        let (mut greatest, mut outside) = ([zero; ABREAST], [zero; ABREAST]);
        let (mut a, mut b) = (self.a, self.b);
        for k in 0..ABREAST {
            (a[k], b[k]) = (a[k].part(from, len), b[k].part(from, len));
        }
        for (a, b) in Lockstep::new(a, S::BYTES).zip(Lockstep::new(b, S::BYTES)) {
            for k in 0..ABREAST {
                a[k].prefetch_ahead(ABREAST_AHEAD_BYTES);
                b[k].prefetch_ahead(ABREAST_AHEAD_BYTES);
                let diff = diff::<S, SIGNED>(simd, simd.load(a[k]), simd.load(b[k]));
                sums[k] = simd.add_u64(sums[k], simd.sad_bytes(diff, zero));
                squares[k] = simd.accumulate_squares(squares[k], diff, zero);
                greatest[k] = simd.max_bytes(greatest[k], diff);
                outside[k] = simd.count_outside(outside[k], diff, low, span);
            }
        }
        for (k, seen) in seen.iter_mut().enumerate() {
            let part = Seen {
                sum: simd.sum_u64(sums[k]),
                squares: simd.sum_i32(squares[k]) as u64,
                greatest: simd.greatest_byte(greatest[k]),
                inside: len as u64 - simd.sum_u64(simd.sad_bytes(outside[k], zero)),
            };
            *seen = seen.with(part);
        }
    }
}

impl Kernel for LookAtBytes<'_> {
    type Output = [Seen; ABREAST];

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> [Seen; ABREAST] {
        if self.signed { self.look::<S, true>(simd) } else { self.look::<S, false>(simd) }
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

    fn row(all: &[u8], from: usize, len: usize) -> &[u8] {
        &all[from.min(all.len())..][..len]
    }

    fn check(a: &[u8], b: &[u8], signed: bool, low: u8, span: u8) {
        let diff =
            |(&a, &b): (&u8, &u8)| if signed { i8::absdiff(a as i8, b as i8) } else { u8::absdiff(a, b) };
        let expected = |a: &[u8], b: &[u8]| {
            let diffs: Vec<u8> = a.iter().zip(b).map(diff).collect();
            Seen {
                sum: diffs.iter().map(|&diff| u64::from(diff)).sum(),
                squares: diffs.iter().map(|&diff| u64::from(diff) * u64::from(diff)).sum(),
                greatest: diffs.iter().copied().max().unwrap_or(0),
                inside: diffs.iter().filter(|diff| (low..=low + span).contains(diff)).count() as u64,
            }
        };
        // Rows that overlap: each begins an element later.
        let each = a.len().saturating_sub(ABREAST);
        let rows = |all, from: [usize; ABREAST]| from.map(|k| row(all, k, each));
        let (rows_a, rows_b) = (rows(a, [0, 1, 2, 3]), rows(b, [3, 0, 2, 1]));
        for &level in Level::available() {
            let one = LookAtBytes { a: [Run::of(a); 4], b: [Run::of(b); 4], signed, low, span };
            assert_eq!(one.look_at_first(level), expected(a, b), "{level}");
            let all = LookAtBytes { a: rows_a.map(Run::of), b: rows_b.map(Run::of), ..one };
            let expected = std::array::from_fn(|k| expected(rows_a[k], rows_b[k]));
            assert_eq!(level.run(all), expected, "{level}");
        }
    }

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for len in [0, 1, 4, 5, 63, 64, 67, 68, 255, 256, 257, 5000] {
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
