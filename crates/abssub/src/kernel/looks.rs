//! Several statistics of a row of pairs from one reading: the keys of some pairs are written into the first
//! cache, each statistic looks at them there, and the next are written over them.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::keys::{flip, sum_of, write_row};
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Keys that are looked at side by side.
const LANES: usize = 64;
/// The keys of a block.
pub(crate) const BLOCK: usize = LANES;
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
    fn run<S: Simd>(self, simd: S) -> Seen<E::Key> {
        let Self { a, b, flags, looks, room, counts } = self;
        let len = a.len();
        let (blocks, whole) = (len - len % LANES, len - len % KEYS);
        let mut tally = Tally::NOTHING;
        let mut look = Look { last: E::LAST, looks, counts };
        for at in (0..whole).step_by(KEYS) {
            let keys = first_blocks::<E::Key, { KEYS / LANES }>(room);
            write_row::<E>(a.part(at, KEYS), b.part(at, KEYS), keys.as_flattened_mut());
            look.at::<S, { KEYS / LANES }>(simd, keys, KEYS, flags_of(flags, at, KEYS), &mut tally);
        }
        for at in (whole..len).step_by(LANES) {
            let (keys, most) = (first_blocks::<E::Key, 1>(room), LANES.min(len - at));
            if at == blocks {
                keys[0] = [E::Key::default(); LANES];
            }
            write_row::<E>(a.part(at, most), b.part(at, most), &mut keys[0][..most]);
            look.at::<S, 1>(simd, keys, most, flags_of(flags, at, most), &mut tally);
        }
        tally.seen()
    }
}

/// Looks at keys that are written.
pub(crate) struct LookAtKeys<'l, K> {
    /// Whole blocks of [`BLOCK`]: the last one ends with zeros, unless it is full. They are written over.
    pub(crate) keys: &'l mut [K],
    /// How many are looked at.
    pub(crate) len: usize,
    /// As for [`LookAtPairs`].
    pub(crate) flags: Option<&'l [u8]>,
    pub(crate) looks: Looks<'l, K>,
    pub(crate) counts: &'l mut [u64],
    /// The highest key of a number.
    pub(crate) last: K,
}

impl<K: Key> Kernel for LookAtKeys<'_, K> {
    type Output = Seen<K>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Seen<K> {
        let Self { keys, len, flags, looks, counts, last } = self;
        let mut tally = Tally::NOTHING;
        let mut look = Look { last, looks, counts };
        for (k, keys) in keys.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let (keys, at) = (std::array::from_mut(keys), k * LANES);
            let most = LANES.min(len - at);
            look.at::<S, 1>(simd, keys, most, flags_of(flags, at, most), &mut tally);
        }
        tally.seen()
    }
}

/// The first blocks of a room.
#[inline(always)]
fn first_blocks<K: Key, const N: usize>(room: &mut [K]) -> &mut [[K; LANES]; N] {
    room.as_chunks_mut::<LANES>().0.first_chunk_mut::<N>().expect("room enough")
}

#[inline(always)]
fn flags_of(flags: Option<&[u8]>, at: usize, len: usize) -> Option<&[u8]> {
    match flags {
        Some(flags) => Some(&flags[at..][..len]),
        None => None,
    }
}

impl<K: Key> Tally<K> {
    const NOTHING: Self = Self { high: [K::ZERO; LANES], low: [K::ZERO; LANES] };

    #[inline(always)]
    fn seen(&self) -> Seen<K> {
        let mut seen = Seen::<K>::default();
        for i in 0..LANES {
            (seen.high, seen.low) = (seen.high.max(self.high[i]), seen.low.max(self.low[i]));
        }
        seen
    }
}

/// What is asked of every block, and where counts grow.
struct Look<'l, K> {
    last: K,
    looks: Looks<'l, K>,
    counts: &'l mut [u64],
}

impl<K: Key> Look<'_, K> {
    /// Looks at the first `len` keys of `N` blocks; a number that is known lets every loop be unrolled. The others are
    /// the least key, which is as if they were not there.
    #[inline(always)]
    fn at<S: Simd, const N: usize>(
        &mut self,
        simd: S,
        keys: &mut [[K; LANES]; N],
        len: usize,
        flags: Option<&[u8]>,
        tally: &mut Tally<K>,
    ) {
        let beyond = (N * LANES - len) as u64;
        for (count, range) in self.counts.iter_mut().zip(self.looks.ranges) {
            let &Some((low, span)) = range else { continue };
            let is_counted = K::default().less(low) <= span;
            *count += count_inside(simd, keys, (low, span)) - if is_counted { beyond } else { 0 };
        }
        if self.looks.high {
            tally.high = greatest(keys, tally.high);
        }
        if self.looks.low {
            flip(&mut keys.as_flattened_mut()[..len], flags, self.last);
            tally.low = greatest(keys, tally.low);
        }
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
