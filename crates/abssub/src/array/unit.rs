//! Units of time, and what a tick is in the unit that two operands have in common.

use crate::element::WideTime;

/// How long a tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// In attoseconds.
    Attoseconds(i128),
    /// In calendar months, which differ in length.
    Months(i128),
    /// Whatever the other operand's is.
    Any,
}

/// NumPy's units that are multiples of one another, finest first: each in units of the one before.
const LINEAR: [(&str, i128); 11] = [
    ("as", 1),
    ("fs", 1000),
    ("ps", 1000),
    ("ns", 1000),
    ("us", 1000),
    ("ms", 1000),
    ("s", 1000),
    ("m", 60),
    ("h", 60),
    ("D", 24),
    ("W", 7),
];

/// A day in attoseconds.
const DAY: i128 = 86_400_000_000_000_000_000_000;

impl Unit {
    /// So many of the unit that NumPy calls by that name; none if there is no such unit.
    pub fn named(name: &str, count: i64) -> Option<Unit> {
        let count = i128::from(count);
        match name {
            "generic" => Some(Unit::Any),
            "M" => Some(Unit::Months(count)),
            "Y" => Some(Unit::Months(12 * count)),
            _ => {
                let at = LINEAR.iter().position(|&(known, _)| known == name)?;
                let size: i128 = LINEAR[..=at].iter().map(|&(_, of_last)| of_last).product();
                Some(Unit::Attoseconds(size * count))
            }
        }
    }

    /// What a tick of this unit is in a common one; none if it is no whole number of those.
    pub fn in_ticks_of(self, common: Unit) -> Option<Tick> {
        let whole = |size: i128, of: i128| (size % of == 0).then_some(size / of);
        match (self, common) {
            (Unit::Any, _) | (_, Unit::Any) => Some(Tick::ONE),
            (Unit::Attoseconds(size), Unit::Attoseconds(of)) | (Unit::Months(size), Unit::Months(of)) => {
                whole(size, of).map(Tick::Times)
            }
            (Unit::Months(months), Unit::Attoseconds(of)) => {
                whole(DAY, of).map(|ticks_a_day| Tick::Months { months, ticks_a_day })
            }
            (Unit::Attoseconds(_), Unit::Months(_)) => None,
        }
    }
}

/// A tick in ticks of the common unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// So many of them.
    Times(i128),
    /// Calendar months since January 1970, which differ in length, where the common unit divides a day.
    Months {
        /// The months of a tick.
        months: i128,
        /// The common unit's ticks a day.
        ticks_a_day: i128,
    },
}

impl Tick {
    /// The common unit itself.
    pub const ONE: Tick = Tick::Times(1);

    /// A time in ticks of the common unit; NaT stays NaT. Saturates far beyond any duration that fits 64 bits.
    #[inline]
    pub fn scale(self, time: i128) -> i128 {
        match self {
            _ if time == WideTime::NAT => time,
            Tick::Times(ticks) => time.saturating_mul(ticks),
            Tick::Months { months, ticks_a_day } => {
                days_before_month(time * months).saturating_mul(ticks_a_day)
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
    fn units_are_whole_numbers_of_finer_ones() {
        let tick = |unit: (&str, i64), common: (&str, i64)| {
            Unit::named(unit.0, unit.1).unwrap().in_ticks_of(Unit::named(common.0, common.1).unwrap())
        };
        assert_eq!(tick(("s", 1), ("ms", 1)), Some(Tick::Times(1000)));
        assert_eq!(tick(("s", 6), ("s", 3)), Some(Tick::Times(2)));
        assert_eq!(tick(("s", 3), ("s", 2)), None);
        assert_eq!(tick(("W", 1), ("D", 1)), Some(Tick::Times(7)));
        assert_eq!(tick(("Y", 2), ("M", 1)), Some(Tick::Times(24)));
        assert_eq!(tick(("M", 1), ("h", 1)), Some(Tick::Months { months: 1, ticks_a_day: 24 }));
        assert_eq!(tick(("D", 1), ("M", 1)), None);
        assert_eq!(tick(("W", 1), ("as", 1)), Some(Tick::Times(7 * DAY)));
        assert_eq!(tick(("generic", 1), ("as", 1)), Some(Tick::ONE));
        assert_eq!(Unit::named("fortnight", 1), None);
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
