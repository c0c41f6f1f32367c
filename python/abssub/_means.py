"""The functions mae, mse and rmse, made from one table."""

from typing import Any, Protocol, SupportsIndex

from numpy.typing import ArrayLike, DTypeLike

from . import _core
from ._docstrings import documented
from ._landing import Landing
from ._types import Axis, NanPolicy, Out, Progress

_DOCSTRING = """
    <title>

    Parameters
    ----------
    <operands>
    <axis>
    <dtype and out>
    <shared>

    Returns
    -------
    ndarray or scalar
        <returned>, as float64 in the shape of the axes that are kept. A result without axes is a NumPy
        scalar, unless it is in `out`.

    Raises
    ------
    <raises>

    Warns
    -----
    <warns>

    See Also
    --------
    <related>

    Notes
    -----
    The sum is exact before it is divided. <times>

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    <example>
    """


class MeanLike(Protocol):
    """The signature that mae, mse and rmse share."""

    def __call__(
        self,
        a: ArrayLike,
        b: ArrayLike,
        axis: Axis = None,
        *,
        dtype: DTypeLike | None = None,
        out: Out = None,
        keepdims: bool = False,
        where: ArrayLike = True,
        weights: ArrayLike | None = None,
        nan_policy: NanPolicy = "propagate",
        threads: SupportsIndex | None = None,
        progress: Progress = None,
    ) -> Any: ...


def _mean_like(name: str, core_name: str, **parts: str) -> MeanLike:
    def function(
        a: ArrayLike,
        b: ArrayLike,
        axis: Axis = None,
        *,
        dtype: DTypeLike | None = None,
        out: Out = None,
        keepdims: bool = False,
        where: ArrayLike = True,
        weights: ArrayLike | None = None,
        nan_policy: NanPolicy = "propagate",
        threads: SupportsIndex | None = None,
        progress: Progress = None,
    ) -> Any:
        landing = Landing(core_name, out, dtype)
        (values,) = _core.measure(
            a,
            b,
            (core_name,),
            axis,
            keepdims=keepdims,
            where=where,
            weights=weights,
            nan_policy=nan_policy,
            threads=threads,
            progress=progress,
            out=landing.direct,
        )
        return landing.take(values)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _DOCSTRING
    return documented(function, **parts)


mae = _mean_like(
    "mae",
    "mean",
    title="Mean of absolute differences: ``mean(abs(a - b))``, in almost no extra memory.",
    returned="``sum(|a - b|) / n``, with weights ``sum(w |a - b|) / sum(w)``",
    related="sad, mse, rmse, stats",
    times="For dates and times the mean is a timedelta64.",
    example=""">>> frames = np.array([[[9, 0], [0, 9]], [[255, 0], [1, 7]]], np.uint8)
    >>> reference = np.array([[9, 1], [0, 9]], np.uint8)
    >>> ab.mae(frames, reference, axis=(-2, -1))
    array([ 0.25, 62.5 ])""",
)

mse = _mean_like(
    "mse",
    "mse",
    title="Mean of squared differences: ``mean((a - b)**2)``, in almost no extra memory.",
    returned="``sum((a - b)**2) / n``, with weights ``sum(w (a - b)**2) / sum(w)``",
    related="ssd, rmse, psnr, stats",
    times="Squares of dates and times are refused with a `TypeError`.",
    example=""">>> ab.mse(np.array([0, 255], np.uint8), np.array([255, 255], np.uint8))
    np.float64(32512.5)""",
)

rmse = _mean_like(
    "rmse",
    "rmse",
    title="Root of the mean of squared differences: ``sqrt(mean((a - b)**2))``, in almost no extra memory.",
    returned="The square root of what `mse` gives",
    related="mae, mse, psnr, stats",
    times="Squares of dates and times are refused with a `TypeError`.",
    example=""">>> ab.rmse(np.array([0, 5], np.int8), np.array([3, 1], np.int8))
    np.float64(3.5355339059327378)""",
)
