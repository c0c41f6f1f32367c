"""The patterns of the planner, reached by plain calls: pairs by broadcasting, shared frames, windows; and
the accumulators inside them at the edges of what they hold."""

import warnings

import numpy as np
import pytest

import abssub as ab
from noise import DTYPES, exact, noise


@pytest.mark.parametrize("dtype", DTYPES)
def test_pairs_by_broadcasting(dtype, level, threads):
    x, y = noise((9, 5, 13), dtype), noise((70, 5, 13), dtype, 1)
    sums = ab.sad(x[:, None], y[None], axis=(-2, -1), threads=threads)
    assert (sums == exact(x[:, None], y[None], (-2, -1))).all()
    # Turned, with an axis between, and with one that both keep.
    assert (ab.sad(x[None], y[:, None], axis=(-2, -1), threads=threads) == sums.T).all()
    between = ab.sad(x[:, None, None], y[None, :, None], axis=(-2, -1), threads=threads)
    assert (between[:, :, 0] == sums).all()
    lines = ab.sad(x[:, None], y[None], axis=-1, threads=threads)
    assert (lines == exact(x[:, None], y[None], -1)).all()


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "u2", "i2"])
@pytest.mark.parametrize("counts", [(1, 40), (3, 33), (200, 9), (70, 101), (195, 66)])
def test_pairs_at_the_edges_of_tiles_and_panels(dtype, counts, level, threads):
    """Rows that end within a word, and rows that are longer than a panel; strided and reversed ones too."""
    for size in (1, 7, 16, 1029):
        x, y = noise((counts[0], size), dtype), noise((counts[1], size), dtype, 1)
        wide = np.int64
        if size > 20:
            x, y = x[:7], y[: 37 + counts[1] // 60]
        expected = np.abs(x[:, None].astype(wide) - y[None].astype(wide)).sum(axis=-1)
        assert (ab.sad(x[:, None], y[None], axis=-1, threads=threads) == expected).all()
        assert (ab.sad(x[:, None, ::-1], y[None, :, ::-1], axis=-1, threads=threads) == expected).all()
        gathered = np.repeat(x, 2, axis=1)[:, ::2], np.asfortranarray(y)
        assert (ab.sad(gathered[0][:, None], gathered[1][None], axis=-1, threads=threads) == expected).all()
        squares = (np.abs(x[:, None].astype(wide) - y[None].astype(wide)) ** 2).sum(axis=-1)
        assert (ab.ssd(x[:, None], y[None], axis=-1, threads=threads) == squares).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("every", [2, 3, 4, -2])
def test_every_so_many_columns(dtype, every, level, threads):
    # Where rows end with an element that counts, what follows is the next row's first.
    for width in (1, 4, 252, 257, 260, 1201):
        a, b = noise((11, width), dtype), noise((11, width), dtype, 1)
        a, b = a[:, ::every], b[:, ::every]
        for axis in (None, 0, 1):
            assert (ab.sad(a, b, axis=axis, threads=threads) == exact(a, b, axis)).all()
        # One row that all share, and rows that are not all there.
        assert (ab.sad(a, b[4], axis=1, threads=threads) == exact(a, np.broadcast_to(b[4], a.shape), 1)).all()
        assert (ab.sad(a[::2], b[::-2], axis=1, threads=threads) == exact(a[::2], b[::-2], 1)).all()
        means = exact(a, b, 1).astype(float) / a.shape[1]
        if np.dtype(dtype).itemsize < 8:
            assert np.allclose(ab.mae(a, b, axis=1, threads=threads), means, rtol=1e-15)


def test_the_elements_between_are_not_read_as_others():
    """Bytes, words and bools beside each other, seen as what they are not."""
    pairs = np.arange(4000, dtype=np.uint8).reshape(1000, 4)
    signed = pairs.view(np.int8)
    for a, b in ((pairs[:, 0], signed[:, 2]), (pairs[:, 1].view(bool), pairs[:, 3])):
        wide = np.abs(a.astype(int) - b.astype(int)).sum()
        assert ab.sad(a, b) == wide
    words = pairs.view(np.uint16)
    swapped = words.view(words.dtype.newbyteorder())
    assert ab.sad(words[:, 0], swapped[:, 0]) == np.abs(words[:, 0].astype(int) - swapped[:, 0]).sum()
    assert (
        ab.sad(swapped[:, 1], swapped[::-1, 1]) == np.abs(swapped[:, 1].astype(int) - swapped[::-1, 1]).sum()
    )


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "u2"])
def test_masks_of_any_bytes(dtype, level, threads):
    """Any byte but zero lets pass; masks of each row, of one for all, and of gathered ones."""
    for rows, width in ((1, 1), (3, 63), (9, 64), (17, 65), (8, 700), (2, 20_000)):
        a, b = noise((rows, width), dtype), noise((width,), dtype, 1)
        wide = np.abs(a.astype(int) - b.astype(int))
        bytes_of_mask = np.random.default_rng(2).choice(
            np.array([0, 0, 1, 2, 128, 255], np.uint8), (rows, width)
        )
        mask = bytes_of_mask.view(bool)
        chosen = bytes_of_mask != 0
        for masking, taken in ((mask, chosen), (mask[0], chosen[:1]), (mask[:, ::-1], chosen[:, ::-1])):
            taken = np.broadcast_to(taken, wide.shape)
            for axis in (None, 0, 1):
                expected = (wide * taken).sum(axis=axis)
                assert (ab.sad(a, b, axis=axis, where=masking, threads=threads) == expected).all()
                squares = (wide**2 * taken).sum(axis=axis)
                assert (ab.ssd(a, b, axis=axis, where=masking, threads=threads) == squares).all()
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore", RuntimeWarning)
                    means = ab.mae(a, b, axis=axis, where=masking, threads=threads)
                    spread = ab.mse(a, b, axis=axis, where=masking, threads=threads)
                    counts = taken.sum(axis=axis)
                    assert np.array_equal(means, expected / counts, equal_nan=True)
                    assert np.array_equal(spread, squares / counts, equal_nan=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_windows_of_an_image(dtype, level, threads):
    image, template = noise((30, 150), dtype), noise((6, 11), dtype, 1)
    windows = np.lib.stride_tricks.sliding_window_view(image, template.shape)
    sums = ab.sad(windows, template, axis=(-2, -1), threads=threads)
    assert (sums == exact(windows, template, (-2, -1))).all()
    assert (ab.sad(template, windows, axis=(-2, -1), threads=threads) == sums).all()
    assert (ab.sad(windows[::-1, ::3], template, axis=(2, 3), threads=threads) == sums[::-1, ::3]).all()
    swapped = windows.astype(windows.dtype.newbyteorder()), template
    assert (ab.sad(*swapped, axis=(2, 3), threads=threads) == sums).all()
    flipped = np.lib.stride_tricks.sliding_window_view(image[:, ::-1], template.shape)
    assert (ab.sad(flipped, template, axis=(2, 3), threads=threads) == exact(flipped, template, (2, 3))).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(9, 3, 500), (70, 2, 65), (2, 4, 2100), (17, 2, 2, 257)])
def test_short_rows_of_neighbouring_results(dtype, shape, level, threads):
    """Frames against one, over all but their lines: in one piece, and not."""
    frames, frame = noise(shape, dtype), noise(shape[1:], dtype, 1)
    axis = (0, len(shape) - 1)
    sums = exact(frames, frame, axis)
    assert (ab.sad(frames, frame, axis=axis, threads=threads) == sums).all()
    assert (ab.sad(frame, frames[::-1], axis=axis, threads=threads) == sums).all()
    assert (ab.sad(frames[:, ::-1], frame[::-1], axis=axis, threads=threads) == sums[::-1]).all()
    assert (ab.sad(frames[..., ::-1], frame[..., ::-1], axis=axis, threads=threads) == sums).all()
    assert (ab.sad(frames[:, ::2], frame[::2], axis=axis, threads=threads) == sums[::2]).all()
    swapped = frames.astype(frames.dtype.newbyteorder())
    assert (ab.sad(swapped, frame, axis=axis, threads=threads) == sums).all()
    if np.dtype(dtype).itemsize == 1:
        shown = np.abs(frames.astype(int) - frame)
        assert (ab.ssd(frames, frame, axis=axis, threads=threads) == (shown**2).sum(axis)).all()
        assert (ab.AbsDiff(frames, frame).max(axis, threads=threads) == shown.max(axis)).all()
    out = np.ones(shape[1:-1], sums.dtype if sums.dtype != object else np.uint64)
    assert ab.sad(frames, frame, axis=axis, out=out, threads=threads) is out
    assert (out == sums).all()


def test_windows_in_one_line(level):
    line, probe = noise(5000, "u1"), noise(700, "u1", 1)
    windows = np.lib.stride_tricks.sliding_window_view(line, 700)
    wide = np.abs(windows.astype(int) - probe).sum(axis=1)
    assert (ab.sad(windows, probe, axis=1) == wide).all()
    assert (ab.ssd(windows, probe, axis=1) == ((windows.astype(int) - probe) ** 2).sum(axis=1)).all()


def test_other_reductions_of_pairs_and_windows(level):
    x, y = noise((7, 40), "u1"), noise((9, 40), "u1", 1)
    wide = np.abs(x[:, None].astype(int) - y[None])
    d = ab.AbsDiff(x[:, None], y[None])
    assert (d.max(axis=-1) == wide.max(axis=-1)).all()
    assert (d.argmax(axis=-1) == wide.argmax(axis=-1)).all()
    assert (ab.ssd(x[:, None], y[None], axis=-1) == (wide**2).sum(axis=-1)).all()
    mask = noise((9, 40), "?", 2)
    assert (ab.sad(x[:, None], y[None], axis=-1, where=mask) == (wide * mask).sum(axis=-1)).all()
    weights = np.arange(40.0)
    assert (ab.sad(x[:, None], y[None], axis=-1, weights=weights) == (wide * weights).sum(axis=-1)).all()
    windows = np.lib.stride_tricks.sliding_window_view(x[0], 8)
    best = np.abs(windows.astype(int) - y[0, :8]).max(axis=-1)
    assert (ab.AbsDiff(windows, y[0, :8]).max(axis=-1) == best).all()


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2"])
def test_accumulators_at_the_edges_of_what_they_hold(dtype, level):
    """Vectors of nothing but the greatest difference, and of nothing but none, which a biased lane counts
    furthest down; around every number of steps after which a lane must be emptied."""
    info = np.iinfo(dtype)
    greatest = info.max - info.min
    for step in (1 << 13, 1 << 14, 1 << 15, 1 << 16):
        for elements in (31, 32, 33, *(step * 64 // np.dtype(dtype).itemsize + more for more in (-1, 0, 1))):
            low, high = np.full(elements, info.min, dtype), np.full(elements, info.max, dtype)
            assert ab.sad(low, high) == greatest * elements
            assert ab.sad(low, low) == 0
            assert ab.ssd(low, high) == greatest**2 * elements
            pairs = ab.sad(np.stack([low, high])[:, None], np.stack([high, low, low])[None], axis=-1)
            assert (pairs == np.array([[1, 0, 0], [0, 1, 1]]) * greatest * elements).all()


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2"])
@pytest.mark.parametrize("width", [1, 33, 64, 200])
def test_short_rows_share_lanes_to_the_edge_of_what_they_hold(dtype, width, level):
    """So many rows with gaps, of the greatest difference and of none, that lanes must be emptied between."""
    info = np.iinfo(dtype)
    greatest = info.max - info.min
    step = width * np.dtype(dtype).itemsize
    for vector in (16, 32, 64):
        for steps in (1 << 13, 1 << 15):
            for rows in (steps // -(-step // vector) + more for more in (-1, 0, 1)):
                low = np.full((rows, width + 1), info.min, dtype)[:, :width]
                high = np.full((rows, width + 1), info.max, dtype)[:, 1:]
                assert ab.sad(low, high) == greatest * rows * width
                assert ab.sad(low, low.copy()) == 0
                assert ab.ssd(high, low) == greatest**2 * rows * width


@pytest.mark.parametrize("dtype", ["u1", "i2"])
@pytest.mark.parametrize("offsets", [(0, 0), (16, 16), (16, 0), (3, 40)])
@pytest.mark.parametrize("pitch", [640, 641])
def test_blocks_that_begin_at_cache_lines_meet_every_pair_once(dtype, offsets, pitch, level):
    """One operand along columns, the other along rows, which begin alike in a line or not."""

    def laid(seed, offset):
        size = np.dtype(dtype).itemsize
        room = np.empty(pitch * pitch * size + 128, np.uint8)
        start = -room.ctypes.data % 64 + offset // size * size
        array = room[start : start + pitch * pitch * size].view(dtype).reshape(pitch, pitch)
        array[...] = np.random.default_rng(seed).integers(0, 256, array.shape)
        return array

    a, b = laid(1, offsets[0]).T, laid(2, offsets[1])
    exact = np.abs(a.astype(int) - b)
    for rows, columns in ((pitch, pitch), (70, 300), (300, 70), (600, 10), (9, 600)):
        part = np.s_[5 : 5 + rows, 7 : 7 + columns]
        assert ab.sad(a[part], b[part]) == exact[part].sum()
        assert ab.AbsDiff(a[part], b[part]).argmax() == exact[part].argmax()
        for axis in (0, 1):
            assert (ab.sad(b[part], a[part], axis=axis) == exact[part].sum(axis)).all()
        assert (
            ab.sad(a[part][::-1], b[part][:, ::-1])
            == np.abs(a[part][::-1].astype(int) - b[part][:, ::-1]).sum()
        )


@pytest.mark.parametrize("dtype", ["u1", "i1"])
@pytest.mark.parametrize("height", [255, 256, 257, 258, 513, 514, 515])
def test_columns_and_windows_at_the_edges_of_a_partial_sum(dtype, height, level):
    info = np.iinfo(dtype)
    low, high = np.full((height, 70), info.min, dtype), np.full((height, 70), info.max, dtype)
    assert (ab.sad(low, high, axis=0) == 255 * height).all()
    assert (ab.sad(low, high[0], axis=0) == 255 * height).all()
    windows = np.lib.stride_tricks.sliding_window_view(np.full(height + 100, info.max, dtype), height)
    assert (ab.sad(windows, low[:, 0], axis=-1) == 255 * height).all()


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_two_to_the_twenty_seventh_elements(more):
    elements = 2**27 + more
    low, high = np.zeros(elements, np.uint8), np.full(elements, 255, np.uint8)
    assert ab.sad(low, high) == 255 * elements
    assert ab.ssd(low, high) == 255**2 * elements
