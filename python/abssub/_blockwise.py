"""Differences of dtypes that the core does not read, a small block at a time."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._core import absdiff
from ._types import Array

_BLOCK = 8192


@dataclass
class Findings:
    """How many differences are too large; the largest and its flat index; the mean of all."""

    mismatched: int
    largest: Any
    mean: Any
    worst: int


def findings(x: Array, y: Array, atol: Any, equal_nan: bool) -> Findings | None:
    """What is wrong with |x - y| <= atol; None if nothing is."""
    mismatched, number, first = 0, 0, 0
    total: Any = 0
    largest: Any = None
    worst = 0
    for p, q in _blocks(x, y):
        with np.errstate(invalid="ignore"):
            differences = absdiff(p, q)
            counted = ~_matching(p, q, differences, equal_nan)
            mismatched += int(np.count_nonzero(counted & ~_true(differences <= atol)))
        left = differences[counted]
        if left.size:
            at = _place_of_largest(left)
            if largest is None or (largest == largest and not left[at] <= largest):
                largest, worst = left[at], first + int(np.flatnonzero(counted)[at])
            number += left.size
            total = total + left.sum(dtype=np.float64 if left.dtype.kind == "f" else None)
        first += p.size
    return Findings(mismatched, largest, total / number, worst) if mismatched else None


def _blocks(x: Array, y: Array) -> Iterator[tuple[Array, Array]]:
    flags: Any = ["external_loop", "buffered", "refs_ok", "zerosize_ok"]
    # C order, so that places are counted as `np.unravel_index` has them.
    with np.nditer((x, y), flags=flags, order="C", buffersize=_BLOCK) as blocks:
        if blocks.itersize:
            # The iterator fills the same buffers again.
            yield from ((np.asarray(p), np.asarray(q)) for p, q in blocks)


def _matching(p: Array, q: Array, differences: Array, equal_nan: bool) -> Array:
    """Which pairs are the same although their difference is NaN: infinities, and NaN if they are to be."""
    same = _true(p == q)
    if equal_nan:
        same |= _true(p != p) & _true(q != q)
    return same & _true(differences != differences)


def _true(answers: Any) -> Array:
    # Comparisons of objects may give objects.
    return np.asarray(answers, dtype=np.bool)


def _place_of_largest(values: Array) -> int:
    with contextlib.suppress(TypeError):
        nans = np.flatnonzero(_true(values != values))
        if nans.size:
            return int(nans[0])
    return int(np.argmax(values))
