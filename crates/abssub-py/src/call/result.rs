//! Where a reduction's results go: a new array, the caller's `out`, or one on the way to it.
#![allow(unsafe_code)]

use super::dtype::to_core;
use super::import::imported;
use super::operand::Array;
use abssub::array::{DType, PerAxis, Target};
use abssub::exec::Request;
use numpy::npyffi::flags::NPY_ARRAY_WRITEABLE;
use numpy::npyffi::{NpyTypes, PY_ARRAY_API, get_type_object, npy_intp};
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// Results of at most this many bytes are made apart and copied, so that a refused call leaves
/// `out` as it was; larger ones are checked by a first run that stores nothing.
pub(super) const COPIED_BYTES: usize = 256 << 10;

/// Steps that `np.may_share_memory` may take to tell interleaved memory from shared.
const OVERLAP_WORK: usize = 1000;

/// An array of a new result's own.
pub(super) fn new_array<'py>(dtype: Bound<'py, PyArrayDescr>, shape: &[usize]) -> PyResult<Array<'py>> {
    let py = dtype.py();
    let mut dims: PerAxis<npy_intp> = shape.iter().map(|&len| len as npy_intp).collect();
    // SAFETY: NumPy takes the reference to the dtype, copies the shape, and answers a new reference
    // or null with an exception set.
    unsafe {
        let array = PY_ARRAY_API.PyArray_NewFromDescr(
            py,
            get_type_object(py, NpyTypes::PyArray_Type),
            dtype.into_dtype_ptr(),
            dims.len() as _,
            dims.as_mut_ptr(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            0,
            std::ptr::null_mut(),
        );
        Ok(Bound::from_owned_ptr_or_err(py, array)?.cast_into_unchecked())
    }
}

/// The shape of a result.
pub(super) fn result_shape(request: &Request<'_>, keepdims: bool) -> PerAxis<usize> {
    if !keepdims {
        return request.kept_shape();
    }
    let axes = request.shape().iter().zip(request.reduced());
    axes.map(|(&len, &gone)| if gone { 1 } else { len }).collect()
}

/// `out=` as an array that may be written and has the result's shape.
pub(super) fn checked_out<'py>(
    name: &str,
    out: &Bound<'py, PyAny>,
    shape: &[usize],
    keepdims: bool,
) -> PyResult<Array<'py>> {
    let single = out.cast::<PyTuple>().ok().filter(|several| several.len() == 1);
    let out = single.map_or_else(|| Ok(out.clone()), |several| several.get_item(0))?;
    let Ok(out) = out.cast_into::<PyUntypedArray>() else {
        return Err(PyTypeError::new_err("return arrays must be of ArrayType"));
    };
    if !is_writable(&out) {
        return Err(PyValueError::new_err("output array is read-only"));
    }
    if out.ndim() != shape.len() {
        let hint = if keepdims { " (must match the operand's if keepdims=True)" } else { "" };
        return Err(PyValueError::new_err(format!(
            "output parameter for reduction operation {name} has the wrong number of dimensions: \
             Found {} but expected {}{hint}",
            out.ndim(),
            shape.len()
        )));
    }
    if out.shape() != shape {
        let (found, wanted) = (PyTuple::new(out.py(), out.shape())?, PyTuple::new(out.py(), shape)?);
        return Err(PyValueError::new_err(format!(
            "output array has shape {found}, but the result has shape {wanted}"
        )));
    }
    Ok(out)
}

/// Whether an array may be written.
pub(super) fn is_writable(array: &Array<'_>) -> bool {
    // SAFETY: reads a field of a live array.
    unsafe { (*array.as_array_ptr()).fields.flags & NPY_ARRAY_WRITEABLE != 0 }
}

/// Whether no input can share memory with `out`.
pub(super) fn is_apart(out: &Array<'_>, inputs: &[&Array<'_>]) -> PyResult<bool> {
    let shares = imported!(out.py(), "numpy", "may_share_memory")?;
    for input in inputs {
        if shares.call1((out, *input, OVERLAP_WORK))?.is_truthy()? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The core's view of an array that results are stored in.
pub(super) fn target<'a>(array: &'a Array<'_>) -> Target<'a> {
    let dtype = to_core(&array.dtype()).expect("one that results are stored in");
    // SAFETY: the array is ours or the caller's own `out`, and writable; NumPy's rules leave it to
    // the caller that nothing else uses it meanwhile.
    unsafe { Target::new((*array.as_array_ptr()).fields.data.cast(), dtype) }
}

/// The strides of the axes that are kept, where `array` may have the reduced ones too.
pub(super) fn kept_strides(array: &Array<'_>, reduced: &[bool], keepdims: bool) -> PerAxis<isize> {
    let strides = array.strides();
    if !keepdims {
        return strides.into();
    }
    strides.iter().zip(reduced).filter(|&(_, &gone)| !gone).map(|(&step, _)| step).collect()
}

/// The dtype of sums of a core type, but for times.
pub(super) fn sum_dtype(py: Python<'_>, sums: DType) -> Bound<'_, PyArrayDescr> {
    if sums == DType::F64 { numpy::dtype::<f64>(py) } else { numpy::dtype::<u64>(py) }
}

/// The only sum, which `store` stores, as a scalar of its own dtype: without the array that NumPy would take it from.
pub(super) fn stored_scalar<'py>(
    dtype: &Bound<'py, PyArrayDescr>,
    store: impl FnOnce(Target<'_>) -> PyResult<()>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut sum = [0u8; size_of::<u64>()];
    // SAFETY: sums in their own dtype have eight bytes, and nothing else uses these.
    let target = unsafe { Target::new(sum.as_mut_ptr(), to_core(dtype).expect("a sum's own dtype")) };
    store(target)?;
    scalar(dtype, &sum)
}

/// The scalar of a dtype whose bytes these are.
fn scalar<'py>(dtype: &Bound<'py, PyArrayDescr>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let py = dtype.py();
    assert_eq!(dtype.itemsize(), bytes.len());
    // SAFETY: NumPy copies an item's bytes and answers a new reference, or null with an exception set.
    unsafe {
        let data = bytes.as_ptr().cast_mut().cast();
        let scalar = PY_ARRAY_API.PyArray_Scalar(py, data, dtype.as_dtype_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(py, scalar)
    }
}

/// The array, or the scalar that an array without axes holds: as NumPy's reductions answer.
pub(super) fn unwrapped<'py>(array: Array<'py>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    // SAFETY: NumPy takes the reference to the array and answers one to it or to a scalar, or null
    // with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, PY_ARRAY_API.PyArray_Return(py, array.into_ptr().cast())) }
}
