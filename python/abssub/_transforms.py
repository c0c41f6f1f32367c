"""What a lazy difference does to each |a - b|, and which reductions of that the core has fused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ._types import Array

_LARGEST_ROOT = 2**32 - 1

COMPARISONS = {
    np.greater: ">",
    np.greater_equal: ">=",
    np.less: "<",
    np.less_equal: "<=",
    np.equal: "==",
    np.not_equal: "!=",
}
_UFUNCS = {symbol: ufunc for ufunc, symbol in COMPARISONS.items()}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Recipe:
    """A reduction in the core's words: what to ask it for, and what to make of the answers."""

    names: tuple[str, ...]
    finish: Callable[..., Array]


def _same(values: Array) -> Array:
    return values


def _plainly(*names: str) -> dict[str, Recipe]:
    return {name: Recipe((name,), _same) for name in names}


class Transform:
    """|a - b| itself, and the base of the others."""

    recipes: ClassVar[Mapping[str, Recipe]] = _plainly(
        "mean", "var", "std", "max", "min", "argmax", "argmin", "any", "all", "nonzero"
    )

    @property
    def within(self) -> tuple[str, Any, bool] | None:
        """What the core's `count` counts."""
        return None

    def __str__(self) -> str:
        return "|a - b|"

    def recipe(self, name: str, weighted: bool) -> Recipe | None:
        """How the core answers `name`; None if it does not."""
        return self.recipes.get(name)

    def dtype(self, base: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype of the values, given that of |a - b|."""
        return base

    def apply(self, differences: Any) -> Any:
        """The values, given |a - b|."""
        return differences


def squared(roots: Any) -> Any:
    """Squares: of integers as uint64, exact or an OverflowError; of floats in their own dtype."""
    if roots.dtype.kind == "f":
        return np.square(roots)
    if roots.dtype.itemsize > 4 and (roots > _LARGEST_ROOT).any():
        bits = (int(roots.max()) ** 2).bit_length()
        raise OverflowError(f"a square of {roots.dtype} needs {bits} bits: uint64 cannot hold it exactly")
    return np.square(roots, dtype=np.uint64)


class Square(Transform):
    """|a - b|**2. Reductions see the exact squares; only what is handed out is rounded."""

    recipes: ClassVar[Mapping[str, Recipe]] = {
        "mean": Recipe(("mse",), _same),
        "max": Recipe(("max",), squared),
        "min": Recipe(("min",), squared),
        **_plainly("argmax", "argmin", "any", "all", "nonzero"),
    }

    def __str__(self) -> str:
        return "|a - b|**2"

    def dtype(self, base: np.dtype[Any]) -> np.dtype[Any]:
        return base if base.kind == "f" else np.dtype(np.uint64)

    def apply(self, differences: Any) -> Any:
        return squared(differences)


class Compare(Transform):
    """`|a - b| > t` and its like; `negated` turns every answer round, also where a NaN is compared."""

    recipes: ClassVar[Mapping[str, Recipe]] = {
        "sum": Recipe(("count",), _same),
        "nonzero": Recipe(("count",), _same),
        "mean": Recipe(("share",), _same),
        "any": Recipe(("some",), _same),
        "all": Recipe(("every",), _same),
    }

    def __init__(self, symbol: str, value: Any, negated: bool = False) -> None:
        self._symbol, self._value, self._negated = symbol, value, negated

    @classmethod
    def of(cls, ufunc: Any, value: Any, *, mirrored: bool) -> "Compare":
        """The comparison `ufunc(|a - b|, value)`, or `ufunc(value, |a - b|)` if mirrored."""
        symbol = COMPARISONS[ufunc]
        return cls(_MIRRORED[symbol] if mirrored else symbol, value)

    def inverse(self) -> "Compare":
        """True where this is false."""
        return Compare(self._symbol, self._value, not self._negated)

    @property
    def within(self) -> tuple[str, Any, bool]:
        return self._symbol, self._value, self._negated

    def __str__(self) -> str:
        text = f"|a - b| {self._symbol} {self._value}"
        return f"~({text})" if self._negated else text

    def recipe(self, name: str, weighted: bool) -> Recipe | None:
        return None if weighted else self.recipes.get(name)

    def dtype(self, base: np.dtype[Any]) -> np.dtype[Any]:
        return np.dtype(np.bool)

    def apply(self, differences: Any) -> Any:
        answers = _UFUNCS[self._symbol](differences, self._value)
        return np.logical_not(answers) if self._negated else answers
