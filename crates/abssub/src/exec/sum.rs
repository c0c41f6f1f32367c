//! A sum as it is asked for: validated, planned, and run for the type that the operands share.
#![allow(unsafe_code)]

use super::fold::run;
use super::job::Job;
use super::pool::most_threads;
use super::steps::steps;
use super::summing::Summing;
use super::threads::num_threads;
use crate::Error;
use crate::array::{Common, DType, Operand, Receive, Target, Tick};
use crate::element::{Bool, Complex32, Complex64, ComplexExtended, Extended, Mixed64, Time, WideTime};
use crate::kernel::{Fold, Level};
use crate::plan::{Axis, Plan, broadcast_shapes, kept_shape, reduced_set};
use crate::reduce::{Initial, Specials, State};
use half::f16;

/// The sum of |a - b| over some axes, ready to run.
#[derive(Clone, Debug)]
pub struct Sum<'m> {
    a: Operand<'m>,
    b: Operand<'m>,
    mask: Option<Operand<'m>>,
    common: Common,
    shape: Vec<usize>,
    reduced: Vec<bool>,
    initial: Option<Initial>,
    threads: Option<usize>,
}

impl<'m> Sum<'m> {
    /// The sum over `axes` (none: over all) of two operands that broadcast to each other.
    ///
    /// # Errors
    /// [`Error::Types`], [`Error::Broadcast`], [`Error::Axis`] or [`Error::RepeatedAxis`].
    pub fn new(a: Operand<'m>, b: Operand<'m>, axes: Option<&[usize]>) -> Result<Self, Error> {
        let shape = broadcast_shapes(&a.shape, &b.shape)?;
        let types = Error::Types { left: a.dtype, right: b.dtype };
        let common = a.dtype.common(b.dtype).ok_or(types)?;
        let reduced = reduced_set(axes, shape.len())?;
        // |a - b| is |b - a|: the mixed pair reads its unsigned operand first.
        let (a, b) = if common == Common::Mixed64 && b.dtype == DType::U64 { (b, a) } else { (a, b) };
        Ok(Self { a, b, mask: None, common, shape, reduced, initial: None, threads: None })
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
            return Err(Error::Mask { mask: mask.shape, shape: self.shape });
        }
        self.mask = Some(mask);
        Ok(self)
    }

    /// Starts every sum from a number.
    pub fn with_initial(mut self, initial: Initial) -> Self {
        self.initial = Some(initial);
        self
    }

    /// Uses at most `threads` threads, whatever [`num_threads`] says.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// The shape of the result: the axes that are not summed over.
    pub fn shape(&self) -> Vec<usize> {
        kept_shape(&self.shape, &self.reduced)
    }

    /// The shape of the operands together.
    pub fn operand_shape(&self) -> &[usize] {
        &self.shape
    }

    /// Which of the operands' axes are summed over.
    pub fn reduced(&self) -> &[bool] {
        &self.reduced
    }

    /// The type of the result unless another is asked for.
    pub fn dtype(&self) -> DType {
        match self.common {
            Common::Mixed64 => DType::U64,
            Common::Same(DType::Time) => DType::Time,
            Common::Same(dtype) if dtype.is_integer() => DType::U64,
            Common::Same(_) => DType::F64,
        }
    }

    /// Whether every result is sure to fit `target`, whatever the elements are.
    pub fn always_fits(&self, target: DType) -> bool {
        let depth: u128 = self
            .shape
            .iter()
            .zip(&self.reduced)
            .filter(|&(_, &gone)| gone)
            .map(|(&n, _)| n as u128)
            .product();
        let bits = match self.common {
            Common::Same(DType::Bool) => 1,
            Common::Same(dtype) if dtype.is_integer() => 8 * dtype.size() as u32,
            Common::Same(dtype) if dtype != DType::Time => return true,
            _ => return false,
        };
        let room = match target {
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => 8 * target.size() as u32 - 1,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => 8 * target.size() as u32,
            DType::F16 => 11,
            DType::F32 => 24,
            _ => 53,
        };
        self.initial.is_none() && bits + (128 - depth.leading_zeros()) <= room
    }

    /// Runs the sum and stores the results in `target`, which steps by `strides_bytes` along the
    /// kept axes. `go_on` is asked every few milliseconds, on this thread.
    ///
    /// # Errors
    /// [`Error::Overflow`] or [`Error::Interrupted`], either of which can leave some results stored;
    /// [`Error::Target`] for a type that such a sum is not stored in.
    ///
    /// # Safety
    /// Every place that the result's shape and `strides_bytes` reach must be one that the target
    /// vouched for.
    pub unsafe fn store(
        &self,
        target: Target<'m>,
        strides_bytes: &[isize],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Specials, Error> {
        self.start(target, strides_bytes, true, go_on)
    }

    /// Runs the sum only to find out whether every result fits `target`; nothing is stored.
    ///
    /// # Errors
    /// As [`Sum::store`].
    pub fn check(&self, target: Target<'m>, go_on: &mut dyn FnMut() -> bool) -> Result<(), Error> {
        let strides = vec![0; self.shape().len()];
        self.start(target, &strides, false, go_on).map(|_| ())
    }

    fn start(
        &self,
        target: Target<'m>,
        strides: &[isize],
        store: bool,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Specials, Error> {
        let threads = self.threads.unwrap_or_else(num_threads).min(most_threads());
        let mask = self.mask.as_ref();
        let (a, b, level) = (&self.a, &self.b, Level::current());
        self.run(&Job { a, b, mask, target, store, level, threads }, strides, go_on)
    }

    /// The axes with every array's step; the mask's is zero where there is none.
    fn axes(&self, out_strides: &[isize]) -> Vec<Axis> {
        let over =
            |operand: &Operand<'_>| steps(operand, &self.shape).expect("broadcast when the sum was made");
        let (a, b) = (over(&self.a), over(&self.b));
        let mask = self.mask.as_ref().map_or_else(|| vec![0; self.shape.len()], over);
        let mut out = out_strides.iter();
        let axis = |i: usize| {
            let reduced = self.reduced[i];
            let out = if reduced { 0 } else { *out.next().expect("a stride for each kept axis") };
            Axis { len: self.shape[i], step: [a[i], b[i], mask[i], out], reduced }
        };
        (0..self.shape.len()).map(axis).collect()
    }

    fn run(
        &self,
        job: &Job<'_, '_>,
        strides: &[isize],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Specials, Error> {
        let axes = self.axes(strides);
        if axes.iter().any(|axis| !axis.reduced && axis.len == 0) {
            return Ok(Specials::default());
        }
        let size = |operand: &Operand<'_>| operand.dtype.size();
        let plan = Plan::new(axes, size(&self.a), size(&self.b));
        macro_rules! with {
            ($($dtype:ident => $element:ty),* $(,)?) => {
                match self.common {
                    Common::Mixed64 => self.run_as::<Mixed64>(job, plan, go_on),
                    Common::Same(DType::Time) if self.needs_wide_ticks() => {
                        self.run_as::<WideTime>(job, plan, go_on)
                    }
                    $(Common::Same(DType::$dtype) => self.run_as::<$element>(job, plan, go_on),)*
                }
            };
        }
        with! {
            Bool => Bool, U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16, I32 => i32,
            I64 => i64, F16 => f16, F32 => f32, F64 => f64, Extended => Extended, Complex32 => Complex32,
            Complex64 => Complex64, ComplexExtended => ComplexExtended, Time => Time,
        }
    }

    /// Whether the operands' ticks, in the common unit, can pass 64 bits.
    fn needs_wide_ticks(&self) -> bool {
        [&self.a, &self.b].iter().any(|operand| operand.tick != Tick::ONE || operand.dtype == DType::U64)
    }

    fn run_as<E>(
        &self,
        job: &Job<'_, '_>,
        plan: Plan,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Specials, Error>
    where
        E: Fold<Left: Receive, Right: Receive>,
    {
        let start = E::State::start(self.initial).ok_or(Error::Target { target: job.target.dtype() })?;
        run::<E, _>(job, &Summing { start }, plan, go_on)
    }
}
