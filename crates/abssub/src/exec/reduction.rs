//! What a reduction does with the blocks that the executor brings.

use crate::Error;
use crate::element::Element;
use crate::kernel::{Block, Chosen, FoldInto, Level, Meeting, Rows, Windows};
use crate::plan::Inner;
use crate::reduce::Specials;
use std::ops::Range;

/// A reduction of differences of type `E`, over tiles of neighbouring results.
pub(super) trait Reduction<E: Element>: Sync {
    /// The states of a tile.
    type Tile: Send;

    /// Bytes of state that a result needs.
    fn state_bytes(&self) -> usize;

    /// Elements that a block may have, whose rows lie so.
    fn most_elements(&self, _inner: Inner) -> usize {
        usize::MAX
    }

    /// Whether it does nothing with a block, whose rows lie so, but what [`Block::fold_chosen`] does.
    fn chooses(&self, _inner: Inner) -> bool {
        false
    }

    /// States for `len` results.
    fn tile(&self, len: usize) -> Self::Tile;

    /// How it folds rows that meet rows, and windows, if it has ways of its own.
    fn patterned(&self) -> Option<&dyn Patterned<E, Tile = Self::Tile>> {
        None
    }

    /// Back to nothing, for the results that come next.
    fn reset(&self, tile: &mut Self::Tile, run: ResultRun);

    /// Folds a block into the states of some places of the tile.
    fn fold(&self, level: Level, piece: Piece<'_, E>, tile: &mut Self::Tile);

    /// Takes in the states of another part of the same results.
    fn merge(&self, whole: &mut Self::Tile, part: &Self::Tile);

    /// Finishes the first states of a tile and hands on what they come to.
    fn store(&self, tile: &Self::Tile, run: ResultRun) -> Result<Specials, Error>;
}

/// A reduction that folds every row of one operand with every row of the other, in tiles of several runs
/// of results, a run for each row of the first; the windows of an operand, a result for each; and rows whose
/// segments belong to neighbouring results.
pub(super) trait Patterned<E: Element>: Sync {
    /// The states of a tile.
    type Tile;

    /// Folds each pair of rows into its state.
    fn fold_pairs(&self, level: Level, block: Block<'_, E>, meeting: Meeting, tile: &mut Self::Tile);

    /// Folds each window into the state of its place.
    fn fold_windows(
        &self,
        level: Level,
        windows: Windows<'_, E>,
        places: Range<usize>,
        tile: &mut Self::Tile,
    );

    /// Folds each of as many segments of the rows as there are places, all of one length, into its state.
    fn fold_segments(&self, level: Level, block: Block<'_, E>, places: Range<usize>, tile: &mut Self::Tile);

    /// Finishes all runs of a tile, each of which begins where the one before ends: `runs`, whose results lie
    /// `step` apart.
    fn store_runs(
        &self,
        tile: &Self::Tile,
        first: ResultRun,
        runs: usize,
        step: isize,
    ) -> Result<Specials, Error>;
}

/// A block of elements, what goes with them, and whose they are.
pub(super) struct Piece<'b, E: Element> {
    pub(super) block: Block<'b, E>,
    /// Which of the block's elements these are, for a reduction that chooses; none if it is all of them.
    pub(super) chosen: Option<Chosen<'b>>,
    pub(super) into: FoldInto,
    /// The places of the tile whose elements these are.
    pub(super) places: Range<usize>,
    /// A byte for each element, zero where the mask rules it out; none without a mask.
    pub(super) offered: Option<&'b [u8]>,
    /// A byte for each element, zero where it does not take part; the operands differ by nothing there.
    pub(super) flags: Option<&'b [u8]>,
    /// A weight for each element, zero where it does not take part.
    pub(super) weights: Option<Rows<'b, f64>>,
    /// Where the elements stand among those that are reduced.
    pub(super) index: Index,
}

impl<'b, E: Element> Piece<'b, E> {
    /// Some of its rows, whose columns have no places.
    pub(super) fn rows(&self, from: usize, rows: usize) -> Self {
        let Block { a, b } = self.block;
        let first = self.places.start + from;
        let places = if self.into == FoldInto::One { self.places.clone() } else { first..first + rows };
        let bytes = |bytes: &'b [u8]| &bytes[from * a.row_len()..][..rows * a.row_len()];
        Self {
            block: Block { a: a.rows(from, rows), b: b.rows(from, rows) },
            chosen: None,
            into: self.into,
            places,
            offered: self.offered.map(bytes),
            flags: self.flags.map(bytes),
            weights: self.weights.map(|weights| weights.rows(from, rows)),
            index: Index { first: self.index.first + self.index.row_step * from as isize, ..self.index },
        }
    }
}

/// The number, among the reduced elements, of the element in row `r` and column `c` of a block:
/// `first + r * row_step + c * step`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Index {
    pub(super) first: isize,
    pub(super) row_step: isize,
    pub(super) step: isize,
}

/// Where the results of a tile go: `len` places from an offset on, in the unit of the plan's `OUT`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResultRun {
    pub(super) first: isize,
    pub(super) step: isize,
    pub(super) len: usize,
}

impl ResultRun {
    /// Run `i` of those that lie `step` apart, of which this is the first.
    pub(super) fn after(self, i: usize, step: isize) -> Self {
        Self { first: self.first + step * i as isize, ..self }
    }
}
