"""What is right: |a - b| and its sum in Python's integers and fractions, with no array arithmetic."""

import functools
import math
import warnings
from fractions import Fraction

import numpy as np

INTEGERS = tuple(np.dtype(name) for name in ("?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8"))
FLOATS = tuple(np.dtype(name) for name in ("f2", "f4", "f8"))
REALS = INTEGERS + FLOATS


def is_integer(dtype):
    """Booleans count as integers here, as they do in a sum."""
    return np.dtype(dtype).kind in "bui"


def common_dtype(left, right):
    """What the two operands are read as. uint64 and a signed integer stay integers: Python's."""
    promoted = np.promote_types(left, right)
    if is_integer(left) and is_integer(right) and not is_integer(promoted):
        return np.dtype(object)
    return promoted


def result_dtype(left, right):
    """The dtype of absdiff, by the contract's table."""
    common = common_dtype(left, right)
    if common.kind == "O":
        return np.dtype(np.uint64)
    if common.kind == "i":
        return np.dtype(f"u{common.itemsize}")
    if common.kind == "c":
        return np.empty(0, common).real.dtype
    return common


def sum_dtype(left, right):
    """The dtype of sad, by the contract's table."""
    return np.dtype(np.uint64 if is_integer(left) and is_integer(right) else np.float64)


def exact(value):
    """A NumPy scalar as the Python integer or fraction that it is."""
    if value.dtype.kind in "bui":
        return int(value)
    return Fraction(*value.as_integer_ratio())


def nearest(value, dtype):
    """A non-negative fraction rounded to the nearest value of a float dtype, ties to even."""
    dtype = np.dtype(dtype)
    info = np.finfo(dtype)
    lowest = int(info.minexp) - int(info.nmant)
    value = Fraction(value)
    if value == 0:
        return dtype.type(0)
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if Fraction(2) ** exponent > value:
        exponent -= 1
    unit = max(exponent - int(info.nmant), lowest)
    # round() of a Fraction takes ties to even.
    steps = round(value / Fraction(2) ** unit)
    if steps * Fraction(2) ** unit >= Fraction(2) ** int(info.maxexp):
        return dtype.type(np.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        high, low = divmod(steps, 1 << 32)
        return np.ldexp(dtype.type(high), unit + 32) + np.ldexp(dtype.type(low), unit)


def _read_as(array, dtype):
    # An array, not a scalar: NumPy casts arrays without a second opinion on overflow.
    with np.errstate(all="ignore"):
        return np.asarray(array).astype(dtype)


def elements(a, b):
    """|a - b| before any storing: an object array of integers, or a float array of single roundings."""
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    common = common_dtype(a.dtype, b.dtype)
    if common.kind == "O" or is_integer(common):
        differences = np.empty(a.shape, dtype=object)
        flat = [abs(int(x) - int(y)) for x, y in zip(a.flat, b.flat, strict=True)]
        differences.reshape(-1)[:] = flat
        return differences
    return float_elements(_read_as(a, common), _read_as(b, common))


def float_elements(x, y):
    """Each real difference rounded once, by fractions; NaN and infinities by the rules of IEEE 754."""
    out = np.empty(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        p, q = x[index], y[index]
        if np.isfinite(p) and np.isfinite(q):
            out[index] = nearest(abs(exact(p) - exact(q)), x.dtype)
        elif np.isnan(p) or np.isnan(q) or p == q:
            out[index] = np.nan
        else:
            out[index] = np.inf
    return out


def absdiff(a, b):
    """`elements` as the result dtype stores it; what needs 65 bits saturates."""
    differences = elements(a, b)
    dtype = result_dtype(np.asarray(a).dtype, np.asarray(b).dtype)
    if differences.dtype.kind == "O":
        top = 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
        flat = [min(value, top) for value in differences.flat]
        return np.array(flat, dtype=dtype).reshape(differences.shape)
    return differences


def exact_float_sum(values):
    """The sum of non-negative floats, rounded once; NaN and infinities propagate."""
    values = [np.float64(v) if v.dtype.itemsize <= 8 else v for v in values]
    if any(np.isnan(v) for v in values):
        return math.nan
    if any(np.isinf(v) for v in values):
        return math.inf
    if all(v.dtype == np.float64 for v in values):
        try:
            return math.fsum(values)
        except OverflowError:
            pass
    return float(nearest(sum((exact(v) for v in values), Fraction(0)), np.float64))


def sad(a, b, axis=None, *, keepdims=False, where=True, initial=0):
    """The sum as Python integers (object dtype) or correctly rounded floats, always as an array."""
    differences = elements(a, b)
    rank = differences.ndim
    axes = tuple(range(rank)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, rank)
    kept = tuple(i for i in range(rank) if i not in axes)
    chosen = np.broadcast_to(np.asarray(where), differences.shape).transpose(kept + axes)
    moved = differences.transpose(kept + axes)
    shape = moved.shape[: len(kept)]
    out = np.empty(shape, dtype=object if differences.dtype.kind == "O" else np.float64)
    for index in np.ndindex(shape):
        here = (*index, ...)
        picked = moved[here][chosen[here]].reshape(-1)
        if differences.dtype.kind == "O":
            out[index] = sum(picked.tolist(), int(initial))
        else:
            out[index] = exact_float_sum([np.float64(initial), *picked])
    if keepdims:
        out = out.reshape(tuple(1 if i in axes else n for i, n in enumerate(differences.shape)))
    return out


@functools.cache
def samples(dtype_name, seed=0, count=40):
    """Extremes, their neighbours and random values of a dtype; floats are finite."""
    dtype = np.dtype(dtype_name)
    random = np.random.default_rng([seed, dtype.num])
    if dtype.kind == "b":
        return np.array([False, True])
    if is_integer(dtype):
        low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
        edges = [low, low + 1, 0, 1, 2, high // 2, high // 2 + 1, high - 1, high]
        edges += [-1, -2] if low < 0 else []
        drawn = random.integers(low, high, count, dtype=dtype, endpoint=True)
        return np.concatenate([np.array(edges, dtype=dtype), drawn])
    info = np.finfo(dtype)
    edges = [0.0, -0.0, 1.0, -1.0, 1.0 + float(info.eps), 0.1, -0.1]
    special = np.array([info.tiny, info.smallest_subnormal, info.max / 2, -info.max / 2, info.tiny * 3 / 2])
    span = min(int(info.maxexp), 300) - 2
    drawn = random.standard_normal(count) * 2.0 ** random.integers(-span, span, count)
    near = random.random(count)
    with np.errstate(all="ignore"):
        parts = [np.array(edges), special, drawn, near]
        together = np.concatenate([np.asarray(part).astype(dtype) for part in parts])
    return together[np.isfinite(together)]
