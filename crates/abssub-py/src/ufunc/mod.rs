//! `absdiff` as a true `numpy.ufunc`: made from the table, given to the module.

mod doc;
mod ffi;
mod loops;
mod object;
mod promote;
mod table;
mod time;
mod units;

pub(crate) use ffi::give_floating_point_errors;
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::ffi::{CString, c_char};
use table::{FAMILIES, Family, LONGDOUBLE_BYTES, Row, Run};
pub(crate) use units::unit_of;

/// Adds `absdiff`, and the private `_absdiff_table` from which the contract test reads, to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    static UFUNC: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = module.py();
    let ufunc = UFUNC.get_or_try_init(py, || make(py).map(Bound::unbind))?;
    module.add("absdiff", ufunc)?;
    module.add_function(wrap_pyfunction!(absdiff_table, module)?)
}

/// The loops of `absdiff`: their types as `np.ufunc.types` has them, and what the documentation says of them.
#[pyfunction]
#[pyo3(name = "_absdiff_table")]
fn absdiff_table(py: Python<'_>) -> PyResult<Vec<(&'static str, String)>> {
    let families = families(py)?;
    let rows = families
        .iter()
        .flat_map(|f| f.rows.iter().map(|row| (row.types, format!("{}: {}", f.inputs, f.result))));
    Ok(rows.collect())
}

/// The families that this NumPy can have: without longdouble where its format is not the one expected.
fn families(py: Python<'_>) -> PyResult<Vec<&'static Family>> {
    let has_longdouble = PyArrayDescr::new(py, "g")?.itemsize() == LONGDOUBLE_BYTES;
    let is_there = |row: &Row| has_longdouble || !row.characters().contains(&'g');
    Ok(FAMILIES.iter().filter(|family| !family.rows.is_empty() && family.rows.iter().all(is_there)).collect())
}

fn make(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let families = families(py)?;
    let rows = || families.iter().flat_map(|family| family.rows);
    let descriptors = |row: &Row| row.characters().map(|c| PyArrayDescr::new(py, c.to_string()));
    let (mut listed, mut types) = (Vec::new(), Vec::new());
    for row in rows() {
        if let Run::Plain(run, _) = row.run {
            listed.push(run);
            for descriptor in descriptors(row) {
                types.push(descriptor?.num() as c_char);
            }
        }
    }
    // NumPy keeps pointers to all of these for as long as the ufunc lives, which is as long as the process.
    let doc = CString::new(doc::docstring(families.iter().copied()))?;
    let ufunc = ffi::new_ufunc(py, &listed, types.leak(), c"absdiff", Box::leak(doc.into_boxed_c_str()))?;
    for row in rows() {
        let [a, b, out] = descriptors(row);
        let dtypes = [&a?.get_type(), &b?.get_type(), &out?.get_type()];
        match row.run {
            Run::Plain(run, flags) => ffi::add_loop(&ufunc, c"absdiff", dtypes, None, run, flags)?,
            Run::Ticks => {
                let (resolve, run) = (Some(time::resolve_units as _), time::time_differences);
                ffi::add_loop(&ufunc, c"absdiff_of_times", dtypes, resolve, run, 0)?;
            }
        }
    }
    ffi::add_promoter(&ufunc, promote::promote)?;
    // Pickle looks a ufunc up by these names.
    ufunc.setattr("__module__", "abssub")?;
    ufunc.setattr("__qualname__", "absdiff")?;
    Ok(ufunc)
}
