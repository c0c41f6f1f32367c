"""What a notebook shows of a lazy difference: a table of facts and a small heat map."""

import base64
import html
import struct
import zlib
from typing import Any

import numpy as np

from ._types import Array

_MOST = 64
_MISSING = (214, 39, 40)
_LOW, _HIGH = (247, 251, 255), (8, 48, 107)


def sampled(values: Any) -> Array:
    """At most 64 x 64 elements of the last two axes, at the first place of the others, as float64."""
    steps = (slice(None, None, -(-n // _MOST)) for n in values.shape[-2:])
    with np.errstate(all="ignore"):
        picked = np.asarray(values[(0,) * (values.ndim - 2) + tuple(steps)])
        if picked.dtype.kind == "m":
            return np.where(np.isnat(picked), np.nan, picked.astype(np.int64))
        return picked.astype(np.float64)


def page(facts: dict[str, str], sample: Array) -> str:
    """The table, and the picture of a sample of the values."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for name, value in facts.items()
    )
    picture = base64.b64encode(png(shades(sample))).decode()
    return (
        f"<div><table>{rows}</table>"
        "<img style='image-rendering:pixelated;width:192px' alt='heat map of a slice' "
        f"src='data:image/png;base64,{picture}'></div>"
    )


def shades(values: Array) -> Array:
    """Indices into the palette: 0 for what is missing, 1 for nothing, 255 for the largest."""
    finite = np.isfinite(values)
    largest = values[finite].max(initial=0.0)
    shares = np.where(finite, values, 0.0) / (largest or 1.0)
    indices = 1 + np.round(254 * shares).astype(np.uint8)
    return np.where(np.isnan(values), 0, np.where(np.isinf(values), 255, indices)).astype(np.uint8)


def png(indices: Array) -> bytes:
    """A picture of palette indices."""
    height, width = indices.shape
    shares = np.linspace(0, 1, 255)[:, np.newaxis]
    colours = np.array(_LOW) + shares * (np.array(_HIGH) - np.array(_LOW))
    palette = np.vstack([_MISSING, np.round(colours)]).astype(np.uint8)
    # Each row starts with a byte that says it is not filtered.
    rows = np.pad(indices, ((0, 0), (1, 0)))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", palette.tobytes()),
        _chunk(b"IDAT", zlib.compress(rows.tobytes())),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
