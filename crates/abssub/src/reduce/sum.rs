//! Sums as states: counters for integers, exact sums for floats, and what they come to.

use super::exact::{ExactSum, Specials};
use super::finish::{Exact, Real};
use super::landing::{Initial, Landing};
use super::long::LongSum;
use super::wire::Wire;
use crate::Error;
use crate::array::DType;
use crate::element::Extended;
use crate::element::Magnitude;
use std::ops::AddAssign;

/// A sum in the making: absorbs, merges, finishes.
pub trait State: Clone + Default + Send + Sync + Wire + 'static {
    /// The most memory that a state can come to hold.
    const MOST_BYTES: usize = size_of::<Self>();

    /// Where such a sum starts.
    type Start: Copy + Sync;

    /// The start that a caller asked for; none if it is of another kind.
    fn start(initial: Option<Initial>) -> Option<Self::Start>;

    /// Takes in another state. The order of merging does not change the total.
    fn merge(&mut self, other: &Self);

    /// Back to nothing.
    fn reset(&mut self);

    /// Stores what the first `landing.len` states come to.
    ///
    /// # Errors
    /// [`Error::Overflow`] for a total that the target cannot hold, [`Error::Target`] if it holds no
    /// such totals at all.
    fn store(states: &[Self], start: Self::Start, landing: &Landing<'_>) -> Result<Specials, Error>;
}

/// Where an integer sum starts.
pub(super) fn integer_start(initial: Option<Initial>) -> Option<i128> {
    match initial {
        None => Some(0),
        Some(Initial::Integer(n)) => Some(n),
        Some(Initial::Float(_) | Initial::NotATime) => None,
    }
}

/// Where a float sum starts.
pub(super) fn float_start(initial: Option<Initial>) -> Option<f64> {
    match initial {
        None => Some(0.0),
        Some(Initial::Integer(n)) => Some(n as f64),
        Some(Initial::Float(x)) => Some(x),
        Some(Initial::NotATime) => None,
    }
}

/// A count of integer size `T`, wide enough for its use.
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct Counter<T>(pub T);

impl<T: AddAssign + From<u64>> Counter<T> {
    /// Counts more.
    #[inline(always)]
    pub(crate) fn grow(&mut self, more: u64) {
        self.0 += T::from(more);
    }
}

impl<T> Counter<T> {
    /// Counts as the integers that they are.
    #[allow(unsafe_code)]
    fn integers(counts: &[Self]) -> &[T] {
        // SAFETY: a count is nothing but its integer, as `repr(transparent)` promises.
        unsafe { std::slice::from_raw_parts(counts.as_ptr().cast(), counts.len()) }
    }
}

macro_rules! counters {
    ($($t:ty: $own:expr),*) => {$(
        impl State for Counter<$t> {
            type Start = i128;

            fn start(initial: Option<Initial>) -> Option<i128> {
                integer_start(initial)
            }

            #[inline]
            fn merge(&mut self, other: &Self) {
                self.0 += other.0;
            }

            #[inline]
            fn reset(&mut self) {
                self.0 = 0;
            }

            fn store(states: &[Self], start: i128, landing: &Landing<'_>) -> Result<Specials, Error> {
                if start == 0 && landing.store && Some(landing.target.dtype()) == $own {
                    // What there is most of: millions of sums in the type that they are made in.
                    landing.copy(Self::integers(states));
                    return Ok(Specials::default());
                }
                landing.whole(start, |i| i128::try_from(states[i].0).map_err(|_| 128))
            }
        }
    )*};
}
counters!(u64: Some(DType::U64), u128: None);

/// A sum of durations, which one NaT makes NaT.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeSum {
    /// The ticks; saturates far beyond what a duration holds.
    pub ticks: u128,
    /// Whether there was a NaT.
    pub absent: bool,
}

impl State for TimeSum {
    /// None is NaT.
    type Start = Option<i128>;

    fn start(initial: Option<Initial>) -> Option<Option<i128>> {
        if initial == Some(Initial::NotATime) { Some(None) } else { integer_start(initial).map(Some) }
    }

    fn merge(&mut self, other: &Self) {
        self.ticks = self.ticks.saturating_add(other.ticks);
        self.absent |= other.absent;
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn store(states: &[Self], start: Option<i128>, landing: &Landing<'_>) -> Result<Specials, Error> {
        landing.times(start, |i| (!states[i].absent).then_some(states[i].ticks))
    }
}

impl State for ExactSum {
    const MOST_BYTES: usize = ExactSum::MOST_BYTES;
    type Start = f64;

    fn start(initial: Option<Initial>) -> Option<f64> {
        float_start(initial)
    }

    fn merge(&mut self, other: &Self) {
        ExactSum::merge(self, other);
    }

    fn reset(&mut self) {
        ExactSum::reset(self);
    }

    fn store(states: &[Self], start: f64, landing: &Landing<'_>) -> Result<Specials, Error> {
        landing.floats(start, states)
    }
}

/// A sum of 80-bit floats, or of their squares, in a long accumulator.
#[derive(Clone, Debug, Default)]
pub struct LongTotal<const LIMBS: usize, const LOWEST: i32> {
    pub(super) sum: LongSum<LIMBS, LOWEST>,
    pub(super) specials: Specials,
}

/// A sum of 80-bit floats.
pub type ExtendedTotal = LongTotal<515, -16445>;
/// A sum of squares of 80-bit floats.
pub type ExtendedSquares = LongTotal<1030, -32890>;

impl ExtendedTotal {
    /// Adds |a - b|, which came of operands that were finite or not.
    pub fn add(&mut self, diff: Extended, operands: [Magnitude; 2]) {
        if let Some((significand, exponent)) = self.specials.met(diff, operands) {
            self.sum.add_scaled(false, significand, exponent);
        }
    }
}

impl ExtendedSquares {
    /// Adds |a - b|^2, which came of operands that were finite or not.
    pub fn add_square(&mut self, diff: Extended, operands: [Magnitude; 2]) {
        if let Some((significand, exponent)) = self.specials.met(diff, operands) {
            self.sum.add_square(significand, exponent);
        }
    }
}

impl Specials {
    /// The significand and the exponent of a difference; what is not finite is noted.
    pub(super) fn met(&mut self, diff: Extended, operands: [Magnitude; 2]) -> Option<(u64, i32)> {
        match diff.magnitude() {
            Magnitude::Finite { significand, exponent } => return Some((significand, exponent)),
            Magnitude::Infinite => {
                self.infinite = true;
                self.overflow |= !operands.contains(&Magnitude::Infinite);
            }
            Magnitude::NotANumber => {
                self.nan = true;
                self.invalid |= !operands.contains(&Magnitude::NotANumber);
            }
        }
        None
    }
}

impl<const LIMBS: usize, const LOWEST: i32> Exact for LongTotal<LIMBS, LOWEST> {
    fn specials(&self) -> Specials {
        self.specials
    }

    fn rounded<T: Real>(&self, more: f64) -> T {
        let mut sum = self.sum.clone();
        sum.add(more);
        T::round(&sum)
    }
}

impl<const LIMBS: usize, const LOWEST: i32> State for LongTotal<LIMBS, LOWEST> {
    type Start = f64;

    fn start(initial: Option<Initial>) -> Option<f64> {
        float_start(initial)
    }

    fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.specials = self.specials.or(other.specials);
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn store(states: &[Self], start: f64, landing: &Landing<'_>) -> Result<Specials, Error> {
        landing.floats(start, states)
    }
}
