"""Where the repository lies, and the level and numbers of threads that a test forces."""

import contextlib
from pathlib import Path

import abssub as ab
from abssub import _core

ROOT = Path(__file__).resolve().parents[1]
# One, as many as a small machine has cores, and more than that.
THREAD_COUNTS = (1, 2, 5)


@contextlib.contextmanager
def forced_level(name):
    """Runs a block at one level. A level that the machine lacks is an error, never a skip."""
    previous = _core.set_level(name)
    try:
        assert ab.get_level() == name
        yield name
    finally:
        _core.set_level(previous)
