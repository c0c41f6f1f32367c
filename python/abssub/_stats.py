"""Which statistics there are, how the core is asked for several at once, and the tuple of the answers."""

import functools
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._operands import as_scalar
from ._psnr import psnr_of
from ._types import Array

KNOWN = (
    "sum",
    "mean",
    "ssd",
    "mse",
    "rmse",
    "psnr",
    "var",
    "std",
    "max",
    "min",
    "argmax",
    "argmin",
    "count",
    "any",
    "all",
    "histogram",
)


class Stats(tuple[Any, ...]):
    """The answers in the order that they were asked for; the base of the named tuples."""

    __slots__ = ()

    if TYPE_CHECKING:
        _fields: tuple[str, ...]
        _asdict: Callable[[], dict[str, Any]]

        def __getattr__(self, name: str) -> Any: ...

    def __reduce__(self) -> Any:
        return _restored, (self._fields, tuple(self))


@functools.cache
def _stats_type(fields: tuple[str, ...]) -> Any:
    named = namedtuple("Stats", fields)  # type: ignore[misc]
    return type("Stats", (Stats, named), {"__slots__": (), "__module__": __name__, "__doc__": Stats.__doc__})


def _restored(fields: tuple[str, ...], values: Iterable[Any]) -> Stats:
    made: Stats = _stats_type(fields)._make(values)
    return made


@dataclass(frozen=True)
class Request:
    """The statistics that are wanted, and what the core measures for them."""

    fields: tuple[str, ...]
    threshold: Any = None

    @classmethod
    def parse(cls, names: str | Iterable[str], threshold: Any = None) -> "Request":
        """Refuses names that are unknown, repeated or none at all."""
        fields = (names,) if isinstance(names, str) else tuple(names)
        known = ", ".join(KNOWN)
        unknown = [name for name in fields if name not in KNOWN]
        if unknown:
            raise ValueError(f"unknown statistics {', '.join(map(repr, unknown))}; known are {known}")
        if not fields:
            raise ValueError(f"no statistics are asked for; known are {known}")
        repeated = sorted({name for name in fields if fields.count(name) > 1})
        if repeated:
            raise ValueError(f"statistics asked for more than once: {', '.join(repeated)}")
        if threshold is not None and "count" not in fields:
            raise ValueError("threshold= is for 'count', which is not among the statistics asked for")
        return cls(fields, None if threshold is None else as_scalar(threshold, "threshold"))

    @property
    def core_names(self) -> tuple[str, ...]:
        """What the core is asked for, each once."""
        return tuple(dict.fromkeys(map(self._core_name, self.fields)))

    @property
    def within(self) -> tuple[str, Any] | None:
        """What the core's `count` counts."""
        return None if self.threshold is None else (">", self.threshold)

    def answer(
        self, parts: Sequence[Array], *, edges: Array | None = None, data_range: float | None = None
    ) -> Stats:
        """The named tuple, from the core's answers."""
        measured = dict(zip(self.core_names, parts, strict=True))

        def one(field: str) -> Any:
            values = measured[self._core_name(field)]
            if field == "psnr":
                assert data_range is not None
                # In place, unless the roots are asked for themselves.
                values = psnr_of(values.copy() if "rmse" in self.fields else values, data_range)
            return (values, edges) if field == "histogram" else values[()]

        return _restored(self.fields, map(one, self.fields))

    def _core_name(self, field: str) -> str:
        if field == "count":
            return "nonzero" if self.threshold is None else "count"
        return "rmse" if field == "psnr" else field
