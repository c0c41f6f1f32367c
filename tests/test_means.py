"""mae, mse, rmse and psnr: values, outputs, weights, and what they refuse."""

import numpy as np
import pytest

import abssub as ab
import layouts
from materialised import NUMBERS, pair, same, wide

MASK = np.arange(12).reshape(3, 4) % 3 != 0
AXES = (None, 0, -1, (0, 2), (2, 1, 0), ())

MEANS = {
    "mae": (ab.mae, lambda d, **k: np.mean(d, **k)),
    "mse": (ab.mse, lambda d, **k: np.mean(d**2, **k)),
    "rmse": (ab.rmse, lambda d, **k: np.sqrt(np.mean(d**2, **k))),
    "psnr": (
        lambda a, b, *args, **k: ab.psnr(a, b, *args, data_range=200, **k),
        lambda d, **k: 10 * np.log10(200**2 / np.mean(d**2, **k)),
    ),
}


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("name", MEANS)
def test_means(name, dtype):
    ours, numpys = MEANS[name]
    a, b = pair(dtype)
    exact = wide(a, b).astype(np.float64)
    with np.errstate(divide="ignore"):
        for axis, layout in zip(AXES, layouts.ALL, strict=False):
            same(ours(layout(a), b, axis), numpys(exact, axis=axis), 1e-12)
            same(ours(a, layout(b), axis=axis, keepdims=True), numpys(exact, axis=axis, keepdims=True), 1e-12)
        same(ours(a, b, where=MASK), numpys(exact, where=np.broadcast_to(MASK, exact.shape)), 1e-12)


@pytest.mark.parametrize("name", MEANS)
def test_outputs_of_means(name):
    ours, numpys = MEANS[name]
    a, b = pair("f8")
    expected = numpys(wide(a, b), axis=0)
    assert isinstance(ours(a, b), np.float64)
    assert ours(a, b, dtype=np.float32).dtype == np.float32
    np.testing.assert_array_equal(ours(a, b, 0, dtype="f2"), ours(a, b, 0).astype("f2"))
    out = np.empty((3, 4))
    assert ours(a, b, 0, out=out) is out
    same(out, expected, 1e-12)
    assert ours(a, b, 0, out=(out,)) is out
    same(ours(a, b, 0, out=np.empty((3, 4), np.float32)), expected.astype("f4"), 1e-6)
    # The second operand is where the result goes.
    landing = b.copy()
    assert ours(a, landing, 0, out=landing) is landing
    same(landing, expected, 1e-12)
    swapped = np.empty((4, 3), ">f8").T
    same(ours(a, b, 0, out=swapped), expected, 1e-12)


@pytest.mark.parametrize("name", MEANS)
def test_refusals_of_means(name):
    ours, _ = MEANS[name]
    a, b = pair("f8")
    out = np.full((3, 4), 9.0)
    for dtype in (np.int64, np.uint8, bool, "m8[s]", object, "U3"):
        with pytest.raises(TypeError, match=r"float dtype|Cannot cast"):
            ours(a, b, 0, dtype=dtype, out=out)
    for landing in (np.full((3, 4), 9), np.full((3, 4), 9, object), np.full((3, 4), 9).astype("m8[s]")):
        before = landing.copy()
        with pytest.raises(TypeError, match=r"Cannot cast .* with casting rule 'same_kind'"):
            ours(a, b, 0, out=landing)
        np.testing.assert_array_equal(landing, before)
    with pytest.raises(ValueError, match="output array is read-only"):
        ours(a, b, 0, out=np.broadcast_to(1.0, (3, 4)))
    with pytest.raises(TypeError, match="return arrays must be of ArrayType"):
        ours(a, b, 0, out=[1.0])
    with pytest.raises(TypeError, match="return arrays must be of ArrayType"):
        ours(a, b, 0, out=(out, out))
    for shape in ((4, 3), (3,), (1, 3, 4), ()):
        with pytest.raises(ValueError, match=r"shape|dimensions"):
            ours(a, b, 0, out=np.empty(shape))
    with pytest.raises(ValueError, match="broadcast"):
        ours(a, np.zeros(5), 0, out=out)
    with pytest.raises(np.exceptions.AxisError):
        ours(a, b, 3, out=out)
    with pytest.raises(ValueError, match="nan"):
        ours(np.full(a.shape, np.nan), b, 0, nan_policy="raise", out=out)
    with pytest.raises(TypeError):
        ours(a, b, 0, axes=1)
    with pytest.raises(TypeError, match=r"\.data"):
        ours(np.ma.array([1.0, 2.0]), 1.0)
    assert (out == 9).all()


@pytest.mark.parametrize("name", MEANS)
def test_weights_of_means(name):
    ours, _ = MEANS[name]
    a, b = pair("u1")
    weights = np.arange(12.0).reshape(3, 4)
    exact = wide(a, b) ** (1 if name == "mae" else 2)
    average = np.average(exact, (0, 1), np.broadcast_to(weights, exact.shape))
    finish = {"rmse": np.sqrt, "psnr": lambda m: 10 * np.log10(200**2 / m)}.get(name, lambda m: m)
    same(ours(a, b, (0, 1), weights=weights), finish(average), 1e-12)
    with pytest.raises(ZeroDivisionError, match="Weights sum to zero, can't be normalized"):
        ours(a, b, weights=0.0)


@pytest.mark.parametrize("name", MEANS)
def test_means_of_nothing(name):
    ours, _ = MEANS[name]
    for call in (lambda: ours(np.zeros(0), 1.0), lambda: ours(np.zeros(3), 1.0, where=False)):
        with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
            assert np.isnan(call())
    assert ours([1.0, np.nan], 0, nan_policy="omit") == ours([1.0], 0)


def test_means_of_times():
    a = np.array([10, 20], "m8[s]")
    assert ab.mae(a, np.timedelta64(0, "s")) == np.timedelta64(15, "s")
    for squares in (ab.mse, ab.rmse, ab.psnr):
        with pytest.raises(TypeError):
            squares(a, a)


@pytest.mark.parametrize(
    ("dtype", "data_range"),
    [("?", 1), ("u1", 255), ("i1", 255), ("i2", 65535), (">u2", 65535), ("u8", 2**64 - 1)],
)
def test_psnr_knows_the_range_of_integers(dtype, data_range):
    a, b = np.zeros(4, dtype), np.array([1, 0, 0, 0], dtype)
    expected = 10 * np.log10(float(data_range) ** 2 / 0.25)
    assert ab.psnr(a, b) == pytest.approx(expected, rel=1e-14)
    assert ab.psnr(a, a.dtype.type(1)) == pytest.approx(10 * np.log10(float(data_range) ** 2), abs=1e-12)
    assert ab.stats(a, b, "psnr").psnr == ab.psnr(a, b)
    assert ab.psnr(a, b, data_range=5) == pytest.approx(10 * np.log10(25 / 0.25), rel=1e-14)


def test_psnr_without_a_range():
    for a, b in (("f4", "f4"), ("f8", "f8"), ("u1", "i1"), ("u1", "u2"), ("u1", "f4"), ("c8", "c8")):
        for call in (ab.psnr, lambda x, y: ab.stats(x, y, ["max", "psnr"])):
            with pytest.raises(ValueError, match="pass data_range"):
                call(np.zeros(2, a), np.zeros(2, b))
    for data_range in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match="data_range"):
            ab.psnr([1.0], [2.0], data_range=data_range)
    assert ab.psnr([1.0], [1.0], data_range=1) == np.inf
    assert ab.psnr([1e100], [0.0], data_range=1e200) == pytest.approx(2000)


def test_a_row_major_output_is_written_at_once(run_python):
    """No array of the result's size beside it: the rule of docs/memory.md."""
    source = """
import numpy as np
import abssub as ab
from benchmarks.peak import extra_bytes

a = np.random.default_rng(0).random((3, 2_000_000))
out = np.ones(2_000_000)
d = ab.AbsDiff(a, a[0])
for call in (
    lambda: ab.mae(a, a[0], axis=0, out=out),
    lambda: ab.rmse(a, a[0], axis=0, out=out),
    lambda: np.std(d, axis=0, out=out),
):
    print(extra_bytes(call) or 0)
assert np.array_equal(out, d.std(axis=0))
"""
    limit = 2 * 2**20
    assert all(int(extra) < limit for extra in run_python(source).split())
