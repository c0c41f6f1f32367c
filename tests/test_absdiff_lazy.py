"""The lazy difference as an object: what it holds, indexes, converts and refuses."""

import copy
import pickle

import ml_dtypes
import numpy as np
import pytest

import abssub as ab
import layouts
import oracle
from materialised import NUMBERS, narrow, pair, same, wide


@pytest.mark.parametrize("name", NUMBERS)
def test_it_materialises_exactly(name):
    x = oracle.samples(name)
    a, b = x[:, np.newaxis], x[::-1]
    expected = np.abs(a.astype(object) - b.astype(object)) if name != "?" and name[0] in "iu" else None
    for layout in layouts.ALL:
        d = ab.AbsDiff(layout(a), layout(b))
        with np.errstate(all="ignore"):
            made = np.asarray(d)
            np.testing.assert_array_equal(made, ab.absdiff(a, b))
        assert (made.dtype, made.shape) == (d.dtype, d.shape)
        if expected is not None:
            assert made.tolist() == expected.tolist()


def test_what_it_tells_of_itself():
    a, b = np.zeros((2, 1, 4), np.int16), np.zeros((3, 1), np.uint8)
    d = ab.AbsDiff(a, b)
    assert (d.shape, d.ndim, d.size, len(d)) == ((2, 3, 4), 3, 24, 2)
    assert (d.dtype, d.itemsize, d.nbytes) == (np.uint16, 2, 0)
    assert (d > 3).dtype == np.bool
    assert (d**2).dtype == np.uint64


def test_it_holds_the_operands_and_sees_them_change():
    a = np.zeros(3)
    d = ab.AbsDiff(a, 1.0)
    kept = d.copy()
    a[1] = 5
    assert np.asarray(d).tolist() == [1, 4, 1]
    assert d.sum() == 6
    assert kept.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("a", "b", "dtype"),
    [
        (np.uint8([1, 2]), 7, np.uint8),
        (7, np.uint8([1, 2]), np.uint8),
        (np.float16([1, 2]), 7, np.float16),
        (np.uint8([1, 2]), 7.5, np.float64),
        (np.float32([1, 2]), 7.5, np.float32),
        (np.int8([1, 2]), True, np.uint8),
        (np.uint64([1, 2]), np.int64(-1), np.uint64),
        (np.complex64([1, 2]), 1j, np.float32),
        (3, 5, np.uint64),
        ([1, 2], [3.0, 4.0], np.float64),
        (np.array([1, 2], "m8[s]"), np.array([1, 2], "m8[ms]"), "m8[ms]"),
        (np.array([1, 2], "m8[s]"), 3, "m8[s]"),
        (np.array([1, 2], "M8[D]"), np.datetime64("2020-01-01T00"), "m8[h]"),
        (np.array([1, 2], ">i4"), np.array([1, 2], "<i4"), np.uint32),
    ],
)
def test_dtypes(a, b, dtype):
    d = ab.AbsDiff(a, b)
    assert d.dtype == dtype
    np.testing.assert_array_equal(np.asarray(d), ab.absdiff(a, b))
    np.testing.assert_array_equal(d.sum(), ab.sad(a, b))


def test_what_it_refuses():
    numbers = np.zeros(2)
    for dtype in ("O", "U3", "S3", "i4,i4", ml_dtypes.bfloat16):
        with pytest.raises(TypeError, match="AbsDiff does not support"):
            ab.AbsDiff(np.zeros(2, dtype), numbers)
        with pytest.raises(TypeError, match="AbsDiff does not support"):
            ab.AbsDiff(3, np.zeros(2, dtype))
    masked = np.ma.array([1, 2], mask=[True, False])
    with pytest.raises(TypeError, match=r"\.data"):
        ab.AbsDiff(numbers, masked)
    with pytest.raises(
        ValueError, match=r"operands could not be broadcast together with shapes \(2,3\) \(4,\)"
    ):
        ab.AbsDiff(np.zeros((2, 3)), np.zeros(4))
    with pytest.raises(OverflowError, match="300 out of bounds for uint8"):
        ab.AbsDiff(np.zeros(2, np.uint8), 300)
    for a, b in (("m8[Y]", "m8[D]"), ("M8[D]", "f8"), ("M8[D]", "m8[D]")):
        with pytest.raises(TypeError):
            ab.AbsDiff(np.zeros(2, a), np.zeros(2, b))


INDICES = (
    0,
    -1,
    np.int8(1),
    slice(None, None, -1),
    (slice(None), 1),
    (..., 2),
    (slice(1, None), ..., slice(None, None, 2)),
    None,
    (None, 0, ..., None),
    (),
    Ellipsis,
    (1, 2, 3),
    (1, 2, 3, ...),
    slice(5, 9),
)
ADVANCED = (
    [0, 1],
    ([0, 1], [2, 0]),
    (slice(None), np.array([[0, 1], [2, 2]]), 1),
    True,
    np.array([True, False]),
    (np.arange(24).reshape(2, 3, 4) % 5 == 0),
    (0, ..., [1, 1, 0]),
)


@pytest.mark.parametrize("index", INDICES)
def test_basic_indexing_is_lazy(index):
    a, b = pair("i2")
    d, exact = ab.AbsDiff(a, b), narrow(a, b)
    for lazy, plain in ((d, exact), (d[::-1], exact[::-1]), (d**2, wide(a, b) ** 2), (d > 9, exact > 9)):
        expected = np.asarray(plain)[index]
        found = lazy[index]
        assert isinstance(found, ab.AbsDiff) == isinstance(expected, np.ndarray)
        assert found.shape == expected.shape
        assert found.dtype == lazy.dtype
        np.testing.assert_array_equal(np.asarray(found), expected)
        if isinstance(found, ab.AbsDiff):
            assert found.sum() == expected.sum()


@pytest.mark.parametrize("index", ADVANCED, ids=range(len(ADVANCED)))
def test_advanced_indexing_gives_the_elements(index):
    a, b = pair("i2")
    d, exact = ab.AbsDiff(a, b), narrow(a, b)
    for lazy, plain in ((d, exact), (d**2, wide(a, b).astype("u8") ** 2), (d > 9, exact > 9)):
        found, expected = lazy[index], plain[index]
        assert type(found) is np.ndarray
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(d[d > 9], exact[exact > 9])


@pytest.mark.parametrize("index", [2, (0, 3), (0, 0, 4), (0, 0, 0, 0), (..., ...), 1.5, "x", ([0, 5],)])
def test_indices_that_numpy_refuses(index):
    a, b = pair("u1")
    with pytest.raises(IndexError) as numpys:
        narrow(a, b)[index]
    with pytest.raises(IndexError) as ours:
        ab.AbsDiff(a, b)[index]
    assert str(ours.value) == str(numpys.value)


def test_views():
    a, b = pair("u1")
    d, exact = ab.AbsDiff(a, b), narrow(a, b)
    for view in (
        lambda x: x.T,
        lambda x: x.mT,
        lambda x: x.transpose(),
        lambda x: x.transpose(2, 0, 1),
        lambda x: x.transpose((1, 0, 2)),
        lambda x: x.swapaxes(0, -1),
        lambda x: x[:1].squeeze(),
        lambda x: x[:1].squeeze(0),
    ):
        assert isinstance(view(d), ab.AbsDiff)
        np.testing.assert_array_equal(np.asarray(view(d)), view(exact))
        same(view(d).argmax(0), view(exact).argmax(0))


def test_conversions():
    a, b = pair("i2")
    d, exact = ab.AbsDiff(a, b), narrow(a, b)
    assert np.asarray(d).dtype == np.uint16
    assert np.asarray(d, np.float32).dtype == np.float32
    assert np.array(d, copy=True).flags.writeable
    assert d.astype(np.int64).tolist() == d.tolist() == exact.tolist()
    with pytest.raises(TypeError):
        d.astype(np.int8, casting="safe")
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.asarray(d, copy=False)
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.array(d, np.float64, copy=False)
    for method, *args in (
        ("reshape", 6, 4),
        ("cumsum", 1),
        ("ravel",),
        ("argsort",),
        ("clip", 1, 5),
        ("prod",),
    ):
        np.testing.assert_array_equal(getattr(d, method)(*args), getattr(exact, method)(*args))
    for missing in ("sort", "fill", "strides", "_repr_svg_"):
        assert not hasattr(d, missing)
    assert d.item(3) == exact.item(3)
    assert d.item(-2) == exact.item(-2)
    assert d.item(1, 2, 3) == d.item((1, 2, 3)) == exact[1, 2, 3]
    assert type(d.item(3)) is int


def test_one_element():
    d = ab.AbsDiff(np.uint8([[3]]), 5)
    assert d.item() == 2
    assert bool(d)
    assert not ab.AbsDiff(3, 3)
    whole = ab.AbsDiff(3, 5)
    assert (int(whole), float(whole), complex(whole)) == (2, 2.0, 2 + 0j)
    assert [10, 20, 30][whole] == 30
    assert whole[()] == 2
    assert isinstance(whole[()], np.uint64)
    assert isinstance(whole[...], ab.AbsDiff)


def test_iteration_is_lazy():
    a, b = pair("u1")
    rows = list(ab.AbsDiff(a, b))
    assert all(isinstance(row, ab.AbsDiff) for row in rows)
    assert [int(row.max()) for row in rows] == [int(row.max()) for row in narrow(a, b)]
    assert list(ab.AbsDiff([1, 5], 2)) == [1, 3]
    assert 3 in ab.AbsDiff([1, 5], 2)
    assert 4 not in ab.AbsDiff([1, 5], 2)


@pytest.mark.parametrize(
    "make", [lambda d: d, lambda d: d**2, lambda d: d > 3, lambda d: ~(d > np.float32(3)), lambda d: d.T[1:]]
)
def test_pickles_and_copies(make):
    a, b = pair("u1")
    d = make(ab.AbsDiff(a, b))
    for twin in (pickle.loads(pickle.dumps(d)), copy.deepcopy(d), copy.copy(d)):
        assert repr(twin) == repr(d)
        np.testing.assert_array_equal(np.asarray(twin), np.asarray(d))


def test_a_pickle_has_no_repetitions():
    d = ab.AbsDiff(np.zeros((1000, 1)), np.zeros((1, 1000)))
    assert len(pickle.dumps(d)) < 20_000
    assert pickle.loads(pickle.dumps(d)).shape == (1000, 1000)
    assert np.asarray(pickle.loads(pickle.dumps(ab.AbsDiff(3, 5)))) == 2


def test_it_is_not_hashable_and_has_no_order():
    with pytest.raises(TypeError):
        hash(ab.AbsDiff([1], [2]))
    with pytest.raises(AttributeError):
        ab.AbsDiff([1], [2]).anything = 3


def test_operands_larger_than_memory():
    tall, broad = np.broadcast_to(np.uint8(7), (2**20, 1)), np.broadcast_to(np.uint8(2), (1, 2**20))
    d = ab.AbsDiff(tall, broad)
    assert d.size == 2**40
    assert d[5, 3:7].sum() == 20
    assert len(d) == 2**20


def test_methods_of_our_own_keywords():
    a, b = pair("f8")
    exact = wide(a, b)
    d = ab.AbsDiff(a, b)
    weights = np.arange(12.0).reshape(3, 4)
    spread = np.broadcast_to(weights, exact.shape)
    same(d.mean(weights=weights), np.average(exact, weights=spread), 1e-13)
    same(d.sum(0, weights=weights), (exact * weights).sum(0), 1e-13)
    same((d**2).mean(1, weights=weights), np.average(exact**2, 1, spread), 1e-13)
    same((d**2).sum(weights=weights), (exact**2 * weights).sum(), 1e-13)
    same((d > 9).mean(weights=weights), np.average(exact > 9, weights=spread), 1e-13)
    same((d > 9).sum((0, 1), weights=weights), ((exact > 9) * weights).sum((0, 1)), 1e-13)
    for refused in (d.var, d.max, d.argmin, d.any, (d > 9).any):
        with pytest.raises(TypeError):
            refused(weights=weights)
    mask = exact > 9
    same(d.argmax(where=mask), exact.argmax())
    same(d.argmin((0, 2), where=True), exact.transpose(1, 0, 2).reshape(3, 8).argmin(1))
    assert d.count() == np.count_nonzero(exact)
    same(d.count(9, axis=1, keepdims=True), (exact > 9).sum(1, keepdims=True))
    assert d.count(9, where=mask) == mask.sum() == (d**2).count(81)
    same(d.quantile(0.25, where=mask), np.quantile(exact[mask], 0.25), 1e-14)
    same(d.max(1, threads=2), exact.max(1))
    assert (d > 9).sum(initial=3) == mask.sum() + 3
    for refused in ({"where": mask}, {"nan_policy": "omit"}):
        with pytest.raises(TypeError, match="linear"):
            d.quantile(0.5, method="lower", **refused)


def test_starts_where_nothing_is_left():
    d = ab.AbsDiff(np.array([[1.0, np.nan], [9.0, 3.0]]), 0.0)
    mask = np.array([[False, False], [True, True]])
    assert d.max(1, initial=2, where=mask).tolist() == [2, 9]
    assert d.min(1, initial=2, where=mask).tolist() == [2, 2]
    assert d[:0].max(initial=4) == 4
    assert d[0, 1:].max(initial=4, nan_policy="omit") == 4
    assert (d**2).max(1, initial=2, where=mask).tolist() == [2, 81]
    with pytest.raises(ValueError, match="zero-size array to reduction operation maximum"):
        d.max(1, where=mask)
