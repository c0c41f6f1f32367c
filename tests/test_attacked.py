"""What an attack once broke: each of these gave a wrong number, or took in what it should have refused."""

import copy
import math
import pickle
import threading

import numpy as np
import pytest

import abssub as ab
from abssub import _core


@pytest.mark.parametrize("values", [[0, 5, 2**53 + 1], [2**53 + 3, 2**60], [2**63 - 1, 1]])
def test_automatic_bins_hold_every_value(values):
    values = np.array(values)
    counts, edges = ab.AbsDiff(values, 0).histogram(2)
    expected, numpys = np.histogram(values, 2)
    assert counts.tolist() == expected.tolist()
    assert edges.tolist() == numpys.tolist()


def test_longdouble_edges_are_numpys_or_refused():
    big = np.array([1, np.longdouble(1) + np.longdouble(2) ** -60, 2], "g")
    edges = np.array([0, np.longdouble(1) + np.longdouble(2) ** -61, 3], "g")
    assert np.histogram(ab.AbsDiff(big, np.longdouble(0)), edges)[0].tolist() == [1, 2]


@pytest.mark.parametrize("two", [2, np.uint8(2), np.int8(2), np.uint64(2), np.array(2)])
def test_no_square_wraps(two):
    small = np.array([250], np.uint8)
    assert np.asarray(ab.AbsDiff(small, 1) ** two).tolist() == [62001]
    assert np.asarray((ab.lazy(small) - np.uint8(1)) ** two).tolist() == [62001]
    large = ab.AbsDiff(np.array([2**33], np.uint64), np.uint64(0))
    with pytest.raises(OverflowError):
        np.asarray(large**two)


def test_a_square_into_an_output_that_cannot_hold_it():
    out = np.zeros(1, np.uint8)
    with pytest.raises(OverflowError):
        np.square(ab.AbsDiff(np.array([250], np.uint8), 1), out=out)
    assert out.tolist() == [0]


def test_weighted_means_of_sums_beyond_float64():
    assert ab.mae([1.0, 1.0], 0.0, weights=[1e308, 1e308]) == 1.0
    assert ab.mae([3e307, 5e307], 0.0, weights=[3.0, 3.0]) == 4e307
    assert ab.mae([1.0, 3.0], 0.0, weights=[5e-324, 5e-324]) == 2.0


@pytest.mark.parametrize("values", [[np.inf], [1, np.inf, np.inf], [1, np.inf], [1, 2, 5], [1, 2, 5, 6]])
def test_medians_are_numpys(values):
    assert np.median(ab.AbsDiff(values, 0.0)) == np.median(np.array(values, float))


def test_psnr_at_any_scale():
    assert ab.psnr(np.array([1e-300]), 0.0, data_range=1e-300) == 0
    assert ab.psnr(np.array([1e300]), 0.0, data_range=1e300) == 0
    assert ab.psnr(np.array([1e-200]), 0.0, data_range=1e200) == 8000
    assert ab.psnr(np.array([1.0]), 1.0, data_range=1) == math.inf


def test_a_flat_index_beyond_intp_is_refused():
    with pytest.raises(ValueError, match="intp"):
        ab.Accumulator("argmax", start=2**63 - 3).update(np.arange(4, dtype=np.uint8), 0)
    with pytest.raises(ValueError, match="intp"):
        ab.Accumulator("argmax", start=(0, 2**40), shape=(3, 2**62)).update(np.ones((3, 4), np.uint8), 0)


def test_no_degrees_of_freedom_that_are_no_number():
    assert np.isnan(ab.stats([1.0, 2.0, 4.0], 0.0, "var", ddof=math.nan).var)


def test_an_update_that_raises_takes_nothing_in():
    ones = np.ones(1000)
    gathered = ab.Accumulator("sum").update(ones, 0.0)

    def stop(done, total):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        gathered.update(ones, 0.0, progress=stop)
    assert gathered.result().sum == 1000


def test_threads_take_turns_at_one_accumulator():
    gathered = ab.Accumulator(["sum", "max"])
    block = np.ones(100_000, np.uint8)

    def work():
        for _ in range(20):
            gathered.update(block, 0)
            gathered.result()
            pickle.loads(pickle.dumps(copy.copy(gathered)))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert gathered.result().sum == 80 * 100_000


def test_a_report_cannot_use_the_accumulator_that_it_reports_of():
    gathered = ab.Accumulator("sum")
    with pytest.raises(RuntimeError, match="in use"):
        gathered.update(np.ones(10), 0.0, progress=lambda done, total: gathered.result())


def test_a_pickle_whose_axes_disagree_is_refused():
    made = _core.Accumulator(("argmax",), 0)
    made.update(np.zeros((3, 4), np.uint8), 0)
    restore, (settings, (begun, *rest)) = made.__reduce__()
    for wrong in ((begun[0], begun[1], []), (begun[0], [True], begun[2]), (begun[0][:-1], *begun[1:])):
        with pytest.raises(ValueError, match="not the states"):
            restore(settings, (wrong, *rest))


@pytest.mark.parametrize("size", [50, 70_001])
def test_many_quantiles_among_clustered_values(size):
    random = np.random.default_rng(3)
    q = np.linspace(0, 1, 301)
    for values in (random.random(size), 1 + random.random(size) * 1e-9, random.integers(0, 3, size) * 1e30):
        assert ab.AbsDiff(values, 0.0).quantile(q).tolist() == np.quantile(values, q).tolist()


def test_an_axis_is_no_truth_value():
    with pytest.raises(TypeError):
        ab.sad([1], [2], axis=True)


def test_a_lazy_subtraction_into_an_output_does_not_wrap():
    a = np.array([3], np.uint8)
    with pytest.raises(TypeError, match="out="):
        np.subtract(ab.lazy(a), np.uint8(5), out=np.zeros(1, np.uint8))


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        ("mean", {"ddof": 1}),
        ("max", {"ddof": 3}),
        ("argmax", {"foo": 1}),
        ("sum", {"ddof": 1}),
        ("median", {"foo": 1}),
    ],
)
def test_unknown_keywords_are_refused_by_name(name, keywords):
    with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword"):
        getattr(ab.AbsDiff([1.0, 2.0], 0.0), name)(**keywords)


def test_a_signed_difference_has_no_attributes():
    assert not hasattr(ab.lazy(np.array([1])) - 2, "dtype")


def test_blocks_that_cut_a_kept_axis_are_told_so():
    gathered = ab.Accumulator("mean", axis=1).update(np.ones((3, 4)), 0.0)
    with pytest.raises(ValueError, match="every block has them whole"):
        gathered.update(np.ones((2, 4)), 0.0)


def test_masked_least_beside_sums_of_bytes():
    """Once a panic: several statistics of bytes, the least among them, where a mask rules some out."""
    a = np.array([[5, 9, 1], [7, 2, 8]], np.uint8)
    mask = np.array([[True, True, False], [False, True, True]])
    found = ab.stats(a, 3, ["sum", "min", "max"], axis=1, where=mask)
    assert [list(part) for part in found] == [[8, 6], [2, 1], [6, 5]]
    for names in (["var", "min"], ["std", "argmin"], ["sum", "ssd", "argmin"], ["sum", "min", "argmax"]):
        for dtype in (np.uint8, np.int8):
            found = ab.stats(a.astype(dtype), dtype(3), names, axis=1, where=mask)
            for row in range(2):
                # The mask lets neighbours pass, so that places only shift.
                only = ab.stats(a[row, mask[row]].astype(dtype), dtype(3), names)
                shift = int(np.argmax(mask[row]))
                for name, part, alone in zip(names, found, only, strict=True):
                    assert part[row] == alone + (shift if name.startswith("arg") else 0), name


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="longdouble is no 80-bit float here")
def test_thresholds_of_longdoubles():
    g = np.longdouble
    d = ab.AbsDiff(np.arange(10, dtype=g), g(0))
    assert [d.count(6), (d <= 3).sum(), (d == 3).sum(), (d >= 3).sum(), (d < 7).sum()] == [3, 4, 1, 7, 7]
    assert d.histogram([0, 3, 9])[0].tolist() == [3, 7]
    x = (np.random.default_rng(1).random(1000) * 200).astype(g)
    d = ab.AbsDiff(x, g(0))
    for threshold in (100, 50.5, g("50.1"), 1e-3):
        assert d.count(threshold) == (d > threshold).sum() == (x > threshold).sum()
    assert d.histogram([0, 50, 60])[0].tolist() == np.histogram(x, [0, 50, 60])[0].tolist()
    close = ab.AbsDiff(np.array([g(1) + g(2) ** -60]), g(0))
    assert [(close > t).sum() for t in (g(1) + g(2) ** -59, g(1))] == [0, 1]
    assert close.count(g(1) + g(2) ** -59) == 0
    assert close.count(g(1)) == 1
    assert ab.AbsDiff(np.array([1.0]), 0.0).count(np.nextafter(g(1), g(0))) == 1
    odd = ab.AbsDiff(np.array([g(2) ** 53 + 1]), g(0))
    assert (odd == 2**53 + 1).sum() == 1
    thirds = np.array([0.1, 0.3, 0.7], g)
    assert ab.AbsDiff(thirds, g(0)).histogram()[0].tolist() == np.histogram(thirds)[0].tolist()
