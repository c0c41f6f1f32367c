"""The types of the keywords that the functions and methods share."""

from collections.abc import Callable
from typing import Any, Literal, SupportsIndex, TypeAlias, TypedDict

from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Axis: TypeAlias = SupportsIndex | tuple[SupportsIndex, ...] | None
NanPolicy: TypeAlias = Literal["propagate", "omit", "raise"]
Out: TypeAlias = Array | tuple[Array] | None
Report: TypeAlias = Callable[[int, int], object]
Progress: TypeAlias = bool | Report | None


class Shared(TypedDict, total=False):
    """What every reduction takes beside NumPy's own keywords."""

    nan_policy: NanPolicy
    threads: SupportsIndex | None
    progress: Progress


class Weighted(Shared, total=False):
    """The same, for reductions that can be weighted."""

    weights: ArrayLike | None
