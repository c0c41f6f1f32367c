"""What most programs do beside the comparison of frames: colour channels, rows of features, masks over time,
histograms of floats, and the integers that NumPy makes unasked."""

from collections.abc import Callable
from typing import Any

import numpy as np

import abssub as ab

from .. import answers, rivals
from ..case import Call, Case, Contender, Data, Scale, Target
from ..inputs import noise
from ..ours import ALL, MASKED_MEAN, ONE, SAD, both

PIXELS = (1, 2)


def _colour(scale: Scale) -> tuple[int, int, int, int]:
    shape: tuple[int, int, int, int] = scale.pick((2, 9, 11, 3), (8, 540, 960, 3), (8, 540, 960, 3))
    return shape


def _stack(scale: Scale) -> tuple[int, int, int]:
    shape: tuple[int, int, int] = scale.pick((3, 9, 11), (32, 540, 960), (32, 540, 960))
    return shape


def _channels(axis: Any) -> Callable[[Scale], Data]:
    def make(scale: Scale) -> Data:
        shape = _colour(scale)
        return Data(noise(shape, np.uint8), noise(shape, np.uint8, 1), axis)

    return make


def _one_channel(scale: Scale) -> Data:
    shape = _colour(scale)
    return Data(noise(shape, np.uint8)[..., 1], noise(shape[1:], np.uint8, 1)[..., 1], PIXELS)


def _bgr(scale: Scale) -> Data:
    shape = _colour(scale)
    return Data(noise(shape, np.uint8), noise(shape, np.uint8, 1)[..., ::-1], (1, 2, 3))


def _features(axis: int, dtype: Any, features: int = 10) -> Callable[[Scale], Data]:
    def make(scale: Scale) -> Data:
        shape = (scale.pick(500, 2_000_000, 2_000_000) // features, features)
        return Data(noise(shape, dtype), noise(shape, dtype, 1), axis)

    return make


def _greatest(a: Any, b: Any, **options: Any) -> Any:
    return ab.AbsDiff(a, b).max(**options)


def _cast_greatest(data: Data) -> Call:
    return lambda: np.abs(data.a.astype(np.int16) - data.b).max(axis=data.axis)


EDGES = np.linspace(0, 256, 65)


def _singles(scale: Scale) -> Data:
    shape = _stack(scale)
    return Data(noise(shape, np.float32), noise(shape, np.float32, 1))


def _histogram(threads: int | None) -> Callable[[Data], Call]:
    return lambda data: lambda: ab.AbsDiff(data.a, data.b).histogram(64, (0, 256), threads=threads)[0]


def _bins(data: Data) -> Any:
    """Where a plain search among the edges puts each difference; those beyond the last are in none."""
    found = np.searchsorted(EDGES, np.abs(data.a - data.b).ravel(), "right") - 1
    return np.bincount(found[found < 64], minlength=64)


def _numpy_histogram(data: Data) -> Call:
    return lambda: np.histogram(np.abs(data.a - data.b), 64, (0, 256))[0]


def _masked(scale: Scale) -> Data:
    shape = _stack(scale)
    mask = noise(shape, np.bool_, 2)
    # Each place has a mean.
    mask[0] = True
    return Data(noise(shape, np.uint8), noise(shape[1:], np.uint8, 1), 0, mask=mask)


def _masked_cast(data: Data) -> Call:
    return lambda: np.abs(data.a.astype(np.int16) - data.b).mean(axis=data.axis, where=data.mask)


def _long(scale: Scale) -> Data:
    shape = _stack(scale)
    return Data(noise(shape, np.uint16).astype(np.int64), noise(shape[1:], np.uint16, 1).astype(np.int64), 0)


def _case(name: str, title: str, make: Callable[[Scale], Data], wide: Any, at_least: float) -> Case:
    rival = rivals.cast(wide)
    contenders = (*SAD, rival)
    return Case(name, title, make, answers.sums, contenders, (Target(ALL, (rival.name,), at_least),))


CASES = (
    _case("colour-channels", "RGB images of u8, a sum for each channel", _channels(PIXELS), np.int16, 10),
    _case("colour-pixels", "RGB images of u8, a sum for each pixel", _channels(-1), np.int16, 10),
    _case("colour-one", "one channel of RGB images of u8 against one image's", _one_channel, np.int16, 10),
    _case("colour-bgr", "RGB images of u8 against BGR images", _bgr, np.int16, 10),
    _case("features-rows", "200,000 rows of 10 u8, each summed", _features(1, np.uint8), np.int16, 10),
    _case("features-columns", "200,000 rows of 10 u8, columns summed", _features(0, np.uint8), np.int16, 10),
    _case("features-f32", "200,000 rows of 10 f32, each summed", _features(1, np.float32), np.float32, 1),
    _case(
        "embeddings-f32", "20,000 rows of 100 f32, each summed", _features(1, np.float32, 100), np.float32, 1
    ),
    Case(
        "features-max",
        "200,000 rows of 10 u8, the greatest of each",
        _features(1, np.uint8),
        answers.greatest,
        (*both(_greatest), Contender("numpy int16 max", _cast_greatest)),
        (Target(ALL, ("numpy int16 max",), 4),),
    ),
    Case(
        "histogram-f32",
        "two stacks of f32, 64 bins of equal width",
        _singles,
        _bins,
        (
            Contender(ONE, _histogram(1), kind="abssub"),
            Contender(ALL, _histogram(None), kind="abssub"),
            Contender("np.histogram", _numpy_histogram),
        ),
        (Target(ONE, ("np.histogram",), 1),),
    ),
    _case("long-axis-0", "a stack of i64 against one, axis=0", _long, np.int64, 4),
    Case(
        "masked-axis-0",
        "mean of u8 frames against one with where= a mask for each frame, axis=0",
        _masked,
        answers.masked_means,
        (*MASKED_MEAN, Contender("numpy int16 mean", _masked_cast)),
        (Target(ALL, ("numpy int16 mean",), 10),),
    ),
)
