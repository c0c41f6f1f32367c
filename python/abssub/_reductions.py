"""The functions psnr and stats."""

from collections.abc import Iterable
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import _core, _histogram
from ._docstrings import documented
from ._landing import Landing
from ._operands import as_pair
from ._psnr import psnr_of, range_of
from ._stats import Request, Stats
from ._types import Axis, NanPolicy, Out, Progress


@documented
def psnr(
    a: ArrayLike,
    b: ArrayLike,
    axis: Axis = None,
    *,
    data_range: float | None = None,
    dtype: DTypeLike | None = None,
    out: Out = None,
    keepdims: bool = False,
    where: ArrayLike = True,
    weights: ArrayLike | None = None,
    nan_policy: NanPolicy = "propagate",
    threads: SupportsIndex | None = None,
    progress: Progress = None,
) -> Any:
    """
    Peak signal-to-noise ratio in decibels: ``10 * log10(data_range**2 / mse)``.

    Parameters
    ----------
    <operands>
    <axis>
    data_range : float, optional
        The largest possible value less the smallest. By default that of the dtype which both operands have:
        255 for uint8 and int8, 65535 for uint16 and int16, 1 for bool. Floats have none, nor have operands of
        two dtypes.
    <dtype and out>
    <shared>

    Returns
    -------
    ndarray or scalar
        The ratio as float64, in the shape of the axes that are kept; infinite, without a warning, where the
        operands are the same. A result without axes is a NumPy scalar, unless it is in `out`.

    Raises
    ------
    <raises>

    Warns
    -----
    <warns>

    See Also
    --------
    mse, rmse, stats

    Notes
    -----
    A `ValueError` also says what to pass where `data_range` is needed and is not given.

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    >>> image = np.array([[0, 255], [10, 20]], np.uint8)
    >>> noisy = np.array([[1, 250], [10, 20]], np.uint8)
    >>> round(ab.psnr(image, noisy), 3)
    np.float64(40.002)
    >>> round(ab.psnr(image / 255, noisy / 255, data_range=1.0), 3)
    np.float64(40.002)
    """
    options: dict[str, Any] = {"keepdims": keepdims, "where": where, "weights": weights}
    landing = Landing("psnr", out, dtype)
    a, b = as_pair(a, b)
    peak = 1.0 if _squares_are_refused(a, b) else range_of(data_range, a.dtype, b.dtype)
    (root,) = _core.measure(
        a, b, ("rmse",), axis, nan_policy=nan_policy, threads=threads, progress=progress, **options
    )
    return landing.take(psnr_of(root, peak))


@documented
def stats(
    a: ArrayLike,
    b: ArrayLike,
    names: str | Iterable[str],
    axis: Axis = None,
    *,
    threshold: Any = None,
    ddof: float = 0,
    bins: Any = 10,
    range: tuple[float, float] | None = None,  # noqa: A002 - as np.histogram has it
    data_range: float | None = None,
    keepdims: bool = False,
    where: ArrayLike = True,
    weights: ArrayLike | None = None,
    nan_policy: NanPolicy = "propagate",
    threads: SupportsIndex | None = None,
    progress: Progress = None,
) -> Stats:
    """
    Several reductions of ``|a - b|`` from one reading of the memory.

    Parameters
    ----------
    <operands>
    names : str or sequence of str
        Which: sum, mean, ssd, mse, rmse, psnr, var, std, max, min, argmax, argmin, count, any, all,
        histogram.
    <axis>
    threshold : scalar, optional
        With it `count` is how many differences exceed it; without it, how many are not zero.
    ddof : float, optional
        For var and std: they divide by ``n - ddof``.
    bins : int, sequence or str, optional
        For histogram, as in `np.histogram`. A number of bins without `range` takes a reading of its own, to
        find the least and the largest; the name of an estimator makes the array of differences for it.
    range : (float, float), optional
        For histogram, as in `np.histogram`.
    data_range : float, optional
        For psnr, as there.
    <shared>

    Returns
    -------
    Stats
        A named tuple with a field for each name, in their order. sum and ssd are uint64 (float64 for
        floats); mean, mse, rmse, psnr, var and std float64; max and min have the dtype of `absdiff`; argmax
        and argmin are flat C-order indices over the reduced axes (intp), the lowest among ties; count is
        int64; any and all are bool. histogram is the pair (counts, edges), and its counts have the bins along
        one more axis at the end. sum, mean, max and min of dates and times are timedelta64.

    Raises
    ------
    <raises>

    Warns
    -----
    <warns>

    See Also
    --------
    AbsDiff.stats, Accumulator

    Notes
    -----
    A `ValueError` also lists the known names if one is unknown. Only sum, mean, ssd, mse, rmse and psnr
    can be weighted.

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    >>> frames = np.array([[[9, 0], [0, 9]], [[255, 0], [1, 7]]], np.uint8)
    >>> found = ab.stats(frames, 3, ["sum", "max", "argmax", "count"], axis=(1, 2), threshold=4)
    >>> found.sum
    array([ 18, 261], dtype=uint64)
    >>> found.count
    array([2, 1])
    """
    request = Request.parse(names, threshold)
    a, b = as_pair(a, b)
    needs_range = "psnr" in request.fields and not _squares_are_refused(a, b)
    peak = range_of(data_range, a.dtype, b.dtype) if needs_range else None
    options: dict[str, Any] = {
        "where": where,
        "nan_policy": nan_policy,
        "threads": threads,
        "progress": progress,
    }
    edges = _histogram.edges(a, b, bins, range, **options) if "histogram" in request.fields else None
    parts = _core.measure(
        a,
        b,
        request.core_names,
        axis,
        keepdims=keepdims,
        weights=weights,
        ddof=float(ddof),
        within=request.within,
        edges=None if edges is None else _histogram.for_core(edges),
        **options,
    )
    return request.answer(parts, edges=edges, data_range=peak)


def _squares_are_refused(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    # The core says so itself, in better words than that a range is missing.
    return a.dtype.kind in "mM" or b.dtype.kind in "mM"
