"""The page of results, such as `benchmarks/RESULTS.md`."""

import datetime
import platform
from collections.abc import Sequence
from pathlib import Path

import abssub as ab
from benchmarks.machine import caches, cores, cpu_name, installed

from .judge import Judged
from .report import cells, size
from .rivals import PACKAGES

MIB = 1 << 20
HOW = """\
Each contender's answer was checked against the exact one, which neither abssub nor a rival made.
**WRONG** is a wrong number, *rounded* one that is wrong in its last digits alone. "(wraps)" and "(squares)"
answer another question, and were checked against that one.

All contenders of a case took turns in one process. A time is the median over the rounds, a ratio the
median of the rounds' ratios, and +- half the range between the rounds' quartiles. What a rival must import,
convert or compile first was not timed. The limits are loops of their own, in `benchmarks/roofline`: one reads
every byte once, the other is the widest `psadbw`, alone or with the addition that each needs. Where two
loops read, the faster is the limit. A target is **out of reach** where a limit that counts more than it does,
such as the additions or the writing of a new result, misses it too."""


def page(found: Sequence[Judged], command: str, load: float | None, plots: Sequence[Path]) -> str:
    """All of it, in Markdown."""
    parts = ["# Results of the benchmark suite", _machine(command, load), HOW, _targets(found)]
    if plots:
        parts.append("## Throughput against size")
        parts += [f"![{plot.stem.replace('-', ' ')}]({plot.parent.name}/{plot.name})" for plot in plots]
    parts.append("## Every case")
    parts += [_case(one) for one in found]
    return "\n\n".join(parts) + "\n"


def _machine(command: str, load: float | None) -> str:
    found = ", ".join(f"{level} {_cache(size)}" for level, size in caches().items()) or "unknown"
    versions = ", ".join(f"{name} {installed(name)}" for name in PACKAGES)
    today = datetime.datetime.now(datetime.UTC).date()
    busy = "unknown" if load is None else f"{load:.2f} processes a core"
    lines = [
        f"Written by `{command}` on {today}.\n",
        f"- Machine: {cpu_name()}, {cores()} cores; {platform.system()}",
        f"- Caches as one core sees them: {found}",
        f"- Load when it began: {busy}",
        f"- abssub {ab.__version__} on {ab.get_level()} with {ab.get_num_threads()} threads",
        f"- Python {platform.python_version()}, {versions}",
    ]
    return "\n".join(lines)


def _cache(count: int) -> str:
    return f"{count // MIB} MiB" if count >= MIB else f"{count >> 10} KiB"


def _targets(found: Sequence[Judged]) -> str:
    lines = ["## What it must show", "", "| case | at least | measured | |", "| --- | --- | --- | --- |"]
    for one in found:
        for outcome in one.outcomes:
            result = outcome.result if outcome.result == "pass" else f"**{outcome.result}**"
            lines.append(f"| {one.case.name} | {outcome.wanted} | {_plain(outcome.measured)} | {result} |")
    return "\n".join(lines)


def _case(one: Judged) -> str:
    lines = [f"### {one.case.name}", "", f"{one.case.title}; {size(one.bytes)}", ""]
    lines += [
        "| contender | answer | time | +- | GB/s | / abssub |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in one.rows:
        answer, *rest = cells(row, one)
        shown = f"**{answer}**" if answer in ("WRONG", "error") else answer
        lines.append(f"| {row.contender.name} | {shown} | {' | '.join(map(_plain, rest))} |")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """No line breaks and no bars, which would end a cell."""
    return " ".join(text.replace("|", "/").split())[:160]
