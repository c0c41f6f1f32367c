//! datetime64 and timedelta64: 64-bit ticks in a common unit, where the lowest value is NaT.

use super::Element;

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
    type Out = i64;

    #[inline(always)]
    fn absdiff(a: i64, b: i64) -> Option<u64> {
        (a != Time::NAT && b != Time::NAT).then(|| a.abs_diff(b))
    }

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
