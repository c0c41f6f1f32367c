//! A sum as it is asked for: of differences or of squares, weighted or not, stored exactly or refused.
#![allow(unsafe_code)]

use super::fold::run;
use super::job::GoOn;
use super::measured::{Measured, SquareState};
use super::request::{ForElement, Request};
use super::stats::{Stat, stat_dtype};
use super::summing::{Summing, Weighing};
use super::weigh::Power;
use crate::Error;
use crate::array::{DType, Target};
use crate::kernel::Fold;
use crate::plan::Plan;
use crate::reduce::{ExactSum, Initial, Specials, State};

/// The sum of |a - b|, or of its squares, over some axes, ready to run.
#[derive(Clone, Debug)]
pub struct Sum<'m> {
    request: Request<'m>,
    squared: bool,
    initial: Option<Initial>,
}

impl<'m> Sum<'m> {
    /// The sum of differences.
    pub fn new(request: Request<'m>) -> Self {
        Self { request, squared: false, initial: None }
    }

    /// The sum of squares.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for times.
    pub fn of_squares(request: Request<'m>) -> Result<Self, Error> {
        match request.dtype() {
            dtype @ DType::Time => Err(Error::Unsupported { name: "a sum of squares", dtype }),
            _ => Ok(Self { request, squared: true, initial: None }),
        }
    }

    /// Starts every sum from a number.
    pub fn with_initial(mut self, initial: Initial) -> Self {
        self.initial = Some(initial);
        self
    }

    /// What is summed over what.
    pub fn request(&self) -> &Request<'m> {
        &self.request
    }

    /// The type of the result unless another is asked for.
    pub fn dtype(&self) -> DType {
        stat_dtype(Stat::Sum, self.request.dtype(), self.request.is_weighted())
    }

    /// Whether every result is sure to fit `target`, whatever the elements are.
    pub fn always_fits(&self, target: DType) -> bool {
        let bits = match self.request.dtype() {
            DType::Time => return false,
            _ if self.request.is_weighted() => return true,
            DType::Bool => 1,
            dtype if dtype.is_integer() => 8 * dtype.size() as u32,
            _ => return true,
        };
        let bits = if self.squared { 2 * bits } else { bits };
        let room = match target {
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => 8 * target.size() as u32 - 1,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => 8 * target.size() as u32,
            DType::F16 => 11,
            DType::F32 => 24,
            _ => 53,
        };
        self.initial.is_none() && bits + (128 - self.request.depth().leading_zeros()) <= room
    }

    /// Runs the sum and stores the results in `target`, which steps by `strides_bytes` along the
    /// kept axes. `go_on` is asked every few milliseconds, on this thread.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::NotANumber`] or [`Error::Interrupted`], each of which can leave some
    /// results stored; [`Error::Target`] for a type that such a sum is not stored in.
    ///
    /// # Safety
    /// Every place that the result's shape and `strides_bytes` reach must be one that the target
    /// vouched for.
    pub unsafe fn store(
        &self,
        target: Target<'m>,
        strides_bytes: &[isize],
        go_on: &mut GoOn<'_>,
    ) -> Result<Specials, Error> {
        self.start(target, strides_bytes, true, go_on)
    }

    /// Runs the sum only to find out whether every result fits `target`; nothing is stored.
    ///
    /// # Errors
    /// As [`Sum::store`].
    pub fn check(&self, target: Target<'m>, go_on: &mut GoOn<'_>) -> Result<(), Error> {
        let strides = vec![0; self.request.kept_shape().len()];
        self.start(target, &strides, false, go_on).map(|_| ())
    }

    fn start(
        &self,
        target: Target<'m>,
        strides: &[isize],
        store: bool,
        go_on: &mut GoOn<'_>,
    ) -> Result<Specials, Error> {
        let Some(plan) = self.request.plan(strides, None) else { return Ok(Specials::default()) };
        self.request.for_element(RunSum { sum: self, target, store, plan, go_on })
    }
}

/// A sum whose element type is about to be known.
struct RunSum<'s, 'm, 'g, 'h> {
    sum: &'s Sum<'m>,
    target: Target<'m>,
    store: bool,
    plan: Plan,
    go_on: &'g mut GoOn<'h>,
}

impl RunSum<'_, '_, '_, '_> {
    fn start<S: State>(&self) -> Result<S::Start, Error> {
        S::start(self.sum.initial).ok_or(Error::Target { target: self.target.dtype() })
    }
}

impl ForElement for RunSum<'_, '_, '_, '_> {
    type Output = Result<Specials, Error>;

    fn with<E: Measured>(self) -> Result<Specials, Error> {
        let Sum { request, squared, .. } = self.sum;
        let (job, target, store) = (request.job(), self.target, self.store);
        if request.is_weighted() {
            let sums = Summing { start: self.start::<ExactSum>()?, target, store };
            let power = if *squared { Power::Second } else { Power::First };
            run::<E, _>(&job, &Weighing { sums, power }, self.plan, self.go_on)
        } else if *squared {
            let start = self.start::<SquareState<E>>()?;
            run::<E, _>(&job, &Summing::<E::Square> { start, target, store }, self.plan, self.go_on)
        } else {
            let start = self.start::<<E as Fold>::State>()?;
            run::<E, _>(&job, &Summing::<E> { start, target, store }, self.plan, self.go_on)
        }
    }
}
