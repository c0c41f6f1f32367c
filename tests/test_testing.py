"""assert_absdiff_le: quiet, or an AssertionError that says how many, where, and how far apart."""

import re

import ml_dtypes
import numpy as np
import pytest

import abssub as ab
import layouts
from abssub.testing import assert_absdiff_le
from materialised import NUMBERS, pair, wide

RNG = np.random.default_rng(5)


def message(*args, **keywords):
    with pytest.raises(AssertionError) as caught:
        assert_absdiff_le(*args, **keywords)
    return str(caught.value)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_it_tells_how_many_and_which(dtype):
    a, b = pair(dtype)
    b = np.broadcast_to(b, a.shape)
    exact = wide(a, b)
    limit = np.sort(exact, axis=None)[-4]
    for layout in layouts.ALL:
        assert assert_absdiff_le(layout(a), b, exact.max()) is None
        wrong = int((exact > limit).sum())
        if not wrong:
            continue
        text = message(layout(a), layout(b), limit)
        place = np.unravel_index(exact.argmax(), exact.shape)
        assert f"Mismatched elements: {wrong} / 24 (" in text
        assert f"index {tuple(map(int, place))}: {a[place]} (actual), {b[place]} (desired)" in text
        assert f"actual: {a.dtype}, shape (2, 3, 4)" in text or layout is layouts.byte_swapped
        largest, mean = (
            re.search(rf"{word} difference: ([^,\n]+)", text).group(1) for word in ("Largest", "Mean")
        )
        if dtype != "?":
            assert float(largest) == pytest.approx(float(exact.max()), rel=1e-3)
        assert float(mean) == pytest.approx(exact.mean(), rel=1e-6)


def test_the_whole_text():
    a = np.uint8([[1, 2], [3, 200]])
    assert message(a, a[::-1], 3, err_msg="frames differ") == (
        "\nNot all absolute differences are <= 3\n"
        "frames differ\n"
        "Mismatched elements: 2 / 4 (50%)\n"
        "Largest difference: 198, at index (0, 1): 2 (actual), 200 (desired)\n"
        "Mean difference: 100.0\n"
        " actual: uint8, shape (2, 2)\n"
        " desired: uint8, shape (2, 2)"
    )
    assert "(actual)" not in message(a, a[::-1], 3, verbose=False)


def test_unsigned_integers_do_not_wrap():
    assert_absdiff_le(np.uint8([1, 255]), np.uint8([2, 254]), 1)
    assert_absdiff_le(np.int8([-128]), np.int8([127]), 255)
    assert "255" in message(np.int8([-128]), np.int8([127]), 254)
    assert_absdiff_le(np.uint64([2**63]), np.uint64([2**63 + 1]), 1)


def test_differences_of_65_bits():
    a, b = np.uint64([2**64 - 1, 5]), np.int64([-1, 5])
    assert_absdiff_le(a, b, 2**64)
    text = message(a, b, 3)
    assert f"Largest difference: {2**64}, at index (0,)" in text
    assert "1 / 2" in text


@pytest.mark.parametrize("nan", [np.nan, np.float32("nan")])
def test_nan(nan):
    a, b = np.array([1.0, nan, np.inf, 3.0]), np.array([1.0, nan, np.inf, 3.5])
    assert_absdiff_le(a, b, 0.5)
    assert "1 / 4" in message(a, b, 0.25)
    assert "Largest difference: 0.5, at index (3,)" in message(a, b, 0.25)
    text = message(a, b, 0.5, equal_nan=False)
    assert "1 / 4" in text
    assert "at index (1,)" in text
    assert_absdiff_le(a[2:], b[2:], 0.5, equal_nan=False)
    text = message([1.0, 2.0, nan], [9.0, nan, nan], 10)
    assert "1 / 3" in text
    assert "Largest difference: nan, at index (1,): 2.0 (actual), nan (desired)" in text
    assert "1 / 1" in message(np.inf, -np.inf, 1e300)
    assert_absdiff_le([nan, nan], [nan, nan], 0)
    assert "1 / 2" in message([nan, 1], nan, 0)
    assert_absdiff_le(complex(nan, 1), complex(1, nan), 0)


def test_shapes_as_numpys_assertions_have_them():
    assert_absdiff_le(np.ones((2, 3)), 1, 0)
    assert_absdiff_le(1, np.ones((2, 3)), 0)
    assert_absdiff_le([], [], 0)
    assert_absdiff_le(np.zeros((0, 3)), 5, 0)
    assert "at index (1,): 1 (actual), 2 (desired)" in message(1, [1, 2], 0)
    assert "at index ()" in message(1, 5, 0)
    for a, b in (((2, 3), (3,)), ((2,), (1,)), ((2, 3), (3, 2)), ((1,), (1, 1))):
        with pytest.raises(AssertionError, match="mismatch") as numpys:
            np.testing.assert_allclose(np.ones(a), np.ones(b))
        reason = re.search(r"\(shapes .* mismatch\)", str(numpys.value)).group()
        assert reason in message(np.ones(a), np.ones(b), 0)


def test_times():
    a = np.array(["2020-01-01", "2020-01-05", "NaT"], "M8[D]")
    b = np.array(["2020-01-02T00", "2020-01-05T00", "NaT"], "M8[h]")
    assert_absdiff_le(a, b, np.timedelta64(1, "D"))
    text = message(a, b, np.timedelta64(23, "h"))
    assert "1 / 3" in text
    assert "2020-01-01 (actual), 2020-01-02T00 (desired)" in text
    assert "1 / 3" in message(a, b, np.timedelta64(1, "D"), equal_nan=False)


@pytest.mark.parametrize(
    "dtype", [object, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.int4], ids=str
)
def test_dtypes_from_elsewhere(dtype):
    a = RNG.integers(-7, 8, (3, 50, 7)).astype(dtype)
    b = RNG.integers(-7, 8, (3, 50, 7)).astype(dtype)
    exact = np.abs(a.astype(np.int64) - b.astype(np.int64))
    for layout in (layouts.contiguous, layouts.fortran, layouts.reversed_axes, layouts.every_third):
        assert_absdiff_le(layout(a), b, 14)
        text = message(a, layout(b), 3)
        assert f"Mismatched elements: {(exact > 3).sum()} / 1050 (" in text
        place = tuple(map(int, np.unravel_index(exact.argmax(), exact.shape)))
        assert f"at index {place}: {a[place]} (actual), {b[place]} (desired)" in text
        assert float(re.search(r"Mean difference: (.*)", text).group(1)) == pytest.approx(exact.mean())
    assert_absdiff_le(a, a.astype(np.float64), 0)


def test_blocks_are_counted_on(monkeypatch):
    monkeypatch.setattr("abssub._blockwise._BLOCK", 16)
    a = np.zeros((9, 11), ml_dtypes.bfloat16)
    b = a.copy()
    b[2, 3], b[7, 7], b[8, 0] = 2, 5, np.nan
    text = message(a, b, 1)
    assert "3 / 99" in text
    assert "Largest difference: nan, at index (8, 0)" in text
    assert "Largest difference: 5.0, at index (7, 7)" in message(a[:8], b[:8], 1)
    assert_absdiff_le(b, b, 0)
    assert "1 / 99" in message(b, b, 0, equal_nan=False)


def test_objects():
    assert_absdiff_le(np.array([2**100, None], object)[:1], np.array([2**100 + 3], object), 3)
    assert f"Largest difference: {2**80}, at index (1,)" in message([0, 2**80], np.array([0, 0], object), 3)


@pytest.mark.parametrize("value", ["text", b"bytes", np.zeros(2, "i4,f4"), np.ma.array([1, 2])])
def test_what_has_no_difference(value):
    with pytest.raises(TypeError):
        assert_absdiff_le(value, value, 1)
    with pytest.raises(TypeError):
        assert_absdiff_le(1, value, 1)


def test_tolerances():
    for atol in (-1, -0.5, np.nan, np.timedelta64(-1, "s"), np.timedelta64("NaT")):
        with pytest.raises(ValueError, match="atol"):
            assert_absdiff_le([1], [1], atol)
    for atol in ("1", [1, 2], None):
        with pytest.raises(TypeError, match="atol"):
            assert_absdiff_le([1], [1], atol)
    assert_absdiff_le(np.float32([0.1]), np.float32([0]), 0.1)
    assert_absdiff_le([1.0], [1.0], np.inf)


def test_lazy_operands():
    d = ab.AbsDiff([1, 5], [2, 2])
    assert_absdiff_le(d, [1, 3], 0)
    assert_absdiff_le([1, 3], ab.lazy([1, 3]), 0)
