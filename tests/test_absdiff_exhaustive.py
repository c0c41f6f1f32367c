"""absdiff against Python's numbers: every 8-bit pair, every dtype pair, every length, offset, stride."""

import functools
import itertools

import numpy as np
import pytest

import abssub as ab
import oracle

PAIRS = list(itertools.product(oracle.REALS, repeat=2))
PAIR_IDS = [f"{left.name}-{right.name}" for left, right in PAIRS]
OWN_LOOPS = oracle.REALS
STRIDES = (-3, -2, -1, 0, 1, 2, 3)
LONGEST = 300
OFFSETS = 64


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_every_pair_of_bytes(level, dtype):
    values = np.arange(256).astype(np.uint8).view(dtype)
    exact = np.abs(values[:, None].astype(int) - values[None, :].astype(int))
    crossed = ab.absdiff(values[:, None], values[None, :])
    assert crossed.dtype == np.uint8
    np.testing.assert_array_equal(crossed, exact)
    # The same pairs as two contiguous runs, which other kernels take.
    left, right = np.repeat(values, 256), np.tile(values, 256)
    np.testing.assert_array_equal(ab.absdiff(left, right), exact.reshape(-1))


def test_int8_against_uint8(level):
    left = np.arange(256).astype(np.uint8).view(np.int8)
    right = np.arange(256).astype(np.uint8)
    exact = np.abs(left[:, None].astype(int) - right[None, :].astype(int))
    crossed = ab.absdiff(left[:, None], right[None, :])
    assert crossed.dtype == np.uint16
    np.testing.assert_array_equal(crossed, exact)


@functools.cache
def crossed_samples(left, right):
    """Every sample of one dtype against every sample of the other, and the right answers."""
    a = oracle.samples(left.name, seed=1)
    b = oracle.samples(right.name, seed=2)
    x, y = (grid.reshape(-1) for grid in np.meshgrid(a, b))
    return x, y, oracle.absdiff(x, y)


@pytest.mark.parametrize(("left", "right"), PAIRS, ids=PAIR_IDS)
def test_every_pair_of_dtypes(level, left, right):
    x, y, expected = crossed_samples(left, right)
    with np.errstate(over="ignore"):
        got = ab.absdiff(x, y)
    assert got.dtype == expected.dtype == oracle.result_dtype(left, right)
    np.testing.assert_array_equal(got, expected)
    assert not np.signbit(got.astype(np.float64)).any(), "a difference of zero is +0"


@functools.cache
def operands(dtype):
    """Two buffers with room for every offset and stride, and the differences of equal indices."""
    random = np.random.default_rng(7)
    size = OFFSETS + 3 * LONGEST + 1
    pool = oracle.samples(dtype.name, count=400)
    a, b = random.choice(pool, size), random.choice(pool, size)
    return a, b


def wide(x):
    """Room for any difference of the dtypes below 64 bits; 64-bit ones go through Python integers."""
    if x.dtype.kind == "f":
        return x
    return x.astype(object) if x.dtype.itemsize == 8 else x.astype(np.int64)


def simple(a, b):
    """|a - b| with NumPy's own operators where they are exact."""
    with np.errstate(over="ignore"):
        return abs(wide(a) - wide(b))


def strided(x, offset, stride, length):
    """`length` elements of `x` from `offset` on, `stride` apart, in either direction."""
    if stride == 0:
        return np.broadcast_to(x[offset], (length,))
    span = x[offset : offset + abs(stride) * length : abs(stride)]
    return span[::-1] if stride < 0 else span


def check(a, b):
    with np.errstate(over="ignore"):
        got = ab.absdiff(a, b)
    expected = simple(a, b)
    assert got.shape == expected.shape
    if not (got == expected).all():
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", OWN_LOOPS, ids=lambda d: d.name)
def test_every_length_and_offset(level, dtype):
    a, b = operands(dtype)
    for length, offset in itertools.product(range(LONGEST + 1), range(OFFSETS)):
        # The other operand's offset differs, so that the two are aligned to each other only at times.
        other = (offset * 5 + length) % OFFSETS if length % 2 else offset
        check(a[offset : offset + length], b[other : other + length])


@pytest.mark.parametrize("dtype", OWN_LOOPS, ids=lambda d: d.name)
def test_every_length_and_stride(level, dtype):
    a, b = operands(dtype)
    for length, left, right in itertools.product(range(LONGEST + 1), STRIDES, STRIDES):
        offset = length % OFFSETS
        check(strided(a, offset, left, length), strided(b, 3, right, length))


@pytest.mark.parametrize("dtype", OWN_LOOPS, ids=lambda d: d.name)
def test_every_output_stride(level, dtype):
    a, b = operands(dtype)
    for length, stride in itertools.product((0, 1, 7, 64, 65, 200), (-3, -2, -1, 1, 2, 3)):
        left, right = a[:length], b[:length]
        room = np.zeros(length * abs(stride), dtype=oracle.result_dtype(dtype, dtype))
        untouched = np.ones(len(room), dtype=bool)
        out = room[::stride]
        untouched[::stride] = False
        with np.errstate(over="ignore"):
            assert ab.absdiff(left, right, out=out) is out
        assert (out == simple(left, right)).all()
        assert not room[untouched].any(), "an element between the outputs was written"


@pytest.mark.parametrize("dtype", OWN_LOOPS, ids=lambda d: d.name)
def test_large_strips_on_all_cores(level, dtype):
    random = np.random.default_rng(11)
    pool = oracle.samples(dtype.name, count=400)
    if dtype.itemsize == 8 and dtype.kind != "f":
        pool = pool[(pool >= 0) & (pool <= np.iinfo(np.int64).max)]
    size = (1 << 21) + 13
    a, b = random.choice(pool, size), random.choice(pool, size)
    with np.errstate(over="ignore"):
        expected = abs(a - b) if dtype.kind == "f" else abs(a.astype(np.int64) - b.astype(np.int64))
        assert (ab.absdiff(a, b) == expected).all()
