"""The exact absolute difference of two arrays, and every reduction of it, in almost no extra memory."""

from . import testing
from ._absdiff import AbsDiff
from ._accumulator import Accumulator
from ._core import __version__, absdiff, get_level, get_num_threads, sad, set_num_threads, ssd
from ._lazy import lazy
from ._means import mae, mse, rmse
from ._reductions import psnr, stats

abssub = absdiff

__all__ = [
    "AbsDiff",
    "Accumulator",
    "__version__",
    "absdiff",
    "abssub",
    "get_level",
    "get_num_threads",
    "lazy",
    "mae",
    "mse",
    "psnr",
    "rmse",
    "sad",
    "set_num_threads",
    "ssd",
    "stats",
    "testing",
]
