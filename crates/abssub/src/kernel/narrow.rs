//! Narrow columns and short rows: rows that follow one another in memory are taken several at a time, as one that is wide,
//! for a row of three elements costs as much as one of sixty.

use super::fold::{Block, Fold, FoldInto};
use super::level::Level;
use super::rows::Rows;
use crate::array::run::Pod;
use crate::element::{Bool, Element};
use crate::reduce::State;

/// Columns of a wide row, at most: whole blocks of the kernels for the usual two, three and four channels.
pub(crate) const WIDE: usize = 192;
/// Wide rows from which on it pays to merge their states.
const FROM_ROWS: usize = 4;

/// How many rows of so many columns are a wide one.
#[inline(always)]
pub(crate) fn rows_together(columns: usize) -> usize {
    WIDE.checked_div(columns).unwrap_or(0)
}

/// Room for a wide row of each operand.
pub(crate) struct Room<E: Element> {
    a: [E::Left; WIDE],
    b: [E::Right; WIDE],
}

impl<E: Element> Room<E> {
    pub(crate) const EMPTY: Self = Self { a: [E::Left::ZERO; WIDE], b: [E::Right::ZERO; WIDE] };
}

impl<E: Element> Block<'_, E> {
    /// As many of the first rows as make wide ones, as such, if that is worth it; and all other rows.
    pub(crate) fn widened<'r>(self, room: &'r mut Room<E>) -> Option<[Block<'r, E>; 2]>
    where
        Self: 'r,
    {
        let (columns, rows) = (self.a.row_len(), self.a.count());
        let together = rows_together(columns);
        if together < 2 || rows / together < FROM_ROWS {
            return None;
        }
        let rows = rows / together * together;
        let wide = Block {
            a: widened(self.a.rows(0, rows), together, &mut room.a)?,
            b: widened(self.b.rows(0, rows), together, &mut room.b)?,
        };
        let rest = self.a.count() - rows;
        Some([wide, Block { a: self.a.rows(rows, rest), b: self.b.rows(rows, rest) }])
    }
}

impl<E: Fold> Block<'_, E> {
    /// Folds the columns, several rows at a time where these are narrow, seamless and many.
    #[inline]
    pub(super) fn fold_columns(self, level: Level, states: &mut [E::State]) {
        if rows_together(states.len()) < 2 || !self.fold_wide(level, states) {
            self.fold_each_column(level, states);
        }
    }

    /// Folds all rows into one state, several at a time where these are short, seamless and many beside one that they
    /// share; false, and nothing folded, if they are not.
    pub(super) fn fold_short(self, level: Level, states: &mut [E::State]) -> bool {
        let is_one = self.a.is_shared() != self.b.is_shared() && rows_together(self.a.row_len()) > 1;
        let mut room = is_one.then_some(Room::EMPTY);
        let Some([wide, rest]) = room.as_mut().and_then(|room| self.widened(room)) else { return false };
        wide.fold(level, FoldInto::One, states);
        if rest.a.count() > 0 {
            rest.fold(level, FoldInto::One, states);
        }
        true
    }

    /// False, and nothing folded, if they are not.
    fn fold_wide(self, level: Level, states: &mut [E::State]) -> bool {
        let (columns, mut room) = (states.len(), Room::EMPTY);
        let Some([wide, rest]) = self.widened(&mut room) else { return false };
        let mut sums: [E::State; WIDE] = std::array::from_fn(|_| E::State::default());
        let sums = &mut sums[..wide.a.row_len()];
        wide.fold_each_column(level, sums);
        for sums in sums.chunks_exact(columns) {
            states.iter_mut().zip(sums).for_each(|(state, sum)| state.merge(sum));
        }
        if rest.a.count() > 0 {
            rest.fold_each_column(level, states);
        }
        true
    }
}

impl<E: Fold> Block<'_, E> {
    /// Folds what a mask lets pass of the columns, and counts it, in the same way.
    pub(super) fn fold_masked_columns(
        self,
        level: Level,
        mask: Rows<'_, Bool>,
        states: &mut [E::State],
        taken: &mut [u64],
    ) {
        let is_narrow = rows_together(states.len()) > 1;
        if !is_narrow || !self.fold_masked_wide(level, mask, states, taken) {
            self.fold_each_masked(level, mask, states, taken);
        }
    }

    /// False, and nothing folded, if they are not narrow, seamless and many.
    fn fold_masked_wide(
        self,
        level: Level,
        mask: Rows<'_, Bool>,
        states: &mut [E::State],
        taken: &mut [u64],
    ) -> bool {
        let (columns, mut room, mut mask_room) = (states.len(), Room::EMPTY, [Bool::ZERO; WIDE]);
        let Some([wide, rest]) = self.widened(&mut room) else { return false };
        let (width, rows) = (wide.a.row_len(), self.a.count() - rest.a.count());
        let Some(wide_mask) = widened(mask.rows(0, rows), width / columns, &mut mask_room) else {
            return false;
        };
        let mut sums: [E::State; WIDE] = std::array::from_fn(|_| E::State::default());
        let (sums, mut counts) = (&mut sums[..width], [0; WIDE]);
        let counts = &mut counts[..width];
        wide.fold_each_masked(level, wide_mask, sums, counts);
        for (sums, counts) in sums.chunks_exact(columns).zip(counts.chunks_exact(columns)) {
            states.iter_mut().zip(sums).for_each(|(state, sum)| state.merge(sum));
            taken.iter_mut().zip(counts).for_each(|(taken, count)| *taken += count);
        }
        let left = rest.a.count();
        if left > 0 {
            rest.fold_each_masked(level, mask.rows(rows, left), states, taken);
        }
        true
    }
}

/// So many rows as one: of memory where it has no gaps, or copies in `room` of a row that is the same every time.
fn widened<'m, T: Pod>(rows: Rows<'m, T>, together: usize, room: &'m mut [T]) -> Option<Rows<'m, T>> {
    if !rows.is_shared() {
        return rows.together(together);
    }
    let (row, room) = (rows.row(0), &mut room[..rows.row_len() * together]);
    for copy in room.chunks_exact_mut(row.len()) {
        copy.iter_mut().zip(row.iter()).for_each(|(place, element)| *place = element);
    }
    Some(Rows::shared(room, rows.count() / together))
}
