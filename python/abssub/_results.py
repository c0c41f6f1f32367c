"""What a reduction's binding asks of NumPy about results and starts; rare paths only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def changes(values: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Whether any of the values would become another one if cast to `dtype`."""
    there = values.astype(dtype)
    differ = there.astype(values.dtype) != values
    if values.dtype.kind == "m":
        # NaT differs even from itself, and stays what it is.
        differ &= ~np.isnat(values)
    return bool(differ.any())


def ticks(initial: Any, dtype: np.dtype[Any]) -> int | None:
    """A duration, or an integer that counts ticks, in ticks of `dtype`; None is NaT."""
    value = np.asarray(initial)
    if value.dtype.kind != "m":
        value = np.asarray(initial, dtype=dtype if value.dtype.kind in "iub" else "m8")
    if value.ndim:
        raise TypeError(f"initial={initial!r} is no scalar")
    there = value.astype(dtype, casting="same_kind")
    if np.isnat(there):
        return None
    if changes(value[np.newaxis], dtype):
        raise OverflowError(f"initial={initial!r}: {dtype!r} cannot hold it exactly")
    return int(there.astype(np.int64))


def threshold_ticks(value: Any, dtype: np.dtype[Any]) -> tuple[int, bool] | None:
    """A duration in ticks of `dtype`, rounded down, and whether that is all of it; None is NaT."""
    duration = np.asarray(value)
    if duration.dtype.kind in "iu":
        return int(duration), True
    if duration.dtype.kind != "m" or duration.ndim:
        raise TypeError(f"durations cannot be compared with {value!r}")
    if np.isnat(duration):
        return None
    ticks, rest = divmod(duration, np.ones((), dtype))
    return int(ticks), not rest.astype(np.int64)
