"""Histograms of |a - b| against np.histogram of the widened differences."""

import functools
import itertools

import numpy as np
import pytest

import abssub as ab
import layouts
import oracle
from abssub import _core

BYTES = np.arange(257)
UNEVEN = np.array([0, 0.5, 1, 1, 3, 100, 254, 255])
DTYPES = [dtype.name for dtype in oracle.REALS]
SHAPE = (5, 61, 307)


def histogram(a, b, edges, axis=None, **keywords):
    (counts,) = _core.measure(a, b, ("histogram",), axis=axis, edges=edges, **keywords)
    assert counts.dtype == np.int64
    return counts


def numpys(values, edges):
    return np.histogram(values, edges)[0].tolist()


@functools.cache
def operands(dtype):
    random = np.random.default_rng(1)
    pool = oracle.samples(dtype, count=200)
    a, b = random.choice(pool, SHAPE), random.choice(pool, SHAPE[1:])
    return a, b


@functools.cache
def widened(dtype):
    """The differences as np.histogram reads them exactly."""
    difference = ab.absdiff(*operands(dtype))
    return difference if difference.dtype.kind == "u" else difference.astype(np.float64)


def edge_sets(dtype):
    """Edges between the values, at the values themselves and beyond them, of several dtypes."""
    values = np.unique(widened(dtype))
    yield UNEVEN
    yield np.array([1, 2])
    yield np.array([0, 0])
    # Some of the values that occur, in their own dtype: each begins a bin.
    yield values[:: max(1, values.size // 9)]
    yield np.array([0, 1, 7, 300], np.int32)
    yield np.array([0.1, 0.3, 1e3], np.float32)
    if values.dtype.kind == "f":
        yield np.array([-np.inf, 0, values[-1], np.inf])
        yield np.linspace(0, float(values[-1]) / 3, 40)


@pytest.mark.parametrize("axis", [None, 0, 2, (0, 1), (-1, 0), ()])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_and_kept_axes(threads, dtype, axis):
    a, b = operands(dtype)
    values = widened(dtype)
    axes = tuple(range(3)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, 3)
    kept = tuple(i for i in range(3) if i not in axes)
    moved = values.transpose(kept + axes)
    shape = moved.shape[: len(kept)]
    # NumPy takes one line at a time; some of many say enough.
    places = list(np.ndindex(shape))[:: max(1, int(np.prod(shape, dtype=int)) // 60)]
    for edges in edge_sets(dtype):
        if edges.size < 2:
            continue
        got = histogram(a, b, edges, axis=axis, threads=threads)
        assert got.shape == (*shape, edges.size - 1)
        for place in places:
            assert got[place].tolist() == numpys(moved[(*place, ...)], edges), (edges, place)
        kept_dims = histogram(a, b, edges, axis=axis, keepdims=True, threads=threads)
        assert kept_dims.shape == (*(1 if i in axes else n for i, n in enumerate(SHAPE)), edges.size - 1)
        assert kept_dims.tobytes() == got.tobytes()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool"])
def test_a_bin_for_each_byte(level, threads, dtype):
    a, b = operands(dtype)
    values = ab.absdiff(a, b).astype(np.int64)
    for edges in (BYTES, BYTES.astype(np.float64), BYTES - 0.5, BYTES.astype(np.uint16), BYTES[:256]):
        assert histogram(a, b, edges, threads=threads).tolist() == numpys(values, edges)
        columns = histogram(a, b, edges, axis=(0, 1), threads=threads)
        for line, column in zip(np.moveaxis(values, 2, 0)[::50], columns[::50], strict=True):
            assert column.tolist() == numpys(line, edges)


@pytest.mark.parametrize("layout", layouts.ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64"])
def test_each_layout(level, dtype, layout):
    a, b = operands(dtype)
    for axis in (None, 0, 2):
        expected = histogram(a, b, UNEVEN, axis=axis, threads=1)
        assert histogram(layout(a), layout(b), UNEVEN, axis=axis, threads=2).tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", oracle.FLOATS, ids=lambda d: d.name)
def test_values_at_the_edges_themselves(level, dtype):
    """The last bit decides: a value just below an edge is in the bin before, at the last edge in the last."""
    edges = np.array([0.1, 0.3, 0.7, 1.0]).astype(dtype)
    below, above = np.nextafter(edges, dtype.type(-np.inf)), np.nextafter(edges, dtype.type(np.inf))
    a = np.concatenate([edges, below, above])
    for chosen in (edges, edges.astype(np.float64)):
        assert histogram(a, dtype.type(0), chosen).tolist() == [3, 3, 4]
        assert histogram(a, dtype.type(0), chosen).tolist() == numpys(a.astype(np.float64), chosen)


@pytest.mark.parametrize("count", [2, 3, 11, 17, 64, 65, 1000, 4097])
def test_many_bins(threads, count):
    random = np.random.default_rng(count)
    a = random.random(30_011)
    for edges in (np.linspace(0, 1, count), np.sort(random.random(count)), np.sort(random.choice(a, count))):
        assert histogram(a, 0.0, edges, threads=threads).tolist() == numpys(a, edges)


def test_masks(threads):
    random = np.random.default_rng(2)
    for dtype in ("uint8", "float32"):
        a, b = operands(dtype)
        for mask in (random.random(SHAPE) < 0.5, random.random(SHAPE[2:]) < 0.5, np.zeros(SHAPE, bool)):
            chosen = widened(dtype)[np.broadcast_to(mask, SHAPE)]
            got = histogram(a, b, UNEVEN, where=mask, threads=threads)
            assert got.tolist() == numpys(chosen, UNEVEN)


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", oracle.FLOATS, ids=lambda d: d.name)
def test_nan_is_in_no_bin(level, threads, policy, dtype):
    a = np.tile(np.array([np.nan, 0, 1, np.inf, 2]).astype(dtype), 4001)
    zero = dtype.type(0)
    got = histogram(a, zero, np.array([0, 1, np.inf]), nan_policy=policy, threads=threads)
    assert got.tolist() == [4001, 3 * 4001]
    assert histogram(a, zero, np.array([0, 1, 2]), nan_policy=policy, threads=threads).tolist() == [
        4001,
        2 * 4001,
    ]


def test_wide_integers_are_compared_exactly():
    """Neighbours that one float64 stands for."""
    a = np.array([2**53, 2**53 + 1, 2**64 - 1], np.uint64)
    edges = np.array([2**53 + 1, 2**53 + 2, 2**64 - 1], np.uint64)
    assert histogram(a, np.uint64(0), edges).tolist() == [1, 1]


def test_empty():
    for a in (np.zeros(0), np.zeros((0, 3)), np.zeros((3, 0), np.uint8)):
        assert histogram(a, a.dtype.type(0), UNEVEN).tolist() == [0] * 7
    assert histogram(np.zeros((3, 0)), 0.0, UNEVEN, axis=1).tolist() == [[0] * 7] * 3
    assert histogram(np.zeros((3, 0)), 0.0, UNEVEN, axis=0).shape == (0, 7)


def test_the_counts_of_one_bin_pass_each_narrow_counter(threads):
    for size, axis in itertools.product((255, 256, 65_535, 65_536, 70_001), (0, 1)):
        a = np.zeros((size, 3) if axis == 0 else (3, size), np.uint8)
        got = histogram(a, np.uint8(0), BYTES, axis=axis, threads=threads)
        assert got[:, 0].tolist() == [size] * 3
        assert got[:, 1:].sum() == 0
