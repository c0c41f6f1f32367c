//! Several statistics of a row of pairs from one reading: the keys of some pairs are written into the first
//! cache, each statistic looks at them there, and the next are written over them.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::keys::{flip, sum_of, write_row};
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Keys that are looked at side by side.
const LANES: usize = 64;
/// Keys that are written before they are looked at.
pub(crate) const KEYS: usize = 16 * LANES;

/// What is asked of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks<'r, K> {
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

/// Greatest keys side by side.
struct Tally<K> {
    high: [K; LANES],
    low: [K; LANES],
}

impl<E: Keyed> Kernel for LookAtPairs<'_, '_, E> {
    type Output = Seen<E::Key>;

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) -> Seen<E::Key> {
        let mut seen = Seen::<E::Key>::default();
        let len = self.a.len();
        let (blocks, whole) = (len - len % LANES, len - len % KEYS);
        if blocks > 0 {
            let lanes = [E::Key::default(); LANES];
            let mut tally = Tally { high: lanes, low: lanes };
            for at in (0..whole).step_by(KEYS) {
                self.look::<S, { KEYS / LANES }>(simd, at, &mut tally);
            }
            for at in (whole..blocks).step_by(LANES) {
                self.look::<S, 1>(simd, at, &mut tally);
            }
            for i in 0..LANES {
                (seen.high, seen.low) = (seen.high.max(tally.high[i]), seen.low.max(tally.low[i]));
            }
        }
        for i in blocks..len {
            self.look_once(i, &mut seen);
        }
        seen
    }
}

impl<E: Keyed> LookAtPairs<'_, '_, E> {
    /// Looks at `N` blocks of pairs: a number that is known lets every loop be unrolled.
    #[inline(always)]
    fn look<S: Simd, const N: usize>(&mut self, simd: S, at: usize, tally: &mut Tally<E::Key>) {
        let keys = self.room.as_chunks_mut::<LANES>().0.first_chunk_mut::<N>().expect("room enough");
        let (a, b) = (self.a.part(at, N * LANES), self.b.part(at, N * LANES));
        write_row::<E>(a, b, keys.as_flattened_mut());
        let looks = self.looks;
        for (count, range) in self.counts.iter_mut().zip(looks.ranges) {
            *count += range.map_or(0, |range| count_inside(simd, keys, range));
        }
        if looks.high {
            tally.high = greatest(keys, tally.high);
        }
        if looks.low {
            let flags = self.flags.map(|flags| &flags[at..][..N * LANES]);
            flip(keys.as_flattened_mut(), flags, E::LAST);
            tally.low = greatest(keys, tally.low);
        }
    }

    #[inline(always)]
    fn look_once(&mut self, i: usize, seen: &mut Seen<E::Key>) {
        let (key, looks) = (E::key(self.a.get(i), self.b.get(i)), self.looks);
        let takes_part = self.flags.is_none_or(|flags| flags[i] != 0);
        for (count, range) in self.counts.iter_mut().zip(looks.ranges) {
            *count += u64::from(range.is_some_and(|(low, span)| key.less(low) <= span));
        }
        seen.high = if looks.high { seen.high.max(key) } else { seen.high };
        seen.low = if looks.low && takes_part { seen.low.max(E::LAST.less(key)) } else { seen.low };
    }
}

#[inline(always)]
fn count_inside<S: Simd, K: Key, const N: usize>(
    simd: S,
    keys: &[[K; LANES]; N],
    (low, span): (K, K),
) -> u64 {
    let mut lanes = [K::default(); LANES];
    for keys in keys {
        for i in 0..LANES {
            let inside = keys[i].less(low) <= span;
            lanes[i] = lanes[i].plus(if inside { K::ONE } else { K::default() });
        }
    }
    if K::BITS != 8 {
        return sum_of(&lanes);
    }
    let (bytes, mut sum) = (Run::of(K::bytes(&lanes)), simd.zero());
    for at in (0..bytes.len()).step_by(S::BYTES) {
        sum = simd.add_u64(sum, simd.sad_bytes(simd.load(bytes.part(at, S::BYTES)), simd.zero()));
    }
    simd.sum_u64(sum)
}

#[inline(always)]
fn greatest<K: Key, const N: usize>(keys: &[[K; LANES]; N], mut lanes: [K; LANES]) -> [K; LANES] {
    for keys in keys {
        for i in 0..LANES {
            lanes[i] = lanes[i].max(keys[i]);
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    /// Looks at pairs at every level and compares with plain loops over their keys.
    fn check<E: Keyed>(pairs: &[(E::Left, E::Right)], flags: Option<&[u8]>) {
        let (a, b): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        let keys: Vec<_> = pairs.iter().map(|&(a, b)| E::key(a, b)).collect();
        let takes_part = |i: usize| flags.is_none_or(|flags| flags[i] != 0);
        let low = (0..keys.len()).filter(|&i| takes_part(i)).map(|i| E::LAST.less(keys[i])).max();
        let expected =
            Seen { high: keys.iter().copied().max().unwrap_or_default(), low: low.unwrap_or_default() };
        let ranges = [Some((E::Key::ONE, E::Key::narrow(99))), None, Some((E::Key::default(), E::Key::MAX))];
        let inside = keys.iter().filter(|key| (1..=100).contains(&key.wide())).count() as u64;
        let looks = Looks { high: true, low: true, ranges: &ranges };
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
            let pairs = |shift: u32| (0..len).map(move |i: u32| ((i * 7919) >> shift, (i * i) >> shift));
            let bytes: Vec<_> = pairs(2).map(|(a, b)| (a as i8, b as i8)).collect();
            let flags: Vec<_> = (0..len).map(|i| (i % 3 == 1) as u8).collect();
            check::<i8>(&bytes, None);
            check::<i8>(&bytes, Some(&flags));
            check::<u32>(&pairs(0).collect::<Vec<_>>(), Some(&flags));
            let floats: Vec<_> = pairs(0).map(|(a, b)| (f64::from(a).sqrt() - 9.0, f64::from(b))).collect();
            check::<f64>(&floats, None);
        }
    }
}
