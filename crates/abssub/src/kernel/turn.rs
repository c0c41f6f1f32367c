//! Rectangles whose columns lie closer than their rows, brought into a buffer row after row: squares that
//! fill a few registers are turned over, so that memory is read along columns and whole cache lines of it.

use super::arch::interleave::{VECTOR, interleave};
use super::gather::{LINE, copy};
use crate::array::grid::Grid;
use crate::array::run::{Pod, view_mut};

/// How many columns ahead their cache lines are asked for.
const AHEAD: usize = 16;

/// Brings the elements of `from` into `out`, by way of `tile` if columns have gaps.
#[inline(always)]
pub(super) fn turn_over<W: Pod>(from: Grid<'_, W>, tile: &mut [W], out: &mut [W]) {
    match size_of::<W>() {
        1 => turn_by::<W, 1, 16>(from, tile, out),
        2 => turn_by::<W, 2, 8>(from, tile, out),
        4 => turn_by::<W, 4, 4>(from, tile, out),
        8 => turn_by::<W, 8, 2>(from, tile, out),
        _ => one_by_one(from, out, from.len()),
    }
}

/// Squares of `N` elements of `SIZE` bytes are turned over.
#[inline(always)]
fn turn_by<W: Pod, const SIZE: usize, const N: usize>(from: Grid<'_, W>, tile: &mut [W], out: &mut [W]) {
    let columns = from.transposed();
    if columns.has_runs() {
        return turn::<W, SIZE, N>(columns, out, from.len(), false);
    }
    let backwards = from.upside_down().transposed();
    if backwards.has_runs() {
        return turn::<W, SIZE, N>(backwards, out, from.len(), true);
    }
    // Columns of a cache line's bytes are copied without their gaps, as many as fit.
    let most_rows = (LINE / SIZE).min(from.rows());
    let most_columns = tile.len() / most_rows;
    for row in (0..from.rows()).step_by(most_rows) {
        for at in (0..from.len()).step_by(most_columns) {
            let (rows, across) = (most_rows.min(from.rows() - row), most_columns.min(from.len() - at));
            let columns = from.part(row, rows, at, across).transposed();
            let tile = &mut tile[..rows * across];
            for (i, place) in tile.chunks_exact_mut(rows).enumerate() {
                columns.prefetch(i + AHEAD, rows - 1);
                copy(columns.row(i), place);
            }
            let out = &mut out[row * from.len() + at..];
            turn::<W, SIZE, N>(Grid::of(tile, rows), out, from.len(), false);
        }
    }
}

/// Brings columns that are runs into rows of `out` whose starts lie `apart`, the last row first if `flipped`.
#[inline(always)]
fn turn<W: Pod, const SIZE: usize, const N: usize>(
    columns: Grid<'_, W>,
    out: &mut [W],
    apart: usize,
    flipped: bool,
) {
    let (across, rows) = (columns.rows(), columns.len());
    if across < N || rows < N {
        let from = columns.transposed();
        return one_by_one(if flipped { from.upside_down() } else { from }, out, apart);
    }
    for at in (0..across).step_by(N) {
        // The last squares overlap those before them.
        let at = at.min(across - N);
        for line in (0..rows).step_by(LINE / SIZE) {
            let until = rows.min(line + LINE / SIZE);
            (0..N).for_each(|i| columns.prefetch(at + AHEAD + i, until - 1));
            for row in (line..until).step_by(N) {
                let row = row.min(rows - N);
                let turned = turn_square::<SIZE, N>(columns.square(at, row));
                for (i, values) in turned.iter().enumerate() {
                    let place = if flipped { rows - 1 - (row + i) } else { row + i };
                    view_mut(&mut out[place * apart + at..][..N]).copy_from_slice(values);
                }
            }
        }
    }
}

/// Rows become columns: each pass makes another bit of a row's number one of the place in a row.
#[inline(always)]
pub(super) fn turn_square<const SIZE: usize, const N: usize>(
    mut rows: [[u8; VECTOR]; N],
) -> [[u8; VECTOR]; N] {
    for _ in 0..N.ilog2() {
        let before = rows;
        for i in 0..N / 2 {
            [rows[2 * i], rows[2 * i + 1]] = interleave::<SIZE>(before[i], before[i + N / 2]);
        }
    }
    rows
}

/// Brings the elements into rows of `out` whose starts lie `apart`.
#[inline(always)]
fn one_by_one<W: Pod>(from: Grid<'_, W>, out: &mut [W], apart: usize) {
    for i in 0..from.rows() {
        copy(from.row(i), &mut out[i * apart..][..from.len()]);
    }
}
