"""The edges of a histogram of |a - b|: NumPy's own, from two numbers instead of all."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._core import absdiff
from ._operands import difference_dtype
from ._types import Array

# The options of a pass that decide which elements take part.
_SELECTING = ("where", "nan_policy", "threads", "progress")


def edges(a: Array, b: Array, bins: Any, limits: Any, **options: Any) -> Array:
    """`np.histogram_bin_edges` of |a - b|, which reads the least and the largest if it must."""
    selecting = {name: options[name] for name in _SELECTING if name in options}
    dtype = difference_dtype(a.dtype, b.dtype)
    if isinstance(bins, str):
        sample = _selected(a, b, **selecting)
    elif np.ndim(bins) == 0 and limits is None:
        # What is wrong with `bins` is told before any work.
        np.histogram_bin_edges(np.empty(0, _readable(dtype)), bins)
        sample = _extremes(a, b, dtype, selecting)
    else:
        sample = np.empty(0, dtype)
    return np.histogram_bin_edges(sample.astype(_readable(dtype), copy=False), bins, limits)


def for_core(edges: Array) -> Array:
    """The same edges in a dtype that the core reads."""
    # An 80-bit float may lie between doubles, and is compared as it is.
    return edges.astype(np.float64) if edges.dtype.char in "?efd" else edges


def density(counts: Array, edges: Array) -> Array:
    """Counts as `density=True` has them; the bins lie along the last axis."""
    widths = np.diff(edges).astype(np.float64)
    result: Array = counts / widths / counts.sum(axis=-1, keepdims=True)
    return result


def _readable(dtype: np.dtype[Any]) -> np.dtype[Any]:
    # NumPy warns that it does this to booleans.
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype


def _extremes(a: Array, b: Array, dtype: np.dtype[Any], selecting: dict[str, Any]) -> Array:
    shape = np.broadcast_shapes(a.shape, b.shape)
    if not np.broadcast_to(selecting.get("where", True), shape).any():
        return np.empty(0, dtype)
    with warnings.catch_warnings():
        # Where NaN is omitted and nothing is left, the histogram is empty.
        warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
        low, high = _core.measure(a, b, ("min", "max"), **selecting)
    if selecting.get("nan_policy") == "omit" and np.isnan(low):
        return np.empty(0, dtype)
    return np.array([low, high], dtype)


def _selected(
    a: Array, b: Array, *, where: ArrayLike = True, nan_policy: str = "propagate", **more: Any
) -> Array:
    """The elements that take part, for the estimators that must see all of them."""
    values: Array = np.asarray(absdiff(a, b))
    values = values[np.broadcast_to(where, values.shape)]
    if nan_policy == "omit" and values.dtype.kind == "f":
        return np.asarray(values[~np.isnan(values)])
    return values
