//! Moving a rectangle of elements from wherever they lie into a small buffer, row after row.
//!
//! Plain loops, each over a distance that the compiler knows where that matters, recompiled for each
//! level. They only move bits.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::turn::turn_over;
use crate::array::grid::Grid;
use crate::array::run::{LINE, Pod, Run, view_mut};
use crate::array::strip::Strip;

/// Bytes of a row that are moved before cache lines are asked for again.
const PART_BYTES: usize = 512;
/// How far ahead they are asked for, while another operand's block and the kernel come between: as i16 with
/// its bytes swapped, both operands are read from the third cache twice as fast as without.
const AHEAD_BYTES: usize = 8 << 10;

/// Brings the elements of `from` into `out`, which holds as many.
pub(crate) struct Gather<'m, 'b, W> {
    pub(crate) from: Grid<'m, W>,
    /// Whether the bytes of each element are to be swapped.
    pub(crate) swapped: bool,
    /// Some memory to work in.
    pub(crate) tile: &'b mut [W],
    pub(crate) out: &'b mut [W],
}

impl<W: Pod> Kernel for Gather<'_, '_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { from, swapped, tile, out } = self;
        if from.runs_across() {
            turn_over(simd, from, tile, out);
            if swapped {
                swap(out);
            }
            return;
        }
        if from.stays() {
            return repeat(from, swapped, out);
        }
        for (i, out) in out.chunks_exact_mut(from.len()).enumerate() {
            let (row, most) = (from.row(i), PART_BYTES / size_of::<W>());
            if row.len() <= most {
                from.foresee_below(i);
                copy_swapped(row, swapped, out);
                continue;
            }
            for (k, out) in out.chunks_mut(most).enumerate() {
                let part = row.part(k * most, out.len());
                part.prefetch_beyond(AHEAD_BYTES);
                copy_swapped(part, swapped, out);
            }
        }
    }
}

/// Each row is one element again and again, as a mask of pixels is for their channels.
#[inline(always)]
fn repeat<W: Pod>(from: Grid<'_, W>, swapped: bool, out: &mut [W]) {
    let column = from.transposed().row(0);
    match from.len() {
        2 => repeat_each(out.as_chunks_mut::<2>().0, column),
        3 => repeat_each(out.as_chunks_mut::<3>().0, column),
        4 => repeat_each(out.as_chunks_mut::<4>().0, column),
        len => {
            for (row, value) in out.chunks_exact_mut(len).zip(column.iter()) {
                row.fill(value);
            }
        }
    }
    if swapped {
        swap(out);
    }
}

/// So few times that a loop over them would cost more than they do.
#[inline(always)]
fn repeat_each<W: Pod, const N: usize>(rows: &mut [[W; N]], column: Strip<'_, W>) {
    for (row, value) in rows.iter_mut().zip(column.iter()) {
        *row = [value; N];
    }
}

/// Brings the elements of a strip into `out`, the bytes of each swapped or not.
#[inline(always)]
fn copy_swapped<W: Pod>(strip: Strip<'_, W>, swapped: bool, out: &mut [W]) {
    if swapped && strip.elements_a_step() == Some(1) {
        return fill(out, strip.every::<1>().map(W::swapped));
    }
    copy(strip, out);
    if swapped {
        swap(out);
    }
}

#[inline(always)]
fn swap<W: Pod>(values: &mut [W]) {
    for value in values {
        *value = value.swapped();
    }
}

/// Brings the elements of a strip into `out`.
#[inline(always)]
pub(super) fn copy<W: Pod>(strip: Strip<'_, W>, out: &mut [W]) {
    // Whole vectors are picked from forwards, and turned round where they are cached.
    let backwards = matches!(strip.elements_a_step(), Some(-4..=-2));
    let strip = if backwards { strip.turned() } else { strip };
    if let Some(run) = strip.as_run() {
        return copy_run(run, out);
    }
    match strip.elements_a_step() {
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

/// Line by line: rows can be as short as one.
#[inline(always)]
fn copy_run<W: Pod>(run: Run<'_, W>, out: &mut [W]) {
    let (lines, rest) = run.bytes().blocks::<LINE>();
    let (out_lines, out_rest) = view_mut::<W, u8>(out).as_chunks_mut::<LINE>();
    for (place, line) in out_lines.iter_mut().zip(lines) {
        *place = line;
    }
    fill(out_rest, rest.iter());
}

#[inline(always)]
fn fill<W>(out: &mut [W], values: impl Iterator<Item = W>) {
    for (place, value) in out.iter_mut().zip(values) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::grid::Rectangle;
    use crate::kernel::Level;

    /// A rectangle of the given steps, in memory that ends with its last element, by the reader and by hand.
    fn check<W: Pod>(row_step: isize, rows: usize, step: isize, len: usize, swapped: bool) {
        let size = size_of::<W>();
        let offset = |i: usize, j: usize| i as isize * row_step + j as isize * step;
        let corners = [offset(0, 0), offset(rows - 1, 0), offset(0, len - 1), offset(rows - 1, len - 1)];
        let (low, high) = (corners.iter().min().unwrap(), corners.iter().max().unwrap());
        let memory: Box<[u8]> = (0..(high - low) as usize + size).map(|i| ((i * 167) >> 3) as u8).collect();
        let start = memory[(-low) as usize..].as_ptr();
        let mut expected = Vec::new();
        for (i, j) in (0..rows).flat_map(|i| (0..len).map(move |j| (i, j))) {
            let from = (offset(i, j) - low) as usize;
            let bytes = memory[from..from + size].iter();
            if swapped { expected.extend(bytes.rev()) } else { expected.extend(bytes) }
        }
        for &level in Level::available() {
            let mut out = vec![W::ZERO; rows * len];
            let mut tile = vec![W::ZERO; 4096 / size];
            // SAFETY: the corners of the rectangle lie within the memory.
            #[allow(unsafe_code)]
            let from = unsafe { Grid::new(Rectangle { start, row_step, rows, step, len }) };
            level.run(Gather { from, swapped, tile: &mut tile, out: &mut out });
            let found = view_mut::<W, u8>(&mut out);
            assert!(found == expected, "{level} {size}: {row_step} x {rows}, {step} x {len}, {swapped}");
        }
    }

    fn check_all<W: Pod>() {
        let size = size_of::<W>() as isize;
        for (rows, len) in [
            (1, 1),
            (1, 300),
            (3, 65),
            (5, 4),
            (5, 40),
            (7, 300),
            (16, 16),
            (17, 19),
            (70, 33),
            (64, 64),
            (131, 29),
        ] {
            let (height, width) = (rows as isize, len as isize);
            for every in [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5] {
                let (step, gap) = (every * size, if every % 2 == 0 { 0 } else { 3 });
                for swapped in [false, true] {
                    check::<W>(width * step.abs() + gap, rows, step, len, swapped);
                    check::<W>(step, rows, height * step.abs() + gap, len, swapped);
                    check::<W>(step, rows, -height * step.abs() - gap, len, swapped);
                }
            }
            // Fields of records, and what is the same in every row.
            check::<W>(width * (size + 3), rows, size + 3, len, true);
            check::<W>(size + 3, rows, height * (size + 3), len, false);
            check::<W>(0, rows, size, len, false);
            check::<W>(size, rows, 0, len, false);
        }
    }

    #[test]
    fn every_layout_is_gathered_at_every_level() {
        check_all::<u8>();
        check_all::<u16>();
        check_all::<u32>();
        check_all::<u64>();
        check_all::<i128>();
    }
}
