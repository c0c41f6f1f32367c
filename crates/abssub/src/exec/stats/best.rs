//! The greatest key of each result, and where it was met first.

use super::super::reduction::Index;
use crate::element::Key;
use crate::kernel::Level;
use crate::kernel::key_columns::{GreatestOfColumns, LocateInColumns};
use crate::kernel::narrow::rows_together;
use std::ops::Range;

/// No element has been met.
const NOWHERE: i64 = i64::MAX;

/// Greatest keys. For least ones the keys are flipped before they come here.
#[derive(Clone, Debug)]
pub(super) struct Best<K> {
    pub(super) keys: Vec<K>,
    /// The lowest number of an element that has the greatest key; none where nobody asks.
    pub(super) at: Option<Vec<i64>>,
    /// A block's greatest keys, column by column.
    columns: Vec<K>,
}

/// The keys of one block of columns.
#[derive(Clone, Copy)]
pub(super) struct Ranked<'k, K> {
    pub(super) keys: &'k [K],
    pub(super) flags: Option<&'k [u8]>,
    pub(super) columns: usize,
    pub(super) index: Index,
}

impl<K: Key> Best<K> {
    pub(super) fn new(len: usize, located: bool) -> Self {
        let at = located.then(|| vec![NOWHERE; len]);
        Self { keys: vec![K::default(); len], at, columns: Vec::new() }
    }

    /// Rows of columns whose keys are numbered, at most.
    pub(super) const MOST_ROWS: usize = LocateInColumns::<K>::MOST_ROWS;

    /// Whether the rows of so many columns are numbered while the greatest are found. Narrow ones are searched, if they
    /// have a key that is great enough.
    pub(super) fn numbers(columns: usize) -> bool {
        rows_together(columns) < 2
    }

    /// Bytes of state that a result needs.
    pub(super) fn state_bytes(located: bool) -> usize {
        size_of::<K>() + if located { size_of::<i64>() } else { 0 }
    }

    pub(super) fn reset(&mut self) {
        self.keys.fill(K::default());
        self.at.iter_mut().for_each(|at| at.fill(NOWHERE));
    }

    /// Takes in a row of so many elements with a first number and a step, whose greatest key is known;
    /// `find` tells where it is.
    pub(super) fn fold_row(
        &mut self,
        place: usize,
        greatest: K,
        (first, step, len): (i64, i64, usize),
        find: impl FnOnce() -> Option<usize>,
    ) {
        let Some(at) = &mut self.at else {
            self.keys[place] = self.keys[place].max(greatest);
            return;
        };
        let (best, at) = (&mut self.keys[place], &mut at[place]);
        // The lowest number that any element of the row has.
        let lowest = first.min(first + step * (len as i64 - 1));
        if (*at == NOWHERE || greatest > *best || (greatest == *best && lowest < *at))
            && let Some(i) = find()
        {
            better(best, at, greatest, first + step * i as i64);
        }
    }

    /// Takes in the keys of a block, column by column.
    pub(super) fn fold_columns(&mut self, level: Level, ranked: Ranked<'_, K>, places: Range<usize>) {
        let (keys, greatest) = (ranked.keys, &mut self.keys[places.clone()]);
        match &mut self.at {
            None => level.run(GreatestOfColumns { keys, greatest }),
            Some(at) if ranked.flags.is_none() && Self::numbers(ranked.columns) => {
                let (first, step) = (ranked.index.first as i64, ranked.index.row_step as i64);
                level.run(LocateInColumns { keys, first, step, greatest, at: &mut at[places] });
            }
            Some(_) => self.search_columns(level, ranked, places),
        }
    }

    /// The same where some take no part, or columns are narrow.
    fn search_columns(&mut self, level: Level, ranked: Ranked<'_, K>, places: Range<usize>) {
        let Self { keys: best, at, columns } = self;
        let at = at.as_mut().expect("located");
        columns.clear();
        columns.resize(ranked.columns, K::default());
        level.run(GreatestOfColumns { keys: ranked.keys, greatest: columns });
        let rows = ranked.keys.len() / ranked.columns;
        let (first, step) = (ranked.index.first as i64, ranked.index.row_step as i64);
        let lowest = first.min(first + step * (rows as i64 - 1));
        for (column, place) in places.enumerate() {
            let (best, at, greatest) = (&mut best[place], &mut at[place], columns[column]);
            if *at != NOWHERE && (greatest < *best || (greatest == *best && lowest >= *at)) {
                continue;
            }
            let is_it = |&row: &usize| {
                let i = row * ranked.columns + column;
                ranked.keys[i] == greatest && ranked.flags.is_none_or(|flags| flags[i] != 0)
            };
            let found = if step < 0 { (0..rows).rfind(is_it) } else { (0..rows).find(is_it) };
            if let Some(row) = found {
                better(best, at, greatest, first + step * row as i64);
            }
        }
    }

    /// Takes in some results of another.
    pub(super) fn merge(&mut self, places: Range<usize>, other: &Self, from: Range<usize>) {
        let keys = self.keys[places.clone()].iter_mut().zip(&other.keys[from.clone()]);
        match (&mut self.at, &other.at) {
            (Some(at), Some(others)) => {
                for ((best, &key), (at, &number)) in keys.zip(at[places].iter_mut().zip(&others[from])) {
                    if number != NOWHERE {
                        better(best, at, key, number);
                    }
                }
            }
            _ => keys.for_each(|(best, &key)| *best = (*best).max(key)),
        }
    }
}

/// The greater key wins, and among equal ones the lower number.
fn better<K: Key>(best: &mut K, at: &mut i64, key: K, number: i64) {
    if *at == NOWHERE || key > *best || (key == *best && number < *at) {
        (*best, *at) = (key, number);
    }
}
