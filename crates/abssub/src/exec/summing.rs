//! Sums as reductions: a state for each result, of the differences or of their weighted products.

use super::measured::Measured;
use super::reduction::{Patterned, Piece, Reduction, ResultRun};
use super::weigh::{Power, Terms};
use crate::Error;
use crate::array::Target;
use crate::element::Element;
use crate::kernel::{Block, Fold, Level, Meeting, Term, Windows};
use crate::plan::Inner;
use crate::reduce::{ExactSum, Landing, Specials, State};
use std::ops::Range;

/// Where sums start, and where they go.
pub(super) struct Summing<'m, F: Fold> {
    pub(super) start: <F::State as State>::Start,
    pub(super) target: Target<'m>,
    /// Whether to store, or only to find out whether every result could be stored.
    pub(super) store: bool,
}

impl<F: Fold> Summing<'_, F> {
    fn land(&self, states: &[F::State], run: ResultRun) -> Result<Specials, Error> {
        let landing = Landing {
            target: self.target,
            first: run.first,
            step: run.step,
            len: run.len,
            store: self.store,
        };
        F::State::store(states, self.start, &landing)
    }
}

/// Whether blocks whose rows lie so are summed without what does not count, and without a copy.
pub(super) fn chooses<F: Fold>(inner: Inner) -> bool {
    match inner {
        Inner::Row => F::CHOOSES,
        Inner::Column => F::MASKS_COLUMNS,
        Inner::Window | Inner::Segment => false,
    }
}

fn merge<S: State>(whole: &mut [S], part: &[S]) {
    whole.iter_mut().zip(part).for_each(|(whole, part)| whole.merge(part));
}

impl<E: Element, F: Fold<Left = E::Left, Right = E::Right>> Reduction<E> for Summing<'_, F> {
    type Tile = Vec<F::State>;

    fn state_bytes(&self) -> usize {
        F::State::MOST_BYTES
    }

    fn chooses(&self, inner: Inner) -> bool {
        chooses::<F>(inner)
    }

    fn tile(&self, len: usize) -> Vec<F::State> {
        vec![F::State::default(); len]
    }

    fn patterned(&self) -> Option<&dyn Patterned<E, Tile = Vec<F::State>>> {
        Some(self)
    }

    fn reset(&self, tile: &mut Vec<F::State>, _: ResultRun) {
        tile.iter_mut().for_each(State::reset);
    }

    #[inline]
    fn fold(&self, level: Level, piece: Piece<'_, E>, tile: &mut Vec<F::State>) {
        let Block { a, b } = piece.block;
        let (block, states) = (Block::<F> { a, b }, &mut tile[piece.places]);
        match piece.chosen {
            None => block.fold(level, piece.into, states),
            Some(chosen) => block.fold_chosen(level, chosen, piece.into, states, &mut []),
        }
    }

    fn merge(&self, whole: &mut Vec<F::State>, part: &Vec<F::State>) {
        merge(whole, part);
    }

    fn store(&self, tile: &Vec<F::State>, run: ResultRun) -> Result<Specials, Error> {
        self.land(tile, run)
    }
}

impl<E: Element, F: Fold<Left = E::Left, Right = E::Right>> Patterned<E> for Summing<'_, F> {
    type Tile = Vec<F::State>;

    fn fold_pairs(&self, level: Level, block: Block<'_, E>, meeting: Meeting, tile: &mut Vec<F::State>) {
        let Block { a, b } = block;
        Block::<F> { a, b }.fold_rows(level, meeting, tile);
    }

    fn fold_windows(
        &self,
        level: Level,
        windows: Windows<'_, E>,
        places: Range<usize>,
        tile: &mut Vec<F::State>,
    ) {
        let Windows { a, b } = windows;
        Windows::<F> { a, b }.fold(level, &mut tile[places]);
    }

    fn fold_segments(
        &self,
        level: Level,
        block: Block<'_, E>,
        places: Range<usize>,
        tile: &mut Vec<F::State>,
    ) {
        let Block { a, b } = block;
        Block::<F> { a, b }.fold_segments(level, &mut tile[places]);
    }

    fn store_runs(
        &self,
        tile: &Vec<F::State>,
        first: ResultRun,
        runs: usize,
        step: isize,
    ) -> Result<Specials, Error> {
        let mut met = Specials::default();
        for i in 0..runs {
            met = met.or(self.land(&tile[i * first.len..], first.after(i, step))?);
        }
        Ok(met)
    }
}

/// Sums of weighted differences or squares, each rounded once to a double.
pub(super) struct Weighing<'m> {
    pub(super) sums: Summing<'m, Term>,
    pub(super) power: Power,
}

/// States, and the terms of a block.
pub(super) struct WeighedTile {
    states: Vec<ExactSum>,
    terms: Terms,
}

impl<E: Measured> Reduction<E> for Weighing<'_> {
    type Tile = WeighedTile;

    fn state_bytes(&self) -> usize {
        ExactSum::MOST_BYTES
    }

    fn most_elements(&self, _: Inner) -> usize {
        Terms::MOST
    }

    fn tile(&self, len: usize) -> WeighedTile {
        WeighedTile { states: vec![ExactSum::default(); len], terms: Terms::default() }
    }

    fn reset(&self, tile: &mut WeighedTile, _: ResultRun) {
        tile.states.iter_mut().for_each(State::reset);
    }

    fn fold(&self, level: Level, piece: Piece<'_, E>, tile: &mut WeighedTile) {
        let weights = piece.weights.expect("a weighted sum has weights");
        tile.terms.of(level, piece.block, weights, self.power).fold(
            level,
            piece.into,
            &mut tile.states[piece.places],
        );
    }

    fn merge(&self, whole: &mut WeighedTile, part: &WeighedTile) {
        merge(&mut whole.states, &part.states);
    }

    fn store(&self, tile: &WeighedTile, run: ResultRun) -> Result<Specials, Error> {
        self.sums.land(&tile.states, run)
    }
}
