"""Arrays of noise, of every dtype that is summed, and the exact sums of what they differ by."""

import numpy as np

DTYPES = ("?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")


def noise(shape, dtype, seed=0):
    random = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if dtype.kind == "f":
        return (random.integers(0, 1000, shape) / 8).astype(dtype)
    info = np.iinfo(dtype)
    # The sums must fit 64 bits.
    room = 2**16 if dtype.itemsize == 8 else 1
    return random.integers(info.min // room, info.max // room, shape, dtype=dtype, endpoint=True)


def exact(a, b, axis):
    """In Python's integers: the floats here are eighths."""
    scale = 8 if a.dtype.kind == "f" else 1
    whole = [np.array([int(x * scale) for x in array.ravel().tolist()], object) for array in (a, b)]
    a, b = whole[0].reshape(a.shape), whole[1].reshape(b.shape)
    sums = np.abs(a - b).sum(axis=axis)
    return np.asarray(sums / scale, float) if scale != 1 else np.asarray(sums)
