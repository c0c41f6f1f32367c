"""sad given what it cannot do: NumPy's error types and words, and nothing touched."""

import numpy as np
import pytest

import abssub as ab

A = np.arange(6, dtype=np.uint8).reshape(2, 3)
FLOATS = A.astype(np.float64)


def test_shapes_that_do_not_broadcast():
    with pytest.raises(
        ValueError, match=r"operands could not be broadcast together with shapes \(2,3\) \(2,4\)"
    ):
        ab.sad(A, np.zeros((2, 4), np.uint8))
    with pytest.raises(
        ValueError, match=r"operands could not be broadcast together with shapes \(3,\) \(4,\)"
    ):
        ab.sad(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize("axis", [2, -3, (0, 2), (5,)])
def test_an_axis_out_of_bounds(axis):
    with pytest.raises(np.exceptions.AxisError, match=r"axis -?\d is out of bounds for array of dimension 2"):
        ab.sad(A, A, axis=axis)


@pytest.mark.parametrize("axis", [(0, 0), (1, -1), (0, -2)])
def test_a_repeated_axis(axis):
    with pytest.raises(ValueError, match="duplicate value in 'axis'"):
        ab.sad(A, A, axis=axis)


@pytest.mark.parametrize("axis", [1.0, "x", (0, 1.5)])
def test_an_axis_that_is_no_integer(axis):
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        ab.sad(A, A, axis=axis)


def test_a_read_only_out():
    out = np.full(3, 9, np.uint64)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="output array is read-only"):
        ab.sad(A, 0, axis=0, out=out)
    assert out.tolist() == [9, 9, 9]


@pytest.mark.parametrize("shape", [(4,), (2,), (1, 3), ()])
def test_a_mis_shaped_out(shape):
    out = np.full(shape, 9, np.uint64)
    with pytest.raises(ValueError):
        ab.sad(A, 0, axis=0, out=out)
    assert (out == 9).all()


def test_an_out_that_is_no_array():
    with pytest.raises(TypeError):
        ab.sad(A, 0, axis=0, out=[0, 0, 0])


@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.uint8, 255), (np.int8, 127), (np.uint16, 65_535), (np.int32, 2**31 - 1)]
)
def test_an_integer_dtype_that_is_too_small(dtype, largest):
    a = np.full(2, largest // 2 + 1, np.uint64)
    fits = np.array([largest, 0], np.uint64)
    assert ab.sad(fits, 0, dtype=dtype).dtype == dtype
    assert int(ab.sad(fits, 0, dtype=dtype)) == largest
    with pytest.raises(OverflowError, match=np.dtype(dtype).name):
        ab.sad(a, 0, dtype=dtype)
    out = np.array([5, 5], dtype)
    with pytest.raises(OverflowError, match=np.dtype(dtype).name):
        ab.sad(np.stack([fits, a]), 0, axis=1, out=out)
    assert out.tolist() == [5, 5]
    ab.sad(np.stack([fits, fits]), 0, axis=1, out=out)
    assert out.tolist() == [largest, largest]


@pytest.mark.parametrize(("dtype", "bits"), [(np.float16, 11), (np.float32, 24), (np.float64, 53)])
def test_a_float_dtype_that_cannot_hold_the_integer(dtype, bits):
    exact, odd = np.array([2**bits], np.uint64), np.array([2**bits, 1], np.uint64)
    assert ab.sad(exact, 0, dtype=dtype) == 2**bits
    with pytest.raises(OverflowError, match=np.dtype(dtype).name):
        ab.sad(odd, 0, dtype=dtype)
    out = np.array(3, dtype)
    with pytest.raises(OverflowError):
        ab.sad(odd, 0, out=out)
    assert out == 3


def test_a_float_sum_into_integers():
    with pytest.raises(TypeError, match=r"Cannot cast .* with casting rule 'same_kind'"):
        ab.sad(FLOATS, 0.0, dtype=np.int64)
    out = np.full(3, 4)
    with pytest.raises(TypeError, match=r"Cannot cast .* with casting rule 'same_kind'"):
        ab.sad(FLOATS, 0.0, axis=0, out=out)
    assert out.tolist() == [4, 4, 4]


@pytest.mark.parametrize("dtype", ["U3", "S3", "i4,i4", "O"])
def test_dtypes_that_sad_refuses(dtype):
    x = np.zeros(2, dtype)
    for a, b in ((x, x), (x, np.zeros(2)), (np.zeros(2), x)):
        with pytest.raises(TypeError):
            ab.sad(a, b)


@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.uint8])
def test_a_where_that_is_not_boolean(dtype):
    words = r"Cannot cast array data from dtype\('\w+'\) to dtype\('bool'\) according to the rule 'safe'"
    with pytest.raises(TypeError, match=words):
        ab.sad(A, 0, where=np.ones((2, 3), dtype))


@pytest.mark.parametrize("shape", [(2, 4), (4,), (3, 2), (5, 2, 3)])
def test_a_where_of_another_shape(shape):
    with pytest.raises(ValueError):
        ab.sad(A, 0, where=np.ones(shape, bool))


def test_masked_arrays_are_told_what_to_do():
    masked = np.ma.array([1, 2, 3], mask=[0, 1, 0])
    with pytest.raises(TypeError, match=r"\.data.*where"):
        ab.sad(masked, np.zeros(3, int))
    with pytest.raises(TypeError, match=r"\.data"):
        ab.sad(np.zeros(3, int), masked)
    assert ab.sad(masked.data, 0, where=~masked.mask) == 4


@pytest.mark.parametrize("threads", [0, -1])
def test_a_number_of_threads_below_one(threads):
    with pytest.raises(ValueError, match="thread"):
        ab.sad(A, A, threads=threads)
    with pytest.raises(ValueError, match="thread"):
        ab.set_num_threads(threads)


@pytest.mark.parametrize("threads", ["2", 1.5])
def test_threads_that_are_no_integer(threads):
    with pytest.raises(TypeError):
        ab.sad(A, A, threads=threads)
    with pytest.raises(TypeError):
        ab.set_num_threads(threads)


def test_arguments_that_do_not_exist():
    with pytest.raises(TypeError):
        ab.sad(A)
    with pytest.raises(TypeError):
        ab.sad(A, A, axes=1)
    with pytest.raises(TypeError):
        ab.sad(A, A, None, np.uint64)


def test_units_without_a_common_one():
    with pytest.raises(TypeError):
        ab.sad(np.array([1], "m8[Y]"), np.array([1], "m8[D]"))
    with pytest.raises(TypeError):
        ab.sad(np.array([1], "M8[D]"), np.array([1.0]))
    with pytest.raises(TypeError):
        ab.sad(np.array([1], "M8[D]"), np.array([1], "m8[D]"))


@pytest.mark.parametrize("unit", ["m", "h", "2s", "W"])
def test_a_time_that_is_no_whole_number_of_a_coarser_unit(unit):
    a = np.array([59, 60], "m8[s]")
    zero = np.timedelta64(0, "s")
    with pytest.raises(OverflowError, match="exactly"):
        ab.sad(a, zero, dtype=f"m8[{unit}]")
    out = np.array(7, f"m8[{unit}]")
    with pytest.raises(OverflowError):
        ab.sad(a, zero, out=out)
    assert out == np.timedelta64(7, unit)
    whole = np.array([1, 7 * 86_400 - 1], "m8[s]")
    assert ab.sad(whole, zero, dtype=f"m8[{unit}]") == np.timedelta64(7 * 86_400, "s")
    assert np.isnat(ab.sad(np.array(["NaT"], "m8[s]"), zero, dtype=f"m8[{unit}]"))


def test_a_negative_sum_says_so():
    with pytest.raises(OverflowError, match=r"30 bits and is negative: uint64"):
        ab.sad(A, A, initial=-(10**9))
    assert ab.sad(A, A, initial=-(10**9), dtype=np.int64) == -(10**9)
    assert ab.sad(A, A, initial=2.0) == 2
    with pytest.raises(TypeError, match=r"initial=1\.5"):
        ab.sad(A, A, initial=1.5)


def test_axes_of_a_scalar_are_as_numpys():
    assert ab.sad(np.uint8(3), np.uint8(5), axis=0) == 2
    assert ab.sad(np.uint8(3), np.uint8(5), axis=(-1,)) == 2
    with pytest.raises(np.exceptions.AxisError):
        ab.sad(np.uint8(3), np.uint8(5), axis=1)


def test_more_places_than_can_be_counted():
    tall, wide = np.broadcast_to(np.uint8(0), (2**40, 1)), np.broadcast_to(np.uint8(255), (1, 2**40))
    with pytest.raises(ValueError, match="too large"):
        ab.sad(tall, wide)


def test_no_initial_with_a_mask():
    with pytest.raises(ValueError, match="does not have an identity"):
        ab.sad(A, A, where=A > 1, initial=None)
    with pytest.raises(ValueError, match="zero-size array"):
        ab.sad(A[:0], A[:0], initial=None)


@pytest.mark.skipif(np.dtype("g").itemsize != 16, reason="longdouble is a double here")
def test_longdouble_holds_integers_of_64_bits():
    halves = np.full(2, 2**63, np.uint64)
    assert ab.sad(halves, 0, dtype="g") == np.longdouble(2) ** 64
    assert ab.sad([1], [1], initial=-5, dtype="g") == -5
    assert ab.sad(np.array([2**64 - 1], np.uint64), 0, dtype="G") == np.longdouble(2**64 - 1)
    with pytest.raises(OverflowError, match="longdouble"):
        ab.sad(halves, 0, initial=1, dtype="g")
