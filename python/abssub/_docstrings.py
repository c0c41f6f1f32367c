"""The parts of docstrings that several functions share."""

from collections.abc import Callable
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])

_PARTS = {
    "operands": """a, b : array_like
        Operands of any real or complex dtype, whose shapes broadcast to each other. Arrays are read where
        they are, whatever their layout or byte order. A Python number takes on the other operand's dtype, as
        NumPy has it (NEP 50).""",
    "axis": """axis : None or int or tuple of ints, optional
        Axes to reduce, counted from the end if negative; None, the default, is all of them.""",
    "dtype and out": """dtype : data-type, optional
        A float dtype, to which the float64 result is cast once.
    out : ndarray, optional
        Where to put the result; it must have the result's shape. It may share memory with an input.""",
    "shared": """keepdims : bool, optional
        Keep the axes that are reduced, with length 1.
    where : array_like of bool, optional
        Only the places where it is true take part. It broadcasts to the operands' common shape.
    weights : array_like, optional
        How much each place counts. It broadcasts to the operands' common shape.
    nan_policy : {'propagate', 'omit', 'raise'}, optional
        What becomes of a difference that is NaN or NaT: it spreads to the result, is left out, or is refused.
    threads : int, optional
        The most threads to use. By default see `get_num_threads`.
    progress : bool or callable, optional
        True shows a bar (tqdm's where it is installed); a callable is called with (done, total).""",
    "raises": """TypeError
        For object, text, structured and masked arrays; for a `where` that is not boolean.
    ValueError
        If the shapes do not broadcast, an axis repeats, `out` is read-only or of another shape, or
        ``nan_policy='raise'`` meets a NaN.
    ZeroDivisionError
        If the weights sum to zero.
    numpy.exceptions.AxisError
        If an axis is out of bounds.""",
    "warns": """RuntimeWarning
        "Mean of empty slice." where nothing takes part; the result is NaN there.""",
}


def documented(function: _Function, **parts: str) -> _Function:
    """Fills each <name> in a docstring with the part of that name."""
    text = function.__doc__
    # There is none under `python -OO`.
    if text is not None:
        for name, part in (_PARTS | parts).items():
            text = text.replace(f"<{name}>", part)
        function.__doc__ = text
    return function
