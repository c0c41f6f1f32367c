"""Every reduction against the oracle on drawn dtypes, shapes, layouts, axes, masks, weights and policies."""

import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import abssub as ab
import draws
import oracle_reductions as right
from abssub import _core
from surroundings import THREAD_COUNTS, forced_level

LEVELS = st.sampled_from(_core.levels())
THREADS = st.sampled_from(THREAD_COUNTS)
OPERATORS = st.sampled_from(sorted(right.COMPARISONS))
REFUSALS = (OverflowError, ValueError, TypeError, ZeroDivisionError)


def measure(a, b, names, **keywords):
    """One call with the warnings off: what is warned of has tests of its own."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _core.measure(a, b, names, **keywords)


def answer(make):
    """What `make` gives, or the type of its refusal."""
    try:
        return make()
    except REFUSALS as error:
        return type(error)


def refused(name, a, got, expected):
    """Asserts the right refusal. A time has no square, whatever else is wrong."""
    assert got is expected or (a.dtype.kind in "mM" and got is TypeError), (name, got, expected)


@st.composite
def questions(draw, sample_of):
    """A call, and what `count` and `histogram` and `var` are asked."""
    a, b, keywords = draw(sample_of)
    difference = ab.absdiff(np.empty(0, a.dtype), np.empty(0, b.dtype)).dtype
    asked = {"ddof": draw(st.sampled_from([0, 0, 1, 0.5]))}
    if difference.kind == "m":
        value = np.timedelta64(draw(st.integers(-1, 5)), np.datetime_data(difference)[0])
        asked["within"] = (draw(OPERATORS), value)
        return a, b, keywords, asked
    thresholds = st.integers(-1, 4) | st.sampled_from([2**70, -(2**70)]) | st.sampled_from([0.5, 2.5])
    if difference.kind == "f":
        thresholds = st.integers(0, 4) | st.sampled_from(
            [0.1, np.float32(0.1), np.nan, np.inf, np.float64(0.1)]
        )
    asked["within"] = (draw(OPERATORS), draw(thresholds))
    asked["edges"] = np.sort(
        draw(st.lists(st.sampled_from([0, 0.5, 1, 2, 3, 255, 1e8]), min_size=2, max_size=6))
    )
    return a, b, keywords, asked


def plain_calls():
    return questions(draws.calls())


def compare(name, a, b, sample, keywords, asked):
    """One reduction against the oracle; `sample` may be the refusal of them all."""

    def wanted():
        return sample if isinstance(sample, type) else right.expected(sample, name, **asked)

    expected, got = answer(wanted), answer(lambda: measure(a, b, (name,), **keywords, **asked))
    if isinstance(expected, type):
        refused(name, a, got, expected)
    else:
        assert isinstance(got, list), (name, got)
        right.check(got[0], sample, name, expected)


@settings(max_examples=settings.default.max_examples // 2)
@given(plain_calls(), LEVELS, THREADS)
def test_each_reduction_alone(call, level, threads):
    a, b, keywords, asked = call
    before = a.tobytes(), b.tobytes()
    sample = answer(lambda: right.Sample(a, b, **keywords))
    needs = {"count": "within", "histogram": "edges", "var": "ddof", "std": "ddof"}
    with forced_level(level):
        for name in right.NAMES:
            here = {key: value for key, value in asked.items() if key == needs.get(name)}
            compare(name, a, b, sample, keywords | {"threads": threads}, here)
    assert (a.tobytes(), b.tobytes()) == before, "an input was written"


@settings(max_examples=settings.default.max_examples // 4)
@given(plain_calls(), st.data(), LEVELS, THREADS)
def test_several_in_one_call_equal_each_alone(call, data, level, threads):
    a, b, keywords, asked = call
    known = [name for name in right.NAMES if name != "histogram" or "edges" in asked]
    names = tuple(data.draw(st.lists(st.sampled_from(known), min_size=2, max_size=8)))
    alone = [answer(lambda name=name: measure(a, b, (name,), **keywords, **asked)[0]) for name in names]
    with forced_level(level):
        together = answer(lambda: measure(a, b, names, threads=threads, **keywords, **asked))
    refusals = {kind for kind in alone if isinstance(kind, type)}
    if refusals:
        assert together in refusals
        return
    assert isinstance(together, list)
    for name, one, other in zip(names, alone, together, strict=True):
        assert (other.dtype, other.shape) == (one.dtype, one.shape), name
        assert other.tobytes() == one.tobytes(), name


@settings(max_examples=settings.default.max_examples // 2)
@given(draws.calls(), st.data(), LEVELS, THREADS)
def test_weights(call, data, level, threads):
    a, b, keywords = call
    shape = np.broadcast_shapes(a.shape, b.shape)
    keywords["weights"] = weights = data.draw(draws.loads(shape))
    before = weights.tobytes()
    sample = answer(lambda: right.Sample(a, b, **keywords))
    with forced_level(level):
        for name in right.WEIGHTED:
            compare(name, a, b, sample, keywords | {"threads": threads}, {})
    assert weights.tobytes() == before, "the weights were written"


@given(draws.calls())
@settings(max_examples=settings.default.max_examples // 4)
def test_matching_pairs_are_left_out(call):
    a, b, keywords = call
    names = ("count", "number", "nonzero")
    within = (">", np.timedelta64(1, "s") if a.dtype.kind in "mM" else 1)
    sample = answer(lambda: right.Sample(a, b, matching=True, **keywords))
    if isinstance(sample, type):
        got = answer(lambda: measure(a, b, names, matching=True, within=within, **keywords))
        refused(names, a, got, sample)
        return
    got = measure(a, b, names, matching=True, within=within, **keywords)
    for name, one in zip(names, got, strict=True):
        right.check(one, sample, name, right.expected(sample, name, within=within))


@given(draws.calls(), st.data(), THREADS)
@settings(max_examples=settings.default.max_examples // 4)
def test_the_functions_give_the_same(call, data, threads):
    """sad and ssd with every keyword equal the one engine."""
    a, b, keywords = call
    if data.draw(st.booleans()):
        keywords["weights"] = data.draw(draws.loads(np.broadcast_shapes(a.shape, b.shape)))
    for name, function in (("sum", _core.sad), ("ssd", _core.ssd)):
        expected = answer(lambda name=name: measure(a, b, (name,), **keywords)[0])
        with np.errstate(all="ignore"):
            got = answer(lambda function=function: function(a, b, threads=threads, **keywords))
        if isinstance(expected, type):
            assert got is expected
        else:
            got = np.asarray(got)
            assert (got.dtype, got.shape, got.tobytes()) == (
                expected.dtype,
                expected.shape,
                expected.tobytes(),
            )
