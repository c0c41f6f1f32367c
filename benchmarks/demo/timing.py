"""Checks every way once, then times them all in turns in one process."""

import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from .inputs import Inputs
from .ways import Way

# A slow way needs fewer repeats to be told from a fast one; a fast one is repeated within its turn.
SECONDS_A_TURN = 0.15
REPEATS_AT_MOST = 8


@dataclass
class Timed:
    """What one way gave, and how long it took."""

    dtype: str = ""
    right: bool = False
    error: str = ""
    seconds: list[float] = field(default_factory=list)

    @property
    def median_seconds(self) -> float:
        return statistics.median(self.seconds)


def _run(way: Way, inputs: Inputs) -> tuple[float, Any]:
    start = time.perf_counter()
    result = way.run(inputs.a, inputs.b)
    return time.perf_counter() - start, result


def check(way: Way, inputs: Inputs, exact: list[int]) -> Timed:
    """The first call: warms up, and tells right from wrong. A way that raises is a row too."""
    try:
        _, result = _run(way, inputs)
        dtype = str(result.dtype)
        right = result.tolist() == exact
    except Exception as error:
        return Timed(error=f"{type(error).__name__}: {error}")
    return Timed(dtype=dtype, right=right)


def measure(ways: tuple[Way, ...], inputs: Inputs, exact: list[int], rounds: int) -> dict[str, Timed]:
    """All ways in turns, `rounds` times, so that a busy moment of the machine hits every way alike."""
    timed = {way.key: check(way, inputs, exact) for way in ways}
    for _ in range(rounds):
        for way in ways:
            row = timed[way.key]
            if row.error:
                continue
            spent = 0.0
            for _ in range(REPEATS_AT_MOST):
                seconds, _ = _run(way, inputs)
                row.seconds.append(seconds)
                spent += seconds
                if spent > SECONDS_A_TURN:
                    break
    return timed
