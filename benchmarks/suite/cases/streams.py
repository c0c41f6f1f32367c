"""Sums over two long lines of each dtype, larger than the last cache."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import answers, rivals
from ..case import Case, Contender, Data, Scale
from ..inputs import noise
from ..limits import READS
from ..ours import SAD, of_reading

# Bytes of each operand.
SIZES = (4096, 32 << 20, 96 << 20)


def _stream(dtype: Any, answer: Callable[[Data], Any], *others: Contender) -> Case:
    dtype = np.dtype(dtype)

    def make(scale: Scale) -> Data:
        size = scale.pick(*SIZES) // dtype.itemsize
        return Data(noise(size, dtype), noise(size, dtype, 1))

    title = f"two long lines of {dtype}"
    return Case(f"stream-{dtype}", title, make, answer, (*READS, *SAD, *others), of_reading(0.90))


CV2, PLAIN = rivals.CV2_NORM, rivals.NUMPY_SUBTRACT
XOR = Contender("numpy count_nonzero(a ^ b)", lambda data: lambda: np.count_nonzero(data.a ^ data.b))

CASES = (
    _stream(np.uint16, answers.sums, rivals.cast(np.int32), CV2),
    _stream(np.int16, answers.sums, rivals.cast(np.int32), CV2),
    _stream(np.int32, answers.sums, rivals.cast(np.int64), CV2),
    _stream(np.float32, answers.fsum, PLAIN, CV2),
    _stream(np.float64, answers.fsum, PLAIN, CV2),
    _stream(np.bool_, answers.sums, XOR),
)
