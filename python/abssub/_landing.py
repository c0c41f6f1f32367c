"""Where a result goes and as what: `dtype=`, `out=`, and scalars where no axis is kept."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ._results import changes
from ._types import Array, Out


class UnfusedError(TypeError):
    """A keyword's value that has no fused reduction; NumPy's own function may take it."""


class Landing:
    """One result's place. All that can be refused without the result is refused when this is made."""

    def __init__(self, what: str, out: Out = None, dtype: DTypeLike | None = None, kinds: str = "fm") -> None:
        self._what = what
        self._out = _writable(out)
        self._dtype = None if dtype is None else np.dtype(dtype)
        if self._dtype is not None and self._dtype.kind not in kinds:
            wanted = "a float dtype" if "f" in kinds else "another dtype"
            raise UnfusedError(f"dtype={self._dtype}: the {what} needs {wanted}")

    @property
    def direct(self) -> Array | None:
        """Where the core may write at once, if it can; `take` is given the same array then."""
        return self._out if self._dtype is None else None

    def take(self, values: Array) -> Any:
        """The result as it was asked for: in `out`, or new; cast once."""
        if values is self._out:
            return values
        if self._dtype is not None:
            values = self._cast(values, self._dtype)
        if self._out is None:
            return values[()]
        self._check_shape(self._out, values.shape)
        self._out[...] = self._cast(values, self._out.dtype)
        return self._out

    def _cast(self, values: Array, dtype: np.dtype[Any]) -> Array:
        if values.dtype == dtype:
            return values
        number_as_time = dtype.kind in "mM" and values.dtype.kind != "m"
        if dtype.kind == "O" or number_as_time or not np.can_cast(values.dtype, dtype, "same_kind"):
            raise UnfusedError(
                f"Cannot cast {self._what} output from {values.dtype!r} to {dtype!r} "
                "with casting rule 'same_kind'"
            )
        if values.dtype.kind in "ui" and not _holds(dtype, values):
            bits = int(values.max()).bit_length()
            raise OverflowError(f"the {self._what} needs {bits} bits: {dtype} cannot hold it exactly")
        if values.dtype.kind == "m" and changes(values, dtype):
            raise OverflowError(f"the {self._what} is no whole number of {dtype}")
        return values.astype(dtype)

    def _check_shape(self, out: Array, shape: tuple[int, ...]) -> None:
        if out.ndim != len(shape):
            raise ValueError(
                f"output parameter for reduction operation {self._what} has the wrong number of dimensions: "
                f"Found {out.ndim} but expected {len(shape)}"
            )
        if out.shape != shape:
            raise ValueError(f"output array has shape {out.shape}, but the {self._what} has shape {shape}")


def _writable(out: Out) -> Array | None:
    if isinstance(out, tuple) and len(out) == 1:
        out = out[0]
    if out is None:
        return None
    if not isinstance(out, np.ndarray):
        raise TypeError("return arrays must be of ArrayType")
    if not out.flags.writeable:
        raise ValueError("output array is read-only")
    return out


def _holds(dtype: np.dtype[Any], values: Array) -> bool:
    """Whether `dtype` has every one of these non-negative integers."""
    if dtype.kind in "ui":
        return bool((values <= np.iinfo(dtype).max).all())
    info = np.finfo(dtype)
    largest = min(int(info.max), 2**64 - 1)
    values = values.astype(np.uint64)
    # What is left of a number without its trailing zeros is what a mantissa must hold.
    lowest_bit = values & (~values + np.uint64(1))
    odd = values // np.maximum(lowest_bit, 1)
    fits = (odd <= 2 ** min(int(info.nmant) + 1, 64) - 1) & (values <= largest)
    return bool(fits.all())
