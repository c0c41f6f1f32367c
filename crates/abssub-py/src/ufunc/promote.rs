//! Which loop a pair of dtypes without one of its own takes: NumPy's promotion, and where ours differs.
//!
//! NumPy asks once for each new combination and caches the answer by the DTypes alone, so the answer
//! may depend on nothing else. `DTypePromotionError` is how a promoter says that there is no loop:
//! NumPy raises its `UFuncTypeError` from it.
#![allow(unsafe_code)]

use super::{ffi, table};
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::ffi::PyObject;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyComplex;
use std::ffi::c_int;

pyo3::import_exception!(numpy.exceptions, DTypePromotionError);

/// What the rules tell apart.
#[derive(Clone, Copy)]
enum Kind {
    /// Booleans, unsigned integers below 64 bits, Python's int.
    Whole,
    Signed,
    Unsigned64,
    /// Floats and complex numbers, Python's own among them.
    Inexact,
    Duration,
    /// Dates, text, structures: nothing but their own loop, if they have one.
    Apart,
    Object,
}

/// A DType, and what represents it in `np.result_type`: its dtype, or a Python number.
struct Known {
    class: Py<PyAny>,
    example: Py<PyAny>,
    kind: Kind,
}

/// NumPy's own types, in the order of [`known`].
const CHARACTERS: &str = "?bBhHiIlLqQefdgFDGOSUVMm";

/// NumPy's own DTypes, and those that stand for Python's numbers.
fn known(py: Python<'_>) -> PyResult<&'static [Known]> {
    static KNOWN: PyOnceLock<Vec<Known>> = PyOnceLock::new();
    let all = KNOWN.get_or_try_init(py, || {
        let own = CHARACTERS.chars().map(|character| {
            let dtype = PyArrayDescr::new(py, character.to_string())?;
            let kind = match (dtype.kind(), dtype.itemsize()) {
                (b'u', 8) => Kind::Unsigned64,
                (b'i', _) => Kind::Signed,
                (b'b' | b'u', _) => Kind::Whole,
                (b'f' | b'c', _) => Kind::Inexact,
                (b'm', _) => Kind::Duration,
                (b'O', _) => Kind::Object,
                _ => Kind::Apart,
            };
            Ok(Known {
                class: dtype.get_type().into_any().unbind(),
                example: dtype.into_any().unbind(),
                kind,
            })
        });
        let [int, float, complex] = ffi::python_scalar_dtypes(py)?;
        let pythons = [
            (int, 0i32.into_pyobject(py)?.into_any(), Kind::Whole),
            (float, 0f64.into_pyobject(py)?.into_any(), Kind::Inexact),
            (complex, PyComplex::from_doubles(py, 0.0, 0.0).into_any(), Kind::Inexact),
        ];
        let pythons = pythons.map(|(class, example, kind)| {
            Ok(Known { class: class.unbind(), example: example.unbind(), kind })
        });
        own.chain(pythons).collect::<PyResult<Vec<_>>>()
    })?;
    Ok(all)
}

/// The DTypes to look for instead of a pair's own. None leaves the pair to NumPy's search by safe casts:
/// objects, user dtypes, an output that the caller fixed.
fn choose<'py>(
    pair: [&Bound<'py, PyAny>; 2],
    out_is_fixed: bool,
) -> PyResult<Option<[Bound<'py, PyAny>; 2]>> {
    use Kind::{Apart, Duration, Object, Signed, Unsigned64, Whole};
    let [a, b] = pair;
    let py = a.py();
    let all = known(py)?;
    let [left, right] = pair.map(|class| all.iter().find(|known| known.class.is(class)));
    Ok(Some(match (left.map(|known| known.kind), right.map(|known| known.kind)) {
        (Some(Object), _) | (_, Some(Object)) => return Ok(None),
        (Some(Duration), Some(Duration | Whole | Signed | Unsigned64)) => [a.clone(), a.clone()],
        (Some(Whole | Signed | Unsigned64), Some(Duration)) => [b.clone(), b.clone()],
        (Some(Duration), _) | (_, Some(Duration)) => {
            return refuse("a timedelta64 has a difference from a timedelta64 or an integer only");
        }
        (Some(Apart), _) | (_, Some(Apart)) => {
            return refuse("numbers have a difference from numbers, and dates from dates, but text has none");
        }
        (None, _) | (_, None) => return Ok(None),
        _ if out_is_fixed => return Ok(None),
        (Some(Unsigned64), Some(Signed)) => [a.clone(), signed_twin(all, a)],
        (Some(Signed), Some(Unsigned64)) => [signed_twin(all, b), b.clone()],
        (Some(_), Some(_)) => {
            let examples = (left.map(|known| &known.example), right.map(|known| &known.example));
            let common = py.import("numpy")?.getattr("result_type")?.call1(examples)?.get_type().into_any();
            [common.clone(), common]
        }
    }))
}

fn refuse<T>(why: &'static str) -> PyResult<T> {
    Err(DTypePromotionError::new_err(why))
}

/// The signed DType that shares a loop with this 64-bit unsigned one: `l` for `L`, `q` for `Q`.
fn signed_twin<'py>(all: &[Known], unsigned: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
    let of = |character| &all[CHARACTERS.find(character).expect("the character is listed")].class;
    let twin = if of('L').is(unsigned) { of('l') } else { of('q') };
    twin.bind(unsigned.py()).clone()
}

/// The promoter for every combination that has no loop of its own.
///
/// An answer equal to the question means that we leave it to NumPy.
///
/// # Safety
/// As NumPy promises: three DTypes and three of the signature, each null or alive, room for three answers,
/// the GIL held.
pub(super) unsafe extern "C" fn promote(
    _ufunc: *mut PyObject,
    operands: *const *mut PyObject,
    signature: *const *mut PyObject,
    answer: *mut *mut PyObject,
) -> c_int {
    Python::attach(|py| {
        let three = |classes: *const *mut PyObject| {
            // SAFETY: NumPy passes three of each, and they stay alive for the call.
            [0, 1, 2].map(|i| unsafe { Bound::from_borrowed_ptr_or_opt(py, *classes.add(i)) })
        };
        let (operands, signature) = (three(operands), three(signature));
        let chosen = match promoted(&operands, &signature) {
            Ok(chosen) => chosen,
            Err(error) => {
                error.restore(py);
                return -1;
            }
        };
        let [a, b, out] = operands;
        let [a, b] = chosen.map_or([a, b], |pair| pair.map(Some));
        for (i, class) in [a, b, out].into_iter().enumerate() {
            // SAFETY: there is room for three; each takes a reference of its own.
            unsafe { answer.add(i).write(class.map_or(std::ptr::null_mut(), Bound::into_ptr)) };
        }
        0
    })
}

/// The DTypes to look for, given those of the operands and those that the caller fixed.
fn promoted<'py>(
    operands: &[Option<Bound<'py, PyAny>>; 3],
    signature: &[Option<Bound<'py, PyAny>>; 3],
) -> PyResult<Option<[Bound<'py, PyAny>; 2]>> {
    const NOT_CLOSED: &str = "reduce and accumulate feed differences back in, which needs a dtype whose differences \
                              have that dtype (unsigned integers, floats, durations): cast the array first";
    let [left, Some(b), _] = operands else { return Ok(None) };
    let Some(a) = left else {
        // A reduction or an accumulation that was given no output.
        let b_character = known(b.py())?.iter().zip(CHARACTERS.chars()).find(|(known, _)| known.class.is(b));
        return match b_character {
            Some((_, character)) if !table::is_closed(character) => refuse(NOT_CLOSED),
            _ => Ok(Some([b.clone(), b.clone()])),
        };
    };
    let Some(pair) = choose([a, b], signature[2].is_some())? else { return Ok(None) };
    // With an output of another dtype than the input's, NumPy fixes the first operand to it.
    match &signature[0] {
        Some(fixed) if !pair[0].is(fixed) && signature[2].is_none() => refuse(NOT_CLOSED),
        _ => Ok(Some(pair)),
    }
}
