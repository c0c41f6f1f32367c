"""max, min and their places: ties, odd tails, NaN, reversed and permuted axes."""

import numpy as np
import pytest

import abssub as ab
import layouts
from abssub import _core
from test_reductions_large import rows


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "u2", "i4", "u8", "f2", "f4", "f8", "m8[s]"])
def test_ties_go_to_the_lowest_index(level, threads, dtype):
    """Constant data, and one value at the very end or at two places."""
    for shape in ((70_003,), (13, 5_501), (5_501, 13), (4, 33, 129)):
        a = np.zeros(shape, dtype)
        zero = np.zeros((), dtype)
        size = a.size
        for places in ((), (size - 1,), (0, size - 1), (size // 2, size // 2 + 1), (size - 2, size - 1)):
            x = a.copy()
            x.reshape(-1)[list(places)] = 1
            first = min(places, default=0)
            gap = min(set(range(3)) - set(places))
            for y in (x, layouts.fortran(x), layouts.reversed_axes(x), layouts.transposed(x)):
                high, low = _core.measure(y, zero, ("argmax", "argmin"), threads=threads)
                assert (int(high), int(low)) == (first, gap), (shape, places)
            view = _core.measure(x[..., ::-1], zero, ("argmax",), threads=threads)[0]
            assert view == np.argmax(x[..., ::-1])
            for axis in range(x.ndim):
                high, low = _core.measure(x, zero, ("argmax", "argmin"), axis=axis, threads=threads)
                assert high.tobytes() == np.argmax(x, axis=axis).tobytes()
                assert low.tobytes() == np.argmin(x, axis=axis).tobytes()


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
def test_the_flat_index_runs_over_all_reduced_axes(threads, dtype):
    random = np.random.default_rng(6)
    a = random.integers(0, 50, (6, 35, 41, 9)).astype(dtype)
    for axis in ((0, 2), (2, 0), (1, 3), (0, 1, 3), (-1, 1, 0), (1, 2, 3), ()):
        lines, kept = rows(a, axis)
        for y in (
            a,
            layouts.fortran(a),
            layouts.reversed_axes(a),
            a.transpose(3, 1, 0, 2).copy().transpose(2, 1, 3, 0),
        ):
            high, low = _core.measure(y, y.dtype.type(0), ("argmax", "argmin"), axis=axis, threads=threads)
            assert high.tolist() == lines.argmax(axis=1).reshape(kept).tolist(), axis
            assert low.tolist() == lines.argmin(axis=1).reshape(kept).tolist(), axis


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i8", "f2", "f4", "f8"])
def test_the_extreme_at_every_place_of_an_odd_tail(level, dtype):
    """Each length up to several vectors, the extreme in each of the last places."""
    dtype = np.dtype(dtype)
    top = np.iinfo(dtype).max if dtype.kind != "f" else dtype.type(np.finfo(dtype).max)
    for length in (*range(1, 140), 255, 256, 257, 1023, 1025):
        for place in {0, length // 2, *range(max(0, length - 5), length)}:
            a = np.full(length, 3, dtype)
            a[place] = top
            names = ("max", "argmax", "min", "argmin", "count")
            high, where, low, first, count = _core.measure(a, dtype.type(0), names, within=(">", 3))
            assert (high, where, count) == (top, place, 1)
            assert low == (top if length == 1 else 3)
            assert first == (1 if place == 0 and length > 1 else 0)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_the_first_nan_is_the_extreme(level, threads, dtype):
    zero = np.zeros((), dtype)
    for size in (1, 7, 64, 1000, 50_021):
        for place in {0, size // 3, size - 1}:
            a = np.arange(size).astype(dtype) % 100
            a[place:] = np.where(np.arange(size - place) % 3 == 0, np.nan, a[place:])
            got = _core.measure(a, zero, ("argmax", "argmin", "max", "min"), threads=threads)
            assert [int(x) for x in got[:2]] == [place, place]
            assert np.isnan(got[2:]).all()
            for x in (a[::-1], layouts.every_third(a)):
                (where,) = _core.measure(x, zero, ("argmax",), threads=threads)
                assert where == np.argmax(x)


@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "f4", "f8", "m8[s]"])
@pytest.mark.parametrize("name", ["max", "min"])
def test_a_start_stands_where_a_mask_leaves_nothing(monkeypatch, dtype, name):
    """As in NumPy, and without the array of differences."""
    random = np.random.default_rng(8)
    a, b = (random.integers(0, 100, (6, 7, 8)).astype(dtype) for _ in range(2))
    d = ab.AbsDiff(a, b)
    whole = np.asarray(d)
    monkeypatch.setattr(ab.AbsDiff, "_materialised", lambda self: pytest.fail("made the differences"))
    mask = random.random(a.shape) < 0.3
    mask[2] = mask[:, 3] = False
    start = a.dtype.type(1) if dtype == "?" else a.dtype.type(*((5, "s") if dtype[0] == "m" else (5,)))
    for where in (mask, mask[:, :, :1], False, True):
        for axis in (None, 0, 1, (0, 2), (1, 2)):
            for keepdims in (False, True):
                options = {"axis": axis, "where": where, "initial": start, "keepdims": keepdims}
                found, expected = getattr(d, name)(**options), getattr(np, name)(whole, **options)
                assert type(found) is type(expected), options
                assert np.array_equal(found, expected), options
    with pytest.raises(ValueError, match="zero-size array to reduction operation"):
        getattr(d, name)(axis=0, where=mask)


def test_a_start_and_numbers_that_are_none():
    values = np.array([[1, np.nan], [np.nan, np.nan]])
    d = ab.AbsDiff(values, 0)
    assert np.isnan(d.max(axis=1, initial=0.5)).all()
    assert d.max(axis=1, initial=0.5, nan_policy="omit").tolist() == [1, 0.5]
    assert ab.AbsDiff(values[:0], 0).min(axis=0, initial=3).tolist() == [3, 3]
    squares = (d**2).max(axis=1, where=[[True, False], [False, False]], initial=0.5)
    assert squares.tolist() == [1, 0.5]
