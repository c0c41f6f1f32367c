"""The extension module, written in Rust: what `abssub` hands on, and what its tests need."""

from collections.abc import Callable
from typing import Any, SupportsIndex, TypeVar, final, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__version__: str
__all__ = [
    "Accumulator",
    "__version__",
    "_absdiff_table",
    "absdiff",
    "get_level",
    "get_num_threads",
    "levels",
    "measure",
    "quantile",
    "sad",
    "set_level",
    "set_num_threads",
    "ssd",
]

_Out = TypeVar("_Out", bound=NDArray[Any])
_Axis = SupportsIndex | tuple[SupportsIndex, ...] | None
_Start = SupportsIndex | tuple[SupportsIndex, ...]
_Report = Callable[[int, int], object]

absdiff: np.ufunc

@overload
def sad(
    a: ArrayLike,
    b: ArrayLike,
    axis: _Axis = None,
    *,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    where: ArrayLike = True,
    initial: int | float | np.number[Any] | np.timedelta64 | None = 0,
    weights: ArrayLike | None = None,
    nan_policy: str = "propagate",
    threads: SupportsIndex | None = None,
    progress: bool | _Report | None = None,
) -> Any: ...
@overload
def sad(
    a: ArrayLike,
    b: ArrayLike,
    axis: _Axis = None,
    *,
    dtype: DTypeLike | None = None,
    out: _Out | tuple[_Out],
    keepdims: bool = False,
    where: ArrayLike = True,
    initial: int | float | np.number[Any] | np.timedelta64 | None = 0,
    weights: ArrayLike | None = None,
    nan_policy: str = "propagate",
    threads: SupportsIndex | None = None,
    progress: bool | _Report | None = None,
) -> _Out: ...
@overload
def ssd(
    a: ArrayLike,
    b: ArrayLike,
    axis: _Axis = None,
    *,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    where: ArrayLike = True,
    initial: int | float | np.number[Any] | None = 0,
    weights: ArrayLike | None = None,
    nan_policy: str = "propagate",
    threads: SupportsIndex | None = None,
    progress: bool | _Report | None = None,
) -> Any: ...
@overload
def ssd(
    a: ArrayLike,
    b: ArrayLike,
    axis: _Axis = None,
    *,
    dtype: DTypeLike | None = None,
    out: _Out | tuple[_Out],
    keepdims: bool = False,
    where: ArrayLike = True,
    initial: int | float | np.number[Any] | None = 0,
    weights: ArrayLike | None = None,
    nan_policy: str = "propagate",
    threads: SupportsIndex | None = None,
    progress: bool | _Report | None = None,
) -> _Out: ...
def measure(
    a: ArrayLike,
    b: ArrayLike,
    names: tuple[str, ...],
    axis: _Axis = None,
    *,
    keepdims: bool = False,
    where: ArrayLike = True,
    weights: ArrayLike | None = None,
    nan_policy: str = "propagate",
    threads: SupportsIndex | None = None,
    progress: bool | _Report | None = None,
    ddof: float = 0.0,
    within: tuple[str, Any] | tuple[str, Any, bool] | None = None,
    edges: NDArray[Any] | None = None,
    matching: bool = False,
    begun: bool = False,
    out: NDArray[Any] | None = None,
) -> list[NDArray[Any]]: ...
def quantile(
    a: ArrayLike,
    b: ArrayLike,
    q: NDArray[np.float64],
    axis: _Axis = None,
    *,
    keepdims: bool = False,
    where: ArrayLike = True,
    nan_policy: str = "propagate",
    threads: SupportsIndex | None = None,
    progress: bool | _Report | None = None,
    median: bool = False,
) -> NDArray[np.float64]: ...

@final
class Accumulator:
    def __new__(
        cls,
        names: tuple[str, ...],
        axis: _Axis = None,
        *,
        ddof: float = 0.0,
        within: tuple[str, Any] | tuple[str, Any, bool] | None = None,
        edges: NDArray[Any] | None = None,
        nan_policy: str = "propagate",
        weighted: bool = False,
        start: _Start = 0,
        shape: tuple[SupportsIndex, ...] | None = None,
    ) -> Accumulator: ...
    def update(
        self,
        a: ArrayLike,
        b: ArrayLike,
        *,
        where: ArrayLike = True,
        weights: ArrayLike | None = None,
        start: _Start | None = None,
        threads: SupportsIndex | None = None,
        progress: bool | _Report | None = None,
    ) -> None: ...
    def merge(self, other: Accumulator) -> None: ...
    def result(self, keepdims: bool = False) -> list[NDArray[Any]]: ...
    def copy(self) -> Accumulator: ...

def get_level() -> str: ...
def get_num_threads() -> int: ...
def set_num_threads(n: SupportsIndex | None) -> None: ...

# For the tests alone.
def _absdiff_table() -> list[tuple[str, str]]: ...
def levels() -> list[str]: ...
def set_level(name: str) -> str: ...
