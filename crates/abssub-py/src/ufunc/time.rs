//! Dates and durations: a common unit is resolved at each call, in which ticks are subtracted.
#![allow(unsafe_code)]

use super::ffi::{self, NO_CASTING};
use super::{loops, units};
use abssub::array::Tick;
use abssub::element::Time;
use numpy::npyffi::{PyArray_Descr, npy_intp};
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::ffi::PyObject;
use pyo3::prelude::*;
use std::ffi::{c_char, c_int, c_void};

/// Ticks in the units of the loop's descriptors; NaT propagates.
///
/// # Safety
/// As NumPy promises its loops: a context with three descriptors, three operands of 64-bit ticks, one
/// length, three steps.
pub(super) unsafe extern "C" fn time_differences(
    context: *mut c_void,
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    _auxiliary: *mut c_void,
) -> c_int {
    // SAFETY: NumPy passes the context of the call.
    let ticks = unsafe { units::ticks(ffi::descriptors(context)) };
    // SAFETY: NumPy passes three operands of the types that the loop was registered for.
    unsafe {
        match ticks {
            [Tick::ONE, Tick::ONE] => loops::run::<Time>(operands, len, steps, [0, 1, 2]),
            ticks => loops::run_scaled(operands, len, steps, ticks),
        }
    }
    0
}

/// Each input in its own unit, the output a duration in the unit that NumPy promotes them to.
///
/// The inputs are not cast: in the common unit they could need more than 64 bits.
///
/// # Safety
/// As NumPy promises: two given descriptors that are alive, room for three answers, the GIL held.
pub(super) unsafe extern "C" fn resolve_units(
    _method: *mut c_void,
    _dtypes: *const *mut PyObject,
    given: *const *mut PyArray_Descr,
    resolved: *mut *mut PyArray_Descr,
    _view_offset: *mut npy_intp,
) -> c_int {
    Python::attach(|py| {
        // SAFETY: the inputs' descriptors are never null.
        let (a, b) = unsafe { (*given, *given.add(1)) };
        // SAFETY: both are alive.
        let own = [a, b].map(|descriptor| unsafe {
            Bound::from_borrowed_ptr(py, descriptor.cast()).cast_into_unchecked::<PyArrayDescr>()
        });
        let descriptors = if a == b { units::of_one(&own[0]) } else { units::of_both(&own) };
        match descriptors {
            Ok(descriptors) => {
                for (i, descriptor) in descriptors.into_iter().enumerate() {
                    // SAFETY: there is room for three; each takes a new reference.
                    unsafe { resolved.add(i).write(descriptor.into_dtype_ptr()) };
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
