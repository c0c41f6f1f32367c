//! Counting keys into bins. Bytes are counted by value first, in several tables, so that equal neighbours
//! need not wait for each other; wider keys are searched for among the bins' starts.

use super::arch::Simd;
use super::dispatch::Kernel;
use crate::element::Key;

/// The bins of a histogram: bin `i` holds the keys from `starts[i]` on that no later bin holds, up to `last`.
#[derive(Clone, Debug)]
pub(crate) struct Bins<K> {
    starts: Vec<K>,
    last: Option<K>,
    /// For keys of one byte: their bin, or [`NO_BIN`].
    table: Option<Box<[u32; 256]>>,
    /// All bins, those that no key reaches included.
    count: usize,
}

/// Keys that lie in no bin.
const NO_BIN: u32 = u32::MAX;
/// Keys that are worth counting by value first.
const BY_VALUE_FROM: usize = 2048;
/// Tables that are filled in turn.
const TABLES: usize = 4;

impl<K: Key> Bins<K> {
    /// `starts` are ascending keys, fewer than `count` where the last bins cannot be reached; without
    /// `last` no key lies in any.
    pub(crate) fn new(starts: Vec<K>, last: Option<K>, count: usize) -> Self {
        let mut bins = Self { starts, last, table: None, count };
        if K::BITS == 8 {
            bins.table = Some(Box::new(std::array::from_fn(|value| bins.search(K::narrow(value as u128)))));
        }
        bins
    }

    /// How many bins there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn search(&self, key: K) -> u32 {
        if self.last.is_none_or(|last| key > last) {
            return NO_BIN;
        }
        // A branch-free search for the last start that is not above the key.
        let (mut from, mut size) = (0, self.starts.len());
        while size > 1 {
            let half = size / 2;
            from = if self.starts[from + half] <= key { from + half } else { from };
            size -= half;
        }
        if self.starts.get(from).is_some_and(|&start| start <= key) { from as u32 } else { NO_BIN }
    }

    #[inline(always)]
    fn bin(&self, key: K) -> u32 {
        match &self.table {
            Some(table) => table[key.wide() as usize & 255],
            None => self.search(key),
        }
    }

    #[inline(always)]
    fn count_in(&self, key: K, times: u64, counts: &mut [u64]) {
        if let Some(count) = counts.get_mut(self.bin(key) as usize) {
            *count += times;
        }
    }
}

/// Counts keys into `counts`; those whose flag is zero take no part.
pub(crate) struct CountBins<'k, K> {
    pub(crate) bins: &'k Bins<K>,
    pub(crate) keys: &'k [K],
    pub(crate) flags: Option<&'k [u8]>,
    pub(crate) counts: &'k mut [u64],
}

impl<K: Key> Kernel for CountBins<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { bins, keys, flags, counts } = self;
        if let Some(flags) = flags {
            let taken = keys.iter().zip(flags).filter(|&(_, &flag)| flag != 0);
            taken.for_each(|(&key, _)| bins.count_in(key, 1, counts));
        } else if bins.table.is_some() && keys.len() >= BY_VALUE_FROM {
            by_value(keys).iter().enumerate().filter(|&(_, &times)| times != 0).for_each(
                |(value, &times)| {
                    bins.count_in(K::narrow(value as u128), times.into(), counts);
                },
            );
        } else {
            keys.iter().for_each(|&key| bins.count_in(key, 1, counts));
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

/// How often each byte occurs. There are fewer than 2^32 keys in a block.
#[inline(always)]
pub(crate) fn by_value<K: Key>(keys: &[K]) -> [u32; 256] {
    let mut tables = [[0u32; 256]; TABLES];
    let (groups, rest) = keys.as_chunks::<TABLES>();
    for group in groups {
        (0..TABLES).for_each(|t| tables[t][group[t].wide() as usize & 255] += 1);
    }
    rest.iter().for_each(|key| tables[0][key.wide() as usize & 255] += 1);
    std::array::from_fn(|value| tables.iter().map(|table| table[value]).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    fn counted<K: Key>(bins: &Bins<K>, keys: &[K], flags: Option<&[u8]>) -> Vec<u64> {
        let mut counts = vec![0; bins.count()];
        Level::best().run(CountBins { bins, keys, flags, counts: &mut counts });
        counts
    }

    #[test]
    fn bins_are_half_open_but_the_last() {
        let bins = Bins::new(vec![1u16, 4, 4, 9], Some(10), 5);
        assert_eq!(counted(&bins, &[0, 1, 3, 4, 8, 9, 10, 11], None), [2, 0, 2, 2, 0]);
        assert_eq!(counted(&bins, &[0, 1, 3, 4], Some(&[1, 0, 1, 1])), [1, 0, 1, 0, 0]);
        assert_eq!(counted(&Bins::new(vec![], None, 2), &[0u16, 7], None), [0, 0]);
        assert_eq!(counted(&Bins::<u32>::new(vec![], Some(7), 1), &[3], None), [0]);
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
        for len in [5, BY_VALUE_FROM + 3] {
            let keys: Vec<u8> = (0..len).map(|i| (i * 37) as u8).collect();
            let expected = [0..10, 10..250, 250..255]
                .map(|bin| keys.iter().filter(|key| bin.contains(*key)).count() as u64);
            assert_eq!(counted(&bins, &keys, None), expected);
        }
    }
}
