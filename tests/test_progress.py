"""progress=: nothing, a bar, a line on stderr, or a callable; closed at the end and on errors."""

import sys
import types

import numpy as np
import pytest

import abssub as ab
from abssub._progress import Reporter

A = np.arange(60, dtype=np.float64).reshape(3, 4, 5)
D = ab.AbsDiff(A, 7)

CALLS = {
    "sad": lambda progress: ab.sad(A, 7, progress=progress),
    "ssd": lambda progress: ab.ssd(A, 7, 0, progress=progress),
    "mae": lambda progress: ab.mae(A, 7, progress=progress),
    "mse": lambda progress: ab.mse(A, 7, axis=0, progress=progress),
    "rmse": lambda progress: ab.rmse(A, 7, progress=progress),
    "psnr": lambda progress: ab.psnr(A, 7, data_range=9, progress=progress),
    "stats": lambda progress: ab.stats(A, 7, ["sum", "max"], progress=progress),
    "sum": lambda progress: D.sum(progress=progress),
    "max": lambda progress: D.max(0, progress=progress),
    "square": lambda progress: (D**2).sum(progress=progress),
    "compare": lambda progress: (D > 3).sum(progress=progress),
    "quantile": lambda progress: D.quantile(0.5, progress=progress),
    "histogram": lambda progress: D.histogram([0, 1, 2], progress=progress),
    "count": lambda progress: D.count(3, progress=progress),
    "accumulator": lambda progress: ab.Accumulator("sum").update(A, 7, progress=progress),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_callable_is_told_of_the_end(name):
    told = []
    CALLS[name](lambda done, total: told.append((done, total)))
    assert told
    assert told[-1][0] == told[-1][1] > 0
    assert all(0 <= done <= total for done, total in told)


@pytest.mark.parametrize("name", CALLS)
def test_silence(name, capfd):
    CALLS[name](None)
    CALLS[name](False)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_progress(name):
    for wrong in ("yes", 1, [print]):
        with pytest.raises(TypeError, match="progress"):
            CALLS[name](wrong)


@pytest.mark.parametrize("name", CALLS)
def test_an_error_in_the_callable_comes_out(name):
    class StopHereError(Exception):
        pass

    def stop(done, total):
        raise StopHereError

    with pytest.raises(StopHereError):
        CALLS[name](stop)


class Bar:
    made = ()

    def __init__(self, total=None, **options):
        self.total, self.n, self.closed = total, 0, 0
        Bar.made = (*Bar.made, self)

    def update(self, steps):
        assert not self.closed
        self.n += steps

    def close(self):
        self.closed += 1


@pytest.fixture
def bars(monkeypatch):
    """A tqdm that can be asked what it was told."""
    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    monkeypatch.setattr(Bar, "made", ())


@pytest.fixture
def no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)


@pytest.mark.usefixtures("bars")
@pytest.mark.parametrize("name", [name for name in CALLS if name != "histogram"])
def test_a_bar(name, capfd):
    CALLS[name](True)
    (bar,) = Bar.made
    assert bar.closed == 1
    assert bar.n == bar.total > 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("bars")
def test_a_bar_is_closed_on_errors():
    with pytest.raises(ValueError):
        ab.mae(np.full(9, np.nan), 0, nan_policy="raise", progress=True)
    assert [bar.closed for bar in Bar.made] in ([], [1])


@pytest.mark.usefixtures("no_tqdm")
def test_a_line_without_tqdm(capsys):
    report = Reporter()
    for done in range(1001):
        report(done, 1000)
    report.close()
    text = capsys.readouterr().err
    assert text.startswith("\rabssub: 0%\rabssub: 1%")
    assert text.endswith("\rabssub: 100%\n")
    assert text.count("\r") <= 102
    Reporter().close()
    report = Reporter()
    report(0, 0)
    report.close()
    assert capsys.readouterr().err == "\rabssub: 100%\n"


@pytest.mark.usefixtures("no_tqdm")
def test_a_line_of_a_call(capfd):
    ab.sad(A, 7, progress=True)
    ab.mae(A, 7, progress=True)
    assert capfd.readouterr().err.count("abssub: 100%\n") == 2
