"""NumPy's own functions on a lazy difference: what they give on the exact array, without making it."""

import numpy as np
import pytest

import abssub as ab
import layouts
from materialised import FLOATS, INTEGERS, NUMBERS, forbid_arrays, narrow, pair, same, wide

MASK = np.arange(12).reshape(3, 4) % 3 != 0
AXES = (None, 0, -1, (0, 2), (0, 1, 2), ())
SINGLE_AXES = (None, 0, 1, -1)

# name: (the call, the axes, whether every number is exact)
FUSED = {
    "sum": (np.sum, AXES, True),
    "sum where": (lambda x, axis: np.sum(x, axis, where=MASK), AXES, True),
    "sum keepdims": (lambda x, axis: np.sum(x, axis=axis, keepdims=True), AXES, True),
    "sum initial": (lambda x, axis: np.sum(x, axis, initial=5), AXES, True),
    "mean": (np.mean, AXES, False),
    "mean where": (lambda x, axis: np.mean(x, axis, where=MASK), (None, (0, 1), (0, 2)), False),
    "var": (np.var, AXES, False),
    "var ddof": (lambda x, axis: np.var(x, axis, ddof=1), (None, 0, (0, 2)), False),
    "std": (np.std, AXES, False),
    "std correction": (lambda x, axis: np.std(x, axis, correction=1), (None, 0, (0, 2)), False),
    "max": (np.max, AXES, True),
    "amax": (np.amax, AXES, True),
    "min": (lambda x, axis: np.min(x, axis, keepdims=True), AXES, True),
    "amin": (np.amin, AXES, True),
    "max initial": (lambda x, axis: np.max(x, axis, initial=1), AXES, True),
    "min initial": (lambda x, axis: np.min(x, axis, where=MASK, initial=1), (None, (0, 1), (0, 2)), True),
    "argmax": (np.argmax, SINGLE_AXES, True),
    "argmin": (lambda x, axis: np.argmin(x, axis, keepdims=True), SINGLE_AXES, True),
    "any": (np.any, AXES, True),
    "all": (np.all, AXES, True),
    "all where": (lambda x, axis: np.all(x, axis, where=MASK), AXES, True),
    "count_nonzero": (np.count_nonzero, AXES, True),
    "count_nonzero keepdims": (lambda x, axis: np.count_nonzero(x, axis, keepdims=True), AXES, True),
    "quantile": (lambda x, axis: np.quantile(x, 0.3, axis), (None, 0, (0, 2)), False),
    "quantiles": (lambda x, axis: np.quantile(x, [[0.3, 1], [0, 0.5]], axis), (None, 0, (0, 2)), False),
    "percentile": (lambda x, axis: np.percentile(x, [30, 75.5], axis=axis), (None, 0, (0, 2)), False),
    "median": (lambda x, axis: np.median(x, axis, keepdims=True), (None, 0, (0, 2)), False),
    "ptp": (lambda x, axis: np.ptp(x, axis), AXES[:-1], True),
    "average": (np.average, AXES, False),
    "average weights": (lambda x, axis: np.average(x, 1, np.array([1, 2, 0])), (1,), False),
    "average of axes": (
        lambda x, axis: np.average(x, axis, weights=np.arange(8).reshape(4, 2)),
        ((2, 0),),
        False,
    ),
    "add.reduce": (lambda x, axis: np.add.reduce(x, axis=axis), AXES, True),
    "maximum.reduce": (lambda x, axis: np.maximum.reduce(x, axis, keepdims=True), AXES, True),
    "minimum.reduce": (lambda x, axis: np.minimum.reduce(x, axis=axis), AXES, True),
    "logical_or.reduce": (lambda x, axis: np.logical_or.reduce(x, axis=axis), AXES, True),
    "logical_and.reduce": (lambda x, axis: np.logical_and.reduce(x), (0,), True),
    "nansum": (np.nansum, AXES, True),
    "nanmean": (np.nanmean, AXES, False),
    "nanvar": (np.nanvar, AXES, False),
    "nanstd": (lambda x, axis: np.nanstd(x, axis, ddof=1), (None, 0), False),
    "nanmax": (np.nanmax, AXES, True),
    "nanmin": (np.nanmin, AXES, True),
    "nanargmax": (np.nanargmax, SINGLE_AXES, True),
    "nanargmin": (np.nanargmin, SINGLE_AXES, True),
    "nanquantile": (lambda x, axis: np.nanquantile(x, 0.3, axis), (None, 0, (0, 2)), False),
    "nanpercentile": (lambda x, axis: np.nanpercentile(x, 30, axis), (None, 0, (0, 2)), False),
    "nanmedian": (np.nanmedian, (None, 0, (0, 2)), False),
}


@pytest.fixture
def never_an_array(monkeypatch):
    forbid_arrays(monkeypatch)


@pytest.mark.usefixtures("never_an_array")
@pytest.mark.parametrize(
    # NumPy has no difference of booleans, and so no range of them.
    ("name", "dtype"),
    [(name, dtype) for name in FUSED for dtype in NUMBERS if (name, dtype) != ("ptp", "?")],
)
def test_fused_functions(name, dtype):
    function, axes, exact = FUSED[name]
    a, b = pair(dtype)
    expected = wide(a, b)
    # Sums of float64 are rounded once by us, and at every step by NumPy.
    rtol = 0 if exact and dtype in INTEGERS else 1e-12
    if name == "ptp" and dtype in FLOATS:
        rtol = 4 * np.finfo(dtype).eps
    for axis, layout in zip(axes, layouts.ALL, strict=False):
        same(function(ab.AbsDiff(layout(a), b), axis), function(expected, axis), rtol)
        same(function(ab.AbsDiff(b, layout(a)), axis), function(expected, axis), rtol)


@pytest.mark.usefixtures("never_an_array")
@pytest.mark.parametrize("dtype", NUMBERS)
def test_dtypes_of_fused_results(dtype):
    d = ab.AbsDiff(*pair(dtype))
    integer = dtype in INTEGERS
    assert d.dtype == narrow(*pair(dtype)).dtype
    assert np.sum(d).dtype == (np.uint64 if integer else np.float64)
    assert np.mean(d, axis=0).dtype == np.float64
    assert np.mean(d, dtype=np.float32).dtype == np.float32
    assert np.var(d).dtype == np.std(d).dtype == np.median(d).dtype == np.float64
    assert np.max(d).dtype == np.min(d, axis=0).dtype == np.max(d, initial=0).dtype == d.dtype
    assert np.argmax(d).dtype == np.argmin(d, 0).dtype == np.intp
    assert np.count_nonzero(d, axis=0).dtype == np.int64
    assert np.any(d).dtype == np.all(d, 0).dtype == np.bool


@pytest.mark.usefixtures("never_an_array")
def test_shapes_are_known_without_work():
    d = ab.AbsDiff(np.zeros((2, 1, 4)), np.ones((3, 1), np.float32))
    assert (np.shape(d), np.ndim(d), np.size(d), np.size(d, 1)) == ((2, 3, 4), 3, 24, 3)
    assert np.empty_like(d).shape == (2, 3, 4)
    assert np.zeros_like(d, shape=5).dtype == np.float64
    assert np.result_type(d, np.float32) == np.float64


@pytest.mark.usefixtures("never_an_array")
@pytest.mark.parametrize(
    "view",
    [
        np.transpose,
        lambda x: np.transpose(x, (1, 0, 2)),
        lambda x: np.moveaxis(x, 0, -1),
        lambda x: np.swapaxes(x, 0, 1),
        lambda x: np.squeeze(x[:, :1], 1),
        lambda x: np.expand_dims(x, 1),
        lambda x: np.flip(x, 0),
        lambda x: np.broadcast_to(x, (5, *x.shape)),
        np.matrix_transpose,
        np.rot90,
    ],
)
def test_views_stay_lazy(view):
    a, b = pair("i2")
    seen = view(ab.AbsDiff(a, b))
    assert isinstance(seen, ab.AbsDiff)
    expected = view(narrow(a, b))
    assert seen.shape == expected.shape
    same(np.sum(seen, axis=-1), expected.sum(axis=-1))


# What is not fused goes to NumPy as the exact array.
UNFUSED = {
    "other comparisons": lambda x: x > np.arange(4, dtype=np.uint8),
    "complex": lambda x: x == 3j,
    "none": lambda x: x == None,  # noqa: E711
    "sum start none": lambda x: np.add.reduce(x, axis=0, initial=None),
    "maximum.reduce dtype": lambda x: np.maximum.reduce(x, dtype=np.int64),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "add.outer": lambda x: np.add.outer(x, [1, 2]),
    "add.reduceat": lambda x: np.add.reduceat(x, [0, 1], axis=1),
    "multiply.reduce": lambda x: np.multiply.reduce(x),
    "sqrt": np.sqrt,
    "modf": lambda x: np.modf(x)[0],
    "plus": lambda x: x + 1,
    "reflected": lambda x: 200 - x,
    "itself": lambda x: x * x,
    "cube": lambda x: x**3,
    "float power": lambda x: x**2.5,
    "out": lambda x: np.add(x, 1, out=np.empty(x.shape)),
    "maximum": lambda x: np.maximum(x, 4),
    "cumsum": lambda x: np.cumsum(x, axis=1),
    "sort": lambda x: np.sort(x, axis=None),
    "concatenate": lambda x: np.concatenate([x, x], axis=1),
    "where": lambda x: np.where(x > 3, x, 0),
    "select": lambda x: np.asarray(x)[x > 3],
    "reshape": lambda x: np.reshape(x, (6, 4)),
    "quantile lower": lambda x: np.quantile(x, 0.3, axis=1, method="lower"),
    "quantile weights": lambda x: np.quantile(x, 0.3, weights=np.ones(x.shape), method="inverted_cdf"),
    "nanquantile nearest": lambda x: np.quantile(x, 0.3, method="nearest"),
    "mean as integers": lambda x: np.mean(x, axis=0, dtype=np.int64),
    "mean into integers": lambda x: np.mean(x, axis=0, out=np.empty((3, 4), np.int64)),
    "var about a mean": lambda x: np.var(x, mean=np.array([[[3.0]]])),
    "histogram weights": lambda x: np.histogram(x, 4, weights=np.ones(x.shape))[0],
    "as weights": lambda x: np.average(np.ones(x.shape), weights=x),
    "complex weights": lambda x: np.average(x, weights=np.full(x.shape, 1j)),
    "cov": lambda x: np.cov(np.reshape(x, (6, 4))),
    "unique": lambda x: np.unique(x),
    "array_equal": lambda x: np.array_equal(x, x),
    "allclose": lambda x: np.allclose(x, 1),
    "nonzero": lambda x: np.nonzero(x)[1],
    "argsort": lambda x: np.argsort(x, axis=-1, stable=True),
    "einsum": lambda x: np.einsum("ijk->j", x),
    "matmul": lambda x: np.matmul(x, np.ones((4, 2), np.uint8)),
    "isnan": np.isnan,
    "clip": lambda x: np.clip(x, 1, 5),
    "index": lambda x: np.asarray(x[[0, 1], :, [1, 2]]),
    "mask": lambda x: np.asarray(x[x > 3]),
}


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4"])
@pytest.mark.parametrize("name", UNFUSED)
def test_what_is_not_fused_is_numpys_own(name, dtype):
    a, b = pair(dtype)
    with np.errstate(all="ignore"):
        ours, numpys = UNFUSED[name](ab.AbsDiff(a, b)), UNFUSED[name](narrow(a, b))
    np.testing.assert_array_equal(ours, numpys)
    assert np.asarray(ours).dtype == np.asarray(numpys).dtype


def test_nan_policies():
    d = ab.AbsDiff([1.0, np.nan, 4.0], 0)
    assert np.isnan(np.sum(d))
    assert np.isnan(np.max(d))
    assert np.argmax(d) == 1
    assert (np.nansum(d), np.nanmax(d), np.nanargmax(d)) == (5, 4, 2)
    assert d.sum(nan_policy="omit") == 5
    with pytest.raises(ValueError, match="nan"):
        d.mean(nan_policy="raise")
    with pytest.raises(ValueError):
        d.mean(nan_policy="other")


def test_nan_functions_of_durations_are_numpys():
    a = np.array([3, "NaT", 5], "m8[s]")
    d = ab.AbsDiff(a, np.zeros((), "m8[s]"))
    assert np.isnat(np.nansum(d))
    assert np.nanmax(d) == np.timedelta64(5, "s")


def test_outputs():
    a, b = pair("u1")
    d, exact = ab.AbsDiff(a, b), wide(a, b)
    for function, dtype in ((np.sum, "u8"), (np.mean, "f4"), (np.max, "u2"), (np.any, "?"), (np.std, "f8")):
        out = np.empty(4, dtype)
        assert function(d, axis=(0, 1), out=out) is out
        same(out, function(exact, axis=(0, 1)).astype(dtype), 0 if dtype != "f8" else 1e-14)
    with pytest.raises(ValueError, match="wrong number of dimensions: Found 2 but expected 1"):
        np.mean(d, axis=(0, 1), out=np.empty((1, 4)))
    with pytest.raises(ValueError, match=r"shape \(3,\), but the mean has shape \(4,\)"):
        np.mean(d, axis=(0, 1), out=np.empty(3))
    out = np.empty((2, 3), np.int32)
    assert np.argmin(d, 2, out) is out
    same(out, np.argmin(exact, 2))
    with pytest.raises(TypeError, match="read-only"):
        np.add(1, 2, out=d)
    with pytest.raises(TypeError, match="read-only"):
        d += 1
    for write in (
        lambda: np.add.at(d, 0, 1),
        lambda: np.copyto(d, 1),
        lambda: np.copyto(dst=d, src=1),
        lambda: np.put(d, 0, 1),
        lambda: np.putmask(d, True, 1),
        lambda: np.fill_diagonal(d, 1),
    ):
        with pytest.raises(TypeError, match="read-only"):
            write()
    with pytest.raises(TypeError):
        d[0] = 1
    target = np.zeros(d.shape)
    np.copyto(target, d)
    np.testing.assert_array_equal(target, exact)


def test_an_output_that_overlaps_the_input():
    a = np.arange(12.0).reshape(3, 4) ** 2
    for function in (np.mean, np.max, np.std, np.median):
        operand = a.copy()
        expected = function(np.abs(operand - operand[1]), axis=0)
        d = ab.AbsDiff(operand, operand[1])
        assert function(d, axis=0, out=operand[1]) is not None
        same(operand[1], expected, 1e-12)


def test_a_result_that_out_cannot_hold():
    d = ab.AbsDiff(np.array([[200], [3]], np.uint8), np.uint8(0))
    out = np.array([5, 5], np.int8)
    with pytest.raises(OverflowError, match="int8"):
        np.max(d, axis=1, out=out)
    with pytest.raises(OverflowError, match="int8"):
        (ab.AbsDiff(np.arange(400), 0) > 3).sum(dtype=np.int8)
    assert out.tolist() == [5, 5]
    odd = ab.AbsDiff(np.array([2**24 + 1], np.uint32), np.uint32(0))
    with pytest.raises(OverflowError, match="float32"):
        np.max(odd, out=np.zeros((), np.float32))
    big = ab.AbsDiff(np.array([2**64 - 1], np.uint64), np.uint64(0))
    for dtype in (np.float64, np.float16, np.int64):
        with pytest.raises(OverflowError, match=np.dtype(dtype).name):
            np.max(big, out=np.zeros((), dtype))
    assert np.max(odd, out=np.zeros((), np.float64)) == 2**24 + 1


def test_other_libraries_come_first():
    class Other:
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return "theirs", type(inputs[0])

        def __array_function__(self, func, types, args, kwargs):
            return "theirs"

    d = ab.AbsDiff([1], [2])
    assert d + Other() == ("theirs", np.ndarray)
    assert np.concatenate([d, Other()]) == "theirs"


def test_keyword_spellings():
    d = ab.AbsDiff(np.arange(6).reshape(2, 3), 2)
    assert np.sum(a=d) == 9
    assert np.quantile(a=d, q=0.5) == 1.5
    assert np.sum(d, keepdims=np._NoValue) == 9
    assert np.average(d, returned=True) == (1.5, 6.0)
    averages, scales = np.average(d, 0, [1, 3], returned=True)
    assert averages.tolist() == [1.25, 1.75, 2.25]
    assert scales.tolist() == [4, 4, 4]
