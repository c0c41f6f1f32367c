"""Assertions about differences, for tests."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _blockwise, _core
from ._blockwise import Findings
from ._operands import as_scalar, is_supported
from ._standin import plain
from ._types import Array

__all__ = ["assert_absdiff_le"]


def assert_absdiff_le(
    actual: ArrayLike,
    desired: ArrayLike,
    atol: Any,
    *,
    equal_nan: bool = True,
    err_msg: str = "",
    verbose: bool = True,
) -> None:
    """
    Raises an AssertionError unless ``|actual - desired| <= atol`` everywhere.

    The differences are exact, unsigned integers among them, and are not stored.

    Parameters
    ----------
    actual, desired : array_like
        Arrays of one shape, or one of them a scalar; of any dtype but text and structures.
    atol : scalar
        The largest difference that passes; for dates and times a timedelta64.
    equal_nan : bool, optional
        Whether NaN equals NaN, and NaT NaT. Against anything else they always fail. Infinities of one
        sign are equal.
    err_msg : str, optional
        What to say first in case of failure.
    verbose : bool, optional
        Whether to show the values at the worst place.

    Raises
    ------
    AssertionError
        If the shapes differ, or some differences exceed `atol`: how many, the worst with its index and both
        values, the largest and the mean difference.
    TypeError
        For text, structured and masked arrays.
    ValueError
        If `atol` is negative or NaN.

    See Also
    --------
    numpy.testing.assert_allclose

    Examples
    --------
    >>> import numpy as np
    >>> import abssub as ab
    >>> a = np.array([0, 200], np.uint8)
    >>> ab.testing.assert_absdiff_le(a, a[::-1], 200)
    >>> try:
    ...     ab.testing.assert_absdiff_le(a, 199, atol=1)
    ... except AssertionError as error:
    ...     print(error)
    <BLANKLINE>
    Not all absolute differences are <= 1
    Mismatched elements: 1 / 2 (50%)
    Largest difference: 199, at index (0,): 0 (actual), 199 (desired)
    Mean difference: 100.0
     actual: uint8, shape (2,)
     desired: int64, shape ()
    """
    __tracebackhide__ = True  # pytest then shows the caller's line.
    x, y = _as_operand(actual), _as_operand(desired)
    atol = as_scalar(atol, "atol")
    if not atol >= type(atol)(0):
        raise ValueError(f"atol={atol!r} must not be negative or NaN")
    header = f"Not all absolute differences are <= {atol}"
    if x.shape != y.shape and x.shape != () and y.shape != ():
        raise AssertionError(
            _message(err_msg, header, f"(shapes {x.shape}, {y.shape} mismatch)", _described(x, y))
        )
    findings = _findings(x, y, atol, equal_nan)
    if findings is None:
        return
    raise AssertionError(_message(err_msg, header, *_remarks(findings, x, y, verbose), _described(x, y)))


def _findings(x: Array, y: Array, atol: Any, equal_nan: bool) -> Findings | None:
    """What is wrong; None if nothing is."""
    if not (is_supported(x.dtype) and is_supported(y.dtype)):
        return _blockwise.findings(x, y, atol, equal_nan)
    with np.errstate(all="ignore"):
        return _measured_findings(x, y, atol, equal_nan)


def _measured_findings(x: Array, y: Array, atol: Any, equal_nan: bool) -> Findings | None:
    number, close = _core.measure(x, y, ("number", "count"), within=("<=", atol), matching=True)
    equal_nans = equal_nan or int(number) == max(x.size, y.size)
    if equal_nans and number == close:
        return None
    if not equal_nans:
        # Among the pairs that the core calls the same are infinities, which are, or NaN, which are not.
        return _blockwise.findings(x, y, atol, equal_nan)
    try:
        largest, mean, worst = _core.measure(x, y, ("max", "mean", "argmax"), matching=True)
    except OverflowError:
        # A difference of 65 bits; Python's integers have room for it.
        return _blockwise.findings(x.astype(object), y.astype(object), atol, equal_nan)
    return Findings(int(number - close), largest[()], mean[()], int(worst))


def _as_operand(value: ArrayLike) -> Array:
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError("masked arrays lose their mask here; compare x.data, or x.compressed()")
    array = np.asarray(plain(value))
    if array.dtype.kind in "SUT" or array.dtype.names is not None:
        raise TypeError(f"{array.dtype!r} has no difference; use np.testing.assert_array_equal")
    return array


def _remarks(findings: Findings, x: Array, y: Array, verbose: bool) -> list[str]:
    shape = x.shape or y.shape
    size = max(x.size, y.size)
    place = tuple(map(int, np.unravel_index(findings.worst, shape)))
    largest = f"Largest difference: {_text(findings.largest)}, at index {place}"
    if verbose:
        mine, theirs = (np.broadcast_to(operand, shape)[place] for operand in (x, y))
        largest += f": {_text(mine)} (actual), {_text(theirs)} (desired)"
    share = 100 * findings.mismatched / size
    return [
        f"Mismatched elements: {findings.mismatched} / {size} ({share:.3g}%)",
        largest,
        f"Mean difference: {findings.mean}",
    ]


def _text(value: Any) -> str:
    # A format would bring a longdouble to a float first.
    return str(value) if isinstance(value, np.longdouble) else f"{value}"


def _described(x: Array, y: Array) -> str:
    return f" actual: {x.dtype}, shape {x.shape}\n desired: {y.dtype}, shape {y.shape}"


def _message(err_msg: str, header: str, *remarks: str) -> str:
    return "\n".join(["", header, *([err_msg] if err_msg else []), *remarks])
