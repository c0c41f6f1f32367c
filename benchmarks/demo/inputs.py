"""The demo's two operands, the stack `a` and the frame `b`, and their passage to another process."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SYNTHETIC_SEED = 20_240_229


@dataclass(frozen=True)
class Inputs:
    """`a` has shape (time, height, width); `b` is one frame and broadcasts against it."""

    a: NDArray[np.uint8]
    b: NDArray[np.uint8]
    description: str


def from_frames(frames: NDArray[np.uint8], name: str) -> Inputs:
    """The stack against a copy of its first frame."""
    count, height, width = frames.shape
    return Inputs(frames, frames[0].copy(), f"{name}: {count} frames of {height} x {width}, uint8")


def synthetic(shape: tuple[int, int, int]) -> Inputs:
    """Noise, in which every second pixel wraps when it is subtracted unsigned."""
    random = np.random.default_rng(SYNTHETIC_SEED)
    frames = random.integers(0, 256, shape, dtype=np.uint8)
    other = random.integers(0, 256, shape[1:], dtype=np.uint8)
    count, height, width = shape
    return Inputs(frames, other, f"random pixels: {count} frames of {height} x {width}, uint8")


def parse_stack(text: str) -> tuple[int, int, int]:
    """'64x1080x1920' as a shape."""
    parts = text.lower().split("x")
    if len(parts) != 3 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not FRAMESxHEIGHTxWIDTH, such as 64x1080x1920")
    frames, height, width = map(int, parts)
    return frames, height, width


def save(inputs: Inputs, folder: Path) -> None:
    """Leaves both arrays where `load` finds them."""
    np.save(folder / "a.npy", inputs.a)
    np.save(folder / "b.npy", inputs.b)


def load(folder: Path) -> Inputs:
    """Both arrays in memory of this process's own; every page has been written, hence touched."""
    return Inputs(np.load(folder / "a.npy"), np.load(folder / "b.npy"), str(folder))
