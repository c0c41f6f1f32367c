//! Counting keys into bins. Bytes are counted by value first, in several tables, so that equal neighbours
//! need not wait for each other.

use super::arch::Simd;
use super::bins::Bins;
use super::dispatch::Kernel;
use super::keys::write_row;
use crate::array::run::Run;
use crate::element::{Key, Keyed};

/// Keys that are worth counting by value first.
const BY_VALUE_FROM: usize = 2048;
/// Tables that are filled in turn.
const TABLES: usize = 8;
/// Keys of which the counts fit a table even if they are all the same.
const COUNTED: usize = 1 << 15;
/// Keys that are written before they are counted by value.
const KEYS: usize = 256;

/// Counts the keys of a row of pairs into `counts`; those whose flag is zero take no part.
pub(crate) struct CountBinsOfPairs<'m, 'k, E: Keyed> {
    pub(crate) bins: &'k Bins<E::Key>,
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
    pub(crate) flags: Option<&'k [u8]>,
    /// Room for some keys.
    pub(crate) room: &'k mut [E::Key],
    pub(crate) counts: &'k mut [u64],
}

impl<E: Keyed> Kernel for CountBinsOfPairs<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { bins, a, b, flags, room, counts } = self;
        let by_value = bins.are_of_bytes() && flags.is_none() && a.len() >= BY_VALUE_FROM;
        let parts = if by_value { COUNTED } else { room.len() };
        for at in (0..a.len()).step_by(parts) {
            let len = parts.min(a.len() - at);
            let (a, b) = (a.part(at, len), b.part(at, len));
            if by_value {
                let times = by_value_of::<E>(a, b).into_iter().enumerate().filter(|&(_, times)| times != 0);
                times.for_each(|(value, times)| bins.count_in(E::Key::narrow(value as u128), times, counts));
            } else {
                write_row::<E>(a, b, &mut room[..len]);
                count_keys(bins, &room[..len], flags.map(|flags| &flags[at..]), counts);
            }
        }
    }
}

#[inline(always)]
fn count_keys<K: Key>(bins: &Bins<K>, keys: &[K], flags: Option<&[u8]>, counts: &mut [u64]) {
    match flags {
        None => {
            for &key in keys {
                bins.count_in(key, 1, counts);
            }
        }
        Some(flags) => {
            for (&key, &flag) in keys.iter().zip(flags) {
                if flag != 0 {
                    bins.count_in(key, 1, counts);
                }
            }
        }
    }
}

/// The same for each column: the counts of the first column's bins, then of the second's, and so on.
pub(crate) struct CountBinsOfColumns<'k, K> {
    pub(crate) bins: &'k Bins<K>,
    pub(crate) keys: &'k [K],
    pub(crate) flags: Option<&'k [u8]>,
    pub(crate) columns: usize,
    pub(crate) counts: &'k mut [u64],
}

impl<K: Key> Kernel for CountBinsOfColumns<'_, K> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { bins, keys, flags, columns, counts } = self;
        if bins.count() == 0 {
            return;
        }
        for (row, keys) in keys.chunks_exact(columns).enumerate() {
            let flags = flags.map(|flags| &flags[row * columns..][..columns]);
            for (i, (&key, counts)) in keys.iter().zip(counts.chunks_exact_mut(bins.count())).enumerate() {
                if flags.is_none_or(|flags| flags[i] != 0) {
                    bins.count_in(key, 1, counts);
                }
            }
        }
    }
}

/// How often each key of one byte occurs among no more than [`COUNTED`] pairs.
#[inline(always)]
fn by_value_of<E: Keyed>(a: Run<E::Left>, b: Run<E::Right>) -> [u64; 256] {
    // Small tables: they share the first cache with the operands.
    let mut tables = [[0u16; 256]; TABLES];
    let mut keys = [E::Key::default(); KEYS];
    for at in (0..a.len()).step_by(KEYS) {
        let len = KEYS.min(a.len() - at);
        let keys = &mut keys[..len];
        write_row::<E>(a.part(at, len), b.part(at, len), keys);
        let (words, rest) = E::Key::bytes(keys).as_chunks::<8>();
        for word in words.iter().map(|&word| u64::from_le_bytes(word)) {
            for i in 0..8 {
                tables[i % TABLES][(word >> (8 * i)) as usize & 255] += 1;
            }
        }
        for &key in rest {
            tables[0][usize::from(key)] += 1;
        }
    }
    std::array::from_fn(|value| tables.iter().map(|table| u64::from(table[value])).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::run::Pod;
    use crate::kernel::Level;

    /// Counts unsigned integers, which are their own differences from zero, at every level.
    fn counted<E>(bins: &Bins<E::Key>, keys: &[E], flags: Option<&[u8]>) -> Vec<u64>
    where
        E: Keyed<Left = E, Right = E> + Pod,
    {
        let (a, b) = (Run::of(keys), vec![E::ZERO; keys.len()]);
        let all = Level::available().iter().map(|level| {
            let (mut counts, mut room) = (vec![0; bins.count()], [E::Key::default(); 100]);
            let (b, room, counts_of) = (Run::of(&b), &mut room[..], &mut counts[..]);
            level.run(CountBinsOfPairs::<E> { bins, a, b, flags, room, counts: counts_of });
            counts
        });
        all.reduce(|counts, others| {
            assert_eq!(counts, others);
            counts
        })
        .expect("a level")
    }

    #[test]
    fn keys_are_counted_in_their_bins() {
        let bins = Bins::new(vec![1u16, 4, 4, 9], Some(10), 5);
        assert_eq!(counted(&bins, &[0u16, 1, 3, 4, 8, 9, 10, 11], None), [2, 0, 2, 2, 0]);
        assert_eq!(counted(&bins, &[0u16, 1, 3, 4], Some(&[1, 0, 1, 1])), [1, 0, 1, 0, 0]);
        assert_eq!(counted(&Bins::new(vec![], None, 2), &[0u16, 7], None), [0, 0]);
        assert_eq!(counted(&Bins::<u32>::new(vec![], Some(7), 1), &[3u32], None), [0]);
    }

    #[test]
    fn columns_count_for_themselves() {
        let bins = Bins::new(vec![0u8, 5], Some(9), 2);
        let (keys, flags) = ([1, 5, 9, 9, 4, 200], [1, 1, 0, 1, 1, 1]);
        for (flags, expected) in [(None, [1, 1, 1, 1, 0, 1]), (Some(&flags[..]), [1, 1, 1, 1, 0, 0])] {
            let mut counts = vec![0; 6];
            let columns =
                CountBinsOfColumns { bins: &bins, keys: &keys, flags, columns: 3, counts: &mut counts };
            Level::best().run(columns);
            assert_eq!(counts, expected);
        }
    }

    #[test]
    fn bytes_by_value_and_one_by_one() {
        let bins = Bins::new(vec![0u8, 10, 250], Some(254), 3);
        for len in [5, 101, BY_VALUE_FROM + 3, 3 * COUNTED + 13] {
            let keys: Vec<u8> = (0..len).map(|i| (i * 37) as u8).collect();
            let expected = [0..10, 10..250, 250..255]
                .map(|bin| keys.iter().filter(|key| bin.contains(*key)).count() as u64);
            assert_eq!(counted(&bins, &keys, None), expected);
            assert_eq!(counted(&bins, &vec![9u8; len], None), [len as u64, 0, 0]);
        }
    }
}
