//! Folding a block of differences into states: what the executor calls, once a block.

use super::Level;
use super::arch::Simd;
use super::dispatch::Kernel;
use super::rows::Rows;
use crate::array::run::{Pod, Run};
use crate::element::{Bool, Element};
use crate::reduce::State;

/// How the differences of an element type fold into a sum.
pub(crate) trait Fold: Element {
    /// Whether any of it has use for vector operations: see [`Kernel::VECTORS`].
    const VECTORS: bool = true;
    /// The sum in the making.
    type State: State;

    /// Folds one row into one state.
    fn fold_row<S: Simd>(simd: S, a: Run<Self::Left>, b: Run<Self::Right>, state: &mut Self::State);

    /// Folds the rows that meet, each pair into the state where the meeting has it.
    #[inline(always)]
    fn fold_rows<S: Simd>(
        simd: S,
        a: Rows<Self::Left>,
        b: Rows<Self::Right>,
        meeting: Meeting,
        states: &mut [Self::State],
    ) {
        for i in 0..meeting.firsts(a) {
            for j in 0..b.count() {
                let (row, place) = meeting.of(i, j);
                Self::fold_row(simd, a.row(row), b.row(j), &mut states[place]);
            }
        }
    }

    /// Whether the one that follows is there: segments have a way of their own.
    const SEGMENTS: bool = false;

    /// Folds segments of all rows, as many as there are states and all of one length, each into its own state.
    #[inline(always)]
    fn fold_segments<S: Simd>(
        _simd: S,
        _a: Rows<Self::Left>,
        _b: Rows<Self::Right>,
        _states: &mut [Self::State],
    ) {
        unreachable!("asked of no such element")
    }

    /// Whether the one that follows is there: windows have a way of their own.
    const WINDOWS: bool = false;

    /// Folds each window of the longer run with the shorter one into its own state, a window for each place
    /// where one begins.
    #[inline(always)]
    fn fold_windows<S: Simd>(
        _simd: S,
        _a: Run<Self::Left>,
        _b: Run<Self::Right>,
        _states: &mut [Self::State],
    ) {
        unreachable!("asked of no such element")
    }

    /// Whether the two that follow are there: rows not all of whose elements count are folded without a copy.
    const CHOOSES: bool = false;

    /// Folds the rows that meet, of whose elements one in `EVERY` counts.
    #[inline(always)]
    fn fold_every<S: Simd, const EVERY: usize>(
        _simd: S,
        _a: Rows<Self::Left>,
        _b: Rows<Self::Right>,
        _meeting: Meeting,
        _states: &mut [Self::State],
    ) {
        unreachable!("asked of no such element")
    }

    /// Folds each row under its row of a mask into a state, and adds to `taken` how many elements count, if there
    /// are such places; those of neighbouring rows lie `step` apart. For elements of a byte.
    #[inline(always)]
    fn fold_masked<S: Simd>(
        _simd: S,
        _a: Rows<Self::Left>,
        _b: Rows<Self::Right>,
        _mask: Rows<u8>,
        _step: usize,
        _states: &mut [Self::State],
        _taken: &mut [u64],
    ) {
        unreachable!("asked of no such element")
    }

    /// Whether the one that follows is there: columns under a mask are folded without a copy.
    const MASKS_COLUMNS: bool = false;

    /// Folds each column, where its rows of a mask let pass, into its own state, and adds to `taken` how many elements
    /// count, if there are such places.
    #[inline(always)]
    fn fold_masked_columns(
        _a: Rows<Self::Left>,
        _b: Rows<Self::Right>,
        _mask: Rows<Bool>,
        _states: &mut [Self::State],
        _taken: &mut [u64],
    ) {
        unreachable!("asked of no such element")
    }

    /// Folds each column into its own state: `states[i]` gets `|a[i] - b[i]|` of every row.
    fn fold_columns<S: Simd>(simd: S, a: Rows<Self::Left>, b: Rows<Self::Right>, states: &mut [Self::State]);
}

/// Which rows of two operands meet, and where their states stand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meeting {
    /// Row `i` of one and row `i` of the other: state `i * step`.
    Alike { step: usize },
    /// Row `i` and every row `j`: state `from + i * a + j * b`.
    All { from: usize, a: usize, b: usize },
}

impl Meeting {
    /// Rows of `a` that each meet as many rows of the other as there are.
    #[inline(always)]
    fn firsts<T: Pod>(self, a: Rows<T>) -> usize {
        match self {
            Meeting::Alike { .. } => 1,
            Meeting::All { .. } => a.count(),
        }
    }

    /// Which row of the first operand meets row `j` of the second in turn `i`, and their state.
    #[inline(always)]
    fn of(self, i: usize, j: usize) -> (usize, usize) {
        match self {
            Meeting::Alike { step } => (j, j * step),
            Meeting::All { from, a, b } => (i, from + i * a + j * b),
        }
    }
}

/// A block of rows of both operands.
pub(crate) struct Block<'m, E: Element> {
    pub(crate) a: Rows<'m, E::Left>,
    pub(crate) b: Rows<'m, E::Right>,
}

/// How a block's elements find their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoldInto {
    /// All rows into the one state.
    One,
    /// Each row into its own.
    EachRow,
    /// Each column into its own.
    EachColumn,
}

impl<E: Element> Clone for Block<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E: Element> Copy for Block<'_, E> {}

impl<E: Fold> Block<'_, E> {
    /// Folds the block into `states`, as many as `into` needs.
    #[inline]
    pub(crate) fn fold(self, level: Level, into: FoldInto, states: &mut [E::State]) {
        if into == FoldInto::EachColumn {
            return self.fold_columns(level, states);
        }
        if into == FoldInto::One && self.fold_short(level, states) {
            return;
        }
        let (block, meeting) = self.meeting(into);
        let joined = match meeting {
            Meeting::Alike { step: 0 } => block.a.joined().zip(block.b.joined()),
            _ => None,
        };
        joined.map_or(block, |(a, b)| Block { a, b }).fold_rows(level, meeting, states);
    }

    /// Which rows meet, where all are folded into one state or each into its own.
    #[inline]
    pub(super) fn meeting(self, into: FoldInto) -> (Self, Meeting) {
        let (Block { a, b }, step) = (self, usize::from(into == FoldInto::EachRow));
        // One operand the same for all rows: every row of the other meets a single one.
        if b.is_shared() {
            (Block { a, b: b.only(0) }, Meeting::All { from: 0, a: step, b: 0 })
        } else if a.is_shared() {
            (Block { a: a.only(0), b }, Meeting::All { from: 0, a: 0, b: step })
        } else {
            (self, Meeting::Alike { step })
        }
    }

    /// Folds each column into its own state, row by row.
    #[inline]
    pub(super) fn fold_each_column(self, level: Level, states: &mut [E::State]) {
        level.run(FoldColumns { block: self, states });
    }

    /// Folds each segment of the rows into its own state.
    pub(crate) fn fold_segments(self, level: Level, states: &mut [E::State]) {
        if E::SEGMENTS {
            return level.run(FoldSegments { block: self, states });
        }
        let (Block { a, b }, count) = (self, states.len());
        let len = a.row_len() / count;
        for i in 0..a.count() {
            let segments = (Rows::pieces(a.row(i), len, len, count), Rows::pieces(b.row(i), len, len, count));
            Self { a: segments.0, b: segments.1 }.fold_rows(level, Meeting::Alike { step: 1 }, states);
        }
    }

    /// Folds the rows that meet into their states.
    #[inline]
    pub(crate) fn fold_rows(self, level: Level, meeting: Meeting, states: &mut [E::State]) {
        level.run(FoldRows { block: self, meeting, states });
    }
}

/// A run of one operand and a longer one of the other, in which the first has a place at every element.
pub(crate) struct Windows<'m, E: Element> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
}

impl<E: Fold> Windows<'_, E> {
    /// Folds every window into its own state.
    pub(crate) fn fold(self, level: Level, states: &mut [E::State]) {
        if E::WINDOWS {
            return level.run(FoldWindows { windows: self, states });
        }
        let (Windows { a, b }, count) = (self, states.len());
        let len = a.len().min(b.len());
        let (step_a, step_b) = (usize::from(a.len() > len), usize::from(b.len() > len));
        let windows =
            Block::<E> { a: Rows::pieces(a, len, step_a, count), b: Rows::pieces(b, len, step_b, count) };
        windows.fold_rows(level, Meeting::Alike { step: 1 }, states);
    }
}

struct FoldWindows<'m, 's, E: Fold> {
    windows: Windows<'m, E>,
    states: &'s mut [E::State],
}

impl<E: Fold> Kernel for FoldWindows<'_, '_, E> {
    const VECTORS: bool = E::VECTORS;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        E::fold_windows(simd, self.windows.a, self.windows.b, self.states);
    }
}

struct FoldSegments<'m, 's, E: Fold> {
    block: Block<'m, E>,
    states: &'s mut [E::State],
}

impl<E: Fold> Kernel for FoldSegments<'_, '_, E> {
    const VECTORS: bool = E::VECTORS;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        E::fold_segments(simd, self.block.a, self.block.b, self.states);
    }
}

struct FoldRows<'m, 's, E: Fold> {
    block: Block<'m, E>,
    meeting: Meeting,
    states: &'s mut [E::State],
}

impl<E: Fold> Kernel for FoldRows<'_, '_, E> {
    const VECTORS: bool = E::VECTORS;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        E::fold_rows(simd, self.block.a, self.block.b, self.meeting, self.states);
    }
}

/// Not the same kernel as for rows: columns hold partial sums on the stack.
struct FoldColumns<'m, 's, E: Fold> {
    block: Block<'m, E>,
    states: &'s mut [E::State],
}

impl<E: Fold> Kernel for FoldColumns<'_, '_, E> {
    const VECTORS: bool = E::VECTORS;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        E::fold_columns(simd, self.block.a, self.block.b, self.states);
    }
}
