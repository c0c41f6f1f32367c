//! Extremes and counts of the keys of a row, straight from the operands: no key is written.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::vectors::AHEAD_BYTES;
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

/// Rows that are looked at together where they share an operand: memory answers several streams faster
/// than one, and each of the shared elements is loaded once.
pub(crate) const TOGETHER: usize = 4;

/// The greatest key of each of some rows with one that they share.
pub(crate) struct GreatestOfRows<'m, E: Keyed> {
    pub(crate) a: [Run<'m, E::Left>; TOGETHER],
    pub(crate) b: Run<'m, E::Right>,
}

impl<E: Keyed> Kernel for GreatestOfRows<'_, E> {
    type Output = [E::Key; TOGETHER];

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> [E::Key; TOGETHER] {
        let (a, b) = (self.a, self.b);
        let mut lanes = [[E::Key::default(); LANES]; TOGETHER];
        let whole = b.len() / LANES * LANES;
        for at in (0..whole).step_by(LANES) {
            let shared = b.block::<LANES>(at);
            // One by one: a loop over rows would be kept as a loop.
            raise::<E>(&mut lanes[0], a[0], at, &shared);
            raise::<E>(&mut lanes[1], a[1], at, &shared);
            raise::<E>(&mut lanes[2], a[2], at, &shared);
            raise::<E>(&mut lanes[3], a[3], at, &shared);
        }
        let mut greatest = [E::Key::default(); TOGETHER];
        for r in 0..TOGETHER {
            let rest = a[r].after(whole).iter().zip(b.after(whole).iter()).map(|(a, b)| E::key(a, b));
            greatest[r] = lanes[r].into_iter().chain(rest).fold(E::Key::default(), E::Key::max);
        }
        greatest
    }
}

#[inline(always)]
fn raise<E: Keyed>(lanes: &mut [E::Key; LANES], a: Run<E::Left>, at: usize, b: &[E::Right; LANES]) {
    let a = a.block::<LANES>(at);
    (0..LANES).for_each(|i| lanes[i] = lanes[i].max(E::key(a[i], b[i])));
}

/// How many keys of each of some rows, with one that they share, lie in a range: `low ..= low + span`.
pub(crate) struct CountRows<'m, E: Keyed> {
    pub(crate) a: [Run<'m, E::Left>; TOGETHER],
    pub(crate) b: Run<'m, E::Right>,
    pub(crate) low: E::Key,
    pub(crate) span: E::Key,
}

impl<E: Keyed> Kernel for CountRows<'_, E> {
    type Output = [u64; TOGETHER];

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> [u64; TOGETHER] {
        let Self { a, b, low, span } = self;
        let mut counts = [0; TOGETHER];
        let whole = b.len() / LANES * LANES;
        for from in (0..whole).step_by(255 * LANES) {
            // Lanes as wide as the keys: 255 steps are what the narrowest holds.
            let mut lanes = [[E::Key::default(); LANES]; TOGETHER];
            for at in (from..whole.min(from + 255 * LANES)).step_by(LANES) {
                let shared = b.block::<LANES>(at);
                tally::<E>(&mut lanes[0], a[0], at, &shared, low, span);
                tally::<E>(&mut lanes[1], a[1], at, &shared, low, span);
                tally::<E>(&mut lanes[2], a[2], at, &shared, low, span);
                tally::<E>(&mut lanes[3], a[3], at, &shared, low, span);
            }
            for r in 0..TOGETHER {
                counts[r] += lanes[r].iter().map(|lane| lane.wide() as u64).sum::<u64>();
            }
        }
        for r in 0..TOGETHER {
            let rest = a[r].after(whole).iter().zip(b.after(whole).iter());
            counts[r] += rest.filter(|&(a, b)| E::key(a, b).less(low) <= span).count() as u64;
        }
        counts
    }
}

#[inline(always)]
fn tally<E: Keyed>(
    lanes: &mut [E::Key; LANES],
    a: Run<E::Left>,
    at: usize,
    b: &[E::Right; LANES],
    low: E::Key,
    span: E::Key,
) {
    let a = a.block::<LANES>(at);
    for i in 0..LANES {
        let inside = E::key(a[i], b[i]).less(low) <= span;
        lanes[i] = lanes[i].plus(if inside { E::Key::ONE } else { E::Key::default() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    #[test]
    fn rows_that_share_one_agree_with_the_scalar_line() {
        for len in [1, 63, 64, 65, 300, 64 * 256 + 7] {
            let shared: Vec<u8> = (0..len).map(|i| (i * i + 5) as u8).collect();
            let rows: Vec<Vec<u8>> =
                (0..TOGETHER).map(|r| (0..len).map(|i| (i * 7919 * (r + 1)) as u8).collect()).collect();
            let (a, b) = (std::array::from_fn(|r| Run::of(&rows[r])), Run::of(&shared));
            let keys = |r: usize| rows[r].iter().zip(&shared).map(|(&a, &b)| u8::key(a, b));
            for &level in Level::available() {
                let greatest = level.run(GreatestOfRows::<u8> { a, b });
                assert_eq!(greatest, std::array::from_fn(|r| keys(r).max().unwrap()));
                for (low, span) in [(9, 90), (0, 255)] {
                    let counts = level.run(CountRows::<u8> { a, b, low, span });
                    let inside = |r| keys(r).filter(|key| (low..=low + span).contains(key)).count() as u64;
                    assert_eq!(counts, std::array::from_fn(inside));
                }
            }
        }
    }

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
