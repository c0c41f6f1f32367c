//! datetime64 and timedelta64: 64-bit ticks in a common unit, where the lowest value is NaT.

use super::{Element, Stored};

/// Ticks of one unit, as NumPy's dates and durations store them.
#[derive(Clone, Copy, Debug)]
pub enum Time {}

impl Time {
    /// Not a time.
    pub const NAT: i64 = i64::MIN;
}

impl Element for Time {
    type Left = i64;
    type Right = i64;
    /// None is NaT.
    type Diff = Option<u64>;

    #[inline(always)]
    fn absdiff(a: i64, b: i64) -> Option<u64> {
        (a != Time::NAT && b != Time::NAT).then(|| a.abs_diff(b))
    }
}

impl Stored for Time {
    type Out = i64;

    /// Saturates, and says so, where the duration needs 64 bits.
    #[inline(always)]
    fn store(a: i64, b: i64, lost: &mut bool) -> i64 {
        let absent = (a == Time::NAT) | (b == Time::NAT);
        let ticks = a.abs_diff(b);
        let large = ticks > i64::MAX as u64;
        *lost |= large & !absent;
        let held = if large { i64::MAX } else { ticks as i64 };
        if absent { Time::NAT } else { held }
    }
}

/// Times of different units, brought to the common one: ticks need up to 128 bits there.
#[derive(Clone, Copy, Debug)]
pub enum WideTime {}

impl WideTime {
    /// Not a time.
    pub const NAT: i128 = i128::MIN;
}

impl Element for WideTime {
    type Left = i128;
    type Right = i128;
    /// None is NaT.
    type Diff = Option<u128>;

    #[inline(always)]
    fn absdiff(a: i128, b: i128) -> Option<u128> {
        (a != WideTime::NAT && b != WideTime::NAT).then(|| a.abs_diff(b))
    }
}

impl Stored for WideTime {
    type Out = i64;

    fn store(a: i128, b: i128, lost: &mut bool) -> i64 {
        let Some(ticks) = Self::absdiff(a, b) else { return Time::NAT };
        *lost |= ticks > i64::MAX as u128;
        ticks.min(i64::MAX as u128) as i64
    }
}
