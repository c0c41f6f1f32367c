"""What quantiles of a difference take and give, by NumPy's rules of range and shape."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._types import Array, Axis


def fractions(q: ArrayLike, *, percent: bool = False) -> Array:
    """`q` as float64 from 0 to 1."""
    given = np.asarray(q)
    if given.dtype.kind not in "buif":
        raise TypeError(f"q must be real numbers, not {given.dtype}")
    values = given.astype(np.float64)
    if percent:
        values = np.asarray(values / 100)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            "Percentiles must be in the range [0, 100]"
            if percent
            else "Quantiles must be in the range [0, 1]"
        )
    return values


def quantile(a: Array, b: Array, q: Array, axis: Axis = None, **options: Any) -> Array:
    """The quantiles of |a - b|; the axes of `q` come first."""
    found = _core.quantile(a, b, q.reshape(-1), axis, **options)
    return found.reshape(q.shape + found.shape[1:])
