//! Floating-point warnings, which `np.errstate` governs.

use crate::ufunc::give_floating_point_errors;
use abssub::reduce::Specials;
use pyo3::exceptions::PyRuntimeWarning;
use pyo3::prelude::*;
use std::ffi::{CStr, c_int};

// `NPY_FPE_...`
const OVERFLOW: c_int = 2;
const INVALID: c_int = 8;

/// Warns, raises or stays silent as NumPy's error state says.
pub(super) fn give(py: Python<'_>, name: &'static CStr, met: Specials) -> PyResult<()> {
    match (if met.overflow { OVERFLOW } else { 0 }) | (if met.invalid { INVALID } else { 0 }) {
        0 => Ok(()),
        flags => give_floating_point_errors(py, name, flags),
    }
}

/// A `RuntimeWarning`, laid at the door of the caller of the package.
pub(super) fn runtime(py: Python<'_>, message: &CStr) -> PyResult<()> {
    PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), message, 2)
}
