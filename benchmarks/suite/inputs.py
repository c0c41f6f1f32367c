"""How the data are made: the same numbers in every run, with every page of memory touched."""

from typing import Any

import numpy as np

SEED = 20_240_229
# Floats on this grid, as images scaled to floats are, add up without rounding.
GRID = 256


def noise(shape: int | tuple[int, ...], dtype: Any, seed: int = 0) -> Any:
    """Integers from the whole range of a dtype, booleans, or floats from 0 to 256 on a grid."""
    random = np.random.default_rng((SEED, seed))
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape, dtype=np.uint8).astype(bool)
    if dtype.kind == "f":
        return (random.integers(0, 1 << 16, shape, dtype=np.uint16) / dtype.type(GRID)).astype(dtype)
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)


def rounding(shape: int, dtype: Any, seed: int = 0) -> Any:
    """Floats with a random last bit, so that additions of doubles round."""
    random = np.random.default_rng((SEED, seed))
    return random.standard_normal(shape).astype(dtype)


def wild(shape: int, dtype: Any, seed: int = 0) -> Any:
    """Floats of all sizes, which no sum of two doubles can hold."""
    random = np.random.default_rng((SEED, seed))
    limit = np.finfo(dtype).maxexp * 3 // 4
    exponents = random.integers(-limit, limit, shape)
    return np.ldexp(random.standard_normal(shape), exponents).astype(dtype)


def touched(shape: Any, dtype: Any) -> Any:
    """An array whose pages are in memory, for a result to be written into."""
    return np.full(shape, 1, dtype)
