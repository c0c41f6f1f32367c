"""The exact answers, by means that abssub has no part in: int64 in pieces, and math.fsum."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .case import Data

PIECE = 1 << 20


def difference(a: Any, b: Any) -> Any:
    """|a - b| in int64 for what has at most 32 bits; of floats as they are, rounded once."""
    if np.result_type(a, b).kind == "f":
        return np.abs(a - b)
    return np.abs(a.astype(np.int64) - b.astype(np.int64))


def pieces(data: Data) -> Iterator[tuple[slice, Any]]:
    """The differences, a few rows of the first axis at a time."""
    shape = np.broadcast_shapes(data.a.shape, data.b.shape)
    a, b = np.broadcast_to(data.a, shape), np.broadcast_to(data.b, shape)
    step = max(1, PIECE // max(1, math.prod(shape[1:])))
    for start in range(0, shape[0], step):
        rows = slice(start, start + step)
        yield rows, difference(a[rows], b[rows])


def _first_is_reduced(data: Data) -> bool:
    if data.axis is None:
        return True
    axes = data.axis if isinstance(data.axis, tuple) else (data.axis,)
    return 0 in axes or -len(np.broadcast_shapes(data.a.shape, data.b.shape)) in axes


def _reduced(data: Data, one: Any, join: Any = np.add) -> Any:
    parts = [np.asarray(one(d, rows)) for rows, d in pieces(data)]
    if not _first_is_reduced(data):
        return np.concatenate(parts)
    total = parts[0]
    for part in parts[1:]:
        total = join(total, part)
    return total


def sums(data: Data) -> Any:
    return _reduced(data, lambda d, _: d.sum(axis=data.axis))


def squares(data: Data) -> Any:
    return _reduced(data, lambda d, _: (d * d).sum(axis=data.axis))


def greatest(data: Data) -> Any:
    return _reduced(data, lambda d, _: d.max(axis=data.axis), np.maximum)


def exceeding(threshold: int) -> Any:
    def answer(data: Data) -> Any:
        return _reduced(data, lambda d, _: (d > threshold).sum(axis=data.axis))

    return answer


def first_greatest(data: Data) -> Any:
    """For frames alone: the flat index within each."""
    return _reduced(data, lambda d, _: d.reshape(len(d), -1).argmax(axis=1))


def mean_squares(data: Data) -> Any:
    """For frames of integers: whole numbers divided once."""
    return squares(data) / (data.a.size // len(data.a))


def masked_means(data: Data) -> Any:
    """For frames of integers, each with its own mask, that lets something pass for each result."""
    totals = _reduced(data, lambda d, rows: (d * data.mask[rows]).sum(axis=data.axis))
    return totals / data.mask.sum(axis=data.axis)


def fsum(data: Data) -> Any:
    """The exact sum of all float differences, rounded once."""
    return np.asarray(math.fsum(difference(data.a, data.b).ravel().tolist()))


def counts(data: Data) -> Any:
    """How often each of the 256 differences of bytes is there."""
    return _reduced(
        Data(data.a, data.b, axis=None), lambda d, _: np.bincount(d.ravel().astype(np.int64), minlength=256)
    )


def pairwise(data: Data) -> Any:
    """Every row of `more["x"]` against every row of `more["y"]`."""
    x, y = data.more["x"].astype(np.int16), data.more["y"].astype(np.int16)
    return np.array([np.abs(row - y).sum(axis=1, dtype=np.int64) for row in x])


def pairwise_squares(data: Data) -> Any:
    """By norms and a product of doubles, exact below 2^53."""
    x, y = data.more["x"].astype(np.float64), data.more["y"].astype(np.float64)
    return ((x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * (x @ y.T)).astype(np.int64)


def differences(data: Data) -> Any:
    return difference(data.a, data.b)


def wrapped(data: Data) -> Any:
    """What subtraction gives: fast, and wrong wherever a < b."""
    return data.a - data.b
