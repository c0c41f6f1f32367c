//! Moving a rectangle of elements from wherever they lie into a small buffer, row after row.
//!
//! Plain loops, each over a distance that the compiler knows where that matters, recompiled for each
//! level. They only move bits.

use super::arch::Simd;
use super::dispatch::Kernel;
use crate::array::run::Pod;
use crate::array::strip::{Grid, Strip};

/// Elements of a row that are turned over at a time.
pub(crate) const ACROSS: usize = 64;

/// Brings the elements of `from` into `out`, which holds as many.
pub(crate) struct Gather<'m, 'b, W> {
    pub(crate) from: Grid<'m, W>,
    /// Whether the bytes of each element are to be swapped.
    pub(crate) swapped: bool,
    /// Two pieces of memory of the same size, at least `ACROSS` elements.
    pub(crate) tiles: [&'b mut [W]; 2],
    pub(crate) out: &'b mut [W],
}

impl<W: Pod> Kernel for Gather<'_, '_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { from, swapped, tiles, out } = self;
        if from.runs_across() {
            turn_over(from, tiles, out);
        } else if swapped && from.has_runs() {
            for (i, out) in out.chunks_exact_mut(from.len()).enumerate() {
                let row = from.row(i).every::<1>();
                out.iter_mut().zip(row).for_each(|(place, value)| *place = value.swapped());
            }
            return;
        } else {
            for (i, out) in out.chunks_exact_mut(from.len()).enumerate() {
                copy(from.row(i), out);
            }
        }
        if swapped {
            out.iter_mut().for_each(|value| *value = value.swapped());
        }
    }
}

/// Brings the elements of a strip into `out`.
#[inline(always)]
fn copy<W: Pod>(strip: Strip<'_, W>, out: &mut [W]) {
    // Whole vectors are picked from forwards, and turned round where they are cached.
    let backwards = matches!(strip.elements_a_step(), Some(-4..=-2));
    let strip = if backwards { strip.turned() } else { strip };
    match strip.elements_a_step() {
        Some(1) => fill(out, strip.every::<1>()),
        Some(2) => fill(out, strip.every::<2>()),
        Some(3) => fill(out, strip.every::<3>()),
        Some(4) => fill(out, strip.every::<4>()),
        Some(-1) => fill(out, strip.every::<-1>()),
        _ => fill(out, strip.iter()),
    }
    if backwards {
        out.reverse();
    }
}

#[inline(always)]
fn fill<W>(out: &mut [W], values: impl Iterator<Item = W>) {
    out.iter_mut().zip(values).for_each(|(place, value)| *place = value);
}

/// Brings a rectangle whose columns lie closer than its rows into `out`: so many columns at a time
/// that whole cache lines are read, turned over in the first cache.
#[inline(always)]
fn turn_over<W: Pod>(from: Grid<'_, W>, [x, y]: [&mut [W]; 2], out: &mut [W]) {
    let most_rows = x.len() / ACROSS;
    for row in (0..from.rows()).step_by(most_rows) {
        let rows = most_rows.min(from.rows() - row);
        let (x, y) = (&mut x[..ACROSS * rows], &mut y[..ACROSS * rows]);
        let out = &mut out[row * from.len()..][..rows * from.len()];
        for at in (0..from.len()).step_by(ACROSS) {
            let across = ACROSS.min(from.len() - at);
            // What is left over from before, where there are fewer columns, is turned over and not taken.
            let columns = from.part(row, rows, at, across).transposed();
            for (i, place) in x.chunks_exact_mut(rows).take(across).enumerate() {
                columns.prefetch_row(i + ACROSS);
                copy(columns.row(i), place);
            }
            // Each pass makes two bits of a column's number the lowest ones of an element's place: after three
            // all six are.
            interleave(x, y);
            interleave(y, x);
            interleave(x, y);
            for (out, turned) in out.chunks_exact_mut(from.len()).zip(y.chunks_exact(ACROSS)) {
                out[at..at + across].copy_from_slice(&turned[..across]);
            }
        }
    }
}

/// Puts the elements of the four quarters of `from` into `to` by turns.
#[inline(always)]
fn interleave<W: Pod>(from: &[W], to: &mut [W]) {
    let mut quarters = from.chunks_exact(from.len() / 4);
    let [a, b, c, d] = std::array::from_fn(|_| quarters.next().expect("four of them"));
    let values = a.iter().zip(b).zip(c).zip(d);
    for (place, (((&a, &b), &c), &d)) in to.as_chunks_mut::<4>().0.iter_mut().zip(values) {
        *place = [a, b, c, d];
    }
}
