"""Comparisons, squares and histograms of a lazy difference, against NumPy's of the exact array."""

import datetime

import numpy as np
import pytest

import abssub as ab
from materialised import FLOATS, INTEGERS, forbid_arrays, narrow, pair, same, wide

MASK = np.arange(12).reshape(3, 4) % 3 != 0


@pytest.fixture
def never_an_array(monkeypatch):
    forbid_arrays(monkeypatch)


COMPARISONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)


@pytest.mark.usefixtures("never_an_array")
@pytest.mark.parametrize("dtype", ["?", "u1", "i4", "f2", "f8"])
@pytest.mark.parametrize("ufunc", COMPARISONS)
def test_comparisons_are_fused(ufunc, dtype):
    a, b = pair(dtype)
    if dtype in FLOATS:
        a[0, 0, :2] = np.nan
    exact = narrow(a, b)
    d = ab.AbsDiff(a, b)
    for value in (exact[1, 1, 1], 0, 3, 2.5, True, np.array(7, np.uint8), -1, 10**30, np.nan):
        if dtype in ("f2", "?") and type(value) is int and value > 10**5:
            continue  # NumPy warns of this as a float16, and refuses it beside booleans.
        for lazy, plain in (
            (ufunc(d, value), ufunc(exact, value)),
            (ufunc(value, d), ufunc(value, exact)),
            (~ufunc(d, value), ~ufunc(exact, value)),
            (np.logical_not(~ufunc(d, value)), ufunc(exact, value)),
        ):
            assert isinstance(lazy, ab.AbsDiff)
            assert lazy.dtype == np.bool
            for function in (np.sum, np.count_nonzero, np.any, np.all, np.mean):
                same(function(lazy, axis=(0, 2)), function(plain, axis=(0, 2)))
                assert function(lazy).dtype == function(plain).dtype
            same(np.sum(lazy, where=MASK), np.sum(plain, where=MASK))


def test_a_negated_comparison_has_nan():
    d = ab.AbsDiff([np.nan, 1.0, 5.0], 0.0)
    assert np.count_nonzero(~(d > 3)) == 2
    assert np.count_nonzero(d <= 3) == 1
    assert np.asarray(~(d > 3)).tolist() == [True, True, False]
    assert (np.nansum(~(d > 3)), np.nanmean(d > 3)) == (2, 1 / 3)
    assert np.asarray(~~(d > 3)).tolist() == [False, False, True]


def test_comparisons_of_durations():
    a = np.array(["2020-01-01", "2020-01-05", "NaT"], "M8[D]")
    d = ab.AbsDiff(a, a[0])
    later = d > np.timedelta64(36, "h")
    assert isinstance(later, ab.AbsDiff)
    assert np.asarray(later).tolist() == [False, True, False]
    assert (d > datetime.timedelta(hours=36)).sum() == (datetime.timedelta(hours=36) < d).sum() == 1
    assert d.count(datetime.timedelta(hours=36)) == 1
    with pytest.raises(TypeError, match="common metadata divisor"):
        np.greater(d, np.timedelta64(1, "Y"))
    with pytest.raises(TypeError):
        np.greater(d, 1.5)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i4", "f4", "f8"])
def test_squares(dtype, never_an_array):
    a, b = pair(dtype)
    d = ab.AbsDiff(a, b)
    exact = wide(a, b).astype(np.uint64 if dtype in INTEGERS else dtype)
    rtol = 0 if dtype in INTEGERS else 1e-6
    for lazy in (d**2, np.square(d), np.power(d, 2)):
        assert isinstance(lazy, ab.AbsDiff)
        assert lazy.dtype == exact.dtype
        for function in (np.max, np.min, np.argmax, np.argmin, np.any, np.all, np.count_nonzero):
            same(function(lazy, axis=1), function(np.square(exact), axis=1))
            assert function(lazy).dtype == function(np.square(exact)).dtype
        for function in (np.sum, np.mean):
            same(function(lazy, axis=(0, 1)), function(np.square(exact), axis=(0, 1)), max(rtol, 1e-15))
    assert np.sum(d**2) == ab.ssd(a, b)
    assert np.mean(d**2) == ab.mse(a, b)


def test_squares_that_are_worked_out():
    a, b = pair("i4")
    d = ab.AbsDiff(a, b)
    exact = np.square(wide(a, b).astype(np.uint64))
    np.testing.assert_array_equal(np.asarray(d**2), exact)
    np.testing.assert_array_equal((d**2)[0, 1:, ::2], exact[0, 1:, ::2])
    same(np.std(d**2), np.std(exact), 1e-12)
    same(np.median(d**2, axis=0), np.median(exact, axis=0), 1e-12)
    np.testing.assert_array_equal(np.square(d, out=np.empty(d.shape)), exact.astype(float))
    np.testing.assert_array_equal(np.asarray(ab.AbsDiff([True, False], False) ** 2), [1, 0])
    assert ((d**2) > 9).sum() == (exact > 9).sum()


def test_squares_beyond_64_bits():
    d = ab.AbsDiff(np.array([2**32, 3], np.uint64), np.uint64(0))
    for refused in (lambda: np.asarray(d**2), lambda: np.max(d**2), lambda: np.var(d**2)):
        with pytest.raises(OverflowError, match="uint64"):
            refused()
    assert np.min(d**2) == 9
    assert np.argmax(d**2) == 0
    assert ((2**32 - 1) ** 2) == int(np.max(ab.AbsDiff(np.array([2**32 - 1], np.uint64), np.uint64(0)) ** 2))
    with pytest.raises(TypeError):
        ab.AbsDiff(np.zeros(2, "m8[s]"), np.zeros(2, "m8[s]")) ** 2


@pytest.mark.parametrize("dtype", ["?", "u1", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("bins", [1, 7, [0, 1, 5, 5, 250], np.array([2.5, 9]), [3], "auto"])
def test_histograms(bins, dtype):
    a, b = pair(dtype)
    d, exact = ab.AbsDiff(a, b), narrow(a, b)
    exact = exact.astype(np.uint8) if dtype == "?" else exact
    for keywords in ({}, {"range": (0, 20)}, {"density": True, "range": (0, 300)}):
        if dtype == "?" and isinstance(bins, str):
            continue  # NumPy's estimators warn.
        with np.errstate(all="ignore"):
            ours, numpys = np.histogram(d, bins, **keywords), np.histogram(exact, bins, **keywords)
        np.testing.assert_array_equal(ours[0], numpys[0])
        np.testing.assert_array_equal(ours[1], numpys[1])
        assert [x.dtype for x in ours] == [x.dtype for x in numpys]


def test_histograms_of_some():
    a, b = pair("f8")
    a[0, 0, 0] = np.nan
    d, exact = ab.AbsDiff(a, b), wide(a, b)
    chosen = np.broadcast_to(MASK, exact.shape) & ~np.isnan(exact)
    counts, edges = d.histogram(5, where=MASK, nan_policy="omit")
    numpys = np.histogram(exact[chosen], 5)
    np.testing.assert_array_equal(counts, numpys[0])
    np.testing.assert_array_equal(edges, numpys[1])
    counts, edges = d.histogram([0, 1, 50], axis=(0, 2), density=True)
    for i in range(3):
        np.testing.assert_allclose(counts[i], np.histogram(exact[:, i], [0, 1, 50], density=True)[0])
    with pytest.raises(ValueError, match=r"autodetected range of \[nan, nan\] is not finite"):
        np.histogram(d)
    nothing = d.histogram(3, where=False)
    np.testing.assert_array_equal(nothing[0], np.histogram([], 3)[0])
    np.testing.assert_array_equal(nothing[1], np.histogram([], 3)[1])
