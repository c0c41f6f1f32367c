"""Two operands as the core reads them: arrays of dtypes that have a difference."""

import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._core import absdiff
from ._types import Array

_WEAK = (int, float, complex)
_REFUSED = {
    "O": "convert it first, as with x.astype(np.int64), or take abssub.absdiff(a, b), which uses "
    "Python's own arithmetic",
    "S": "text has no difference; convert it to numbers first, as with x.astype(float)",
    "V": "take one field at a time, as with x['name']",
}
_REFUSED["U"] = _REFUSED["T"] = _REFUSED["S"]
# NumPy numbers the dtypes of other libraries from here on.
_FIRST_FOREIGN = 256


def as_pair(a: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    """Both as arrays; a Python number takes the dtype that the ufunc gives it beside the other (NEP 50)."""
    weak = type(a) in _WEAK, type(b) in _WEAK
    if weak == (True, False):
        right = as_array(b)
        return _weak_array(a, 0, right.dtype), right
    if weak == (False, True):
        left = as_array(a)
        return left, _weak_array(b, 1, left.dtype)
    return as_array(a), as_array(b)


def broadcast(a: Array, b: Array) -> tuple[Array, Array]:
    """Views of both in their common shape; what does not broadcast is refused in a ufunc's words."""
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        shapes = " ".join(str(x.shape).replace(" ", "") for x in (a, b))
        raise ValueError(f"operands could not be broadcast together with shapes {shapes}") from None
    return np.broadcast_to(a, shape), np.broadcast_to(b, shape)


def as_array(x: ArrayLike) -> Array:
    """`x` as a plain array. A masked one is refused, since its mask would be lost."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError("masked arrays lose their mask here; pass x.data, and where=~np.ma.getmaskarray(x)")
    array = np.asarray(x)
    if not is_supported(array.dtype):
        instead = _REFUSED.get(array.dtype.kind, "cast it first, as with x.astype(np.float32)")
        raise TypeError(f"AbsDiff does not support dtype {array.dtype!r}: {instead}")
    return array


def as_scalar(value: Any, what: str) -> Any:
    """A scalar to compare with: Python's numbers as they are, all else as NumPy's scalars."""
    if type(value) in (int, float):
        return value
    # NumPy takes Python's durations for objects.
    given = np.asarray(np.timedelta64(value) if isinstance(value, datetime.timedelta) else value)
    if given.ndim or given.dtype.kind not in "biufm":
        raise TypeError(f"{what} must be a number or a duration, not {value!r}")
    return given[()]


def is_supported(dtype: np.dtype[Any]) -> bool:
    """Whether the core reads this dtype."""
    return dtype.kind in "biufcmM" and dtype.num < _FIRST_FOREIGN


def difference_dtype(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of |a - b|, by the ufunc's own rules."""
    resolved: tuple[np.dtype[Any], ...] = absdiff.resolve_dtypes((a, b, None))
    return resolved[2]


def _weak_array(value: Any, place: int, other: np.dtype[Any]) -> Array:
    beside: list[Any] = [other, other, None]
    beside[place] = type(value)
    return np.asarray(value, dtype=absdiff.resolve_dtypes(tuple(beside))[place])
