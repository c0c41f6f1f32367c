//! Running the core: without the interpreter's lock, hearing signals, telling of progress.

use super::import::imported;
use abssub::Error;
use abssub::exec::{GoOn, Progress};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBool;

/// Elements below which a call keeps the interpreter's lock: it is done before another thread could use it.
pub(super) const DETACH_FROM_ELEMENTS: u64 = 1 << 14;

/// `progress=` as something to call, if it was asked for.
pub(super) struct Teller<'py> {
    call: Option<Bound<'py, PyAny>>,
    /// Whether it is ours to close.
    own: bool,
}

impl<'py> Teller<'py> {
    pub(super) fn new(progress: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        let Some(progress) = progress else { return Ok(Self { call: None, own: false }) };
        if let Ok(flag) = progress.cast::<PyBool>() {
            let reporter = || imported!(progress.py(), "abssub._progress", "Reporter")?.call0();
            let call = flag.is_true().then(reporter).transpose()?;
            return Ok(Self { call, own: true });
        }
        if !progress.is_callable() {
            return Err(PyTypeError::new_err(format!(
                "progress must be a bool or a callable of (done, total), not {}",
                progress.repr()?
            )));
        }
        Ok(Self { call: Some(progress.clone()), own: false })
    }

    /// Says how far the call has come.
    fn tell(&self, at: Progress) -> PyResult<()> {
        self.call.as_ref().map_or(Ok(()), |call| call.call1((at.done, at.total)).map(|_| ()))
    }

    fn close(&self) -> PyResult<()> {
        match &self.call {
            Some(call) if self.own => call.call_method0("close").map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Runs some work over `elements` elements: unless it is tiny, without the interpreter's lock.
    pub(super) fn run<T: Send>(
        &self,
        py: Python<'py>,
        elements: u64,
        work: impl FnOnce(&mut GoOn<'_>) -> Result<T, Error> + Send,
    ) -> PyResult<Result<T, Error>> {
        if elements < DETACH_FROM_ELEMENTS && self.call.is_none() {
            return Ok(work(&mut |_| true));
        }
        let mut raised = None;
        let call = self.call.as_ref().map(|call| call.clone().unbind());
        let mut last = None;
        let outcome = py.detach(|| {
            work(&mut |at| {
                last = Some(at);
                raised = Python::attach(|py| {
                    py.check_signals()?;
                    call.as_ref().map_or(Ok(()), |call| call.call1(py, (at.done, at.total)).map(|_| ()))
                })
                .err();
                raised.is_none()
            })
        });
        // Once at the end, unless the work itself has said so.
        let total = last.map_or(elements, |at| at.total);
        let told = if outcome.is_ok() && raised.is_none() && last.is_none_or(|at| at.done != total) {
            self.tell(Progress { done: total, total })
        } else {
            Ok(())
        };
        self.close()?;
        match raised {
            Some(error) => Err(error),
            None => told.map(|()| outcome),
        }
    }
}
