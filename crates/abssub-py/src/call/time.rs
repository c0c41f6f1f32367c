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
    let (unit, common) = (crate::ufunc::unit_of(dtype)?, crate::ufunc::unit_of(common)?);
    unit.in_ticks_of(common).ok_or_else(|| {
        PyTypeError::new_err(format!("a tick of {unit:?} is no whole number of {common:?}, or too many"))
    })
}
