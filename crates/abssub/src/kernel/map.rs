//! Element-wise: one strip of differences, stored. What the ufunc's loops and `absdiff` run.

use super::arch::Simd;
use super::dispatch::Kernel;
use super::level::Level;
use crate::array::run::Run;
use crate::array::strip::Strip;
use crate::element::Stored;

/// Three strips of one length: `out[i] = |a[i] - b[i]|`.
pub struct MapStrip<'m, E: Stored> {
    /// The first operand.
    pub a: Strip<'m, E::Left>,
    /// The second operand.
    pub b: Strip<'m, E::Right>,
    /// Where the differences go.
    pub out: Strip<'m, E::Out>,
}

impl<E: Stored> Clone for MapStrip<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E: Stored> Copy for MapStrip<'_, E> {}

/// Elements that are read together before any is written.
const BLOCK: usize = 64;

impl<'m, E: Stored> MapStrip<'m, E> {
    /// Stores every difference, in order; true where a value was lost (see [`Stored::store`]).
    #[inline]
    pub fn run(self, level: Level) -> bool {
        let blockwise = self.out.is_contiguous() && self.is_independent();
        match (self.a.as_run(), self.b.as_run()) {
            (Some(a), Some(b)) if blockwise => level.run(Contiguous::<E> { a, b, out: self.out }),
            _ => level.run(Strided { strips: self, independent: blockwise }),
        }
    }

    /// Whether no element is written before another is read from its place: each input is the
    /// output itself, or does not touch it. Only then may elements be handled in any order.
    #[inline]
    pub fn is_independent(&self) -> bool {
        let (out, same_step) = (self.out.span(), self.out.is_contiguous());
        let clear = |span: (usize, usize), is_contiguous: bool| {
            span.1 <= out.0 || out.1 <= span.0 || (same_step && is_contiguous && span == out)
        };
        clear(self.a.span(), self.a.is_contiguous()) && clear(self.b.span(), self.b.is_contiguous())
    }

    /// The strips from `from` on, `len` elements of each.
    pub fn part(&self, from: usize, len: usize) -> Self {
        Self { a: self.a.part(from, len), b: self.b.part(from, len), out: self.out.part(from, len) }
    }
}

struct Contiguous<'m, E: Stored> {
    a: Run<'m, E::Left>,
    b: Run<'m, E::Right>,
    out: Strip<'m, E::Out>,
}

impl<E: Stored> Kernel for Contiguous<'_, E> {
    const VECTORS: bool = false;
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let mut lost = false;
        let (a, a_rest) = self.a.blocks::<BLOCK>();
        let (b, b_rest) = self.b.blocks::<BLOCK>();
        let whole = a.len() * BLOCK;
        for (k, (a, b)) in a.zip(b).enumerate() {
            self.out.put_block(
                k * BLOCK,
                std::array::from_fn::<_, BLOCK, _>(|i| E::store(a[i], b[i], &mut lost)),
            );
        }
        for i in 0..a_rest.len() {
            self.out.put(whole + i, E::store(a_rest.get(i), b_rest.get(i), &mut lost));
        }
        lost
    }
}

struct Strided<'m, E: Stored> {
    strips: MapStrip<'m, E>,
    independent: bool,
}

impl<E: Stored> Kernel for Strided<'_, E> {
    const VECTORS: bool = false;
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let MapStrip { a, b, out } = self.strips;
        let mut lost = false;
        let mut done = 0;
        if self.independent {
            // One operand is often a scalar or a column: read in any step, write whole blocks.
            while out.len() - done >= BLOCK {
                let block = std::array::from_fn::<_, BLOCK, _>(|i| {
                    E::store(a.get(done + i), b.get(done + i), &mut lost)
                });
                out.put_block(done, block);
                done += BLOCK;
            }
        }
        for i in done..out.len() {
            out.put(i, E::store(a.get(i), b.get(i), &mut lost));
        }
        lost
    }
}
