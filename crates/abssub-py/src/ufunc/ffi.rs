//! NumPy's C API for ufuncs: every layout, slot number and raw call that the rest of the folder needs.
//!
//! Beyond what rust-numpy wraps, these are functions and types that NumPy added in 2.0. Numbers and layouts are
//! NumPy's stable ABI: `__ufunc_api.h`, `_public_dtype_api_table.h` and `dtype_api.h` of NumPy 2.2.
#![allow(unsafe_code)]

use numpy::npyffi::objects::{PyUFuncGenericFunction, PyUFuncObject};
use numpy::npyffi::{PY_UFUNC_API, PyArray_Descr, npy_intp};
use pyo3::exceptions::PyImportError;
use pyo3::ffi::{PyCapsule_New, PyObject, PyType_Slot};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods, PyType};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{NonNull, null_mut};

/// The inner loop of an ArrayMethod: context, operands, length, steps in bytes, auxiliary data; 0 or -1.
pub(super) type Loop = unsafe extern "C" fn(
    *mut c_void,
    *const *mut c_char,
    *const npy_intp,
    *const npy_intp,
    *mut c_void,
) -> c_int;

/// Fills in the loop's descriptors: method, DTypes, given descriptors, loop descriptors (new references),
/// view offset; a casting level or -1.
pub(super) type ResolveDescriptors = unsafe extern "C" fn(
    *mut c_void,
    *const *mut PyObject,
    *const *mut PyArray_Descr,
    *mut *mut PyArray_Descr,
    *mut npy_intp,
) -> c_int;

/// Chooses other DTypes to look for: ufunc, DTypes of the operands, signature, answer (new references); 0 or -1.
pub(super) type Promoter = unsafe extern "C" fn(
    *mut PyObject,
    *const *mut PyObject,
    *const *mut PyObject,
    *mut *mut PyObject,
) -> c_int;

/// `NPY_NO_CASTING`: what `resolve_descriptors` answers when the loop itself converts nothing.
pub(super) const NO_CASTING: c_int = 0;

// What NumPy may expect of a loop, `NPY_METH_...`.
pub(super) const REQUIRES_PYTHON: c_int = 1;
pub(super) const NO_FLOATING_POINT_ERRORS: c_int = 2;

/// `PyUFunc_None`: no identity, and the order of a reduction matters, as for `np.subtract`.
const NO_IDENTITY: c_int = -1;

/// `PyArrayMethod_Spec`. Both enums of the original are as wide as an int.
#[repr(C)]
struct MethodSpec {
    name: *const c_char,
    nin: c_int,
    nout: c_int,
    casting: c_int,
    flags: c_int,
    dtypes: *mut *mut PyObject,
    slots: *mut PyType_Slot,
}

/// The beginning of `PyArrayMethod_Context`, which NumPy may extend at its end.
#[repr(C)]
struct MethodContext {
    caller: *mut PyObject,
    method: *mut c_void,
    descriptors: *const *mut PyArray_Descr,
}

/// The descriptors of the three operands of a loop.
///
/// # Safety
/// The context must be the one that NumPy passed to the loop.
pub(super) unsafe fn descriptors(context: *mut c_void) -> [*mut PyArray_Descr; 3] {
    // SAFETY: by this function's contract; a loop of three operands has three descriptors.
    unsafe { *(*context.cast::<MethodContext>()).descriptors.cast::<[*mut PyArray_Descr; 3]>() }
}

// Slots of an ArrayMethod, `NPY_METH_...`.
const METH_RESOLVE_DESCRIPTORS: c_int = 2;
const METH_STRIDED_LOOP: c_int = 5;

// Indices into `_UFUNC_API`.
const ADD_LOOP_FROM_SPEC: usize = 43;
const ADD_PROMOTER: usize = 44;
const GIVE_FLOATING_POINT_ERRORS: usize = 46;
type AddLoopFromSpec = unsafe extern "C" fn(*mut PyObject, *mut MethodSpec) -> c_int;
type GiveFloatingPointErrors = unsafe extern "C" fn(*const c_char, c_int) -> c_int;
type AddPromoter = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;

// Indices into `_ARRAY_API`: the DTypes that stand for Python's own int, float and complex.
const PYTHON_SCALAR_DTYPES: [usize; 3] = [355, 356, 357];

/// The table of pointers that NumPy exports under `name`; it lives as long as the process.
fn api_table(py: Python<'_>, name: &str) -> PyResult<NonNull<*const c_void>> {
    let capsule = py.import("numpy._core._multiarray_umath")?.getattr(name)?.cast_into::<PyCapsule>()?;
    Ok(capsule.pointer_checked(None)?.cast())
}

/// Entry `index` of an API table.
fn api_entry(py: Python<'_>, table: &str, index: usize) -> PyResult<NonNull<c_void>> {
    // SAFETY: every index in this file is below the length that the tables have had since NumPy 2.0,
    // and the package requires 2.2.
    let entry = unsafe { api_table(py, table)?.add(index).read() };
    NonNull::new(entry.cast_mut())
        .ok_or_else(|| PyImportError::new_err(format!("NumPy's {table} lacks entry {index}")))
}

/// The error that Python holds, where a call reported failure.
fn checked(py: Python<'_>, status: c_int) -> PyResult<()> {
    if status < 0 { Err(PyErr::fetch(py)) } else { Ok(()) }
}

/// A ufunc of two inputs and one output that has no loop yet.
///
/// Its list of `loops`, three `types` each, is what `np.ufunc.types` shows and what NumPy searches where nothing else
/// fits. It is made longer than nothing only after NumPy has looked: it would wrap each into a method of its own,
/// which looks for the loop at every call, and at the processor's flags even after integers.
///
/// NumPy keeps the pointers, hence the lifetimes.
pub(super) fn new_ufunc<'py>(
    py: Python<'py>,
    loops: &[Loop],
    types: &'static mut [c_char],
    name: &'static CStr,
    doc: &'static CStr,
) -> PyResult<Bound<'py, PyAny>> {
    assert_eq!(types.len(), 3 * loops.len());
    let functions: &mut [PyUFuncGenericFunction] = vec![Some(legacy as _); loops.len()].leak();
    let data: &mut [*mut c_void] = loops.iter().map(|&run| run as *mut c_void).collect::<Vec<_>>().leak();
    // SAFETY: the arrays and strings are static and have the lengths that are said here; NumPy is imported
    // by rust-numpy before the call; the answer is a new reference or null with an exception set.
    unsafe {
        let ufunc = PY_UFUNC_API.PyUFunc_FromFuncAndData(
            py,
            functions.as_mut_ptr(),
            data.as_mut_ptr(),
            types.as_mut_ptr(),
            0,
            2,
            1,
            NO_IDENTITY,
            name.as_ptr(),
            doc.as_ptr(),
            0,
        );
        let made = Bound::from_owned_ptr_or_err(py, ufunc)?;
        (*ufunc.cast::<PyUFuncObject>()).fields.ntypes = loops.len() as c_int;
        Ok(made)
    }
}

/// NumPy's older form of a loop, whose data is the newer form.
///
/// # Safety
/// As NumPy promises its loops; the data must be a [`Loop`] that does without a context.
unsafe extern "C" fn legacy(
    operands: *mut *mut c_char,
    len: *mut npy_intp,
    steps: *mut npy_intp,
    data: *mut c_void,
) {
    // SAFETY: by this function's contract. An exception is set where the answer is -1, and NumPy looks for it.
    unsafe { std::mem::transmute::<*mut c_void, Loop>(data)(null_mut(), operands, len, steps, null_mut()) };
}

/// Adds a loop, with `NPY_METH_...` of it. Descriptors are the DTypes' only ones, or resolved at each call (units of
/// time).
pub(super) fn add_loop(
    ufunc: &Bound<'_, PyAny>,
    name: &'static CStr,
    dtypes: [&Bound<'_, PyType>; 3],
    resolve: Option<ResolveDescriptors>,
    run: Loop,
    flags: c_int,
) -> PyResult<()> {
    let py = ufunc.py();
    let mut dtypes = dtypes.map(Bound::as_ptr);
    let end = PyType_Slot { slot: 0, pfunc: null_mut() };
    let resolve = resolve
        .map_or(end, |resolve| PyType_Slot { slot: METH_RESOLVE_DESCRIPTORS, pfunc: resolve as *mut c_void });
    let mut slots = [PyType_Slot { slot: METH_STRIDED_LOOP, pfunc: run as *mut c_void }, resolve, end];
    let mut spec = MethodSpec {
        name: name.as_ptr(),
        nin: 2,
        nout: 1,
        casting: NO_CASTING,
        flags,
        dtypes: dtypes.as_mut_ptr(),
        slots: slots.as_mut_ptr(),
    };
    let entry = api_entry(py, "_UFUNC_API", ADD_LOOP_FROM_SPEC)?;
    // SAFETY: the entry is this function; NumPy copies the spec, whose three DTypes are alive here.
    let status =
        unsafe { std::mem::transmute::<NonNull<c_void>, AddLoopFromSpec>(entry)(ufunc.as_ptr(), &mut spec) };
    checked(py, status)
}

/// Adds a promoter for every combination of DTypes that has no loop of its own.
pub(super) fn add_promoter(ufunc: &Bound<'_, PyAny>, promoter: Promoter) -> PyResult<()> {
    let py = ufunc.py();
    let anything = (py.None(), py.None(), py.None()).into_pyobject(py)?;
    // SAFETY: the function and the name are static; the answer is a new reference or null with an exception.
    let capsule = unsafe {
        let capsule = PyCapsule_New(promoter as *mut c_void, c"numpy._ufunc_promoter".as_ptr(), None);
        Bound::from_owned_ptr_or_err(py, capsule)?
    };
    let entry = api_entry(py, "_UFUNC_API", ADD_PROMOTER)?;
    // SAFETY: the entry is this function, and all three objects are alive.
    let status = unsafe {
        let add = std::mem::transmute::<NonNull<c_void>, AddPromoter>(entry);
        add(ufunc.as_ptr(), anything.as_ptr(), capsule.as_ptr())
    };
    checked(py, status)
}

/// The DTypes that stand for Python's own int, float and complex when a ufunc promotes.
pub(super) fn python_scalar_dtypes(py: Python<'_>) -> PyResult<[Bound<'_, PyAny>; 3]> {
    let of = |index| -> PyResult<_> {
        let class = api_entry(py, "_ARRAY_API", index)?;
        // SAFETY: these entries are type objects, which NumPy keeps alive.
        Ok(unsafe { Bound::from_borrowed_ptr(py, class.as_ptr().cast()) })
    };
    let [int, float, complex] = PYTHON_SCALAR_DTYPES;
    Ok([of(int)?, of(float)?, of(complex)?])
}

/// Warns of floating-point errors in `name`, raises or stays silent, as NumPy's error state says.
pub(crate) fn give_floating_point_errors(py: Python<'_>, name: &CStr, flags: c_int) -> PyResult<()> {
    let entry = api_entry(py, "_UFUNC_API", GIVE_FLOATING_POINT_ERRORS)?;
    // SAFETY: the entry is this function, which reads the name.
    let status = unsafe {
        let give = std::mem::transmute::<NonNull<c_void>, GiveFloatingPointErrors>(entry);
        give(name.as_ptr(), flags)
    };
    checked(py, status)
}
