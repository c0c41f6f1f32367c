"""What a row of the suite is made of: the data, the contenders, and what it must show."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Call = Callable[[], Any]


class Scale(enum.IntEnum):
    """How large the data are."""

    TINY = 0  # for the tests: only that everything runs and is right
    QUICK = 1
    FULL = 2

    def pick(self, tiny: Any, quick: Any, full: Any) -> Any:
        return (tiny, quick, full)[self]


@dataclass
class Data:
    """The operands of a case, and the axes that it reduces."""

    a: Any
    b: Any
    axis: int | tuple[int, ...] | None = None
    mask: Any = None
    out: Any = None
    # The same values laid out otherwise, and whatever else one case needs.
    more: dict[str, Any] = field(default_factory=dict)
    # What the throughput counts, where that is not the bytes of the operands.
    work: int | None = None

    @property
    def read(self) -> list[Any]:
        """What a limit must read: each operand once."""
        return [array for array in (self.a, self.b, self.mask) if array is not None]

    @property
    def bytes(self) -> int:
        return sum(array.nbytes for array in self.read) if self.work is None else self.work


@dataclass(frozen=True)
class Contender:
    """One way to the answer. `prepare` may import, convert and compile; what it gives is timed."""

    name: str
    prepare: Callable[[Data], Call]
    kind: Literal["abssub", "limit", "rival"] = "rival"
    # The exact answer to what this one computes, where that is not the case's.
    answer: Callable[[Data], Any] | None = None
    # The call gives its own seconds: a limit whose threads start before the clock.
    gives_seconds: bool = False


@dataclass(frozen=True)
class Target:
    """`ours` has at least `at_least` times the speed of the fastest of `others`; with none, so many GB/s."""

    ours: str
    others: tuple[str, ...]
    at_least: float
    # The bound is for each thread.
    per_thread: bool = False
    # A limit that counts more than `others` do, such as the writing of a large result: what was reached
    # of it is said beside the bound, and that the bound is out of reach where the limit misses it.
    beside: str = ""


@dataclass(frozen=True)
class Case:
    """One row of the suite."""

    name: str
    title: str
    make: Callable[[Scale], Data]
    answer: Callable[[Data], Any]
    contenders: tuple[Contender, ...]
    targets: tuple[Target, ...] = ()
