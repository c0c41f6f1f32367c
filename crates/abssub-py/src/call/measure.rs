//! `measure`: several statistics from one reading. What the Python side of the package is built on.
#![allow(unsafe_code)]

use super::arguments::{Flag, Where};
use super::bound;
use super::error::to_python;
use super::operand::Array;
use super::reading::{Keywords, Reading};
use super::result::{is_apart, is_writable, new_array, result_shape, target};
use super::running::Teller;
use super::warning;
use abssub::array::DType;
use abssub::exec::Quantiles;
use abssub::exec::stats::{Asked, Counted, Output, Stat, Stats};
use abssub::reduce::Specials;
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError, PyZeroDivisionError};
use pyo3::prelude::*;

/// What is asked, beside the arrays.
pub(super) struct Question<'c, 'py> {
    pub(super) names: Vec<String>,
    pub(super) ddof: f64,
    pub(super) within: Option<&'c Bound<'py, PyAny>>,
    pub(super) edges: Option<&'c Bound<'py, PyAny>>,
}

impl<'py> Question<'_, 'py> {
    /// The core's question, for operands of a common type; `times` is the dtype of their differences if
    /// they are times.
    pub(super) fn asked(
        &self,
        common: DType,
        times: Option<&Bound<'py, PyArrayDescr>>,
        weighted: bool,
    ) -> PyResult<Asked> {
        let mut asked = Asked::default();
        if let Some(edges) = self.edges {
            asked.edges = bound::edges(edges)?;
        }
        // Only what is asked for is counted.
        let is_among = |names: &[&str]| self.names.iter().any(|name| names.contains(&name.as_str()));
        if is_among(&["nonzero", "any", "all"]) {
            asked.comparisons.push(Counted::Different);
        }
        let count = asked.comparisons.len();
        if let Some(within) = self.within.filter(|_| is_among(&["count", "share", "some", "every"])) {
            let dtype = difference_dtype(within.py(), common, times)?;
            asked.comparisons.push(bound::counted(within, common, &dtype)?);
        }
        asked.stats = self
            .names
            .iter()
            .map(|name| self.stat(name, count, common, weighted))
            .collect::<PyResult<_>>()?;
        Ok(asked)
    }

    fn stat(&self, name: &str, count: usize, common: DType, weighted: bool) -> PyResult<Stat> {
        let ddof = self.ddof;
        let is_time = common == DType::Time;
        if is_time && matches!(name, "ssd" | "mse" | "rmse" | "var" | "std" | "histogram") {
            return Err(PyTypeError::new_err(format!("{name} is not defined for differences of times")));
        }
        if weighted && !matches!(name, "sum" | "ssd" | "mean" | "mse" | "rmse" | "number") {
            let name = if name == "nonzero" { "count" } else { name };
            return Err(PyTypeError::new_err(format!("{name} has no weights")));
        }
        Ok(match name {
            "sum" => Stat::Sum,
            "ssd" => Stat::SquareSum,
            "mean" => Stat::Mean,
            "mse" => Stat::MeanSquare,
            "rmse" => Stat::RootMeanSquare,
            "var" => Stat::Variance { ddof },
            "std" => Stat::Deviation { ddof },
            "max" => Stat::Max,
            "min" => Stat::Min,
            "argmax" => Stat::ArgMax,
            "argmin" => Stat::ArgMin,
            "count" | "share" | "some" | "every" if self.within.is_none() => {
                return Err(PyTypeError::new_err(format!("{name} needs within=(operator, value)")));
            }
            "count" => Stat::Count(count),
            "share" => Stat::Share(count),
            "some" => Stat::Any(count),
            "every" => Stat::All(count),
            "nonzero" => Stat::Count(0),
            "any" => Stat::Any(0),
            "all" => Stat::All(0),
            "number" => Stat::Number,
            "histogram" if self.edges.is_some() => Stat::Histogram,
            "histogram" => return Err(PyTypeError::new_err("histogram needs edges")),
            other => return Err(PyValueError::new_err(format!("no statistic is called {other:?}"))),
        })
    }
}

/// The dtype of differences of a common type; `times` is theirs if they are times.
fn difference_dtype<'py>(
    py: Python<'py>,
    common: DType,
    times: Option<&Bound<'py, PyArrayDescr>>,
) -> PyResult<Bound<'py, PyArrayDescr>> {
    times.map_or_else(|| PyArrayDescr::new(py, common.of_difference().name()), |times| Ok(times.clone()))
}

/// An array for one statistic.
pub(super) fn stat_array<'py>(
    py: Python<'py>,
    dtype: DType,
    times: Option<&Bound<'py, PyArrayDescr>>,
    mut shape: Vec<usize>,
    bins: Option<usize>,
) -> PyResult<Array<'py>> {
    shape.extend(bins);
    let dtype = match times {
        Some(times) if dtype == DType::Time => times.clone(),
        _ => PyArrayDescr::new(py, dtype.name())?,
    };
    new_array(dtype, &shape)
}

#[pyfunction]
#[pyo3(signature = (a, b, names, axis=None, *, keepdims=Flag(false), r#where=Where::Everywhere, weights=None, nan_policy="propagate", threads=None, progress=None, ddof=0.0, within=None, edges=None, matching=false, begun=false, out=None), text_signature = "(a, b, names, axis=None, *, keepdims=False, where=True, weights=None, nan_policy='propagate', threads=None, progress=None, ddof=0.0, within=None, edges=None, matching=False, begun=False, out=None)")]
#[allow(clippy::too_many_arguments, reason = "one for each keyword of the reductions")]
/// Several statistics of |a - b| from one reading: an array for each name. `out` is that of the only one,
/// if it can be written at once; else it is left alone.
pub(super) fn measure<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    names: Vec<String>,
    axis: Option<&Bound<'py, PyAny>>,
    keepdims: Flag,
    r#where: Where<'py>,
    weights: Option<&Bound<'py, PyAny>>,
    nan_policy: &str,
    threads: Option<&Bound<'py, PyAny>>,
    progress: Option<&Bound<'py, PyAny>>,
    ddof: f64,
    within: Option<&Bound<'py, PyAny>>,
    edges: Option<&Bound<'py, PyAny>>,
    matching: bool,
    begun: bool,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<Array<'py>>> {
    let py = a.py();
    let given = Keywords { axis, r#where, weights, nan_policy, threads };
    let name = names.first().map_or("stats", String::as_str);
    let reading = Reading::new(name, a, b, given)?;
    let request = reading.request()?;
    let request = if matching { request.without_same() } else { request };
    let times = reading.pair.units.as_ref().map(|units| &units.dtype);
    let question = Question { names, ddof, within, edges };
    let asked = Asked { begun, ..question.asked(request.dtype(), times, request.is_weighted())? };
    let (wanted, bins) = (asked.stats.clone(), asked.edges.len().saturating_sub(1));
    let shape = result_shape(&request, keepdims.0);
    let all = request.elements();
    let stats = Stats::new(request, asked).map_err(|error| to_python(py, error, axis))?;
    let array = |&stat: &Stat| {
        let bins = (stat == Stat::Histogram).then_some(bins);
        stat_array(py, stats.dtype(stat), times, shape.to_vec(), bins)
    };
    let arrays = match direct(out, &stats, &wanted, &reading, &shape)? {
        Some(out) => vec![out],
        None => wanted.iter().map(array).collect::<PyResult<Vec<_>>>()?,
    };
    let outputs: Vec<Output<'_>> =
        wanted.iter().zip(&arrays).map(|(&stat, array)| Output { stat, target: target(array) }).collect();
    // SAFETY: each array is in row-major order, of the shape that its statistic has, and fresh or apart
    // from the inputs.
    let outcome = Teller::new(progress)?.run(py, all, |go_on| unsafe { stats.store(&outputs, go_on) })?;
    let met = outcome.map_err(|error| to_python(py, error, axis))?;
    judge(py, met)?;
    Ok(arrays)
}

/// `out`, if the one statistic can go there at once: no call is refused after some of it is written.
fn direct<'py>(
    out: Option<&Bound<'py, PyAny>>,
    stats: &Stats<'_>,
    wanted: &[Stat],
    reading: &Reading<'_, 'py>,
    shape: &[usize],
) -> PyResult<Option<Array<'py>>> {
    use Stat::*;
    let [Mean | MeanSquare | RootMeanSquare | Variance { .. } | Deviation { .. }] = wanted else {
        return Ok(None);
    };
    let Some(Ok(out)) = out.map(|out| out.clone().cast_into::<PyUntypedArray>()) else { return Ok(None) };
    let is_double = out.dtype().is_equiv_to(&numpy::dtype::<f64>(out.py()));
    let fits =
        is_double && stats.dtype(wanted[0]) == DType::F64 && out.shape() == shape && out.is_c_contiguous();
    let may_be_refused = reading.may_refuse() || stats.request().is_weighted() || !is_writable(&out);
    Ok((fits && !may_be_refused && is_apart(&out, &reading.inputs())?).then_some(out))
}

/// Warns of what was met, or refuses, as NumPy does.
pub(super) fn judge(py: Python<'_>, met: Specials) -> PyResult<()> {
    if met.weightless {
        return Err(PyZeroDivisionError::new_err("Weights sum to zero, can't be normalized"));
    }
    if met.empty {
        warning::runtime(py, c"Mean of empty slice.")?;
    }
    if met.free {
        warning::runtime(py, c"Degrees of freedom <= 0 for slice")?;
    }
    if met.left_out {
        warning::runtime(py, c"All-NaN slice encountered")?;
    }
    warning::give(py, c"reduce", met)
}

#[pyfunction]
#[pyo3(signature = (a, b, q, axis=None, *, keepdims=Flag(false), r#where=Where::Everywhere, nan_policy="propagate", threads=None, progress=None, median=false), text_signature = "(a, b, q, axis=None, *, keepdims=False, where=True, nan_policy='propagate', threads=None, progress=None, median=False)")]
#[allow(clippy::too_many_arguments, reason = "one for each keyword of the reductions")]
/// Quantiles of |a - b|: float64, with the quantiles as the first axis. `median` averages the middle two.
pub(super) fn quantile<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    q: Vec<f64>,
    axis: Option<&Bound<'py, PyAny>>,
    keepdims: Flag,
    r#where: Where<'py>,
    nan_policy: &str,
    threads: Option<&Bound<'py, PyAny>>,
    progress: Option<&Bound<'py, PyAny>>,
    median: bool,
) -> PyResult<Array<'py>> {
    let py = a.py();
    let fail = |error| to_python(py, error, axis);
    if !q.iter().all(|q| (0.0..=1.0).contains(q)) {
        return Err(PyValueError::new_err("Quantiles must be in the range [0, 1]"));
    }
    let reading =
        Reading::new("quantile", a, b, Keywords { axis, r#where, weights: None, nan_policy, threads })?;
    let request = reading.request()?;
    let all = request.elements();
    let mut shape = vec![q.len()];
    shape.extend(result_shape(&request, keepdims.0));
    let array = new_array(numpy::dtype::<f64>(py), &shape)?;
    let quantiles =
        if median { Quantiles::median(request) } else { Quantiles::new(request, q) }.map_err(fail)?;
    let target = target(&array);
    // SAFETY: a fresh array of doubles, in row-major order, with the quantiles as its first axis.
    let outcome = Teller::new(progress)?.run(py, all, |go_on| unsafe { quantiles.store(target, go_on) })?;
    let met = outcome.map_err(fail)?;
    judge(py, met)?;
    Ok(array)
}
