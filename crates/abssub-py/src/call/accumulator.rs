//! `Accumulator`: statistics of a stream of blocks. What the Python side of the package wraps.
#![allow(unsafe_code)]

use super::arguments::{Flag, Where};
use super::error::to_python;
use super::import::imported;
use super::measure::{Question, judge, stat_array};
use super::operand::Array;
use super::reading::{Keywords, Reading};
use super::result::target;
use super::running::Teller;
use abssub::array::DType;
use abssub::exec::row_major;
use abssub::exec::stats::{self, Asked, Output, Stat};
use numpy::PyArrayDescr;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

/// What an accumulator was made with, as it was given.
struct Made {
    names: Vec<String>,
    axis: Option<Py<PyAny>>,
    ddof: f64,
    within: Option<Py<PyAny>>,
    edges: Option<Py<PyAny>>,
    nan_policy: String,
    weighted: bool,
    shape: Option<Vec<usize>>,
}

/// What the first block decides.
#[derive(Clone)]
struct Begun {
    asked: Asked,
    states: stats::Accumulator,
    /// Which axes are reduced.
    reduced: Vec<bool>,
    /// The lengths of the reduced axes, the first of which may grow.
    lengths: Vec<usize>,
}

/// Statistics of a stream of blocks.
#[pyclass(module = "abssub._core")]
pub(super) struct Accumulator {
    made: Made,
    begun: Option<Begun>,
    /// The dtype of the differences, if they are times.
    times: Option<Py<PyArrayDescr>>,
    /// Where the next block lies, unless it says so itself: along the first reduced axis, then the others.
    next: Vec<usize>,
}

fn start_of(start: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
    let place = |value: &Bound<'_, PyAny>| {
        let number: isize = imported!(value.py(), "operator", "index")?.call1((value,))?.extract()?;
        usize::try_from(number).map_err(|_| PyValueError::new_err("start must not be negative"))
    };
    match start.cast::<PyTuple>() {
        Ok(several) => several.iter().map(|value| place(&value)).collect(),
        Err(_) => place(start).map(|start| vec![start]),
    }
}

impl Begun {
    /// The number of the first element of a block; refuses one that does not fit the others.
    fn index_first(&self, start: &[usize], block: &[usize], is_whole_known: bool) -> PyResult<isize> {
        if start.len() > block.len().max(1) {
            return Err(PyValueError::new_err(format!(
                "start names {} axes, and {} are reduced",
                start.len(),
                block.len()
            )));
        }
        let from = |i: usize| start.get(i).copied().unwrap_or(0);
        let growing = usize::from(!is_whole_known);
        if self.asked.locates() {
            for (i, (&len, &whole)) in block.iter().zip(&self.lengths).enumerate().skip(growing) {
                if from(i).saturating_add(len) > whole || (!is_whole_known && len != whole) {
                    return Err(PyValueError::new_err(format!(
                        "the block covers {}..{} of reduced axis {i}, whose length is {whole}: argmax and argmin need \
                         shape= where blocks are parts of more than the first reduced axis",
                        from(i),
                        from(i).saturating_add(len),
                    )));
                }
            }
        }
        // In 128 bits, for what a caller says may be anything.
        let step = |i: usize| {
            self.lengths[i + 1..].iter().fold(1i128, |all, &len| all.saturating_mul(len.max(1) as i128))
        };
        let number = |place: &dyn Fn(usize) -> usize| {
            (0..block.len())
                .fold(0i128, |sum, i| sum.saturating_add(step(i).saturating_mul(place(i) as i128)))
        };
        let last = number(&|i| from(i).saturating_add(block[i]));
        if self.asked.locates() && last > isize::MAX as i128 {
            return Err(PyValueError::new_err(format!(
                "start={start:?}: the flat index of the block's last element does not fit intp"
            )));
        }
        Ok(number(&from) as isize)
    }
}

impl Accumulator {
    /// The core's question, for operands of a common type.
    fn asked<'py>(
        &self,
        py: Python<'py>,
        common: DType,
        times: Option<&Bound<'py, PyArrayDescr>>,
    ) -> PyResult<Asked> {
        let Made { names, ddof, within, edges, weighted, .. } = &self.made;
        let (within, edges) = (within.as_ref().map(|x| x.bind(py)), edges.as_ref().map(|x| x.bind(py)));
        Question { names: names.clone(), ddof: *ddof, within, edges }.asked(common, times, *weighted)
    }

    /// Takes in a block, whose states are among `begun` afterwards.
    fn fold(
        &mut self,
        reading: &Reading<'_, '_>,
        start: Option<Vec<usize>>,
        teller: &Teller<'_>,
    ) -> PyResult<()> {
        let py = reading.py();
        let request = reading.request()?;
        let times = reading.pair.units.as_ref().map(|units| &units.dtype);
        check_times(py, self.times.as_ref(), times)?;
        let block = request.reduced_shape();
        if self.begun.is_none() {
            let asked = self.asked(py, request.dtype(), times)?;
            let states = stats::Accumulator::new(&request, &asked);
            let lengths = self.made.shape.clone().unwrap_or_else(|| block.clone());
            self.begun = Some(Begun { asked, states, reduced: request.reduced().to_vec(), lengths });
        }
        let begun = self.begun.as_mut().expect("just made");
        let start = start.unwrap_or_else(|| self.next.clone());
        let first = begun.index_first(&start, &block, self.made.shape.is_some())?;
        let steps = if begun.asked.locates() { row_major(&begun.lengths) } else { vec![0; block.len()] };
        let (all, states) = (request.elements(), &mut begun.states);
        let outcome = teller.run(py, all, |go_on| states.update(&request, first, &steps, go_on))?;
        outcome.map_err(|error| to_python(py, error, reading.axis))?;
        self.times = times.map(|times| times.clone().unbind());
        self.next = vec![start.first().copied().unwrap_or(0) + block.first().copied().unwrap_or(0)];
        Ok(())
    }

    /// How another was made otherwise.
    fn difference(&self, py: Python<'_>, other: &Self) -> PyResult<Option<String>> {
        let (own, others) = (self.description(py)?, other.description(py)?);
        for (key, value) in own.iter() {
            let there = others.get_item(&key)?;
            let same = imported!(py, "numpy", "array_equal")?.call1((&value, &there))?.is_truthy()?;
            let both_none = value.is_none() && there.as_ref().is_none_or(Bound::is_none);
            if !same && !both_none {
                let there = there.map_or_else(
                    || Ok("nothing".into()),
                    |there| there.repr().map(|text| text.to_string()),
                )?;
                let key = key.to_string();
                let key = if key == "within" { "threshold" } else { &key };
                return Ok(Some(format!("accumulators differ in {key}: {} and {there}", value.repr()?)));
            }
        }
        Ok(None)
    }

    fn description<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let made = &self.made;
        let dict = PyDict::new(py);
        dict.set_item("names", PyTuple::new(py, &made.names)?)?;
        dict.set_item("axis", &made.axis)?;
        dict.set_item("ddof", made.ddof)?;
        dict.set_item("within", &made.within)?;
        dict.set_item("edges", &made.edges)?;
        dict.set_item("nan_policy", &made.nan_policy)?;
        dict.set_item("weighted", made.weighted)?;
        dict.set_item("shape", &made.shape)?;
        Ok(dict)
    }
}

#[pymethods]
impl Accumulator {
    #[new]
    #[pyo3(signature = (names, axis=None, *, ddof=0.0, within=None, edges=None, nan_policy="propagate", weighted=false, start=None, shape=None), text_signature = "(names, axis=None, *, ddof=0.0, within=None, edges=None, nan_policy='propagate', weighted=False, start=0, shape=None)")]
    #[allow(clippy::too_many_arguments, reason = "one for each keyword")]
    fn new(
        names: Vec<String>,
        axis: Option<Py<PyAny>>,
        ddof: f64,
        within: Option<Py<PyAny>>,
        edges: Option<Py<PyAny>>,
        nan_policy: &str,
        weighted: bool,
        start: Option<&Bound<'_, PyAny>>,
        shape: Option<Vec<usize>>,
    ) -> PyResult<Self> {
        super::reading::missing(nan_policy)?;
        let next = start.map_or_else(|| Ok(vec![0]), start_of)?;
        let made =
            Made { names, axis, ddof, within, edges, nan_policy: nan_policy.to_owned(), weighted, shape };
        Ok(Self { made, begun: None, times: None, next })
    }

    /// Takes in a block of both operands.
    #[pyo3(signature = (a, b, *, r#where=Where::Everywhere, weights=None, start=None, threads=None, progress=None), text_signature = "($self, a, b, *, where=True, weights=None, start=None, threads=None, progress=None)")]
    #[allow(clippy::too_many_arguments, reason = "one for each keyword of the reductions")]
    fn update<'py>(
        &mut self,
        a: &Bound<'py, PyAny>,
        b: &Bound<'py, PyAny>,
        r#where: Where<'py>,
        weights: Option<&Bound<'py, PyAny>>,
        start: Option<&Bound<'py, PyAny>>,
        threads: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        if self.made.weighted != weights.is_some() {
            let how = if self.made.weighted { "needs" } else { "was made without" };
            return Err(PyTypeError::new_err(format!("this accumulator {how} weights")));
        }
        let axis = self.made.axis.as_ref().map(|axis| axis.clone_ref(a.py()).into_bound(a.py()));
        let nan_policy = self.made.nan_policy.clone();
        let given = Keywords { axis: axis.as_ref(), r#where, weights, nan_policy: &nan_policy, threads };
        let reading = Reading::new("Accumulator", a, b, given)?;
        let start = start.map(start_of).transpose()?;
        let had_begun = self.begun.is_some();
        let outcome = self.fold(&reading, start, &Teller::new(progress)?);
        if outcome.is_err() && !had_begun {
            self.begun = None;
        }
        outcome
    }

    /// Takes in all that another has taken in.
    fn merge(slf: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        // A copy, so that merging with itself works too.
        let other = other.try_borrow()?.copy(py)?;
        let mut own = slf.try_borrow_mut()?;
        if let Some(how) = own.difference(py, &other)? {
            return Err(PyValueError::new_err(how));
        }
        let Some(theirs) = other.begun else { return Ok(()) };
        let their_times = other.times.map(|times| times.into_bound(py));
        check_times(py, own.times.as_ref(), their_times.as_ref())?;
        match &mut own.begun {
            None => own.begun = Some(theirs),
            Some(begun) => {
                let rest = |lengths: &[usize]| lengths.iter().skip(1).copied().collect::<Vec<_>>();
                if begun.asked.locates() && rest(&begun.lengths) != rest(&theirs.lengths) {
                    return Err(PyValueError::new_err(format!(
                        "accumulators differ in the lengths of the reduced axes: {:?} and {:?}",
                        begun.lengths, theirs.lengths
                    )));
                }
                begun.states.merge(&theirs.states).map_err(|error| to_python(py, error, None))?;
            }
        }
        own.times = their_times.map(Bound::unbind);
        if other.next > own.next {
            own.next = other.next;
        }
        Ok(())
    }

    /// What all blocks come to so far: an array for each name.
    #[pyo3(signature = (keepdims=Flag(false)), text_signature = "($self, keepdims=False)")]
    fn result<'py>(&self, py: Python<'py>, keepdims: Flag) -> PyResult<Vec<Array<'py>>> {
        let Some(begun) = &self.begun else {
            return Err(PyValueError::new_err("nothing has been accumulated yet: call update first"));
        };
        let times = self.times.as_ref().map(|times| times.bind(py));
        let mut kept = begun.states.kept_shape().iter().copied();
        let shape: Vec<usize> = if keepdims.0 {
            begun
                .reduced
                .iter()
                .map(|&gone| if gone { 1 } else { kept.next().expect("a kept axis") })
                .collect()
        } else {
            kept.collect()
        };
        let bins = begun.asked.edges.len().saturating_sub(1);
        let array = |&stat: &Stat| {
            let bins = (stat == Stat::Histogram).then_some(bins);
            stat_array(py, begun.states.stat_dtype(stat), times, shape.clone(), bins)
        };
        let arrays = begun.asked.stats.iter().map(array).collect::<PyResult<Vec<_>>>()?;
        let outputs = begun.asked.stats.iter().zip(&arrays);
        let outputs: Vec<Output<'_>> =
            outputs.map(|(&stat, array)| Output { stat, target: target(array) }).collect();
        // SAFETY: each array is fresh, in row-major order, and of the shape that its statistic has.
        let met = unsafe { begun.states.store(&outputs) }
            .map_err(|error| to_python(py, error, self.made.axis.as_ref().map(|axis| axis.bind(py))))?;
        judge(py, met)?;
        Ok(arrays)
    }

    /// Another accumulator with the same states.
    fn copy(&self, py: Python<'_>) -> PyResult<Self> {
        let made = &self.made;
        let clone = |value: &Option<Py<PyAny>>| value.as_ref().map(|value| value.clone_ref(py));
        let made = Made {
            names: made.names.clone(),
            axis: clone(&made.axis),
            ddof: made.ddof,
            within: clone(&made.within),
            edges: clone(&made.edges),
            nan_policy: made.nan_policy.clone(),
            weighted: made.weighted,
            shape: made.shape.clone(),
        };
        let times = self.times.as_ref().map(|times| times.clone_ref(py));
        Ok(Self { made, begun: self.begun.clone(), times, next: self.next.clone() })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        let own = slf.try_borrow()?;
        let begun = own.begun.as_ref().map(|begun| {
            (PyBytes::new(py, &begun.states.to_bytes()), begun.reduced.clone(), begun.lengths.clone())
        });
        let state = (begun, own.times.as_ref().map(|times| times.clone_ref(py)), own.next.clone());
        let arguments = (own.description(py)?, state).into_pyobject(py)?;
        Ok((slf.get_type().getattr("_restore")?, arguments))
    }

    #[staticmethod]
    fn _restore(made: &Bound<'_, PyDict>, state: RestoredState) -> PyResult<Self> {
        let py = made.py();
        let names = made.get_item("names")?;
        let keywords = made.copy()?;
        keywords.del_item("names")?;
        let fresh = py.get_type::<Self>().call((names,), Some(&keywords))?.cast_into::<Self>()?;
        let mut own = fresh.try_borrow()?.copy(py)?;
        let (begun, times, next) = state;
        if let Some((bytes, reduced, lengths)) = begun {
            let nonsense = || PyValueError::new_err("these are not the states of an accumulator");
            let common = stats::Accumulator::dtype_in(bytes.as_bytes(py)).ok_or_else(nonsense)?;
            let asked = own.asked(py, common, times.as_ref().map(|times| times.bind(py)))?;
            let states = stats::Accumulator::from_bytes(&asked, bytes.as_bytes(py)).ok_or_else(nonsense)?;
            let gone = reduced.iter().filter(|&&gone| gone).count();
            if gone != lengths.len() || reduced.len() - gone != states.kept_shape().len() {
                return Err(nonsense());
            }
            own.begun = Some(Begun { asked, states, reduced, lengths });
        }
        (own.times, own.next) = (times, next);
        Ok(own)
    }
}

/// What `__reduce__` hands on beside how the accumulator was made.
type RestoredState = (Option<(Py<PyBytes>, Vec<bool>, Vec<usize>)>, Option<Py<PyArrayDescr>>, Vec<usize>);

/// Refuses times of another unit than those before.
fn check_times(
    py: Python<'_>,
    before: Option<&Py<PyArrayDescr>>,
    now: Option<&Bound<'_, PyArrayDescr>>,
) -> PyResult<()> {
    match (before, now) {
        (Some(before), Some(now)) if !before.bind(py).eq(now)? => Err(PyValueError::new_err(format!(
            "the states are of {} differences, not of {now}",
            before.bind(py)
        ))),
        _ => Ok(()),
    }
}
