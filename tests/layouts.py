"""The same values in awkward memory: each layout is a function from an array to an equal array."""

import numpy as np


def contiguous(x):
    return np.ascontiguousarray(x).reshape(x.shape)


def fortran(x):
    return np.asfortranarray(x).reshape(x.shape)


def reversed_axes(x):
    """Every stride negative."""
    # The ellipsis keeps a zero-dimensional array an array.
    flip = (..., *(slice(None, None, -1),) * x.ndim)
    return np.ascontiguousarray(x[flip]).reshape(x.shape)[flip]


def every_third(x):
    """Gaps between the elements of the last axis, filled with values that must not be read."""
    if x.ndim == 0:
        return x
    wide = np.full((*x.shape[:-1], x.shape[-1] * 3), True).astype(x.dtype)
    wide[..., 1::3] = x
    return wide[..., 1::3]


def backwards_by_two(x):
    if x.ndim == 0:
        return x
    wide = np.full((*x.shape[:-1], x.shape[-1] * 2), True).astype(x.dtype)
    view = wide[..., ::-2]
    view[...] = x
    return view


def transposed(x):
    """The last two axes swapped in memory."""
    if x.ndim < 2:
        return x
    return np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)


def unaligned(x):
    raw = np.empty(x.nbytes + 1, dtype=np.uint8)[1:]
    view = np.ndarray(x.shape, dtype=x.dtype, buffer=raw)
    view[...] = x
    return view


def byte_swapped(x):
    return x.astype(x.dtype.newbyteorder("S"))


def read_only(x):
    copy = x.copy()
    copy.flags.writeable = False
    return copy


def field_of_record(x):
    """A stride that is no multiple of the item's size."""
    record = np.zeros(x.shape, dtype=[("before", "u1"), ("value", x.dtype), ("after", "u2")])
    record["value"] = x
    return record["value"]


ALL = (
    contiguous,
    fortran,
    reversed_axes,
    every_third,
    backwards_by_two,
    transposed,
    unaligned,
    byte_swapped,
    read_only,
    field_of_record,
)
