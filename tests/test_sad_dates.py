"""sad of dates and durations: a duration in the common unit."""

import numpy as np
import pytest

import abssub as ab


@pytest.mark.parametrize("size", [1, 5, 3000])
def test_the_common_unit(level, threads, size):
    days = np.arange(size).astype("M8[D]")
    hours = np.full(size, 5).astype("M8[h]")
    got = ab.sad(days, hours, threads=threads)
    assert got.dtype == np.dtype("m8[h]")
    assert int(got.astype(np.int64)) == sum(abs(24 * day - 5) for day in range(size))


def test_axes_and_keepdims():
    a = np.arange(12).reshape(3, 4).astype("m8[s]")
    got = ab.sad(a, np.timedelta64(5, "s"), axis=1, keepdims=True)
    assert got.dtype == np.dtype("m8[s]")
    assert got.astype(int).tolist() == [[14], [4], [18]]


def test_nat_propagates_to_its_own_sums_only():
    a = np.array([[1, 2], [3, "NaT"]], "m8[s]")
    got = ab.sad(a, np.timedelta64(0, "s"), axis=1)
    assert np.isnat(got).tolist() == [False, True]
    assert got[0] == np.timedelta64(3, "s")
    assert np.isnat(ab.sad(a, np.timedelta64(0, "s")))


def test_a_sum_beyond_63_bits_is_refused():
    a = np.full(2, 2**62, "m8[s]")
    with pytest.raises(OverflowError):
        ab.sad(a, np.timedelta64(0, "s"))
    # The lowest pattern is NaT, so even the largest negative duration has a magnitude that fits.
    assert ab.sad(np.array([-(2**63) + 1], "m8[s]"), np.timedelta64(0, "s")) == np.timedelta64(2**63 - 1, "s")


def test_empty():
    got = ab.sad(np.zeros(0, "M8[ms]"), np.zeros(0, "M8[s]"))
    assert got.dtype == np.dtype("m8[ms]")
    assert got == np.timedelta64(0, "ms")
