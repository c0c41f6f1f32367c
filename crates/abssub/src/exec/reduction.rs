//! What a reduction does with the blocks that the executor brings.

use crate::Error;
use crate::element::Element;
use crate::kernel::{Block, FoldInto, Level};
use crate::reduce::{Landing, Specials};
use std::ops::Range;

/// A reduction of differences of type `E`, over tiles of neighbouring results.
pub(super) trait Reduction<E: Element>: Sync {
    /// The states of a tile.
    type Tile: Send;

    /// Bytes of state that a result needs.
    fn state_bytes(&self) -> usize;

    /// States for `len` results.
    fn tile(&self, len: usize) -> Self::Tile;

    /// Back to nothing.
    fn reset(&self, tile: &mut Self::Tile);

    /// Folds a block into the states of some places of the tile.
    fn fold(
        &self,
        level: Level,
        block: Block<'_, E>,
        into: FoldInto,
        places: Range<usize>,
        tile: &mut Self::Tile,
    );

    /// Takes in the states of another part of the same results.
    fn merge(&self, whole: &mut Self::Tile, part: &Self::Tile);

    /// Finishes the first states of a tile and stores what they come to.
    fn store(&self, tile: &Self::Tile, landing: &Landing<'_>) -> Result<Specials, Error>;
}
