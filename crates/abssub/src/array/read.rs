//! Reading a rectangle of any element type into a small buffer of another: cast, byte-swapped
//! and de-strided on the way.
#![allow(unsafe_code)]

use super::grid::{Grid, Rectangle};
use super::run::{Pod, view_mut};
use super::{DType, Tick};
use crate::kernel::gather::Gather;
use crate::kernel::{Kernel, Level, Simd};
use std::any::TypeId;

/// How the elements of one operand lie and what they mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    pub(crate) byte_swapped: bool,
    pub(crate) tick: Tick,
}

/// Fills a buffer with the elements of a rectangle, row after row.
///
/// # Safety
/// Every element of the rectangle, of the type that the reader was made for, must be readable.
pub(crate) type Reader<T> = unsafe fn(Level, Rectangle, Format, &mut Scratch, buffer: &mut [T]);

/// Bytes that are worked on at a time, in the first cache.
const PIECE_BYTES: usize = 4 << 10;
/// Columns of a piece that is read column by column: the others fill a cache line.
const TURNED_LEN: usize = 64;

/// Memory of one piece, so that no vector of it crosses a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Piece([u8; PIECE_BYTES]);

/// Memory for what lies between the operand and the buffer.
pub(crate) struct Scratch {
    tile: Piece,
    raw: Piece,
}

impl Scratch {
    pub(crate) fn new() -> Box<Self> {
        let none = Piece([0; PIECE_BYTES]);
        Box::new(Self { tile: none, raw: none })
    }
}

/// A type that a pair of operands is brought to.
pub(crate) trait Receive: Pod {
    /// What reads elements of `dtype` as this type; none where NumPy would not cast so.
    fn reader(dtype: DType) -> Option<Reader<Self>>;

    /// Whether memory of `dtype` is memory of this type.
    fn is_own(dtype: DType) -> bool;

    /// Times only: brought to the common unit.
    #[inline(always)]
    fn scaled(self, _tick: Tick) -> Self {
        self
    }
}

/// The conversion of one element, as NumPy casts it.
pub(super) trait Cast<S> {
    fn cast(value: S) -> Self;
}

/// Reads `S` as `T`.
///
/// # Safety
/// See [`Reader`].
pub(super) unsafe fn read<S: Pod, T: Receive + Cast<S>>(
    level: Level,
    from: Rectangle,
    format: Format,
    scratch: &mut Scratch,
    buffer: &mut [T],
) {
    // SAFETY: the caller vouches for the rectangle.
    let from = unsafe { Grid::<S>::new(from) };
    let swapped = format.byte_swapped && size_of::<S>() > 1;
    let Scratch { tile: Piece(tile), raw: Piece(raw) } = scratch;
    let mut gather = |from: Grid<'_, S>, out: &mut [S::Bits]| {
        level.run(Gather { from: from.bits(), swapped, tile: view_mut(tile), out });
    };
    if TypeId::of::<S>() == TypeId::of::<T>() {
        return gather(from, view_mut(buffer));
    }
    let tick = format.tick;
    if from.has_runs() && !swapped {
        return level.run(CastRows { from, tick, out: buffer, apart: from.len() });
    }
    let raw = view_mut::<u8, S>(raw);
    let len = if from.runs_across() { TURNED_LEN } else { raw.len() }.min(from.len());
    let rows = raw.len() / len;
    for row in (0..from.rows()).step_by(rows) {
        for at in (0..from.len()).step_by(len) {
            let piece = from.part(row, rows.min(from.rows() - row), at, len.min(from.len() - at));
            let raw = &mut raw[..piece.rows() * piece.len()];
            gather(piece, view_mut(raw));
            let out = &mut buffer[row * from.len() + at..];
            level.run(CastRows { from: Grid::of(raw, piece.len()), tick, out, apart: from.len() });
        }
    }
}

/// Casts rows that are runs into rows of `out` whose starts lie `apart`.
struct CastRows<'m, 'b, S, T> {
    from: Grid<'m, S>,
    tick: Tick,
    out: &'b mut [T],
    apart: usize,
}

impl<S: Pod, T: Receive + Cast<S>> Kernel for CastRows<'_, '_, S, T> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<V: Simd>(self, _simd: V) {
        let Self { from, tick, out, apart } = self;
        for (i, out) in out.chunks_mut(apart).take(from.rows()).enumerate() {
            let values = out.iter_mut().zip(from.row(i).every::<1>());
            if tick == Tick::ONE {
                values.for_each(|(place, value)| *place = T::cast(value));
            } else {
                values.for_each(|(place, value)| *place = T::cast(value).scaled(tick));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read, at every level, from memory that ends with the rectangle's last element.
    fn check<S: Pod, T: Receive + Cast<S> + PartialEq>(dtype: DType, tick: Tick) {
        let size = size_of::<S>();
        for (rows, len, across) in
            [(1, 5000, false), (3, 700, false), (5, 6, true), (40, 100, true), (129, 20, true)]
        {
            for (every, byte_swapped) in [(1, false), (1, true), (2, false), (3, true)] {
                let (near, far) = (every * size, every * size * if across { rows } else { len });
                let (row_step, step) = if across { (near, far) } else { (far, near) };
                let whole = (rows - 1) * row_step + (len - 1) * step + size;
                let memory: Box<[u8]> = (0..whole).map(|i| ((i * 2654435761) >> 13) as u8).collect();
                let one = |i: usize| {
                    let mut value = [S::ZERO];
                    let from = i / len * row_step + i % len * step;
                    view_mut::<S, u8>(&mut value).copy_from_slice(&memory[from..from + size]);
                    T::cast(if byte_swapped { value[0].swapped() } else { value[0] }).scaled(tick)
                };
                let expected: Vec<T> = (0..rows * len).map(one).collect();
                let format = Format { byte_swapped, tick };
                let (start, row_step, step) = (memory.as_ptr(), row_step as isize, step as isize);
                let place = Rectangle { start, row_step, rows, step, len };
                for &level in Level::available() {
                    let mut found = vec![T::ZERO; rows * len];
                    let reader = T::reader(dtype).expect("a type that is cast so");
                    // SAFETY: the memory ends with the rectangle's last element.
                    unsafe { reader(level, place, format, &mut Scratch::new(), &mut found) };
                    assert!(found == expected, "{level} {dtype:?} {rows} x {len}, {every}, {byte_swapped}");
                }
            }
        }
    }

    #[test]
    fn casts_are_the_scalar_ones_in_every_layout() {
        check::<u8, i16>(DType::U8, Tick::ONE);
        check::<u16, f32>(DType::U16, Tick::ONE);
        check::<i32, f64>(DType::I32, Tick::ONE);
        check::<u64, f64>(DType::U64, Tick::ONE);
        check::<i64, i64>(DType::Time, Tick::ONE);
        check::<u32, i128>(DType::U32, Tick::Times(7));
    }
}
