"""Statistics of |a - b| gathered block by block, in any order, and merged."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from . import _core, _histogram
from ._operands import as_pair
from ._psnr import checked_range, range_of
from ._stats import Request, Stats
from ._types import Array, Axis, NanPolicy, Progress


class Accumulator:
    """
    Statistics of ``|a - b|`` from blocks: exact, and the same whatever the blocks and the order of merging.

    Parameters
    ----------
    stats : str or sequence of str, optional
        Which, as in `abssub.stats`. By default the sum.
    axis : None or int or tuple of ints, optional
        Axes to reduce, within each block and from block to block. The other axes are kept, and blocks
        agree on their lengths.
    threshold : scalar, optional
        With it `count` is how many differences exceed it; without it, how many are not zero.
    ddof : float, optional
        For var and std: they divide by ``n - ddof``.
    bins : array_like, optional
        The edges for histogram, which cannot be found before the last block is seen.
    data_range : float, optional
        For psnr, as there; by default from the dtypes of the first block.
    weighted : bool, optional
        Whether `update` is given weights.
    nan_policy : {'propagate', 'omit', 'raise'}, optional
        What becomes of a difference that is NaN or NaT.
    start : int or tuple of ints, optional
        Where the first block lies along the reduced axes, for argmax and argmin: an int along the first of
        them, or one for each.
    shape : tuple of ints, optional
        The lengths of the reduced axes in the whole. argmax and argmin need them where the whole is cut along
        another reduced axis than the first.

    Raises
    ------
    ValueError
        If a statistic is unknown (it lists the known ones), or an option belongs to one that is not asked
        for.
    TypeError
        If `bins` is missing, or is no array of edges.

    See Also
    --------
    stats

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    >>> a = np.arange(12, dtype=np.uint8).reshape(6, 2)
    >>> first = ab.Accumulator(["sum", "argmax"], axis=0).update(a[:2], 5).update(a[2:4], 5)
    >>> second = ab.Accumulator(["sum", "argmax"], axis=0, start=4).update(a[4:], 5)
    >>> first.merge(second).result()
    Stats(sum=array([18, 18], dtype=uint64), argmax=array([0, 5]))
    """

    def __init__(
        self,
        stats: str | Iterable[str] = "sum",
        axis: Axis = None,
        *,
        threshold: Any = None,
        ddof: float = 0,
        bins: ArrayLike | None = None,
        data_range: float | None = None,
        weighted: bool = False,
        nan_policy: NanPolicy = "propagate",
        start: SupportsIndex | tuple[SupportsIndex, ...] = 0,
        shape: tuple[SupportsIndex, ...] | None = None,
    ) -> None:
        self._request = Request.parse(stats, threshold)
        self._edges = _checked_edges(bins, "histogram" in self._request.fields)
        self._axis = axis
        self._given_range = None if data_range is None else checked_range(data_range)
        self._data_range = self._given_range
        self._core = _core.Accumulator(
            self._request.core_names,
            axis,
            ddof=float(ddof),
            within=self._request.within,
            edges=None if self._edges is None else _histogram.for_core(self._edges),
            nan_policy=nan_policy,
            weighted=weighted,
            start=start,
            shape=shape,
        )
        self._lock, self._busy = threading.RLock(), False

    def update(
        self,
        a: ArrayLike,
        b: ArrayLike,
        *,
        where: ArrayLike = True,
        weights: ArrayLike | None = None,
        start: SupportsIndex | tuple[SupportsIndex, ...] | None = None,
        threads: SupportsIndex | None = None,
        progress: Progress = None,
    ) -> "Accumulator":
        """
        Takes in a block, and gives the accumulator itself.

        Parameters
        ----------
        a, b : array_like
            The block's operands, whose shapes broadcast to each other.
        where : array_like of bool, optional
            Only the places where it is true take part.
        weights : array_like, optional
            How much each place counts, for an accumulator that is `weighted`.
        start : int or tuple of ints, optional
            Where the block lies along the reduced axes; by default it follows the one before.
        threads, progress
            As in `abssub.stats`.
        """
        with self._turn():
            data_range = self._range_with(a, b)
            self._core.update(
                a, b, where=where, weights=weights, start=start, threads=threads, progress=progress
            )
            self._data_range = data_range
        return self

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Threads wait for each other; what is called from an update's own report cannot."""
        with self._lock:
            if self._busy:
                raise RuntimeError("the accumulator is in use by the call whose progress this reports")
            self._busy = True
            try:
                yield
            finally:
                self._busy = False

    def _range_with(self, a: ArrayLike, b: ArrayLike) -> float | None:
        """psnr's range once this block is taken in. All blocks have one."""
        if "psnr" not in self._request.fields or self._given_range is not None:
            return self._data_range
        left, right = as_pair(a, b)
        if left.dtype.kind in "mM":
            # The core refuses their squares.
            return None
        found = range_of(None, left.dtype, right.dtype)
        if self._data_range not in (None, found):
            raise ValueError(
                f"psnr: blocks of different ranges, {self._data_range} and {found}; pass data_range"
            )
        return found

    def merge(self, other: "Accumulator") -> "Accumulator":
        """Takes in what another one of the same kind has gathered, and gives the accumulator itself."""
        if not isinstance(other, Accumulator):
            raise TypeError(f"an Accumulator merges with another, not with {type(other).__name__}")
        mine, theirs = self._request, other._request
        if mine.fields != theirs.fields:
            raise ValueError(f"accumulators of different statistics: {mine.fields} and {theirs.fields}")
        ranges = {r for r in (self._data_range, other._data_range) if r is not None}
        if len(ranges) > 1:
            raise ValueError(
                f"accumulators of different data_range: {self._data_range} and {other._data_range}"
            )
        theirs_now = other.copy()
        with self._turn():
            self._core.merge(theirs_now._core)
            self._data_range = next(iter(ranges), None)
        return self

    def result(self, keepdims: bool = False) -> Stats:
        """The statistics of all the blocks so far, as the named tuple that `abssub.stats` gives."""
        with self._turn():
            parts = self._core.result(keepdims)
        # Where no block has set the range the mean of squares is NaN.
        data_range = 1.0 if self._data_range is None else self._data_range
        return self._request.answer(parts, edges=self._edges, data_range=data_range)

    def copy(self) -> "Accumulator":
        """One that goes on by itself from here."""
        with self._turn():
            return _restored({**self._state(), "_core": self._core.copy()})

    __copy__ = copy

    def __reduce__(self) -> Any:
        return _restored, (self.copy()._state(),)

    def _state(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_lock", "_busy")}

    def __repr__(self) -> str:
        return f"Accumulator({list(self._request.fields)}, axis={self._axis})"


def _restored(state: dict[str, Any]) -> Accumulator:
    made = object.__new__(Accumulator)
    made.__dict__.update(state, _lock=threading.RLock(), _busy=False)
    return made


def _checked_edges(bins: ArrayLike | None, wanted: bool) -> Array | None:
    if not wanted:
        if bins is not None:
            raise ValueError("bins= is for 'histogram', which is not among the statistics asked for")
        return None
    if bins is None or isinstance(bins, str) or np.ndim(bins) == 0:
        raise TypeError("a histogram of blocks needs its edges beforehand: pass bins as an array of them")
    return np.histogram_bin_edges(np.empty(0), bins)
