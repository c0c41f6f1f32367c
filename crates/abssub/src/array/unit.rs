//! What a tick of a time is in the unit that two operands have in common.

use crate::element::WideTime;

/// A tick in ticks of the common unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// So many of them.
    Times(i64),
    /// Calendar months since January 1970, which differ in length, where the common unit divides a day.
    Months {
        /// The months of a tick.
        months: i64,
        /// The common unit's ticks a day.
        ticks_a_day: i64,
    },
}

impl Tick {
    /// The common unit itself.
    pub const ONE: Tick = Tick::Times(1);

    /// A time in ticks of the common unit; NaT stays NaT. Saturates far beyond any duration that fits 64 bits.
    #[inline]
    pub(crate) fn scale(self, time: i128) -> i128 {
        match self {
            _ if time == WideTime::NAT => time,
            Tick::Times(ticks) => time.saturating_mul(ticks.into()),
            Tick::Months { months, ticks_a_day } => {
                days_before_month(time * i128::from(months)).saturating_mul(ticks_a_day.into())
            }
        }
    }
}

/// The days from 1970-01-01 to the first of a month, given in months since January 1970.
///
/// In the Gregorian calendar, extended both ways: years are counted from March, so that the leap day
/// is a year's last (after Richards, "Mapping Time", 1998, chapter 25).
fn days_before_month(months: i128) -> i128 {
    let from_march = months - 2;
    let (year, month) = (1970 + from_march.div_euclid(12), from_march.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From March on, months have 31, 30, 31, 30, 31 days, over and over.
    365 * year + leap_days + (153 * month + 2) / 5 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_the_calendar_says() {
        let day = |year: i128, month: i128| days_before_month((year - 1970) * 12 + month - 1);
        assert_eq!(day(1970, 1), 0);
        assert_eq!(day(1970, 2), 31);
        assert_eq!(day(1969, 12), -31);
        assert_eq!(day(2000, 3), 11_017);
        assert_eq!(day(1900, 3) - day(1900, 2), 28);
        assert_eq!(day(2000, 3) - day(2000, 2), 29);
        assert_eq!(day(2024, 3) - day(2024, 2), 29);
        assert_eq!(day(0, 3) - day(0, 2), 29);
        // Every month of 400 years, one after the other.
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for year in 1800..2200 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for month in 1..=12 {
                let expected = lengths[month as usize - 1] + i128::from(leap && month == 2);
                assert_eq!(day(year, month + 1) - day(year, month), expected, "{year}-{month}");
            }
        }
    }

    #[test]
    fn nat_and_extremes() {
        let year = Tick::Months { months: 12, ticks_a_day: 86_400_000_000_000 };
        assert_eq!(year.scale(WideTime::NAT), WideTime::NAT);
        assert_eq!(year.scale(1), 365 * 86_400_000_000_000);
        assert!(year.scale(i64::MAX.into()) > i64::MAX.into());
        assert_eq!(Tick::Times(7).scale(-3), -21);
    }
}
