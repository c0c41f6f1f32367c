//! Units of times: what a tick of each operand is in the common unit.

use super::import::imported;
use numpy::PyArrayDescr;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// What a pair of times has in common.
pub(super) struct Units<'py> {
    /// timedelta64 in the common unit.
    pub(super) dtype: Bound<'py, PyArrayDescr>,
    /// A tick of each operand, in ticks of the common unit.
    pub(super) ticks: [i64; 2],
}

/// Units that are multiples of one another, finest first: each in units of the one before.
const LINEAR: [(&str, i128); 11] = [
    ("as", 1),
    ("fs", 1000),
    ("ps", 1000),
    ("ns", 1000),
    ("us", 1000),
    ("ms", 1000),
    ("s", 1000),
    ("m", 60),
    ("h", 60),
    ("D", 24),
    ("W", 7),
];

/// The units of two operands, at least one of which is a time. What `absdiff` refuses is refused.
pub(super) fn units<'py>(dtypes: &[Bound<'py, PyArrayDescr>; 2]) -> PyResult<Units<'py>> {
    let [a, b] = dtypes;
    let py = a.py();
    let operands = PyTuple::new(py, [a.as_any(), b.as_any(), &py.None().into_bound(py)])?;
    let resolved = imported!(py, "abssub._core", "absdiff")?.call_method1("resolve_dtypes", (operands,))?;
    let dtype = resolved.get_item(2)?.cast_into::<PyArrayDescr>()?;
    let ticks = [ticks(a, &dtype)?, ticks(b, &dtype)?];
    Ok(Units { dtype, ticks })
}

/// A tick of `dtype` in ticks of the common unit; integers and unitless times count that unit itself.
fn ticks(dtype: &Bound<'_, PyArrayDescr>, common: &Bound<'_, PyArrayDescr>) -> PyResult<i64> {
    use numpy::PyArrayDescrMethods;
    if !matches!(dtype.kind(), b'm' | b'M') {
        return Ok(1);
    }
    let ((unit, count), (common_unit, common_count)) = (datetime_data(dtype)?, datetime_data(common)?);
    if unit == "generic" || (unit == common_unit && count == common_count) {
        return Ok(1);
    }
    let (Some(fine), Some(common_fine)) = (size(&unit), size(&common_unit)) else {
        return Err(PyTypeError::new_err(format!(
            "sad does not mix the calendar's units with [{common_unit}], whose multiples they are not: \
             cast first, as with x.astype('M8[{common_unit}]')"
        )));
    };
    if fine.0 != common_fine.0 {
        return Err(PyTypeError::new_err(format!(
            "sad does not mix times in [{unit}] and [{common_unit}]: cast first, as with x.astype('M8[{common_unit}]')"
        )));
    }
    i64::try_from(fine.1 * count / (common_fine.1 * common_count)).map_err(|_| {
        PyOverflowError::new_err(format!("a tick of [{unit}] does not fit 64 bits in [{common_unit}]"))
    })
}

/// A unit's size, and whether it is one of the calendar's, whose sizes are in months.
fn size(unit: &str) -> Option<(bool, i128)> {
    match unit {
        "M" => Some((true, 1)),
        "Y" => Some((true, 12)),
        _ => {
            let at = LINEAR.iter().position(|&(name, _)| name == unit)?;
            Some((false, LINEAR[..=at].iter().map(|&(_, of_last)| of_last).product()))
        }
    }
}

fn datetime_data(dtype: &Bound<'_, PyArrayDescr>) -> PyResult<(String, i128)> {
    let (unit, count): (String, i64) =
        imported!(dtype.py(), "numpy", "datetime_data")?.call1((dtype,))?.extract()?;
    Ok((unit, count.into()))
}
