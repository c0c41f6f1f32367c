//! Weighted terms of a block: computed into a small buffer, then summed like any doubles.

use super::measured::Measured;
use crate::kernel::{Block, Kernel, Level, Rows, Simd, Term};

/// What a weight is multiplied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// |a - b|
    First,
    /// |a - b|^2
    Second,
}

/// A buffer for the terms of one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    terms: Vec<f64>,
}

impl Terms {
    /// Terms that the buffer holds: 16 KiB of them.
    pub(super) const MOST: usize = 2048;

    /// The terms of a block.
    pub(super) fn of<E: Measured>(
        &mut self,
        level: Level,
        block: Block<'_, E>,
        weights: Rows<'_, f64>,
        power: Power,
    ) -> Block<'_, Term> {
        let len = block.a.row_len();
        self.terms.resize(Self::MOST, 0.0);
        let terms = &mut self.terms[..block.a.count() * len];
        level.run(Weigh::<E> { block, weights, power, terms });
        weights_alone(Rows::of(terms, len))
    }
}

/// Weights, or other doubles, as terms.
pub(super) fn weights_alone(terms: Rows<'_, f64>) -> Block<'_, Term> {
    Block { a: terms, b: terms }
}

struct Weigh<'b, 't, E: Measured> {
    block: Block<'b, E>,
    weights: Rows<'b, f64>,
    power: Power,
    terms: &'t mut [f64],
}

impl<E: Measured> Kernel for Weigh<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Block { a, b } = self.block;
        for (i, terms) in self.terms.chunks_exact_mut(a.row_len()).enumerate() {
            let pairs = a.row(i).iter().zip(b.row(i).iter()).zip(self.weights.row(i).iter());
            match self.power {
                Power::First => {
                    terms.iter_mut().zip(pairs).for_each(|(t, ((a, b), w))| *t = E::weigh(a, b, w))
                }
                Power::Second => {
                    terms.iter_mut().zip(pairs).for_each(|(t, ((a, b), w))| *t = E::weigh_square(a, b, w));
                }
            }
        }
    }
}
