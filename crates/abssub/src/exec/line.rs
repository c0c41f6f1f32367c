//! Two short lines of memory: nothing to plan, to divide or to stop.
#![allow(unsafe_code)]

use super::measured::Measured;
use super::request::{ForElement, Pairing};
use super::stats::{Stat, stat_dtype};
use crate::Error;
use crate::array::{Common, DType, Receive, Target};
use crate::kernel::{Block, Fold, FoldInto, Level, Rows};
use crate::reduce::{Landing, Specials, State};
use std::marker::PhantomData;

/// Two lines of elements of one type, which follow one another in memory and are in the machine's byte order.
#[derive(Clone, Copy, Debug)]
pub struct Line<'m> {
    a: *const u8,
    b: *const u8,
    len: usize,
    dtype: DType,
    memory: PhantomData<&'m u8>,
}

impl<'m> Line<'m> {
    /// Of `len` elements each; none for times, which have units beside their type.
    ///
    /// # Safety
    /// For `'m`, so many elements of `dtype` must be readable from both addresses.
    pub unsafe fn new(dtype: DType, a: *const u8, b: *const u8, len: usize) -> Option<Self> {
        (dtype != DType::Time).then_some(Self { a, b, len, dtype, memory: PhantomData })
    }

    /// The type of the sum.
    pub fn dtype(&self) -> DType {
        stat_dtype(Stat::Sum, self.dtype, false)
    }

    /// Stores the sum of |a - b|, or of its squares, in the target's first place.
    ///
    /// # Errors
    /// [`Error::Overflow`] for a sum that the target does not hold, [`Error::Target`] if it holds no such sums.
    pub fn store_sum(&self, squared: bool, target: Target<'_>) -> Result<Specials, Error> {
        let landing = Landing { target, first: 0, step: target.dtype().size() as isize, len: 1, store: true };
        Pairing::Common(Common::Same(self.dtype)).for_element(RunLine { line: self, squared, landing })
    }
}

/// A line whose element type is about to be known.
struct RunLine<'l, 'm, 't> {
    line: &'l Line<'m>,
    squared: bool,
    landing: Landing<'t>,
}

impl RunLine<'_, '_, '_> {
    fn fold<F: Fold>(&self) -> Result<Specials, Error> {
        let Line { a, b, len, .. } = *self.line;
        // SAFETY: `Line::new` was promised as many elements.
        let block = unsafe { Block::<F> { a: Rows::new(a, 0, 1, len), b: Rows::new(b, 0, 1, len) } };
        let mut states = [F::State::default()];
        block.fold(Level::current(), FoldInto::One, &mut states);
        let start = F::State::start(None).expect("every sum starts somewhere");
        F::State::store(&states, start, &self.landing)
    }
}

impl ForElement for RunLine<'_, '_, '_> {
    type Output = Result<Specials, Error>;

    fn with<E: Measured>(self) -> Result<Specials, Error> {
        assert!(E::Left::is_own(self.line.dtype) && E::Right::is_own(self.line.dtype));
        if self.squared { self.fold::<E::Square>() } else { self.fold::<E>() }
    }
}
