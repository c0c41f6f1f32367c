"""Accumulators: parts in any cut, order and tree of merging give the whole's answer to the bit."""

import itertools
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import draws
import layouts
import oracle
import oracle_reductions as right
from abssub import _core
from surroundings import THREAD_COUNTS

EDGES = np.array([0, 0.5, 1, 2, 100, 1e8])
ASKED = {"within": (">", 1), "edges": EDGES, "ddof": 1}
DTYPES = [dtype.name for dtype in (*oracle.REALS, np.dtype("c8"))]
THREADS = st.sampled_from(THREAD_COUNTS)


def quiet(make):
    """Numbers alone are asked here; warnings have tests of their own."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return make()


def as_bytes(arrays):
    return [(array.dtype, array.shape, array.tobytes()) for array in arrays]


def whole(a, b, names, axis, **keywords):
    return as_bytes(quiet(lambda: _core.measure(a, b, names, axis=axis, **keywords)))


def result(accumulator, **keywords):
    return as_bytes(quiet(lambda: accumulator.result(**keywords)))


def update(accumulator, *operands, **keywords):
    quiet(lambda: accumulator.update(*operands, **keywords))


def passed_on(accumulator):
    return pickle.loads(pickle.dumps(accumulator))


def joined(parts, random):
    """Merges in a random tree: two at a time, in any order, some by way of a pickle or a copy."""
    while len(parts) > 1:
        i, j = random.choice(len(parts), 2, replace=False)
        into, other = parts[i], parts[j]
        if random.random() < 0.3:
            into, other = passed_on(into), other.copy()
        quiet(lambda into=into, other=other: into.merge(other))
        parts = [part for k, part in enumerate(parts) if k not in (i, j)] + [into]
    return parts[0]


def cuts(draw, length):
    """Where a stream is cut: sorted places, empty parts among them."""
    inner = draw(st.lists(st.integers(0, length), max_size=4))
    return [0, *sorted(inner), length]


@st.composite
def streams(draw):
    """Two operands of one shape, the axes and what is asked of them."""
    a, b, shape = draw(draws.operands().filter(lambda call: len(call[2]) > 0))
    a, b = np.broadcast_arrays(a, b)
    axes = tuple(sorted(draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))))
    times = a.dtype.kind in "mM"
    names = right.OF_TIMES if times else right.NAMES
    asked = {"within": (">", np.timedelta64(1, "s"))} if times else dict(ASKED)
    asked["nan_policy"] = draw(st.sampled_from(["propagate", "omit"]))
    return a, b, axes, names, asked


def answers(make, names):
    """The names that the whole can answer: the others are refused, for their values or for want of any."""
    possible = []
    for name in names:
        try:
            make((name,))
        except (OverflowError, ValueError):
            continue
        possible.append(name)
    return tuple(possible)


@settings(max_examples=settings.default.max_examples // 3)
@given(streams(), st.data(), THREADS)
def test_any_cut_of_the_first_reduced_axis(stream, data, threads):
    a, b, axes, names, asked = stream
    mask = data.draw(st.none() | draws.masks(a.shape))
    mask = np.broadcast_to(True if mask is None else mask, a.shape)
    names = answers(lambda names: whole(a, b, names, axes, where=mask, **asked), names)
    expected = whole(a, b, names, axes, where=mask, **asked)
    random = data.draw(draws.randoms())
    places = cuts(data.draw, a.shape[axes[0]])
    one = _core.Accumulator(names, axes, **asked)
    parts = []
    for low, high in itertools.pairwise(places):
        here = (*(slice(None),) * axes[0], slice(low, high))
        update(one, a[here], b[here], where=mask[here], threads=threads)
        part = _core.Accumulator(names, axes, start=low, **asked)
        update(part, a[here], b[here], where=mask[here], threads=threads)
        parts.append(part)
    assert result(one) == expected
    assert result(joined(parts, random)) == expected


@settings(max_examples=settings.default.max_examples // 3)
@given(streams(), st.data(), THREADS)
def test_any_grid_of_all_reduced_axes(stream, data, threads):
    """Blocks cut along every reduced axis, told where they lie, in any order."""
    a, b, axes, names, asked = stream
    names = answers(lambda names: whole(a, b, names, axes, **asked), names)
    expected = whole(a, b, names, axes, **asked)
    random = data.draw(draws.randoms())
    lengths = tuple(a.shape[i] for i in axes)
    blocks = list(itertools.product(*(itertools.pairwise(cuts(data.draw, length)) for length in lengths)))
    one, *parts = (_core.Accumulator(names, axes, shape=lengths, **asked) for _ in (None, *blocks))
    for part, k in zip(parts, random.permutation(len(blocks)), strict=True):
        start = tuple(low for low, _ in blocks[k])
        here = [slice(None)] * a.ndim
        for axis, (low, high) in zip(axes, blocks[k], strict=True):
            here[axis] = slice(low, high)
        for accumulator in (one, part):
            update(accumulator, a[tuple(here)], b[tuple(here)], start=start, threads=threads)
    assert result(one) == expected
    assert result(joined(parts, random)) == expected


@settings(max_examples=settings.default.max_examples // 3)
@given(streams(), st.data(), THREADS)
def test_weighted_streams(stream, data, threads):
    a, b, axes, _, asked = stream
    if a.dtype.kind in "mM":
        return
    policy = asked["nan_policy"]
    weights = np.broadcast_to(data.draw(draws.loads(a.shape)), a.shape)
    try:
        expected = whole(a, b, right.WEIGHTED, axes, weights=weights, nan_policy=policy)
    except ZeroDivisionError:
        return
    parts = []
    for low, high in itertools.pairwise(cuts(data.draw, a.shape[axes[0]])):
        here = (*(slice(None),) * axes[0], slice(low, high))
        part = _core.Accumulator(right.WEIGHTED, axes, weighted=True, nan_policy=policy)
        update(part, a[here], b[here], weights=weights[here], threads=threads)
        parts.append(part)
    assert result(joined(parts, data.draw(draws.randoms()))) == expected


def draw(dtype, shape, seed=1):
    random = np.random.default_rng(seed)
    pool = oracle.samples(np.dtype(dtype).name, count=100) if np.dtype(dtype).kind != "c" else np.arange(9)
    if np.dtype(dtype).kind in "bui":
        pool = pool[pool < 1000] if np.dtype(dtype).itemsize > 2 else pool
        pool = pool[pool >= 0]
    return random.choice(pool, shape).astype(dtype)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 2), (-1,)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_large_streams(threads, dtype, axis):
    a, b = draw(dtype, (60, 31, 77)), draw(dtype, (31, 77), seed=2)
    b = np.broadcast_to(b, a.shape)
    expected = whole(a, b, right.NAMES, axis, **ASKED)
    first = 1 if axis == 1 else 2 if axis == (-1,) else 0
    middle = [slice(None)] * 3
    parts, low = [], 0
    for high in (1, 2, 13, a.shape[first]):
        middle[first] = slice(low, high)
        part = _core.Accumulator(right.NAMES, axis, start=low, **ASKED)
        update(part, layouts.fortran(a[tuple(middle)]), b[tuple(middle)], threads=threads)
        parts.append(part)
        low = high
    for order in tuple(itertools.permutations(parts))[::5]:
        total = order[0].copy()
        for part in order[1:]:
            total.merge(part)
        assert result(total) == expected


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 1, (0, 2)])
def test_keepdims(axis, keepdims):
    a = draw("u1", (4, 5, 6))
    accumulator = _core.Accumulator(right.NAMES, axis, **ASKED)
    accumulator.update(a, np.uint8(3))
    expected = whole(a, np.uint8(3), right.NAMES, axis, keepdims=keepdims, **ASKED)
    assert result(accumulator, keepdims=keepdims) == expected


def test_floats_of_every_size_in_any_order():
    """Sums in which the order would matter if anything were rounded on the way."""
    random = np.random.default_rng(3)
    a = random.standard_normal(3000) * 10.0 ** random.uniform(-300, 300, 3000)
    names = ("sum", "ssd", "mean", "mse", "rmse", "var", "std")
    expected = whole(a, 0.0, names, None)
    for _ in range(5):
        parts = []
        for piece in np.split(random.permutation(a), np.sort(random.integers(0, a.size, 6))):
            parts.append(_core.Accumulator(names))
            update(parts[-1], piece, 0.0)
        assert result(joined(parts, random)) == expected


def test_a_result_does_not_end_the_stream():
    a = draw("f8", 1000)
    names = ("sum", "max", "argmax", "var")
    accumulator = _core.Accumulator(names, 0)
    for low in range(0, 1000, 250):
        update(accumulator, a[low : low + 250], 0.0)
        assert result(accumulator) == whole(a[: low + 250], 0.0, names, 0)
        assert result(accumulator) == result(passed_on(accumulator)) == result(accumulator.copy())


def test_a_copy_goes_its_own_way():
    accumulator = _core.Accumulator(("sum", "histogram"), edges=EDGES)
    accumulator.update(np.ones(3), 0.0)
    copy = accumulator.copy()
    before = result(accumulator)
    copy.update(np.ones(3), 0.0)
    assert result(accumulator) == before
    assert copy.result()[0] == 6


def test_an_unused_one_changes_nothing():
    accumulator = _core.Accumulator(("max", "argmax"), 0)
    accumulator.update(np.array([[1, 5], [3, 2]], np.uint8), np.uint8(0))
    before = result(accumulator)
    accumulator.merge(_core.Accumulator(("max", "argmax"), 0))
    assert result(accumulator) == before
    fresh = passed_on(_core.Accumulator(("max", "argmax"), 0))
    fresh.merge(accumulator)
    assert result(fresh) == before


def test_merging_leaves_the_other_as_it_was():
    one, other = _core.Accumulator(("sum", "max")), _core.Accumulator(("sum", "max"))
    one.update(np.arange(5), 0)
    other.update(np.arange(9), 0)
    before = result(other)
    one.merge(other)
    assert result(other) == before
    assert one.result()[0] == 46


def test_sums_past_64_bits_are_refused_only_when_asked_for():
    """On the way they may need more bits: a state holds them all."""
    half = np.full(1, 2**63, np.uint64)
    one, other = (_core.Accumulator(("sum",)) for _ in range(2))
    one.update(half, np.uint64(0))
    other.update(half, np.uint64(0))
    one.merge(other)
    with pytest.raises(OverflowError, match="uint64"):
        one.result()
    mean = _core.Accumulator(("mean",))
    for _ in range(2):
        mean.update(half, np.uint64(0))
    assert mean.result()[0] == 2.0**63
