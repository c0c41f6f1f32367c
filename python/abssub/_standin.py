"""What stands for an array without being one, and how it becomes one."""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike

from ._types import Array

# These write into their first argument.
_WRITERS = {np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis}


class StandIn(NDArrayOperatorsMixin):
    """The base of the lazy classes. Operators go through NumPy's ufuncs."""

    __slots__ = ()

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return call_plain(func, args, kwargs)


def plain(value: Any) -> Any:
    """`value` with NumPy's arrays in place of ours, in containers too."""
    if isinstance(value, StandIn):
        return value.__array__()
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}
    return value


def call_ufunc(ufunc: Any, method: str, inputs: Any, kwargs: dict[str, Any]) -> Any:
    """The ufunc's own method, on NumPy's own arrays."""
    if method == "at":
        _refuse_writing(inputs[0])
    return call_plain(getattr(ufunc, method), inputs, kwargs)


def call_plain(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """NumPy's own function, on NumPy's own arrays."""
    outs = kwargs.get("out")
    for out in outs if isinstance(outs, tuple) else (outs,):
        _refuse_writing(out)
    if function in _WRITERS:
        for first in args[:1] or list(kwargs.values())[:1]:
            _refuse_writing(first)
    return function(*map(plain, args), **plain(kwargs))


def _refuse_writing(target: Any) -> None:
    if isinstance(target, StandIn):
        raise TypeError(f"{type(target).__name__} is read-only: it cannot be an output")
