"""The exact absolute difference of two arrays, and its sum, in almost no extra memory."""

from ._core import __version__, absdiff, get_level, get_num_threads, sad, set_num_threads

abssub = absdiff

__all__ = ["__version__", "absdiff", "abssub", "get_level", "get_num_threads", "sad", "set_num_threads"]
