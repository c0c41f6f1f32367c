//! The bins of a histogram, and where a key's is found: a table tells nearly where, few comparisons the rest.

use crate::element::Key;

/// Bin `i` holds the keys from `starts[i]` on that no later bin holds, up to `last`.
#[derive(Clone, Debug)]
pub(crate) struct Bins<K> {
    starts: Vec<K>,
    last: Option<K>,
    cells: Cells<K>,
    /// For keys of one byte: their bin, or [`NO_BIN`].
    table: Option<Box<[u32; 256]>>,
    /// All bins, those that no key reaches included.
    count: usize,
}

/// The keys from `origin` on in cells of one width, and the bin in which each cell begins.
#[derive(Clone, Debug)]
struct Cells<K> {
    /// Where the second bin starts: the first is often as wide, in keys, as all others together.
    origin: K,
    /// A cell is `2^shift` keys wide.
    shift: u32,
    bins: Vec<u32>,
    /// Bins that any cell has a part of, at most.
    most: usize,
}

/// Keys that lie in no bin.
const NO_BIN: u32 = u32::MAX;
/// Cells for each bin, and all of them: 16 KiB stay in the first cache.
const CELLS_EACH: usize = 16;
const MOST_CELLS: usize = 1 << 12;

impl<K: Key> Cells<K> {
    fn new(starts: &[K]) -> Self {
        let origin = starts.get(1).or(starts.first()).copied().unwrap_or_default();
        let span = starts.last().map_or(K::default(), |last| last.less(origin)).wide();
        let wanted = (starts.len() * CELLS_EACH).next_power_of_two().min(MOST_CELLS);
        let shift = (u128::BITS - span.leading_zeros()).saturating_sub(wanted.trailing_zeros());
        let (mut bins, mut most, mut bin) = (Vec::new(), 1, 0);
        for cell in 0..=span >> shift {
            let begins = |bin: usize| starts.get(bin).map(|start| start.less(origin).wide());
            while cell > 0 && begins(bin + 1).is_some_and(|start| start <= cell << shift) {
                bin += 1;
            }
            bins.push(bin as u32);
            let first = bin;
            while begins(bin + 1).is_some_and(|start| start >> shift == cell) {
                bin += 1;
            }
            most = most.max(bin - first + 1);
        }
        Self { origin, shift, bins, most }
    }

    /// The bin in which the cell of a key begins.
    #[inline(always)]
    fn first(&self, key: K) -> usize {
        let beyond = if key < self.origin { K::default() } else { key.less(self.origin) };
        // Beyond the last cell there is nothing but the last bin.
        let cell = (beyond.above(self.shift).wide() as usize).min(self.bins.len() - 1);
        self.bins[cell] as usize
    }
}

impl<K: Key> Bins<K> {
    /// `starts` are ascending keys, fewer than `count` where the last bins cannot be reached; without
    /// `last` no key lies in any.
    pub(crate) fn new(starts: Vec<K>, last: Option<K>, count: usize) -> Self {
        let mut bins = Self { cells: Cells::new(&starts), starts, last, table: None, count };
        if K::BITS == 8 {
            bins.table = Some(Box::new(std::array::from_fn(|value| bins.search(K::narrow(value as u128)))));
        }
        bins
    }

    /// How many bins there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Whether bins are looked up by the value of a key.
    #[inline(always)]
    pub(super) fn are_of_bytes(&self) -> bool {
        self.table.is_some()
    }

    #[inline(always)]
    fn search(&self, key: K) -> u32 {
        if self.last.is_none_or(|last| key > last) || self.starts.first().is_none_or(|&first| key < first) {
            return NO_BIN;
        }
        // A branch-free search for the last start that is not above the key.
        let (mut from, mut size) = (self.cells.first(key), self.cells.most);
        while size > 1 {
            let half = size / 2;
            let is_above = self.starts.get(from + half).is_none_or(|&start| start > key);
            from = if is_above { from } else { from + half };
            size -= half;
        }
        from as u32
    }

    #[inline(always)]
    fn bin(&self, key: K) -> u32 {
        match &self.table {
            Some(table) => table[key.wide() as usize & 255],
            None => self.search(key),
        }
    }

    #[inline(always)]
    pub(super) fn count_in(&self, key: K, times: u64, counts: &mut [u64]) {
        if let Some(count) = counts.get_mut(self.bin(key) as usize) {
            *count += times;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check<K: Key>(mut starts: Vec<K>, last: K, keys: &[K]) {
        starts.sort();
        let bins = Bins::new(starts.clone(), Some(last), starts.len());
        let ends = starts.iter().flat_map(|&start| [start.less(K::ONE), start, start.plus(K::ONE)]);
        for key in keys.iter().copied().chain(ends).chain([K::default(), last, K::MAX]) {
            let found = starts.iter().rposition(|&start| start <= key && key <= last);
            assert_eq!(bins.search(key), found.map_or(NO_BIN, |bin| bin as u32), "{key:?} of {starts:?}");
        }
    }

    proptest! {
        #[test]
        fn keys_are_found_where_a_plain_search_finds_them(
            starts in prop::collection::vec(any::<u128>(), 0..300),
            (narrow, shift) in (0u32..128, 0u32..128),
            keys in prop::collection::vec(any::<u128>(), 50),
        ) {
            // All sizes, many of them close to one another or the same.
            let all = |values: &[u128]| values.iter().map(|v| v >> narrow).collect::<Vec<_>>();
            check(all(&starts), u128::MAX >> shift, &all(&keys));
            let words = |values: &[u128]| values.iter().map(|v| (v >> (narrow / 2)) as u64).collect::<Vec<_>>();
            check(words(&starts), u64::MAX >> (shift / 2), &words(&keys));
            let short = |values: &[u128]| values.iter().map(|v| (*v as u16) >> (narrow / 8)).collect::<Vec<_>>();
            check(short(&starts), u16::MAX, &short(&keys));
            let bytes = |values: &[u128]| values.iter().map(|v| *v as u8).collect::<Vec<_>>();
            check(bytes(&starts), u8::MAX, &bytes(&keys));
        }
    }

    #[test]
    fn edges_of_equal_width_lie_in_cells_of_their_own() {
        let floats: Vec<u32> = (0..64).map(|i| (i as f32 * 100.0 / 64.0).to_bits()).collect();
        assert_eq!(Cells::new(&floats).most, 2);
        let whole: Vec<u64> = (0..1000).map(|i| i * 65).collect();
        assert_eq!(Cells::new(&whole).most, 2);
        check(floats, 100f32.to_bits(), &[1, 50f32.to_bits()]);
    }
}
