"""sad of dates and durations: a duration in the common unit."""

import datetime

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


@pytest.mark.parametrize("coarse", ["Y", "M", "2M", "W", "D", "h"])
@pytest.mark.parametrize("fine", ["D", "h", "s", "ms", "3s"])
def test_units_of_every_length_meet_in_the_common_one(coarse, fine):
    # Each month from 1890 to 2110 and back, leap years and the years before 1970 among them.
    a = np.arange("1890-01", "2110-01", dtype="M8[M]").astype(f"M8[{coarse}]")
    b = np.arange(a.size).astype(f"M8[{fine}]")
    common = np.promote_types(a.dtype, b.dtype)
    expected = abs(a.astype(common).astype(int).astype(object) - b.astype(common).astype(int).astype(object))
    for got in (ab.sad(a, b, axis=()), ab.sad(b, a, axis=())):
        assert got.dtype == np.dtype(common.str.replace("M8", "m8"))
        assert got.astype(int).tolist() == expected.tolist()
    assert ab.sad(a, b).astype(int) == sum(expected)


def test_differences_that_only_the_sum_cannot_hold():
    a = np.array([2**62, -(2**62), "NaT"], "M8[s]")
    b = np.array([0, 0, 0], "M8[ms]")
    with pytest.raises(OverflowError):
        ab.sad(a[:2], b[:2])
    assert np.isnat(ab.sad(a, b))


def test_starts():
    a, b = np.array([5], "m8[s]"), np.array([3], "m8[s]")
    assert ab.sad(a, b, initial=np.timedelta64(1, "m")) == np.timedelta64(62, "s")
    assert ab.sad(a, b, initial=datetime.timedelta(minutes=1)) == np.timedelta64(62, "s")
    assert ab.sad(a, b, initial=4) == np.timedelta64(6, "s")
    assert np.isnat(ab.sad(a, b, initial=np.timedelta64("NaT")))
    with pytest.raises(OverflowError):
        ab.sad(a, b, initial=np.timedelta64(1500, "ms"))
    with pytest.raises(TypeError):
        ab.sad(a, b, initial=np.timedelta64(1, "Y"))


def test_integers_count_ticks():
    a = np.array([5, 7], "m8[h]")
    for dtype in "?bBhHiIlLqQ":
        assert ab.sad(a, np.ones(2, dtype)) == np.timedelta64(10, "h")
    assert ab.sad(a[:1], np.uint64(2**63)) == np.timedelta64(2**63 - 5, "h")
