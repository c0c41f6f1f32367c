"""`lazy(a)`: the line that people have, made exact; and the signed difference that is refused."""

import operator
import pickle

import numpy as np
import pytest

import abssub as ab
from materialised import NUMBERS, pair, same, wide


@pytest.mark.parametrize("dtype", NUMBERS)
def test_the_line_that_people_have(dtype):
    a, b = pair(dtype)
    exact = wide(a, b)
    for magnitude in (
        np.abs(ab.lazy(a) - b),
        abs(b - ab.lazy(a)),
        np.absolute(ab.lazy(a) - ab.lazy(b)),
        abs(np.subtract(b.tolist(), ab.lazy(a))) if dtype == "f8" else abs(ab.lazy(b) - a),
    ):
        assert isinstance(magnitude, ab.AbsDiff)
        same(np.sum(magnitude, axis=(-2, -1)), exact.sum(axis=(-2, -1)), 0 if dtype[0] in "?iu" else 1e-13)
    for square in ((ab.lazy(a) - b) ** 2, np.square(b - ab.lazy(a)), np.power(ab.lazy(a) - b, 2)):
        assert isinstance(square, ab.AbsDiff)
        same(square.mean(), np.mean(exact**2), 1e-12)
    signed = ab.lazy(a) - b
    assert (signed * signed).sum() == square.sum()
    assert (signed.shape, signed.ndim, signed.size, len(signed)) == ((2, 3, 4), 3, 24, 2)
    assert (np.shape(signed), np.ndim(signed), np.size(signed, 0)) == ((2, 3, 4), 3, 2)


def test_python_scalars_beside_lazy():
    a = np.uint8([0, 200, 255])
    assert np.sum(abs(ab.lazy(a) - 100)) == np.sum(abs(100 - ab.lazy(a))) == 355
    assert abs(ab.lazy(a) - 0.5).sum() == 454.5
    assert abs(ab.lazy(a)[1:] - ab.lazy(a)[:-1]).max() == 200
    assert abs(ab.lazy(a[np.newaxis]).T - a).shape == (3, 3)
    out = np.empty(3, np.uint8)
    assert np.abs(ab.lazy(a) - 100, out=out) is out
    assert out.tolist() == [100, 100, 155]


@pytest.mark.parametrize(
    "use",
    [
        np.sum,
        np.mean,
        np.sort,
        np.asarray,
        np.sqrt,
        np.negative,
        bool,
        list,
        float,
        lambda x: x + 1,
        lambda x: x > 0,
        lambda x: x**3,
        lambda x: 2**x,
        lambda x: x * 2,
        lambda x: x[0],
        lambda x: x.sum(),
        lambda x: x.T,
        lambda x: np.add.reduce(x),
        lambda x: np.concatenate([x, x]),
        lambda x: x * (ab.lazy([1]) - 2),
        lambda x: np.add(1, 1, out=x),
        lambda x: ab.absdiff(x, 1),
    ],
)
def test_a_signed_difference_is_refused(use):
    with pytest.raises(TypeError, match=r"np\.abs|float|read-only"):
        use(ab.lazy(np.uint8([1, 2])) - 1)


def test_anything_else_acts_as_on_the_array():
    a = np.arange(6, dtype=np.uint8).reshape(2, 3)
    x = ab.lazy(a)
    assert ab.lazy(x) is x
    for use in (
        lambda v: v + 1,
        lambda v: 10 * v,
        lambda v: v > 2,
        lambda v: np.sum(v, axis=0),
        lambda v: np.concatenate([v, v]),
        lambda v: np.subtract(v, 1, dtype=np.int64),
        lambda v: np.subtract.outer(v, [1, 2]),
        lambda v: v.mean(axis=0),
        lambda v: v.shape,
        lambda v: v.dtype,
        lambda v: v[1, 2],
        lambda v: v[v > 2],
        lambda v: v.T,
        lambda v: len(v),
        lambda v: 3 in v,
        lambda v: [row.tolist() for row in v],
        lambda v: ab.absdiff(v, 1),
        lambda v: ab.sad(v, 1),
        lambda v: float(v[0, 1:2]) if v.ndim == 3 else None,
        np.asarray,
        lambda v: np.array(v, np.float32),
    ):
        np.testing.assert_array_equal(use(x), use(a))
    assert np.asarray(x) is a
    assert np.array(x, copy=True) is not a
    assert pickle.loads(pickle.dumps(x)).tolist() == a.tolist()
    assert repr(x) == f"lazy({a!r})"
    whole = ab.lazy(np.array(3))
    assert (int(whole), float(whole), bool(whole), operator.index(whole)) == (3, 3.0, True, 3)
    with pytest.raises(AttributeError):
        _ = x._missing
    with pytest.raises(TypeError, match="read-only"):
        x -= 1
    assert a.max() == 5


def test_lazy_refuses_what_has_no_difference():
    with pytest.raises(TypeError, match="does not support"):
        ab.lazy(["text"])
    with pytest.raises(TypeError, match=r"\.data"):
        ab.lazy(np.ma.array([1, 2]))
    with pytest.raises(ValueError, match="broadcast together"):
        ab.lazy([1, 2]) - [1, 2, 3]
    with pytest.raises(TypeError):
        ab.lazy([1, 2]) - "text"
