//! Sums as states: counters for integers, exact sums for floats, and what they come to.

use super::exact::{ExactSum, Specials};
use super::long::ExtendedSum;
use crate::element::Extended;
use crate::element::Magnitude;

/// What a finished sum is, before it is stored.
#[derive(Clone, Debug)]
pub enum Total<'s> {
    /// An exact integer.
    Integer(u128),
    /// Not a time.
    NotATime,
    /// An exact sum of doubles.
    Float(&'s ExactSum),
    /// An exact sum of 80-bit floats.
    Extended(&'s ExtendedTotal),
}

/// A sum in the making: absorbs, merges, finishes.
pub trait State: Clone + Default + Send {
    /// Takes in another state. The order of merging does not change the total.
    fn merge(&mut self, other: &Self);
    /// Back to nothing.
    fn reset(&mut self);
    /// What it comes to.
    fn total(&self) -> Total<'_>;
}

/// A count of integer size `T`, wide enough for its use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counter<T>(pub T);

macro_rules! counters {
    ($($t:ty),*) => {$(
        impl State for Counter<$t> {
            #[inline]
            fn merge(&mut self, other: &Self) {
                self.0 += other.0;
            }

            #[inline]
            fn reset(&mut self) {
                self.0 = 0;
            }

            #[inline]
            fn total(&self) -> Total<'_> {
                Total::Integer(u128::from(self.0))
            }
        }
    )*};
}
counters!(u64, u128);

/// A sum of durations, which one NaT makes NaT.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeSum {
    /// The ticks; saturates far beyond what a duration holds.
    pub ticks: u128,
    /// Whether there was a NaT.
    pub absent: bool,
}

impl State for TimeSum {
    fn merge(&mut self, other: &Self) {
        self.ticks = self.ticks.saturating_add(other.ticks);
        self.absent |= other.absent;
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn total(&self) -> Total<'_> {
        if self.absent { Total::NotATime } else { Total::Integer(self.ticks) }
    }
}

impl State for ExactSum {
    fn merge(&mut self, other: &Self) {
        ExactSum::merge(self, other);
    }

    fn reset(&mut self) {
        ExactSum::reset(self);
    }

    fn total(&self) -> Total<'_> {
        Total::Float(self)
    }
}

/// A sum of 80-bit floats.
#[derive(Clone, Debug, Default)]
pub struct ExtendedTotal {
    sum: ExtendedSum,
    specials: Specials,
}

impl ExtendedTotal {
    /// Adds |a - b|, which came of operands that were finite or not.
    pub fn add(&mut self, diff: Extended, operands: [Magnitude; 2]) {
        match diff.magnitude() {
            Magnitude::Finite { significand, exponent } => self.sum.add_scaled(false, significand, exponent),
            Magnitude::Infinite => {
                self.specials.infinite = true;
                self.specials.overflow |= !operands.contains(&Magnitude::Infinite);
            }
            Magnitude::NotANumber => {
                self.specials.nan = true;
                self.specials.invalid |= !operands.contains(&Magnitude::NotANumber);
            }
        }
    }

    /// What there was beside finite numbers.
    pub fn specials(&self) -> Specials {
        self.specials
    }

    /// The exact sum of the finite terms.
    pub fn finite(&self) -> &ExtendedSum {
        &self.sum
    }
}

impl State for ExtendedTotal {
    fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.specials = self.specials.or(other.specials);
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn total(&self) -> Total<'_> {
        Total::Extended(self)
    }
}
