"""The peak signal-to-noise ratio from a mean of squares."""

import math
from typing import Any

import numpy as np

from ._types import Array


def range_of(data_range: float | None, a: np.dtype[Any], b: np.dtype[Any]) -> float:
    """The range that is given, or the one that both integer dtypes have."""
    if data_range is not None:
        return checked_range(data_range)
    if a.newbyteorder("=") != b.newbyteorder("="):
        reason = f"the operands have different dtypes, {a} and {b}"
    elif a.kind not in "bui":
        reason = f"{a} has no range of its own"
    elif a.kind == "b":
        return 1.0
    else:
        info = np.iinfo(a)
        return float(int(info.max) - int(info.min))
    raise ValueError(
        f"psnr: {reason}; pass data_range, the largest possible value less the smallest: "
        "255 for 8-bit images, 1.0 for images from 0 to 1"
    )


def psnr_of(mse: Array, data_range: float) -> Array:
    """10 log10(range**2 / mse); infinite where the mean of squares is 0."""
    with np.errstate(divide="ignore"):
        # In this order the square of a large range does not overflow, nor does a small one vanish.
        return np.asarray(10.0 * np.log10(data_range / mse * data_range))


def checked_range(data_range: Any) -> float:
    """A range that is given, as a number."""
    value = float(data_range)
    if not 0 < value < math.inf:
        raise ValueError(f"data_range={data_range!r} must be a positive finite number")
    return value
