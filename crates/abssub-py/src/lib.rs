//! The extension module `abssub._core`: NumPy's side of the core.

mod call;
mod settings;
mod ufunc;

use pyo3::prelude::*;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    ufunc::register(module)?;
    call::register(module)?;
    settings::register(module)
}
