//! The core's errors in NumPy's types and words.

use super::import::imported;
use abssub::Error;
use pyo3::exceptions::{PyKeyboardInterrupt, PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// What Python raises for `error`; `axis` is the caller's own, for the message.
pub(super) fn to_python(py: Python<'_>, error: Error, axis: Option<&Bound<'_, PyAny>>) -> PyErr {
    match error {
        Error::Broadcast { .. } | Error::Mask { .. } | Error::TooLarge { .. } => {
            PyValueError::new_err(format!("{error} "))
        }
        Error::RepeatedAxis { .. } => PyValueError::new_err("duplicate value in 'axis'"),
        Error::Axis { axis, ndim } => axis_error(py, axis as isize, ndim),
        Error::Overflow { bits, negative, target } => {
            let over = axis.map_or_else(|| "None".to_owned(), |axis| axis.to_string());
            let sign = if negative { " and is negative" } else { "" };
            PyOverflowError::new_err(format!(
                "the exact sum over axis={over} has {bits} bits{sign}: {target} cannot hold it exactly"
            ))
        }
        Error::Interrupted => PyKeyboardInterrupt::new_err(()),
        other => PyTypeError::new_err(other.to_string()),
    }
}

/// NumPy's error for an axis that an array of `ndim` dimensions lacks.
pub(super) fn axis_error(py: Python<'_>, axis: isize, ndim: usize) -> PyErr {
    let made = || imported!(py, "numpy.exceptions", "AxisError")?.call1((axis, ndim));
    made().map_or_else(|failed| failed, PyErr::from_value)
}
