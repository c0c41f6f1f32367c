"""Every row of the suite, in the order of the report."""

from ..case import Case
from . import elementwise, floats, frames, images, layouts, pairwise, statistics, streams, threads

CASES: tuple[Case, ...] = (
    *frames.CASES,
    *pairwise.CASES,
    *streams.CASES,
    *floats.CASES,
    *layouts.CASES,
    *images.CASES,
    *statistics.CASES,
    *elementwise.CASES,
    *threads.CASES,
)
