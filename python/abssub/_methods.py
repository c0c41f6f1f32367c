"""Sums, means and extremes of a lazy difference, with NumPy's names, orders of arguments and meanings."""

from collections.abc import Iterable
from typing import Any, Unpack, get_type_hints

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import _core
from ._landing import Landing
from ._transforms import Compare, Square, Transform
from ._types import Array, Axis, Out, Shared, Weighted

_KEYWORDS = frozenset(("keepdims", "where", *get_type_hints(Weighted)))


def refuse_unknown(name: str, options: Iterable[str]) -> None:
    """Refuses keywords that no reduction has, in Python's words."""
    for option in options:
        if option not in _KEYWORDS:
            raise TypeError(f"{name}() got an unexpected keyword argument {option!r}")


class Reductions:
    """What `AbsDiff` can be reduced to. What the core has not fused is taken from the exact array."""

    __slots__ = ()

    _a: Array
    _b: Array
    _transform: Transform

    @property
    def dtype(self) -> np.dtype[Any]:
        raise NotImplementedError

    def _materialised(self) -> Array:
        raise NotImplementedError

    def _evaluated(self) -> "Reductions":
        """The same values as differences from nothing, which every reduction takes."""
        raise NotImplementedError

    @property
    def _is_plain(self) -> bool:
        return type(self._transform) is Transform

    def _measured(self, name: str, axis: Axis, own: dict[str, Any] | None = None, **options: Any) -> Array:
        """A reduction by the core; `own` are the keywords that only some reductions have."""
        refuse_unknown(name, options)
        recipe = self._transform.recipe(name, options.get("weights") is not None)
        if recipe is None:
            return self._evaluated()._measured(name, axis, own, **options)
        options |= own or {}
        within = self._transform.within
        return recipe.finish(*_core.measure(self._a, self._b, recipe.names, axis, within=within, **options))

    def sum(
        self,
        axis: Axis = None,
        dtype: DTypeLike | None = None,
        out: Out = None,
        keepdims: bool = False,
        initial: Any = 0,
        where: ArrayLike = True,
        **more: Unpack[Weighted],
    ) -> Any:
        """As `np.sum`: exact, and uint64, float64 or timedelta64; of comparisons int64."""
        options: dict[str, Any] = {"keepdims": keepdims, "where": where, **more}
        refuse_unknown("sum", options)
        if isinstance(self._transform, Compare):
            if more.get("weights") is None and initial in (None, 0):
                landing = Landing("sum", out, dtype, kinds="biufc")
                return landing.take(self._measured("sum", axis, **options))
            dtype = np.int64 if dtype is None and more.get("weights") is None else dtype
            return self._evaluated().sum(axis, dtype, out, initial=initial, **options)
        total: Any = _core.ssd if isinstance(self._transform, Square) else _core.sad
        return total(self._a, self._b, axis, dtype=dtype, out=out, initial=initial, **options)

    def mean(
        self,
        axis: Axis = None,
        dtype: DTypeLike | None = None,
        out: Out = None,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        **more: Unpack[Weighted],
    ) -> Any:
        """As `np.mean`, and as `np.average` with weights: float64, or timedelta64."""
        landing = Landing("mean", out, dtype)
        return landing.take(
            self._measured("mean", axis, {"out": landing.direct}, keepdims=keepdims, where=where, **more)
        )

    def var(
        self,
        axis: Axis = None,
        dtype: DTypeLike | None = None,
        out: Out = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        correction: float | None = None,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.var`, in float64 from exact sums."""
        return self._spread("var", axis, dtype, out, ddof, correction, keepdims=keepdims, where=where, **more)

    def std(
        self,
        axis: Axis = None,
        dtype: DTypeLike | None = None,
        out: Out = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        correction: float | None = None,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.std`, in float64 from exact sums."""
        return self._spread("std", axis, dtype, out, ddof, correction, keepdims=keepdims, where=where, **more)

    def _spread(
        self,
        name: str,
        axis: Axis,
        dtype: DTypeLike | None,
        out: Out,
        ddof: float,
        correction: float | None,
        **options: Any,
    ) -> Any:
        if correction is not None:
            if ddof != 0:
                raise ValueError("ddof and correction can't be provided simultaneously.")
            ddof = correction
        landing = Landing(name, out, dtype)
        return landing.take(
            self._measured(name, axis, {"ddof": float(ddof), "out": landing.direct}, **options)
        )

    def max(
        self,
        axis: Axis = None,
        out: Out = None,
        keepdims: bool = False,
        initial: Any = None,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.max`; without `initial`, a mask that selects nothing is an error."""
        return self._extreme("max", axis, out, initial, keepdims=keepdims, where=where, **more)

    def min(
        self,
        axis: Axis = None,
        out: Out = None,
        keepdims: bool = False,
        initial: Any = None,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.min`; without `initial`, a mask that selects nothing is an error."""
        return self._extreme("min", axis, out, initial, keepdims=keepdims, where=where, **more)

    def _extreme(self, name: str, axis: Axis, out: Out, initial: Any, **options: Any) -> Any:
        landing = Landing(name, out)
        if initial is None:
            return landing.take(self._measured(name, axis, **options))
        (number,) = _core.measure(self._a, self._b, ("number",), axis, **options)
        found = self._measured(name, axis, {"begun": True}, **options)
        extreme = getattr(np, name)
        begun = np.asarray(extreme(found[np.newaxis], axis=0, initial=initial))
        # Where nothing takes part the start is the answer.
        nothing = extreme(np.empty(0, found.dtype), initial=initial)
        return landing.take(np.where(number > 0, begun, nothing))

    def ptp(self, axis: Axis = None, out: Out = None, keepdims: bool = False, **more: Unpack[Shared]) -> Any:
        """As `np.ptp`: the largest less the smallest, from one reading."""
        landing = Landing("ptp", out)
        if not self._is_plain:
            return landing.take(np.asarray(np.ptp(self._materialised(), axis, keepdims=keepdims)))
        high, low = _core.measure(self._a, self._b, ("max", "min"), axis, keepdims=keepdims, **more)
        return landing.take(np.asarray(np.subtract(high, low)))

    def argmax(
        self,
        axis: Axis = None,
        out: Out = None,
        *,
        keepdims: bool = False,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.argmax`; with several axes, the flat C-order index over them."""
        landing = Landing("argmax", out)
        return landing.take(self._measured("argmax", axis, keepdims=keepdims, where=where, **more))

    def argmin(
        self,
        axis: Axis = None,
        out: Out = None,
        *,
        keepdims: bool = False,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.argmin`; with several axes, the flat C-order index over them."""
        landing = Landing("argmin", out)
        return landing.take(self._measured("argmin", axis, keepdims=keepdims, where=where, **more))

    def any(
        self,
        axis: Axis = None,
        out: Out = None,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.any`."""
        landing = Landing("any", out)
        return landing.take(self._measured("any", axis, keepdims=keepdims, where=where, **more))

    def all(
        self,
        axis: Axis = None,
        out: Out = None,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        **more: Unpack[Shared],
    ) -> Any:
        """As `np.all`."""
        landing = Landing("all", out)
        return landing.take(self._measured("all", axis, keepdims=keepdims, where=where, **more))
