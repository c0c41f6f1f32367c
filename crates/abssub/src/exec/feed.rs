//! One operand's blocks before the kernel: in place where it can read them so, else gathered.
#![allow(unsafe_code)]

use crate::array::grid::Rectangle;
use crate::array::{Format, Operand, Reader, Receive, Scratch, Tick};
use crate::kernel::{Level, Rows};

/// Bytes of each operand that are gathered at a time: a few such buffers share the first cache.
const BUFFER_BYTES: usize = 16 << 10;
/// Elements of a square whose rows and columns fill so many bytes each, where one operand is read along either: four
/// lines that follow one another are read half again as fast as two, or one.
const PIECE_BYTES: usize = 256;

/// Hands out one operand's rectangles as elements of type `T`.
pub(super) struct Feed<T> {
    level: Level,
    format: Format,
    reader: Reader<T>,
    in_place: bool,
    buffer: Vec<T>,
    scratch: Option<Box<Scratch>>,
    /// What the buffer holds, if it can serve again.
    held: Option<Rectangle>,
}

impl<T: Receive> Feed<T> {
    /// For an operand whose inner axis steps by `step`; `alter` says that elements will be changed, `across` that
    /// an operand is read along columns. None if its elements cannot be read as `T`.
    pub(super) fn new(
        operand: &Operand<'_>,
        step: isize,
        alter: bool,
        across: bool,
        level: Level,
    ) -> Option<Self> {
        let Operand { dtype, byte_swapped, tick, .. } = *operand;
        let reader = T::reader(dtype)?;
        let in_place = Self::is_own(operand) && !alter && step == size_of::<T>() as isize;
        let buffer = if in_place { Vec::new() } else { vec![T::ZERO; Self::capacity_for(across)] };
        let scratch = (!in_place).then(Scratch::new);
        Some(Self {
            level,
            format: Format { byte_swapped, tick },
            reader,
            in_place,
            buffer,
            scratch,
            held: None,
        })
    }

    /// Whether an operand's elements are of type `T` as they lie.
    pub(super) fn is_own(operand: &Operand<'_>) -> bool {
        T::is_own(operand.dtype) && !operand.byte_swapped && operand.tick == Tick::ONE
    }

    /// Elements that fit the smallest buffer.
    pub(super) fn capacity() -> usize {
        BUFFER_BYTES / size_of::<T>()
    }

    /// Elements that fit the buffer.
    pub(super) fn capacity_for(across: bool) -> usize {
        let square = (PIECE_BYTES / size_of::<T>()).pow(2);
        Self::capacity().max(if across { square } else { 0 })
    }

    /// Whether the kernel reads the operand where it is.
    pub(super) fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// The rectangle's elements.
    ///
    /// # Safety
    /// Every element of the rectangle must be readable.
    pub(super) unsafe fn rows(&mut self, from: Rectangle) -> Rows<'_, T> {
        if self.in_place {
            // SAFETY: the caller vouches for the elements, which lie a unit step apart.
            return unsafe { Rows::new(from.start, from.row_step, from.rows, from.len) };
        }
        let first = Rectangle { rows: 1, ..from };
        if from.row_step == 0 && from.rows > 1 {
            // SAFETY: the caller's promise, and that every row is the one that the buffer then holds.
            return unsafe {
                self.gather(first);
                Rows::new(self.elements(first).as_ptr().cast(), 0, from.rows, from.len)
            };
        }
        // SAFETY: the caller's promise.
        unsafe { self.gather(from) };
        self.gathered(from)
    }

    /// Brings the rectangle's elements into the buffer, one row after the other.
    ///
    /// # Safety
    /// Every element of the rectangle must be readable.
    pub(super) unsafe fn gather(&mut self, from: Rectangle) {
        // Memory that changes under us may be read once or twice: either was one of its states.
        if self.held == Some(from) {
            return;
        }
        let elements = &mut self.buffer[..from.rows * from.len];
        let scratch = self.scratch.as_mut().expect("made for a feed that gathers");
        // SAFETY: the caller's promise.
        unsafe { (self.reader)(self.level, from, self.format, scratch, elements) };
        self.held = Some(from);
    }

    /// The rows that were gathered.
    pub(super) fn gathered(&self, from: Rectangle) -> Rows<'_, T> {
        Rows::of(self.elements(from), from.len)
    }

    /// The elements that were gathered.
    pub(super) fn elements(&self, from: Rectangle) -> &[T] {
        &self.buffer[..from.rows * from.len]
    }

    /// Sets to zero what was gathered and takes no part.
    pub(super) fn blank(&mut self, flags: &[u8]) {
        // What is about to be altered cannot serve again.
        self.held = None;
        for (element, &wanted) in self.buffer.iter_mut().zip(flags) {
            *element = if wanted != 0 { *element } else { T::ZERO };
        }
    }
}
