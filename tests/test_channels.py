"""Images with channels, rows of few features and masks over time: short and narrow axes, which the planner
takes in other orders than memory has, or several rows at a time."""

import numpy as np
import pytest

import abssub as ab
from abssub import _core
from noise import DTYPES, exact, noise
from surroundings import THREAD_COUNTS, forced_level

NUMBERS = [dtype for dtype in DTYPES if dtype != "?"]


def everywhere():
    """Every level with every number of threads; what is expected is computed once for all of them."""
    for level in _core.levels():
        with forced_level(level):
            yield from THREAD_COUNTS


def check(a, b, axis, reduce=ab.sad, expected=None, **options):
    if expected is None:
        expected = exact(a, np.broadcast_to(b, a.shape), axis)
    for threads in everywhere():
        found = reduce(a, b, axis=axis, threads=threads, **options)
        assert np.array_equal(found, expected), (ab.get_level(), threads, a.shape, a.strides, b.strides, axis)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [2, 3, 4, 5])
def test_channels(dtype, channels):
    a = noise((2, 23, 17, channels), dtype)
    for b in (noise(a.shape, dtype, 1), noise(a.shape[1:], dtype, 1), noise((channels,), dtype, 1)):
        for axis in (None, 0, -1, (0, 1), (1, 2), (0, -1), (0, 1, 2)):
            check(a, b, axis)
        # Some channels, the other order of them, and all of them in planes.
        for axis in ((1, 2), -1, (1, 2, 3)):
            check(a[..., :-1], b[..., 1:], axis)
            check(a[..., ::-1], b, axis)
            check(np.asfortranarray(a), b, axis)
        check(a[..., 1], np.broadcast_to(b, a.shape)[..., 0], (1, 2))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("features", [1, 2, 3, 7, 8, 12, 31, 33, 63, 65, 96, 97])
def test_few_features(dtype, features):
    """Rows that end within a vector, and the last of them at the very end of their memory."""
    a, b = noise((203, features), dtype), noise((203, features), dtype, 1)
    for other in (b, b[7], b[:, :1]):
        for axis in (0, 1, None):
            check(a, other, axis)
    check(a[::2], b[::2], 1)
    check(a[:, ::-1], b, 1)
    for few in (1, 2, 9):
        check(a[:few], b[:few], 1)
        check(a[:few], b[:few], 0)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_squares_and_extremes_of_short_axes(dtype):
    a, b = noise((301, 3), dtype), noise((301, 3), dtype, 1)
    if np.dtype(dtype).kind == "f":
        wide = np.abs(a.astype(float) - b)
    else:
        # Squares must fit 64 bits.
        room = 2 ** max(0, 8 * a.itemsize - 27)
        a, b = a // room, b // room
        wide = np.abs(a.astype(np.int64) - b.astype(np.int64))

    def stats(a, b, **options):
        found = ab.stats(a, b, ("mean", "max", "argmax", "count"), threshold=3, **options)
        return np.array([np.round(found.mean, 6), found.max, found.argmax, found.count], float)

    for axis in (0, 1):
        check(a, b, axis, ab.ssd, (wide * wide).sum(axis=axis))
        means = np.round(wide.mean(axis=axis), 6)
        places = (wide.max(axis=axis), wide.argmax(axis=axis), (wide > 3).sum(axis=axis))
        check(a, b, axis, stats, np.array([means, *places], float))


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("shape", [(5, 7), (300, 3), (260, 64), (9, 2100), (4, 21000)])
def test_masks_over_columns(dtype, shape):
    if max(shape) > 3000 and np.dtype(dtype).itemsize > 1:
        shape = (3, 700)
    a, b = noise(shape, dtype), noise(shape, dtype, 1)
    random = np.random.default_rng(2)
    mask = random.integers(0, 3, shape).astype(bool)
    mask[0] = True
    # Any byte but zero is true.
    odd = np.where(mask, random.integers(1, 256, shape), 0).astype(np.uint8).view(bool)
    for where in (mask, odd, mask[1:2], mask[:, :1], np.asfortranarray(mask)):
        whole = np.broadcast_to(where, shape).view(np.uint8) != 0
        for other in (b, b[2]):
            kept = [np.where(whole, x, 0).astype(x.dtype) for x in (a, np.broadcast_to(other, shape))]
            expected = exact(*kept, 0)
            check(a, other, 0, expected=expected, where=where)
            if whole.any(axis=0).all():
                # Sums below 2^53 are divided once.
                check(a, other, 0, ab.mae, expected.astype(float) / whole.sum(axis=0), where=where)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("channels", [2, 3, 4, 6])
def test_masks_of_pixels(dtype, channels):
    """A mask of pixels is the same for all channels; one of each channel's own goes on without a gap."""
    shape = (2, 23, 29, channels)
    a, b = noise(shape, dtype), noise(shape[1:], dtype, 1)
    random = np.random.default_rng(3)
    for where in (
        random.integers(0, 2, (*shape[:3], 1)).astype(bool),
        random.integers(0, 2, (*shape[1:3], 1)).astype(bool),
        random.integers(0, 2, shape).astype(bool),
        random.integers(0, 2, shape[1:]).astype(bool),
        random.integers(0, 2, shape[-1:]).astype(bool),
    ):
        whole = np.broadcast_to(where, shape)
        for other in (b, b[0, 0], np.broadcast_to(b, shape).copy()):
            kept = [np.where(whole, x, 0).astype(x.dtype) for x in (a, np.broadcast_to(other, shape))]
            for axis in ((1, 2), 0, -1, (0, 1, 2), None):
                check(a, other, axis, expected=exact(*kept, axis), where=where)
            sums, numbers = exact(*kept, (1, 2)).astype(float), whole.sum(axis=(1, 2))
            if numbers.all() and sums.max() < 2**53:
                check(a, other, (1, 2), ab.mae, sums / numbers, where=where)
                highest = ab.absdiff(*kept).max(axis=(1, 2))
                for threads in everywhere():
                    found = ab.AbsDiff(a, other).max(axis=(1, 2), where=where, threads=threads)
                    assert (found == highest).all()


def layouts_of_short_rows(dtype, features, numbers_alone=False):
    """Rows beside others, beside one that they share, with gaps and without, forwards and backwards."""
    a, b = noise((203, features + 2), dtype), noise((203, features + 2), dtype, 1)
    if a.dtype.kind == "f" and not numbers_alone:
        a[5, 1] = np.nan
    if a.dtype.kind != "f" and numbers_alone:
        # Squares must fit 64 bits.
        room = 2 ** max(0, 8 * a.itemsize - 20)
        a, b = a // room, b // room
    yield a[:, 1:-1].copy(), b[:, 1:-1].copy()
    yield a[:, 1:-1].copy(), b[7, :-2]
    yield a[7, 2:], b[:, 2:].copy()
    yield a[:, 1:-1], b[:, 2:]
    yield a[::-1, -3::-1], b[:, 2:].copy()
    yield a[:, 1:-1].copy(), b[:, :1]


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("features", [1, 5, 16, 33, 64, 128, 129, 256, 257])
def test_extremes_and_counts_of_short_rows(dtype, features):
    names = ("max", "argmax", "min", "argmin", "count")
    for a, b in layouts_of_short_rows(dtype, features):
        diff = ab.absdiff(a, b)
        limit = np.nanmedian(diff)
        mask = np.random.default_rng(4).integers(0, 3, diff.shape).astype(bool)
        mask[:, 0] = True
        for axis in (1, None):
            expected = [getattr(diff, name)(axis=axis) for name in names[:-1]]
            expected.append((diff > limit).sum(axis=axis))
            low = np.where(mask, diff, np.inf if diff.dtype.kind == "f" else np.iinfo(diff.dtype).max)
            masked = [low.min(axis=axis), (mask & (diff > limit)).sum(axis=axis)]
            for threads in everywhere():
                found = ab.stats(a, b, names, axis=axis, threshold=limit, threads=threads)
                for name, value in zip(names, expected, strict=True):
                    np.testing.assert_array_equal(getattr(found, name), value, name)
                    # What is asked for alone is looked at in other ways.
                    over = {"threshold": limit} if name == "count" else {}
                    alone = ab.stats(a, b, name, axis=axis, threads=threads, **over)
                    np.testing.assert_array_equal(getattr(alone, name), value, name)
                options = {"axis": axis, "threshold": limit, "where": mask, "threads": threads}
                found = ab.stats(a, b, ("min", "count"), **options)
                np.testing.assert_array_equal(found.min, masked[0])
                np.testing.assert_array_equal(found.count, masked[1])


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("features", [2, 5, 33, 300])
def test_histograms_and_sums_beside_extremes_of_short_rows(dtype, features):
    for a, b in layouts_of_short_rows(dtype, features, numbers_alone=True):
        diff = ab.absdiff(a, b)
        edges = np.unique(np.quantile(diff.astype(float), (0, 0.3, 0.8)))
        edges = np.append(edges, edges[-1] + 1)
        for axis in (1, None):
            sums, highest = exact(a, np.broadcast_to(b, diff.shape), axis), diff.max(axis=axis)
            for threads in everywhere():
                found = ab.stats(a, b, ("sum", "max", "ssd"), axis=axis, threads=threads)
                np.testing.assert_array_equal(found.sum, sums)
                np.testing.assert_array_equal(found.max, highest)
                np.testing.assert_array_equal(found.ssd, ab.ssd(a, b, axis=axis))
                counts = ab.AbsDiff(a, b).histogram(edges, axis=axis, threads=threads)[0]
                rows = diff if axis == 1 else diff.reshape(1, -1)
                expected = [np.histogram(row, edges)[0] for row in rows]
                np.testing.assert_array_equal(counts, np.squeeze(expected) if axis is None else expected)
