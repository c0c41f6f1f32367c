"""Checks every contender of a case once, then times them all in turns in one process."""

import itertools
import statistics
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from .case import Call, Case, Contender, Data, Scale

Verdict = Literal["right", "rounded", "WRONG", "error", "n/a"]
# A timing of less than this is many calls together, or the clock would be what is timed.
SHORTEST = 50e-6
# A call as short as this is made for a while before each turn: its data are in the cache again then, and the
# threads of a library's pool awake and on processors of their own, as where it is called in a loop.
WARMED_BELOW = 0.02
WARMING = 0.03
# Threads of the contender before, which still spin, are given this long to stop.
PAUSE = 0.003
REPEATS_AT_MOST = 9
# Relative, for rivals that sum in float32 or round at each addition.
ROUNDING = 1e-4


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds_a_turn: float
    # A contender that has taken this long in all sits out the rounds that are left.
    seconds_at_most: float


EFFORTS = {
    Scale.TINY: Effort(1, 0.0, 0.0),
    Scale.QUICK: Effort(5, 0.02, 0.4),
    Scale.FULL: Effort(11, 0.05, 6.0),
}


@dataclass
class Timed:
    """What one contender gave, and the median seconds of a call in each round."""

    contender: Contender
    verdict: Verdict = "n/a"
    note: str = ""
    rounds: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(self.rounds)

    @property
    def spread(self) -> float:
        """Half the range between the quartiles of the rounds, over their median."""
        if len(self.rounds) < 3:
            return 0.0
        low, _, high = statistics.quantiles(self.rounds, n=4, method="inclusive")
        return (high - low) / 2 / self.seconds


def verdict(result: Any, exact: Any, contender: Contender) -> Verdict:
    """abssub is right only if it is exact. A rival in floats may be rounded."""
    found, exact = np.asarray(result), np.asarray(exact)
    if found.shape != exact.shape:
        return "WRONG"
    if np.array_equal(found, exact):
        return "right"
    if contender.kind == "rival" and found.dtype.kind == "f" and np.allclose(found, exact, rtol=ROUNDING):
        return "rounded"
    return "WRONG"


def measured(case: Case, scale: Scale, rivals: bool = True) -> tuple[Data, list[Timed]]:
    """Every contender of a case, checked and timed."""
    data = case.make(scale)
    effort = EFFORTS[scale]
    rows = [Timed(one) for one in case.contenders if rivals or one.kind != "rival"]
    exact: dict[Any, Any] = {}
    calls: list[Call | None] = []
    for row in rows:
        calls.append(_checked(row, case, data, exact))
    for _ in range(effort.rounds):
        for row, call in zip(rows, calls, strict=True):
            if call is not None and _spent(row, effort) <= effort.seconds_at_most:
                row.rounds.append(_turn(row, call, effort))
    return data, rows


def _spent(row: Timed, effort: Effort) -> float:
    return sum(max(seconds, effort.seconds_a_turn) for seconds in row.rounds)


def _checked(row: Timed, case: Case, data: Data, exact: dict[Any, Any]) -> Call | None:
    """The first call: warms up, and tells right from wrong. What cannot be called is a row too."""
    contender = row.contender
    try:
        call = contender.prepare(data)
        result = call()
    except ImportError as error:
        row.note = str(error)
        return None
    except Exception as error:
        row.verdict, row.note = "error", f"{type(error).__name__}: {error}"
        return None
    if contender.gives_seconds:
        row.verdict = "right"
        return call
    answer = contender.answer or case.answer
    if answer not in exact:
        exact[answer] = answer(data)
    row.verdict = verdict(result, exact[answer], contender)
    return call


def _turn(row: Timed, call: Call, effort: Effort) -> float:
    """The median of some timings, each of as many calls as the clock needs."""
    if row.contender.gives_seconds:
        return _own_clock(call, effort)
    time.sleep(PAUSE)
    last = row.rounds[-1] if row.rounds else 0.0
    warm = _warmed(call, effort) if last < WARMED_BELOW else last
    calls = max(1, round(SHORTEST / max(warm, 1e-9)))
    taken: list[float] = []
    while len(taken) < REPEATS_AT_MOST and (not taken or sum(taken) * calls < effort.seconds_a_turn):
        taken.append(_timing(call, calls))
    return statistics.median(taken)


def _warmed(call: Call, effort: Effort) -> float:
    """The seconds of a call that has been made for a while."""
    least = min(_timing(call, 1) for _ in range(2))
    until = time.perf_counter() + min(WARMING, effort.seconds_a_turn)
    while time.perf_counter() < until:
        least = min(least, _timing(call, 1))
    return least


def _own_clock(call: Call, effort: Effort) -> float:
    time.sleep(PAUSE)
    taken: list[float] = [call()]
    while len(taken) < REPEATS_AT_MOST and sum(taken) < effort.seconds_a_turn:
        taken.append(call())
    return statistics.median(taken)


def _timing(call: Call, calls: int) -> float:
    repeats = itertools.repeat(None, calls)
    start = time.perf_counter()
    for _ in repeats:
        call()
    return (time.perf_counter() - start) / calls
