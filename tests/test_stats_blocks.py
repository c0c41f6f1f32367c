"""stats over rows and columns longer than a block, at every level, with and without a mask."""

import numpy as np
import pytest

import abssub as ab

NAMES = ("sum", "ssd", "max", "argmax", "min", "argmin", "count", "any", "histogram")
DTYPES = ("?", "u1", "i1", "u2", "i4", "f4", "f8")
RNG = np.random.default_rng(20)


def drawn(dtype, shape):
    """Values of which many are met more than once, so that the lowest place among ties matters."""
    values = RNG.integers(0, 256, shape, np.uint8)
    return values.view("i1").copy() if dtype == "i1" else (values % 200).astype(dtype)


def check(a, b, axis, where):
    d = np.abs(a.astype(np.float64) - b)
    shown = np.where(where, d, 0)
    found = ab.stats(a, b, NAMES, axis, threshold=31, where=where, bins=[0, 5, 90, 255])
    assert np.array_equal(found.sum, shown.sum(axis))
    assert np.array_equal(found.ssd, (shown**2).sum(axis))
    assert np.array_equal(found.count, (shown > 31).sum(axis))
    assert np.array_equal(found.any, (shown > 0).any(axis))
    greatest, least = np.where(where, d, -1), np.where(where, d, 999)
    assert np.array_equal(found.max, greatest.max(axis))
    assert np.array_equal(found.min, least.min(axis))
    assert np.array_equal(found.argmax, greatest.argmax(axis))
    assert np.array_equal(found.argmin, least.argmin(axis))
    edges = ((0, 5), (5, 90), (90, 255.5))
    bins = [(where & (d >= low) & (d < high)).sum(axis) for low, high in edges]
    assert np.array_equal(found.histogram[0], np.stack(bins, axis=-1))
    two = ab.stats(a, b, ("max", "argmax"), axis, where=where)
    assert np.array_equal(two.max, found.max)
    assert np.array_equal(two.argmax, found.argmax)
    assert np.array_equal(ab.AbsDiff(a, b).argmax(axis, where=where), found.argmax)
    spread = np.var(d, axis, where=where)
    assert np.allclose(ab.AbsDiff(a, b).var(axis, where=where), spread, rtol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 140_001), (700, 150)])
def test_rows_and_columns(dtype, shape, level):
    a, b = drawn(dtype, shape), drawn(dtype, shape)
    masks = [np.broadcast_to(True, shape), RNG.choice([0, 1, 2, 255], shape).astype(np.uint8).view(bool)]
    for where in masks:
        for axis in (0, 1, None):
            where = where.copy()
            where[0, 0] = True
            if axis is not None:
                where[0] = True
                where[:, 0] = True
            # NumPy's own reductions want booleans of one and zero.
            plain = where.view(np.uint8) != 0
            check(a, b, axis, plain)
            backwards = a[::-1, ::-1], b[::-1, ::-1]
            check(*backwards, axis, plain[::-1, ::-1])
            odd = ab.stats(a, b, ("sum", "argmax", "count"), axis, threshold=31, where=where)
            even = ab.stats(a, b, ("sum", "argmax", "count"), axis, threshold=31, where=plain)
            assert all(np.array_equal(x, y) for x, y in zip(odd, even, strict=True))


def test_masked_infinities_are_not_met(level):
    a = np.array([np.inf, np.nan, 3, -np.inf] * 100, "f4")
    b = np.array([np.inf, 1, 1, np.inf] * 100, "f4")
    where = np.array([False, False, True, False] * 100)
    found = ab.stats(a, b, ("sum", "max", "argmax", "min", "count"), threshold=1, where=where)
    assert found == (200, 2, 2, 2, 100)


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "u2", "i4"])
def test_frames_against_one(dtype, level, threads):
    """Several rows side by side, of more elements than a block has."""
    a, b = drawn(dtype, (17, 140_001)), drawn(dtype, 140_001)
    d = np.abs(a.astype(np.int64) - b)
    lazily = ab.AbsDiff(a, b)
    assert np.array_equal(lazily.max(1, threads=threads), d.max(1))
    assert np.array_equal(lazily.argmax(1, threads=threads), d.argmax(1))
    assert np.array_equal(lazily.argmin(1, threads=threads), d.argmin(1))
    assert np.array_equal(ab.stats(a, b, "count", 1, threshold=31, threads=threads).count, (d > 31).sum(1))
    found = ab.stats(a, b, ("sum", "ssd", "max", "argmax", "count"), 1, threshold=31, threads=threads)
    assert np.array_equal(found.sum, d.sum(1))
    assert np.array_equal(found.ssd, (d**2).sum(1))
    assert np.array_equal(found.argmax, d.argmax(1))
    assert np.array_equal(found.count, (d > 31).sum(1))
    lines = a[:, :140_000].reshape(17, 560, 250), b[:140_000].reshape(560, 250)
    shown = d[:, :140_000].reshape(17, 560, 250).sum((0, 2))
    assert np.array_equal(ab.sad(*lines, axis=(0, 2), threads=threads), shown)
