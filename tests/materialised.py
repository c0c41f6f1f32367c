"""Pairs of arrays with their exact differences: what a lazy difference has to agree with."""

import numpy as np

import abssub as ab

INTEGERS = ("?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8")
FLOATS = ("f2", "f4", "f8")
NUMBERS = INTEGERS + FLOATS
SHAPE = (2, 3, 4)


def pair(name, shape=SHAPE, seed=0):
    """Two arrays of a dtype, whose integers use all of its bits up to 32 and whose last axes broadcast."""
    random = np.random.default_rng([seed, *map(ord, name)])
    dtype = np.dtype(name)
    if dtype.kind == "f":
        return tuple((random.standard_normal(s) * 20).round(2).astype(dtype) for s in (shape, shape[1:]))
    if dtype.kind == "b":
        return random.random(shape) < 0.5, random.random(shape[1:]) < 0.5
    # Every difference, and the square of it, is then exact in int64 too.
    low, high = max(np.iinfo(dtype).min, -(2**30)), min(np.iinfo(dtype).max, 2**30)
    return tuple(random.integers(low, high, s, dtype, endpoint=True) for s in (shape, shape[1:]))


def wide(a, b):
    """|a - b| with room for every value: int64, or float64 after the rounding that the dtype demands."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind == "f":
        return np.abs(a - b).astype(np.float64)
    return np.abs(a.astype(np.int64) - b.astype(np.int64))


def narrow(a, b):
    """The same in the dtype of the difference."""
    dtype = np.asarray(a).dtype
    return wide(a, b).astype(f"u{dtype.itemsize}" if dtype.kind == "i" else dtype)


def same(ours, numpys, rtol=0.0):
    """Asserts equal values and shapes, and that scalars are scalars."""
    assert np.shape(ours) == np.shape(numpys)
    assert isinstance(ours, np.ndarray) == isinstance(numpys, np.ndarray)
    np.testing.assert_allclose(ours, numpys, rtol=rtol, atol=0)


def forbid_arrays(monkeypatch):
    """Makes it an error to work out the array of differences."""

    def refused(*args, **kwargs):
        raise AssertionError("the array of differences was made")

    monkeypatch.setattr(ab.AbsDiff, "__array__", refused)
