//! The inner loop for Python objects: `abs(x - y)`, with the GIL held.
#![allow(unsafe_code)]

use numpy::npyffi::npy_intp;
use pyo3::ffi::{Py_DECREF, Py_INCREF, Py_None, Py_XDECREF, PyNumber_Absolute, PyNumber_Subtract, PyObject};
use std::ffi::{c_char, c_int, c_void};

/// `out = abs(a - b)` by Python. Stops at the first exception.
///
/// # Safety
/// As NumPy promises its loops over objects: the GIL is held, every element is null (which stands for None)
/// or a reference that the array owns, and `out` may hold references to be dropped.
pub(super) unsafe extern "C" fn object_differences(
    _context: *mut c_void,
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    _auxiliary: *mut c_void,
) -> c_int {
    // SAFETY: NumPy passes three operands, `len` elements each.
    unsafe {
        let element = |operand: usize, i: isize| {
            (*operands.add(operand)).wrapping_offset(i * *steps.add(operand)).cast::<*mut PyObject>()
        };
        for i in 0..*len {
            let difference =
                absolute_difference(element(0, i).read_unaligned(), element(1, i).read_unaligned());
            if difference.is_null() {
                return -1;
            }
            // The old object goes last: dropping it may run Python code, which may look at the array.
            let place = element(2, i);
            let old = place.read_unaligned();
            place.write_unaligned(difference);
            Py_XDECREF(old);
        }
    }
    0
}

/// A new reference to `abs(x - y)`, or null with an exception set.
///
/// # Safety
/// The GIL is held; `x` and `y` are null or alive at the call.
unsafe fn absolute_difference(x: *mut PyObject, y: *mut PyObject) -> *mut PyObject {
    // SAFETY: both are kept alive while Python code runs, which may replace them in their array.
    unsafe {
        let [x, y] = [x, y].map(|object| if object.is_null() { Py_None() } else { object });
        Py_INCREF(x);
        Py_INCREF(y);
        let difference = PyNumber_Subtract(x, y);
        Py_DECREF(x);
        Py_DECREF(y);
        if difference.is_null() {
            return difference;
        }
        let magnitude = PyNumber_Absolute(difference);
        Py_DECREF(difference);
        magnitude
    }
}
