"""absdiff as a NumPy ufunc: dtypes, keywords, methods, pickling, dispatch, aliasing."""

import itertools
import pickle

import numpy as np
import pytest

import abssub as ab
import oracle

LONGDOUBLE = np.dtype(np.longdouble)
COMPLEX = tuple(np.dtype(c) for c in ("c8", "c16"))
NUMBERS = (*oracle.REALS, LONGDOUBLE, *COMPLEX, np.dtype(np.clongdouble))
PAIRS = list(itertools.product(NUMBERS, repeat=2))


def u8(*values):
    return np.array(values, dtype=np.uint8)


def test_is_a_ufunc_with_two_names():
    assert isinstance(ab.absdiff, np.ufunc)
    assert ab.abssub is ab.absdiff
    assert ab.absdiff.__name__ == "absdiff"
    assert (ab.absdiff.nin, ab.absdiff.nout) == (2, 1)
    assert ab.absdiff.__doc__


@pytest.mark.parametrize(("left", "right"), PAIRS, ids=lambda d: d.name)
def test_result_dtype_of_every_pair(left, right):
    got = ab.absdiff(np.ones(3, left), np.zeros(3, right))
    assert got.dtype == oracle.result_dtype(left, right)
    np.testing.assert_array_equal(got, np.ones(3))


@pytest.mark.parametrize("code", "lLqQ")
def test_both_names_of_64_bits(code):
    got = ab.absdiff(np.array([5], code), np.array([7], code))
    assert got.dtype == np.uint64
    assert got.tolist() == [2]


def test_byte_swapped_inputs_give_native_results():
    a = np.array([1, 500], dtype=">u2")
    got = ab.absdiff(a, np.array([300, 2], dtype="<u2"))
    assert got.tolist() == [299, 498]
    assert got.dtype.isnative


def test_broadcasting():
    assert ab.absdiff(np.zeros((3, 1), np.int8), np.ones((1, 4), np.int8)).shape == (3, 4)
    with pytest.raises(
        ValueError, match=r"operands could not be broadcast together with shapes \(2,3\) \(2,4\)"
    ):
        ab.absdiff(np.zeros((2, 3)), np.zeros((2, 4)))


def test_out():
    out = np.empty(3, np.uint8)
    assert ab.absdiff(u8(1, 2, 3), u8(3, 2, 1), out=out) is out
    assert out.tolist() == [2, 0, 2]
    wider = np.empty(3, np.float32)
    ab.absdiff(u8(1, 2, 3), u8(3, 2, 1), wider)
    assert wider.tolist() == [2, 0, 2]
    out.flags.writeable = False
    with pytest.raises(ValueError, match="output array is read-only"):
        ab.absdiff(u8(9, 9, 9), u8(0, 0, 0), out=out)
    assert out.tolist() == [2, 0, 2]


def test_casting():
    narrow = np.empty(1, np.int8)
    with pytest.raises(TypeError, match="Cannot cast ufunc 'absdiff' output"):
        ab.absdiff(np.array([300], np.int16), np.array([0], np.int16), out=narrow, casting="safe")
    with pytest.raises(TypeError):
        ab.absdiff(u8(1), np.array([0], np.uint16), out=np.empty(1, np.uint8), casting="safe")
    got = ab.absdiff(u8(200), u8(10), dtype=np.uint16)
    assert (got.dtype, got.tolist()) == (np.dtype(np.uint16), [190])


def test_where_leaves_the_rest_alone():
    out = np.full(4, 99, np.uint8)
    ab.absdiff(u8(1, 2, 3, 4), u8(9, 9, 9, 9), out=out, where=[True, False, False, True])
    assert out.tolist() == [8, 99, 99, 5]


def test_outer():
    got = ab.absdiff.outer(np.array([-128, 127], np.int8), np.array([127, 0, -128], np.int8))
    assert got.dtype == np.uint8
    assert got.tolist() == [[255, 128, 0], [0, 127, 255]]


def test_at_repeats_on_repeated_indices():
    x = u8(10, 3, 200)
    ab.absdiff.at(x, [0, 0, 2], u8(15, 1, 201))
    assert x.tolist() == [4, 3, 1]


def test_accumulate_and_reduce_fold_from_the_left():
    x = u8(10, 3, 20, 255)
    folded = ab.absdiff.accumulate(x)
    assert folded.dtype == np.uint8
    assert folded.tolist() == [10, 7, 13, 242]
    assert ab.absdiff.reduce(x) == 242
    grid = np.random.default_rng(0).integers(0, 2**16, (7, 300), dtype=np.uint16)
    for axis in (0, 1):
        expected = grid.astype(np.int64).swapaxes(0, axis).copy()
        for i in range(1, len(expected)):
            expected[i] = abs(expected[i - 1] - expected[i])
        np.testing.assert_array_equal(ab.absdiff.accumulate(grid, axis=axis), expected.swapaxes(0, axis))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_by_name(protocol, run_python):
    data = pickle.dumps(ab.absdiff, protocol)
    assert pickle.loads(data) is ab.absdiff
    assert b"absdiff" in data
    source = f"import pickle; f = pickle.loads({data!r}); import abssub; print(f is abssub.absdiff)"
    assert run_python(source) == "True"


class Recorder:
    """A third-party array that answers for itself."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return ufunc, method, len(inputs), sorted(kwargs)


def test_third_parties_are_asked_first():
    assert ab.absdiff(u8(1), Recorder()) == (ab.absdiff, "__call__", 2, [])
    assert ab.absdiff(Recorder(), 3, where=True)[1:3] == ("__call__", 2)
    assert ab.absdiff.outer(u8(1), Recorder())[1] == "outer"

    class Refuses:
        __array_ufunc__ = None

    with pytest.raises(TypeError):
        ab.absdiff(u8(1), Refuses())


def test_subclasses_survive():
    class Tagged(np.ndarray):
        pass

    assert type(ab.absdiff(u8(1, 2).view(Tagged), u8(2, 1))) is Tagged
    masked = ab.absdiff(np.ma.array([1, 5], mask=[False, True]), np.array([4, 4]))
    assert isinstance(masked, np.ma.MaskedArray)
    assert masked.tolist() == [3, None]


@pytest.mark.parametrize("size", [1, 17, 300, 100_000])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_out_may_be_an_input(level, dtype, size):
    random = np.random.default_rng(size)
    a, b = (random.integers(0, 256, size).astype(dtype) for _ in range(2))
    expected = ab.absdiff(a, b)
    first, second = a.copy(), b.copy()
    assert (ab.absdiff(first, b, out=first) == expected).all()
    assert (ab.absdiff(a, second, out=second) == expected).all()
    same = a.copy()
    assert not ab.absdiff(same, same, out=same).any()


OVERLAPS = {
    "out one ahead": lambda x: (x[:-1], x[1:], x[1:]),
    "out one behind": lambda x: (x[1:], x[:-1], x[:-1]),
    "out reversed": lambda x: (x, x[::-1], x[::-1]),
    "out on the first": lambda x: (x[::-1], x[:1], x),
    "out interleaved": lambda x: (x[::2], x[1::2], x[: len(x) // 2]),
    "out far ahead": lambda x: (x[:-64], x[:-64], x[64:]),
}


@pytest.mark.parametrize("views", OVERLAPS.values(), ids=OVERLAPS.keys())
@pytest.mark.parametrize("size", [66, 130, 1000, 70_000])
def test_overlap_gives_the_result_as_if_there_were_none(level, views, size):
    values = np.random.default_rng(size).integers(0, 256, size, dtype=np.uint8)
    left, right, _ = views(values.copy())
    expected = ab.absdiff(left.copy(), right.copy())
    left, right, out = views(values)
    np.testing.assert_array_equal(ab.absdiff(left, right, out=out), expected)


def test_python_scalars_take_the_dtype_of_the_array():
    assert ab.absdiff(u8(1, 9), 5).dtype == np.uint8
    assert ab.absdiff(5, u8(1, 9)).tolist() == [4, 4]
    assert ab.absdiff(np.int8(-128), -128) == 0
    assert ab.absdiff(np.zeros(2, np.float32), 0.1).dtype == np.float32
    assert ab.absdiff(u8(1), 0.5).dtype == np.float64
    assert ab.absdiff(u8(1), 1j).dtype == np.float64
    assert ab.absdiff(np.zeros(1, np.complex64), 3j).dtype == np.float32
    scalar = ab.absdiff(3, 5)
    assert (type(scalar), scalar) == (np.uint64, 2)
    assert ab.absdiff(True, False) is np.True_


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(np.uint8, 300), (np.uint8, -1), (np.int8, 200), (np.uint64, -1), (np.int64, 2**63), (np.uint32, 2**40)],
)
def test_python_integers_out_of_bounds(dtype, value):
    words = f"Python integer {value} out of bounds for {np.dtype(dtype)}|too large to convert"
    with pytest.raises(OverflowError, match=words):
        ab.absdiff(np.zeros(2, dtype), value)


def test_ml_dtypes_are_cast_safely():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    a = np.array([1.5, -2.0, 3.0], ml_dtypes.bfloat16)
    got = ab.absdiff(a, np.array([0.5, 2.0, -1.0], ml_dtypes.bfloat16))
    assert got.astype(np.float64).tolist() == [1.0, 4.0, 4.0]
    small = ab.absdiff(np.array([-8, 7], ml_dtypes.int4), np.array([7, -8], ml_dtypes.int4))
    assert small.astype(int).tolist() == [15, 15]
