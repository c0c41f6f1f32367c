//! Lanes that add doubles and know whether they lost anything: the two tiers of a certified sum.
//!
//! For t = fl(s + x), one of (t - s) - x and (t - x) - s is the exact error of the addition: the
//! first where |s| >= |x|, the second where |x| >= |s| (Dekker's Fast2Sum, 1971). Either can vanish
//! by rounding when it is not the exact one, so both are OR-ed: no bits at all mean no loss at all.

use crate::reduce::two_sum;

/// `N` sums in the making, side by side, each the sum of two doubles.
pub(super) trait Lanes<const N: usize>: Copy {
    /// All zero.
    const ZERO: Self;
    /// Adds `x` to a lane; bits that are not all zero say that the lane is no longer exact.
    fn add(&mut self, lane: usize, x: f64) -> u64;
    /// A lane's sum.
    fn sum(&self, lane: usize) -> [f64; 2];
    /// The sum of all lanes, if two doubles are found to hold it.
    fn total(&self) -> Option<[f64; 2]>;
}

/// Whether any lane lost anything.
#[inline(always)]
pub(super) fn any_lost(lost: &[u64]) -> bool {
    let mut any = 0;
    for bits in lost {
        any |= bits;
    }
    any != 0
}

#[inline(always)]
fn certified_add(s: f64, x: f64) -> (f64, u64) {
    let t = s + x;
    (t, ((t - s) - x).to_bits() | ((t - x) - s).to_bits())
}

/// The first tier: one double a lane. Data on a common grid, which most is, passes.
#[derive(Clone, Copy)]
pub(super) struct Plain<const N: usize> {
    sums: [f64; N],
}

impl<const N: usize> Lanes<N> for Plain<N> {
    const ZERO: Self = Self { sums: [0.0; N] };

    #[inline(always)]
    fn add(&mut self, lane: usize, x: f64) -> u64 {
        let (sum, lost) = certified_add(self.sums[lane], x);
        self.sums[lane] = sum;
        lost
    }

    #[inline(always)]
    fn sum(&self, lane: usize) -> [f64; 2] {
        [self.sums[lane], 0.0]
    }

    #[inline(always)]
    fn total(&self) -> Option<[f64; 2]> {
        let mut sums = self.sums;
        let mut lost = 0;
        let mut half = N / 2;
        while half > 0 {
            for i in 0..half {
                let (sum, bits) = certified_add(sums[i], sums[i + half]);
                sums[i] = sum;
                lost |= bits;
            }
            half /= 2;
        }
        (lost == 0).then_some([sums[0], 0.0])
    }
}

/// The second tier: the error of each addition is kept too, and only the sum of errors must be exact.
#[derive(Clone, Copy)]
pub(super) struct Double<const N: usize> {
    sums: [f64; N],
    errors: [f64; N],
}

impl<const N: usize> Lanes<N> for Double<N> {
    const ZERO: Self = Self { sums: [0.0; N], errors: [0.0; N] };

    #[inline(always)]
    fn add(&mut self, lane: usize, x: f64) -> u64 {
        let (sum, error) = two_sum(self.sums[lane], x);
        let (errors, lost) = certified_add(self.errors[lane], error);
        (self.sums[lane], self.errors[lane]) = (sum, errors);
        lost
    }

    #[inline(always)]
    fn sum(&self, lane: usize) -> [f64; 2] {
        [self.sums[lane], self.errors[lane]]
    }

    #[inline(always)]
    fn total(&self) -> Option<[f64; 2]> {
        let mut all = *self;
        let mut lost = 0;
        let mut half = N / 2;
        while half > 0 {
            for i in 0..half {
                let [sum, errors] = all.sum(i + half);
                lost |= all.add(i, sum);
                let (errors, bits) = certified_add(all.errors[i], errors);
                all.errors[i] = errors;
                lost |= bits;
            }
            half /= 2;
        }
        (lost == 0).then_some(all.sum(0))
    }
}
