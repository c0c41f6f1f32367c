"""The exact absolute difference of two arrays, and its reductions, in no extra memory."""

from ._core import absdiff, get_level, get_num_threads, sad, set_num_threads

abssub = absdiff

__all__ = ["absdiff", "abssub", "get_level", "get_num_threads", "sad", "set_num_threads"]
