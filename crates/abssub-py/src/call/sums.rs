//! `sad` and `ssd`: the sum of absolute differences, and of their squares.
#![allow(unsafe_code)]

use super::arguments::{self, Flag, Initial, Where};
use super::dtype::{is_target, to_core};
use super::error::to_python;
use super::import::imported;
use super::line;
use super::operand::Array;
use super::reading::{Keywords, Reading};
use super::result::{
    COPIED_BYTES, checked_out, is_apart, kept_strides, new_array, result_shape, stored_scalar, sum_dtype,
    target, unwrapped,
};
use super::running::Teller;
use super::warning;
use abssub::Error;
use abssub::array::{DType, PerAxis, Target};
use abssub::exec::{GoOn, Request, Sum};
use abssub::reduce::Specials;
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ffi::CStr;

macro_rules! sums {
    ($($name:ident, $doc:literal, squared $squared:literal, |$request:ident| $sum:expr;)*) => {$(
        #[pyfunction]
        #[pyo3(
            signature = (a, b, axis=None, *, dtype=None, out=None, keepdims=Flag(false), r#where=Where::Everywhere, initial=Initial::Zero, weights=None, nan_policy="propagate", threads=None, progress=None),
            text_signature = "(a, b, axis=None, *, dtype=None, out=None, keepdims=False, where=True, initial=0, weights=None, nan_policy='propagate', threads=None, progress=None)"
        )]
        #[doc = include_str!($doc)]
        #[allow(clippy::too_many_arguments, reason = "NumPy's own keywords")]
        #[allow(clippy::doc_lazy_continuation, reason = "numpydoc, not Markdown")]
        pub(super) fn $name<'py>(
            a: &Bound<'py, PyAny>,
            b: &Bound<'py, PyAny>,
            axis: Option<&Bound<'py, PyAny>>,
            dtype: Option<&Bound<'py, PyAny>>,
            out: Option<&Bound<'py, PyAny>>,
            keepdims: Flag,
            r#where: Where<'py>,
            initial: Initial<'py>,
            weights: Option<&Bound<'py, PyAny>>,
            nan_policy: &str,
            threads: Option<&Bound<'py, PyAny>>,
            progress: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let name = stringify!($name);
            let keywords = Keywords { axis, r#where, weights, nan_policy, threads };
            let landing = Landing { name, dtype, out, keepdims: keepdims.0, initial };
            if keywords.are_default()
                && landing.is_default()
                && progress.is_none()
                && let Some(line) = line::of(a, b)
            {
                return line::sum(a.py(), error_name(name), line, $squared);
            }
            let reading = Reading::new(name, a, b, keywords)?;
            let $request = reading.request()?;
            let sum = $sum.map_err(|error| to_python(a.py(), error, axis))?;
            landing.run(&reading, sum, Teller::new(progress)?)
        }
    )*};
}
sums! {
    sad, "sad.txt", squared false, |request| Ok::<_, Error>(Sum::new(request));
    ssd, "ssd.txt", squared true, |request| Sum::of_squares(request);
}

/// The name that NumPy's floating-point messages speak of.
fn error_name(name: &str) -> &'static CStr {
    if name == "sad" { c"sad" } else { c"ssd" }
}

/// The keywords that say what becomes of the sums.
struct Landing<'c, 'py> {
    name: &'static str,
    dtype: Option<&'c Bound<'py, PyAny>>,
    out: Option<&'c Bound<'py, PyAny>>,
    keepdims: bool,
    initial: Initial<'py>,
}

impl<'py> Landing<'_, 'py> {
    /// Whether nothing was asked for.
    fn is_default(&self) -> bool {
        let zero = matches!(self.initial, Initial::Zero);
        zero && self.dtype.is_none() && self.out.is_none() && !self.keepdims
    }

    fn run<'c>(
        self,
        reading: &'c Reading<'c, 'py>,
        mut sum: Sum<'c>,
        teller: Teller<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = reading.py();
        let default = match &reading.pair.units {
            Some(units) => units.dtype.clone(),
            None => sum_dtype(py, sum.dtype()),
        };
        let name = self.name;
        match self.initial {
            Initial::Zero => {}
            Initial::Absent if reading.is_masked() => {
                return Err(PyValueError::new_err(format!(
                    "reduction operation '{name}' does not have an identity, so to use a where mask one has to specify 'initial'"
                )));
            }
            Initial::Absent => refuse_empty(name, sum.request())?,
            Initial::From(value) => {
                let start = arguments::start(&value, sum.dtype(), &default)?;
                sum = sum.with_initial(start);
            }
        }
        let call = Call { py, name, sum: &sum, reading, keepdims: self.keepdims, default, teller };
        let dtype = self.dtype.map(|dtype| PyArrayDescr::new(py, dtype)).transpose()?;
        match self.out {
            None => match dtype {
                None if call.shape().is_empty() => call.scalar(),
                None => Ok(call.stored(call.default.clone())?.into_any()),
                Some(dtype) => unwrapped(call.fresh(dtype)?),
            },
            Some(out) => call.store_in(out, dtype),
        }
    }
}

fn refuse_empty(name: &str, request: &Request<'_>) -> PyResult<()> {
    if request.depth() == 0 && !request.kept_shape().contains(&0) {
        return Err(PyValueError::new_err(format!(
            "zero-size array to reduction operation {name} which has no identity"
        )));
    }
    Ok(())
}

/// A sum that is ready to run, and what its answer should look like.
struct Call<'c, 'py> {
    py: Python<'py>,
    name: &'static str,
    sum: &'c Sum<'c>,
    reading: &'c Reading<'c, 'py>,
    keepdims: bool,
    default: Bound<'py, PyArrayDescr>,
    teller: Teller<'py>,
}

impl<'py> Call<'_, 'py> {
    fn shape(&self) -> PerAxis<usize> {
        result_shape(self.sum.request(), self.keepdims)
    }

    /// The sum as a new array of `dtype`.
    fn fresh(&self, dtype: Bound<'py, PyArrayDescr>) -> PyResult<Array<'py>> {
        self.check_kind(&dtype)?;
        let stored = self.stored_for(&dtype)?;
        if stored.is_equiv_to(&dtype) {
            return self.stored(stored);
        }
        let array = new_array(dtype, &self.shape())?;
        self.copy_stored(&array, stored)?;
        Ok(array)
    }

    /// The only sum as a scalar.
    fn scalar(&self) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: a single place.
        stored_scalar(&self.default, |target| unsafe { self.store_at(target, &[]) })
    }

    /// The sum as a new array of a dtype that the core stores.
    fn stored(&self, dtype: Bound<'py, PyArrayDescr>) -> PyResult<Array<'py>> {
        let array = new_array(dtype, &self.shape())?;
        self.store(&array)?;
        Ok(array)
    }

    /// The sum as a dtype that the core stores, copied to where it is wanted.
    fn copy_stored(&self, to: &Array<'py>, stored: Bound<'py, PyArrayDescr>) -> PyResult<()> {
        let sums = self.stored(stored)?;
        if !self.unit_fits(&to.dtype()) {
            self.refuse_changes(to, &sums)?;
        }
        copy(to, &sums)
    }

    /// A dtype that the core stores and all of whose values `dtype` holds: itself, if it is one.
    fn stored_for(&self, dtype: &Bound<'py, PyArrayDescr>) -> PyResult<Bound<'py, PyArrayDescr>> {
        match (dtype.kind(), dtype.itemsize()) {
            _ if is_target(dtype, self.sum.dtype()) && self.unit_fits(dtype) => Ok(dtype.clone()),
            // The imaginary part of a sum is zero: what the real part holds is what counts.
            (b'c', 8) => PyArrayDescr::new(self.py, "f4"),
            (b'c', 16) => PyArrayDescr::new(self.py, "f8"),
            (b'c', _) => PyArrayDescr::new(self.py, "g"),
            // Another unit, which is checked as it is copied.
            (b'm', _) => Ok(self.default.clone()),
            // The other byte order.
            _ => Ok(dtype.call_method1("newbyteorder", ("=",))?.cast_into()?),
        }
    }

    /// The sum in the caller's `out`, which a refused call leaves as it was.
    fn store_in(
        &self,
        out: &Bound<'py, PyAny>,
        dtype: Option<Bound<'py, PyArrayDescr>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let out = checked_out(self.name, out, &self.shape(), self.keepdims)?;
        self.check_kind(&out.dtype())?;
        if let Some(dtype) = dtype.filter(|dtype| !dtype.is_equiv_to(&out.dtype())) {
            // Exact in both: what `dtype` cannot hold is refused, whatever `out` could.
            let sums = self.fresh(dtype)?;
            self.refuse_changes(&out, &sums)?;
            copy(&out, &sums)?;
            return Ok(out.into_any());
        }
        let stored = self.stored_for(&out.dtype())?;
        if stored.is_equiv_to(&out.dtype()) && is_apart(&out, &self.reading.inputs())? {
            let bytes = out.len() * stored.itemsize();
            let core = to_core(&stored).expect("the core stores it");
            let fits = self.sum.always_fits(core) && !self.reading.may_refuse();
            if fits || bytes > COPIED_BYTES {
                if !fits {
                    self.check(&out)?;
                }
                self.store(&out)?;
                return Ok(out.into_any());
            }
        }
        self.copy_stored(&out, stored)?;
        Ok(out.into_any())
    }

    /// Whether a time's unit is the sum's own; other types have none.
    fn unit_fits(&self, dtype: &Bound<'_, PyArrayDescr>) -> bool {
        self.sum.dtype() != DType::Time || dtype.is_equiv_to(&self.default)
    }

    /// Refuses a result type of a lesser kind, in NumPy's words.
    fn check_kind(&self, dtype: &Bound<'_, PyArrayDescr>) -> PyResult<()> {
        let castable = imported!(self.py, "numpy", "can_cast")?
            .call1((&self.default, dtype, "same_kind"))?
            .is_truthy()?;
        let is_number = matches!(dtype.kind(), b'u' | b'i' | b'f' | b'c');
        let sensible = if self.sum.dtype() == DType::Time { dtype.kind() == b'm' } else { is_number };
        if castable && sensible && to_core(dtype).is_some() {
            return Ok(());
        }
        Err(PyTypeError::new_err(format!(
            "Cannot cast ufunc '{}' output from {} to {} with casting rule 'same_kind'",
            self.name,
            self.default.repr()?,
            dtype.repr()?
        )))
    }

    fn store(&self, array: &Array<'_>) -> PyResult<()> {
        let strides = kept_strides(array, self.sum.request().reduced(), self.keepdims);
        // SAFETY: the array has the result's shape, and these are its strides.
        unsafe { self.store_at(target(array), &strides) }
    }

    /// Runs the sum and warns of what it met.
    ///
    /// # Safety
    /// As `Sum::store`: the strides are those of the result's shape in the target's memory.
    unsafe fn store_at(&self, target: Target<'_>, strides: &[isize]) -> PyResult<()> {
        // SAFETY: the caller's promise.
        let met = self.run(|go_on| unsafe { self.sum.store(target, strides, go_on) })?;
        warning::give(self.py, error_name(self.name), met)
    }

    fn check(&self, array: &Array<'_>) -> PyResult<()> {
        let target = target(array);
        self.run(|go_on| self.sum.check(target, go_on).map(|()| Specials::default())).map(|_| ())
    }

    fn run(&self, work: impl FnOnce(&mut GoOn<'_>) -> Result<Specials, Error> + Send) -> PyResult<Specials> {
        let outcome = self.teller.run(self.py, self.sum.request().elements(), work)?;
        outcome.map_err(|error| to_python(self.py, error, self.reading.axis))
    }

    /// Refuses to copy integers or times to where they would be others.
    fn refuse_changes(&self, to: &Array<'_>, from: &Array<'_>) -> PyResult<()> {
        let changes =
            || imported!(self.py, "abssub._results", "changes")?.call1((from, to.dtype()))?.is_truthy();
        if self.sum.dtype() == DType::F64 || !changes()? {
            return Ok(());
        }
        let (from, to) = (from.dtype().repr()?, to.dtype().repr()?);
        Err(PyOverflowError::new_err(format!("an exact sum in {from}: {to} cannot hold it exactly")))
    }
}

/// `np.copyto(to, from)`.
fn copy(to: &Array<'_>, from: &Array<'_>) -> PyResult<()> {
    let casting = PyDict::new(to.py());
    casting.set_item("casting", "same_kind")?;
    imported!(to.py(), "numpy", "copyto")?.call((to, from), Some(&casting)).map(|_| ())
}
