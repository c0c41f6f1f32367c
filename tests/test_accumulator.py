"""Accumulator: blocks in any order, merged, pickled and copied, give the answers of the whole."""

import copy
import functools
import itertools
import pickle

import numpy as np
import pytest

import abssub as ab
from materialised import pair, same

NAMES = ["sum", "mean", "ssd", "mse", "rmse", "psnr", "var", "std", "max", "min", "argmax", "argmin"]
NAMES += ["count", "any", "all", "histogram"]
OPTIONS = {"threshold": 5, "ddof": 1, "data_range": 99, "bins": [0, 5, 40]}
SHAPE = (6, 3, 4)


def equal(ours, theirs):
    assert type(ours) is type(theirs)
    for name in ours._fields:
        mine, whole = getattr(ours, name), getattr(theirs, name)
        if name == "histogram":
            np.testing.assert_array_equal(mine[0], whole[0])
            np.testing.assert_array_equal(mine[1], whole[1])
        else:
            np.testing.assert_array_equal(mine, whole)
            assert mine.dtype == whole.dtype
            assert isinstance(mine, np.ndarray) == isinstance(whole, np.ndarray)


def operands(dtype):
    a, b = pair(dtype, SHAPE)
    return a, np.broadcast_to(b, SHAPE)


@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "u2", "f4", "f8"])
@pytest.mark.parametrize("axis", [None, 0, (0, 2), (0, 1, 2)])
def test_a_stream_of_blocks(dtype, axis):
    a, b = operands(dtype)
    whole = ab.stats(a, b, NAMES, axis, **OPTIONS)
    for cuts in ((1,), (2, 3), (1, 2, 3, 4, 5), ()):
        gathered = ab.Accumulator(NAMES, axis, **OPTIONS)
        for block in np.split(np.arange(6), cuts):
            gathered.update(a[block], b[block])
        equal(gathered.result(), whole)
    kept = gathered.result(keepdims=True)
    equal(kept, ab.stats(a, b, NAMES, axis, keepdims=True, **OPTIONS))


@pytest.mark.parametrize("dtype", ["u1", "f8"])
def test_merging_in_any_order(dtype):
    a, b = operands(dtype)
    whole = ab.stats(a, b, NAMES, 0, **OPTIONS)

    def part(first, last):
        return ab.Accumulator(NAMES, 0, start=first, **OPTIONS).update(a[first:last], b[first:last])

    for order in itertools.permutations([(0, 1), (1, 4), (4, 6)]):
        parts = [part(*piece) for piece in order]
        equal(functools.reduce(lambda x, y: x.merge(y), parts).result(), whole)
    sent = pickle.loads(pickle.dumps(part(3, 6)))
    equal(part(0, 3).merge(sent).result(), whole)


def test_it_goes_on_after_a_pickle_or_a_copy():
    a, b = operands("f8")
    for twin in (lambda x: pickle.loads(pickle.dumps(x)), copy.copy, lambda x: x.copy()):
        original = ab.Accumulator(NAMES, **OPTIONS).update(a[:2], b[:2])
        other = twin(original).update(a[2:], b[2:])
        equal(other.result(), ab.stats(a, b, NAMES, **OPTIONS))
        equal(original.result(), ab.stats(a[:2], b[:2], NAMES, **OPTIONS))
        assert repr(other) == repr(original)


def test_masks_weights_and_nan():
    a, b = operands("f8")
    mask = a > 0
    weights = np.arange(72.0).reshape(SHAPE)
    names = ["sum", "mean", "mse"]
    some = ab.Accumulator(names, 0)
    heavy = ab.Accumulator(names, 0, weighted=True)
    for i in range(0, 6, 2):
        block = slice(i, i + 2)
        some.update(a[block], b[block], where=mask[block])
        heavy.update(a[block], b[block], weights=weights[block], threads=2)
    equal(some.result(), ab.stats(a, b, names, 0, where=mask))
    equal(heavy.result(), ab.stats(a, b, names, 0, weights=weights))
    a[1, 1, 1] = np.nan
    omitting = ab.Accumulator(["sum", "max"], nan_policy="omit").update(a, b)
    equal(omitting.result(), ab.stats(a, b, ["sum", "max"], nan_policy="omit"))
    with pytest.raises(ValueError, match="nan"):
        ab.Accumulator(nan_policy="raise").update(a, b)
    with pytest.raises(TypeError):
        ab.Accumulator().update(a, b, weights=weights)
    with pytest.raises(TypeError):
        ab.Accumulator(weighted=True).update(a, b)


def test_the_default_is_the_sum():
    gathered = ab.Accumulator().update([1, 5], 3).update([9], 3)
    assert gathered.result() == (10,)
    assert gathered.result().sum.dtype == np.uint64
    assert repr(gathered) == "Accumulator(['sum'], axis=None)"


def test_no_block_at_all():
    """What dtype and what shape a sum of nothing would have, only a block can tell."""
    for names in (["sum", "count", "any", "all"], "psnr"):
        with pytest.raises(ValueError, match="nothing has been accumulated yet"):
            ab.Accumulator(names).result()


def test_the_range_of_psnr():
    a, b = operands("u1")
    gathered = ab.Accumulator("psnr").update(a[:1], b[:1]).update(a[1:], b[1:])
    same(gathered.result().psnr, ab.psnr(a, b))
    twin = pickle.loads(pickle.dumps(gathered))
    assert twin.result() == gathered.result()
    assert ab.Accumulator("psnr").merge(gathered).result() == gathered.result()
    with pytest.raises(ValueError, match="pass data_range"):
        ab.Accumulator("psnr").update([1.0], [2.0])
    with pytest.raises(ValueError, match="data_range"):
        ab.Accumulator("psnr", data_range=-1)
    with pytest.raises(ValueError, match="different ranges"):
        gathered.update(np.uint16([1]), np.uint16([2]))
    wider = ab.Accumulator("psnr").update(np.uint16([1]), np.uint16([2]))
    before = wider.result(), gathered.result()
    with pytest.raises(ValueError, match=r"data_range: 65535\.0 and 255\.0"):
        wider.merge(gathered)
    assert (wider.result(), gathered.result()) == before


def test_a_failed_update_leaves_it_unchanged():
    gathered = ab.Accumulator(["sum", "psnr"], axis=0)
    with pytest.raises(ValueError, match="broadcast"):
        gathered.update(np.zeros((2, 3), np.uint8), np.zeros(4, np.uint8))
    gathered.update(np.uint16([[1, 2]]), np.uint16([[3, 5]]))
    assert gathered.result().psnr[0] == ab.psnr(np.uint16([1]), np.uint16([3]))


@pytest.mark.parametrize(
    "other",
    [
        {"stats": "mean"},
        {"stats": ["sum", "max"]},
        {"axis": 1},
        {"stats": "count", "threshold": 4},
        {"nan_policy": "omit"},
        {"weighted": True},
    ],
)
def test_accumulators_of_different_kinds(other):
    mine = ab.Accumulator("count", threshold=3, axis=0) if "threshold" in other else ab.Accumulator(axis=0)
    mine.update(np.ones((2, 3)), 0.0)
    theirs = ab.Accumulator(**{"axis": 0, **other})
    theirs.update(np.ones((2, 3)), 5.0, weights=1.0 if "weighted" in other else None)
    before = mine.result(), theirs.result()
    for left, right in ((mine, theirs), (theirs, mine)):
        with pytest.raises((ValueError, TypeError), match="differ"):
            left.merge(right)
    after = mine.result(), theirs.result()
    for old, new in zip(before, after, strict=True):
        equal(old, new)


def test_what_it_refuses():
    with pytest.raises(ValueError, match="known are sum, mean"):
        ab.Accumulator("total")
    with pytest.raises(ValueError, match="more than once"):
        ab.Accumulator(["sum", "sum"])
    with pytest.raises(ValueError, match="threshold"):
        ab.Accumulator("sum", threshold=3)
    for bins in (None, 10, "auto"):
        with pytest.raises(TypeError, match="edges"):
            ab.Accumulator("histogram", bins=bins)
    with pytest.raises(ValueError, match="monotonically"):
        ab.Accumulator("histogram", bins=[3, 1])
    with pytest.raises(ValueError, match="'histogram'"):
        ab.Accumulator("sum", bins=[1, 3])
    with pytest.raises(TypeError, match="Accumulator"):
        ab.Accumulator().merge(3)
    with pytest.raises(TypeError):
        ab.Accumulator("sum", 0, 3)
    with pytest.raises(TypeError):
        ab.Accumulator().update(np.array(["x"]), 1)
