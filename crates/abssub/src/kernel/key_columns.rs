//! Extremes and counts of the columns of a block's keys. Plain loops, recompiled for each level.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::narrow::{WIDE, rows_together};
use crate::element::Key;

/// Columns that are kept in narrow lanes at a time.
const STRIP: usize = 512;

/// The greatest key of each column joins those that are known.
pub(crate) struct GreatestOfColumns<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) greatest: &'k mut [K],
}

impl<K: Key> Kernel for GreatestOfColumns<'_, K> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let (wide, rest) = self.keys.split_at(wide_keys(self.keys.len(), self.greatest.len()));
        if !wide.is_empty() {
            let mut lanes = [K::default(); WIDE];
            let lanes = &mut lanes[..rows_together(self.greatest.len()) * self.greatest.len()];
            raise_all(lanes, wide);
            raise_all(self.greatest, lanes);
        }
        raise_all(self.greatest, rest);
    }
}

/// How many of the first keys are rows that are taken several at a time, as one that is wide.
#[inline(always)]
fn wide_keys(keys: usize, columns: usize) -> usize {
    let together = rows_together(columns);
    if together < 2 { 0 } else { keys / (together * columns) * together * columns }
}

/// Each key at least as great as those in its column.
#[inline(always)]
fn raise_all<K: Key>(greatest: &mut [K], keys: &[K]) {
    for row in keys.chunks_exact(greatest.len()) {
        for (greatest, &key) in greatest.iter_mut().zip(row) {
            *greatest = (*greatest).max(key);
        }
    }
}

/// The greatest key of each column, and the number of the first row that it is met in, join those that are
/// known; of the last row, where rows are numbered downwards.
pub(crate) struct LocateInColumns<'k, K> {
    /// Rows of keys, no more than a byte can number.
    pub(crate) keys: &'k [K],
    /// The number of the first row, and how it grows.
    pub(crate) first: i64,
    pub(crate) step: i64,
    pub(crate) greatest: &'k mut [K],
    pub(crate) at: &'k mut [i64],
}

impl<K: Key> LocateInColumns<'_, K> {
    /// Rows that may be located at a time.
    pub(crate) const MOST_ROWS: usize = 256;
}

impl<K: Key> Kernel for LocateInColumns<'_, K> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let width = self.greatest.len();
        assert!(self.keys.len() <= Self::MOST_ROWS * width);
        let (mut best, mut rows) = ([K::default(); STRIP], [K::default(); STRIP]);
        let columns = self.greatest.chunks_mut(STRIP).zip(self.at.chunks_mut(STRIP));
        for (k, (greatest, at)) in columns.enumerate() {
            // Numbers as wide as the keys are chosen in the same lanes.
            let (best, rows) = (&mut best[..greatest.len()], &mut rows[..greatest.len()]);
            for (row, keys) in self.keys.chunks_exact(width).enumerate() {
                let (keys, row) = (&keys[k * STRIP..][..greatest.len()], K::narrow(row as u128));
                let places = best.iter_mut().zip(rows.iter_mut()).zip(keys);
                if row == K::default() {
                    for ((best, at), &key) in places {
                        (*best, *at) = (key, row);
                    }
                } else if self.step < 0 {
                    for ((best, at), &key) in places {
                        *at = if key >= *best { row } else { *at };
                        *best = key.max(*best);
                    }
                } else {
                    for ((best, at), &key) in places {
                        *at = if key > *best { row } else { *at };
                        *best = key.max(*best);
                    }
                }
            }
            for (((greatest, at), &mut key), row) in greatest.iter_mut().zip(at).zip(best).zip(rows) {
                let number = self.first + self.step * row.wide() as i64;
                // All of it is computed, for vectors have no branches.
                let better = (key > *greatest) | ((key == *greatest) & (number < *at));
                *greatest = key.max(*greatest);
                *at = if better { number } else { *at };
            }
        }
    }
}

/// How many keys of each column lie in a range: `low ..= low + span`.
pub(crate) struct CountColumns<'k, K> {
    pub(crate) keys: &'k [K],
    pub(crate) low: K,
    pub(crate) span: K,
    pub(crate) counts: &'k mut [u64],
}

impl<K: Key> Kernel for CountColumns<'_, K> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { keys, low, span, counts } = self;
        let (wide, rest) = keys.split_at(wide_keys(keys.len(), counts.len()));
        if !wide.is_empty() {
            let mut lanes = [0; WIDE];
            let lanes = &mut lanes[..rows_together(counts.len()) * counts.len()];
            count_all(lanes, wide, low, span);
            for lanes in lanes.chunks_exact(counts.len()) {
                for (count, lane) in counts.iter_mut().zip(lanes) {
                    *count += lane;
                }
            }
        }
        count_all(counts, rest, low, span);
    }
}

/// Adds how many keys of each column lie in a range.
#[inline(always)]
fn count_all<K: Key>(counts: &mut [u64], keys: &[K], low: K, span: K) {
    let width = counts.len();
    for (k, counts) in counts.chunks_mut(STRIP).enumerate() {
        for rows in keys.chunks(255 * width) {
            let mut lanes = [K::default(); STRIP];
            let lanes = &mut lanes[..counts.len()];
            for row in rows.chunks_exact(width) {
                let row = &row[k * STRIP..][..counts.len()];
                for (lane, &key) in lanes.iter_mut().zip(row) {
                    let inside = key.less(low) <= span;
                    *lane = lane.plus(if inside { K::ONE } else { K::default() });
                }
            }
            for (count, lane) in counts.iter_mut().zip(lanes) {
                *count += lane.wide() as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    fn drawn(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * 7919 % 251) as u8).collect()
    }

    #[test]
    fn columns_are_located_by_the_lowest_number() {
        for &level in Level::available() {
            for (width, rows) in [(1, 1), (3, 256), (513, 7), (1200, 3)] {
                let keys: Vec<u8> = drawn(width * rows).iter().map(|key| key % 5).collect();
                for (first, step) in [(100, 2), (1000, -3)] {
                    let (mut greatest, mut at) = (vec![0; width], vec![i64::MAX; width]);
                    // An equal key with a lower number, and a greater one, stay.
                    (greatest[width / 2], at[width / 2]) = (if width > 1 { 9 } else { 4 }, 1);
                    let (before, placed) = (greatest.clone(), at.clone());
                    let (greatest_of, at_of) = (&mut greatest, &mut at);
                    level.run(LocateInColumns { keys: &keys, first, step, greatest: greatest_of, at: at_of });
                    for column in 0..width {
                        let numbered = (0..rows).map(|r| (keys[r * width + column], first + step * r as i64));
                        let all = numbered.chain([(before[column], placed[column])]);
                        let best = all.max_by_key(|&(key, number)| (key, -number)).unwrap();
                        assert_eq!((greatest[column], at[column]), best, "{level} {width} {step} {column}");
                    }
                }
            }
        }
    }

    #[test]
    fn narrow_columns_and_wide_ones_agree_with_the_scalar_line() {
        for (width, rows) in [(1, 5), (3, 63), (3, 5001), (7, 1000), (95, 17), (96, 9), (97, 9), (700, 3)] {
            let keys = drawn(width * rows);
            let column = |i: usize| keys.iter().skip(i).step_by(width);
            let highest: Vec<u8> = (0..width).map(|i| (*column(i).max().unwrap()).max(5)).collect();
            let inside: Vec<u64> = (0..width)
                .map(|i| 2 + column(i).filter(|&key| (20..=90).contains(key)).count() as u64)
                .collect();
            for &level in Level::available() {
                let (mut greatest, mut counts) = (vec![5; width], vec![2; width]);
                level.run(GreatestOfColumns { keys: &keys, greatest: &mut greatest });
                level.run(CountColumns { keys: &keys, low: 20, span: 70, counts: &mut counts });
                assert_eq!((&greatest, &counts), (&highest, &inside), "{level} {width} {rows}");
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        let keys = vec![9u8; 3 * 6400];
        let mut counts = vec![0; 3];
        for &level in Level::available() {
            counts.fill(0);
            level.run(CountColumns { keys: &keys, low: 9, span: 0, counts: &mut counts });
            assert_eq!(counts, [keys.len() as u64 / 3; 3]);
        }
    }
}
