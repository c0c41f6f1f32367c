//! Floating-point warnings, which `np.errstate` governs.
#![allow(unsafe_code)]

use abssub::reduce::Specials;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};
use std::ffi::{CStr, c_char, c_int, c_void};

// NPY_FPE_..., and the place in `_UFUNC_API` since NumPy 2.0 (`ufuncobject.h`, `__ufunc_api.h`).
const OVERFLOW: c_int = 2;
const INVALID: c_int = 8;
const GIVE_FLOATING_POINT_ERRORS: usize = 46;

/// Warns, raises or stays silent as NumPy's error state says.
pub(super) fn give(py: Python<'_>, name: &'static CStr, met: Specials) -> PyResult<()> {
    let flags = if met.overflow { OVERFLOW } else { 0 } | if met.invalid { INVALID } else { 0 };
    if flags == 0 {
        return Ok(());
    }
    let capsule =
        py.import("numpy._core._multiarray_umath")?.getattr("_UFUNC_API")?.cast_into::<PyCapsule>()?;
    let table = capsule.pointer_checked(None)?.cast::<*const c_void>();
    type Give = unsafe extern "C" fn(*const c_char, c_int) -> c_int;
    // SAFETY: the table has this function at this place since NumPy 2.0, and the package requires 2.2.
    let status = unsafe {
        let give = std::mem::transmute::<*const c_void, Give>(table.add(GIVE_FLOATING_POINT_ERRORS).read());
        give(name.as_ptr(), flags)
    };
    if status < 0 { Err(PyErr::fetch(py)) } else { Ok(()) }
}
