"""abssub's own calls as contenders, and the targets that most cases share."""

from collections.abc import Callable
from functools import partial
from typing import Any

import abssub as ab

from .case import Call, Contender, Data, Target

ONE, ALL = "abssub, 1 thread", "abssub"
READ_ONE = ("read, 1 thread", "read ahead, 1 thread")
# Where one thread reads faster than all, as it does little, that is the limit.
READ_ALL = ("read, all threads", "read ahead, all threads", *READ_ONE)
PSADBW_ONE = ("psadbw, 1 thread",)
PSADBW_ALL = ("psadbw, all threads", *PSADBW_ONE)


def call(
    name: str, reduce: Callable[..., Any], answer: Callable[[Data], Any] | None = None, **options: Any
) -> Contender:
    """`reduce(a, b, axis=...)`, with nothing between the clock and the call."""

    def prepare(data: Data) -> Call:
        return partial(reduce, data.a, data.b, axis=data.axis, **options)

    return Contender(name, prepare, kind="abssub", answer=answer)


def both(reduce: Callable[..., Any], **options: Any) -> tuple[Contender, ...]:
    """With one thread, and with all as a plain call has them."""
    return (call(ONE, reduce, threads=1, **options), call(ALL, reduce, **options))


def _masked_mean(threads: int | None) -> Callable[[Data], Call]:
    return lambda data: partial(ab.mae, data.a, data.b, data.axis, where=data.mask, threads=threads)


def of_reading(share: float, beside: tuple[str, str] = ("", "")) -> tuple[Target, ...]:
    """A share of the read limit, with one thread and with all."""
    one, all_threads = beside
    return (Target(ONE, READ_ONE, share, beside=one), Target(ALL, READ_ALL, share, beside=all_threads))


SAD = both(ab.sad)
MASKED_MEAN = (
    Contender(ONE, _masked_mean(1), kind="abssub"),
    Contender(ALL, _masked_mean(None), kind="abssub"),
)
