//! What every reduction is asked over: two operands, which of their pairs, which axes, how many threads.

use super::job::{Job, Missing};
use super::measured::Measured;
use super::pool::most_threads;
use super::steps::steps;
use super::threads::num_threads;
use crate::Error;
use crate::array::{Common, DType, Operand, PerAxis, Receive, Tick};
use crate::element::{Bool, Complex32, Complex64, ComplexExtended, Extended, Mixed64, Time, WideTime};
use crate::kernel::Level;
use crate::plan::{Axis, Plan, broadcast_shapes, kept_shape, reduced_set};
use half::f16;

/// Two operands that broadcast to each other, and how a reduction is to read them.
#[derive(Clone, Debug)]
pub struct Request<'m> {
    a: Operand<'m>,
    b: Operand<'m>,
    // Apart, since a request is handed on by value and seldom has either.
    mask: Option<Box<Operand<'m>>>,
    weights: Option<Box<Operand<'m>>>,
    missing: Missing,
    without_same: bool,
    common: Common,
    shape: PerAxis<usize>,
    reduced: PerAxis<bool>,
    threads: Option<usize>,
}

/// Work that is done for the element type that the operands share.
pub(super) trait ForElement {
    /// What it answers.
    type Output;
    /// Does it.
    fn with<E: Measured>(self) -> Self::Output;
}

impl<'m> Request<'m> {
    /// A reduction over `axes` (none: over all) of two operands that broadcast to each other.
    ///
    /// # Errors
    /// [`Error::Types`], [`Error::Broadcast`], [`Error::Axis`] or [`Error::RepeatedAxis`].
    #[inline]
    pub fn new(a: Operand<'m>, b: Operand<'m>, axes: Option<&[usize]>) -> Result<Self, Error> {
        let shape = broadcast_shapes(&a.shape, &b.shape)?;
        let types = Error::Types { left: a.dtype, right: b.dtype };
        let common = a.dtype.common(b.dtype).ok_or(types)?;
        let reduced = reduced_set(axes, shape.len())?;
        // |a - b| is |b - a|: the mixed pair reads its unsigned operand first.
        let (a, b) = if common == Common::Mixed64 && b.dtype == DType::U64 { (b, a) } else { (a, b) };
        let (mask, weights, missing, without_same, threads) = (None, None, Missing::Keep, false, None);
        Ok(Self { a, b, mask, weights, missing, without_same, common, shape, reduced, threads })
    }

    /// Only the places where a boolean `mask`, which broadcasts to the operands' shape, is true.
    ///
    /// # Errors
    /// [`Error::Mask`] if its shape does not fit, [`Error::Target`] if it is not boolean.
    pub fn with_mask(mut self, mask: Operand<'m>) -> Result<Self, Error> {
        if mask.dtype != DType::Bool {
            return Err(Error::Target { target: mask.dtype });
        }
        if steps(&mask, &self.shape).is_none() {
            return Err(Error::Mask { mask: mask.shape.to_vec(), shape: self.shape.to_vec() });
        }
        self.mask = Some(Box::new(mask));
        Ok(self)
    }

    /// Each difference times a weight; `weights` broadcast to the operands' shape.
    ///
    /// # Errors
    /// [`Error::Weights`] if their shape does not fit, [`Error::Target`] if no double holds them,
    /// [`Error::Unsupported`] for times.
    pub fn with_weights(mut self, weights: Operand<'m>) -> Result<Self, Error> {
        if f64::reader(weights.dtype).is_none() {
            return Err(Error::Target { target: weights.dtype });
        }
        if self.dtype() == DType::Time {
            return Err(Error::Unsupported { name: "a weighted reduction", dtype: DType::Time });
        }
        if steps(&weights, &self.shape).is_none() {
            return Err(Error::Weights { weights: weights.shape.to_vec(), shape: self.shape.to_vec() });
        }
        self.weights = Some(Box::new(weights));
        Ok(self)
    }

    /// What to do with differences that are not a number.
    #[inline]
    pub fn with_missing(mut self, missing: Missing) -> Self {
        let is_always_a_number = self.dtype().is_integer();
        self.missing = if is_always_a_number { Missing::Keep } else { missing };
        self
    }

    /// Leaves out pairs that are the same although their difference is not a number: NaN twice, or one
    /// infinity.
    pub fn without_same(mut self) -> Self {
        self.without_same = !self.dtype().is_integer();
        self
    }

    /// Uses at most `threads` threads, whatever [`num_threads`] says.
    #[inline]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// The shape of the result: the axes that are kept.
    pub fn kept_shape(&self) -> PerAxis<usize> {
        kept_shape(&self.shape, &self.reduced)
    }

    /// The shape of the operands together.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Which of the operands' axes are reduced.
    pub fn reduced(&self) -> &[bool] {
        &self.reduced
    }

    /// The type that the operands share: uint64 where one is that and the other signed.
    pub fn dtype(&self) -> DType {
        match self.common {
            Common::Mixed64 => DType::U64,
            Common::Same(dtype) => dtype,
        }
    }

    /// Whether there are weights.
    pub fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    /// Whether differences that are not a number are left out.
    pub(super) fn omits(&self) -> bool {
        self.missing == Missing::Omit
    }

    /// Pairs that are reduced into each result.
    pub fn depth(&self) -> u128 {
        let axes = self.shape.iter().zip(&self.reduced);
        axes.filter(|&(_, &gone)| gone).map(|(&len, _)| len as u128).product()
    }

    /// All pairs, as far as they can be counted.
    pub fn elements(&self) -> u64 {
        self.shape.iter().fold(1, |all: u64, &len| all.saturating_mul(len as u64))
    }

    /// The lengths of the reduced axes.
    pub fn reduced_shape(&self) -> Vec<usize> {
        self.shape.iter().zip(&self.reduced).filter(|&(_, &gone)| gone).map(|(&len, _)| len).collect()
    }

    /// This request in two parts along its first kept axis of more than one place, and how many results
    /// the first of them has.
    pub(super) fn halves(&self) -> (Self, Self, usize) {
        let kept = |&i: &usize| !self.reduced[i] && self.shape[i] > 1;
        let axis = (0..self.shape.len()).find(kept).expect("more than one result");
        let half = self.shape[axis] / 2;
        let each: usize = self.kept_shape().iter().product::<usize>() / self.shape[axis];
        (self.part(axis, 0, half), self.part(axis, half, self.shape[axis] - half), half * each)
    }

    /// Some places of one axis.
    fn part(&self, axis: usize, from: usize, len: usize) -> Self {
        let mut part = self.clone();
        let ndim = self.shape.len();
        part.shape[axis] = len;
        let operands =
            [Some(&mut part.a), Some(&mut part.b), part.mask.as_deref_mut(), part.weights.as_deref_mut()];
        for operand in operands.into_iter().flatten() {
            operand.narrow_broadcast(axis, ndim, from, len);
        }
        part
    }

    /// What the threads read.
    #[inline]
    pub(super) fn job(&self) -> Job<'_, 'm> {
        Job {
            a: &self.a,
            b: &self.b,
            mask: self.mask.as_deref(),
            weights: self.weights.as_deref(),
            missing: self.missing,
            without_same: self.without_same,
            level: Level::current(),
            threads: self.threads.unwrap_or_else(num_threads).min(most_threads()),
        }
    }

    /// The order of reading; none if there are no results. `out` steps along the kept axes, `index`
    /// along the reduced ones, if anybody asks for the numbers of the elements.
    pub(super) fn plan(&self, out: &[isize], index: Option<&[isize]>) -> Option<Plan> {
        if self.shape.iter().zip(&self.reduced).any(|(&len, &gone)| !gone && len == 0) {
            return None;
        }
        if index.is_none() && self.is_line() {
            let len = self.shape.iter().product();
            return Some(Plan::line(len, self.a.dtype.size(), self.b.dtype.size()));
        }
        let over = |operand: &Operand<'_>| steps(operand, &self.shape).expect("checked when it was given");
        let perhaps = |operand: &Option<Box<Operand<'m>>>| operand.as_deref().map(over);
        let (a, b) = (over(&self.a), over(&self.b));
        let (mask, weights) = (perhaps(&self.mask), perhaps(&self.weights));
        let (mut out, mut index) = (out.iter(), index.map(|index| index.iter()));
        let axis = |i: usize| {
            let reduced = self.reduced[i];
            let next = |steps: &mut std::slice::Iter<'_, isize>| *steps.next().expect("a step for each axis");
            let of = |steps: &Option<PerAxis<isize>>| steps.as_ref().map_or(0, |steps| steps[i]);
            let (out, index) =
                if reduced { (0, index.as_mut().map_or(0, next)) } else { (next(&mut out), 0) };
            Axis { len: self.shape[i], step: [a[i], b[i], of(&mask), of(&weights), out, index], reduced }
        };
        let axes = (0..self.shape.len()).map(axis).collect();
        Some(Plan::new(axes, self.a.dtype.size(), self.b.dtype.size()))
    }

    /// Whether two lines of memory are all that is read, and reduced into one result: most small calls.
    fn is_line(&self) -> bool {
        self.mask.is_none()
            && self.weights.is_none()
            && self.a.shape == self.b.shape
            && self.reduced.iter().all(|&gone| gone)
            && self.a.is_line()
            && self.b.is_line()
    }

    /// Does some work for the element type.
    pub(super) fn for_element<W: ForElement>(&self, work: W) -> W::Output {
        self.pairing().for_element(work)
    }

    /// What the pair of operands is.
    pub(super) fn pairing(&self) -> Pairing {
        // Their ticks, in the common unit, can pass 64 bits.
        let is_wide = |operand: &Operand<'_>| operand.tick != Tick::ONE || operand.dtype == DType::U64;
        match self.common {
            Common::Same(DType::Time) if is_wide(&self.a) || is_wide(&self.b) => Pairing::WideTime,
            common => Pairing::Common(common),
        }
    }
}

/// The element type that a pair of operands is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairing {
    /// That of the common type.
    Common(Common),
    /// Times that need 128 bits.
    WideTime,
}

macro_rules! pairings {
    ($($dtype:ident => $element:ty),* $(,)?) => {
        impl Pairing {
            /// All of them, in an order that pickled states rely on.
            pub(super) const ALL: &[Pairing] = &[
                Pairing::WideTime,
                Pairing::Common(Common::Mixed64),
                $(Pairing::Common(Common::Same(DType::$dtype)),)*
            ];

            /// Does some work for the element type.
            pub(super) fn for_element<W: ForElement>(self, work: W) -> W::Output {
                match self {
                    Pairing::WideTime => work.with::<WideTime>(),
                    Pairing::Common(Common::Mixed64) => work.with::<Mixed64>(),
                    $(Pairing::Common(Common::Same(DType::$dtype)) => work.with::<$element>(),)*
                }
            }
        }
    };
}
pairings! {
    Bool => Bool, U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16, I32 => i32,
    I64 => i64, F16 => f16, F32 => f32, F64 => f64, Extended => Extended, Complex32 => Complex32,
    Complex64 => Complex64, ComplexExtended => ComplexExtended, Time => Time,
}

impl Pairing {
    /// The type that the operands share.
    pub(super) fn dtype(self) -> DType {
        match self {
            Pairing::WideTime => DType::Time,
            Pairing::Common(Common::Mixed64) => DType::U64,
            Pairing::Common(Common::Same(dtype)) => dtype,
        }
    }
}

/// How many elements further each axis of row-major memory of a shape steps.
pub fn row_major(shape: &[usize]) -> Vec<isize> {
    let mut step = 1;
    let mut steps: Vec<isize> = shape
        .iter()
        .rev()
        .map(|&len| {
            let own = step;
            step *= len.max(1) as isize;
            own
        })
        .collect();
    steps.reverse();
    steps
}
