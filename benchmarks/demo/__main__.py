"""Runs the demo: decode, check, time, measure memory, print, draw."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import abssub as ab

from . import cell, exact, inputs, picture, report, timing, video
from .ways import WAYS

BUILD = cell.REPOSITORY / "build"
README = cell.REPOSITORY / "README.md"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demo", description=__doc__)
    parser.add_argument(
        "--stack",
        type=inputs.parse_stack,
        metavar="TxHxW",
        help="random frames of this shape, such as 64x1080x1920, in place of the video",
    )
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of timing (default 5)")
    parser.add_argument("--readme", action="store_true", help="also rewrite the table in README.md")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout is the table."""
    print(text, file=sys.stderr, flush=True)


def measure(chosen: inputs.Inputs, rounds: int, command: str) -> report.Run:
    """Fills every cell of the table."""
    say("working out the exact answer ...")
    answer = exact.sums(chosen.a, chosen.b)
    say(f"timing {len(WAYS)} ways, {rounds} rounds ...")
    timed = timing.measure(WAYS, chosen, answer, rounds)
    say("measuring memory, one fresh process for each way ...")
    with tempfile.TemporaryDirectory() as folder:
        inputs.save(chosen, Path(folder))
        extra = {way.key: cell.measure(way.key, Path(folder)) for way in WAYS if not timed[way.key].error}
    return report.Run(chosen, timed, {way.key: extra.get(way.key) for way in WAYS}, rounds, command)


def main() -> None:
    options = parse(sys.argv[1:])
    command = "make demo"
    flags = [flag for flag in sys.argv[1:] if flag != "--readme"]
    if flags:
        command += f" DEMO_FLAGS={shlex.quote(shlex.join(flags))}"
    film = None
    if options.stack:
        chosen = inputs.synthetic(options.stack)
    else:
        say("decoding the video ...")
        film = video.decode(video.path())
        chosen = inputs.from_frames(film.frames, film.name)
    run = measure(chosen, options.rounds, command)
    print(f"\n{report.table(run)}")
    if options.readme:
        report.write_readme(run, README)
        print(f"\nThe table in {README.relative_to(cell.REPOSITORY)} is now this one.")
    if film is not None:
        drawn = picture.write(
            film, ab.sad(film.frames, film.frames[0], axis=(-2, -1)), BUILD / "demo-sad.png"
        )
        print(f"\nThe picture of the differences over time: {drawn.relative_to(cell.REPOSITORY)}")


if __name__ == "__main__":
    main()
