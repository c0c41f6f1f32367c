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
