"""A table: of empty, all-NaN and overflowing input each reduction warns and refuses as NumPy's function does.

What NumPy says is read from NumPy as the test runs. Two deviations are the contract: of an empty mean or
variance NumPy warns twice, the second time of its own division by zero; and words may end with a full stop
or not, as they do in different versions of NumPy.
"""

import warnings

import numpy as np
import pytest

import abssub as ab
from abssub import _core

EMPTY = {
    "float": np.zeros(0),
    "bytes": np.zeros(0, np.uint8),
    "rows of nothing": np.zeros((3, 0)),
    "no rows": np.zeros((0, 3)),
    "nothing of nothing": np.zeros((0, 0)),
    "planes": np.zeros((2, 0, 4), np.int16),
}
AXES = {1: (None, 0), 2: (None, 0, 1), 3: (None, 0, 1, 2)}
NUMPYS = {
    "sum": np.sum,
    "mean": np.mean,
    "var": np.var,
    "std": np.std,
    "max": np.max,
    "min": np.min,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "any": np.any,
    "all": np.all,
    "nonzero": np.count_nonzero,
}
NAN_NUMPYS = {
    "sum": np.nansum,
    "mean": np.nanmean,
    "var": np.nanvar,
    "std": np.nanstd,
    "max": np.nanmax,
    "min": np.nanmin,
    "argmax": np.nanargmax,
    "argmin": np.nanargmin,
}
# NumPy's own arithmetic on the way to a NaN that it has already warned of.
DIVISIONS = ("invalid value encountered in", "divide by zero encountered in")


def observe(make):
    """(the value or None, (error type, words) or None, the set of (warning category, words))."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value, error = np.asarray(make()), None
        except (ValueError, TypeError, OverflowError, ZeroDivisionError, IndexError) as refused:
            value, error = None, (type(refused), str(refused))
            if error[1].startswith("zero-size array"):
                # np.nanmax takes another loop than np.max, and names it.
                error = (error[0], error[1].replace(" fmax ", " maximum ").replace(" fmin ", " minimum "))
    return value, error, {(w.category, str(w.message).rstrip(".")) for w in caught}


def without_divisions(seen):
    words = {word for _, word in seen}
    if not words & {"Mean of empty slice", "Degrees of freedom <= 0 for slice"}:
        return seen
    return {(category, word) for category, word in seen if not word.startswith(DIVISIONS)}


def measured(name, a, **keywords):
    zero = np.zeros((), a.dtype)
    return observe(lambda: _core.measure(a, zero, (name,), **keywords)[0])


def alike(got, numpys, name):
    """Equal values, equal errors to the word, equal warnings."""
    assert got[1] == numpys[1], name
    assert got[2] == without_divisions(numpys[2]), name
    if numpys[0] is not None:
        assert got[0].shape == numpys[0].shape
        np.testing.assert_array_equal(got[0].astype(np.float64), numpys[0].astype(np.float64))


@pytest.mark.parametrize("kind", EMPTY)
@pytest.mark.parametrize("name", NUMPYS)
def test_empty(name, kind):
    a = EMPTY[kind]
    for axis in AXES[a.ndim]:
        alike(
            measured(name, a, axis=axis), observe(lambda axis=axis: NUMPYS[name](a, axis=axis)), (name, axis)
        )


@pytest.mark.parametrize("kind", ["float", "rows of nothing", "no rows", "nothing of nothing"])
@pytest.mark.parametrize("name", NAN_NUMPYS)
def test_empty_under_omit(name, kind):
    a = EMPTY[kind]
    for axis in AXES[a.ndim]:
        got = measured(name, a, axis=axis, nan_policy="omit")
        numpys = observe(lambda axis=axis: NAN_NUMPYS[name](a, axis=axis))
        alike(got, numpys, (name, axis))


ALL_NAN = {
    "all": (np.full(5, np.nan), None),
    "one": (np.array([np.nan]), None),
    "a row": (np.array([[np.nan, np.nan, np.nan], [1, np.nan, 3]]), 1),
    "a column": (np.array([[np.nan, 2.0], [np.nan, 3.0]]), 0),
    "single": (np.full((3, 2), np.nan, np.float32), 1),
    "large": (np.full((3, 40_000), np.nan), 1),
}


@pytest.mark.parametrize("kind", ALL_NAN)
@pytest.mark.parametrize("name", NAN_NUMPYS)
def test_all_nan_under_omit(name, kind):
    a, axis = ALL_NAN[kind]
    alike(
        measured(name, a, axis=axis, nan_policy="omit"),
        # NumPy's variance of float32 is a float32.
        observe(lambda: NAN_NUMPYS[name](a.astype(np.float64), axis=axis)),
        name,
    )


@pytest.mark.parametrize("kind", ALL_NAN)
@pytest.mark.parametrize("name", NUMPYS)
def test_all_nan_propagates_in_silence(name, kind):
    a, axis = ALL_NAN[kind]
    with np.errstate(all="raise"):
        alike(measured(name, a, axis=axis), observe(lambda: NUMPYS[name](a, axis=axis)), name)


@pytest.mark.parametrize("name", NUMPYS)
def test_a_mask_that_selects_nothing_behaves_as_empty(name):
    """NumPy would have a `where` of max come with `initial`; here it is the empty input."""
    empty = observe(lambda: NUMPYS[name](np.zeros(0)))
    for keywords in ({}, {"threads": 2}):
        got = measured(name, np.ones(70_000), where=np.zeros(70_000, bool), **keywords)
        alike(got, empty, name)


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_one_empty_item_refuses_the_call(name):
    mask = np.array([[True, True], [False, False]])
    _, error, _ = measured(name, np.ones((2, 2)), where=mask, axis=1)
    assert error == observe(lambda: NUMPYS[name](np.zeros(0)))[1]


@pytest.mark.parametrize("name", ["var", "std"])
@pytest.mark.parametrize("values", [[1.0], [5.0, 5.0], [2.0, 5.0, 9.0]])
def test_degrees_of_freedom(name, values):
    for ddof in (0, 1, 2, 3, 4):
        a = np.array(values)
        got = measured(name, a, ddof=ddof)
        numpys = observe(lambda a=a, ddof=ddof: NUMPYS[name](a, ddof=ddof))
        assert got[2] == without_divisions(numpys[2]), ddof
        np.testing.assert_allclose(got[0], numpys[0], rtol=1e-14)


@pytest.mark.parametrize("name", ["sum", "ssd"])
def test_overflow(name):
    """NumPy's words, but for the name of its loop at the end."""
    a = np.full(10, 1e308)
    value, error, seen = measured(name, a)
    numpys = observe(lambda: np.sum(a if name == "sum" else a * a))
    assert (value, error) == (np.inf, None)
    categories, words = zip(*numpys[2], strict=True)
    assert [category for category, _ in seen] == [categories[0]]
    stem = "overflow encountered"
    assert words[0].startswith(stem)
    assert next(iter(seen))[1].startswith(stem)


@pytest.mark.parametrize("name", ["sum", "ssd", "mse", "var"])
def test_errstate_governs_overflow(name):
    a = np.array([1e308, 0, 1e308, 1e308])
    with np.errstate(over="ignore"):
        value, error, seen = measured(name, a)
        assert (value, error, seen) == (np.inf, None, set())
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow encountered"):
        _core.measure(a, 0.0, (name,))


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "var", "argmax"])
def test_equal_infinities(name):
    """Their difference is invalid, and absdiff and NumPy say so."""
    a = np.array([1.0, np.inf])
    with pytest.warns(RuntimeWarning) as materialised:
        differences = np.abs(a - a)
    value, error, seen = observe(lambda: _core.measure(a, a, (name,))[0])
    assert error is None
    assert np.array_equal(value, NUMPYS[name](differences), equal_nan=True)
    stem = "invalid value encountered"
    assert str(materialised[0].message).startswith(stem)
    assert {(category, word[: len(stem)]) for category, word in seen} == {(RuntimeWarning, stem)}
    with np.errstate(invalid="ignore"):
        assert observe(lambda: _core.measure(a, a, (name,))[0])[2] == set()


def test_what_no_policy_lets_pass():
    for a in (np.array([1.0, np.nan]), np.array([1, "NaT"], "m8[s]"), np.array([1, np.nan], np.float16)):
        for name in ("sum", "max", "argmin", "count", "any", "number"):
            within = (">", np.timedelta64(0, "s") if a.dtype.kind == "m" else 0)
            _, error, _ = measured(name, a, nan_policy="raise", within=within)
            assert error == (ValueError, "The input contains nan values"), name
            assert measured(name, a, nan_policy="raise", within=within, where=[True, False])[1] is None


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0]])
@pytest.mark.parametrize("name", ["mean", "mse", "rmse"])
def test_weights_that_sum_to_zero(name, weights):
    a = np.ones(2)
    expected = observe(lambda: np.average(a, weights=weights))
    assert measured(name, a, weights=np.array(weights)) == expected
    assert measured(name, a[:0], weights=np.array(weights[:0])) == expected
    assert measured(name, a, weights=np.ones(2), where=[False, False]) == expected


def test_weighted_sums_of_nothing_are_zero():
    for name in ("sum", "ssd"):
        value, error, seen = measured(name, np.ones(2), weights=np.zeros(2))
        assert (value, error, seen) == (0, None, set())


def test_times():
    nothing = np.zeros(0, "m8[s]")
    zero = np.timedelta64(0, "s")
    for name in ("sum", "max", "min", "argmax", "mean"):
        got = observe(lambda name=name: _core.measure(nothing, zero, (name,))[0])
        numpys = observe(lambda name=name: NUMPYS[name](nothing))
        assert got[1:] == (numpys[1], without_divisions(numpys[2])), name
        if numpys[0] is not None:
            assert got[0].dtype == numpys[0].dtype
            assert np.isnat(got[0]) == np.isnat(numpys[0])
    missing = np.array(["NaT", "NaT"], "m8[s]")
    for name in ("max", "min"):
        value, error, seen = measured(name, missing, nan_policy="omit")
        assert (error, seen) == (None, {(RuntimeWarning, "All-NaN slice encountered")})
        assert np.isnat(value)
    assert measured("argmax", missing, nan_policy="omit")[1] == (ValueError, "All-NaN slice encountered")


def test_absdiff_materialised_gives_the_same():
    """The table above takes b = 0; here both operands count."""
    random = np.random.default_rng(1)
    a, b = random.standard_normal((2, 50, 60))
    a[3], b[:, 7] = np.nan, np.nan
    differences = ab.absdiff(a, b)
    for name in ("max", "min", "argmax", "argmin"):
        for axis in (0, 1, None):
            got = observe(lambda name=name, axis=axis: _core.measure(a, b, (name,), axis=axis)[0])
            alike(
                got, observe(lambda name=name, axis=axis: NUMPYS[name](differences, axis=axis)), (name, axis)
            )
