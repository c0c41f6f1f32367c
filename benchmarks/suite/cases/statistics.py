"""Other statistics than the sum over a stack of frames: one at a time, five at once, and histograms."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import abssub as ab

from .. import answers
from ..case import Call, Case, Contender, Data, Scale, Target
from ..inputs import noise
from ..limits import READS
from ..ours import ALL, MASKED_MEAN, ONE, both, call, of_reading
from .frames import one_frame, stack

THRESHOLD = 30
FIVE = ("sum", "ssd", "max", "argmax", "count")


def _method(name: str) -> Callable[..., Any]:
    def reduce(a: Any, b: Any, **options: Any) -> Any:
        return getattr(ab.AbsDiff(a, b), name)(**options)

    return reduce


def _count(a: Any, b: Any, **options: Any) -> Any:
    return ab.stats(a, b, "count", threshold=THRESHOLD, **options).count


def _five(data: Data) -> Any:
    found = ab.stats(data.a, data.b, FIVE, data.axis, threshold=THRESHOLD)
    return np.array([field.astype(np.int64) for field in found])


def _five_answers(data: Data) -> Any:
    parts = (answers.sums, answers.squares, answers.greatest, answers.first_greatest)
    return np.array([part(data) for part in (*parts, answers.exceeding(THRESHOLD))])


def _frame_loop(norm: str, mean: bool = False) -> Contender:
    def prepare(data: Data) -> Call:
        import cv2

        kind = getattr(cv2, norm)
        count = data.b.size if mean else 1
        return lambda: np.array([cv2.norm(frame, data.b, kind) for frame in data.a]) / count

    return Contender(f"cv2.norm {norm} loop", prepare)


def _numkong_loop(data: Data) -> Call:
    import numkong

    line, lines = data.b.reshape(-1), data.a.reshape(len(data.a), -1)
    return lambda: np.array([numkong.sqeuclidean(one, line) for one in lines])


def _numpy(name: str, of: Callable[[Any, Data], Any]) -> Contender:
    """NumPy on the materialised difference, in int16."""

    def prepare(data: Data) -> Call:
        return lambda: of(np.abs(data.a.astype(np.int16) - data.b), data)

    return Contender(f"numpy int16 {name}", prepare)


def _case(name: str, reduce: Callable[..., Any], answer: Callable[[Data], Any], *others: Contender) -> Case:
    title = f"{name} of u8 frames against one, axis=(-2, -1)"
    contenders = (*READS, *both(reduce), *others)
    return Case(f"stat-{name}", title, one_frame, answer, contenders, of_reading(0.85))


def _masked(scale: Scale) -> Data:
    data = one_frame(scale)
    return Data(data.a, data.b, data.axis, mask=noise(stack(scale), np.bool_, 2))


def _histogram_data(scale: Scale) -> Data:
    data = one_frame(scale)
    constant = np.full(stack(scale), 9, np.uint8)
    return Data(data.a, data.b, more={"a": constant, "b": np.full(data.b.shape, 2, np.uint8)})


def _histogram(threads: int | None, constant: bool) -> Callable[[Data], Call]:
    def prepare(data: Data) -> Call:
        a, b = (data.more["a"], data.more["b"]) if constant else (data.a, data.b)
        options: dict[str, Any] = {"bins": 256, "range": (0, 256), "threads": threads}
        return lambda: ab.stats(a, b, "histogram", **options).histogram[0]

    return prepare


def _constant_counts(data: Data) -> Any:
    return answers.counts(Data(data.more["a"], data.more["b"]))


def _numpy_counts(data: Data) -> Call:
    return lambda: np.bincount(np.abs(data.a.astype(np.int16) - data.b).ravel(), minlength=256)


def _cv2_counts(data: Data) -> Call:
    import cv2

    def counted(frame: Any) -> Any:
        return cv2.calcHist([cv2.absdiff(frame, data.b)], [0], None, [256], [0, 256]).ravel()

    return lambda: sum(counted(frame).astype(np.int64) for frame in data.a)


CONSTANT = "abssub, constant data"
HISTOGRAM = Case(
    "histogram-u8",
    "histogram of u8 frames against one, 256 bins",
    _histogram_data,
    answers.counts,
    (
        *READS,
        Contender(ONE, _histogram(1, constant=False), kind="abssub"),
        Contender(ALL, _histogram(None, constant=False), kind="abssub"),
        Contender(f"{CONSTANT}, 1 thread", _histogram(1, constant=True), "abssub", _constant_counts),
        Contender(CONSTANT, _histogram(None, constant=True), "abssub", _constant_counts),
        Contender("numpy int16 bincount", _numpy_counts),
        Contender("cv2.absdiff, cv2.calcHist loop", _cv2_counts),
    ),
    (
        Target(ONE, (), 2),
        Target(f"{CONSTANT}, 1 thread", (), 2),
        Target(ALL, (), 2, per_thread=True),
        Target(CONSTANT, (), 2, per_thread=True),
        Target(ONE, (f"{CONSTANT}, 1 thread",), 0.5),
        Target(f"{CONSTANT}, 1 thread", (ONE,), 0.5),
    ),
)

CASES = (
    Case(
        "five-stats",
        f"{', '.join(FIVE)} of u8 frames in one pass, axis=(-2, -1)",
        one_frame,
        _five_answers,
        (
            *READS,
            Contender(ALL, lambda data: partial(_five, data), kind="abssub"),
            call("abssub, the sum alone", ab.sad, answers.sums),
        ),
        (Target(ALL, ("abssub, the sum alone",), 1 / 1.3),),
    ),
    _case(
        "max",
        _method("max"),
        answers.greatest,
        _frame_loop("NORM_INF"),
        _numpy("max", lambda d, data: d.max(axis=data.axis)),
    ),
    _case(
        "argmax",
        _method("argmax"),
        answers.first_greatest,
        _numpy("argmax", lambda d, data: d.reshape(len(d), -1).argmax(axis=1)),
    ),
    _case(
        "count",
        _count,
        answers.exceeding(THRESHOLD),
        _numpy("count", lambda d, data: (d > THRESHOLD).sum(axis=data.axis)),
    ),
    _case(
        "ssd",
        ab.ssd,
        answers.squares,
        _frame_loop("NORM_L2SQR"),
        Contender("numkong sqeuclidean loop", _numkong_loop),
    ),
    _case("mse", ab.mse, answers.mean_squares, _frame_loop("NORM_L2SQR", mean=True)),
    Case(
        "stat-mean-where",
        "mean of u8 frames against one with where= a mask for each frame, axis=(-2, -1)",
        _masked,
        answers.masked_means,
        (
            *READS,
            *MASKED_MEAN,
            _numpy("mean", lambda d, data: d.mean(axis=data.axis, where=data.mask)),
        ),
        of_reading(0.85),
    ),
    HISTOGRAM,
)
