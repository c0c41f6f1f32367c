//! The shortest way: two small arrays of one dtype and shape, each in one piece, and no keyword.
#![allow(unsafe_code)]

use super::dtype::to_core;
use super::error::to_python;
use super::result::{stored_scalar, sum_dtype};
use super::running::DETACH_FROM_ELEMENTS;
use super::warning;
use abssub::exec::Line;
use numpy::npyffi::flags::NPY_ARRAY_C_CONTIGUOUS;
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::ffi::CStr;

/// Two arrays as lines of memory; none if they have to go the long way.
pub(super) fn of<'a>(a: &'a Bound<'_, PyAny>, b: &'a Bound<'_, PyAny>) -> Option<Line<'a>> {
    let (a, b) = (a.cast_exact::<PyUntypedArray>().ok()?, b.cast_exact::<PyUntypedArray>().ok()?);
    // SAFETY: reads fields of live arrays.
    let [x, y] = [a, b].map(|array| unsafe { &(*array.as_array_ptr()).fields });
    let in_one_piece = x.flags & y.flags & NPY_ARRAY_C_CONTIGUOUS != 0;
    if !in_one_piece || x.descr != y.descr || a.shape() != b.shape() {
        return None;
    }
    let dtype = a.dtype();
    let len = a.len();
    if len as u64 >= DETACH_FROM_ELEMENTS || dtype.is_native_byteorder() == Some(false) {
        return None;
    }
    // SAFETY: NumPy vouches for the elements of an array while it is alive, which `'a` ensures.
    unsafe { Line::new(to_core(&dtype)?, x.data.cast(), y.data.cast(), len) }
}

/// The sum of a line, or of its squares, as a NumPy scalar.
pub(super) fn sum<'py>(
    py: Python<'py>,
    name: &'static CStr,
    line: Line<'_>,
    squared: bool,
) -> PyResult<Bound<'py, PyAny>> {
    stored_scalar(&sum_dtype(py, line.dtype()), |target| {
        let met = line.store_sum(squared, target).map_err(|error| to_python(py, error, None))?;
        warning::give(py, name, met)
    })
}
