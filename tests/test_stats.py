"""stats: several answers from one reading, in a named tuple; and what the docstrings show."""

import doctest
import importlib
import pickle
import pkgutil

import numpy as np
import pytest

import abssub as ab
from abssub import _core
from materialised import FLOATS, INTEGERS, NUMBERS, narrow, pair, same, wide

KNOWN = ["sum", "mean", "ssd", "mse", "rmse", "psnr", "var", "std"]
KNOWN += ["max", "min", "argmax", "argmin", "count", "any", "all", "histogram"]


def reference(name, d, axis, **options):
    """NumPy's answer on the exact differences."""
    wide_d = d.astype(np.float64)
    table = {
        "ssd": lambda: np.sum(wide_d**2, axis),
        "mse": lambda: np.mean(wide_d**2, axis),
        "rmse": lambda: np.sqrt(np.mean(wide_d**2, axis)),
        "psnr": lambda: 10 * np.log10(255**2 / np.mean(wide_d**2, axis)),
        "sum": lambda: np.sum(wide_d, axis),
        "mean": lambda: np.mean(wide_d, axis),
        "var": lambda: np.var(wide_d, axis, ddof=1),
        "std": lambda: np.std(wide_d, axis, ddof=1),
        "count": lambda: np.count_nonzero(wide_d > 7, axis),
    }
    return table[name]() if name in table else getattr(np, name)(d, axis)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_every_statistic(dtype):
    a, b = pair(dtype)
    exact = narrow(a, b)
    options = {"threshold": 7, "ddof": 1, "data_range": 255, "bins": [0, 3, 90]}
    for axis in (None, 0, -1):
        found = ab.stats(a, b, KNOWN, axis, **options)
        assert type(found).__name__ == "Stats"
        assert list(found._fields) == KNOWN
        assert ab.AbsDiff(a, b).stats(KNOWN, axis, **options)._fields == found._fields
        for name in KNOWN[:-1]:
            with np.errstate(divide="ignore"):
                expected = reference(name, exact, axis)
            same(getattr(found, name), expected, 0 if dtype in INTEGERS and name in ("max", "sum") else 1e-12)
            assert isinstance(getattr(found, name), np.generic if axis is None else np.ndarray)
        counts, edges = found.histogram
        assert edges.tolist() == [0, 3, 90]
        assert counts.shape == (*np.shape(found.sum), 2)
        assert counts.sum() == np.count_nonzero(exact <= 90)
    total = np.float64 if dtype in FLOATS else np.uint64
    dtypes = [
        total,
        "f8",
        total,
        "f8",
        "f8",
        "f8",
        "f8",
        "f8",
        exact.dtype,
        exact.dtype,
        "i8",
        "i8",
        "i8",
        "?",
        "?",
    ]
    assert [value.dtype for value in found[:-1]] == [np.dtype(d) for d in dtypes]


def test_one_reading(monkeypatch):
    calls = []
    measure = _core.measure
    monkeypatch.setattr(_core, "measure", lambda *args, **k: calls.append(args[2]) or measure(*args, **k))
    a, b = pair("u1")
    ab.stats(a, b, ["sum", "psnr", "rmse", "count", "histogram"], bins=[0, 1, 2])
    assert calls == [("sum", "rmse", "nonzero", "histogram")]
    ab.stats(a, b, "histogram", range=(0, 9))
    assert calls[1:] == [("histogram",)]
    ab.stats(a, b, ["max", "histogram"])
    assert calls[2:] == [("min", "max"), ("max", "histogram")]


def test_the_named_tuple():
    a, b = pair("u1")
    found = ab.stats(a, b, ("max", "count", "min"), axis=0, keepdims=True)
    largest, count, least = found
    assert largest is found.max
    assert count is found.count
    assert least is found[2]
    assert found.max.shape == (1, 3, 4)
    assert isinstance(found, tuple)
    assert list(found._asdict()) == ["max", "count", "min"]
    twin = pickle.loads(pickle.dumps(found))
    assert type(twin) is type(found)
    np.testing.assert_array_equal(twin.count, found.count)
    assert type(found) is type(ab.stats(a, 3, ["max", "count", "min"]))
    assert repr(ab.stats([3], [5], "sum")) == "Stats(sum=np.uint64(2))"
    assert ab.stats(a, b, (name for name in ["sum"])).sum == ab.sad(a, b)


def test_counting():
    a = np.array([0.0, 1.0, np.nan, 5.0])
    assert ab.stats(a, 0, "count").count == 3
    assert ab.stats(a, 0, "count", threshold=1).count == 1
    assert ab.stats(a, 0, "count", threshold=0, where=[True, True, False, False]).count == 1
    assert ab.stats(a, 0, "count", nan_policy="omit").count == 2


def test_names_that_are_refused():
    for names in ("total", ["sum", "sad"], ["mae"], ["sum", 3]):
        with pytest.raises(ValueError, match=r"unknown .*known are sum, mean, ssd, .*histogram"):
            ab.stats([1], [2], names)
    with pytest.raises(ValueError, match="more than once: sum"):
        ab.stats([1], [2], ["sum", "max", "sum"])
    with pytest.raises(ValueError, match=r"no statistics .* known are sum"):
        ab.stats([1], [2], [])
    with pytest.raises(ValueError, match=r"threshold= is for 'count'"):
        ab.stats([1], [2], ["sum"], threshold=3)
    for threshold in ([1, 2], "3", np.datetime64("2020-01-01")):
        with pytest.raises(TypeError, match="threshold"):
            ab.stats([1], [2], "count", threshold=threshold)
    assert ab.stats([1], [9], "count", threshold=np.array(3)).count == 1
    with pytest.raises(TypeError):
        ab.stats([1], [2], ["sum", "var"], weights=[1.0])
    for bins, limits in (
        (0, None),
        ([2, 1], None),
        (2.5, None),
        (3, (2, 1)),
        (3, (0, np.nan)),
        ("some", None),
    ):
        with pytest.raises((ValueError, TypeError)) as numpys:
            np.histogram([1.0], bins, limits)
        with pytest.raises(type(numpys.value)) as ours:
            ab.stats([1.0], 0.0, "histogram", bins=bins, range=limits)
        assert str(ours.value) == str(numpys.value)


@pytest.mark.parametrize("dtype", ["u1", "i8", "f2", "f4"])
@pytest.mark.parametrize("bins", [4, "sqrt", [0, 5, 9]])
def test_edges_of_histograms(bins, dtype):
    a, b = pair(dtype)
    counts, edges = ab.stats(a, b, "histogram", bins=bins).histogram
    expected = np.histogram(narrow(a, b), bins)
    np.testing.assert_array_equal(counts, expected[0])
    np.testing.assert_array_equal(edges, expected[1])
    assert edges.dtype == expected[1].dtype


def test_statistics_of_squares_and_comparisons():
    a, b = pair("u1")
    exact = wide(a, b)
    names = ["sum", "max", "argmin", "var"]
    for lazy, plain in ((ab.AbsDiff(a, b) ** 2, exact**2), (ab.AbsDiff(a, b) > 9, exact > 9)):
        found = lazy.stats(names, axis=0)
        for name in names:
            same(getattr(found, name), getattr(np, name)(plain, axis=0), 1e-12)


@pytest.mark.parametrize(
    "module", [name for _, name, _ in pkgutil.iter_modules(ab.__path__) if name != "_core"]
)
def test_the_examples_of_docstrings(module):
    results = doctest.testmod(importlib.import_module(f"abssub.{module}"))
    assert not results.failed


@pytest.mark.parametrize("name", ab.__all__)
def test_everything_public_says_what_it_is(name):
    thing = getattr(ab, name)
    if callable(thing):
        assert thing.__doc__.strip()
        assert "<" not in thing.__doc__.replace("<=", "").split("Examples")[0]
