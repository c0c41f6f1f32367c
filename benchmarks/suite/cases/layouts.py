"""Operands that do not lie side by side in memory, beside the same values that do."""

from collections.abc import Callable
from typing import Any

import numpy as np

import abssub as ab

from .. import answers, rivals
from ..case import Call, Case, Contender, Data, Scale, Target
from ..inputs import noise
from ..ours import ALL, ONE, SAD

Pair = tuple[Any, Any]


def _shape(scale: Scale) -> tuple[int, int]:
    shape: tuple[int, int] = scale.pick((8, 16), (2048, 4096), (4096, 8192))
    return shape


def _offset(array: Any) -> Any:
    """The same values, one byte past where their dtype would have them."""
    room = np.empty(array.nbytes + 1, np.uint8)
    moved = room[1:].view(np.uint8)
    moved[...] = array.reshape(-1).view(np.uint8)
    return np.ndarray(array.shape, array.dtype, buffer=room, offset=1)


def _plain(dtype: Any) -> Callable[[Scale], Pair]:
    return lambda scale: (noise(_shape(scale), dtype), noise(_shape(scale), dtype, 1))


def _mixed(scale: Scale) -> Pair:
    return noise(_shape(scale), np.uint8), noise(_shape(scale), np.int16, 1)


def _swapped(scale: Scale) -> Pair:
    a, b = _plain(np.int16)(scale)
    return a.astype(a.dtype.newbyteorder()), b.astype(b.dtype.newbyteorder())


def _transposed(scale: Scale) -> Pair:
    """One of the two, so that no order of the axes suits both."""
    height, width = _shape(scale)
    return noise((width, height), np.uint8).T, noise((height, width), np.uint8, 1)


def _second_columns(scale: Scale) -> Pair:
    height, width = _shape(scale)
    a, b = (noise((height, 2 * width), np.uint8, seed) for seed in (0, 1))
    return a[:, ::2], b[:, ::2]


def _negative(scale: Scale) -> Pair:
    """One of the two backwards, so that turning both round does not help."""
    a, b = _plain(np.uint8)(scale)
    return a[::-1, ::-1], b


def _offset_bytes(scale: Scale) -> Pair:
    a, b = _plain(np.uint8)(scale)
    return _offset(a), b


def _offset_words(scale: Scale) -> Pair:
    a, b = _plain(np.int32)(scale)
    return _offset(a), _offset(b)


def _contiguous(threads: int | None) -> Callable[[Data], Call]:
    def prepare(data: Data) -> Call:
        # Of the dtype in which the two meet, since that is what a user would have instead.
        meeting = np.result_type(data.a, data.b).newbyteorder("=")
        a, b = (np.ascontiguousarray(array, meeting) for array in (data.a, data.b))
        return lambda: ab.sad(a, b, threads=threads)

    return prepare


PLAIN_ONE = Contender("abssub contiguous, 1 thread", _contiguous(1), kind="abssub")
PLAIN_ALL = Contender("abssub contiguous", _contiguous(None), kind="abssub")


def _case(name: str, title: str, pair: Callable[[Scale], Pair], wide: Any) -> Case:
    return Case(
        f"layout-{name}",
        title,
        lambda scale: Data(*pair(scale)),
        answers.sums,
        (PLAIN_ONE, PLAIN_ALL, *SAD, rivals.cast(wide)),
        (Target(ONE, (PLAIN_ONE.name,), 0.4), Target(ALL, (PLAIN_ALL.name,), 0.4)),
    )


CASES = (
    _case("mixed", "u8 with i16", _mixed, np.int32),
    _case("swapped", "i16 with its bytes swapped, both operands", _swapped, np.int32),
    _case("transposed", "u8, one operand transposed", _transposed, np.int16),
    _case("second-columns", "u8, every second column of both", _second_columns, np.int16),
    _case("negative", "u8, one operand backwards in both axes", _negative, np.int16),
    _case("offset-u8", "u8, one operand a byte past alignment", _offset_bytes, np.int16),
    _case("offset-i32", "i32, both operands a byte past alignment", _offset_words, np.int64),
)
