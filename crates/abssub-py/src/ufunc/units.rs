//! The units of the descriptors that loops are given, where a loop can find them without the GIL.
//!
//! Every descriptor that is resolved for a loop is one that this file has handed out: one for each
//! unit, kept for ever, so that its address tells the unit. Units are few.
#![allow(unsafe_code)]

use abssub::array::{Tick, Unit};
use numpy::npyffi::{PY_ARRAY_API, PyArray_Descr};
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// An entry of a list that only grows, so that it can be read at any time.
struct Entry {
    descriptor: usize,
    unit: Unit,
    next: *mut Entry,
}

static LIST: AtomicPtr<Entry> = AtomicPtr::new(null_mut());

type Descriptor<'py> = Bound<'py, PyArrayDescr>;

/// The loop's descriptors for two times of one dtype: twice the dtype, and its durations.
pub(super) fn of_one<'py>(dtype: &Descriptor<'py>) -> PyResult<[Descriptor<'py>; 3]> {
    let (stands, durations) = known(dtype)?;
    Ok([stands.clone(), stands, durations])
}

/// The loop's descriptors for two times: each its own, and durations in what NumPy promotes them to.
pub(super) fn of_both<'py>([a, b]: &[Descriptor<'py>; 2]) -> PyResult<[Descriptor<'py>; 3]> {
    let py = a.py();
    // SAFETY: both are alive; the answer is a new reference, or null with an exception set.
    let common = unsafe {
        let common = PY_ARRAY_API.PyArray_PromoteTypes(py, a.as_dtype_ptr(), b.as_dtype_ptr());
        Bound::from_owned_ptr_or_err(py, common.cast())?.cast_into_unchecked::<PyArrayDescr>()
    };
    let descriptors = [known(a)?.0, known(b)?.0, known(&common)?.1];
    let [a, b, out] = descriptors.each_ref().map(|descriptor| unit_at(descriptor.as_dtype_ptr()));
    match (a.in_ticks_of(out), b.in_ticks_of(out)) {
        (Some(_), Some(_)) => Ok(descriptors),
        _ => Err(PyTypeError::new_err(format!("{a:?} and {b:?} are no whole numbers of {out:?}"))),
    }
}

/// The descriptors that stand for a dtype of times in loops, and for durations in its unit.
fn known<'py>(dtype: &Descriptor<'py>) -> PyResult<(Descriptor<'py>, Descriptor<'py>)> {
    static KNOWN: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let py = dtype.py();
    let known = KNOWN.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    if let Some(found) = known.get_item(dtype)? {
        return found.extract();
    }
    let text = dtype.call_method1("newbyteorder", ("=",))?.getattr("str")?.extract::<String>()?;
    // In the other byte order it stands for the native one, which may be known.
    let one = |text: &str| -> PyResult<Descriptor<'py>> {
        let made = PyArrayDescr::new(py, text)?;
        let stands =
            known.get_item(&made)?.map(|found| found.extract::<(Descriptor<'py>, Descriptor<'py>)>());
        match stands.transpose()? {
            Some((stands, _)) => Ok(stands),
            None => {
                let entry = Entry {
                    descriptor: made.as_dtype_ptr() as usize,
                    unit: unit_of(&made)?,
                    next: null_mut(),
                };
                append(Box::leak(Box::new(entry)));
                Ok(made)
            }
        }
    };
    let durations = one(&text.replacen("M8", "m8", 1))?;
    known.set_item(&durations, (&durations, &durations))?;
    let stands = one(&text)?;
    known.set_item(&stands, (&stands, &durations))?;
    known.set_item(dtype, (&stands, &durations))?;
    Ok((stands, durations))
}

fn append(entry: &'static mut Entry) {
    let entry: *mut Entry = entry;
    let put = |head| {
        // SAFETY: the entry is not in the list yet, and nobody else knows it.
        unsafe { (*entry).next = head };
        Some(entry)
    };
    // The closure never refuses.
    let _ = LIST.fetch_update(Ordering::Release, Ordering::Acquire, put);
}

/// The unit of a dtype of times.
pub(crate) fn unit_of(dtype: &Bound<'_, PyArrayDescr>) -> PyResult<Unit> {
    static DATETIME_DATA: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let data = DATETIME_DATA.import(dtype.py(), "numpy", "datetime_data")?.call1((dtype,))?;
    let (name, count): (String, i64) = data.extract()?;
    Unit::named(&name, count).ok_or_else(|| PyTypeError::new_err(format!("the unit {name} is not known")))
}

/// Ticks of both inputs in those of the output, by their descriptors. Needs no GIL.
pub(super) fn ticks([a, b, out]: [*mut PyArray_Descr; 3]) -> [Tick; 2] {
    let common = unit_at(out);
    [a, b].map(|descriptor| unit_at(descriptor).in_ticks_of(common).expect("a common unit divides both"))
}

fn unit_at(descriptor: *mut PyArray_Descr) -> Unit {
    let mut entry = LIST.load(Ordering::Acquire);
    // SAFETY: entries are never freed, and only those that are complete are in the list.
    while let Some(known) = unsafe { entry.as_ref() } {
        if known.descriptor == descriptor as usize {
            return known.unit;
        }
        entry = known.next;
    }
    Unit::Any
}
