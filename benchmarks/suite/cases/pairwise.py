"""Every image against every other by plain broadcasting, and every window of one against a template: what the
arithmetic limits and not the memory."""

from typing import Any

import numpy as np

from .. import answers, rivals
from ..case import Call, Case, Contender, Data, Scale, Target
from ..inputs import noise
from ..limits import PSADBW, PSADBW_RESULT, psadbw_with_result
from ..ours import ALL, ONE, PSADBW_ALL, PSADBW_ONE, SAD


def _make(scale: Scale) -> Data:
    count = scale.pick(5, 400, 2000)
    x, y = noise((count, 28, 28), np.uint8), noise((count, 28, 28), np.uint8, 1)
    lines = {"x": x.reshape(count, -1), "y": y.reshape(count, -1)}
    return Data(x[:, None], y[None], (-2, -1), more=lines, work=count * x.size)


def _rival(distances: Any, dtype: Any) -> Any:
    """`distances()` imports and gives a function of two tables of lines, which are cast beforehand."""

    def prepare(data: Data) -> Call:
        function = distances()
        x, y = data.more["x"].astype(dtype), data.more["y"].astype(dtype)
        return lambda: function(x, y)

    return prepare


def _faiss() -> Any:
    import faiss

    return lambda x, y: faiss.pairwise_distances(x, y, faiss.METRIC_L1)


def _scipy() -> Any:
    from scipy.spatial.distance import cdist

    return lambda x, y: cdist(x, y, "cityblock")


def _sklearn() -> Any:
    from sklearn.metrics.pairwise import manhattan_distances

    return manhattan_distances


def _numkong() -> Any:
    import numkong

    return lambda x, y: numkong.cdist(x, y, "sqeuclidean")


def _numba() -> Any:
    import numba

    @numba.njit(parallel=True)  # type: ignore[untyped-decorator, unused-ignore]
    def distances(x: Any, y: Any) -> Any:
        found = np.empty((len(x), len(y)), np.int64)
        for i in numba.prange(len(x)):
            for j in range(len(y)):
                total: Any = 0
                for k in range(x.shape[1]):
                    total += abs(np.int64(x[i, k]) - np.int64(y[j, k]))
                found[i, j] = total
        return found

    return distances


def _windows(scale: Scale) -> Data:
    image = noise(scale.pick((20, 40), (270, 480), (540, 960)), np.uint8)
    template = noise((16, 16), np.uint8, 1)
    windows = np.lib.stride_tricks.sliding_window_view(image, template.shape)
    return Data(windows, template, (-2, -1), work=windows.size)


CASES = (
    Case(
        "pairwise-u8",
        "every pair of u8 images of 28 x 28: sad(x[:, None], y[None], axis=(-2, -1))",
        _make,
        answers.pairwise,
        (
            *PSADBW,
            *psadbw_with_result(lambda data: (len(data.a), data.b.shape[1])),
            *SAD,
            Contender("faiss METRIC_L1", _rival(_faiss, np.float32)),
            Contender("scipy cdist", _rival(_scipy, np.float64)),
            Contender("scikit-learn", _rival(_sklearn, np.float64)),
            Contender("numba prange", _rival(_numba, np.uint8)),
            Contender("numkong cdist (squares)", _rival(_numkong, np.uint8), answer=answers.pairwise_squares),
        ),
        (
            Target(ONE, PSADBW_ONE, 0.80, beside=PSADBW_RESULT[0]),
            Target(ALL, PSADBW_ALL, 0.80, beside=PSADBW_RESULT[1]),
            Target(ALL, ("faiss METRIC_L1",), 6),
            Target(ALL, ("scipy cdist",), 60),
            Target(ALL, (ONE,), 0.9, per_thread=True),
        ),
    ),
    Case(
        "windows-16x16",
        "every window of a u8 image against one of 16 x 16: sad(sliding_window_view(...), template)",
        _windows,
        answers.sums,
        (*SAD, rivals.cast(np.int16)),
    ),
)
