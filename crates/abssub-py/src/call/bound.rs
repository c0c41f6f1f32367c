//! Thresholds and edges: Python's numbers as the core compares them, by NumPy's rules of promotion.

use super::dtype::to_core;
use super::import::imported;
use abssub::array::DType;
use abssub::element::Extended;
use abssub::exec::stats::{self, Comparison, Counted};
use numpy::{PyArrayDescr, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyTuple};

/// `within=(operator, value)` or `(operator, value, negated)`, for differences of a dtype.
pub(super) fn counted(
    within: &Bound<'_, PyAny>,
    common: DType,
    dtype: &Bound<'_, PyArrayDescr>,
) -> PyResult<Counted> {
    let within = within.cast::<PyTuple>()?;
    let negated = within.len() == 3 && within.get_item(2)?.is_truthy()?;
    let operator: String = within.get_item(0)?.extract()?;
    let comparison = match operator.as_str() {
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessEqual,
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        other => return Err(PyValueError::new_err(format!("no comparison {other:?}"))),
    };
    let bound = bound(&within.get_item(1)?, common, dtype)?;
    Ok(if negated { Counted::Unless(comparison, bound) } else { Counted::If(comparison, bound) })
}

/// A number to compare differences of a dtype with.
fn bound(value: &Bound<'_, PyAny>, common: DType, dtype: &Bound<'_, PyArrayDescr>) -> PyResult<stats::Bound> {
    let py = value.py();
    if common == DType::Time {
        let ticks: Option<(i64, bool)> =
            imported!(py, "abssub._results", "threshold_ticks")?.call1((value, dtype))?.extract()?;
        return Ok(match ticks {
            None => stats::Bound::Float(f64::NAN),
            Some((ticks, true)) => stats::Bound::Integer(ticks.into()),
            Some((ticks, false)) => stats::Bound::After(ticks.into()),
        });
    }
    let is_weak = value.is_exact_instance_of::<PyFloat>() || value.is_exact_instance_of::<PyInt>();
    if is_weak && !common.is_integer() {
        // A Python number takes on the dtype of the differences (NEP 50).
        let value = imported!(py, "numpy", "asarray")?.call1((value, dtype))?;
        return match extended(&value)? {
            Some(bound) => Ok(bound),
            None => Ok(stats::Bound::Float(value.extract()?)),
        };
    }
    if let Ok(number) = imported!(py, "operator", "index")?.call1((value,)) {
        return Ok(stats::Bound::Integer(match number.extract::<i128>() {
            Ok(number) => number,
            // Farther from zero than any difference is.
            Err(_) if number.lt(0)? => i128::MIN,
            Err(_) => i128::MAX,
        }));
    }
    if let Some(bound) = extended(value)? {
        return Ok(bound);
    }
    let number = value.extract::<f64>().map_err(|_| {
        PyTypeError::new_err(format!(
            "differences cannot be compared with {value:?}, which is no real number"
        ))
    })?;
    Ok(stats::Bound::Float(number))
}

/// A longdouble, where that is the 80-bit float.
fn extended(value: &Bound<'_, PyAny>) -> PyResult<Option<stats::Bound>> {
    let dtype = value.getattr_opt("dtype")?.map(|dtype| dtype.cast_into::<PyArrayDescr>()).transpose()?;
    if dtype.and_then(|dtype| to_core(&dtype)) != Some(DType::Extended) {
        return Ok(None);
    }
    let bytes: [u8; 16] = value.call_method0("tobytes")?.extract()?;
    Ok(Some(stats::Bound::Extended(Extended::from_bytes(bytes))))
}

/// `edges=`: the bounds of a histogram's bins.
pub(super) fn edges(edges: &Bound<'_, PyAny>) -> PyResult<Vec<stats::Bound>> {
    let py = edges.py();
    let array: Bound<'_, PyUntypedArray> = imported!(py, "numpy", "asarray")?.call1((edges,))?.cast_into()?;
    if array.ndim() != 1 {
        return Err(PyValueError::new_err("`bins` must be 1d, when an array"));
    }
    let one = |edge: Bound<'_, PyAny>| match edge.extract::<i128>() {
        Ok(edge) => Ok(stats::Bound::Integer(edge)),
        Err(_) => match extended(&edge)? {
            Some(bound) => Ok(bound),
            None => edge.extract::<f64>().map(stats::Bound::Float),
        },
    };
    array.call_method0("tolist")?.try_iter()?.map(|edge| one(edge?)).collect()
}
