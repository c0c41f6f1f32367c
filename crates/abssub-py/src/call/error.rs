//! The core's errors in NumPy's types and words.

use super::import::imported;
use abssub::Error;
use pyo3::exceptions::{PyKeyboardInterrupt, PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// What Python raises for `error`; `axis` is the caller's own, for the message.
pub(super) fn to_python(py: Python<'_>, error: Error, axis: Option<&Bound<'_, PyAny>>) -> PyErr {
    match error {
        Error::Broadcast { .. } | Error::TooLarge { .. } | Error::Mask { .. } | Error::Weights { .. } => {
            PyValueError::new_err(format!("{error} "))
        }
        Error::NotANumber => PyValueError::new_err("The input contains nan values"),
        Error::AllOmitted => PyValueError::new_err("All-NaN slice encountered"),
        Error::Empty { name: name @ ("argmax" | "argmin") } => {
            PyValueError::new_err(format!("attempt to get {name} of an empty sequence"))
        }
        Error::Empty { name } => {
            let ufunc = if name == "max" { "maximum" } else { "minimum" };
            PyValueError::new_err(format!(
                "zero-size array to reduction operation {ufunc} which has no identity"
            ))
        }
        Error::States { how } => PyValueError::new_err(how),
        Error::RepeatedAxis { .. } => PyValueError::new_err("duplicate value in 'axis'"),
        Error::Axis { axis, ndim } => axis_error(py, axis as isize, ndim),
        Error::Overflow { bits, negative, target } => {
            let over = axis.map_or_else(|| "None".to_owned(), |axis| axis.to_string());
            let sign = if negative { " and is negative" } else { "" };
            PyOverflowError::new_err(format!(
                "the exact value over axis={over} has {bits} bits{sign}: {target} cannot hold it exactly"
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
