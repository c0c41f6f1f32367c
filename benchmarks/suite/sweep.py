"""Throughput against size, from 64 bytes to beyond the last cache, as plots."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import abssub as ab
from benchmarks.machine import caches

from . import answers, rivals
from .case import Case, Contender, Data, Scale
from .inputs import noise, touched
from .judge import GIGA
from .limits import READS
from .ours import ALL, ONE, both
from .timing import measured

SMALLEST = 64
# Bytes of an operand, where the caches are unknown.
LARGEST = 256 << 20
COLOURS = ("#0b6e99", "#67b7d1", "#c0392b", "#e08e0b", "#6a4c93", "#4c956c")


@dataclass(frozen=True)
class Sweep:
    """One plot: the same call on operands of every size."""

    name: str
    title: str
    dtype: Any
    answer: Callable[[Data], Any]
    contenders: tuple[Contender, ...]

    def case(self, size: int) -> Case:
        def make(_: Scale) -> Data:
            count = size // np.dtype(self.dtype).itemsize
            return Data(noise(count, self.dtype), noise(count, self.dtype, 1), out=touched(count, self.dtype))

        return Case(f"{self.name}-{size}", self.title, make, self.answer, self.contenders)


def _into(reduce: Callable[..., Any]) -> Callable[[Data], Any]:
    return lambda data: partial(reduce, data.a, data.b, out=data.out)


def _cv2_into(data: Data) -> Any:
    import cv2

    a, b, out = (array[None] for array in (data.a, data.b, data.out))
    return lambda: cv2.absdiff(a, b, out)[0]


SWEEPS = (
    Sweep(
        "sad-u8",
        "sum of |a - b| over two lines of uint8",
        np.uint8,
        answers.sums,
        (READS[0], READS[2], *both(ab.sad), rivals.CV2_NORM, rivals.cast(np.int16)),
    ),
    Sweep(
        "sad-f32",
        "exact sum of |a - b| over two lines of float32",
        np.float32,
        answers.fsum,
        (READS[0], READS[2], *both(ab.sad), rivals.CV2_NORM, rivals.NUMPY_SUBTRACT),
    ),
    Sweep(
        "absdiff-u8",
        "absdiff(a, b, out=c) of two lines of uint8",
        np.uint8,
        answers.differences,
        (
            Contender(ALL, _into(ab.absdiff), kind="abssub"),
            Contender("cv2.absdiff", _cv2_into),
            Contender("np.subtract (wraps)", _into(np.subtract), answer=answers.wrapped),
        ),
    ),
)


def sizes(scale: Scale) -> list[int]:
    """Each twice as large as the one before, or eight times, up to four times the last cache."""
    largest = max(4 * max(caches().values(), default=0), LARGEST if scale is Scale.FULL else 64 << 20)
    found, size = [], SMALLEST
    while size <= largest:
        found.append(size)
        size *= scale.pick(1 << 20, 8, 2)
    return found


def draw(sweep: Sweep, scale: Scale, folder: Path) -> Path:
    """Measures one sweep and writes its plot."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for size in sizes(scale):
        data, rows = measured(sweep.case(size), scale)
        for row in rows:
            if row.rounds and row.verdict in ("right", "rounded"):
                speed = (data.a.nbytes + data.b.nbytes) / row.seconds / GIGA
                curves.setdefault(row.contender.name, []).append((2 * size, speed))
    return _plot(sweep, curves, folder / f"{sweep.name}.svg")


def _plot(sweep: Sweep, curves: dict[str, list[tuple[int, float]]], target: Path) -> Path:
    import matplotlib

    matplotlib.use("Agg")
    # The same bytes for the same numbers.
    matplotlib.rcParams["svg.hashsalt"] = "abssub"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    colours = iter(COLOURS)
    for name, points in curves.items():
        style = ":" if name.startswith("read") else "-" if name in (ALL, ONE) else "--"
        colour = "#555555" if name == READS[0].name else "#111111" if style == ":" else next(colours)
        axes.loglog(*zip(*points, strict=True), style, color=colour, label=name, linewidth=1.8)
    for level, size in caches().items():
        axes.axvline(size, color="#cccccc", linewidth=1, zorder=0)
        axes.annotate(
            level, (size, 1), xycoords=("data", "axes fraction"), va="top", ha="right", color="#888888"
        )
    axes.set_xscale("log", base=2)
    slowest = min(
        speed for name, points in curves.items() if not name.startswith("read") for _, speed in points
    )
    axes.set_ylim(bottom=slowest / 2)
    axes.set_xlabel("bytes of both operands")
    axes.set_ylabel("GB/s of both operands")
    axes.set_title(sweep.title)
    axes.grid(color="#eeeeee")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
    return target
