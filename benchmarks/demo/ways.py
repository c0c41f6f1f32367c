"""Every way to get `c` from `a` and `b` that the question and its answers name, and `ab.sad`.

Each takes the stack `a` (time, height, width) and the frame `b` and gives one sum for each frame.
They are written as people write them, apart from the axes: the rest is what is being compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import abssub as ab

FRAME = (-2, -1)


@dataclass(frozen=True)
class Way:
    """One row of the table."""

    key: str
    label: str
    run: Callable[[Any, Any], Any]
    ours: bool = False


def naive(a: Any, b: Any) -> Any:
    """Wraps: 3 - 5 is 254."""
    return np.sum(np.abs(a - b), axis=FRAME)


def cast_both(a: Any, b: Any) -> Any:
    return np.sum(np.abs(a.astype(np.int16) - b.astype(np.int16)), axis=FRAME)


def cast_one(a: Any, b: Any) -> Any:
    """The other operand is promoted to int16 on the way."""
    return np.sum(np.abs(a - b.astype(np.int16)), axis=FRAME)


def mask(a: Any, b: Any) -> Any:
    c = a - b
    wrapped = b > a
    c[wrapped] = np.broadcast_to(b, a.shape)[wrapped] - a[wrapped]
    return np.sum(c, axis=FRAME)


def copyto(a: Any, b: Any) -> Any:
    c = a - b
    np.copyto(c, b - a, where=b > a)
    return np.sum(c, axis=FRAME)


def negative(a: Any, b: Any) -> Any:
    """Negating a wrapped difference wraps it back."""
    c = a - b
    np.negative(c, out=c, where=b > a)
    return np.sum(c, axis=FRAME)


def max_minus_min(a: Any, b: Any) -> Any:
    return np.sum(np.maximum(a, b) - np.minimum(a, b), axis=FRAME)


def numexpr_then_sum(a: Any, b: Any) -> Any:
    import numexpr

    return numexpr.evaluate("abs(a - b)", local_dict={"a": a, "b": b}).sum(axis=FRAME)


def numexpr_sum(a: Any, b: Any) -> Any:
    """numexpr reduces one axis only, so each frame is laid out as one line (a view)."""
    import numexpr

    lines = {"a": a.reshape(len(a), -1), "b": b.reshape(-1)}
    return numexpr.evaluate("sum(abs(a - b), axis=1)", local_dict=lines)


def cv2_norm(a: Any, b: Any) -> Any:
    import cv2

    return np.array([cv2.norm(frame, b, cv2.NORM_L1) for frame in a])


def sad(a: Any, b: Any) -> Any:
    return ab.sad(a, b, axis=FRAME)


def sad_one_thread(a: Any, b: Any) -> Any:
    return ab.sad(a, b, axis=FRAME, threads=1)


WAYS = (
    Way("naive", "np.sum(np.abs(a - b))", naive),
    Way("cast-both", "both cast to int16, np.abs, np.sum", cast_both),
    Way("cast-one", "one cast to int16, np.abs, np.sum", cast_one),
    Way("mask", "c = a - b; c[m] = b[m] - a[m]", mask),
    Way("copyto", "np.copyto(c, b - a, where=b > a)", copyto),
    Way("negative", "np.negative(c, out=c, where=b > a)", negative),
    Way("max-min", "np.maximum(a, b) - np.minimum(a, b)", max_minus_min),
    Way("numexpr", 'numexpr "abs(a-b)", then .sum()', numexpr_then_sum),
    Way("numexpr-sum", 'numexpr "sum(abs(a-b))", by lines', numexpr_sum),
    Way("cv2", "cv2.norm(frame, b, NORM_L1) loop", cv2_norm),
    Way("sad-1", "ab.sad(a, b, threads=1)", sad_one_thread, ours=True),
    Way("sad", "ab.sad(a, b)", sad, ours=True),
)
BY_KEY = {way.key: way for way in WAYS}
