"""The differences over time as a PNG: the right curve, the wrapped one, and some frames."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .video import Video

THUMBNAILS = 6
THUMBNAIL_STEP = 4
INK, CURVE, WRONG, GRID = "#222222", "#0b6e99", "#c0392b", "#dddddd"


def _wrapped(frames: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """What the naive line says of each frame."""
    return np.array([np.sum(np.abs(frame - frames[0])) for frame in frames])


def _draw_thumbnails(figure: Any, row: Any, video: Video, shown: NDArray[np.intp]) -> None:
    for place, index in zip(row, shown, strict=True):
        axes = figure.add_subplot(place)
        small = video.frames[index, ::THUMBNAIL_STEP, ::THUMBNAIL_STEP]
        axes.imshow(small, cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{index / video.frames_per_second:.2f} s", fontsize=9, color=INK)
        axes.set_xticks([])
        axes.set_yticks([])


def _draw_curves(axes: Any, video: Video, sums: NDArray[np.uint64], shown: NDArray[np.intp]) -> None:
    count, height, width = video.frames.shape
    seconds = np.arange(count) / video.frames_per_second
    millions, wrapped = sums / 1e6, _wrapped(video.frames) / 1e6
    axes.plot(seconds, millions, color=CURVE, linewidth=2, label="ab.sad(a, b, axis=(-2, -1))")
    axes.fill_between(seconds, millions, color=CURVE, alpha=0.12, linewidth=0)
    axes.plot(
        seconds[shown],
        millions[shown],
        "o",
        color=CURVE,
        markeredgecolor="white",
        markersize=8,
        clip_on=False,
    )
    axes.plot(
        seconds,
        wrapped,
        color=WRONG,
        linewidth=1.3,
        linestyle=(0, (4, 2)),
        label="np.sum(np.abs(a - b), axis=(-2, -1)), which wraps",
    )
    axes.set_xlim(0, max(seconds[-1], 1 / video.frames_per_second))
    axes.set_ylim(0, max(float(millions.max()), float(wrapped.max()), 1e-6) * 1.18)
    axes.set_xlabel("time in the video (s)")
    axes.set_ylabel("sum of absolute differences (millions)")
    axes.legend(loc="upper left", frameon=False, ncols=2, prop={"family": "monospace", "size": 9})
    axes.grid(color=GRID)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    pixels = height * width / 1e6
    mean = axes.secondary_yaxis("right", functions=(lambda y: y / pixels, lambda y: y * pixels))
    mean.set_ylabel("a pixel's mean difference (of 255)")


def write(video: Video, sums: NDArray[np.uint64], target: Path) -> Path:
    """Draws `sums`, one for each frame of `video`, into `target`."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    count = len(video.frames)
    shown = np.linspace(0, count - 1, min(THUMBNAILS, count)).round().astype(np.intp)
    figure = plt.figure(figsize=(11, 6.4), dpi=130, layout="constrained")
    grid = figure.add_gridspec(2, len(shown), height_ratios=(1, 3.1))
    _draw_thumbnails(figure, [grid[0, column] for column in range(len(shown))], video, shown)
    _draw_curves(figure.add_subplot(grid[1, :]), video, sums, shown)
    figure.suptitle(f"How far each frame of {video.name} is from its first", fontsize=13, color=INK)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target)
    plt.close(figure)
    return target
