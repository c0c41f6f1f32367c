"""Runs the suite: checks, times, prints each case as it is done, and writes the page on demand."""

import argparse
import re
import shlex
import sys
import time
from pathlib import Path

from benchmarks import machine

from . import page, report
from .case import Case, Scale
from .cases import CASES
from .judge import Judged, judged
from .limits import REPOSITORY
from .sweep import SWEEPS, draw
from .timing import measured

PAGES = REPOSITORY / "benchmarks"
# Processes a core, above which other work disturbs the times.
BUSY = 0.3


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller data and fewer rounds")
    parser.add_argument("--only", type=re.compile, metavar="REGEX", help="the cases whose names match")
    parser.add_argument("--no-rivals", action="store_true", help="abssub and the limits alone")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/RESULTS.md and its plots")
    parser.add_argument("--machine", metavar="NAME", help="write RESULTS-NAME.md instead, of another machine")
    parser.add_argument("--list", action="store_true", help="only list the cases")
    options = parser.parse_args(arguments)
    if options.machine and not options.write:
        parser.error("--machine names the page that --write writes")
    return options


def chosen(only: re.Pattern[str] | None) -> list[Case]:
    return [case for case in CASES if only is None or only.search(case.name)]


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout is the report."""
    print(text, file=sys.stderr, flush=True)


def run(case: Case, scale: Scale, rivals: bool = True) -> Judged:
    return judged(case, *measured(case, scale, rivals))


def command(arguments: list[str]) -> str:
    """What to type for the same run."""
    target = "make bench-quick" if "--quick" in arguments else "make bench"
    implied = ("--quick",) if "--quick" in arguments else ("--write",)
    flags = [flag for flag in arguments if flag not in implied]
    return f"{target} BENCH_FLAGS={shlex.quote(shlex.join(flags))}" if flags else target


def plots(scale: Scale, folder: Path) -> list[Path]:
    """Every plot; none where matplotlib is not installed."""
    drawn = []
    for sweep in SWEEPS:
        say(f"drawing {sweep.name} ...")
        try:
            drawn.append(draw(sweep, scale, folder))
        except ImportError as error:
            say(f"no plots: {error}")
            break
    return drawn


def main() -> int:
    arguments = sys.argv[1:]
    options = parse(arguments)
    cases = chosen(options.only)
    if options.list or not cases:
        print("\n".join(f"{case.name:<28}{case.title}" for case in cases) or "no case has such a name")
        return 0 if cases else 2
    scale = Scale.QUICK if options.quick else Scale.FULL
    load = machine.load()
    if load is not None and load > BUSY:
        say(f"the machine is busy ({load:.2f} processes a core): these times will be noisy")
    start = time.monotonic()
    found = []
    for case in cases:
        found.append(run(case, scale, not options.no_rivals))
        print(f"{report.block(found[-1])}\n", flush=True)
    print(report.summary(found))
    if options.write:
        suffix = f"-{options.machine}" if options.machine else ""
        path = PAGES / f"RESULTS{suffix}.md"
        path.write_text(page.page(found, command(arguments), load, plots(scale, PAGES / f"plots{suffix}")))
        print(f"\nwritten: {path.relative_to(REPOSITORY)}")
    say(f"{time.monotonic() - start:.0f} s")
    wrong = [f"{one.case.name}: {text}" for one in found for text in one.wrong]
    for text in wrong:
        print(f"NOT RIGHT: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
