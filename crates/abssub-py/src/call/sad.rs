//! `sad`: the sum of absolute differences.
#![allow(unsafe_code)]

use super::arguments::{self, Flag, Initial, Where};
use super::dtype::{is_target, to_core};
use super::error::to_python;
use super::import::imported;
use super::operand::{Array, Pair, operand};
use super::result::{COPIED_BYTES, checked_out, is_apart, kept_strides, new_array, target, unwrapped};
use super::warning;
use abssub::Error;
use abssub::array::DType;
use abssub::exec::Sum;
use abssub::reduce::Specials;
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Elements below which a call keeps the interpreter's lock: it is done before another thread could use it.
const DETACH_FROM_ELEMENTS: usize = 1 << 14;

#[pyfunction]
#[pyo3(
    signature = (a, b, axis=None, *, dtype=None, out=None, keepdims=Flag(false), r#where=Where::Everywhere, initial=Initial::Zero, threads=None),
    text_signature = "(a, b, axis=None, *, dtype=None, out=None, keepdims=False, where=True, initial=0, threads=None)"
)]
#[doc = include_str!("sad.txt")]
#[allow(clippy::too_many_arguments, reason = "NumPy's own keywords")]
#[allow(clippy::doc_lazy_continuation, reason = "numpydoc, not Markdown")]
pub(super) fn sad<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    dtype: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    keepdims: Flag,
    r#where: Where<'py>,
    initial: Initial<'py>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = a.py();
    let pair = Pair::new(a, b)?;
    let Flag(keepdims) = keepdims;
    let mask = r#where.mask()?;
    let fail = |error| to_python(py, error, axis);
    let ndim = pair.a.ndim().max(pair.b.ndim());
    let axes = arguments::axes(axis, ndim)?;
    let (left, right) = pair.operands();
    let mut sum = Sum::new(left, right, axes.as_deref()).map_err(fail)?;
    if let Some(mask) = &mask {
        sum = sum.with_mask(operand(mask)).map_err(fail)?;
    }
    if let Some(threads) = arguments::threads(threads)? {
        sum = sum.with_threads(threads);
    }
    let default = match &pair.units {
        Some(units) => units.dtype.clone(),
        None if sum.dtype() == DType::F64 => numpy::dtype::<f64>(py),
        None => numpy::dtype::<u64>(py),
    };
    match initial {
        Initial::Zero => {}
        Initial::Absent if mask.is_some() => {
            return Err(PyValueError::new_err(
                "reduction operation 'sad' does not have an identity, so to use a where mask one has to specify 'initial'",
            ));
        }
        Initial::Absent => refuse_empty(&sum)?,
        Initial::From(value) => {
            let start = arguments::start(&value, sum.dtype(), &default)?;
            sum = sum.with_initial(start);
        }
    }
    let call = Call { py, sum: &sum, axis, keepdims, default };
    let dtype = dtype.map(|dtype| PyArrayDescr::new(py, dtype)).transpose()?;
    let inputs: Vec<&Array<'_>> =
        [Some(&pair.a), Some(&pair.b), mask.as_ref()].into_iter().flatten().collect();
    match out {
        None => unwrapped(match dtype {
            None => call.stored(call.default.clone())?,
            Some(dtype) => call.fresh(dtype)?,
        }),
        Some(out) => call.store_in(out, dtype, &inputs),
    }
}

fn refuse_empty(sum: &Sum<'_>) -> PyResult<()> {
    let empty = sum.operand_shape().iter().zip(sum.reduced()).any(|(&len, &gone)| gone && len == 0);
    if empty && !sum.shape().contains(&0) {
        return Err(PyValueError::new_err(
            "zero-size array to reduction operation sad which has no identity",
        ));
    }
    Ok(())
}

/// A sum that is ready to run, and what its answer should look like.
struct Call<'c, 'py> {
    py: Python<'py>,
    sum: &'c Sum<'c>,
    axis: Option<&'c Bound<'py, PyAny>>,
    keepdims: bool,
    default: Bound<'py, PyArrayDescr>,
}

impl<'py> Call<'_, 'py> {
    fn shape(&self) -> Vec<usize> {
        if !self.keepdims {
            return self.sum.shape();
        }
        let axes = self.sum.operand_shape().iter().zip(self.sum.reduced());
        axes.map(|(&len, &gone)| if gone { 1 } else { len }).collect()
    }

    /// The sum as a new array of `dtype`.
    fn fresh(&self, dtype: Bound<'py, PyArrayDescr>) -> PyResult<Array<'py>> {
        self.check_kind(&dtype)?;
        let stored = self.stored_for(&dtype)?;
        if stored.is_equiv_to(&dtype) {
            return self.stored(stored);
        }
        let array = new_array(dtype, &self.shape())?;
        self.copy_stored(&array, stored)?;
        Ok(array)
    }

    /// The sum as a new array of a dtype that the core stores.
    fn stored(&self, dtype: Bound<'py, PyArrayDescr>) -> PyResult<Array<'py>> {
        let array = new_array(dtype, &self.shape())?;
        self.store(&array)?;
        Ok(array)
    }

    /// The sum as a dtype that the core stores, copied to where it is wanted.
    fn copy_stored(&self, to: &Array<'py>, stored: Bound<'py, PyArrayDescr>) -> PyResult<()> {
        let sums = self.stored(stored)?;
        if !self.unit_fits(&to.dtype()) {
            self.refuse_changes(to, &sums)?;
        }
        copy(to, &sums)
    }

    /// A dtype that the core stores and all of whose values `dtype` holds: itself, if it is one.
    fn stored_for(&self, dtype: &Bound<'py, PyArrayDescr>) -> PyResult<Bound<'py, PyArrayDescr>> {
        match (dtype.kind(), dtype.itemsize()) {
            _ if is_target(dtype, self.sum.dtype()) && self.unit_fits(dtype) => Ok(dtype.clone()),
            // The imaginary part of a sum is zero: what the real part holds is what counts.
            (b'c', 8) => PyArrayDescr::new(self.py, "f4"),
            (b'c', 16) => PyArrayDescr::new(self.py, "f8"),
            (b'c', _) => PyArrayDescr::new(self.py, "g"),
            // Another unit, which is checked as it is copied.
            (b'm', _) => Ok(self.default.clone()),
            // The other byte order.
            _ => Ok(dtype.call_method1("newbyteorder", ("=",))?.cast_into()?),
        }
    }

    /// The sum in the caller's `out`, which a refused call leaves as it was.
    fn store_in(
        &self,
        out: &Bound<'py, PyAny>,
        dtype: Option<Bound<'py, PyArrayDescr>>,
        inputs: &[&Array<'py>],
    ) -> PyResult<Bound<'py, PyAny>> {
        let out = checked_out(out, &self.shape(), self.keepdims)?;
        self.check_kind(&out.dtype())?;
        if let Some(dtype) = dtype.filter(|dtype| !dtype.is_equiv_to(&out.dtype())) {
            // Exact in both: what `dtype` cannot hold is refused, whatever `out` could.
            let sums = self.fresh(dtype)?;
            self.refuse_changes(&out, &sums)?;
            copy(&out, &sums)?;
            return Ok(out.into_any());
        }
        let stored = self.stored_for(&out.dtype())?;
        if stored.is_equiv_to(&out.dtype()) && is_apart(&out, inputs)? {
            let bytes = out.len() * stored.itemsize();
            let fits = self.sum.always_fits(to_core(&stored).expect("the core stores it"));
            if fits || bytes > COPIED_BYTES {
                if !fits {
                    self.check(&out)?;
                }
                self.store(&out)?;
                return Ok(out.into_any());
            }
        }
        self.copy_stored(&out, stored)?;
        Ok(out.into_any())
    }

    /// Whether a time's unit is the sum's own; other types have none.
    fn unit_fits(&self, dtype: &Bound<'_, PyArrayDescr>) -> bool {
        self.sum.dtype() != DType::Time || dtype.is_equiv_to(&self.default)
    }

    /// Refuses a result type of a lesser kind, in NumPy's words.
    fn check_kind(&self, dtype: &Bound<'_, PyArrayDescr>) -> PyResult<()> {
        let castable = imported!(self.py, "numpy", "can_cast")?
            .call1((&self.default, dtype, "same_kind"))?
            .is_truthy()?;
        let is_number = matches!(dtype.kind(), b'u' | b'i' | b'f' | b'c');
        let sensible = if self.sum.dtype() == DType::Time { dtype.kind() == b'm' } else { is_number };
        if castable && sensible && to_core(dtype).is_some() {
            return Ok(());
        }
        Err(PyTypeError::new_err(format!(
            "Cannot cast ufunc 'sad' output from {} to {} with casting rule 'same_kind'",
            self.default.repr()?,
            dtype.repr()?
        )))
    }

    fn store(&self, array: &Array<'_>) -> PyResult<()> {
        let strides = kept_strides(array, self.sum.reduced(), self.keepdims);
        let target = target(array);
        // SAFETY: the array has the result's shape, and these are its strides.
        let met = self.run(|go_on| unsafe { self.sum.store(target, &strides, go_on) })?;
        warning::give(self.py, c"sad", met)
    }

    fn check(&self, array: &Array<'_>) -> PyResult<()> {
        let target = target(array);
        self.run(|go_on| self.sum.check(target, go_on).map(|()| Specials::default())).map(|_| ())
    }

    /// Runs the core, without the interpreter's lock unless the work is tiny; signals are heard.
    fn run(
        &self,
        work: impl FnOnce(&mut dyn FnMut() -> bool) -> Result<Specials, Error> + Send,
    ) -> PyResult<Specials> {
        let elements = self.sum.operand_shape().iter().fold(1, |all: usize, &len| all.saturating_mul(len));
        if elements < DETACH_FROM_ELEMENTS {
            return work(&mut || true).map_err(|error| to_python(self.py, error, self.axis));
        }
        let mut raised = None;
        let outcome = self.py.detach(|| {
            work(&mut || {
                raised = Python::attach(|py| py.check_signals()).err();
                raised.is_none()
            })
        });
        match raised {
            Some(error) => Err(error),
            None => outcome.map_err(|error| to_python(self.py, error, self.axis)),
        }
    }

    /// Refuses to copy integers or times to where they would be others.
    fn refuse_changes(&self, to: &Array<'_>, from: &Array<'_>) -> PyResult<()> {
        let changes =
            || imported!(self.py, "abssub._results", "changes")?.call1((from, to.dtype()))?.is_truthy();
        if self.sum.dtype() == DType::F64 || !changes()? {
            return Ok(());
        }
        let (from, to) = (from.dtype().repr()?, to.dtype().repr()?);
        Err(PyOverflowError::new_err(format!("an exact sum in {from}: {to} cannot hold it exactly")))
    }
}

/// `np.copyto(to, from)`.
fn copy(to: &Array<'_>, from: &Array<'_>) -> PyResult<()> {
    let casting = PyDict::new(to.py());
    casting.set_item("casting", "same_kind")?;
    imported!(to.py(), "numpy", "copyto")?.call((to, from), Some(&casting)).map(|_| ())
}
