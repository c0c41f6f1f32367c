"""All threads beside one: linear where memory is not the limit, and never a loss."""

import numpy as np

import abssub as ab

from .. import answers
from ..case import Case, Data, Scale, Target
from ..inputs import noise, wild
from ..ours import ALL, ONE, SAD, both

# Bytes of each operand.
SIZES = tuple(4096 << step for step in range(0, 16, 1))


def _name(size: int) -> str:
    return f"{size >> 20}M" if size >= 1 << 20 else f"{size >> 10}k"


def _never_slower(size: int) -> Case:
    def make(scale: Scale) -> Data:
        count = scale.pick(64, size, size)
        return Data(noise(count, np.uint8), noise(count, np.uint8, 1))

    return Case(
        f"threads-{_name(size)}",
        f"one thread and all on two lines of {_name(size)}iB u8",
        make,
        answers.sums,
        SAD,
        (Target(ALL, (ONE,), 1 / 1.1),),
    )


def _computing(scale: Scale) -> Data:
    count = scale.pick(200, 1 << 18, 1 << 20)
    return Data(wild(count, np.float64), wild(count, np.float64, 1))


CASES = (
    Case(
        "threads-linear",
        "one thread and all on floats whose exact sum takes long",
        _computing,
        answers.fsum,
        both(ab.sad),
        (Target(ALL, (ONE,), 0.9, per_thread=True),),
    ),
    *map(_never_slower, SIZES),
)
