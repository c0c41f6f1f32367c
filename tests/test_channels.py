"""Images with channels, rows of few features and masks over time: short and narrow axes, which the planner
takes in other orders than memory has, or several rows at a time."""

import numpy as np
import pytest

import abssub as ab
from noise import DTYPES, exact, noise

AXES = (None, 0, -1, (0, 1), (1, 2), (0, -1), (0, 1, 2))


def check(a, b, axis, threads):
    expected = exact(a, np.broadcast_to(b, a.shape), axis)
    assert (ab.sad(a, b, axis=axis, threads=threads) == expected).all(), (a.shape, a.strides, b.strides, axis)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [2, 3, 4, 5])
def test_channels(dtype, channels, level, threads):
    a = noise((3, 37, 29, channels), dtype)
    for b in (noise(a.shape, dtype, 1), noise(a.shape[1:], dtype, 1), noise((channels,), dtype, 1)):
        for axis in AXES:
            check(a, b, axis, threads)
            check(b, a, axis, threads) if b.shape == a.shape else None
        # Some channels, the other order of them, and all of them in planes.
        for axis in ((1, 2), -1, (1, 2, 3)):
            check(a[..., :-1], b[..., 1:], axis, threads)
            check(a[..., ::-1], b, axis, threads)
            check(np.asfortranarray(a), b, axis, threads)
        check(a[..., 1], np.broadcast_to(b, a.shape)[..., 0], (1, 2), threads)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("features", [1, 2, 3, 7, 8, 12, 31, 33, 63, 65, 96, 97])
def test_few_features(dtype, features, level, threads):
    """Rows that end within a vector, and the last of them at the very end of their memory."""
    a, b = noise((203, features), dtype), noise((203, features), dtype, 1)
    for other in (b, b[7], b[:, :1]):
        for axis in (0, 1, None):
            check(a, other, axis, threads)
    check(a[::2], b[::2], 1, threads)
    check(a[:, ::-1], b, 1, threads)
    for few in (1, 2, 9):
        check(a[:few], b[:few], 1, threads)
        check(a[:few], b[:few], 0, threads)


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "?"])
def test_squares_and_means_of_short_axes(dtype, level, threads):
    a, b = noise((301, 3), dtype), noise((301, 3), dtype, 1)
    if np.dtype(dtype).kind == "f":
        wide = np.abs(a.astype(float) - b)
    else:
        # Squares must fit 64 bits.
        a, b = a // 2 ** max(0, 8 * a.itemsize - 27), b // 2 ** max(0, 8 * a.itemsize - 27)
        wide = np.abs(a.astype(np.int64) - b.astype(np.int64))
    for axis in (0, 1):
        assert (ab.ssd(a, b, axis=axis, threads=threads) == (wide * wide).sum(axis=axis)).all()
        found = ab.stats(a, b, ("mean", "max", "argmax", "count"), axis, threshold=3, threads=threads)
        assert np.allclose(found.mean, wide.mean(axis=axis), rtol=1e-15)
        assert (found.max == wide.max(axis=axis)).all()
        assert (found.argmax == wide.argmax(axis=axis)).all()
        assert (found.count == (wide > 3).sum(axis=axis)).all()


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "?"])
@pytest.mark.parametrize("shape", [(5, 7), (300, 3), (260, 64), (9, 2100), (4, 21000)])
def test_masks_over_columns(dtype, shape, level, threads):
    if max(shape) > 3000 and np.dtype(dtype).itemsize > 1:
        shape = (3, 700)
    a, b = noise(shape, dtype), noise(shape, dtype, 1)
    random = np.random.default_rng(2)
    mask = random.integers(0, 3, shape).astype(bool)
    # Any byte but zero is true.
    odd = np.where(mask, random.integers(1, 256, shape), 0).astype(np.uint8).view(bool)
    for where in (mask, odd, mask[0], mask[:, :1], np.asfortranarray(mask)):
        whole = np.broadcast_to(where, shape).view(np.uint8) != 0
        kept = np.where(whole, a, 0).astype(a.dtype), np.where(whole, b, 0).astype(b.dtype)
        for other in (b, b[2]):
            masked = kept[1] if other is b else np.where(whole, other, 0).astype(b.dtype)
            expected = exact(kept[0], masked, 0)
            assert (ab.sad(a, other, axis=0, where=where, threads=threads) == expected).all()
            with np.errstate(invalid="ignore"):
                means = expected.astype(float) / whole.sum(axis=0)
            if whole.any(axis=0).all():
                found = ab.mae(a, other, axis=0, where=where, threads=threads)
                assert np.allclose(found, means, rtol=1e-15)
