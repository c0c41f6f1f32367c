"""Where a reduction could lose bits: cancellation, exponents out of range, 65 bits, weights rounded once."""

import functools

import numpy as np
import pytest

import oracle_reductions as right
from abssub import _core
from test_reductions import measure


@functools.cache
def far_from_zero(dtype, size):
    """Values whose mean is 1e8 times their deviation, where the dtype tells them apart."""
    random = np.random.default_rng(size)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        a = ((1e8 if dtype.itemsize == 8 else 1e5) + random.standard_normal(size)).astype(dtype)
    else:
        a = np.iinfo(dtype).max - random.integers(0, 3, size).astype(dtype)
    b = np.full(1, 0 if dtype.kind in "fu" else np.iinfo(dtype).min, dtype)
    sample = right.Sample(a, b)
    cases = [(name, ddof) for name in ("mean", "var", "std", "mse", "rmse") for ddof in (0, 1)]
    return a, b, sample, [(*case, right.expected(sample, case[0], ddof=case[1])) for case in cases]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u8", "i8"])
@pytest.mark.parametrize("size", [2, 3, 10, 1000, 9001])
def test_a_mean_of_1e8_deviations(level, threads, dtype, size):
    """Of wide integers the squares need up to 128 bits, and what is left of their sum is a few units."""
    a, b, sample, cases = far_from_zero(dtype, size)
    for name, ddof, expected in cases:
        (got,) = _core.measure(a, b, (name,), ddof=ddof, threads=threads)
        right.check(got, sample, name, expected)


@pytest.mark.parametrize("value", [1e200, 1e308, 1e-170, 4e-320, 1e-300])
def test_squares_beyond_the_exponents(threads, value):
    """What a root brings back into range must not have been lost on the way."""
    a = np.array([value, 0.0, value / 3, value / 7])
    sample = right.Sample(a, 0.0)
    for name in ("mean", "rmse", "std"):
        (got,) = _core.measure(a, 0.0, (name,), threads=threads)
        assert np.isfinite(got)
        assert got > 0
        right.check(got, sample, name, right.expected(sample, name))
    with np.errstate(over="ignore"):
        for name in ("ssd", "mse", "var"):
            (got,) = _core.measure(a, 0.0, (name,), threads=threads)
            right.check(got, sample, name, right.expected(sample, name))


def test_a_mean_whose_sum_overflows():
    a = np.full(1000, 1e308)
    (got,) = measure(a, 0.0, ("mean",))
    assert got == 1e308
    ticks = np.full(4, 2**62, "m8[s]")
    (got,) = measure(ticks, np.timedelta64(0, "s"), ("mean",))
    assert got == np.timedelta64(2**62, "s")


def test_a_constant_has_no_variance(level, threads):
    for a in (np.full(999, 0.1), np.full(999, 1e-310), np.full(999, 1e300), np.full(999, 2**64 - 1, "u8")):
        var, std = _core.measure(a, a.dtype.type(0), ("var", "std"), threads=threads)
        assert (var, std) == (0, 0)


@pytest.mark.parametrize(
    ("a", "b", "refused"),
    [
        (np.uint64([2**64 - 1, 5]), np.int64([-1, 5]), ("max", "sum", "ssd")),
        (np.uint64([2**64 - 1]), np.int64([-1]), ("max", "min", "sum", "ssd")),
        (np.uint64([2**32]), np.uint64([0]), ("ssd",)),
        (np.full(3, 2**32 - 1, np.uint32), np.uint32([0]), ("ssd",)),
    ],
)
def test_what_64_bits_cannot_hold_is_refused_by_name(a, b, refused):
    sample = right.Sample(a, b)
    for name in ("max", "min", "sum", "ssd"):
        if name in refused:
            with pytest.raises(OverflowError, match="uint64"):
                _core.measure(a, b, (name,))
    for name in ("mean", "mse", "rmse", "var", "std", "argmax", "argmin", "nonzero", "any"):
        (got,) = _core.measure(a, b, (name,))
        right.check(got, sample, name, right.expected(sample, name))


def test_a_65_bit_difference_is_compared_exactly():
    a, b = np.uint64([2**64 - 1, 2**64 - 1]), np.int64([-1, 0])
    for op, value, count in (
        (">", 2**64 - 1, 1),
        ("==", 2**64, 1),
        (">=", 2**64 + 1, 0),
        ("!=", 2**64 - 1, 1),
    ):
        (got,) = _core.measure(a, b, ("count",), within=(op, value))
        assert got == count, (op, value)


def test_weighted_longdoubles_are_rounded_once():
    random = np.random.default_rng(7)
    a = random.standard_normal(4000).astype("g") / 3
    weights = random.random(4000)
    sample = right.Sample(a, np.longdouble(0), axis=(), weights=weights)
    for name in ("sum", "ssd"):
        (got,) = _core.measure(a, np.longdouble(0), (name,), axis=(), weights=weights)
        right.check(got, sample, name, right.expected(sample, name))


def test_weighted_integers_are_rounded_once():
    random = np.random.default_rng(8)
    for dtype in ("u4", "u8", "i8"):
        a = random.integers(0, np.iinfo(dtype).max, 4000, dtype=dtype)
        weights = random.random(4000)
        sample = right.Sample(a, a.dtype.type(1), axis=(), weights=weights)
        for name in ("sum", "ssd"):
            (got,) = _core.measure(a, a.dtype.type(1), (name,), axis=(), weights=weights)
            right.check(got, sample, name, right.expected(sample, name))


def test_special_weights():
    a = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 2.0], [1.0, 0.0], [1e300, 1.0], [np.inf, 1.0]])
    weights = np.array([[np.inf, 1], [np.inf, 1], [np.inf, -np.inf], [np.nan, 1], [1e300, 1], [0, 1]])
    sample = right.Sample(a, 0.0, axis=1, weights=weights)
    for name in ("sum", "ssd"):
        (got,) = measure(a, 0.0, (name,), axis=1, weights=weights)
        right.check(got, sample, name, right.expected(sample, name))


def test_an_omitted_pair_takes_its_weight_with_it():
    a = np.array([1.0, np.nan, 4.0])
    weights = np.array([1.0, 5.0, 3.0])
    (got,) = _core.measure(a, 0.0, ("mean",), weights=weights, nan_policy="omit")
    assert got == 13 / 4
    (got,) = _core.measure(a, 0.0, ("mean",), weights=weights, where=[True, True, False], nan_policy="omit")
    assert got == 1
