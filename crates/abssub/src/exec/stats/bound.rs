//! Thresholds: numbers that differences are compared with, as ranges of keys.

use crate::element::{Extended, Key, Keyed, Magnitude};
use std::cmp::Ordering;

/// A number to compare differences with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A whole number; ticks, for times.
    Integer(i128),
    /// Any double. NaN is equal to nothing, and neither less nor greater.
    Float(f64),
    /// An 80-bit float, which may lie between doubles.
    Extended(Extended),
    /// Between a whole number and the next: a duration that is no whole number of ticks.
    After(i128),
}

/// How a difference is compared with a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `==`
    Equal,
    /// `!=`, which what is not a number is to everything.
    NotEqual,
}

/// Keys that satisfy a comparison: `low ..= high`, or all others.
///
/// The range never holds zero, which is what stands for an element that takes no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyRange {
    /// None if there are no such keys.
    pub(super) range: Option<(u128, u128)>,
    /// Whether the keys outside are meant.
    pub(super) outside: bool,
}

/// How the difference that has a key compares with a bound; not at all if that is NaN.
type Compare<E> = fn(<E as Keyed>::Key, Bound) -> Option<Ordering>;

/// The exact comparison. The key must be a number's.
fn compare<E: Keyed>(key: E::Key, bound: Bound) -> Option<Ordering> {
    if E::IS_WHOLE {
        let ticks = i128::try_from(key.wide()).unwrap_or(i128::MAX);
        return match bound {
            Bound::Integer(n) => Some(ticks.cmp(&n)),
            Bound::After(n) => Some(if ticks > n { Ordering::Greater } else { Ordering::Less }),
            Bound::Float(x) if x.is_nan() => None,
            Bound::Extended(x) => beside_extended(x, || {
                let (floor, more) = x.whole_part();
                ticks.cmp(&floor).then(if more { Ordering::Less } else { Ordering::Equal })
            }),
            // Beyond 2^127 the conversion saturates, which orders rightly.
            Bound::Float(x) => {
                let floor = x.floor();
                Some(ticks.cmp(&(floor as i128)).then(if x > floor {
                    Ordering::Less
                } else {
                    Ordering::Equal
                }))
            }
        };
    }
    let value = E::key_to_f64(key);
    match bound {
        Bound::Float(x) => value.partial_cmp(&x).map(|order| order.then_with(|| E::beyond_f64(key))),
        Bound::Extended(x) => beside_extended(x, || E::cmp_extended(key, x)),
        Bound::Integer(n) | Bound::After(n) => {
            if let Some((floor, more)) = E::whole(key) {
                return Some(floor.cmp(&n).then(if more { Ordering::Greater } else { Ordering::Equal }));
            }
            let near = n as f64;
            let order = value.partial_cmp(&near)?;
            // A double that equals the nearest one may still differ from the integer itself.
            let rest = if near.abs() < 1e38 { (near as i128).cmp(&n) } else { Ordering::Equal };
            Some(order.then(rest).then_with(|| E::beyond_f64(key)))
        }
    }
}

/// How a difference compares with an 80-bit float, if `positive` tells it for those that are not negative.
fn beside_extended(x: Extended, positive: impl FnOnce() -> Ordering) -> Option<Ordering> {
    match x.magnitude() {
        Magnitude::NotANumber => None,
        Magnitude::Finite { significand: 0, .. } => Some(positive()),
        _ if x.is_negative() => Some(Ordering::Greater),
        _ => Some(positive()),
    }
}

/// The lowest key for which `reached` holds, which holds for all keys above it; none if for no number's.
fn first_key<E: Keyed>(reached: impl Fn(E::Key) -> bool) -> Option<u128> {
    let (mut low, mut high) = (0u128, E::LAST.wide() + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(E::Key::narrow(middle)) { high = middle } else { low = middle + 1 }
    }
    (low <= E::LAST.wide()).then_some(low)
}

/// How a difference compares with a histogram's edge. Where the edge is a double NumPy brings the
/// difference to one too, and so do we, or automatic edges would shut out the values that they came of.
fn compare_edge<E: Keyed>(key: E::Key, edge: Bound) -> Option<Ordering> {
    match edge {
        Bound::Float(x) if E::IS_WHOLE => E::key_to_f64(key).partial_cmp(&x),
        _ => compare::<E>(key, edge),
    }
}

/// The lowest key of a difference that is at least the bound, by a comparison of the above; none if there
/// is no such difference.
fn first_at_least<E: Keyed>(bound: Bound, compare: Compare<E>) -> Option<u128> {
    first_key::<E>(|key| compare(key, bound).is_some_and(Ordering::is_ge))
}

/// The highest key of a difference that is at most the bound; none if there is no such difference.
fn last_at_most<E: Keyed>(bound: Bound, compare: Compare<E>) -> Option<u128> {
    let above = first_key::<E>(|key| compare(key, bound).is_some_and(Ordering::is_gt));
    above.map_or(Some(E::LAST.wide()), |above| above.checked_sub(1))
}

/// The first key from a histogram's edge on.
pub(super) fn first_from_edge<E: Keyed>(edge: Bound) -> Option<u128> {
    first_at_least::<E>(edge, compare_edge::<E>)
}

/// The last key up to an edge.
pub(super) fn last_to_edge<E: Keyed>(edge: Bound) -> Option<u128> {
    last_at_most::<E>(edge, compare_edge::<E>)
}

impl KeyRange {
    /// What is not zero, be it a number or not.
    pub(super) fn nonzero<E: Keyed>() -> Self {
        Self { range: Some((0, 0)), outside: true }.without_zero::<E>()
    }

    /// All other keys.
    pub(super) fn inverted(self) -> Self {
        Self { outside: !self.outside, ..self }
    }

    /// The same keys, by way of a range that does not hold zero.
    fn without_zero<E: Keyed>(self) -> Self {
        match self.range {
            Some((0, high)) => {
                let top = E::Key::MAX.wide();
                Self { range: (high < top).then(|| (high + 1, top)), outside: !self.outside }
            }
            _ => self,
        }
    }

    /// The keys that satisfy a comparison with a bound.
    pub(super) fn new<E: Keyed>(comparison: Comparison, bound: Bound) -> Self {
        let (first, last) =
            (first_at_least::<E>(bound, compare::<E>), last_at_most::<E>(bound, compare::<E>));
        let top = E::LAST.wide();
        let inside = |low: Option<u128>, high: Option<u128>| low.zip(high).filter(|(low, high)| low <= high);
        let not_a_number = match bound {
            Bound::Float(x) => x.is_nan(),
            Bound::Extended(x) => x.magnitude() == Magnitude::NotANumber,
            Bound::Integer(_) | Bound::After(_) => false,
        };
        let range = match comparison {
            _ if not_a_number => None,
            Comparison::Greater => inside(last.map_or(Some(0), |last| last.checked_add(1)), Some(top)),
            Comparison::GreaterEqual => inside(first, Some(top)),
            Comparison::Less => inside(Some(0), first.map_or(Some(top), |first| first.checked_sub(1))),
            Comparison::LessEqual => inside(Some(0), last),
            Comparison::Equal | Comparison::NotEqual => inside(first, last),
        };
        Self { range, outside: comparison == Comparison::NotEqual }.without_zero::<E>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Comparison::*;

    /// The range of numbers that satisfy a comparison, zero included.
    fn range<E: Keyed>(comparison: Comparison, bound: Bound) -> Option<(u128, u128)> {
        let KeyRange { range, outside } = KeyRange::new::<E>(comparison, bound);
        assert!(range.is_none_or(|(low, _)| low > 0));
        let zero = if comparison == NotEqual { !outside } else { outside };
        match range {
            _ if !zero => range,
            None => Some((0, E::LAST.wide())),
            Some((low, _)) => Some((0, low - 1)),
        }
    }

    #[test]
    fn integers() {
        assert_eq!(range::<u8>(Greater, Bound::Integer(3)), Some((4, 255)));
        assert_eq!(range::<u8>(Greater, Bound::Integer(255)), None);
        assert_eq!(range::<u8>(Greater, Bound::Integer(-1)), Some((0, 255)));
        assert_eq!(range::<u8>(GreaterEqual, Bound::Float(2.5)), Some((3, 255)));
        assert_eq!(range::<u8>(Less, Bound::Float(2.5)), Some((0, 2)));
        assert_eq!(range::<u8>(Less, Bound::Integer(0)), None);
        assert_eq!(range::<u8>(LessEqual, Bound::Integer(i128::MAX)), Some((0, 255)));
        assert_eq!(range::<u8>(Equal, Bound::Float(2.5)), None);
        assert_eq!(range::<u8>(Greater, Bound::After(2)), Some((3, 255)));
        assert_eq!(range::<u8>(LessEqual, Bound::After(-1)), None);
        assert_eq!(range::<u8>(GreaterEqual, Bound::Float(f64::NAN)), None);
        assert_eq!(range::<u64>(Greater, Bound::Float(f64::INFINITY)), None);
        let large = u128::from(u64::MAX);
        assert_eq!(range::<u64>(GreaterEqual, Bound::Integer(large as i128)), Some((large, large)));
    }

    #[test]
    fn edges_meet_the_values_that_they_came_of() {
        let largest = (1u64 << 53) + 1;
        assert_eq!(last_to_edge::<u64>(Bound::Float(largest as f64)), Some(largest.into()));
        let least = (1u64 << 53) + 3;
        assert_eq!(first_from_edge::<u64>(Bound::Float(least as f64)), Some(least.into()));
        assert_eq!(first_from_edge::<u64>(Bound::Integer(least.into())), Some(least.into()));
        assert_eq!(first_from_edge::<u8>(Bound::Float(2.5)), Some(3));
    }

    #[test]
    fn extended_floats() {
        let bits = |x: f64| Extended::from(x).magnitude_bits();
        for x in [3.0, 6.0, 0.1, 100.0, 1e300, 3e-310] {
            assert_eq!(range::<Extended>(GreaterEqual, Bound::Float(x)).unwrap().0, bits(x));
            assert_eq!(range::<Extended>(Equal, Bound::Float(x)), Some((bits(x), bits(x))));
            assert_eq!(range::<Extended>(Equal, Bound::Extended(x.into())), Some((bits(x), bits(x))));
        }
        let next = Extended::from_magnitude_bits(bits(1.0) + 1);
        assert_eq!(range::<Extended>(Greater, Bound::Extended(next)).unwrap().0, bits(1.0) + 2);
        assert_eq!(
            range::<f64>(GreaterEqual, Bound::Extended(next)).unwrap().0,
            u128::from(1f64.to_bits()) + 1
        );
        assert_eq!(range::<u8>(Greater, Bound::Extended(next)), Some((2, 255)));
        assert_eq!(range::<u8>(Equal, Bound::Extended(2.0.into())), Some((2, 2)));
        assert_eq!(range::<u8>(Greater, Bound::Extended((-2.5).into())), Some((0, 255)));
        assert_eq!(range::<Extended>(Greater, Bound::Extended(f64::NAN.into())), None);
        let odd = (1i128 << 53) + 1;
        let key = Extended::from_parts(false, odd as u64, 0).magnitude_bits();
        assert_eq!(range::<Extended>(Equal, Bound::Integer(odd)), Some((key, key)));
    }

    #[test]
    fn floats() {
        let bits = |x: f32| u128::from(x.to_bits());
        assert_eq!(range::<f32>(Greater, Bound::Float(0.0)), Some((1, bits(f32::INFINITY))));
        assert_eq!(range::<f32>(Equal, Bound::Float(1.0)), Some((bits(1.0), bits(1.0))));
        assert_eq!(range::<f32>(Equal, Bound::Float(0.1)), None);
        assert_eq!(range::<f32>(Less, Bound::Integer(1)), Some((0, bits(1.0) - 1)));
        assert_eq!(
            range::<f64>(Greater, Bound::Integer((1 << 53) + 1)).map(|range| range.0),
            Some(u128::from(2f64.powi(53).to_bits()) + 1)
        );
        assert_eq!(
            range::<f32>(GreaterEqual, Bound::Float(f64::NEG_INFINITY)),
            Some((0, bits(f32::INFINITY)))
        );
    }
}
