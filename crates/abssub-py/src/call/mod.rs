//! From a Python call to the core and back: convert, detach, call, wrap.

mod arguments;
mod dtype;
mod error;
mod import;
mod operand;
mod result;
mod sad;
mod time;
mod warning;

pub(crate) use arguments::threads as threads_argument;

use pyo3::prelude::*;

/// Adds the functions to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(sad::sad, module)?)
}
