//! The keywords that reductions share: axis, where, initial, threads.

use super::dtype::to_core;
use super::error::axis_error;
use super::import::imported;
use super::operand::{Array, as_array};
use abssub::array::DType;
use abssub::reduce;
use numpy::PyUntypedArrayMethods;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyFloatMethods, PyTuple};

/// `axis=` as axes counted from the front; none is all.
pub(super) fn axes(axis: Option<&Bound<'_, PyAny>>, ndim: usize) -> PyResult<Option<Vec<usize>>> {
    let Some(axis) = axis else { return Ok(None) };
    let one = |axis: &Bound<'_, PyAny>| -> PyResult<usize> {
        if axis.is_instance_of::<PyBool>() {
            return Err(PyTypeError::new_err("an integer is required for the axis"));
        }
        let number = index(axis)?;
        if ndim == 0 && (number == 0 || number == -1) {
            // As NumPy's reductions have it: a scalar has one axis to speak of.
            return Ok(0);
        }
        let from_front = if number < 0 { number + ndim as isize } else { number };
        match usize::try_from(from_front) {
            Ok(axis) if axis < ndim => Ok(axis),
            _ => Err(axis_error(axis.py(), number, ndim)),
        }
    };
    let axes = match axis.cast::<PyTuple>() {
        Ok(several) => several.iter().map(|axis| one(&axis)).collect::<PyResult<Vec<_>>>(),
        Err(_) => one(axis).map(|axis| vec![axis]),
    }?;
    Ok(if ndim == 0 { None } else { Some(axes) })
}

fn index(value: &Bound<'_, PyAny>) -> PyResult<isize> {
    imported!(value.py(), "operator", "index")?.call1((value,))?.extract()
}

/// `where=` as it was given.
pub(super) enum Where<'py> {
    /// Not at all, or as True.
    Everywhere,
    /// Something that should be a boolean array.
    In(Bound<'py, PyAny>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Where<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let everywhere = value.cast::<PyBool>().is_ok_and(|flag| flag.is_true());
        Ok(if everywhere { Where::Everywhere } else { Where::In(value.to_owned()) })
    }
}

impl<'py> Where<'py> {
    /// The places, if they are not all.
    pub(super) fn mask(&self) -> PyResult<Option<Array<'py>>> {
        let Where::In(value) = self else { return Ok(None) };
        let mask = as_array(value)?;
        if to_core(&mask.dtype()) == Some(DType::Bool) {
            return Ok(Some(mask));
        }
        Err(PyTypeError::new_err(format!(
            "Cannot cast array data from {} to dtype('bool') according to the rule 'safe'",
            mask.dtype().repr()?
        )))
    }
}

/// A switch such as `keepdims=`: a boolean, or an integer as NumPy allows.
pub(super) struct Flag(pub(super) bool);

impl<'a, 'py> FromPyObject<'a, 'py> for Flag {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let flag = value.extract::<bool>().or_else(|_| index(&value).map(|number| number != 0));
        flag.map(Flag)
    }
}

/// `initial=` as it was given.
pub(super) enum Initial<'py> {
    /// Not at all.
    Zero,
    /// As None: NumPy's way to refuse empty input.
    Absent,
    /// A number.
    From(Bound<'py, PyAny>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Initial<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(if value.is_none() { Initial::Absent } else { Initial::From(value.to_owned()) })
    }
}

/// `initial=` for a sum of the given type; `dtype` is the times' own, whose unit a timedelta64 is brought to.
pub(super) fn start(
    value: &Bound<'_, PyAny>,
    sums: DType,
    dtype: &Bound<'_, PyAny>,
) -> PyResult<reduce::Initial> {
    let py = value.py();
    match sums {
        DType::F64 => Ok(reduce::Initial::Float(value.extract()?)),
        DType::Time => {
            let ticks: Option<i64> =
                imported!(py, "abssub._results", "ticks")?.call1((value, dtype))?.extract()?;
            Ok(ticks.map_or(reduce::Initial::NotATime, |ticks| reduce::Initial::Integer(ticks.into())))
        }
        _ => {
            // A float that is a whole number will do, as in NumPy; another would be cut off there.
            let whole = value.cast::<PyFloat>().is_ok_and(|x| x.value().fract() == 0.0);
            let number = if whole { value.call_method0("__int__")? } else { value.clone() };
            let number = imported!(py, "operator", "index")?.call1((number,)).map_err(|_| {
                PyTypeError::new_err(format!("initial={value} is no integer, and integers sum to one"))
            })?;
            Ok(reduce::Initial::Integer(number.extract()?))
        }
    }
}

/// `threads=`, which is at least 1.
pub(crate) fn threads(value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<usize>> {
    let Some(value) = value else { return Ok(None) };
    match usize::try_from(index(value)?) {
        Ok(threads) if threads > 0 => Ok(Some(threads)),
        _ => Err(PyValueError::new_err("threads must be at least 1")),
    }
}
