//! Extremes and counts of the keys of a row, straight from the operands: no key is written.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::keys::sum_of;
use super::unrolled::each_row;
use super::vectors::{ABREAST_AHEAD_BYTES, AHEAD_BYTES};
use crate::array::run::{Lockstep, Run};
use crate::element::{Key, Keyed};

/// Pairs that are looked at side by side.
const LANES: usize = 64;
/// The same of those that are left.
const FEW: usize = 8;

/// The greatest key of a row of pairs, or of the flipped keys: see [`super::keys::Flip`].
pub(crate) struct GreatestOfPairs<'m, E: Keyed, const FLIPPED: bool> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
}

impl<E: Keyed, const FLIPPED: bool> Kernel for GreatestOfPairs<'_, E, FLIPPED> {
    const VECTORS: bool = false;
    type Output = E::Key;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> E::Key {
        let ((mut a, a_rest), (b, b_rest)) = (self.a.blocks::<LANES>(), self.b.blocks::<LANES>());
        let mut lanes = [E::Key::default(); LANES];
        for (a, b) in a.ahead::<AHEAD_BYTES>().zip(b) {
            for i in 0..LANES {
                lanes[i] = lanes[i].max(key::<E, FLIPPED>(a[i], b[i]));
            }
        }
        greatest_of(lanes).max(greatest_of_few::<E, FLIPPED>(a_rest, b_rest))
    }
}

/// A key, or the same flipped.
#[inline(always)]
fn key<E: Keyed, const FLIPPED: bool>(a: E::Left, b: E::Right) -> E::Key {
    if FLIPPED { E::LAST.less(E::key(a, b)) } else { E::key(a, b) }
}

/// The greatest key of what is left of a row.
#[inline(always)]
fn greatest_of_few<E: Keyed, const FLIPPED: bool>(a: Run<E::Left>, b: Run<E::Right>) -> E::Key {
    let ((a, a_rest), (b, b_rest)) = (a.blocks::<FEW>(), b.blocks::<FEW>());
    let mut lanes = [E::Key::default(); FEW];
    for (a, b) in a.zip(b) {
        for i in 0..FEW {
            lanes[i] = lanes[i].max(key::<E, FLIPPED>(a[i], b[i]));
        }
    }
    let mut greatest = greatest_of(lanes);
    for (a, b) in a_rest.iter().zip(b_rest.iter()) {
        greatest = greatest.max(key::<E, FLIPPED>(a, b));
    }
    greatest
}

/// How many keys of a row of pairs lie in a range: `low ..= low + span`.
pub(crate) struct CountPairs<'m, E: Keyed> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
    pub(crate) low: E::Key,
    pub(crate) span: E::Key,
}

impl<E: Keyed> Kernel for CountPairs<'_, E> {
    const VECTORS: bool = false;
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> u64 {
        let range = (self.low, self.span);
        let ((mut a, a_rest), (mut b, b_rest)) = (self.a.blocks::<LANES>(), self.b.blocks::<LANES>());
        let mut total = 0;
        while b.len() > 0 {
            // Lanes as wide as the keys: 255 steps are what the narrowest holds.
            let mut lanes = [E::Key::default(); LANES];
            for (b, a) in b.by_ref().take(255).zip(a.ahead::<AHEAD_BYTES>()) {
                for i in 0..LANES {
                    lanes[i] = lanes[i].plus(one_if_inside::<E>(a[i], b[i], range));
                }
            }
            total += sum_of(&lanes);
        }
        total + count_few::<E>(a_rest, b_rest, range)
    }
}

/// One if a key lies in a range, else nothing.
#[inline(always)]
fn one_if_inside<E: Keyed>(a: E::Left, b: E::Right, (low, span): (E::Key, E::Key)) -> E::Key {
    if E::key(a, b).less(low) <= span { E::Key::ONE } else { E::Key::default() }
}

/// How many keys of what is left of a row lie in a range.
#[inline(always)]
fn count_few<E: Keyed>(a: Run<E::Left>, b: Run<E::Right>, range: (E::Key, E::Key)) -> u64 {
    let ((a, a_rest), (b, b_rest)) = (a.blocks::<FEW>(), b.blocks::<FEW>());
    let mut lanes = [E::Key::default(); FEW];
    for (a, b) in a.zip(b) {
        for i in 0..FEW {
            lanes[i] = lanes[i].plus(one_if_inside::<E>(a[i], b[i], range));
        }
    }
    let mut count = sum_of(&lanes);
    for (a, b) in a_rest.iter().zip(b_rest.iter()) {
        count += one_if_inside::<E>(a, b, range).wide() as u64;
    }
    count
}

/// The greatest key of each of some rows with one that they share: memory answers several streams faster
/// than one, and each of the shared elements is loaded once.
pub(crate) struct GreatestOfRows<'m, E: Keyed, const N: usize> {
    pub(crate) a: [Run<'m, E::Left>; N],
    pub(crate) b: Run<'m, E::Right>,
}

impl<E: Keyed, const N: usize> Kernel for GreatestOfRows<'_, E, N> {
    const VECTORS: bool = false;
    type Output = [E::Key; N];

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> [E::Key; N] {
        const { assert!(N <= 8, "as many as each_row! does") };
        let (a, b) = (self.a, self.b);
        let mut lanes = [[E::Key::default(); LANES]; N];
        let whole = b.len() / LANES * LANES;
        for (a, [b]) in Lockstep::new(a, LANES).zip(Lockstep::new([b], LANES)) {
            let shared = b.block::<LANES>(0);
            each_row!(raise::<E, N>(&mut lanes, &a, &shared));
        }
        let mut greatest = [E::Key::default(); N];
        each_row!(settle::<E, N>(&lanes, &mut greatest));
        for r in 0..N {
            let rest = greatest_of_few::<E, false>(a[r].after(whole), b.after(whole));
            greatest[r] = greatest[r].max(rest);
        }
        greatest
    }
}

/// The greatest of the lanes.
#[inline(always)]
fn greatest_of<K: Key, const N: usize>(mut lanes: [K; N]) -> K {
    // By halves, so that lanes stay vectors.
    let mut half = N / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = lanes[i].max(lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// The greatest key of row `R`, if there are so many.
#[inline(always)]
fn settle<E: Keyed, const N: usize, const R: usize>(
    lanes: &[[E::Key; LANES]; N],
    greatest: &mut [E::Key; N],
) {
    if R < N {
        greatest[R] = greatest_of(lanes[R]);
    }
}

/// A block of row `R`, if there are so many.
#[inline(always)]
fn raise<E: Keyed, const N: usize, const R: usize>(
    lanes: &mut [[E::Key; LANES]; N],
    a: &[Run<E::Left>; N],
    b: &[E::Right; LANES],
) {
    if R < N {
        a[R].prefetch_ahead(ABREAST_AHEAD_BYTES);
        let a = a[R].block::<LANES>(0);
        for i in 0..LANES {
            lanes[R][i] = lanes[R][i].max(E::key(a[i], b[i]));
        }
    }
}

/// How many keys of each of some rows, with one that they share, lie in a range: `low ..= low + span`.
pub(crate) struct CountRows<'m, E: Keyed, const N: usize> {
    pub(crate) a: [Run<'m, E::Left>; N],
    pub(crate) b: Run<'m, E::Right>,
    pub(crate) low: E::Key,
    pub(crate) span: E::Key,
}

impl<E: Keyed, const N: usize> Kernel for CountRows<'_, E, N> {
    const VECTORS: bool = false;
    type Output = [u64; N];

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> [u64; N] {
        const { assert!(N <= 8, "as many as each_row! does") };
        let Self { a, b, low, span } = self;
        let mut counts = [0; N];
        let whole = b.len() / LANES * LANES;
        for from in (0..whole).step_by(255 * LANES) {
            // Lanes as wide as the keys: 255 steps are what the narrowest holds.
            let mut lanes = [[E::Key::default(); LANES]; N];
            let (mut rows, b) = (a, b.part(from, (whole - from).min(255 * LANES)));
            for r in 0..N {
                rows[r] = a[r].part(from, b.len());
            }
            let range = (low, span);
            for (a, [b]) in Lockstep::new(rows, LANES).zip(Lockstep::new([b], LANES)) {
                let shared = b.block::<LANES>(0);
                each_row!(tally::<E, N>(&mut lanes, &a, &shared, range));
            }
            each_row!(count_up::<E, N>(&lanes, &mut counts));
        }
        for r in 0..N {
            counts[r] += count_few::<E>(a[r].after(whole), b.after(whole), (low, span));
        }
        counts
    }
}

/// A block of row `R`, if there are so many.
#[inline(always)]
fn tally<E: Keyed, const N: usize, const R: usize>(
    lanes: &mut [[E::Key; LANES]; N],
    a: &[Run<E::Left>; N],
    b: &[E::Right; LANES],
    range: (E::Key, E::Key),
) {
    if R < N {
        a[R].prefetch_ahead(ABREAST_AHEAD_BYTES);
        let a = a[R].block::<LANES>(0);
        for i in 0..LANES {
            lanes[R][i] = lanes[R][i].plus(one_if_inside::<E>(a[i], b[i], range));
        }
    }
}

/// Adds the lanes of row `R`, if there are so many.
#[inline(always)]
fn count_up<E: Keyed, const N: usize, const R: usize>(lanes: &[[E::Key; LANES]; N], counts: &mut [u64; N]) {
    if R < N {
        counts[R] += sum_of(&lanes[R]);
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
                (0..8).map(|r| (0..len).map(|i| (i * 7919 * (r + 1)) as u8).collect()).collect();
            let (a, b) = (std::array::from_fn(|r| Run::of(&rows[r])), Run::of(&shared));
            let keys = |r: usize| rows[r].iter().zip(&shared).map(|(&a, &b)| u8::key(a, b));
            for &level in Level::available() {
                let greatest = level.run(GreatestOfRows::<u8, 8> { a, b });
                assert_eq!(greatest, std::array::from_fn(|r| keys(r).max().unwrap()));
                for (low, span) in [(9, 90), (0, 255)] {
                    let counts = level.run(CountRows::<u8, 8> { a, b, low, span });
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
