"""What NumPy refuses or warns of, the lazy difference does too, in NumPy's types and words."""

import re
import warnings

import numpy as np
import pytest

import abssub as ab

NAN = np.array([[np.nan, 1.0], [np.nan, 4.0]])
COMPLAINTS = {
    "max of nothing": lambda f: np.max(f(np.zeros(0))),
    "min of nothing": lambda f: np.min(f(np.zeros((3, 0))), axis=1),
    "argmax of nothing": lambda f: np.argmax(f(np.zeros(0))),
    "argmin of nothing": lambda f: np.argmin(f(np.zeros(0))),
    "mean of nothing": lambda f: np.mean(f(np.zeros(0))),
    "mean of masked": lambda f: np.mean(f(np.ones(3)), where=False),
    "share of nothing": lambda f: np.mean(f(np.zeros(0)) > 3),
    "var of nothing": lambda f: np.var(f(np.zeros(0))),
    "std of one": lambda f: np.std(f(np.ones(1)), ddof=1),
    "nanmean of nan": lambda f: np.nanmean(f(NAN), axis=0),
    "nanmax of nan": lambda f: np.nanmax(f(NAN), axis=0),
    "nanmin of nan": lambda f: np.nanmin(f(NAN), axis=0),
    "nanargmax of nan": lambda f: np.nanargmax(f(NAN), axis=0),
    "nanvar of nan": lambda f: np.nanvar(f(NAN), axis=0),
    "nanmedian of nan": lambda f: np.nanmedian(f(NAN), axis=0),
    "axis": lambda f: np.sum(f(NAN), axis=2),
    "mean axis": lambda f: np.mean(f(NAN), axis=(0, -3)),
    "repeated axis": lambda f: np.mean(f(NAN), axis=(0, 0)),
    "quantile": lambda f: np.quantile(f(NAN), 1.5),
    "quantile nan": lambda f: np.quantile(f(NAN), [0.5, np.nan]),
    "percentile": lambda f: np.percentile(f(NAN), -1),
    "no bins": lambda f: np.histogram(f(np.ones(3)), 0),
    "falling bins": lambda f: np.histogram(f(np.ones(3)), [3, 1]),
    "bins of bins": lambda f: np.histogram(f(np.ones(3)), [[3, 1]]),
    "fractional bins": lambda f: np.histogram(f(np.ones(3)), 2.5),
    "unknown bins": lambda f: np.histogram(f(np.ones(3)), "some"),
    "falling range": lambda f: np.histogram(f(np.ones(3)), 3, (2, 1)),
    "endless range": lambda f: np.histogram(f(np.ones(3)), 3, (0, np.inf)),
    "nan range": lambda f: np.histogram(f(NAN), 3),
    "read-only": lambda f: np.mean(f(NAN), axis=0, out=np.broadcast_to(0.0, 2)),
    "no array": lambda f: np.mean(f(NAN), axis=0, out=[1, 2]),
    "weights": lambda f: np.average(f(NAN), weights=[1, 2]),
    "weights of another axis": lambda f: np.average(f(NAN), axis=0, weights=[1, 2, 3]),
    "zero weights": lambda f: np.average(f(np.ones(2)), weights=[0, 0]),
    "ddof twice": lambda f: np.var(f(NAN), ddof=1, correction=1),
    "unknown keyword": lambda f: np.sum(f(NAN), axes=1),
    "truth": lambda f: bool(f(NAN)),
    "truth of nothing": lambda f: bool(f(np.zeros(0))),
    "item": lambda f: f(NAN).item(),
    "float": lambda f: float(f(NAN)),
    "int": lambda f: int(f(NAN)),
    "length": lambda f: len(f(np.zeros(()))),
    "iteration": lambda f: iter(f(np.zeros(()))),
    "index": lambda f: f(NAN)[2],
    "indices": lambda f: f(NAN)[0, 0, 0],
    "text index": lambda f: f(NAN)["x"],
    "initial": lambda f: np.max(f(np.ones(3, np.uint8)), initial=300),
    "ptp of booleans": lambda f: np.ptp(f(np.ones(3, bool))),
    "transpose": lambda f: np.transpose(f(NAN), (0, 2)),
    "no copy": lambda f: np.array(f(NAN).T, dtype=np.float32, copy=False),
}


def complaint(name, function):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = COMPLAINTS[name](function)
        except Exception as error:
            return type(error), str(error)
    # Of a division NumPy tells too; its full stops come and go.
    messages = {str(w.message).rstrip(".") for w in caught}
    return np.asarray(value).tolist(), {m for m in messages if not m.startswith("invalid value")}


@pytest.mark.parametrize("name", COMPLAINTS)
def test_complaints_are_numpys(name):
    ours = complaint(name, lambda x: ab.AbsDiff(x, np.zeros((), x.dtype)))
    numpys = complaint(name, lambda x: x)
    if isinstance(numpys[0], type):
        assert ours[0] is numpys[0]
        assert re.split("[.\n]| for array of", ours[1])[0] == re.split("[.\n]| for array of", numpys[1])[0]
    else:
        np.testing.assert_array_equal(ours[0], numpys[0])
        assert ours[1] == numpys[1]
