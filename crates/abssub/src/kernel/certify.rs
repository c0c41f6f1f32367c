//! Lanes that add doubles and know whether they lost anything: the two tiers of a certified sum.
//!
//! For t = fl(s + x), one of (t - s) - x and (t - x) - s is the exact error of the addition: the
//! first where |s| >= |x|, the second where |x| >= |s| (Dekker's Fast2Sum, 1971). Either can vanish
//! by rounding when it is not the exact one, so both are OR-ed: no bits at all mean no loss at all.

use crate::reduce::{ExactSum, two_sum};

/// `N` sums in the making, side by side.
pub(super) trait Lanes<const N: usize> {
    /// All zero.
    fn zero() -> Self;
    /// Adds `x` to a lane; bits that are not all zero say that the lane is no longer exact.
    fn add(&mut self, lane: usize, x: f64) -> u64;
    /// Adds a term to each lane from the first on; bits join those of the lane in `lost`.
    fn add_each(&mut self, terms: impl Iterator<Item = f64>, lost: &mut [u64; N]);
    /// Hands a lane's sum, if exact, to a state.
    fn give(&self, lane: usize, state: &mut ExactSum);
}

#[inline(always)]
fn certified_add(s: f64, x: f64) -> (f64, u64) {
    let t = s + x;
    (t, ((t - s) - x).to_bits() | ((t - x) - s).to_bits())
}

/// The first tier: one double a lane. Data on a common grid, which most is, passes.
pub(super) struct Plain<const N: usize> {
    sums: [f64; N],
}

impl<const N: usize> Lanes<N> for Plain<N> {
    #[inline(always)]
    fn zero() -> Self {
        Self { sums: [0.0; N] }
    }

    #[inline(always)]
    fn add(&mut self, lane: usize, x: f64) -> u64 {
        let (sum, lost) = certified_add(self.sums[lane], x);
        self.sums[lane] = sum;
        lost
    }

    #[inline(always)]
    fn add_each(&mut self, terms: impl Iterator<Item = f64>, lost: &mut [u64; N]) {
        for ((sum, lost), x) in self.sums.iter_mut().zip(lost).zip(terms) {
            let (next, bits) = certified_add(*sum, x);
            *sum = next;
            *lost |= bits;
        }
    }

    #[inline(always)]
    fn give(&self, lane: usize, state: &mut ExactSum) {
        state.add(self.sums[lane]);
    }
}

/// The second tier: the error of each addition is kept too, and only the sum of errors must be exact.
pub(super) struct Double<const N: usize> {
    sums: [f64; N],
    errors: [f64; N],
}

impl<const N: usize> Lanes<N> for Double<N> {
    #[inline(always)]
    fn zero() -> Self {
        Self { sums: [0.0; N], errors: [0.0; N] }
    }

    #[inline(always)]
    fn add(&mut self, lane: usize, x: f64) -> u64 {
        let (sum, error) = two_sum(self.sums[lane], x);
        let (errors, lost) = certified_add(self.errors[lane], error);
        (self.sums[lane], self.errors[lane]) = (sum, errors);
        lost
    }

    #[inline(always)]
    fn add_each(&mut self, terms: impl Iterator<Item = f64>, lost: &mut [u64; N]) {
        for (((sum, errors), lost), x) in self.sums.iter_mut().zip(&mut self.errors).zip(lost).zip(terms) {
            let (next, error) = two_sum(*sum, x);
            let (next_errors, bits) = certified_add(*errors, error);
            (*sum, *errors) = (next, next_errors);
            *lost |= bits;
        }
    }

    #[inline(always)]
    fn give(&self, lane: usize, state: &mut ExactSum) {
        state.add(self.sums[lane]);
        state.add(self.errors[lane]);
    }
}

impl<const N: usize> Plain<N> {
    /// The sum of all lanes, if no addition on the way lost anything.
    #[inline(always)]
    pub(super) fn total(&self) -> Option<f64> {
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
        (lost == 0).then_some(sums[0])
    }
}
