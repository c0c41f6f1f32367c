"""Counts, quantiles, histograms and several answers at once, of a lazy difference."""

from collections.abc import Iterable
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from . import _core, _histogram, _quantile, _reductions
from ._landing import Landing, UnfusedError
from ._methods import Reductions, refuse_unknown
from ._operands import as_scalar
from ._stats import Stats
from ._types import Array, Axis, Out, Shared


class Distributions(Reductions):
    """How the values are spread. A difference that is not plain is evaluated first."""

    __slots__ = ()

    def _evaluated(self) -> "Distributions":
        raise NotImplementedError

    def count_nonzero(
        self,
        axis: Axis = None,
        *,
        keepdims: bool = False,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.count_nonzero`: how many differ, or how many comparisons are true."""
        return self._measured("nonzero", axis, keepdims=keepdims, where=where, **more)[()]

    def count(
        self,
        threshold: Any = None,
        axis: Axis = None,
        *,
        keepdims: bool = False,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """How many exceed `threshold`; without one, how many are not zero, NaN among them."""
        options: dict[str, Any] = {"keepdims": keepdims, "where": where, **more}
        if threshold is None:
            return self.count_nonzero(axis, **options)
        if not self._is_plain:
            return self._evaluated().count(threshold, axis, **options)
        within = (">", as_scalar(threshold, "threshold"))
        return _core.measure(self._a, self._b, ("count",), axis, within=within, **options)[0][()]

    def quantile(
        self,
        q: ArrayLike,
        axis: Axis = None,
        out: Out = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: ArrayLike | None = None,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.quantile`, in float64; a method other than 'linear' makes the array of differences."""
        landing = Landing("quantile", out)
        fractions = _quantile.fractions(q)
        if method != "linear" or weights is not None or self.dtype.kind == "m":
            values = self._numpys_quantile(q, axis, method, keepdims, weights, where, **more)
            return landing.take(np.asarray(values))
        return landing.take(self._quantile(fractions, axis, keepdims=keepdims, where=where, **more))

    def percentile(
        self,
        q: ArrayLike,
        axis: Axis = None,
        out: Out = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: ArrayLike | None = None,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.percentile`: the quantiles of q/100."""
        fractions = _quantile.fractions(q, percent=True)
        return self.quantile(
            fractions, axis, out, overwrite_input, method, keepdims, weights=weights, where=where, **more
        )

    def median(
        self,
        axis: Axis = None,
        out: Out = None,
        overwrite_input: bool = False,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.median`, in float64."""
        if self.dtype.kind == "m":
            return self.quantile(0.5, axis, out, keepdims=keepdims, where=where, **more)
        landing = Landing("median", out)
        half = _quantile.fractions(0.5)
        return landing.take(self._quantile(half, axis, True, keepdims=keepdims, where=where, **more))

    def _quantile(self, fractions: Array, axis: Axis, median: bool = False, **options: Any) -> Array:
        name = "median" if median else "quantile"
        if "weights" in options:
            raise TypeError(f"{name}() got an unexpected keyword argument 'weights'")
        refuse_unknown(name, options)
        if not self._is_plain:
            return self._evaluated()._quantile(fractions, axis, median, **options)
        return _quantile.quantile(self._a, self._b, fractions, axis, median=median, **options)

    def _numpys_quantile(
        self,
        q: ArrayLike,
        axis: Axis,
        method: str,
        keepdims: bool,
        weights: ArrayLike | None,
        where: ArrayLike,
        **more: Unpack[Shared],
    ) -> Any:
        if where is not True or more.get("nan_policy", "propagate") != "propagate":
            raise UnfusedError("where= and nan_policy= are for numbers, method='linear' and no weights")
        keywords: dict[str, Any] = {"method": method, "keepdims": keepdims, "weights": weights}
        return np.quantile(self._materialised(), q, axis, **keywords)

    def histogram(
        self,
        bins: Any = 10,
        range: tuple[float, float] | None = None,  # noqa: A002 - as np.histogram has it
        density: bool | None = None,
        weights: ArrayLike | None = None,
        *,
        axis: Axis = None,
        keepdims: bool = False,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> tuple[Any, Array]:
        """As `np.histogram`; where an axis is kept, the bins lie along one more at the end."""
        if not self._is_plain:
            options: dict[str, Any] = {"axis": axis, "keepdims": keepdims, "where": where, **more}
            return self._evaluated().histogram(bins, range, density, weights, **options)
        if weights is not None or self.dtype.kind == "m":
            if axis is not None or where is not True or more.get("nan_policy", "propagate") != "propagate":
                raise UnfusedError("axis=, where= and nan_policy= are for histograms of unweighted numbers")
            keywords: dict[str, Any] = {"density": density, "weights": weights}
            return np.histogram(self._materialised(), bins, range, **keywords)
        options = {"where": where, **more}
        edges = _histogram.edges(self._a, self._b, bins, range, **options)
        held = _histogram.for_core(edges)
        (counts,) = _core.measure(
            self._a, self._b, ("histogram",), axis, keepdims=keepdims, edges=held, **options
        )
        return (_histogram.density(counts, edges) if density else counts), edges

    def stats(self, names: str | Iterable[str], axis: Axis = None, **options: Any) -> Stats:
        """Several reductions from one reading, as `abssub.stats` with its keywords."""
        if not self._is_plain:
            return self._evaluated().stats(names, axis, **options)
        return _reductions.stats(self._a, self._b, names, axis, **options)
