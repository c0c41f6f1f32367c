//! From Python objects to the core's operands.
#![allow(unsafe_code)]

use super::dtype::to_core;
use super::import::imported;
use super::time::{self, Units};
use abssub::array::Operand;
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyFloat, PyInt, PyTuple};

pub(super) type Array<'py> = Bound<'py, PyUntypedArray>;

/// Both inputs as arrays whose dtypes a difference is defined for, and the units if they are times.
pub(super) struct Pair<'py> {
    pub(super) a: Array<'py>,
    pub(super) b: Array<'py>,
    pub(super) units: Option<Units<'py>>,
}

impl<'py> Pair<'py> {
    /// Arrays are taken as they are, whatever their layout; a Python number takes on the other's
    /// dtype by NEP 50; all else becomes an array as `np.asarray` makes it.
    pub(super) fn new(name: &str, a: &Bound<'py, PyAny>, b: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (a, b) = match (scalar_type(a), scalar_type(b)) {
            (Some(weak), None) => {
                let b = as_array(b)?;
                (weak_array(name, a, weak, b.dtype(), 0)?, b)
            }
            (None, Some(weak)) => {
                let a = as_array(a)?;
                let b = weak_array(name, b, weak, a.dtype(), 1)?;
                (a, b)
            }
            _ => (as_array(a)?, as_array(b)?),
        };
        let dtypes = [a.dtype(), b.dtype()];
        for dtype in &dtypes {
            check(name, dtype)?;
        }
        let is_time = |dtype: &Bound<'_, PyArrayDescr>| matches!(dtype.kind(), b'm' | b'M');
        let units = if dtypes.iter().any(is_time) { Some(time::units(&dtypes)?) } else { None };
        Ok(Self { a, b, units })
    }

    /// The core's view of both. They must not outlive the arrays.
    pub(super) fn operands(&self) -> (Operand<'_>, Operand<'_>) {
        let (a, b) = (operand(&self.a), operand(&self.b));
        match &self.units {
            Some(units) => (a.with_tick(units.ticks[0]), b.with_tick(units.ticks[1])),
            None => (a, b),
        }
    }
}

/// The core's view of an array whose dtype has been checked.
pub(super) fn operand<'a>(array: &'a Array<'_>) -> Operand<'a> {
    let dtype = array.dtype();
    let core = to_core(&dtype).expect("checked before");
    // SAFETY: NumPy vouches for an array's memory while the array is alive, which `'a` ensures.
    let operand = unsafe {
        Operand::from_raw((*array.as_array_ptr()).fields.data.cast(), core, array.shape(), array.strides())
    };
    if dtype.is_native_byteorder() == Some(false) { operand.byte_swapped() } else { operand }
}

/// The type of a Python number, for NEP 50; a boolean is as strong as an array of it.
fn scalar_type<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = value.py();
    if value.cast_exact::<PyUntypedArray>().is_ok() {
        None
    } else if value.is_exact_instance_of::<PyInt>() {
        Some(py.get_type::<PyInt>().into_any())
    } else if value.is_exact_instance_of::<PyFloat>() {
        Some(py.get_type::<PyFloat>().into_any())
    } else if value.is_exact_instance_of::<PyComplex>() {
        Some(py.get_type::<PyComplex>().into_any())
    } else {
        None
    }
}

/// A Python number as the dtype that the ufunc would give it beside `other`.
fn weak_array<'py>(
    name: &str,
    value: &Bound<'py, PyAny>,
    weak: Bound<'py, PyAny>,
    other: Bound<'py, PyArrayDescr>,
    place: usize,
) -> PyResult<Array<'py>> {
    let py = value.py();
    check(name, &other)?;
    let none = py.None().into_bound(py);
    let operands = if place == 0 { [weak, other.into_any(), none] } else { [other.into_any(), weak, none] };
    let absdiff = imported!(py, "abssub._core", "absdiff")?;
    let resolved = absdiff.call_method1("resolve_dtypes", (PyTuple::new(py, operands)?,))?.get_item(place)?;
    Ok(imported!(py, "numpy", "asarray")?.call1((value, resolved))?.cast_into()?)
}

/// An array of any kind, as it is; a masked one is refused, since its mask would be lost.
pub(super) fn as_array<'py>(value: &Bound<'py, PyAny>) -> PyResult<Array<'py>> {
    let py = value.py();
    if let Ok(array) = value.cast_exact::<PyUntypedArray>() {
        return Ok(array.clone());
    }
    if value.is_instance(imported!(py, "numpy.ma", "MaskedArray")?)? {
        return Err(PyTypeError::new_err(
            "masked arrays lose their mask here; pass x.data, and where=~np.ma.getmaskarray(x)",
        ));
    }
    Ok(imported!(py, "numpy", "asarray")?.call1((value,))?.cast_into()?)
}

/// Refuses dtypes that have no sum of differences here, and says what to do instead.
fn check(name: &str, dtype: &Bound<'_, PyArrayDescr>) -> PyResult<()> {
    if to_core(dtype).is_some() {
        return Ok(());
    }
    let instead = match dtype.kind() {
        b'O' => {
            "convert it first, as with x.astype(np.int64), or sum abssub.absdiff(a, b), which uses Python's own arithmetic"
        }
        b'S' | b'U' | b'T' => "text has no difference; convert it to numbers first, as with x.astype(float)",
        b'V' if dtype.has_fields() => "take one field at a time, as with x['name']",
        _ => "cast it first, as with x.astype(np.float32)",
    };
    Err(PyTypeError::new_err(format!("{name} does not support dtype {}: {instead}", dtype.repr()?)))
}
