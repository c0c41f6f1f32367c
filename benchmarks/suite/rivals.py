"""What people use today, each in its best form. What must be imported, converted or compiled is not timed."""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.demo.ways import BY_KEY

from . import answers
from .case import Call, Contender, Data


def way(key: str, name: str) -> Contender:
    """A way of the demo: a stack against one frame."""
    return Contender(name, lambda data: partial(BY_KEY[key].run, data.a, data.b))


def cast(wide: Any) -> Contender:
    """NumPy with one operand cast; the other is promoted on the way."""

    def prepare(data: Data) -> Call:
        return lambda: np.abs(data.a.astype(wide) - data.b).sum(axis=data.axis)

    return Contender(f"numpy {np.dtype(wide)} cast", prepare)


def _flat_numexpr(data: Data) -> Call:
    import numexpr

    operands = {"a": data.a, "b": data.b}
    return lambda: numexpr.evaluate("sum(abs(a - b))", local_dict=operands)


def _flat_norm(data: Data) -> Call:
    import cv2

    return partial(cv2.norm, data.a, data.b, cv2.NORM_L1)


def _flat_faiss(data: Data) -> Call:
    import faiss

    x, y = data.a[None].astype(np.float32), data.b[None].astype(np.float32)
    return lambda: faiss.pairwise_distances(x, y, faiss.METRIC_L1)[0, 0]


def _flat_cdist(data: Data) -> Call:
    from scipy.spatial.distance import cdist

    x, y = data.a[None].astype(np.float64), data.b[None].astype(np.float64)
    return lambda: cdist(x, y, "cityblock")[0, 0]


def _flat_sklearn(data: Data) -> Call:
    from sklearn.metrics.pairwise import manhattan_distances

    x, y = data.a[None].astype(np.float64), data.b[None].astype(np.float64)
    return lambda: manhattan_distances(x, y)[0, 0]


def _flat_numkong(data: Data) -> Call:
    import numkong

    return partial(numkong.sqeuclidean, data.a, data.b)


def _numba(data: Data) -> Call:
    """A loop as people write it, over frames or over one line."""
    import numba

    @numba.njit(parallel=True)  # type: ignore[untyped-decorator, unused-ignore]
    def lines(a: Any, b: Any) -> Any:
        totals = np.zeros(len(a), np.int64)
        for i in numba.prange(len(a)):
            total: Any = 0
            for j in range(a.shape[1]):
                total += abs(np.int64(a[i, j]) - np.int64(b[j]))
            totals[i] = total
        return totals

    @numba.njit(parallel=True)  # type: ignore[untyped-decorator, unused-ignore]
    def line(a: Any, b: Any) -> Any:
        total: Any = 0
        for i in numba.prange(len(a)):
            total += abs(np.int64(a[i]) - np.int64(b[i]))
        return total

    if data.axis is None:
        return lambda: line(data.a, data.b)
    a, b = data.a.reshape(len(data.a), -1), data.b.reshape(-1)
    return lambda: lines(a, b)


def _jax(data: Data) -> Call:
    import jax
    import jax.numpy as jnp

    def total(a: Any, b: Any) -> Any:
        return jnp.abs(a.astype(jnp.int16) - b).sum(axis=data.axis, dtype=jnp.int32)

    compiled = jax.jit(total)
    a, b = jnp.asarray(data.a), jnp.asarray(data.b)
    return lambda: compiled(a, b).block_until_ready()


def _blosc2(data: Data) -> Call:
    import blosc2

    operands = {"a": blosc2.asarray(data.a), "b": blosc2.asarray(data.b)}
    axis = "" if data.axis is None else f", axis={data.axis}"

    def call() -> Any:
        found = blosc2.lazyexpr(f"sum(abs(a - b){axis})", operands)
        return found[()] if hasattr(found, "compute") else found

    return call


NUMPY_MAX_MIN = Contender(
    "numpy max - min",
    lambda data: lambda: (np.maximum(data.a, data.b) - np.minimum(data.a, data.b)).sum(axis=data.axis),
)
NUMPY_SUBTRACT = Contender(
    "numpy abs(a - b)", lambda data: lambda: np.abs(np.subtract(data.a, data.b)).sum(axis=data.axis)
)
NUMBA = Contender("numba prange", _numba)
JAX = Contender("jax jit", _jax)
BLOSC2 = Contender("blosc2 lazyexpr", _blosc2)
CV2_NORM = Contender("cv2.norm", _flat_norm)

# For stacks of frames against one frame.
FRAMES = (
    cast(np.int16),
    NUMPY_MAX_MIN,
    NUMPY_SUBTRACT,
    way("numexpr-sum", "numexpr"),
    way("cv2", "cv2.norm loop"),
    NUMBA,
    JAX,
    BLOSC2,
)
# For two long lines of bytes.
FLAT = (
    cast(np.int16),
    NUMPY_MAX_MIN,
    NUMPY_SUBTRACT,
    Contender("numexpr", _flat_numexpr),
    CV2_NORM,
    Contender("scipy cdist", _flat_cdist),
    Contender("scikit-learn", _flat_sklearn),
    Contender("faiss METRIC_L1", _flat_faiss),
    NUMBA,
    JAX,
    BLOSC2,
    Contender("numkong sqeuclidean (squares)", _flat_numkong, answer=answers.squares),
)
# What each contender is called as a package, for the versions in the report.
PACKAGES = (
    "numpy",
    "numexpr",
    "opencv-python-headless",
    "scipy",
    "scikit-learn",
    "faiss-cpu",
    "numba",
    "jax",
    "blosc2",
    "numkong",
)
