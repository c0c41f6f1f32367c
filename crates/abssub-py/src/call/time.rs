//! Units of times: what a tick of each operand is in the common unit.

use super::import::imported;
use abssub::array::Tick;
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// What a pair of times has in common.
pub(super) struct Units<'py> {
    /// timedelta64 in the common unit.
    pub(super) dtype: Bound<'py, PyArrayDescr>,
    /// A tick of each operand, in ticks of the common unit.
    pub(super) ticks: [Tick; 2],
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
    let ticks = [tick(a, &dtype)?, tick(b, &dtype)?];
    Ok(Units { dtype, ticks })
}

/// A tick of `dtype` in ticks of the common unit; integers and unitless times count that unit itself.
fn tick(dtype: &Bound<'_, PyArrayDescr>, common: &Bound<'_, PyArrayDescr>) -> PyResult<Tick> {
    if !matches!(dtype.kind(), b'm' | b'M') {
        return Ok(Tick::ONE);
    }
    let ((unit, count), (common_unit, common_count)) = (datetime_data(dtype)?, datetime_data(common)?);
    if unit == "generic" || (unit == common_unit && count == common_count) {
        return Ok(Tick::ONE);
    }
    let whole = |ticks: i128, of: i128| (ticks % of == 0).then(|| i64::try_from(ticks / of).ok()).flatten();
    let found = match (size(&unit), size(&common_unit)) {
        (Size::Atto(one), Size::Atto(other)) => whole(one * count, other * common_count).map(Tick::Times),
        (Size::Months(one), Size::Months(other)) => whole(one * count, other * common_count).map(Tick::Times),
        (Size::Months(one), Size::Atto(other)) => whole(DAY, other * common_count)
            .zip(i64::try_from(one * count).ok())
            .map(|(ticks_a_day, months)| Tick::Months { months, ticks_a_day }),
        (Size::Atto(_), Size::Months(_)) => None,
    };
    found.ok_or_else(|| {
        PyTypeError::new_err(format!(
            "a tick of [{count}{unit}] is no number of [{common_count}{common_unit}]"
        ))
    })
}

/// How long a unit is.
enum Size {
    /// In attoseconds.
    Atto(i128),
    /// In months, which differ in length.
    Months(i128),
}

/// A day in attoseconds.
const DAY: i128 = 86_400_000_000_000_000_000_000;

fn size(unit: &str) -> Size {
    match unit {
        "M" => Size::Months(1),
        "Y" => Size::Months(12),
        _ => {
            let at = LINEAR.iter().position(|&(name, _)| name == unit).expect("NumPy has no other units");
            Size::Atto(LINEAR[..=at].iter().map(|&(_, of_last)| of_last).product())
        }
    }
}

fn datetime_data(dtype: &Bound<'_, PyArrayDescr>) -> PyResult<(String, i128)> {
    let (unit, count): (String, i64) =
        imported!(dtype.py(), "numpy", "datetime_data")?.call1((dtype,))?.extract()?;
    Ok((unit, count.into()))
}
