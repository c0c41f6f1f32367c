"""Every reduction of arrays so large that blocks, tiles and threads meet, against exact integers."""

import functools
import math
from fractions import Fraction

import numpy as np
import pytest

import abssub as ab
import layouts
import oracle
import oracle_reductions as right
from abssub import _core
from surroundings import forced_level

SHAPES = {
    (3, 150, 401): (None, 0, 2, (-2, -1), (0, 2)),
    (7, 30_011): (None, 0, 1),
    (2_000, 33): (None, 0, 1),
    (300_001,): (None,),
}
CASES = [(shape, axis) for shape, axes in SHAPES.items() for axis in axes]
DTYPES = [dtype.name for dtype in (*oracle.REALS, np.dtype("c8"))]
LAYOUTS = (layouts.fortran, layouts.reversed_axes, layouts.every_third, layouts.byte_swapped)
# Every float here is a whole number of these.
UNIT = 100
EDGES = np.array([0, 0.25, 1, 2, 3, 100, 2.0**40])
KEYWORDS = {"within": (">", 1), "edges": EDGES, "ddof": 1}
NAMES = tuple(name for name in right.NAMES if name != "ssd")


def draw(dtype, shape, seed):
    random = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind in "bui":
        pool = oracle.samples(dtype.name, count=200)
        # Sums past 64 bits are refused, and that has tests of its own.
        pool = pool // 2**20 if dtype.itemsize == 8 else pool
        # The extremes are rare, so that the largest lies in few blocks.
        common, rare = random.choice(pool[-50:], shape), random.choice(pool, shape)
        return np.where(random.random(shape) < 0.01, rare, common)
    near = random.standard_normal(shape) * 2.0 ** random.integers(-6, 6, shape)
    if dtype.kind == "c":
        return (near + 1j * random.standard_normal(shape)).astype(dtype)
    return near.astype(dtype)


@functools.cache
def operands(dtype, shape):
    return draw(dtype, shape, 1), draw(dtype, shape[1:] if len(shape) > 1 else shape, 2)


@functools.cache
def whole_numbers(dtype, shape):
    """|a - b| in units of 2**-UNIT (floats) or of 1, as Python integers."""
    a, b = operands(dtype, shape)
    difference = ab.absdiff(a, b)
    if difference.dtype.kind != "f":
        return difference.astype(object) * 1, 0
    scaled = np.ldexp(difference.astype(np.float64), UNIT)
    return np.array([int(x) for x in scaled.flat], dtype=object).reshape(shape), UNIT


# Of more items, every so many are compared: an odd step, which comes to every lane of a vector.
MOST = 500


def step(count):
    return (count // MOST) | 1


def rows(array, axis):
    """The items of a result, each with its reduced elements in C order, and the shape of the result."""
    rank = array.ndim
    axes = tuple(range(rank)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, rank)
    kept = tuple(i for i in range(rank) if i not in axes)
    shape = tuple(array.shape[i] for i in kept)
    return array.transpose(kept + tuple(sorted(axes))).reshape(math.prod(shape), -1), shape


def some_rows(array, axis):
    lines, shape = rows(array, axis)
    return lines[:: step(len(lines))], shape


@functools.cache
def expected(dtype, shape, axis):
    """name -> the right values of the items that are compared; and the shape of the result."""
    integers, unit = whole_numbers(dtype, shape)
    a, b = operands(dtype, shape)
    elements, kept = some_rows(np.asarray(ab.absdiff(a, b)), axis)
    lines, _ = some_rows(integers, axis)
    size = elements.shape[1]
    first = [sum(line) for line in lines.tolist()]
    second = [sum(x * x for x in line) for line in lines.tolist()]
    one = Fraction(1, 2**unit)
    exact = elements.dtype.kind != "f"
    var = [(s - Fraction(f * f, size)) * one**2 / (size - 1) for f, s in zip(first, second, strict=True)]
    mse = [Fraction(s, size) * one**2 for s in second]
    found = {
        "sum": first if exact else [right.rounded(f * one) for f in first],
        "ssd": second if exact else [right.rounded(s * one**2) for s in second],
        "mean": [Fraction(f, size) * one for f in first],
        "mse": mse,
        "rmse": [right.Root(m) for m in mse],
        "var": var,
        "std": [right.Root(v) for v in var],
        "number": [size] * len(first),
        "histogram": [np.histogram(line.astype(np.float64), EDGES)[0].tolist() for line in elements],
    }
    for name in ("max", "min", "argmax", "argmin", "any", "all"):
        found[name] = getattr(np, name)(elements, axis=1)
    found["nonzero"] = np.count_nonzero(elements, axis=1)
    found["count"] = np.count_nonzero(elements.astype(np.float64) > 1, axis=1)
    return found, kept


def agrees(got, name, values, shape):
    bins = (EDGES.size - 1,) if name == "histogram" else ()
    assert got.shape == shape + bins, name
    items = got.reshape(-1, *bins)
    for one, value in zip(items[:: step(len(items))], values, strict=True):
        assert one.tolist() == value if bins else right.equals(one, value), (name, one, value)


def fits(name, values):
    return not (name == "ssd" and isinstance(values[0], int) and max(values) >= 2**64)


@pytest.mark.parametrize(("shape", "axis"), CASES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_alone_and_all_in_one(threads, dtype, shape, axis):
    a, b = operands(dtype, shape)
    found, kept = expected(dtype, shape, axis)
    names = [name for name in right.NAMES if fits(name, found[name])]
    together = _core.measure(a, b, tuple(names), axis=axis, threads=threads, **KEYWORDS)
    for name, one in zip(names, together, strict=True):
        agrees(one, name, found[name], kept)
        (alone,) = _core.measure(a, b, (name,), axis=axis, threads=threads, **KEYWORDS)
        assert alone.tobytes() == one.tobytes(), name
    if "ssd" not in names:
        with pytest.raises(OverflowError, match="uint64"):
            _core.measure(a, b, ("ssd",), axis=axis, threads=threads)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_levels_and_layouts_change_no_bit(level, dtype, shape):
    a, b = operands(dtype, shape)
    for axis in SHAPES[shape]:
        with forced_level("portable"):
            right_bytes = [x.tobytes() for x in _core.measure(a, b, NAMES, axis=axis, threads=1, **KEYWORDS)]
        for layout in (layouts.contiguous, *LAYOUTS):
            x, y = layout(a), layout(b)
            got = [x.tobytes() for x in _core.measure(x, y, NAMES, axis=axis, threads=2, **KEYWORDS)]
            assert got == right_bytes, (axis, layout.__name__)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_alone_in_each_layout(dtype, layout):
    shape = (3, 150, 401)
    a, b = operands(dtype, shape)
    x, y = layout(a), layout(b)
    for axis in SHAPES[shape]:
        for name in NAMES:
            (plain,) = _core.measure(a, b, (name,), axis=axis, threads=1, **KEYWORDS)
            (got,) = _core.measure(x, y, (name,), axis=axis, threads=2, **KEYWORDS)
            assert got.tobytes() == plain.tobytes(), (axis, name)


@functools.cache
def masked(dtype, shape):
    """A mask, weights of a few bits, and the products that are then exact."""
    random = np.random.default_rng(9)
    mask, weights = random.random(shape) < 0.7, random.integers(1, 8, shape[-1:]) / 4
    # No item is without a weight: that is refused.
    mask[0] = mask[..., 0] = True
    integers, unit = whole_numbers(dtype, shape)
    loads = np.array([int(w * 4) for w in weights], dtype=object)
    return mask, weights, integers * loads * mask, (np.broadcast_to(loads, shape) * mask), unit


@pytest.mark.parametrize(("shape", "axis"), [case for case in CASES if len(case[0]) > 1], ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32"])
def test_masks_and_weights(threads, dtype, shape, axis):
    """The products need fewer than 53 bits: rounding them changes nothing."""
    a, b = operands(dtype, shape)
    mask, weights, products, loads, unit = masked(dtype, shape)
    lines, kept = some_rows(products, axis)
    above = [Fraction(sum(line), 4 * 2**unit) for line in lines.tolist()]
    below = [Fraction(sum(line), 4) for line in some_rows(loads, axis)[0].tolist()]
    keywords = {"axis": axis, "where": mask, "weights": weights, "threads": threads}
    total, mean = _core.measure(a, b, ("sum", "mean"), **keywords)
    agrees(total, "sum", [right.rounded(x) for x in above], kept)
    agrees(mean, "mean", [x / y for x, y in zip(above, below, strict=True)], kept)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64"])
def test_a_mask_is_the_chosen_elements(threads, name, dtype):
    a, b = (x.reshape(-1) for x in np.broadcast_arrays(*operands(dtype, (7, 30_011))))
    mask = np.random.default_rng(4).random(a.size) < 0.4
    (got,) = _core.measure(a, b, (name,), where=mask, threads=threads, **KEYWORDS)
    (plain,) = _core.measure(a[mask], b[mask], (name,), threads=1, **KEYWORDS)
    if name.startswith("arg"):
        plain = np.flatnonzero(mask)[plain]
    assert got.tobytes() == plain.tobytes()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_omitting_is_a_mask(threads, name, dtype):
    random = np.random.default_rng(5)
    a = random.standard_normal((11, 20_003)).astype(dtype)
    holes = random.random(a.shape) < 0.1
    b = np.where(holes, np.nan, random.standard_normal(a.shape)).astype(dtype)
    for axis in (None, 0, 1):
        keywords = {"axis": axis, "threads": threads, **KEYWORDS}
        (got,) = _core.measure(a, b, (name,), nan_policy="omit", **keywords)
        (plain,) = _core.measure(a, np.where(holes, a, b), (name,), where=~holes, **keywords)
        assert got.tobytes() == plain.tobytes(), axis


@pytest.mark.parametrize("name", ["argmax", "histogram"])
def test_more_than_4_billion_elements(name):
    """Counters and indices past 32 bits. The stack is broadcast and costs nothing."""
    rows, columns = 50, 88_000_000
    a = np.broadcast_to((np.arange(rows) == rows - 1)[:, None], (rows, columns)).view(np.uint8)
    (got,) = _core.measure(a, np.uint8(0), (name,), edges=np.array([0, 1, 2]))
    first = (rows - 1) * columns
    assert got.tolist() == (first if name == "argmax" else [first, columns])
