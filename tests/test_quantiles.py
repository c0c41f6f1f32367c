"""Quantiles of |a - b|: the bits of np.quantile of the float64 values, whatever the dtype and the depth."""

import functools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import abssub as ab
import draws
import layouts
import oracle
import oracle_reductions as right
from abssub import _core
from surroundings import THREAD_COUNTS, forced_level

DTYPES = [dtype.name for dtype in (*oracle.REALS, np.dtype("c8"), np.dtype("c16"), np.dtype("g"))]
MANY = np.linspace(0, 1, 101)
FEW = np.array([0.5, 0.0, 1.0, 0.25, 0.5, 0.9999])
DEPTHS = (1, 2, 3, 7, 64, 1000, 4097)
DEEP = 200_000


def numpys(values, q, axis=None, keepdims=False):
    with np.errstate(all="ignore"):
        return np.asarray(np.quantile(values, q, axis=axis, keepdims=keepdims, method="linear"))


def quantile(*operands, **keywords):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _core.quantile(*operands, **keywords)


def same(got, expected):
    """Equal bits; a NaN is a NaN."""
    assert (got.dtype, got.shape) == (np.dtype(np.float64), expected.shape)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    assert np.where(np.isnan(got), 0, got).tobytes() == np.where(np.isnan(expected), 0, expected).tobytes()


@functools.cache
def draw(dtype, shape):
    """Two arrays: few distinct values in one half of the places, all kinds of them in the other."""
    random = np.random.default_rng(len(shape))
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        parts = np.dtype(f"f{dtype.itemsize // 2}").name
        return tuple((x + 1j * y).astype(dtype) for x, y in [draw(parts, shape)] * 2)
    pool = oracle.samples(dtype.name, count=300)
    common = pool[np.abs(pool / 4) < 50]
    picks = [
        np.where(random.random(shape) < 0.5, random.choice(common, shape), random.choice(pool, shape))
        for _ in "ab"
    ]
    return tuple(pick.astype(dtype) for pick in picks)


@functools.cache
def materialised(dtype, shape):
    """The exact differences as float64."""
    with np.errstate(all="ignore"):
        return ab.absdiff(*draw(dtype, shape)).astype(np.float64)


@pytest.mark.parametrize("depth", [*DEPTHS, DEEP])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_depth(threads, dtype, depth):
    a, b = draw(dtype, (depth,))
    values = materialised(dtype, (depth,))
    for q in (FEW, MANY, FEW[:1], FEW[:0]):
        same(quantile(a, b, q, threads=threads), numpys(values, q))


@pytest.mark.parametrize(
    ("shape", "axis"), [((64, 5_000), 0), ((5_000, 64), 1), ((3, 40_000), 1), ((9, 40, 300), (0, 2))]
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_kept_axes(threads, dtype, shape, axis):
    a, b = draw(dtype, shape)
    got = quantile(a, b, FEW, axis=axis, threads=threads)
    same(got, numpys(materialised(dtype, shape), FEW, axis=axis))
    kept = quantile(a, b, FEW[:2], axis=axis, keepdims=True, threads=threads)
    same(kept, numpys(materialised(dtype, shape), FEW[:2], axis=axis, keepdims=True))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "uint64"])
def test_levels_and_layouts(level, dtype):
    a, b = draw(dtype, (9, 40, 300))
    for axis in (None, 0, 2):
        expected = numpys(materialised(dtype, a.shape), FEW, axis=axis)
        for layout in layouts.ALL:
            same(quantile(layout(a), layout(b), FEW, axis=axis), expected)


@settings(max_examples=settings.default.max_examples // 2)
@given(
    draws.calls(),
    st.lists(st.floats(0, 1), max_size=5),
    st.sampled_from(_core.levels()),
    st.sampled_from(THREAD_COUNTS),
)
def test_drawn_calls(call, q, level, threads):
    a, b, keywords = call
    if a.dtype.kind in "mM":
        return
    q = np.array(q, np.float64)
    try:
        sample = right.Sample(a, b, **keywords)
    except ValueError:
        with pytest.raises(ValueError, match="The input contains nan values"):
            quantile(a, b, q, **keywords)
        return
    # Of nothing at all NumPy has an IndexError; that is asked below.
    if not all(sample.chosen):
        return
    with forced_level(level):
        same(quantile(a, b, q, threads=threads, **keywords), right.quantile(sample, q))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8"])
def test_nan_masks_and_omit(threads, dtype):
    random = np.random.default_rng(3)
    a = random.standard_normal((40, 1000)).astype(dtype)
    holes, mask = random.random(a.shape) < 0.05, random.random(a.shape) < 0.6
    holes[7] = False
    b = np.where(holes, np.nan, 0).astype(dtype)
    values = (
        np.abs(a).astype(np.float64)
        if np.dtype(dtype).kind != "c"
        else ab.absdiff(a, dtype_of(0, a)).astype("f8")
    )
    for axis in (0, 1):
        same(
            quantile(a, b, FEW, axis=axis, threads=threads),
            numpys(np.where(holes, np.nan, values), FEW, axis),
        )
        got = quantile(a, b, FEW, axis=axis, nan_policy="omit", threads=threads)
        same(got, lines(values, ~holes, axis))
        got = quantile(a, dtype_of(0, a), FEW, axis=axis, where=mask, threads=threads)
        same(got, lines(values, mask, axis))
        got = quantile(a, b, FEW, axis=axis, where=mask, nan_policy="omit", threads=threads)
        same(got, lines(values, mask & ~holes, axis))


def dtype_of(value, array):
    return array.dtype.type(value)


def lines(values, chosen, axis):
    """NumPy's quantiles of each line's chosen values."""
    pairs = zip(np.moveaxis(values, axis, -1), np.moveaxis(chosen, axis, -1), strict=True)
    return np.stack([numpys(line[choice], FEW) for line, choice in pairs], axis=-1)


@pytest.mark.parametrize("dtype", ["u4", "u8", "i8", "f4", "f8"])
def test_neighbours_in_the_last_bit(threads, dtype):
    """Values that differ in their lowest bits alone: nothing shorter than all the bits tells them apart."""
    random = np.random.default_rng(4)
    dtype = np.dtype(dtype)
    for size in (10, 5001, 100_003):
        ticks = random.integers(0, 5, size)
        if dtype.kind == "f":
            a = (1 + ticks * np.finfo(dtype).eps).astype(dtype)
        else:
            a = (np.iinfo(dtype).max - ticks.astype(dtype)).astype(dtype)
        same(quantile(a, dtype.type(0), MANY, threads=threads), numpys(a.astype(np.float64), MANY))


def test_differences_of_65_bits():
    a, b = np.uint64([2**64 - 1, 2**64 - 1, 3]), np.int64([-(2**63), 0, 3])
    values = np.array([float(2**64 - 1 + 2**63), float(2**64 - 1), 0.0])
    same(quantile(a, b, FEW), numpys(values, FEW))


def test_infinities_and_zero_are_as_in_numpy():
    for values in (
        [1.0, np.inf],
        [np.inf, np.inf],
        [0.0, 0.0],
        [1.0, 2.0, np.inf],
        [5e-324, 0.0, 1e308, 1e308],
    ):
        a = np.array(values)
        same(quantile(a, 0.0, MANY), numpys(a, MANY))


def test_nothing_left_is_nan():
    """As in np.nanquantile."""
    a = np.array([[np.nan, np.nan], [1.0, np.nan]])
    with pytest.warns(RuntimeWarning, match="All-NaN slice encountered"):
        got = _core.quantile(a, 0.0, FEW, axis=1, nan_policy="omit")
    same(got, np.stack([np.full(FEW.size, np.nan), np.ones(FEW.size)], axis=-1))


def test_raise():
    with pytest.raises(ValueError, match="The input contains nan values"):
        _core.quantile(np.array([1.0, np.nan]), 0.0, FEW, nan_policy="raise")
    got = _core.quantile(np.array([1.0, np.nan]), 0.0, FEW, nan_policy="raise", where=[True, False])
    assert got.tolist() == [1] * FEW.size


@pytest.mark.parametrize("q", [[-0.1], [1.1], [0.5, np.nan], [np.inf]])
def test_a_q_outside_the_unit(q):
    with pytest.raises(ValueError):
        _core.quantile(np.ones(3), 0.0, np.array(q))


def test_the_inputs_are_only_read():
    a = np.random.default_rng(5).random(10_001)
    before = a.tobytes()
    a.flags.writeable = False
    quantile(a, 0.0, MANY)
    assert a.tobytes() == before


def test_progress_ends_with_all_done(threads):
    seen = []
    _core.quantile(
        np.random.default_rng(6).random(400_000),
        0.0,
        MANY,
        threads=threads,
        progress=lambda *report: seen.append(report),
    )
    done, totals = zip(*seen, strict=True)
    assert done[-1] == totals[-1]
    assert list(done) == sorted(done)
