//! From a Python call to the core and back: convert, detach, call, wrap.

mod accumulator;
mod arguments;
mod bound;
mod dtype;
mod error;
mod import;
mod line;
mod measure;
mod operand;
mod reading;
mod result;
mod running;
mod sums;
mod time;
mod warning;

pub(crate) use arguments::threads as threads_argument;

use pyo3::prelude::*;

/// Adds the functions to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(sums::sad, module)?)?;
    module.add_function(wrap_pyfunction!(sums::ssd, module)?)?;
    module.add_function(wrap_pyfunction!(measure::measure, module)?)?;
    module.add_function(wrap_pyfunction!(measure::quantile, module)?)?;
    module.add_class::<accumulator::Accumulator>()
}
