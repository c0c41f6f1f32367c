"""sad against the oracle on drawn shapes, broadcasts, layouts, dtypes, axes and keywords."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import abssub as ab
import layouts
import oracle
from abssub import _core
from surroundings import THREAD_COUNTS, forced_level

SIDES = st.sampled_from([0, 1, 1, 2, 3, 5, 8, 33])
DTYPES = st.sampled_from(oracle.REALS)


@st.composite
def shapes(draw):
    """Two shapes that broadcast, both ways, and the shape they broadcast to."""
    result = tuple(draw(st.lists(SIDES, max_size=4)))
    if np.prod(result, dtype=int) > 3000:
        result = tuple(min(n, 5) for n in result)

    def narrowed():
        kept = draw(st.integers(0, len(result))) if draw(st.booleans()) else 0
        shape = result[kept:]
        return tuple(1 if draw(st.integers(0, 4)) == 0 else n for n in shape)

    left, right = narrowed(), narrowed()
    return left, right, np.broadcast_shapes(left, right)


def _values(draw, shape, dtype):
    pool = oracle.samples(dtype.name, seed=draw(st.integers(0, 3)))
    if dtype.itemsize == 8 and oracle.is_integer(dtype):
        # Sums past 2**64 have tests of their own.
        pool = pool // 8192
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return np.asarray(random.choice(pool, shape), dtype)


@st.composite
def operand(draw, shape, dtype):
    """An array in some layout; now and then one that is broadcast (stride 0) or a permutation of axes."""
    if shape and draw(st.integers(0, 5)) == 0:
        axis = draw(st.integers(0, len(shape) - 1))
        thin = tuple(1 if i == axis else n for i, n in enumerate(shape))
        return np.broadcast_to(_values(draw, thin, dtype), shape)
    values = _values(draw, shape, dtype)
    if len(shape) > 1 and draw(st.booleans()):
        order = draw(st.permutations(range(len(shape))))
        values = np.ascontiguousarray(values.transpose(order)).transpose(np.argsort(order))
    return draw(st.sampled_from(layouts.ALL))(values)


@st.composite
def calls(draw):
    """Two operands and the keywords of one call."""
    left_shape, right_shape, result = draw(shapes())
    a = draw(operand(left_shape, draw(DTYPES)))
    b = draw(operand(right_shape, draw(DTYPES)))
    axes = draw(st.none() | st.sets(st.integers(0, len(result) - 1)) if result else st.none())
    if axes is not None:
        axes = tuple(
            i - len(result) if draw(st.booleans()) else i for i in draw(st.permutations(sorted(axes)))
        )
        if len(axes) == 1 and draw(st.booleans()):
            axes = axes[0]
    keywords = {"axis": axes, "keepdims": draw(st.booleans())}
    if draw(st.integers(0, 2)) == 0:
        mask_shape = tuple(1 if draw(st.integers(0, 3)) == 0 else n for n in result)
        random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        mask = np.asarray(random.random(mask_shape[draw(st.integers(0, len(result))) :]) < 0.5)
        keywords["where"] = draw(st.sampled_from([layouts.contiguous, layouts.every_third, layouts.fortran]))(
            mask
        )
    if draw(st.integers(0, 2)) == 0:
        keywords["initial"] = draw(st.integers(0, 1000))
    return a, b, keywords


def agree(got, expected):
    assert got.shape == expected.shape
    if expected.dtype == object:
        assert got.dtype == np.uint64
        assert got.tolist() == expected.tolist()
    else:
        assert got.dtype == np.float64
        assert got.tobytes() == expected.tobytes(), (got, expected)


@given(calls(), st.sampled_from(_core.levels()), st.sampled_from(THREAD_COUNTS))
def test_equals_the_oracle(call, level, threads):
    a, b, keywords = call
    expected = oracle.sad(a, b, **keywords)
    before = a.tobytes(), b.tobytes()
    with forced_level(level), np.errstate(all="ignore"):
        agree(np.asarray(ab.sad(a, b, threads=threads, **keywords)), expected)
    assert (a.tobytes(), b.tobytes()) == before, "an input was written"


@given(calls())
def test_out_receives_the_same(call):
    a, b, keywords = call
    expected = oracle.sad(a, b, **keywords)
    dtype = np.uint64 if expected.dtype == object else np.float64
    for layout in (layouts.contiguous, layouts.every_third, layouts.reversed_axes, layouts.byte_swapped):
        out = layout(np.ones(expected.shape, dtype))
        with np.errstate(all="ignore"):
            assert ab.sad(a, b, out=out, **keywords) is out
        agree(out.astype(dtype), expected)


@given(calls())
def test_absdiff_agrees_with_the_oracle(call):
    a, b, _ = call
    with np.errstate(all="ignore"):
        got = np.asarray(ab.absdiff(a, b))
    expected = oracle.absdiff(a, b)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("layout", layouts.ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", oracle.REALS, ids=lambda d: d.name)
def test_each_layout_of_larger_arrays(threads, layout, dtype):
    """Large enough that blocks are cut and gathered more than once."""
    pool = oracle.samples(dtype.name, count=200)
    if dtype.itemsize == 8 and oracle.is_integer(dtype):
        pool = pool // 2**20
    random = np.random.default_rng(20)
    a, b = random.choice(pool, (3, 150, 401)), random.choice(pool, (150, 401))
    with np.errstate(all="ignore"):
        for axis in (None, 0, 1, 2, (0, 1), (-2, -1), (0, 2)):
            expected = np.asarray(ab.sad(a, b, axis=axis, threads=1))
            got = np.asarray(ab.sad(layout(a), layout(b), axis=axis, threads=threads))
            assert got.tobytes() == expected.tobytes(), axis


def test_memmap(tmp_path):
    values = np.random.default_rng(5).integers(0, 256, (4, 50, 60), dtype=np.uint8)
    np.save(tmp_path / "a.npy", values)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    got = ab.sad(mapped, mapped[0], axis=(1, 2))
    assert got.tolist() == oracle.sad(values, values[0], axis=(1, 2)).tolist()


def test_sequences_and_scalars():
    assert ab.sad([1, 2, 3], [3, 2, 1]) == 4
    assert ab.sad(3, 5) == 2
    assert ab.sad(np.array([1, 2], np.uint8), 5) == 7
    assert ab.sad([[1.5], [2.5]], [0.5], axis=0).tolist() == [3.0]


def test_out_that_overlaps_an_input():
    a = np.arange(24, dtype=np.uint64).reshape(4, 6)
    expected = oracle.sad(a, np.uint64(7), axis=0).tolist()
    out = a[2]
    ab.sad(a, np.uint64(7), axis=0, out=out)
    assert out.tolist() == expected


def test_many_axes():
    a = np.random.default_rng(1).integers(0, 256, (2,) * 12, dtype=np.uint8)
    for axis in ((0, 2, 4, 6, 8, 10), (11,), (0,), tuple(range(12))):
        assert ab.sad(a, 100, axis=axis).tolist() == oracle.sad(a, np.uint8(100), axis=axis).tolist()


@pytest.mark.parametrize("every", [2, 3, 4, 5, -2])
@pytest.mark.parametrize("dtype", ["u1", "i2", "f2", "f4", "f8", "u8", "c8", "?"])
def test_channels_of_interleaved_memory(every, dtype, level):
    for length in (*range(12), 63, 64, 65, 128, 129, 1000):
        base = (np.arange(length * abs(every) + 1) * 37 % 251).astype(dtype)
        a = base[::every]
        b = base[: a.size][::-1].copy()
        assert ab.sad(a, b) == ab.sad(a.copy(), b)
