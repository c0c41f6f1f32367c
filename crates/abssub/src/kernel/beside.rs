//! One statistic of several rows of bytes that share an operand, in registers.
//!
//! Earned by the cases `stat-max` and `stat-count` of the benchmark suite: as loops over lanes, which `pairs` has for
//! all types, the compiler stores the lanes of every row in every step.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::unrolled::each_row;
use super::vectors::ABREAST_AHEAD_BYTES;
use crate::array::run::{Lockstep, Run};

/// Rows that are looked at side by side.
pub(crate) const BESIDE: usize = 8;
/// Steps until lanes are emptied: byte lanes count to 255.
const STEPS: usize = 255;

/// What is asked of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// Its greatest difference.
    Greatest,
    /// How many differences lie in `low ..= low + span`.
    Inside { low: u8, span: u8 },
}

/// Looks at some rows of bytes with one that they share.
#[derive(Clone, Copy)]
pub(crate) struct LookBeside<'m> {
    pub(crate) a: [Run<'m, u8>; BESIDE],
    pub(crate) b: Run<'m, u8>,
    /// Whether the bytes are signed.
    pub(crate) signed: bool,
    pub(crate) asked: Asked,
}

impl Kernel for LookBeside<'_> {
    type Output = [u64; BESIDE];

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> [u64; BESIDE] {
        let Self { a, b, signed, asked } = self;
        match asked {
            Asked::Greatest => look(simd, a, b, signed, Greatest),
            Asked::Inside { low, span } => look(simd, a, b, signed, Inside { low, span }),
        }
    }
}

/// A statistic in the making, a byte lane for each place of a vector.
trait Lanes: Copy {
    /// The lanes with a vector of differences more.
    fn step<S: Simd>(self, simd: S, lanes: S::V, diff: S::V) -> S::V;
    /// What lanes come to that took in so many bytes.
    fn total<S: Simd>(self, simd: S, lanes: S::V, bytes: usize) -> u64;
    /// The scalar line: what a difference comes to.
    fn one(self, diff: u8) -> u64;
    /// What two parts of a row come to together.
    fn join(self, a: u64, b: u64) -> u64;
}

#[derive(Clone, Copy)]
struct Greatest;

impl Lanes for Greatest {
    #[inline(always)]
    fn step<S: Simd>(self, simd: S, lanes: S::V, diff: S::V) -> S::V {
        simd.max_bytes(lanes, diff)
    }

    #[inline(always)]
    fn total<S: Simd>(self, simd: S, lanes: S::V, _bytes: usize) -> u64 {
        simd.greatest_byte(lanes).into()
    }

    #[inline(always)]
    fn one(self, diff: u8) -> u64 {
        diff.into()
    }

    #[inline(always)]
    fn join(self, a: u64, b: u64) -> u64 {
        a.max(b)
    }
}

#[derive(Clone, Copy)]
struct Inside {
    low: u8,
    span: u8,
}

impl Lanes for Inside {
    #[inline(always)]
    fn step<S: Simd>(self, simd: S, lanes: S::V, diff: S::V) -> S::V {
        simd.count_outside(lanes, diff, simd.splat_byte(self.low), simd.splat_byte(self.span))
    }

    #[inline(always)]
    fn total<S: Simd>(self, simd: S, lanes: S::V, bytes: usize) -> u64 {
        bytes as u64 - simd.sum_u64(simd.sad_bytes(lanes, simd.zero()))
    }

    #[inline(always)]
    fn one(self, diff: u8) -> u64 {
        u64::from(diff.wrapping_sub(self.low) <= self.span)
    }

    #[inline(always)]
    fn join(self, a: u64, b: u64) -> u64 {
        a + b
    }
}

#[inline(always)]
fn look<S: Simd, L: Lanes>(
    simd: S,
    a: [Run<u8>; BESIDE],
    b: Run<u8>,
    signed: bool,
    what: L,
) -> [u64; BESIDE] {
    if signed { look_at::<S, L, true>(simd, a, b, what) } else { look_at::<S, L, false>(simd, a, b, what) }
}

#[inline(always)]
fn look_at<S: Simd, L: Lanes, const SIGNED: bool>(
    simd: S,
    a: [Run<u8>; BESIDE],
    b: Run<u8>,
    what: L,
) -> [u64; BESIDE] {
    let (len, whole) = (b.len(), b.len() / S::BYTES * S::BYTES);
    let mut totals = [0; BESIDE];
    for from in (0..whole).step_by(STEPS * S::BYTES) {
        let part = (whole - from).min(STEPS * S::BYTES);
        let mut rows = a;
        for k in 0..BESIDE {
            rows[k] = a[k].part(from, part);
        }
        let mut lanes = [simd.zero(); BESIDE];
        for (a, [b]) in Lockstep::new(rows, S::BYTES).zip(Lockstep::new([b.part(from, part)], S::BYTES)) {
            let shared = ordered::<S, SIGNED>(simd, b);
            each_row!(add_vector::<S, L, SIGNED>(simd, &mut lanes, &a, shared, what));
        }
        for k in 0..BESIDE {
            totals[k] = what.join(totals[k], what.total(simd, lanes[k], part));
        }
    }
    let order = if SIGNED { 0x80 } else { 0 };
    for k in 0..BESIDE {
        for i in whole..len {
            let diff = (a[k].get(i) ^ order).abs_diff(b.get(i) ^ order);
            totals[k] = what.join(totals[k], what.one(diff));
        }
    }
    totals
}

/// A vector of row `R` more.
#[inline(always)]
fn add_vector<S: Simd, L: Lanes, const SIGNED: bool, const R: usize>(
    simd: S,
    lanes: &mut [S::V; BESIDE],
    a: &[Run<u8>; BESIDE],
    shared: S::V,
    what: L,
) {
    a[R].prefetch_ahead(ABREAST_AHEAD_BYTES);
    let diff = simd.diff_bytes(ordered::<S, SIGNED>(simd, a[R]), shared);
    lanes[R] = what.step(simd, lanes[R], diff);
}

/// A vector in the order of unsigned bytes.
#[inline(always)]
fn ordered<S: Simd, const SIGNED: bool>(simd: S, run: Run<u8>) -> S::V {
    let v = simd.load(run);
    if SIGNED { simd.flip_bytes(v) } else { v }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::kernel::Level;

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for len in [0, 1, 63, 64, 65, 300, 64 * 256 + 7] {
            let shared: Vec<u8> = (0..len).map(|i| (i * i + 5) as u8).collect();
            let rows: Vec<Vec<u8>> =
                (0..BESIDE).map(|r| (0..len).map(|i| (i * 7919 * (r + 1)) as u8).collect()).collect();
            let (a, b) = (std::array::from_fn(|r| Run::of(&rows[r])), Run::of(&shared));
            for signed in [false, true] {
                let one = |(&a, &b): (&u8, &u8)| {
                    if signed { i8::absdiff(a as i8, b as i8) } else { u8::absdiff(a, b) }
                };
                let diffs = |r: usize| rows[r].iter().zip(&shared).map(one);
                for &level in Level::available() {
                    let look = |asked| level.run(LookBeside { a, b, signed, asked });
                    let greatest = |r| diffs(r).max().unwrap_or(0).into();
                    assert_eq!(look(Asked::Greatest), std::array::from_fn(greatest), "{level}");
                    for (low, span) in [(9, 90), (0, 255), (0, 0), (31, 224)] {
                        let inside = |r| diffs(r).filter(|d| d.wrapping_sub(low) <= span).count() as u64;
                        assert_eq!(look(Asked::Inside { low, span }), std::array::from_fn(inside), "{level}");
                    }
                }
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        let (zeros, all) = (vec![0; 70_000], vec![255; 70_000]);
        for &level in Level::available() {
            let asked = Asked::Inside { low: 3, span: 9 };
            let look = LookBeside { a: [Run::of(&zeros); BESIDE], b: Run::of(&all), signed: false, asked };
            assert_eq!(level.run(look), [0; BESIDE], "{level}");
        }
    }
}
