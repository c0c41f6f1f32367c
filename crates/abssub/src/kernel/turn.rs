//! Rectangles whose columns lie closer than their rows, brought into a buffer row after row: squares that
//! fill a few registers are turned over, so that memory is read along columns and whole cache lines of it.

use super::arch::{LANE, Simd};
use super::gather::copy;
use super::unrolled::each_row;
use crate::array::grid::{Grid, Sheet};
use crate::array::run::{LINE, Pod};

/// Brings the elements of `from` into `out`, by way of `tile` if columns have gaps.
#[inline(always)]
pub(super) fn turn_over<S: Simd, W: Pod>(simd: S, from: Grid<'_, W>, tile: &mut [W], out: &mut [W]) {
    match size_of::<W>() {
        1 => turn_by::<S, W, 1, 16>(simd, from, tile, out),
        2 => turn_by::<S, W, 2, 8>(simd, from, tile, out),
        4 => turn_by::<S, W, 4, 4>(simd, from, tile, out),
        8 => turn_by::<S, W, 8, 2>(simd, from, tile, out),
        _ => one_by_one(from, out, from.len()),
    }
}

/// Lanes hold `N` elements of `SIZE` bytes.
#[inline(always)]
fn turn_by<S: Simd, W: Pod, const SIZE: usize, const N: usize>(
    simd: S,
    from: Grid<'_, W>,
    tile: &mut [W],
    out: &mut [W],
) {
    let columns = from.transposed();
    if columns.has_runs() {
        return turn::<S, W, SIZE, N>(simd, columns, out, from.len(), Way::Down);
    }
    let backwards = from.upside_down().transposed();
    if backwards.has_runs() {
        return turn::<S, W, SIZE, N>(simd, backwards, out, from.len(), Way::Up);
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
                columns.foresee_below(i);
                copy(columns.row(i), place);
            }
            let out = &mut out[row * from.len() + at..];
            turn::<S, W, SIZE, N>(simd, Grid::of(tile, rows), out, from.len(), Way::Packed);
        }
    }
}

/// How columns that are runs become rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In memory's order.
    Down,
    /// The last row first.
    Up,
    /// In their order, from a buffer that is cached.
    Packed,
}

/// Brings columns that are runs into rows of `out` whose starts lie `apart`.
#[inline(always)]
fn turn<S: Simd, W: Pod, const SIZE: usize, const N: usize>(
    simd: S,
    columns: Grid<'_, W>,
    out: &mut [W],
    apart: usize,
    way: Way,
) {
    let (across, rows) = (columns.rows(), columns.len());
    if across < N {
        let from = columns.transposed();
        return one_by_one(if way == Way::Up { from.upside_down() } else { from }, out, apart);
    }
    let width = S::BYTES / SIZE;
    // What comes next is most often the rest of the same columns. A byte of each vector is enough: if it lies in
    // two lines, the other one was asked for with its neighbour.
    let next = match way {
        Way::Down => Some((rows * SIZE + S::BYTES - 1) as isize),
        Way::Up => Some(-((rows * SIZE) as isize)),
        Way::Packed => None,
    };
    let whole = rows / width * width;
    let sheet = Sheet::new(out, rows, across, apart);
    let mut sheet = if way == Way::Up { sheet.upside_down() } else { sheet };
    for at in (0..across).step_by(N) {
        // The last squares overlap those before them.
        let at = at.min(across - N);
        for row in (0..whole).step_by(width) {
            let from = columns.part(at, N, row, width);
            turn_squares::<S, W, SIZE, N, false>(simd, from, sheet.part(row, width, at, N), next);
        }
        if whole < rows {
            let rest = rows - whole;
            let from = columns.part(at, N, whole, rest);
            turn_squares::<S, W, SIZE, N, true>(simd, from, sheet.part(whole, rest, at, N), next);
        }
    }
}

/// Brings `N` columns, of whose elements a vector holds all, into rows, and asks for what lies `next` to them.
#[inline(always)]
fn turn_squares<S: Simd, W: Pod, const SIZE: usize, const N: usize, const PARTIAL: bool>(
    simd: S,
    columns: Grid<'_, W>,
    mut rows: Sheet<'_, W>,
    next: Option<isize>,
) {
    let mut square = [simd.zero(); N];
    for (vector, column) in square.iter_mut().zip(columns.runs()) {
        if let Some(next) = next {
            column.foresee(next);
        }
        *vector = simd.load_as::<PARTIAL>(column.bytes());
    }
    turn_lanes::<S, SIZE, N>(simd, &mut square);
    each_row!(put::<S, W, N>(simd, &square, &mut rows));
}

/// Writes the rows that vectors `I` and `I + 8` hold, one in each lane.
#[inline(always)]
fn put<S: Simd, W: Pod, const N: usize, const I: usize>(
    simd: S,
    square: &[S::V; N],
    rows: &mut Sheet<'_, W>,
) {
    for i in [I, I + 8] {
        if i < N {
            for (k, values) in simd.lanes(square[i]).into_iter().enumerate() {
                if k * N + i < rows.rows() {
                    rows.put(k * N + i, values);
                }
            }
        }
    }
}

/// Lane by lane rows become columns: each pass makes another bit of a row's number one of the place in a row.
/// Written out, so that all stay in registers: `N` elements of `SIZE` bytes are a lane.
#[inline(always)]
pub(super) fn turn_lanes<S: Simd, const SIZE: usize, const N: usize>(simd: S, rows: &mut [S::V; N]) {
    const { assert!(N * SIZE == LANE) };
    turn_pass::<S, SIZE, N>(simd, rows);
    if N > 2 {
        turn_pass::<S, SIZE, N>(simd, rows);
    }
    if N > 4 {
        turn_pass::<S, SIZE, N>(simd, rows);
    }
    if N > 8 {
        turn_pass::<S, SIZE, N>(simd, rows);
    }
}

/// One pass: the two halves by turns.
#[inline(always)]
fn turn_pass<S: Simd, const SIZE: usize, const N: usize>(simd: S, rows: &mut [S::V; N]) {
    let before = *rows;
    each_row!(meet::<S, SIZE, N>(simd, &before, rows));
}

/// Row `I` and the one half of all behind it become neighbours.
#[inline(always)]
fn meet<S: Simd, const SIZE: usize, const N: usize, const I: usize>(
    simd: S,
    before: &[S::V; N],
    rows: &mut [S::V; N],
) {
    if I < N / 2 {
        [rows[2 * I], rows[2 * I + 1]] = simd.interleave::<SIZE>(before[I], before[I + N / 2]);
    }
}

/// Brings the elements into rows of `out` whose starts lie `apart`.
#[inline(always)]
fn one_by_one<W: Pod>(from: Grid<'_, W>, out: &mut [W], apart: usize) {
    for i in 0..from.rows() {
        copy(from.row(i), &mut out[i * apart..][..from.len()]);
    }
}
