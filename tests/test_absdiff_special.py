"""absdiff where arithmetic has edges: lost bits, float16, NaN and infinity, complex, dates, objects."""

import math
from fractions import Fraction

import numpy as np
import pytest

import abssub as ab
import oracle

INT64_MAX = 2**63 - 1


@pytest.mark.parametrize("signed", [np.int8, np.int16, np.int32, np.int64])
def test_65_bits_saturate_and_say_so(level, signed):
    top = np.full(70, 2**64 - 1, np.uint64)
    below = np.full(70, -1, signed)
    for a, b in ((top, below), (below, top), (top[:1], below[:1])):
        with pytest.warns(RuntimeWarning, match="overflow encountered in absdiff"):
            got = ab.absdiff(a, b)
        assert got.dtype == np.uint64
        assert (got == 2**64 - 1).all()
        with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
            ab.absdiff(a, b)
        with np.errstate(over="ignore"):
            ab.absdiff(a, b)


def test_64_bits_that_fit_raise_nothing(level):
    with np.errstate(all="raise"):
        got = ab.absdiff(np.uint64(2**63 - 1), np.int64(-(2**63)))
        assert int(got) == 2**64 - 1
        assert int(ab.absdiff(np.uint64(2**64 - 1), np.int8(0))) == 2**64 - 1
        assert int(ab.absdiff(np.int64(-(2**63)), np.int64(2**63 - 1))) == 2**64 - 1


def test_float16_is_rounded_once(level):
    random = np.random.default_rng(16)
    bits = random.integers(0, 2**16, (2, 1_000_000), dtype=np.uint16)
    a, b = bits.view(np.float16)
    with np.errstate(all="ignore"):
        # A difference of two halves is exact in double precision, so this rounds once too.
        expected = abs(a.astype(np.float64) - b.astype(np.float64)).astype(np.float16)
        got = ab.absdiff(a, b)
    assert got.dtype == np.float16
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_infinities_and_nan(level, dtype):
    inf, nan = np.inf, np.nan
    a = np.array([inf, -inf, inf, 1, nan, nan] * 12, dtype)
    b = np.array([-inf, 1, 1, -inf, 1, inf] * 12, dtype)
    with np.errstate(all="raise"):
        got = ab.absdiff(a, b)
    np.testing.assert_array_equal(got, np.array([inf, inf, inf, inf, nan, nan] * 12, dtype))
    same = np.full(70, inf, dtype)
    with pytest.warns(RuntimeWarning, match="invalid value encountered in absdiff"):
        assert np.isnan(ab.absdiff(same, same)).all()
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        ab.absdiff(same, same)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_float_overflow_warns(level, dtype):
    top = np.full(70, np.finfo(dtype).max, dtype)
    with pytest.warns(RuntimeWarning, match="overflow encountered in absdiff"):
        assert np.isinf(ab.absdiff(top, -top)).all()


def test_flags_do_not_leak_between_calls(level):
    with np.errstate(all="ignore"):
        ab.absdiff(np.full(70, np.inf), np.full(70, np.inf))
    with np.errstate(all="raise"):
        ab.absdiff(np.ones(70), np.zeros(70))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_zero_is_positive(level, dtype):
    zeros = np.array([0.0, -0.0, 0.0, -0.0] * 20, dtype)
    others = np.array([0.0, -0.0, -0.0, 0.0] * 20, dtype)
    assert not np.signbit(ab.absdiff(zeros, others)).any()


def test_longdouble_keeps_its_bits():
    epsilon = np.finfo(np.longdouble).eps
    assert ab.absdiff(np.longdouble(1) + epsilon, np.longdouble(1)) == epsilon
    assert ab.absdiff(np.longdouble(1), np.uint64(2**64 - 1)) == np.longdouble(2) ** 64 - 2
    a, b = (np.random.default_rng(n).standard_normal(500).astype(np.longdouble) / 3 for n in (1, 2))
    np.testing.assert_array_equal(ab.absdiff(a, b), oracle.float_elements(a, b))


@pytest.mark.parametrize(("dtype", "real"), [(np.complex64, np.float32), (np.complex128, np.float64)])
def test_complex_gives_the_magnitude(level, dtype, real):
    random = np.random.default_rng(3)
    parts = random.standard_normal((4, 1001))
    a, b = (parts[0] + 1j * parts[1]).astype(dtype), (parts[2] + 1j * parts[3]).astype(dtype)
    got = ab.absdiff(a, b)
    assert got.dtype == real
    np.testing.assert_array_max_ulp(got, np.abs(a - b), maxulp=2)
    assert ab.absdiff(dtype(3 + 1j), dtype(0 - 3j)) == 5
    # The magnitude neither overflows nor underflows where the parts do not.
    large = float(np.finfo(real).max) / 4
    assert math.isclose(
        ab.absdiff(dtype(complex(large, large)), dtype(0)), large * math.sqrt(2), rel_tol=1e-6
    )
    assert np.isinf(ab.absdiff(dtype(complex(np.inf, np.nan)), dtype(0)))


def test_dates_meet_in_the_common_unit(level):
    days = np.array(["2001-01-02", "2001-01-01", "NaT"] * 30, "M8[D]")
    hours = np.array(["2001-01-01T03", "2001-01-01T03", "2001-01-01T03"] * 30, "M8[h]")
    got = ab.absdiff(days, hours)
    assert got.dtype == np.dtype("m8[h]")
    expected = np.array([21, 3, "NaT"] * 30, "m8[h]")
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(ab.absdiff(hours, days), expected)


@pytest.mark.parametrize("units", ["as", "ns", "25us", "s", "h", "D", "W", "M", "Y"])
def test_each_unit_is_kept(units):
    for kind in "mM":
        a, b = np.array([5, -7], f"{kind}8[{units}]"), np.array([9, 3], f"{kind}8[{units}]")
        got = ab.absdiff(a, b)
        assert got.dtype == np.dtype(f"m8[{units}]")
        assert got.astype(np.int64).tolist() == [4, 10]


def test_durations():
    got = ab.absdiff(np.array([1, -1], "m8[m]"), np.array([90, 90], "m8[s]"))
    assert got.dtype == np.dtype("m8[s]")
    assert got.astype(int).tolist() == [30, 150]
    with pytest.raises(TypeError):
        ab.absdiff(np.array([1], "m8[Y]"), np.array([1], "m8[D]"))
    with pytest.raises(TypeError):
        ab.absdiff(np.array([1], "M8[D]"), np.array([1], "f8"))


def test_a_duration_beyond_63_bits_saturates_and_says_so():
    a, b = np.array([INT64_MAX], "m8[s]"), np.array([-INT64_MAX], "m8[s]")
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        ab.absdiff(a, b)
    with np.errstate(over="ignore"):
        assert int(ab.absdiff(a, b).astype(np.int64)[0]) == INT64_MAX


def test_objects_subtract_themselves():
    a = np.array([3, Fraction(1, 3), -(10**30)], object)
    b = np.array([5, Fraction(1, 2), 10**30], object)
    assert ab.absdiff(a, b).tolist() == [2, Fraction(1, 6), 2 * 10**30]
    with pytest.raises(TypeError, match="unsupported operand"):
        ab.absdiff(np.array(["x"], object), np.array([1], object))


@pytest.mark.parametrize("dtype", ["U3", "S3", "i4,i4", np.dtypes.StringDType()], ids=str)
def test_text_and_records_are_refused_in_numpys_words(dtype):
    x = np.zeros(2, dtype)
    with pytest.raises(TypeError, match="ufunc 'absdiff'") as refused:
        ab.absdiff(x, x)
    assert "UFuncTypeError" in [c.__name__ for c in type(refused.value).__mro__]


@pytest.mark.parametrize("kinds", ["mm", "MM"])
@pytest.mark.parametrize(
    ("coarse", "fine"), [("s", "ms"), ("m", "fs"), ("D", "ns"), ("W", "D"), ("6s", "4s")]
)
def test_times_that_the_common_unit_cannot_hold(kinds, coarse, fine):
    # NumPy would cast both to the common unit first, and wrap there.
    a = np.array([0, 7, -7, 2**40, 2**62, -(2**62), "NaT"], f"{kinds[0]}8[{coarse}]")
    b = np.array([0, 5, 5, 2**50, -(2**62), 2**62, 1], f"{kinds[1]}8[{fine}]")
    common = np.promote_types(a.dtype, b.dtype)
    scale = _ticks_of(common)
    with np.errstate(over="ignore"):
        got = ab.absdiff(a, b)
    assert got.dtype == np.dtype(common.str.replace("M8", "m8"))
    for x, y, d in zip(a, b, got, strict=True):
        if np.isnat(x) or np.isnat(y):
            assert np.isnat(d)
            continue
        exact = abs(_attoseconds(x) - _attoseconds(y)) // scale
        assert int(d.astype(int)) == min(exact, 2**63 - 1)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        ab.absdiff(a[4:5], b[4:5])


SECOND = 10**18
ATTOSECONDS = {
    "fs": 10**3,
    "ns": 10**9,
    "ms": 10**15,
    "s": SECOND,
    "m": 60 * SECOND,
    "D": 86_400 * SECOND,
    "W": 604_800 * SECOND,
}


def _ticks_of(dtype):
    unit, count = np.datetime_data(dtype)
    return ATTOSECONDS[unit] * count


def _attoseconds(time):
    return int(time.astype(int)) * _ticks_of(time.dtype)
