"""Accumulators that do not fit one another: refused in words, and both as they were."""

import itertools

import numpy as np
import pytest

from abssub import _core
from test_accumulator_core import EDGES, result

KINDS = {
    "names": (("sum",), 0, {}),
    "other names": (("sum", "max"), 0, {}),
    "axis": (("sum",), 1, {}),
    "all axes": (("sum",), None, {}),
    "policy": (("sum",), 0, {"nan_policy": "omit"}),
    "weighted": (("sum",), 0, {"weighted": True}),
    "ddof": (("var",), 0, {"ddof": 1}),
    "no ddof": (("var",), 0, {"ddof": 0}),
    "threshold": (("count",), 0, {"within": (">", 1)}),
    "other threshold": (("count",), 0, {"within": (">", 2)}),
    "other comparison": (("count",), 0, {"within": ("<", 1)}),
    "edges": (("histogram",), 0, {"edges": EDGES}),
    "other edges": (("histogram",), 0, {"edges": EDGES[1:]}),
}


def started(kind, a, b):
    names, axis, keywords = KINDS[kind]
    accumulator = _core.Accumulator(names, axis, **keywords)
    accumulator.update(a, b, **({"weights": np.ones(a.shape)} if "weighted" in keywords else {}))
    return accumulator


def refused_merge(one, other):
    before = result(one), result(other)
    with pytest.raises((ValueError, TypeError)) as refused:
        one.merge(other)
    # The words say how they differ.
    assert len(str(refused.value).split()) > 3
    assert (result(one), result(other)) == before


@pytest.mark.parametrize(("one", "other"), tuple(itertools.combinations(KINDS, 2)))
def test_different_kinds_do_not_merge(one, other):
    a = np.arange(9.0).reshape(3, 3)
    refused_merge(started(one, a, 0.0), started(other, a, 0.0))
    refused_merge(started(other, a, 0.0), started(one, a, 0.0))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.ones((3, 3)), np.ones((3, 4))),
        (np.ones((3, 3)), np.ones(3)),
        (np.ones((3, 3)), np.ones((3, 3), np.uint8)),
        (np.ones((3, 3)), np.ones((3, 3), np.float32)),
        (np.ones((3, 3), "m8[s]"), np.ones((3, 3), "m8[ms]")),
        (np.ones((3, 3), "m8[s]"), np.ones((3, 3), np.int64)),
        (np.ones((3, 3), np.uint8), np.ones((3, 3), np.uint16)),
    ],
    ids=lambda x: f"{x.dtype}{x.shape}",
)
def test_parts_of_different_arrays_do_not_merge(a, b):
    one, other = (started("names", x, np.zeros((), x.dtype)) for x in (a, b))
    refused_merge(one, other)
    before = result(one)
    with pytest.raises((ValueError, TypeError)):
        one.update(b, np.zeros((), b.dtype))
    assert result(one) == before


def test_only_accumulators_merge():
    accumulator = started("names", np.ones((2, 2)), 0.0)
    for other in (None, 3, accumulator.result()):
        with pytest.raises(TypeError):
            accumulator.merge(other)


def test_weights_are_for_the_weighted():
    a = np.ones((3, 3))
    with pytest.raises((ValueError, TypeError), match="weight"):
        _core.Accumulator(("sum",)).update(a, 0.0, weights=a)
    with pytest.raises((ValueError, TypeError), match="weight"):
        _core.Accumulator(("sum",), weighted=True).update(a, 0.0)
    with pytest.raises(TypeError, match="weight"):
        _core.Accumulator(("max",), weighted=True).update(a, 0.0, weights=a)


@pytest.mark.parametrize("names", [("median",), ("sum", "sad")])
def test_an_unknown_name_is_named(names):
    with pytest.raises(ValueError, match=names[-1]):
        _core.Accumulator(names).update(np.ones(3), 0.0)


def test_a_refused_update_changes_nothing():
    a = np.ones((3, 3))
    accumulator = started("other names", a, 0.0)
    before = result(accumulator)
    for bad in ({"where": np.ones((3, 4), bool)}, {"where": np.ones((3, 3))}, {"start": "x"}):
        with pytest.raises((ValueError, TypeError)):
            accumulator.update(a, 0.0, **bad)
    with pytest.raises(ValueError):
        accumulator.update(a, np.ones((3, 4)))
    assert result(accumulator) == before


def test_nan_under_raise_changes_nothing():
    accumulator = _core.Accumulator(("sum", "max"), nan_policy="raise")
    accumulator.update(np.ones(3), 0.0)
    before = result(accumulator)
    with pytest.raises(ValueError, match="The input contains nan values"):
        accumulator.update(np.array([5.0, np.nan]), 0.0)
    assert result(accumulator) == before
