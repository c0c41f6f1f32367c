"""What a reduction's binding asks of NumPy about its results; rare paths only."""

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
