//! Dates and durations: a common unit is resolved at each call, then ticks are subtracted.
#![allow(unsafe_code)]

use super::ffi::{self, NO_CASTING};
use super::loops;
use abssub::element::Time;
use numpy::npyffi::{PY_ARRAY_API, PyArray_Descr, npy_intp};
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::ffi::PyObject;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use std::ffi::{c_char, c_int, c_void};

/// Gives the ufunc its loop for three type characters, such as `MM->m`.
pub(super) fn add_loop(ufunc: &Bound<'_, PyAny>, types: [char; 3]) -> PyResult<()> {
    let py = ufunc.py();
    let class = |c: char| Ok::<_, PyErr>(PyArrayDescr::new(py, c.to_string())?.get_type().into_any());
    let [a, b, out] = types;
    ffi::add_loop(
        ufunc,
        c"absdiff_of_times",
        [&class(a)?, &class(b)?, &class(out)?],
        resolve_units,
        time_differences,
    )
}

/// Ticks of one unit; NaT propagates.
///
/// # Safety
/// As NumPy promises its loops: three operands of 64-bit ticks, one length, three steps.
unsafe extern "C" fn time_differences(
    _context: *mut c_void,
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    _auxiliary: *mut c_void,
) -> c_int {
    // SAFETY: NumPy passes three operands of the types that the loop was registered for.
    unsafe { loops::run::<Time>(operands, len, steps, [0, 1, 2]) };
    0
}

/// Both inputs in the unit that NumPy promotes them to, the output a duration in that unit.
///
/// # Safety
/// As NumPy promises: two given descriptors that are alive, room for three answers, the GIL held.
unsafe extern "C" fn resolve_units(
    _method: *mut c_void,
    _dtypes: *const *mut PyObject,
    given: *const *mut PyArray_Descr,
    resolved: *mut *mut PyArray_Descr,
    _view_offset: *mut npy_intp,
) -> c_int {
    Python::attach(|py| {
        // SAFETY: the inputs' descriptors are never null.
        let (a, b) = unsafe { (*given, *given.add(1)) };
        // SAFETY: both are alive; the answer is a new reference, or null with an exception set.
        let common = unsafe {
            let common = PY_ARRAY_API.PyArray_PromoteTypes(py, a, b);
            Bound::from_owned_ptr_or_err(py, common.cast())
                .map(|any| any.cast_into_unchecked::<PyArrayDescr>())
        };
        match common.and_then(|common| Ok((duration_of(&common)?, common))) {
            Ok((duration, common)) => {
                // SAFETY: there is room for three; each takes a new reference.
                unsafe {
                    resolved.write(common.clone().into_dtype_ptr());
                    resolved.add(1).write(common.into_dtype_ptr());
                    resolved.add(2).write(duration.into_dtype_ptr());
                }
                NO_CASTING
            }
            Err(error) => {
                error.restore(py);
                -1
            }
        }
    })
}

/// The dtype of durations in the unit of `times`.
fn duration_of<'py>(times: &Bound<'py, PyArrayDescr>) -> PyResult<Bound<'py, PyArrayDescr>> {
    if times.kind() == b'm' {
        return Ok(times.clone());
    }
    // Units are few; to look one up costs a tenth of making its dtype.
    static KNOWN: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let py = times.py();
    let known = KNOWN.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    if let Some(found) = known.get_item(times)? {
        return Ok(found.cast_into()?);
    }
    let unit = times.getattr("str")?.extract::<String>()?.replacen('M', "m", 1);
    let duration = PyArrayDescr::new(py, unit)?;
    known.set_item(times, &duration)?;
    Ok(duration)
}
