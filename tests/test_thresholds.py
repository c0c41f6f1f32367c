"""count at the edges of every dtype: thresholds beyond it, between its values, NaN and infinite ones."""

import math

import numpy as np
import pytest

import abssub as ab
import oracle
import oracle_reductions as right
from abssub import _core

INTEGER_THRESHOLDS = (
    -1,
    0,
    1,
    2,
    127,
    128,
    254,
    255,
    256,
    65_535,
    65_536,
    2**31,
    2**32 - 1,
    2**32,
    2**63,
    2**64,
)
FRACTIONS = (-0.5, 0.5, 1.0, 1.5, 254.5, 255.0, 1e30, -math.inf, math.inf, math.nan)


@pytest.mark.parametrize("dtype", oracle.INTEGERS, ids=lambda d: d.name)
@pytest.mark.parametrize("op", right.COMPARISONS)
def test_thresholds_of_integers(level, dtype, op):
    pool = oracle.samples(dtype.name, count=120)
    a, b = pool[:, None], pool[None, :]
    # Python's own comparisons are exact, of integers with floats too.
    differences = oracle.elements(a, b).reshape(-1).tolist()
    compare = right.COMPARISONS[op]
    for value in (*INTEGER_THRESHOLDS, *FRACTIONS, -(2**70), np.int64(-1), np.uint64(2**63), np.float32(0.1)):
        (got,) = _core.measure(a, b, ("count",), within=(op, value))
        assert got == sum(compare(x, value) for x in differences), value


@pytest.mark.parametrize("dtype", oracle.FLOATS, ids=lambda d: d.name)
@pytest.mark.parametrize("op", right.COMPARISONS)
def test_thresholds_of_floats(level, dtype, op):
    pool = np.append(oracle.samples(dtype.name, count=120), [np.nan, np.inf, 0.1, 0.3]).astype(dtype)
    compare = right.COMPARISONS[op]
    with np.errstate(all="ignore"):
        differences = ab.absdiff(pool[:, None], pool[None, :])
        info = np.finfo(dtype)
        values = (*(v for v in FRACTIONS if abs(v) != 1e30), -1, 0, 3, 0.1, 0.3, info.max, info.tiny)
        for value in (*values, np.float64(0.1), np.float32(0.1), info.smallest_subnormal, np.int8(1)):
            (got,) = _core.measure(pool[:, None], pool[None, :], ("count",), within=(op, value))
            assert got == np.count_nonzero(compare(differences, value)), value


@pytest.mark.parametrize("op", right.COMPARISONS)
def test_thresholds_of_times(op):
    a = np.array([0, 1, 59, 60, 61, 3600, "NaT"], "m8[s]")
    compare = right.COMPARISONS[op]
    for value in (
        np.timedelta64(1, "m"),
        np.timedelta64(0, "s"),
        np.timedelta64(1500, "ms"),
        np.timedelta64("NaT"),
    ):
        (got,) = _core.measure(a, np.timedelta64(0, "s"), ("count",), within=(op, value))
        assert got == np.count_nonzero(compare(a, value)), value
