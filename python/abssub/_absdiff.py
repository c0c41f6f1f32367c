"""The lazy difference: two arrays, what is done to |a - b|, and nothing else in memory."""

import itertools
from collections.abc import Iterator
from types import EllipsisType
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ._core import absdiff
from ._numpy import LazyValues
from ._operands import as_pair, broadcast, difference_dtype
from ._standin import plain
from ._transforms import Square, Transform
from ._types import Array

# Methods of arrays that have no lazy form; they make the array, and change nothing in it.
_METHOD_NAMES = (
    "argpartition argsort choose clip compress cumprod cumsum diagonal dot flatten nonzero prod ravel repeat "
    "reshape round searchsorted take tobytes tolist trace"
)
_ARRAY_METHODS = frozenset(_METHOD_NAMES.split())


class AbsDiff(LazyValues):
    """
    The absolute difference of two arrays, worked out only where it is needed.

    It looks like the array ``abs(a - b)``, exact, and holds nothing but the operands. Reductions, as methods
    or through NumPy's own functions, read the operands once and make no temporaries. Comparisons with a
    number, squares, basic indexing and transposition are lazy too. Anything else makes the exact array
    first, which ``np.asarray`` also gives.

    Parameters
    ----------
    a, b : array_like
        Operands of any real, complex or time dtype, whose shapes broadcast to each other. They are not
        copied: what is written into them later shows.

    Raises
    ------
    TypeError
        For object, text, structured and masked arrays.
    ValueError
        If the shapes do not broadcast.

    See Also
    --------
    lazy, stats, absdiff

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    >>> a = np.array([[250, 3, 7], [0, 9, 255]], np.uint8)
    >>> d = ab.AbsDiff(a, a[0])
    >>> d
    AbsDiff(|a - b|, dtype=uint8, shape=(2, 3), a=uint8(2, 3), b=uint8(3))
    >>> np.sum(d, axis=-1)
    array([  0, 504], dtype=uint64)
    >>> np.count_nonzero(d > 6)
    np.int64(2)
    >>> (d ** 2).mean()
    np.float64(20673.333333333332)
    >>> d[1, 1:].stats(["max", "argmax"])
    Stats(max=np.uint8(248), argmax=np.int64(1))
    """

    __slots__ = ("_a", "_b", "_base", "_transform")

    def __init__(self, a: ArrayLike, b: ArrayLike) -> None:
        left, right = as_pair(plain(a), plain(b))
        base = difference_dtype(left.dtype, right.dtype)
        self._set(*broadcast(left, right), base, Transform())

    def _set(self, a: Array, b: Array, base: np.dtype[Any], transform: Transform) -> None:
        self._a, self._b, self._base, self._transform = a, b, base, transform

    def _with(self, a: Array, b: Array, transform: Transform | None = None) -> "AbsDiff":
        made = object.__new__(AbsDiff)
        made._set(a, b, self._base, self._transform if transform is None else transform)
        return made

    def _evaluated(self) -> "AbsDiff":
        values = self.__array__()
        return AbsDiff(values, np.zeros((), values.dtype))

    def _computed(self, a: Any, b: Any) -> Any:
        return self._transform.apply(absdiff(a, b))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError(
                "Unable to avoid copy while creating an array as requested.\n"
                "A lazy difference has no memory of its own to share: use `np.asarray(obj)`."
            )
        values = np.asarray(self._computed(self._a, self._b))
        return values if dtype is None else values.astype(dtype, copy=False)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._a.shape

    @property
    def ndim(self) -> int:
        return self._a.ndim

    @property
    def size(self) -> int:
        return self._a.size

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._transform.dtype(self._base)

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Nothing is held beside the operands."""
        return 0

    @property
    def T(self) -> "AbsDiff":  # noqa: N802
        return self._with(self._a.T, self._b.T)

    @property
    def mT(self) -> "AbsDiff":  # noqa: N802
        return self._with(self._a.mT, self._b.mT)

    def transpose(self, *axes: Any) -> "AbsDiff":
        """As `ndarray.transpose`; lazy."""
        return self._with(self._a.transpose(*axes), self._b.transpose(*axes))

    def swapaxes(self, axis1: SupportsIndex, axis2: SupportsIndex) -> "AbsDiff":
        """As `ndarray.swapaxes`; lazy."""
        return self._with(self._a.swapaxes(axis1, axis2), self._b.swapaxes(axis1, axis2))

    def squeeze(self, axis: SupportsIndex | tuple[SupportsIndex, ...] | None = None) -> "AbsDiff":
        """As `ndarray.squeeze`; lazy."""
        return self._with(self._a.squeeze(axis), self._b.squeeze(axis))

    def astype(self, dtype: DTypeLike, **options: Any) -> Array:
        """The array of differences in another dtype, as `ndarray.astype`."""
        return self.__array__().astype(dtype, **options)

    def copy(self) -> Array:
        """The array of differences as it is now; what is written into the operands later does not show."""
        return self.__array__()

    def __getattr__(self, name: str) -> Any:
        if name in _ARRAY_METHODS:
            return lambda *args, **options: getattr(self.__array__(), name)(*args, **options)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def item(self, *index: Any) -> Any:
        """As `ndarray.item`: one element as Python's own number."""
        if not index:
            return self._if_single().item()
        if len(index) == 1:
            given = index[0]
            index = (
                given
                if isinstance(given, tuple)
                else np.unravel_index(_from_end(given, self.size), self.shape)
            )
        return np.asarray(self[tuple(index)]).item()

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not all(map(_is_basic, parts)):
            key = plain(key)
            return self._computed(self._a[key], self._b[key])
        a, b = self._a[key], self._b[key]
        return self._computed(a, b) if isinstance(a, np.generic) else self._with(a, b)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    def _if_single(self) -> Array:
        """The array if it is small; else one of the same sort, for NumPy to refuse in its own words."""
        return self.__array__() if self.size <= 1 else np.zeros(2, self.dtype)

    def __bool__(self) -> bool:
        return bool(self._if_single())

    def __int__(self) -> int:
        return int(self._if_single())

    def __float__(self) -> float:
        return float(self._if_single())

    def __complex__(self) -> complex:
        return complex(self._if_single())

    def __index__(self) -> int:
        return self._if_single().__index__()

    def __reduce__(self) -> Any:
        return _rebuilt, (_stored(self._a), _stored(self._b), self.shape, self._transform)

    def __repr__(self) -> str:
        facts = [
            str(self._transform),
            f"dtype={self.dtype}",
            f"shape={self.shape}",
            f"a={_described(self._a)}",
            f"b={_described(self._b)}",
        ]
        return f"AbsDiff({', '.join(facts)})"

    def _repr_html_(self) -> str | None:
        """A table of facts and a small picture; None, for the plain text, where there is nothing to draw."""
        if self.ndim < 2 or not self.size:
            return None
        # Only notebooks need it.
        from . import _html

        facts = {
            "values": str(self._transform),
            "dtype": str(self.dtype),
            "shape": str(self.shape),
            "a": _described(self._a),
            "b": _described(self._b),
        }
        if not isinstance(self._transform, Square):
            return _html.page(facts, _html.sampled(self))
        # Integers whose squares do not fit can be drawn all the same.
        with np.errstate(all="ignore"):
            roots = _html.sampled(self._with(self._a, self._b, Transform()))
            return _html.page(facts, np.square(roots))


def _is_basic(part: Any) -> bool:
    if isinstance(part, bool):
        return False
    return part is None or isinstance(part, int | np.integer | slice | EllipsisType)


def _from_end(index: Any, size: int) -> Any:
    return index + size if -size <= index < 0 else index


def _described(operand: Array) -> str:
    """The dtype, and the shape without the axes along which the operand is repeated."""
    axes = itertools.dropwhile(lambda axis: axis[1] == 0, zip(operand.shape, operand.strides, strict=True))
    shape = ", ".join(str(1 if step == 0 else n) for n, step in axes)
    return f"{operand.dtype}({shape})"


def _stored(operand: Array) -> Array:
    """The operand without its repetitions, which a pickle would write out."""
    once = tuple(slice(0, 1) if step == 0 else slice(None) for step in operand.strides)
    return operand[once]


def _rebuilt(a: Array, b: Array, shape: tuple[int, ...], transform: Transform) -> AbsDiff:
    made = AbsDiff(np.broadcast_to(a, shape), np.broadcast_to(b, shape))
    return made._with(made._a, made._b, transform)
