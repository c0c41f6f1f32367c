//! Threads and levels: what holds for the whole process.

use crate::call::threads_argument;
use abssub::Level;
use abssub::exec::ignored_num_threads;
use pyo3::exceptions::{PyRuntimeWarning, PyValueError};
use pyo3::prelude::*;
use std::ffi::CString;

/// Adds the functions to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    warn_of_environment(module.py())?;
    module.add_function(wrap_pyfunction!(get_num_threads, module)?)?;
    module.add_function(wrap_pyfunction!(set_num_threads, module)?)?;
    module.add_function(wrap_pyfunction!(get_level, module)?)?;
    module.add_function(wrap_pyfunction!(set_level, module)?)?;
    module.add_function(wrap_pyfunction!(levels, module)?)
}

/// Says once, at import, which of the environment's settings cannot be followed.
fn warn_of_environment(py: Python<'_>) -> PyResult<()> {
    let level = Level::from_environment().err().map(|unknown| format!("ABSSUB_LEVEL is ignored: {unknown}"));
    let threads = ignored_num_threads()
        .map(|text| format!("ABSSUB_NUM_THREADS is ignored: {text:?} is not a number from 1 on"));
    for message in [level, threads].into_iter().flatten() {
        let category = py.get_type::<PyRuntimeWarning>();
        PyErr::warn(py, &category, &CString::new(message)?, 1)?;
    }
    Ok(())
}

/// The number of threads that a call uses unless it says otherwise.
///
/// Returns
/// -------
/// int
///     What `set_num_threads` was given; else ``ABSSUB_NUM_THREADS``; else the smaller of
///     ``OMP_NUM_THREADS`` and ``RAYON_NUM_THREADS``; else the machine's processors.
///
/// See Also
/// --------
/// set_num_threads
#[pyfunction]
fn get_num_threads() -> usize {
    abssub::num_threads()
}

/// Set the number of threads that calls use from now on, in the whole process.
///
/// Parameters
/// ----------
/// n : int or None
///     At least 1. None goes back to what the environment says.
///
/// Raises
/// ------
/// ValueError
///     If `n` is below 1.
///
/// See Also
/// --------
/// get_num_threads
#[pyfunction]
fn set_num_threads(n: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    abssub::set_num_threads(threads_argument(n)?);
    Ok(())
}

/// The instruction set that the kernels use.
///
/// Returns
/// -------
/// str
///     ``"avx512"``, ``"avx2"``, ``"sse2"``, ``"neon"`` or ``"portable"``: the best that this
///     processor has, unless the environment variable ``ABSSUB_LEVEL`` lowers it. The level changes
///     the speed, never a result.
#[pyfunction]
fn get_level() -> &'static str {
    Level::current().name()
}

/// Use another level from now on, for tests; returns the name of the one in use before.
#[pyfunction]
fn set_level(name: &str) -> PyResult<&'static str> {
    let level = Level::named(name).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let before = Level::current().name();
    level.make_current();
    Ok(before)
}

/// The names of the levels that this processor has, the lowest first.
#[pyfunction]
fn levels() -> Vec<&'static str> {
    Level::available().iter().map(|level| level.name()).collect()
}
