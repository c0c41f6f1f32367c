"""How NumPy's own functions and ufuncs reach a lazy difference."""

import datetime
import functools
import inspect
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import Distributions
from ._landing import Landing, UnfusedError
from ._operands import as_scalar, is_supported
from ._standin import StandIn, call_plain, call_ufunc
from ._transforms import COMPARISONS, Compare, Square, Transform
from ._types import Array, Axis

# NumPy's functions that a method of the same signature answers; functions for NaN omit it.
_SAME_NAME = (
    "sum mean var std max min argmax argmin any all count_nonzero quantile percentile median histogram ptp"
)
_OMITTING = "sum mean var std max min argmax argmin quantile percentile median"
_METHODS: dict[Any, str] = {getattr(np, name): name for name in _SAME_NAME.split()}
_METHODS |= {np.amax: "max", np.amin: "min"}
_NAN_METHODS: dict[Any, str] = {getattr(np, "nan" + name): name for name in _OMITTING.split()}
_REDUCING_UFUNCS = {
    np.add: "sum",
    np.maximum: "max",
    np.minimum: "min",
    np.logical_or: "any",
    np.logical_and: "all",
}
# These give views, so they may as well be taken of the operands.
_VIEW_NAMES = (
    "transpose permute_dims matrix_transpose moveaxis swapaxes rollaxis squeeze expand_dims broadcast_to "
    "flip fliplr flipud rot90"
)
_VIEWS = {getattr(np, name) for name in _VIEW_NAMES.split()}
# These look at the shape and the dtype alone.
_SHAPED = {np.size, np.empty_like, np.zeros_like, np.ones_like, np.full_like, np.result_type}
_ATTRIBUTES: dict[Any, str] = {np.shape: "shape", np.ndim: "ndim"}


class LazyValues(Distributions, StandIn):
    """The protocols of NumPy over the methods; what is not fused gets the exact array."""

    __slots__ = ()

    @property
    def shape(self) -> tuple[int, ...]:
        raise NotImplementedError

    @property
    def size(self) -> int:
        raise NotImplementedError

    def _with(self, a: Array, b: Array, transform: Transform | None = None) -> "LazyValues":
        raise NotImplementedError

    def _materialised(self) -> Array:
        return self.__array__()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs:
            lazy = self._still_lazy(ufunc, inputs)
            if lazy is not None:
                return lazy
        # A start of None is no start; what that means is NumPy's business.
        if method == "reduce" and ufunc in _REDUCING_UFUNCS and kwargs.get("initial", 0) is not None:
            fused = self._method(_REDUCING_UFUNCS[ufunc], (), {"axis": 0, **kwargs})
            if fused is not NotImplemented:
                return fused
        if method == "__call__" and self._is_square_of(ufunc, inputs):
            # NumPy's square would wrap, and its casting to `out` too.
            values = self._with(self._a, self._b, Square()).__array__()
            outs = kwargs.get("out", ())
            for out in outs if isinstance(outs, tuple) else (outs,):
                if isinstance(out, np.ndarray) and values.dtype.kind == "u" and out.dtype.kind in "iu":
                    Landing("square", None, out.dtype, kinds="iu").take(values)
            ufunc, inputs = np.positive, (values,)
        return call_ufunc(ufunc, method, inputs, kwargs)

    def _still_lazy(self, ufunc: Any, inputs: tuple[Any, ...]) -> "LazyValues | None":
        """What stays lazy; None if nothing does."""
        transform = self._transform
        if ufunc is np.absolute or (ufunc is np.positive and self.dtype.kind != "b"):
            return self
        if ufunc in (np.invert, np.logical_not) and isinstance(transform, Compare):
            return self._with(self._a, self._b, transform.inverse())
        if self._is_square_of(ufunc, inputs):
            return self._with(self._a, self._b, Square())
        if ufunc in COMPARISONS and self._is_plain:
            mirrored = inputs[1] is self
            value = _scalar(inputs[0 if mirrored else 1], self.dtype)
            if value is not None:
                # NumPy refuses here what it refuses, units without a common one for example.
                ufunc(np.empty(0, self.dtype), value)
                return self._with(self._a, self._b, Compare.of(ufunc, value, mirrored=mirrored))
        return None

    def _is_square_of(self, ufunc: Any, inputs: tuple[Any, ...]) -> bool:
        if not self._is_plain or inputs[0] is not self or self.dtype.kind == "m":
            return False
        return ufunc is np.square or (ufunc is np.power and is_two(inputs[1], self.dtype))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if not args:
            # `np.sum(a=d)`, and the like.
            first = next(iter(inspect.signature(func).parameters))
            args, kwargs = (kwargs[first],), {k: v for k, v in kwargs.items() if k != first}
        if args[0] is self:
            fused = self._fused(func, args[1:], {k: v for k, v in kwargs.items() if v is not np._NoValue})
            if fused is not NotImplemented:
                return fused
        return call_plain(func, args, kwargs)

    def _fused(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if func in _ATTRIBUTES:
            return getattr(self, _ATTRIBUTES[func])
        if func in _VIEWS:
            return self._with(func(self._a, *args, **kwargs), func(self._b, *args, **kwargs))
        if func in _SHAPED:
            prototype = np.broadcast_to(np.empty((), self.dtype), self.shape)
            return func(prototype, *args, **kwargs)
        if func is np.average:
            return self._attempt(_average, self, *args, **kwargs)
        if func in _NAN_METHODS and self.dtype.kind != "m":
            # Comparisons have no NaN, though what they compare may have.
            omitting = {"nan_policy": "omit"} if self.dtype.kind == "f" else {}
            return self._method(_NAN_METHODS[func], args, kwargs | omitting)
        return self._method(_METHODS[func], args, kwargs) if func in _METHODS else NotImplemented

    def _method(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not kwargs.keys() <= _keywords(type(self), name):
            return NotImplemented
        return self._attempt(getattr(self, name), *args, **kwargs)

    def _attempt(self, method: Any, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except UnfusedError:
            return NotImplemented


def is_two(exponent: Any, dtype: np.dtype[Any]) -> bool:
    """Whether `** exponent` is the square and keeps integers integers."""
    if not isinstance(exponent, int | float | np.generic | np.ndarray) or np.ndim(exponent):
        return False
    given = np.asarray(exponent)
    return given.dtype.kind in ("iuf" if dtype.kind == "f" else "iu") and bool(given == 2)


def _scalar(value: Any, dtype: np.dtype[Any]) -> Any:
    """A real number, or with durations a duration, to compare with; None for anything else."""
    if type(value) is int:
        return None if dtype.kind == "m" else value
    if not isinstance(value, bool | float | np.generic | np.ndarray | datetime.timedelta):
        return None
    own = np.asarray(np.timedelta64(value) if isinstance(value, datetime.timedelta) else value)
    kinds = "m" if dtype.kind == "m" else "buif"
    if own.ndim or own.dtype.kind not in kinds or not is_supported(own.dtype):
        return None
    if own.dtype.char == "g" and not np.isnan(own) and own != own.astype(np.float64):
        # The core compares with doubles.
        return None
    return as_scalar(value, "what is compared")


@functools.cache
def _keywords(cls: type, method: str) -> frozenset[str]:
    return frozenset(inspect.signature(getattr(cls, method)).parameters) | {"nan_policy"}


def _average(
    values: LazyValues,
    axis: Axis = None,
    weights: ArrayLike | None = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """`np.average`: a mean whose weights have all the axes, or those that are reduced."""
    if weights is None:
        average = values.mean(axis, keepdims=keepdims)
        each = values.size / np.size(average) if returned else None
        return (average, np.full_like(average, each)[()]) if returned else average
    full = np.asarray(weights)
    if values.dtype.kind == "m" or full.dtype.kind not in "buif":
        raise UnfusedError("np.average of other dtypes is NumPy's own")
    if full.shape != values.shape:
        full = _spread_weights(full, axis, values.shape)
    average = values.mean(axis, keepdims=keepdims, weights=full)
    if not returned:
        return average
    spread = np.broadcast_to(full, values.shape)
    return average, spread.sum(axis=axis, dtype=np.float64, keepdims=keepdims)


def _spread_weights(weights: Array, axis: Any, shape: tuple[int, ...]) -> Array:
    """Weights along `axis` with an axis of length 1 for every other."""
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = np.lib.array_utils.normalize_axis_tuple(axis, len(shape), argname="axis")
    if weights.shape != tuple(shape[i] for i in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    moved = weights.transpose(np.argsort(axes))
    return moved.reshape(tuple(n if i in axes else 1 for i, n in enumerate(shape)))
