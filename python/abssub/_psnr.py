"""The peak signal-to-noise ratio from the root of a mean of squares."""

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


# Results that are turned into decibels at a time, for no array beside them to be large.
_PIECE = 1 << 13


def psnr_of(rmse: Array, data_range: float) -> Array:
    """20 log10(range / rmse), which is 10 log10(range**2 / mse); infinite where no two elements differ."""
    # The core's array is ours alone, and in row-major order: the answers take the roots' places.
    roots = rmse.reshape(-1)
    for first in range(0, roots.size, _PIECE):
        piece = slice(first, first + _PIECE)
        roots[piece] = _decibels(roots[piece], data_range)
    return rmse


def _decibels(rmse: Array, data_range: float) -> Array:
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        ratio = data_range / rmse
        decibels = 20.0 * np.log10(ratio)
        # A quotient that leaves the range of doubles has a logarithm all the same.
        beyond = (rmse > 0) & np.isfinite(rmse) & ((ratio == 0) | np.isinf(ratio))
        return np.where(beyond, 20.0 * (math.log10(data_range) - np.log10(rmse)), decibels)


def checked_range(data_range: Any) -> float:
    """A range that is given, as a number."""
    value = float(data_range)
    if not 0 < value < math.inf:
        raise ValueError(f"data_range={data_range!r} must be a positive finite number")
    return value
