//! Python's own functions and classes, looked up once each.

/// What `module` calls `name`, as a `PyResult<&Bound<PyAny>>`.
macro_rules! imported {
    ($py:expr, $module:literal, $name:literal) => {{
        static FOUND: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        FOUND.import($py, $module, $name)
    }};
}
pub(super) use imported;
