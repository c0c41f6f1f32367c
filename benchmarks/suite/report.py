"""What the suite found, as text for the terminal."""

from collections.abc import Iterable, Sequence

from .judge import GIGA, LEFT_OUT, Judged, ratio
from .ours import ALL
from .timing import Timed

NAME_WIDTH = 34
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


def duration(seconds: float) -> str:
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


def size(count: int) -> str:
    for step, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= step:
            return f"{count / step:.3g} {unit}"
    return f"{count} bytes"


def yardstick(rows: Sequence[Timed]) -> Timed | None:
    """What each rival is compared with: the plain call of abssub, or else its fastest."""
    ours = [row for row in rows if row.contender.kind == "abssub" and row.rounds]
    return min(ours, key=lambda row: (row.contender.name != ALL, row.seconds), default=None)


def cells(row: Timed, judged: Judged) -> tuple[str, str, str, str, str]:
    """The answer, the time, its spread, the throughput, and how many times abssub's time that is."""
    answer = "limit" if row.contender.kind == "limit" and row.verdict == "right" else row.verdict
    if not row.rounds:
        return answer, row.note, "", "", ""
    fastest = yardstick(judged.rows)
    times = f"{ratio(row, fastest):.2f}" if fastest else ""
    speed = judged.bytes / row.seconds / GIGA
    return answer, duration(row.seconds), f"{row.spread:.0%}", f"{speed:.3g}", times


def block(judged: Judged) -> str:
    """One case: its contenders, then its targets."""
    lines = [f"{judged.case.name}: {judged.case.title} ({size(judged.bytes)})"]
    for row in judged.rows:
        answer, time, spread, speed, times = cells(row, judged)
        name = row.contender.name
        if not row.rounds:
            lines.append(f"  {name:<{NAME_WIDTH}}{answer:>8}  {time}")
            continue
        measured = f"{answer:>8}{time:>11} {'+-' + spread:>6}{speed:>9} GB/s"
        lines.append(f"  {name:<{NAME_WIDTH}}{measured}{times:>9} x abssub")
    asked = [one for one in judged.outcomes if one.measured != LEFT_OUT]
    lines += [f"  {one.result.upper():<14}{one.wanted}: {one.measured}" for one in asked]
    return "\n".join(lines)


def summary(all_judged: Iterable[Judged]) -> str:
    """How many targets were met, and each that was not."""
    outcomes = [(one.case.name, outcome) for one in all_judged for outcome in one.outcomes]
    count = dict.fromkeys(("pass", "shortfall", "out of reach", "n/a"), 0)
    for _, outcome in outcomes:
        count[outcome.result] += 1
    met = f"{count['pass']} targets met, {count['shortfall']} missed, {count['out of reach']} out of reach"
    lines = [f"{met}, {count['n/a']} could not be judged"]
    for name, outcome in outcomes:
        if outcome.result != "pass" and outcome.measured != LEFT_OUT:
            lines.append(f"  {outcome.result:<14}{name}: {outcome.wanted}: {outcome.measured}")
    return "\n".join(lines)
