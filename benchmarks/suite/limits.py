"""The machine's limits as contenders: the loops of `benchmarks/roofline`, which knows nothing of abssub."""

import ctypes
import functools
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import abssub as ab

from .case import Call, Contender, Data

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = {"win32": "abssub_roofline.dll", "darwin": "libabssub_roofline.dylib"}
STEPS = 200_000
# Bytes of a cache line, of which the columns that are added up are whole ones.
LINE = 64


class Part(ctypes.Structure):
    """An array, as the library takes it."""

    _fields_ = (("start", ctypes.c_void_p), ("len", ctypes.c_size_t))


def place() -> Path:
    """Where cargo leaves the library."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    name = NAMES.get(sys.platform, "libabssub_roofline.so")
    return REPOSITORY / target / "release" / name


@functools.cache
def library() -> Any:
    """An `ImportError` where it is not built, as of any contender that is not installed."""
    if not place().is_file():
        raise ImportError("not built: cargo build --release -p abssub-roofline")
    found = ctypes.CDLL(str(place()))
    found.abssub_roofline_read.restype = ctypes.c_double
    found.abssub_roofline_columns.restype = ctypes.c_double
    found.abssub_roofline_columns.argtypes = (
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_size_t,
        ctypes.c_void_p,
        ctypes.c_void_p,
    )
    found.abssub_roofline_psadbw.restype = ctypes.c_double
    found.abssub_roofline_psadbw.argtypes = (ctypes.c_uint64, ctypes.c_size_t, ctypes.c_bool, ctypes.c_void_p)
    return found


def _words(array: Any) -> int:
    whole = array.reshape(-1).view(np.uint8)[: array.nbytes // 8 * 8].view(np.uint64)
    return int(whole.sum(dtype=np.uint64)) if whole.size else 0


def reading(threads: int | None, ahead: bool) -> Any:
    """Prepares a loop that reads each operand once, from its first byte to its last."""

    def prepare(data: Data) -> Call:
        read = library().abssub_roofline_read
        arrays = [np.ascontiguousarray(array) for array in data.read]
        parts = (Part * len(arrays))(*(Part(array.ctypes.data, array.nbytes) for array in arrays))
        total = ctypes.c_uint64()
        count = ctypes.c_size_t(len(arrays))
        helpers = ctypes.c_size_t(threads or ab.get_num_threads())
        asked = ctypes.c_bool(ahead)

        def call() -> float:
            return float(read(parts, count, helpers, asked, ctypes.byref(total)))

        call()
        if total.value != sum(map(_words, arrays)) % 2**64:
            raise ValueError("the read loop did not read every word")
        # The call must keep what it points to.
        call.arrays = arrays  # type: ignore[attr-defined]
        return call

    return prepare


def columns(threads: int | None) -> Any:
    """Prepares a loop that adds up the columns of `data.a` as words, one addition for each register, into a
    new result of eight bytes for each, as a sum over the first axis has."""

    def prepare(data: Data) -> Call:
        add = library().abssub_roofline_columns
        rows = np.ascontiguousarray(data.a)
        part = Part(rows.ctypes.data, rows.nbytes)
        total = ctypes.c_uint64()
        width = rows[0].nbytes

        def call() -> float:
            start = time.perf_counter()
            out = np.empty(width, np.uint64)
            made = time.perf_counter() - start
            helpers = threads or ab.get_num_threads()
            return made + float(
                add(ctypes.addressof(part), width, helpers, out.ctypes.data, ctypes.addressof(total))
            )

        call()
        whole = rows.reshape(len(rows), -1).view(np.uint8)[:, : width // LINE * LINE]
        if total.value != _words(np.ascontiguousarray(whole)):
            raise ValueError("the loop did not add every word")
        call.rows = rows  # type: ignore[attr-defined]
        return call

    return prepare


def psadbw(threads: int | None, added: bool = False) -> Any:
    """Prepares the seconds that comparing `data.bytes` pairs of bytes would take at the peak: alone, or
    with an addition for each comparison, which uses the same parts of the processor."""

    def prepare(data: Data) -> Call:
        run = library().abssub_roofline_psadbw
        compared = ctypes.c_uint64()

        def call() -> float:
            seconds = float(run(STEPS, threads or ab.get_num_threads(), added, ctypes.byref(compared)))
            return seconds * data.bytes / compared.value

        call()
        if not compared.value:
            raise ImportError("this processor has no psadbw")
        return call

    return prepare


def with_result(limit: Any, shape: Any) -> Any:
    """Prepares a limit's loop and, after it, the filling of a new array of uint64 sums on one thread."""

    def prepare(data: Data) -> Call:
        inner, result = limit(data), shape(data)

        def call() -> float:
            seconds = inner()
            start = time.perf_counter()
            np.empty(result, np.uint64).fill(1)
            return float(seconds + time.perf_counter() - start)

        return call

    return prepare


def _limit(name: str, prepare: Any) -> Contender:
    return Contender(name, prepare, kind="limit", gives_seconds=True)


# Two loops, since asking ahead helps some machines and hinders others: the faster one is the limit.
READS = (
    _limit("read, 1 thread", reading(1, ahead=False)),
    _limit("read ahead, 1 thread", reading(1, ahead=True)),
    _limit("read, all threads", reading(None, ahead=False)),
    _limit("read ahead, all threads", reading(None, ahead=True)),
)


def reads_with_result(shape: Any) -> tuple[Contender, Contender]:
    """The read loops with one thread and with all, and a new result of a shape."""
    return _with_results(READ_RESULT, lambda threads: reading(threads, ahead=True), shape)


def psadbw_with_result(shape: Any) -> tuple[Contender, Contender]:
    """The arithmetic of a sum, and a new result of a shape."""
    return _with_results(PSADBW_RESULT, lambda threads: psadbw(threads, added=True), shape)


def _with_results(names: tuple[str, str], limit: Any, shape: Any) -> tuple[Contender, Contender]:
    one, every = (with_result(limit(threads), shape) for threads in (1, None))
    return (_limit(names[0], one), _limit(names[1], every))


COLUMN_NAMES = ("columns added up, new result, 1 thread", "columns added up, new result, all threads")
COLUMNS = (_limit(COLUMN_NAMES[0], columns(1)), _limit(COLUMN_NAMES[1], columns(None)))
READ_RESULT = ("read and new result, 1 thread", "read and new result, all threads")
PSADBW_RESULT = ("psadbw added up and new result, 1 thread", "psadbw added up and new result, all threads")
PSADBW = (
    _limit("psadbw, 1 thread", psadbw(1)),
    _limit("psadbw, all threads", psadbw(None)),
    _limit("psadbw added up, 1 thread", psadbw(1, added=True)),
    _limit("psadbw added up, all threads", psadbw(None, added=True)),
)
