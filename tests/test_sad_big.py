"""Sums past 32 and 64 bits: exact, or refused by name. The large inputs are broadcast and cost nothing."""

import numpy as np
import pytest

import abssub as ab


def test_more_than_4_billion_elements():
    a = np.broadcast_to(np.uint8(255), (70_000, 70_000))
    assert int(ab.sad(a, 0)) == 70_000 * 70_000 * 255


def test_rows_and_columns_of_many_elements():
    a = np.broadcast_to(np.uint8(255), (3, 40_000, 10_000))
    assert ab.sad(a, np.uint8(0), axis=(1, 2)).tolist() == [40_000 * 10_000 * 255] * 3
    tall = np.broadcast_to(np.arange(4, dtype=np.uint8), (100_000_000, 4))
    assert ab.sad(tall, np.uint8(1), axis=0).tolist() == [10**8, 0, 10**8, 2 * 10**8]


def test_the_last_sum_that_fits(threads):
    a = np.array([[2**63, 2**63 - 1]], np.uint64)
    assert int(ab.sad(a, 0, threads=threads)) == 2**64 - 1
    spread = np.broadcast_to(np.uint64((2**64 - 1) // 65_535), (65_535,))
    assert int(ab.sad(spread, 0, threads=threads)) == 2**64 - 1


@pytest.mark.parametrize("dtype", [np.uint64, np.int64])
def test_past_64_bits_is_an_error_that_says_why(level, dtype):
    half = 2**63 if dtype == np.uint64 else -(2**63)
    a = np.zeros((3, 2), dtype)
    a[1] = half
    with pytest.raises(OverflowError) as refused:
        ab.sad(a, 0, axis=1)
    message = str(refused.value)
    assert "uint64" in message
    assert "axis" in message
    assert "65" in message, "the number of bits that the value needs"


@pytest.mark.parametrize("axis", [0, 1, None])
def test_no_block_of_a_large_sum_wraps(level, threads, axis):
    """Every order of adding passes 2**64 on the way."""
    a = np.full((300, 300), 2**64 - 1, np.uint64)
    with pytest.raises(OverflowError):
        ab.sad(a, 0, axis=axis, threads=threads)


def test_out_is_untouched_when_the_call_is_refused():
    a = np.ones((3, 2), np.uint64)
    a[2] = 2**63
    out = np.full(3, 77, np.uint64)
    with pytest.raises(OverflowError):
        ab.sad(a, 0, axis=1, out=out)
    assert out.tolist() == [77, 77, 77]
