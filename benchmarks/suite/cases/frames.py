"""Sums over stacks of frames, and over the two long lines of the question."""

import numpy as np

from .. import answers, rivals
from ..case import Case, Data, Scale, Target
from ..inputs import noise
from ..limits import COLUMN_NAMES, COLUMNS, READ_RESULT, READS, reads_with_result
from ..ours import ALL, ONE, SAD, of_reading

FRAME = (-2, -1)


def stack(scale: Scale) -> tuple[int, int, int]:
    """Far larger than the last cache, other than in tests."""
    shape: tuple[int, int, int] = scale.pick((3, 20, 40), (32, 1080, 1920), (64, 1080, 1920))
    return shape


def one_frame(scale: Scale) -> Data:
    shape = stack(scale)
    return Data(noise(shape, np.uint8), noise(shape[1:], np.uint8, 1), FRAME)


def _both_full(scale: Scale) -> Data:
    shape = stack(scale)
    return Data(noise(shape, np.uint8), noise(shape, np.uint8, 1), FRAME)


def _flat(scale: Scale) -> Data:
    size = scale.pick(1000, 1_000_000, 1_000_000)
    return Data(noise(size, np.uint8), noise(size, np.uint8, 1))


def _small_frames(scale: Scale) -> Data:
    count = scale.pick(10, 10_000, 10_000)
    return Data(noise((count, 32, 32), np.uint8), noise((32, 32), np.uint8, 1), FRAME)


def _over(*axes: int) -> Case:
    axis = axes[0] if len(axes) == 1 else axes

    def make(scale: Scale) -> Data:
        data = one_frame(scale)
        return Data(data.a, data.b, axis)

    kept = [i for i in range(3) if i not in axes]
    results = reads_with_result(lambda data: [data.a.shape[i] for i in kept])
    # Rows that are kept whole have to be added to sums in a cache, which counts more than the result alone.
    first = axes == (0,)
    return Case(
        f"axis-{'-'.join(map(str, axes))}",
        f"u8 frames against one, axis={axis}",
        make,
        answers.sums,
        (*READS, *results, *(COLUMNS if first else ()), *SAD, rivals.cast(np.int16), rivals.NUMPY_MAX_MIN),
        of_reading(0.80, COLUMN_NAMES if first else READ_RESULT),
    )


CASES = (
    Case(
        "frames-u8",
        "u8 frames of 1080 x 1920 against one, axis=(-2, -1)",
        one_frame,
        answers.sums,
        (*READS, *SAD, *rivals.FRAMES),
        (
            *of_reading(0.90),
            Target(ALL, ("numpy int16 cast",), 20),
            Target(ONE, ("cv2.norm loop",), 1.3),
        ),
    ),
    Case(
        "both-u8",
        "u8 frames of 1080 x 1920, both operands full, axis=(-2, -1)",
        _both_full,
        answers.sums,
        (*READS, *SAD, rivals.cast(np.int16), rivals.NUMPY_MAX_MIN),
        of_reading(0.90),
    ),
    Case(
        "flat-1m-u8",
        "two lines of 1 M u8",
        _flat,
        answers.sums,
        (*READS, *SAD, *rivals.FLAT),
        (
            Target(ALL, ("numpy int16 cast",), 25),
            Target(ALL, ("numexpr",), 70),
            Target(ALL, ("cv2.norm",), 1.2),
        ),
    ),
    Case(
        "frames-32x32",
        "10,000 u8 frames of 32 x 32 against one, axis=(-2, -1)",
        _small_frames,
        answers.sums,
        (*READS, *SAD, *rivals.FRAMES),
        (Target(ALL, ("cv2.norm loop",), 10), *of_reading(0.70)),
    ),
    _over(0),
    _over(0, 2),
)
