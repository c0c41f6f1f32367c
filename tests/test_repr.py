"""What a lazy difference shows: a line of text, and in notebooks a table with a small picture."""

import base64
import re
import struct
import zlib

import numpy as np
import pytest

import abssub as ab
from abssub import _html

A = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)


@pytest.mark.parametrize(
    ("d", "text"),
    [
        (
            ab.AbsDiff(A, A[0]),
            "AbsDiff(|a - b|, dtype=uint8, shape=(3, 4, 5), a=uint8(3, 4, 5), b=uint8(4, 5))",
        ),
        (
            ab.AbsDiff(A, np.float32(3)) > 2,
            "AbsDiff(|a - b| > 2, dtype=bool, shape=(3, 4, 5), a=uint8(3, 4, 5), b=float32())",
        ),
        (
            ab.AbsDiff(A[:, :1], 7)[0].T ** 2,
            "AbsDiff(|a - b|**2, dtype=uint64, shape=(5, 1), a=uint8(5, 1), b=uint8())",
        ),
        (
            ~(ab.AbsDiff(np.zeros((2, 1)), np.zeros((1, 3))) >= np.float64(0.5)),
            "AbsDiff(~(|a - b| >= 0.5), dtype=bool, shape=(2, 3), a=float64(2, 1), b=float64(3))",
        ),
        (ab.AbsDiff(3, 5), "AbsDiff(|a - b|, dtype=uint64, shape=(), a=int64(), b=int64())"),
    ],
)
def test_text(d, text):
    assert repr(d) == str(d) == text


def picture(page):
    """The palette and the indices of the picture in a page."""
    data = base64.b64decode(re.search(r"base64,([^']+)'", page).group(1))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + body)
        chunks[kind], at = body, at + 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, depth, colours, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colours, rest) == (8, 3, [0, 0, 0])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert (rows[:, 0] == 0).all()
    return np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(256, 3), rows[:, 1:]


def test_the_table_and_the_picture():
    page = (ab.AbsDiff(A, A[0]) > 2)._repr_html_()
    assert "|a - b| &gt; 2" in page
    assert "uint8(3, 4, 5)" in page
    palette, indices = picture(page)
    assert indices.shape == (4, 5)
    assert (indices == 1).all()
    assert len({tuple(colour) for colour in palette.tolist()}) > 200


def test_shades():
    x = np.array([[0.0, 1.0, np.nan], [2.0, np.inf, 4.0]])
    palette, indices = picture(ab.AbsDiff(x, 0.0)._repr_html_())
    assert indices.tolist() == [[1, 65, 0], [128, 255, 255]]
    assert palette[0].tolist() not in palette[1:].tolist()
    assert picture(ab.AbsDiff(x, 0.0)[:1]._repr_html_())[1].tolist() == [[1, 255, 0]]
    assert (picture(ab.AbsDiff(x, x)._repr_html_())[1] <= 1).all()
    times = np.array([["NaT", "2020-01-01"], ["2020-01-02", "2020-01-03"]], "M8[D]")
    assert picture(ab.AbsDiff(times, times[1, 0])._repr_html_())[1].tolist() == [[0, 255], [1, 255]]
    squares = ab.AbsDiff(np.array([[2**40, 2**39]], np.uint64), 0) ** 2
    assert picture(squares._repr_html_())[1].tolist() == [[255, 65]]
    assert picture((ab.AbsDiff(x, 0.0) > 1)._repr_html_())[1].tolist() == [[1, 1, 1], [255, 255, 255]]


def test_few_elements_are_read():
    tall, broad = np.broadcast_to(np.uint8(9), (2**20, 1)), np.broadcast_to(np.uint8(2), (7, 1, 2**20))
    d = ab.AbsDiff(tall, broad)
    assert picture(d._repr_html_())[1].shape == (64, 64)
    assert _html.sampled(d[:, :65, :64]).shape == (33, 64)
    a = np.zeros((2, 3, 130))
    a[0, 1, 3] = 4
    assert _html.sampled(ab.AbsDiff(a, 0.0)).tolist() == [[0] * 44, [0, 4] + [0] * 42, [0] * 44]


@pytest.mark.parametrize("shape", [(), (5,), (0, 3), (3, 0), (0, 2, 2)])
def test_plain_text_where_there_is_nothing_to_draw(shape):
    assert ab.AbsDiff(np.zeros(shape), 1.0)._repr_html_() is None


def test_no_warning_escapes():
    x = np.array([[np.inf, 1e308], [-1e308, np.nan]])
    for d in (ab.AbsDiff(x, -x), ab.AbsDiff(x, x), ab.AbsDiff(x, -x) ** 2, ab.AbsDiff(x, x) > 3):
        assert picture(d._repr_html_())[1].shape == (2, 2)
    below = ab.AbsDiff(np.full((2, 2), 2**64 - 1, np.uint64), np.int64(-1))
    assert picture(below._repr_html_())[1].shape == (2, 2)
