"""What measure refuses, what it does with times, and its progress."""

import numpy as np
import pytest

import oracle
import oracle_reductions as right
from abssub import _core


@pytest.mark.parametrize("name", [name for name in right.NAMES if name not in (*right.WEIGHTED, "number")])
def test_what_has_no_weights(name):
    with pytest.raises(TypeError, match="weights"):
        _core.measure(np.ones(3), 0.0, (name,), weights=np.ones(3), within=(">", 0), edges=np.arange(3.0))


@pytest.mark.parametrize("name", right.SQUARES)
def test_times_have_no_squares(name):
    with pytest.raises(TypeError):
        _core.measure(np.ones(3, "m8[s]"), np.zeros(3, "m8[s]"), (name,))


@pytest.mark.parametrize("name", right.WEIGHTED)
def test_times_have_no_weights(name):
    with pytest.raises(TypeError):
        _core.measure(np.ones(3, "m8[s]"), np.zeros(3, "m8[s]"), (name,), weights=np.ones(3))


def test_nat():
    a = np.array([[1, 2, 3], [4, "NaT", 6], ["NaT", "NaT", "NaT"]], "m8[s]")
    zero = np.timedelta64(0, "s")
    for name, expected in (("max", [3, None, None]), ("min", [1, None, None]), ("mean", [2, None, None])):
        (got,) = _core.measure(a, zero, (name,), axis=1)
        assert got.dtype == a.dtype
        assert [None if np.isnat(x) else int(x.astype(int)) for x in got] == expected
    assert _core.measure(a, zero, ("argmax",), axis=1)[0].tolist() == [2, 1, 0]
    assert _core.measure(a, zero, ("argmin",), axis=1)[0].tolist() == [0, 1, 0]
    assert _core.measure(a, zero, ("nonzero",), axis=1)[0].tolist() == [3, 3, 3]
    got = _core.measure(a[:2], zero, ("max", "argmin", "number"), axis=1, nan_policy="omit")
    assert [x.astype(int).tolist() for x in got] == [[3, 6], [0, 0], [3, 2]]


@pytest.mark.parametrize("names", [("median",), ("sum", "sad"), ("Sum",)])
def test_an_unknown_name_is_named(names):
    with pytest.raises(ValueError, match=names[-1]):
        _core.measure(np.ones(3), 0.0, names)


@pytest.mark.parametrize("policy", ["Omit", "", "ignore"])
def test_an_unknown_policy(policy):
    with pytest.raises(ValueError, match="nan_policy"):
        _core.measure(np.ones(3), 0.0, ("sum",), nan_policy=policy)


def test_inputs_that_are_refused():
    ones = np.ones((2, 3))
    with pytest.raises(
        ValueError, match=r"operands could not be broadcast together with shapes \(2,3\) \(2,4\)"
    ):
        _core.measure(ones, np.zeros((2, 4)), ("max",))
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds for array of dimension 2"):
        _core.measure(ones, 0.0, ("max",), axis=2)
    with pytest.raises(ValueError, match="duplicate value in 'axis'"):
        _core.measure(ones, 0.0, ("max",), axis=(0, -2))
    with pytest.raises(TypeError):
        _core.measure(ones, 0.0, ("max",), where=np.ones((2, 3)))
    for weights in (np.ones((2, 4)), np.ones((5, 2, 3))):
        with pytest.raises(ValueError):
            _core.measure(ones, 0.0, ("sum",), weights=weights)
    for weights in (np.array(["x"] * 3), np.ones(3, complex)):
        with pytest.raises(TypeError):
            _core.measure(ones, 0.0, ("sum",), weights=weights)
    for dtype in ("U3", "O", "i4,i4"):
        with pytest.raises(TypeError):
            _core.measure(np.zeros(2, dtype), np.zeros(2, dtype), ("max",))
    with pytest.raises(TypeError, match=r"\.data"):
        _core.measure(np.ma.array([1, 2], mask=[0, 1]), 0, ("max",))


def test_nothing_is_written_over_a_result():
    """Each result is an array of its own."""
    a = oracle.samples("uint8")
    first, second = _core.measure(a, np.uint8(0), ("max", "max"), axis=())
    first[...] = 7
    assert second.tolist() == a.tolist()


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_progress_ends_with_all_done(threads, size):
    seen = []
    _core.measure(
        np.zeros(size, "u1"), 0, ("sum",), threads=threads, progress=lambda *report: seen.append(report)
    )
    done, totals = zip(*seen, strict=True)
    assert done[-1] == totals[-1]
    assert list(done) == sorted(done)
    assert len(set(totals)) == 1


def test_an_exception_of_progress_ends_the_call():
    def stop(done, total):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        _core.measure(np.zeros(3_000_000, "u1"), 0, ("sum",), progress=stop)
