//! Several statistics of a row of pairs from one reading: the keys of some pairs are written into the first
//! cache, each statistic looks at them there, and the next are written over them.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::keys::write_row;
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Keys that are looked at side by side.
const LANES: usize = 64;
/// Keys that are written before they are looked at.
pub(crate) const KEYS: usize = 16 * LANES;
/// Keys of which the squares fit the lanes that they are summed in: see `arch`.
const SQUARED: usize = 64 * KEYS;

/// What is asked of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks<'r, K> {
    /// The sum of the keys; of those of one byte alone.
    pub(crate) sum: bool,
    /// The sum of their squares; of those of one byte alone.
    pub(crate) squares: bool,
    /// The greatest key.
    pub(crate) high: bool,
    /// The greatest of the flipped keys: see [`super::keys::Flip`].
    pub(crate) low: bool,
    /// How many lie in each range `low ..= low + span`.
    pub(crate) ranges: &'r [Option<(K, K)>],
}

/// What was seen; zero for what was not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen<K> {
    pub(crate) sum: u64,
    pub(crate) squares: u64,
    pub(crate) high: K,
    pub(crate) low: K,
}

/// Looks at a row of pairs.
pub(crate) struct LookAtPairs<'m, 'l, E: Keyed> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
    /// Pairs whose flag is zero take part in no `low`; to all else they are a difference of zero.
    pub(crate) flags: Option<&'l [u8]>,
    pub(crate) looks: Looks<'l, E::Key>,
    /// Room for at least [`KEYS`] keys.
    pub(crate) room: &'l mut [E::Key],
    /// Grows by how many lie in each range.
    pub(crate) counts: &'l mut [u64],
}

/// Totals in the lanes of vectors.
struct Tally<V, K> {
    sum: V,
    squares: V,
    high: [K; LANES],
    low: [K; LANES],
}

impl<E: Keyed> Kernel for LookAtPairs<'_, '_, E> {
    type Output = Seen<E::Key>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Seen<E::Key> {
        let Self { a, b, flags, looks, room, counts } = self;
        let mut seen = Seen::default();
        let whole = a.len() - a.len() % LANES;
        if whole > 0 {
            let lanes = [E::Key::default(); LANES];
            let mut tally = Tally { sum: simd.zero(), squares: simd.zero(), high: lanes, low: lanes };
            for at in (0..whole).step_by(KEYS) {
                let len = KEYS.min(whole - at);
                let keys = &mut room[..len];
                write_row::<E>(a.part(at, len), b.part(at, len), keys);
                look(
                    simd,
                    keys.as_chunks_mut().0,
                    flags.map(|f| &f[at..]),
                    E::LAST,
                    looks,
                    &mut tally,
                    counts,
                );
                if (at + len).is_multiple_of(SQUARED) {
                    seen.squares += simd.sum_i32(tally.squares) as u64;
                    tally.squares = simd.zero();
                }
            }
            seen.sum = simd.sum_u64(tally.sum);
            seen.squares += simd.sum_i32(tally.squares) as u64;
            seen.high = tally.high.into_iter().fold(seen.high, E::Key::max);
            seen.low = tally.low.into_iter().fold(seen.low, E::Key::max);
        }
        for i in whole..a.len() {
            let key = E::key(a.get(i), b.get(i));
            look_once(key, flags.is_none_or(|flags| flags[i] != 0), E::LAST, looks, &mut seen, counts);
        }
        seen
    }
}

/// The vectors of some keys of one byte.
#[inline(always)]
fn vectors<S: Simd, K: Key>(simd: S, keys: &[[K; LANES]]) -> impl Iterator<Item = S::V> {
    let bytes = Run::of(K::bytes(keys.as_flattened()));
    (0..bytes.len() / S::BYTES).map(move |i| simd.load(bytes.part(i * S::BYTES, S::BYTES)))
}

#[inline(always)]
fn look<S: Simd, K: Key>(
    simd: S,
    keys: &mut [[K; LANES]],
    flags: Option<&[u8]>,
    last: K,
    looks: Looks<'_, K>,
    tally: &mut Tally<S::V, K>,
    counts: &mut [u64],
) {
    let zero = simd.zero();
    if looks.sum {
        vectors(simd, keys).for_each(|v| tally.sum = simd.add_u64(tally.sum, simd.sad_bytes(v, zero)));
    }
    if looks.squares {
        vectors(simd, keys).for_each(|v| tally.squares = simd.accumulate_squares(tally.squares, v, zero));
    }
    for (count, range) in counts.iter_mut().zip(looks.ranges) {
        let &Some((low, span)) = range else { continue };
        let mut lanes = [K::default(); LANES];
        for keys in &*keys {
            for i in 0..LANES {
                let inside = keys[i].less(low) <= span;
                lanes[i] = lanes[i].plus(if inside { K::ONE } else { K::default() });
            }
        }
        *count += if K::BITS == 8 {
            let lanes = [lanes];
            let sums = vectors(simd, &lanes).map(|v| simd.sad_bytes(v, zero));
            simd.sum_u64(sums.fold(zero, |all, v| simd.add_u64(all, v)))
        } else {
            lanes.iter().map(|lane| lane.wide() as u64).sum::<u64>()
        };
    }
    if looks.high {
        join_greatest(keys, &mut tally.high);
    }
    if looks.low {
        for (k, keys) in keys.iter_mut().enumerate() {
            let flags = flags.map(|flags| &flags[k * LANES..][..LANES]);
            for i in 0..LANES {
                let takes_part = flags.is_none_or(|flags| flags[i] != 0);
                keys[i] = if takes_part { last.less(keys[i]) } else { K::default() };
            }
        }
        join_greatest(keys, &mut tally.low);
    }
}

#[inline(always)]
fn join_greatest<K: Key>(keys: &[[K; LANES]], greatest: &mut [K; LANES]) {
    let mut lanes = *greatest;
    for keys in keys {
        (0..LANES).for_each(|i| lanes[i] = lanes[i].max(keys[i]));
    }
    *greatest = lanes;
}

#[inline(always)]
fn look_once<K: Key>(
    key: K,
    takes_part: bool,
    last: K,
    looks: Looks<'_, K>,
    seen: &mut Seen<K>,
    counts: &mut [u64],
) {
    let value = key.wide() as u64;
    seen.sum += if looks.sum { value } else { 0 };
    seen.squares += if looks.squares { value * value } else { 0 };
    for (count, range) in counts.iter_mut().zip(looks.ranges) {
        *count += u64::from(range.is_some_and(|(low, span)| key.less(low) <= span));
    }
    seen.high = if looks.high { seen.high.max(key) } else { seen.high };
    seen.low = if looks.low && takes_part { seen.low.max(last.less(key)) } else { seen.low };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    /// Looks at pairs at every level and compares with plain loops over their keys.
    fn check<E: Keyed>(pairs: &[(E::Left, E::Right)], flags: Option<&[u8]>, sums: bool) {
        let (a, b): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        let keys: Vec<_> = pairs.iter().map(|&(a, b)| E::key(a, b)).collect();
        let takes_part = |i: usize| flags.is_none_or(|flags| flags[i] != 0);
        let low = (0..keys.len()).filter(|&i| takes_part(i)).map(|i| E::LAST.less(keys[i])).max();
        let value = |key: &E::Key| if sums { key.wide() as u64 } else { 0 };
        let expected = Seen {
            sum: keys.iter().map(value).sum(),
            squares: keys.iter().map(|key| value(key) * value(key)).sum(),
            high: keys.iter().copied().max().unwrap_or_default(),
            low: low.unwrap_or_default(),
        };
        let ranges = [Some((E::Key::ONE, E::Key::narrow(99))), None, Some((E::Key::default(), E::Key::MAX))];
        let inside = keys.iter().filter(|key| (1..=100).contains(&key.wide())).count() as u64;
        let looks = Looks { sum: sums, squares: sums, high: true, low: true, ranges: &ranges };
        for &level in Level::available() {
            let (mut room, mut counts) = (vec![E::Key::default(); KEYS], [5; 3]);
            let (a, b, room) = (Run::of(&a), Run::of(&b), &mut room[..]);
            let found = level.run(LookAtPairs::<E> { a, b, flags, looks, room, counts: &mut counts });
            assert_eq!((found, counts), (expected, [5 + inside, 5, 5 + keys.len() as u64]), "{level}");
        }
    }

    #[test]
    fn every_level_sees_what_plain_loops_see() {
        for len in [0, 1, 63, 64, 65, 1023, 1100, 5000] {
            let pairs = |shift: u32| (0..len).map(move |i: u32| (i * 7919 >> shift, i * i >> shift));
            let bytes: Vec<_> = pairs(2).map(|(a, b)| (a as i8, b as i8)).collect();
            let flags: Vec<_> = (0..len).map(|i| (i % 3 == 1) as u8).collect();
            check::<i8>(&bytes, None, true);
            check::<i8>(&bytes, Some(&flags), true);
            check::<u32>(&pairs(0).collect::<Vec<_>>(), Some(&flags), false);
            let floats: Vec<_> = pairs(0).map(|(a, b)| (f64::from(a).sqrt() - 9.0, f64::from(b))).collect();
            check::<f64>(&floats, None, false);
        }
    }

    #[test]
    fn sums_do_not_overflow() {
        check::<u8>(&vec![(0, 255); 3 * SQUARED + 77], None, true);
    }
}
