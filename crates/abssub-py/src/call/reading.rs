//! The keywords that say what a reduction reads: the pair, axis, where, weights, nan_policy, threads.

use super::arguments::{self, Where};
use super::error::to_python;
use super::operand::{Array, Pair, as_array, operand};
use abssub::array::DType;
use abssub::exec::{Missing, Request};
use numpy::PyUntypedArrayMethods;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

/// The arrays of one call, kept alive while the core reads them.
pub(super) struct Reading<'c, 'py> {
    pub(super) pair: Pair<'py>,
    mask: Option<Array<'py>>,
    weights: Option<Array<'py>>,
    missing: Missing,
    pub(super) axis: Option<&'c Bound<'py, PyAny>>,
    axes: Option<Vec<usize>>,
    threads: Option<usize>,
}

/// The keywords as they were given.
pub(super) struct Keywords<'c, 'py> {
    pub(super) axis: Option<&'c Bound<'py, PyAny>>,
    pub(super) r#where: Where<'py>,
    pub(super) weights: Option<&'c Bound<'py, PyAny>>,
    pub(super) nan_policy: &'c str,
    pub(super) threads: Option<&'c Bound<'py, PyAny>>,
}

impl Keywords<'_, '_> {
    /// Whether none was given that says anything else than its default.
    pub(super) fn are_default(&self) -> bool {
        let everywhere = matches!(self.r#where, Where::Everywhere) && self.weights.is_none();
        everywhere && self.axis.is_none() && self.threads.is_none() && self.nan_policy == "propagate"
    }
}

impl<'c, 'py> Reading<'c, 'py> {
    /// Checks the keywords; `name` is the function that the messages speak of.
    pub(super) fn new(
        name: &str,
        a: &Bound<'py, PyAny>,
        b: &Bound<'py, PyAny>,
        given: Keywords<'c, 'py>,
    ) -> PyResult<Self> {
        let pair = Pair::new(name, a, b)?;
        let mask = given.r#where.mask()?;
        let axes = arguments::axes(given.axis, pair.a.ndim().max(pair.b.ndim()))?;
        let missing = missing(given.nan_policy)?;
        let weights = given.weights.map(as_array).transpose()?;
        let threads = arguments::threads(given.threads)?;
        Ok(Self { pair, mask, weights, missing, axis: given.axis, axes, threads })
    }

    /// The core's request.
    pub(super) fn request(&self) -> PyResult<Request<'_>> {
        let fail = |error| to_python(self.py(), error, self.axis);
        let (left, right) = self.pair.operands();
        let mut request = Request::new(left, right, self.axes.as_deref()).map_err(fail)?;
        if let Some(mask) = &self.mask {
            request = request.with_mask(operand(mask)).map_err(fail)?;
        }
        if let Some(weights) = &self.weights {
            let dtype = weights.dtype();
            if !super::dtype::to_core(&dtype)
                .is_some_and(|core| core != DType::Time && core != DType::Extended)
            {
                return Err(PyTypeError::new_err(format!(
                    "weights must be real numbers that float64 holds, not {}",
                    dtype.repr()?
                )));
            }
            request = request.with_weights(operand(weights)).map_err(fail)?;
        }
        if let Some(threads) = self.threads {
            request = request.with_threads(threads);
        }
        Ok(request.with_missing(self.missing))
    }

    /// Everything that is read.
    pub(super) fn inputs(&self) -> Vec<&Array<'py>> {
        let always = [Some(&self.pair.a), Some(&self.pair.b)];
        always.into_iter().chain([self.mask.as_ref(), self.weights.as_ref()]).flatten().collect()
    }

    /// Whether there is a mask.
    pub(super) fn is_masked(&self) -> bool {
        self.mask.is_some()
    }

    /// Whether the call can turn out to be refused only by what it reads.
    pub(super) fn may_refuse(&self) -> bool {
        self.missing == Missing::Refuse
    }

    pub(super) fn py(&self) -> Python<'py> {
        self.pair.a.py()
    }
}

/// `nan_policy=` in SciPy's words.
pub(super) fn missing(policy: &str) -> PyResult<Missing> {
    match policy {
        "propagate" => Ok(Missing::Keep),
        "omit" => Ok(Missing::Omit),
        "raise" => Ok(Missing::Refuse),
        _ => Err(PyValueError::new_err(format!(
            "nan_policy must be one of {{'propagate', 'omit', 'raise'}}, not {policy:?}"
        ))),
    }
}
