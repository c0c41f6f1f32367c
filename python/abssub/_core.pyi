"""The extension module, written in Rust: what `abssub` hands on, and what its tests need."""

from typing import Any, SupportsIndex, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__version__: str
__all__ = [
    "__version__",
    "_absdiff_table",
    "absdiff",
    "get_level",
    "get_num_threads",
    "levels",
    "sad",
    "set_level",
    "set_num_threads",
]

_Out = TypeVar("_Out", bound=NDArray[Any])

absdiff: np.ufunc

@overload
def sad(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | tuple[SupportsIndex, ...] | None = None,
    *,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    where: ArrayLike = True,
    initial: int | float | np.number[Any] | np.timedelta64 | None = 0,
    threads: SupportsIndex | None = None,
) -> Any: ...
@overload
def sad(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | tuple[SupportsIndex, ...] | None = None,
    *,
    dtype: DTypeLike | None = None,
    out: _Out | tuple[_Out],
    keepdims: bool = False,
    where: ArrayLike = True,
    initial: int | float | np.number[Any] | np.timedelta64 | None = 0,
    threads: SupportsIndex | None = None,
) -> _Out: ...
def get_level() -> str: ...
def get_num_threads() -> int: ...
def set_num_threads(n: SupportsIndex | None) -> None: ...

# For the tests alone.
def _absdiff_table() -> list[tuple[str, str]]: ...
def levels() -> list[str]: ...
def set_level(name: str) -> str: ...
