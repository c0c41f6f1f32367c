//! Extremes and counts of the keys of a row, straight from the operands: no key is written.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::integer::AHEAD_BYTES;
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Pairs that are looked at side by side.
const LANES: usize = 64;

/// The greatest key of a row of pairs, or of the flipped keys: see [`super::keys::Flip`].
pub(crate) struct GreatestOfPairs<'m, E: Keyed, const FLIPPED: bool> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
}

impl<E: Keyed, const FLIPPED: bool> Kernel for GreatestOfPairs<'_, E, FLIPPED> {
    type Output = E::Key;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> E::Key {
        let key = |a, b| if FLIPPED { E::LAST.less(E::key(a, b)) } else { E::key(a, b) };
        let ((mut a, a_rest), (b, b_rest)) = (self.a.blocks::<LANES>(), self.b.blocks::<LANES>());
        let mut lanes = [E::Key::default(); LANES];
        for (a, b) in a.ahead::<AHEAD_BYTES>().zip(b) {
            (0..LANES).for_each(|i| lanes[i] = lanes[i].max(key(a[i], b[i])));
        }
        let rest = a_rest.iter().zip(b_rest.iter()).map(|(a, b)| key(a, b));
        lanes.into_iter().chain(rest).fold(E::Key::default(), E::Key::max)
    }
}

/// How many keys of a row of pairs lie in a range: `low ..= low + span`.
pub(crate) struct CountPairs<'m, E: Keyed> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
    pub(crate) low: E::Key,
    pub(crate) span: E::Key,
}

impl<E: Keyed> Kernel for CountPairs<'_, E> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> u64 {
        let one = |a, b| {
            let inside = E::key(a, b).less(self.low) <= self.span;
            if inside { E::Key::ONE } else { E::Key::default() }
        };
        let ((mut a, a_rest), (mut b, b_rest)) = (self.a.blocks::<LANES>(), self.b.blocks::<LANES>());
        let mut total = 0;
        while b.len() > 0 {
            // Lanes as wide as the keys: 255 steps are what the narrowest holds.
            let mut lanes = [E::Key::default(); LANES];
            for (b, a) in b.by_ref().take(255).zip(a.ahead::<AHEAD_BYTES>()) {
                (0..LANES).for_each(|i| lanes[i] = lanes[i].plus(one(a[i], b[i])));
            }
            total += lanes.iter().map(|lane| lane.wide() as u64).sum::<u64>();
        }
        total + a_rest.iter().zip(b_rest.iter()).map(|(a, b)| one(a, b).wide() as u64).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    #[test]
    fn every_level_agrees_with_the_scalar_line() {
        for &level in Level::available() {
            for len in [1, 63, 64, 65, 300, 64 * 256 + 7] {
                let a: Vec<i16> = (0..len).map(|i| (i * 7919) as i16).collect();
                let b: Vec<i16> = (0..len).map(|i| (i * i + 5) as i16).collect();
                let keys = || a.iter().zip(&b).map(|(&a, &b)| i16::key(a, b));
                let (a, b) = (Run::of(&a), Run::of(&b));
                assert_eq!(level.run(GreatestOfPairs::<i16, false> { a, b }), keys().max().unwrap());
                assert_eq!(
                    level.run(GreatestOfPairs::<i16, true> { a, b }),
                    u16::MAX - keys().min().unwrap()
                );
                let count = level.run(CountPairs::<i16> { a, b, low: 9, span: 40_000 });
                assert_eq!(count, keys().filter(|key| (9..=40_009).contains(key)).count() as u64);
                let all = level.run(CountPairs::<i16> { a, b, low: 0, span: u16::MAX });
                assert_eq!(all, len as u64);
            }
        }
    }
}
