"""sad of floats: the exact sum rounded once, to the bit, however the work is cut."""

import functools
import math
from fractions import Fraction

import numpy as np
import pytest

import abssub as ab
import oracle

FLOATS = (np.float16, np.float32, np.float64)
SIZES = (0, 1, 2, 3, 7, 64, 1000, 4097, 20_011)
BIG = 150_001


def draw_unit(random, size):
    return random.random(size)


def draw_signal(random, size):
    return random.integers(0, 256, size) / 255


def draw_wide(random, size):
    """Neighbours 600 decimal orders apart."""
    return random.standard_normal(size) * 10.0 ** random.uniform(-300, 300, size)


def draw_ties(random, size):
    """Large values and halves of their last bit: sum after sum lies midway between two doubles."""
    large = random.choice([1.0, 2.0**52, 2.0**53, 3.0], size)
    half = random.choice([2.0**-53, 2.0**-54, 0.5, 1.0, 2.0**-105], size)
    return np.where(random.random(size) < 0.3, large, half)


def draw_subnormal(random, size):
    return random.integers(0, 2**20, size) * 5e-324


def draw_close(random, size):
    """Differences that cancel all but the last bits."""
    return 1.0 + random.integers(-50, 50, size) * 2.0**-52


def draw_huge_and_tiny(random, size):
    return np.where(random.random(size) < 0.01, 1e300, random.random(size) * 1e-300)


FAMILIES = {
    f.__name__.removeprefix("draw_"): f
    for f in (draw_unit, draw_signal, draw_wide, draw_ties, draw_subnormal, draw_close, draw_huge_and_tiny)
}


@functools.cache
def operands(family, dtype, size):
    """Two arrays of the family, and the exact sum of their differences."""
    random = np.random.default_rng([size, len(family)])
    with np.errstate(over="ignore"):
        a, b = (FAMILIES[family](random, size).astype(dtype) for _ in range(2))
    # The range of the narrow floats is smaller than the family's.
    a, b = (np.where(abs(x.astype(float)) < float(np.finfo(dtype).max) / 4, x, dtype(1)) for x in (a, b))
    if family in ("ties", "huge_and_tiny"):
        b[:] = 0
    return a, b, math.fsum(differences(a, b).tolist())


def differences(a, b):
    """Each rounded once to its own dtype; NumPy's subtraction does that (float16 by way of float32)."""
    return abs(a - b)


def same_bits(got, expected):
    got, expected = np.float64(got), np.float64(expected)
    return got.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
@pytest.mark.parametrize("family", FAMILIES)
def test_equals_fsum(level, threads, family, dtype):
    for size in SIZES:
        a, b, expected = operands(family, dtype, size)
        got = ab.sad(a, b, threads=threads)
        assert type(got) is np.float64
        assert same_bits(got, expected), (size, got.hex(), expected.hex())


@functools.cache
def sum_without_last(family, dtype):
    a, b, _ = operands(family, dtype, BIG)
    return math.fsum(differences(a[:-1], b[:-1]).tolist())


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
@pytest.mark.parametrize("family", FAMILIES)
def test_order_and_layout_do_not_matter(level, threads, family, dtype):
    a, b, expected = operands(family, dtype, BIG)
    order = np.random.default_rng(1).permutation(BIG)
    wide_a, wide_b = np.zeros((2, 2 * BIG), dtype)
    wide_a[::2], wide_b[::2] = a, b
    swapped = np.dtype(dtype).newbyteorder("S")
    cases = {
        "as it is": (a, b),
        "permuted": (a[order], b[order]),
        "reversed": (a[::-1], b[::-1]),
        "strided": (wide_a[::2], wide_b[::2]),
        "byte-swapped": (a.astype(swapped), b),
        "folded": (a[:-1].reshape(300, -1), b[:-1].reshape(300, -1)),
        "folded, Fortran": (np.asfortranarray(a[:-1].reshape(300, -1)), b[:-1].reshape(300, -1)),
    }
    without_last = sum_without_last(family, dtype)
    for name, (x, y) in cases.items():
        right = without_last if name.startswith("folded") else expected
        assert same_bits(ab.sad(x, y, threads=threads), right), name


@functools.cache
def line_sums(family, shape):
    """The exact sums along axis 0 and axis 1 of the family's first values laid out in `shape`."""
    a, b, _ = operands(family, np.float64, BIG)
    lines = differences(a, b)[: shape[0] * shape[1]].reshape(shape)
    return tuple([math.fsum(v.tolist()).hex() for v in vectors] for vectors in (lines.T, lines))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", [(3, 5000), (5000, 3), (70, 129), (580, 257)])
def test_rows_and_columns(level, threads, family, shape):
    a, b, _ = operands(family, np.float64, BIG)
    size = shape[0] * shape[1]
    a, b = a[:size].reshape(shape), b[:size].reshape(shape)
    for axis, expected in zip((0, 1), line_sums(family, shape), strict=True):
        got = ab.sad(a, b, axis=axis, threads=threads)
        assert [x.hex() for x in got.tolist()] == expected


def test_blocks_join_exactly(level, threads):
    """A tail too small for any double beside the head, which decides a tie at the very end."""
    size = 1 << 20
    a = np.zeros(size)
    a[0], a[size // 2], a[-1] = 1.0, 2.0**-53, 2.0**-1074
    assert same_bits(ab.sad(a, 0.0, threads=threads), 1.0 + 2.0**-52)
    a[-1] = 0.0
    assert same_bits(ab.sad(a, 0.0, threads=threads), 1.0)


MIXED = [("f2", "f4"), ("f4", "f8"), ("i4", "f4"), ("u1", "f2"), ("i8", "f8"), ("u8", "f4"), ("?", "f8")]


@pytest.mark.parametrize(("left", "right"), MIXED, ids=str)
def test_mixed_dtypes_are_read_as_numpy_promotes_them(level, left, right):
    a = oracle.samples(np.dtype(left).name, seed=6, count=2000)
    b = np.resize(oracle.samples(np.dtype(right).name, seed=7, count=2000), a.shape)
    expected = oracle.sad(a, b)[()]
    for x, y in ((a, b), (b, a)):
        assert same_bits(ab.sad(x, y), expected)


def test_longdouble_and_complex(level):
    random = np.random.default_rng(8)
    a = random.standard_normal(3000).astype(np.longdouble) / 3
    b = random.standard_normal(3000).astype(np.longdouble) / 7
    assert same_bits(ab.sad(a, b), oracle.exact_float_sum(list(abs(a - b))))
    for dtype in (np.complex64, np.complex128):
        x = (random.standard_normal(3000) + 1j * random.standard_normal(3000)).astype(dtype)
        got = ab.sad(x, dtype(1))
        assert got.dtype == np.float64
        assert same_bits(got, math.fsum(ab.absdiff(x, dtype(1)).tolist()))


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.__name__)
def test_nan_and_infinities_propagate(level, threads, dtype):
    a = np.ones((3, 5000), dtype)
    a[0, 4000], a[1, 17] = np.nan, -np.inf
    with np.errstate(all="raise"):
        got = ab.sad(a, dtype(0), axis=1, threads=threads)
    np.testing.assert_array_equal(got, [np.nan, np.inf, 5000])
    a[1, 18] = np.nan
    assert np.isnan(ab.sad(a, dtype(0), axis=1)[1])
    with pytest.warns(RuntimeWarning, match="invalid value encountered"):
        assert np.isnan(ab.sad(dtype(np.inf), np.full(100, np.inf, dtype)))


def test_overflow_is_infinite_and_warns(level, threads):
    a = np.full(5000, 1e306)
    with pytest.warns(RuntimeWarning, match="overflow encountered"):
        assert ab.sad(a, 0.0, threads=threads) == np.inf
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow encountered"):
        ab.sad(a, 0.0, threads=threads)
    top = np.finfo(np.float64).max
    # Half of the last bit, less a little: still rounds to the largest double.
    with np.errstate(all="raise"):
        assert ab.sad(np.array([top, 2.0**969, 2.0**969 - 2.0**916]), 0.0) == top
    with pytest.warns(RuntimeWarning, match="overflow encountered"):
        assert ab.sad(np.array([top, 2.0**969, 2.0**969]), 0.0) == np.inf


def test_dtype_rounds_the_exact_sum_once():
    # Rounded to float64 first, the tie would be lost and the float32 would be one bit low.
    a = np.array([1.0, 2.0**-24, 2.0**-80])
    got = ab.sad(a, 0.0, dtype=np.float32)
    assert got.dtype == np.float32
    assert got == np.float32(1 + 2.0**-23)
    assert ab.sad(a[:2], 0.0, dtype=np.float32) == 1
    random = np.random.default_rng(12).random(1000)
    for dtype in (np.float16, np.float32):
        exact = sum(map(Fraction, random.tolist()), Fraction(0))
        assert ab.sad(random, 0.0, dtype=dtype) == oracle.nearest(exact, dtype)


def test_initial_enters_the_sum_exactly(threads):
    a = np.full(10, 0.1)
    assert same_bits(ab.sad(a, 0.0, initial=0.3, threads=threads), math.fsum([0.3] + [0.1] * 10))
    assert same_bits(ab.sad(a, 0.0, initial=-1.0), math.fsum([-1.0] + [0.1] * 10))
    assert ab.sad(a, 0.0, initial=np.inf) == np.inf


@pytest.mark.skipif(np.dtype("g").itemsize != 16, reason="longdouble is a double here")
def test_longdouble_keeps_its_64_bits(level):
    one_and_a_bit = np.array([1], "g") + np.longdouble(2) ** -60
    assert ab.sad(one_and_a_bit, 0, dtype="g") == one_and_a_bit[0]
    out = np.zeros((), "g")
    ab.sad(np.repeat(one_and_a_bit, 1024), 0, out=out)
    assert out == 1024 * one_and_a_bit[0]
    assert ab.sad(one_and_a_bit, 0) == 1.0
    # A sum of doubles keeps more than a double too, and is rounded once.
    assert ab.sad(np.array([1.0, 2.0**-60, 2.0**-100]), 0.0, dtype="g") == one_and_a_bit[0]
    assert ab.sad(np.array([np.finfo("f8").max] * 2), 0.0, dtype="g") == np.longdouble(np.finfo("f8").max) * 2
    beyond = np.array([np.finfo("g").max] * 2)
    with np.errstate(over="ignore"):
        assert np.isinf(ab.sad(beyond, np.longdouble(0), dtype="g"))
    assert np.isinf(ab.sad(np.array([-np.inf], "g"), 0, dtype="g"))
    assert ab.sad(one_and_a_bit, 0, dtype="G") == one_and_a_bit[0]
