//! Statistics of rows of bytes, alone or all at once: every difference is made once, in a register.

use super::Level;
use super::arch::Simd;
use super::dispatch::Kernel;
use super::vectors::ABREAST_AHEAD_BYTES;
use crate::array::run::{Lockstep, Run};
use std::marker::PhantomData;

/// Rows that are looked at together where everything is asked of them: as many as 32 registers hold the lanes of. With
/// fewer registers they are taken two by two.
pub(crate) const ABREAST: usize = 4;

/// What is asked of rows of bytes.
pub(crate) trait Question {
    /// Both sums.
    const SUMS: bool;
    const GREATEST: bool;
    const INSIDE: bool;
    /// How far ahead the bytes of each row are asked for.
    const AHEAD_BYTES: usize = ABREAST_AHEAD_BYTES;
    /// Steps until lanes are emptied: byte lanes count to 255, and those of squares hold 8256.
    const STEPS: usize = if Self::INSIDE { 255 } else { 8192 };
}

/// Everything.
pub(crate) enum Everything {}
impl Question for Everything {
    const SUMS: bool = true;
    const GREATEST: bool = true;
    const INSIDE: bool = true;
    // So much is done with each vector that all lines that are asked for come in between.
    const AHEAD_BYTES: usize = 4096;
}

/// The greatest difference alone.
pub(crate) enum Greatest {}
impl Question for Greatest {
    const SUMS: bool = false;
    const GREATEST: bool = true;
    const INSIDE: bool = false;
}

/// How many differences lie in the range, alone.
pub(crate) enum Inside {}
impl Question for Inside {
    const SUMS: bool = false;
    const GREATEST: bool = false;
    const INSIDE: bool = true;
}

/// What a row of bytes comes to; zero for what was not asked.
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

/// Looks at the bytes of `N` rows, each with one of as many others, or all with the only other; all of one length.
pub(crate) struct LookAtBytes<'m, Q, const N: usize, const OTHERS: usize> {
    pub(crate) a: [Run<'m, u8>; N],
    pub(crate) b: [Run<'m, u8>; OTHERS],
    /// Whether the bytes are signed.
    pub(crate) signed: bool,
    /// The range `low ..= low + span`.
    pub(crate) low: u8,
    pub(crate) span: u8,
    pub(crate) question: PhantomData<Q>,
}

impl<Q, const N: usize, const OTHERS: usize> Clone for LookAtBytes<'_, Q, N, OTHERS> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Q, const N: usize, const OTHERS: usize> Copy for LookAtBytes<'_, Q, N, OTHERS> {}

impl<Q: Question, const N: usize> LookAtBytes<'_, Q, N, N> {
    /// Looks at the first of the pairs alone, as at several short ones.
    pub(crate) fn look_at_first(mut self, level: Level) -> Seen {
        let (a, b) = (self.a[0], self.b[0]);
        let each = a.len() / N;
        for k in 0..N {
            (self.a[k], self.b[k]) = (a.part(k * each, each), b.part(k * each, each));
        }
        let mut seen = level.run(self).into_iter().fold(Seen::default(), Seen::with);
        for i in N * each..a.len() {
            self.add(&mut seen, a.get(i), b.get(i));
        }
        seen
    }
}

impl<Q: Question, const N: usize, const OTHERS: usize> LookAtBytes<'_, Q, N, OTHERS> {
    /// The scalar line.
    #[inline(always)]
    fn add(&self, seen: &mut Seen, a: u8, b: u8) {
        let order = if self.signed { 0x80 } else { 0 };
        let diff = (a ^ order).abs_diff(b ^ order);
        if Q::SUMS {
            seen.sum += u64::from(diff);
            seen.squares += u64::from(diff) * u64::from(diff);
        }
        if Q::GREATEST {
            seen.greatest = seen.greatest.max(diff);
        }
        if Q::INSIDE {
            seen.inside += u64::from(diff.wrapping_sub(self.low) <= self.span);
        }
    }

    #[inline(always)]
    fn look<S: Simd, const SIGNED: bool>(self, simd: S) -> [Seen; N] {
        const { assert!(OTHERS == N || OTHERS == 1) };
        let len = self.a[0].len();
        let (whole, most) = (len / S::BYTES * S::BYTES, Q::STEPS * S::BYTES);
        let mut seen = [Seen::default(); N];
        for from in (0..whole).step_by(most) {
            self.look_at_part::<S, SIGNED, false>(simd, (from, (whole - from).min(most)), &mut seen);
        }
        if whole < len {
            self.look_at_part::<S, SIGNED, true>(simd, (whole, len - whole), &mut seen);
        }
        seen
    }

    /// So few vectors that no lane overflows, all of them whole, or one that is not.
    #[inline(always)]
    fn look_at_part<S: Simd, const SIGNED: bool, const PARTIAL: bool>(
        &self,
        simd: S,
        part: (usize, usize),
        seen: &mut [Seen; N],
    ) {
        if Q::SUMS && S::REGISTERS < 32 {
            // All their lanes would be stored and loaded again at each step.
            for first in (0..N).step_by(2) {
                self.look_at_rows::<S, SIGNED, PARTIAL, 2>(simd, first, part, seen);
            }
        } else {
            self.look_at_rows::<S, SIGNED, PARTIAL, N>(simd, 0, part, seen);
        }
    }

    /// The same of `M` rows from the first given.
    #[inline(always)]
    fn look_at_rows<S: Simd, const SIGNED: bool, const PARTIAL: bool, const M: usize>(
        &self,
        simd: S,
        first: usize,
        (from, len): (usize, usize),
        seen: &mut [Seen; N],
    ) {
        let zero = simd.zero();
        let (mut a, mut b) = ([self.a[0]; M], [self.b[0]; M]);
        for k in 0..M {
            a[k] = self.a[first + k].part(from, len);
            b[k] = self.b[(first + k) % OTHERS].part(from, len);
        }
        let mut lanes =
            Lanes { sums: [zero; M], squares: [zero; M], greatest: [zero; M], outside: [zero; M] };
        if PARTIAL {
            self.step::<S, SIGNED, true, M>(simd, [&a, &b], &mut lanes);
        }
        for (a, b) in Lockstep::new(a, S::BYTES).zip(Lockstep::new(b, S::BYTES)) {
            self.step::<S, SIGNED, false, M>(simd, [&a, &b], &mut lanes);
        }
        // Beyond the end both operands are zero.
        let is_outside = self.low > 0;
        let beyond = if PARTIAL && is_outside { S::BYTES - len } else { 0 };
        for (k, seen) in seen[first..first + M].iter_mut().enumerate() {
            let part = Seen {
                sum: simd.sum_u64(lanes.sums[k]),
                squares: simd.sum_i32(lanes.squares[k]) as u64,
                greatest: simd.greatest_byte(lanes.greatest[k]),
                inside: if Q::INSIDE {
                    (len + beyond) as u64 - simd.sum_u64(simd.sad_bytes(lanes.outside[k], zero))
                } else {
                    0
                },
            };
            *seen = seen.with(part);
        }
    }

    /// One vector more of each row.
    #[inline(always)]
    fn step<S: Simd, const SIGNED: bool, const PARTIAL: bool, const M: usize>(
        &self,
        simd: S,
        [a, b]: [&[Run<u8>; M]; 2],
        lanes: &mut Lanes<S::V, M>,
    ) {
        let zero = simd.zero();
        let (low, span) = (simd.splat_byte(self.low), simd.splat_byte(self.span));
        if !PARTIAL {
            for row in a {
                row.prefetch_ahead(Q::AHEAD_BYTES);
            }
            if OTHERS == N {
                for row in b {
                    row.prefetch_ahead(Q::AHEAD_BYTES);
                }
            }
        }
        let mut other = zero;
        for k in 0..M {
            if k == 0 || OTHERS == N {
                other = unsigned::<S, SIGNED, PARTIAL>(simd, b[k]);
            }
            let diff = simd.diff_bytes(unsigned::<S, SIGNED, PARTIAL>(simd, a[k]), other);
            if Q::SUMS {
                lanes.sums[k] = simd.add_u64(lanes.sums[k], simd.sad_bytes(diff, zero));
                lanes.squares[k] = simd.accumulate_squares(lanes.squares[k], diff, zero);
            }
            if Q::GREATEST {
                lanes.greatest[k] = simd.max_bytes(lanes.greatest[k], diff);
            }
            if Q::INSIDE {
                lanes.outside[k] = simd.count_outside(lanes.outside[k], diff, low, span);
            }
        }
    }
}

/// What is known of `M` rows, lane by lane.
struct Lanes<V, const M: usize> {
    sums: [V; M],
    squares: [V; M],
    greatest: [V; M],
    /// How many differences lie outside the range.
    outside: [V; M],
}

impl<Q: Question, const N: usize, const OTHERS: usize> Kernel for LookAtBytes<'_, Q, N, OTHERS> {
    type Output = [Seen; N];

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> [Seen; N] {
        if self.signed { self.look::<S, true>(simd) } else { self.look::<S, false>(simd) }
    }
}

/// A vector of bytes that differ as those of the run do, and are unsigned.
#[inline(always)]
fn unsigned<S: Simd, const SIGNED: bool, const PARTIAL: bool>(simd: S, run: Run<u8>) -> S::V {
    let bytes = simd.load_as::<PARTIAL>(run);
    if SIGNED { simd.flip_bytes(bytes) } else { bytes }
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
        let question = PhantomData;
        let everything = std::array::from_fn(|k| expected(rows_a[k], rows_b[k]));
        let shared = std::array::from_fn(|k| expected(rows_a[k], rows_b[0]));
        let (rows_a, rows_b) = (rows_a.map(Run::of), rows_b.map(Run::of));
        for &level in Level::available() {
            let one = LookAtBytes::<Everything, _, _> {
                a: [Run::of(a); 4],
                b: [Run::of(b); 4],
                signed,
                low,
                span,
                question,
            };
            assert_eq!(one.look_at_first(level), expected(a, b), "{level}");
            let all = LookAtBytes { a: rows_a, b: rows_b, ..one };
            assert_eq!(level.run(all), everything, "{level}");
            let (a, b) = (rows_a, [rows_b[0]]);
            let greatest = LookAtBytes { a, b, signed, low, span, question: PhantomData::<Greatest> };
            let only = |seen: Seen| Seen { greatest: seen.greatest, ..Seen::default() };
            assert_eq!(level.run(greatest), shared.map(only), "{level}");
            let inside = LookAtBytes { a, b, signed, low, span, question: PhantomData::<Inside> };
            let only = |seen: Seen| Seen { inside: seen.inside, ..Seen::default() };
            assert_eq!(level.run(inside), shared.map(only), "{level}");
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
