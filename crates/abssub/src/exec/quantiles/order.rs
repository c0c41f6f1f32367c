//! Order statistics: which ranks a quantile lies between, and what it comes to.

use crate::element::{Key, Keyed};
use crate::reduce::Specials;

/// The two ranks that a quantile lies between, and how far from the first to the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Between {
    pub(super) low: u64,
    pub(super) high: u64,
    part: f64,
}

impl Between {
    /// Where `quantile` lies among `number` values, at least one, as `method="linear"` has it.
    pub(super) fn new(quantile: f64, number: u64) -> Self {
        let place = (number - 1) as f64 * quantile;
        if place >= (number - 1) as f64 {
            return Self { low: number - 1, high: number - 1, part: 0.0 };
        }
        let floor = place.floor();
        Self { low: floor as u64, high: floor as u64 + 1, part: place - floor }
    }

    /// The value between two keys, with NumPy's own operations, so that its bits are NumPy's: those of
    /// `np.median`, the mean of the middle two, if that is what is asked for, else those of `np.quantile`.
    pub(super) fn value<E: Keyed>(self, keys: [E::Key; 2], is_median: bool, met: &mut Specials) -> f64 {
        let [low, high] = keys.map(E::key_to_f64);
        if is_median {
            // An odd number of values has one in the middle.
            let mean = if self.part == 0.0 || keys[0] == keys[1] { low } else { (low + high) / 2.0 };
            met.overflow |= mean.is_infinite() && high.is_finite();
            return mean;
        }
        let apart = high - low;
        let value = if self.part >= 0.5 { high - apart * (1.0 - self.part) } else { low + apart * self.part };
        met.invalid |= value.is_nan() && !low.is_nan() && !high.is_nan();
        value
    }
}

/// The quantiles of sorted keys.
pub(super) fn of_sorted<E: Keyed>(
    keys: &[E::Key],
    quantile: f64,
    is_median: bool,
    met: &mut Specials,
) -> f64 {
    let Some(last) = keys.last() else { return f64::NAN };
    if *last > E::LAST {
        return f64::NAN;
    }
    let between = Between::new(quantile, keys.len() as u64);
    let pair = [between.low, between.high].map(|rank| keys[rank as usize]);
    between.value::<E>(pair, is_median, met)
}

/// Keys that share their upper bits: those from `shift` on equal `prefix`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window<K> {
    pub(super) prefix: K,
    /// Bits that are not known yet.
    pub(super) shift: u32,
    /// The rank among the keys that share the prefix.
    pub(super) rank: u64,
}

impl<K: Key> Window<K> {
    /// Moves on to the digit, of `bits` bits, in which the rank lies.
    pub(super) fn narrow(&mut self, counts: &[u64], bits: u32) {
        let mut below = 0;
        for (digit, &count) in counts.iter().enumerate() {
            if self.rank < below + count {
                self.shift -= bits;
                self.prefix = K::narrow(self.prefix.wide() | (digit as u128) << self.shift);
                self.rank -= below;
                return;
            }
            below += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_ranks() {
        assert_eq!(Between::new(0.5, 4), Between { low: 1, high: 2, part: 0.5 });
        assert_eq!((Between::new(1.0, 4).low, Between::new(1.0, 4).high), (3, 3));
        let mut met = Specials::default();
        assert_eq!(of_sorted::<u8>(&[1, 2, 4, 9], 0.5, false, &mut met), 3.0);
        assert_eq!(of_sorted::<u8>(&[1, 2, 4, 9], 1.0, false, &mut met), 9.0);
        assert!(of_sorted::<u8>(&[], 1.0, false, &mut met).is_nan());
    }

    #[test]
    fn medians_are_means() {
        let mut met = Specials::default();
        let keys = [1.0, f64::INFINITY, f64::INFINITY].map(|x| f64::key(x, 0.0));
        assert_eq!(of_sorted::<f64>(&keys, 0.5, true, &mut met), f64::INFINITY);
        assert!(of_sorted::<f64>(&keys, 0.5, false, &mut met).is_nan() && met.invalid);
        assert_eq!(of_sorted::<f64>(&keys[..2], 0.5, true, &mut met), f64::INFINITY);
        assert_eq!(of_sorted::<u8>(&[1, 2, 9], 0.5, true, &mut met), 2.0);
        assert_eq!(of_sorted::<u8>(&[1, 2, 9, 9], 0.5, true, &mut met), 5.5);
    }

    #[test]
    fn windows_narrow() {
        let mut window = Window { prefix: 0u16, shift: 16, rank: 5 };
        let mut counts = [0; 256];
        (counts[3], counts[7]) = (4, 2);
        window.narrow(&counts, 8);
        assert_eq!(window, Window { prefix: 0x0700, shift: 8, rank: 1 });
    }
}
