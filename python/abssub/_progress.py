"""What `progress=True` shows: tqdm's bar where it is installed, else a line on stderr."""

import importlib
import sys


class Reporter:
    """The core calls it with (done, total), and closes it when the work ends or fails."""

    def __init__(self) -> None:
        self._shown: _Bar | _Line
        try:
            self._shown = _Bar()
        except ImportError:
            self._shown = _Line()

    def __call__(self, done: int, total: int) -> None:
        self._shown.show(done, total)

    def close(self) -> None:
        self._shown.close()


class _Bar:
    def __init__(self) -> None:
        self._bar = importlib.import_module("tqdm.auto").tqdm(total=0, unit_scale=True)

    def show(self, done: int, total: int) -> None:
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        self._bar.close()


class _Line:
    """Counts up to 100%."""

    def __init__(self) -> None:
        self._text = ""

    def show(self, done: int, total: int) -> None:
        text = f"abssub: {done / total if total else 1:.0%}"
        if text != self._text:
            print(f"\r{text}", end="", file=sys.stderr, flush=True)
            self._text = text

    def close(self) -> None:
        if self._text:
            print(file=sys.stderr)
