"""absdiff into memory that is there already, and calls so short that only their overhead counts."""

from functools import partial
from typing import Any

import numpy as np

import abssub as ab

from .. import answers
from ..case import Call, Case, Contender, Data, Scale, Target
from ..inputs import noise, touched
from ..ours import ALL

SIZES = {"4k": 4 << 10, "1m": 1 << 20, "100m": 100 << 20}


def _cv2_absdiff(data: Data) -> Call:
    import cv2

    # As an image of several rows: OpenCV would take one long row for a column of that many pixels.
    a, b, out = (
        array.reshape(-1, 1024) if array.size >= 1024 else array for array in (data.a, data.b, data.out)
    )
    return lambda: cv2.absdiff(a, b, out).reshape(-1)


def _into(size: int) -> Any:
    def make(scale: Scale) -> Data:
        count = scale.pick(64, min(size, 32 << 20), size)
        return Data(
            noise(count, np.uint8), noise(count, np.uint8, 1), out=touched(count, np.uint8), work=3 * count
        )

    return make


def _absdiff_case(name: str, size: int) -> Case:
    return Case(
        f"absdiff-{name}",
        f"absdiff(a, b, out=c) of {name.upper()}iB u8",
        _into(size),
        answers.differences,
        (
            Contender(ALL, lambda d: partial(ab.absdiff, d.a, d.b, out=d.out), kind="abssub"),
            Contender("cv2.absdiff", _cv2_absdiff),
            Contender(
                "np.subtract (wraps)",
                lambda d: partial(np.subtract, d.a, d.b, out=d.out),
                answer=answers.wrapped,
            ),
        ),
        (Target(ALL, ("cv2.absdiff",), 1), Target(ALL, ("np.subtract (wraps)",), 1)),
    )


SUBTRACT = Contender("np.subtract (wraps)", lambda d: partial(np.subtract, d.a, d.b), answer=answers.wrapped)

CASES = (
    *(_absdiff_case(name, size) for name, size in SIZES.items()),
    Case(
        "short-64",
        "calls on 64 u8",
        lambda _: Data(noise(64, np.uint8), noise(64, np.uint8, 1)),
        answers.sums,
        (
            Contender(
                "abssub.absdiff",
                lambda d: partial(ab.absdiff, d.a, d.b),
                kind="abssub",
                answer=answers.differences,
            ),
            Contender("abssub.sad", lambda d: partial(ab.sad, d.a, d.b), kind="abssub"),
            SUBTRACT,
            Contender(
                "numpy int16 cast, abs, sum", lambda d: lambda: np.abs(d.a.astype(np.int16) - d.b).sum()
            ),
        ),
        (
            Target("abssub.absdiff", (SUBTRACT.name,), 1),
            Target("abssub.sad", (SUBTRACT.name,), 1 / 1.5),
        ),
    ),
)
