"""`lazy(a)`: the line that people already have, `np.abs(lazy(a) - b)`, as a lazy difference."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ._absdiff import AbsDiff
from ._core import absdiff
from ._operands import as_array
from ._standin import StandIn, call_ufunc, plain
from ._types import Array


def lazy(a: ArrayLike) -> "Lazy":
    """
    An array whose difference from another is not worked out until it is reduced.

    Parameters
    ----------
    a : array_like
        Any array that `AbsDiff` takes. It is not copied.

    Returns
    -------
    Lazy
        What acts as `a`, but that subtraction waits for ``abs``, ``np.square`` or ``** 2`` and then gives an
        `AbsDiff`. It may stand on either side, or on both.

    Raises
    ------
    TypeError
        For object, text, structured and masked arrays; and later, for a signed difference that is used for
        anything else.

    See Also
    --------
    AbsDiff

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    >>> a = np.array([[250, 3], [0, 9]], np.uint8)
    >>> b = np.array([255, 4], np.uint8)
    >>> np.sum(np.abs(a - b), axis=-1)  # wraps
    array([506,   6], dtype=uint64)
    >>> np.sum(np.abs(ab.lazy(a) - b), axis=-1)
    array([  6, 260], dtype=uint64)
    >>> ((b - ab.lazy(a)) ** 2).mean()
    np.float64(16269.0)
    """
    return a if isinstance(a, Lazy) else Lazy(as_array(plain(a)))


class Lazy(StandIn):
    """What `lazy` gives."""

    __slots__ = ("_array",)

    def __init__(self, array: Array) -> None:
        self._array = array

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return self._array if dtype is None and not copy else np.array(self._array, dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if ufunc is np.subtract and method == "__call__" and "dtype" not in kwargs:
            if not kwargs:
                return LazyDifference(*map(plain, inputs))
            if not any(isinstance(out, StandIn) for out in kwargs.get("out", ())):
                # NumPy's own would wrap, where no dtype says that this is meant.
                raise _refusal(f"np.subtract(..., {next(iter(kwargs))}=...)")
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._array, name)

    @property
    def T(self) -> "Lazy":  # noqa: N802
        return Lazy(self._array.T)

    def __getitem__(self, key: Any) -> Any:
        picked = self._array[plain(key)]
        return Lazy(picked) if isinstance(picked, np.ndarray) else picked

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return value in self._array

    def __bool__(self) -> bool:
        return bool(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def __float__(self) -> float:
        return float(self._array)

    def __complex__(self) -> complex:
        return complex(self._array)

    def __index__(self) -> int:
        return self._array.__index__()

    def __reduce__(self) -> Any:
        return Lazy, (self._array,)

    def __repr__(self) -> str:
        return f"lazy({self._array!r})"


class LazyDifference(StandIn):
    """a - b with its sign, which is never worked out: only its magnitude and its square exist."""

    __slots__ = ("_magnitude",)

    def __init__(self, a: ArrayLike, b: ArrayLike) -> None:
        self._magnitude = AbsDiff(a, b)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._magnitude.shape

    @property
    def ndim(self) -> int:
        return self._magnitude.ndim

    @property
    def size(self) -> int:
        return self._magnitude.size

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and inputs[0] is self:
            if ufunc is np.absolute:
                magnitude = self._magnitude
                return absdiff(magnitude._a, magnitude._b, **plain(kwargs)) if kwargs else magnitude
            if ufunc is np.square or (ufunc is np.power and np.ndim(inputs[1]) == 0 and inputs[1] == 2):
                return ufunc(self._magnitude, *inputs[1:], **kwargs)
            if ufunc is np.multiply and inputs[1] is self:
                return np.square(self._magnitude, **kwargs)
        raise _refusal(f"np.{ufunc.__name__}")

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in (np.shape, np.ndim, np.size) and args and args[0] is self:
            return func(self._magnitude, *args[1:], **kwargs)
        raise _refusal(f"np.{func.__name__}")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        raise _refusal("an array")

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and hasattr(np.ndarray, name):
            raise _NoAttributeError(str(_refusal(f".{name}")))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getitem__(self, key: Any) -> Any:
        raise _refusal("indexing")

    def __len__(self) -> int:
        return len(self._magnitude)

    def __iter__(self) -> Any:
        raise _refusal("iteration")

    def __bool__(self) -> bool:
        raise _refusal("a truth value")

    def __repr__(self) -> str:
        return f"<signed lazy difference of shape {self.shape}; take abs(...) or (...) ** 2>"


class _NoAttributeError(TypeError, AttributeError):
    """What asks whether there is such an attribute is told that there is none."""


def _refusal(use: str) -> TypeError:
    return TypeError(
        f"the signed difference of a lazy array has no use as {use}: take np.abs(...) of it or square "
        "it (** 2) first, or subtract plain arrays"
    )
