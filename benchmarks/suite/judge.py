"""Holds the measured times of a case against its targets."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import abssub as ab

from .case import Case, Data, Target
from .timing import Timed

# Why a target is not judged whose contenders nobody asked for.
LEFT_OUT = "left out"
GIGA = 1e9


@dataclass(frozen=True)
class Outcome:
    """One target: what was wanted, what was measured, and whether that is enough."""

    wanted: str
    measured: str
    result: Literal["pass", "shortfall", "out of reach", "n/a"]


@dataclass(frozen=True)
class Judged:
    """All that one case showed."""

    case: Case
    bytes: int
    rows: list[Timed]
    outcomes: list[Outcome]

    @property
    def wrong(self) -> list[str]:
        """What of abssub's is not right: the one failure that no noise explains."""
        ours = (row for row in self.rows if row.contender.kind == "abssub")
        return [f"{row.contender.name}: {row.verdict} {row.note}" for row in ours if row.verdict != "right"]


def judged(case: Case, data: Data, rows: list[Timed]) -> Judged:
    by_name = {row.contender.name: row for row in rows}
    outcomes = [_outcome(target, by_name, data.bytes) for target in case.targets]
    return Judged(case, data.bytes, rows, outcomes)


def ratio(of: Timed, to: Timed) -> float:
    """How many times as long `of` takes: the median over the rounds, in each of which both had a turn."""
    return statistics.median(a / b for a, b in zip(of.rounds, to.rounds, strict=False))


def _outcome(target: Target, by_name: dict[str, Timed], nbytes: int) -> Outcome:
    bound = target.at_least * (ab.get_num_threads() if target.per_thread else 1)
    wanted = _wanted(target, bound)
    ours = by_name[target.ours]
    if not ours.rounds:
        return Outcome(wanted, ours.note or ours.verdict, "n/a")
    if not target.others:
        speed = nbytes / ours.seconds / GIGA
        return _compared(wanted, speed, bound, f"{speed:.2f} GB/s")
    others = [by_name[name] for name in target.others if name in by_name]
    timed = [other for other in others if other.rounds]
    if not timed:
        return Outcome(wanted, _why_untimed(others), "n/a")
    fastest = min(timed, key=lambda other: other.seconds)
    found = ratio(fastest, ours)
    outcome = _compared(wanted, found, bound, f"{found:.2f}")
    beside = by_name[target.beside] if target.beside else None
    return outcome if beside is None or not beside.rounds else _beside(outcome, beside, fastest, ours, bound)


def _beside(outcome: Outcome, beside: Timed, fastest: Timed, ours: Timed, bound: float) -> Outcome:
    """What was reached of a limit that counts more; if that does not reach the bound itself, nothing can."""
    limit = ratio(fastest, beside)
    share = f"{ratio(beside, ours):.2f} of {beside.contender.name}, which itself reaches {limit:.2f}"
    measured = f"{outcome.measured} ({share})"
    missed = outcome.result == "shortfall" and limit < bound
    return Outcome(outcome.wanted, measured, "out of reach" if missed else outcome.result)


def _wanted(target: Target, bound: float) -> str:
    if not target.others:
        return f"{target.ours}: {bound:.3g} GB/s"
    if bound == 1:
        return f"{target.ours}: no slower than {target.others[0]}"
    if bound > 1:
        return f"{target.ours}: {bound:.3g} times the speed of {target.others[0]}"
    return f"{target.ours}: {bound:.2f} of the speed of {target.others[0]}"


def _why_untimed(others: Sequence[Timed]) -> str:
    return next((other.note for other in others if other.note), LEFT_OUT)


def _compared(wanted: str, found: float, bound: float, measured: str) -> Outcome:
    return Outcome(wanted, measured, "pass" if found >= bound else "shortfall")
