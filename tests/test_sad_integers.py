"""sad of integers: exact for every dtype pair, at the lengths and values where a kernel could overflow."""

import itertools

import numpy as np
import pytest

import abssub as ab
import oracle

PAIRS = list(itertools.product(oracle.INTEGERS, repeat=2))
PAIR_IDS = [f"{left.name}-{right.name}" for left, right in PAIRS]
NARROW = tuple(d for d in oracle.INTEGERS if d.itemsize <= 2)
# Around the powers of two at which narrow accumulators must be flushed.
LONG_LENGTHS = tuple(2**power + near for power in range(9, 21) for near in (-1, 0, 1, 77))


def extremes(dtype):
    if dtype.kind == "b":
        return False, True
    info = np.iinfo(dtype)
    return info.min, info.max


@pytest.mark.parametrize(("left", "right"), PAIRS, ids=PAIR_IDS)
def test_every_pair_of_dtypes(level, threads, left, right):
    a = oracle.samples(left.name, seed=3, count=90)[:, None]
    b = oracle.samples(right.name, seed=4, count=90)[None, :]
    differences = oracle.elements(a, b)
    rows = differences.sum(axis=1).tolist()
    columns = differences.sum(axis=0).tolist()
    # The 64-bit samples hold extremes by the dozen: whatever passes 2**64 must be refused.
    for axis, expected in ((1, rows), (0, columns)):
        if max(expected) >= 2**64:
            with pytest.raises(OverflowError):
                ab.sad(a, b, axis=axis, threads=threads)
        else:
            got = ab.sad(a, b, axis=axis, threads=threads)
            assert got.dtype == np.uint64
            assert got.tolist() == expected
    # Single elements always fit, apart from those that need 65 bits.
    fits = [i for i, row in enumerate(differences) if max(row) < 2**64]
    assert ab.sad(a[fits], b, axis=(), threads=threads).tolist() == differences[fits].tolist()


@pytest.mark.parametrize("dtype", oracle.INTEGERS, ids=lambda d: d.name)
def test_every_length_of_a_row_and_a_column(level, dtype):
    """All differences as large as they can be: the worst case of every accumulator."""
    low, high = extremes(dtype)
    largest = int(high) - int(low)
    for length in range(301):
        a, b = np.full(length, low, dtype), np.full(length, high, dtype)
        if length * largest >= 2**64:
            continue
        assert ab.sad(a, b) == length * largest
        column = ab.sad(a[:, None].repeat(3, 1), b[:, None], axis=0)
        assert column.tolist() == [length * largest] * 3


@pytest.mark.parametrize("dtype", NARROW, ids=lambda d: d.name)
def test_long_rows_of_the_largest_difference(level, threads, dtype):
    low, high = extremes(dtype)
    a = np.full(LONG_LENGTHS[-1], low, dtype)
    b = np.full(LONG_LENGTHS[-1], high, dtype)
    for length in LONG_LENGTHS:
        got = ab.sad(a[:length], b[:length], threads=threads)
        assert got == length * (int(high) - int(low))


@pytest.mark.parametrize("dtype", NARROW, ids=lambda d: d.name)
@pytest.mark.parametrize("width", [1, 31, 64, 65, 200])
def test_tall_columns_of_the_largest_difference(level, dtype, width):
    """257 bytes of 255 fill a u16, and 65,537 words of 65,535 a u32."""
    low, high = extremes(dtype)
    a, b = np.full((65_540, width), low, dtype), np.full(width, high, dtype)
    for height in (255, 256, 257, 258, 514, 515, 65_535, 65_537, 65_540):
        got = ab.sad(a[:height], b, axis=0)
        assert got.tolist() == [height * (int(high) - int(low))] * width


@pytest.mark.parametrize("dtype", oracle.INTEGERS, ids=lambda d: d.name)
@pytest.mark.parametrize("offset", range(0, 64, 7))
def test_offsets_and_odd_widths(level, dtype, offset):
    pool = oracle.samples(dtype.name, seed=5, count=300)
    if dtype.itemsize == 8:
        pool = pool // 2**20
    random = np.random.default_rng(offset)
    flat = random.choice(pool, 40 * 307 + 64)
    for width in (1, 3, 15, 33, 64, 100, 255, 307):
        a = flat[offset : offset + 40 * width].reshape(40, width)
        b = flat[:width]
        differences = abs(a.astype(int) - b.astype(int)).astype(object)
        assert ab.sad(a, b, axis=1).tolist() == differences.sum(axis=1).tolist()
        assert ab.sad(a, b, axis=0).tolist() == differences.sum(axis=0).tolist()
        assert int(ab.sad(a, b)) == differences.sum()


def test_the_sum_keeps_the_65th_bit_of_an_element():
    """What absdiff must saturate, the sum still counts exactly: here it needs 65 bits and is refused,
    and together with a smaller partner nothing is rounded."""
    top, below = np.uint64(2**64 - 1), np.int64(-1)
    with pytest.raises(OverflowError):
        ab.sad(top, below)
    assert int(ab.sad(np.uint64([2**63, 5]), np.int64([-(2**63) + 1, -5]), axis=())[1]) == 10
    got = ab.sad(np.uint64([2**63]), np.int64([-(2**63) + 1]))
    assert (got.dtype, int(got)) == (np.dtype(np.uint64), 2**64 - 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.int64, np.uint64, np.bool_])
def test_small_and_empty(level, dtype):
    empty = np.zeros((0, 4), dtype)
    assert ab.sad(empty, empty) == 0
    assert ab.sad(empty, empty, axis=0).tolist() == [0, 0, 0, 0]
    assert ab.sad(empty, empty, axis=1).shape == (0,)
    got = ab.sad(dtype(1), dtype(0))
    assert (type(got), got) == (np.uint64, 1)
    assert ab.sad(dtype(1), dtype(0), axis=()) == 1


def test_frames_of_the_question(level, threads):
    random = np.random.default_rng(9)
    a = random.integers(0, 256, (9, 108, 192), dtype=np.uint8)
    b = random.integers(0, 256, (108, 192), dtype=np.uint8)
    expected = np.abs(a.astype(int) - b).sum(axis=(-2, -1))
    for c in (ab.sad(a, b, axis=(-2, -1), threads=threads), ab.sad(b, a, axis=(2, 1), threads=threads)):
        assert c.dtype == np.uint64
        np.testing.assert_array_equal(c, expected)


@pytest.mark.parametrize("dtype", oracle.INTEGERS, ids=lambda d: d.name)
def test_every_length_offset_and_stride(level, dtype):
    pool = oracle.samples(dtype.name, seed=6, count=300)
    if dtype.itemsize == 8:
        pool = pool // 2**20
    random = np.random.default_rng(6)
    a, b = random.choice(pool, (2, 64 + 3 * 300 + 1))
    exact = abs(a.astype(np.int64) - b.astype(np.int64))
    for length, offset in itertools.product(range(301), range(64)):
        here = slice(offset, offset + length)
        assert int(ab.sad(a[here], b[here])) == int(exact[here].sum())
    for length, stride in itertools.product(range(301), (-3, -2, -1, 2, 3)):
        here = slice(length % 64, length % 64 + abs(stride) * length, abs(stride))
        x, y, z = (v[here][::-1] if stride < 0 else v[here] for v in (a, b, exact))
        assert int(ab.sad(x, y)) == int(z.sum())
        # Stride 0 on one side, and the other as it is.
        constant = np.broadcast_to(b[5], (length,))
        fixed = abs(a[here].astype(np.int64) - int(b[5])).sum()
        assert int(ab.sad(a[here], constant)) == int(ab.sad(constant, a[here])) == int(fixed)
