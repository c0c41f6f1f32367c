"""The demo's table as text, and its copy between two marks in the README."""

import platform
from dataclasses import dataclass
from pathlib import Path

import abssub as ab
from benchmarks.machine import cores, cpu_name, installed

from .inputs import Inputs
from .timing import Timed
from .ways import WAYS

WIDTH = 100
LABEL_WIDTH = 37
KIB, MIB = 1024, 1024 * 1024
# What the contract allows beyond the result.
ALLOWED_FIXED, ALLOWED_PER_THREAD = MIB, 256 * KIB

BEGIN = "<!-- demo:begin (written by: make demo DEMO_FLAGS=--readme) -->"
END = "<!-- demo:end -->"


@dataclass(frozen=True)
class Run:
    """All that one run of the demo found."""

    inputs: Inputs
    timed: dict[str, Timed]
    extra: dict[str, int | None]
    rounds: int
    command: str


def machine() -> str:
    """What ran: processor, cores, level, and the versions of everybody in the table."""
    names = ("abssub", "numpy", "numexpr", "opencv-python-headless")
    rivals = ", ".join(f"{name.removesuffix('-python-headless')} {installed(name)}" for name in names)
    count = cores()
    return (
        f"{cpu_name()}, {count} core{'s' * (count > 1)}; abssub on {ab.get_level()} "
        f"with {ab.get_num_threads()} threads\nPython {platform.python_version()}, {rivals}"
    )


def _memory(extra: int | None) -> str:
    if extra is None:
        return "n/a"
    if extra < MIB:
        return f"{extra / KIB:.0f} KiB"
    return f"{extra / MIB:.2f} MiB" if extra < 10 * MIB else f"{extra / MIB:.0f} MiB"


def _row(label: str, timed: Timed, extra: int | None, run: Run) -> str:
    if timed.error:
        return f"{label:<{LABEL_WIDTH}}{'ERROR':>6}  {timed.error}"[:WIDTH]
    times_sad = timed.median_seconds / run.timed["sad"].median_seconds if run.timed["sad"].seconds else None
    times_a = "n/a" if extra is None else f"{extra / run.inputs.a.nbytes:.2f}"
    return (
        f"{label:<{LABEL_WIDTH}}"
        f"{'right' if timed.right else 'WRONG':>6}"
        f"{timed.dtype:>9}"
        f"{timed.median_seconds * 1e3:>11.1f} ms"
        f"{'n/a' if times_sad is None else f'{times_sad:.1f}':>8}"
        f"{_memory(extra):>14}"
        f"{times_a:>9}"
    )


def table(run: Run) -> str:
    """The whole table, at most 100 columns wide."""
    heading = (
        f"{'way to get c = sum of |a - b|':<{LABEL_WIDTH}}{'c is':>6}{'dtype':>9}"
        f"{'time':>14}{'/ sad':>8}{'extra memory':>14}{'/ a':>9}"
    )
    rule = "-" * len(heading)
    rivals = [_row(w.label, run.timed[w.key], run.extra[w.key], run) for w in WAYS if not w.ours]
    ours = [_row(w.label, run.timed[w.key], run.extra[w.key], run) for w in WAYS if w.ours]
    size = _memory(run.inputs.a.nbytes)
    title = f"a = {run.inputs.description} ({size}); b = one frame; axis=(-2, -1)"
    lines = [title, machine(), "", heading, rule, *rivals, rule, *ours, rule, verdict(run)]
    return "\n".join(lines)


# Differences of time that say nothing.
NOISE = 0.05


def verdict(run: Run) -> str:
    """What a reader would otherwise work out from the table, and how to read it."""
    sad = run.timed["sad"]
    if sad.error or not sad.seconds:
        return f"ab.sad failed: {sad.error}"
    others = [run.timed[way.key] for way in WAYS if not way.ours]
    fastest = min((row.median_seconds for row in others if row.seconds), default=float("inf"))
    ratio = fastest / sad.median_seconds
    if abs(ratio - 1) <= NOISE:
        lines = [f"ab.sad and the next are level: {ratio:.2f} times its speed."]
    elif ratio > 1:
        lines = [f"ab.sad is faster than every other way: {ratio:.2f} times the speed of the next."]
    else:
        lines = [f"ab.sad is NOT the fastest: another way has {1 / ratio:.2f} times its speed."]
    threads = ab.get_num_threads()
    allowed = ALLOWED_FIXED + threads * ALLOWED_PER_THREAD
    extra = run.extra["sad"]
    if extra is not None:
        kept = "within" if extra < allowed else "ABOVE"
        lines.append(f"Its extra memory is {kept} 1 MiB + 256 KiB x {threads} threads = {_memory(allowed)}.")
    lines.append(f"Times: median of {run.rounds} interleaved rounds; a few percent are noise.")
    lines.append("Memory: VmHWM over VmRSS, each way in a fresh process, after one warm-up call.")
    return "\n".join(lines)


def write_readme(run: Run, readme: Path) -> None:
    """Puts the table and the command that made it between the README's marks."""
    text = readme.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} has no {BEGIN} ... {END}")
    block = f"```text\n$ {run.command}\n{table(run)}\n```"
    readme.write_text(f"{before}{BEGIN}\n{block}\n{END}{after}")
