"""Exact sums of floats in the caches: data whose sums need no rounding, and data made to defeat that."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import answers, rivals
from ..case import Case, Data, Scale, Target
from ..inputs import noise, rounding, wild
from ..limits import READS
from ..ours import ALL, SAD

# Bytes of each operand.
PLACES = {"L1": 12 << 10, "L2": 256 << 10}
# What the data are like, how they are made, and the share of NumPy's rounded sum that is wanted.
DATA: tuple[tuple[str, Callable[..., Any], float], ...] = (
    ("certified", noise, 1.0),
    ("rounding", rounding, 0.5),
    ("wild", wild, 0.5),
)


def _case(dtype: Any, place: str, kind: str, values: Callable[..., Any], share: float) -> Case:
    def make(scale: Scale) -> Data:
        size = scale.pick(200, PLACES[place], PLACES[place]) // np.dtype(dtype).itemsize
        return Data(values(size, dtype), values(size, dtype, 1))

    return Case(
        f"exact-{np.dtype(dtype)}-{place}-{kind}",
        f"exact sum of {np.dtype(dtype)} in {place}, {kind} data",
        make,
        answers.fsum,
        (READS[0], *SAD, rivals.NUMPY_SUBTRACT),
        (Target(ALL, (rivals.NUMPY_SUBTRACT.name,), share),),
    )


CASES = tuple(
    _case(dtype, place, kind, values, share)
    for dtype in (np.float32, np.float64)
    for place in PLACES
    for kind, values, share in DATA
)
