"""Hypothesis strategies for the reductions: values of every dtype in awkward layouts, and the keywords."""

import numpy as np
from hypothesis import strategies as st

import layouts
import oracle

TIMES = tuple(np.dtype(name) for name in ("m8[s]", "m8[ms]", "M8[s]", "M8[m]"))
COMPLEX = tuple(np.dtype(name) for name in ("c8", "c16"))
SMALL = 600
# Seldom empty: most of what can go wrong needs elements.
SIDES = st.sampled_from([*(2, 3, 5, 8, 33, 67) * 3, 1, 1, 0])


def finite(random, dtype, shape):
    return random.choice(oracle.samples(dtype.name, seed=int(random.integers(4))), shape)


def ties(random, dtype, shape):
    """Few values, so that extremes come more than once."""
    return random.integers(0, 2 if dtype.kind == "b" else 4, shape)


def constant(random, dtype, shape):
    return np.full(shape, random.integers(0, 2))


def far(random, dtype, shape):
    """A mean of 1e8 deviations, or as many as the dtype can tell apart."""
    if dtype.kind in "bui":
        top = 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
        return top - random.integers(0, min(top, 5) + 1, shape).astype(dtype)
    return min(1e8, 0.1 / float(np.finfo(dtype).eps)) + random.standard_normal(shape)


def wide(random, dtype, shape):
    """Neighbours whose squares under- and overflow."""
    if dtype.kind != "f":
        return finite(random, dtype, shape)
    span = np.log10(float(np.finfo(dtype).max)) * 0.97 if dtype.itemsize <= 8 else 300.0
    return random.standard_normal(shape) * 10.0 ** random.uniform(-span, span, shape)


def tiny(random, dtype, shape):
    """Subnormals."""
    if dtype.kind != "f":
        return ties(random, dtype, shape)
    return random.integers(0, 50, shape) * np.finfo(dtype).smallest_subnormal


def special(random, dtype, shape):
    """NaN and infinities among small numbers; for integers the extremes."""
    if dtype.kind != "f":
        return finite(random, dtype, shape)
    odds = [0.03, 0.02, 0.02]
    return random.choice(
        [np.nan, np.inf, -np.inf, 0.0, 1.0, 2.5, -1.0], shape, p=[*odds, *[(1 - sum(odds)) / 4] * 4]
    )


def holes(random, dtype, shape):
    """NaN in every second place."""
    if dtype.kind != "f":
        return ties(random, dtype, shape)
    return random.choice([np.nan, 0.0, 1.5, 3.0], shape, p=[0.5, 0.2, 0.2, 0.1])


FLAVOURS = (finite, ties, constant, far, wide, tiny, special, holes)


def values(random, flavour, dtype, shape):
    """An array of the flavour. A complex one has the flavour in both parts."""
    if dtype.kind in "mM":
        ticks = random.integers(0, int(random.choice([4, 10**6])), shape).astype(np.int64)
        missing = random.random(shape) < random.choice([0, 0, 0.02, 0.4])
        return np.where(missing, np.iinfo(np.int64).min, ticks).astype(dtype)
    if dtype.kind == "c":
        parts = np.dtype(f"f{dtype.itemsize // 2}")
        made = np.empty(shape, dtype)
        made.real, made.imag = (values(random, flavour, parts, shape) for _ in range(2))
        return made
    with np.errstate(all="ignore"):
        return np.asarray(flavour(random, dtype, shape)).astype(dtype)


def randoms():
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def arrays(draw, shape, dtype):
    """An array in some layout; now and then one that is broadcast or a permutation of axes."""
    random, flavour = draw(randoms()), draw(st.sampled_from(FLAVOURS))
    if shape and draw(st.integers(0, 5)) == 0:
        axis = draw(st.integers(0, len(shape) - 1))
        thin = tuple(1 if i == axis else n for i, n in enumerate(shape))
        return np.broadcast_to(values(random, flavour, dtype, thin), shape)
    made = values(random, flavour, dtype, shape)
    if len(shape) > 1 and draw(st.booleans()):
        order = draw(st.permutations(range(len(shape))))
        made = np.ascontiguousarray(made.transpose(order)).transpose(np.argsort(order))
    return draw(st.sampled_from(layouts.ALL))(made)


@st.composite
def dtype_pairs(draw):
    """Two dtypes that have a difference; mostly one dtype twice, for that is where the kernels are."""
    if draw(st.integers(0, 7)) == 0:
        # Dates with dates, durations with durations.
        kind = draw(st.sampled_from("mM"))
        of_kind = [dtype for dtype in TIMES if dtype.kind == kind]
        return draw(st.sampled_from(of_kind)), draw(st.sampled_from(of_kind))
    one = draw(st.sampled_from(oracle.REALS * 3 + COMPLEX + (np.dtype("g"),)))
    if draw(st.integers(0, 2)):
        return one, one
    return one, draw(st.sampled_from(oracle.REALS))


@st.composite
def shapes(draw):
    """Two shapes that broadcast, both ways, and the shape they broadcast to."""
    result = [draw(SIDES) for _ in range(draw(st.sampled_from([3, 2, 1, 4, 0])))]
    while np.prod(result, dtype=int) > SMALL:
        largest = result.index(max(result))
        result[largest] = result[largest] // 2 + 1

    def narrowed():
        kept = draw(st.integers(0, len(result))) if draw(st.integers(0, 3)) == 0 else 0
        return tuple(1 if draw(st.integers(0, 5)) == 0 else n for n in result[kept:])

    left, right = narrowed(), narrowed()
    return left, right, np.broadcast_shapes(left, right)


@st.composite
def operands(draw):
    """Two arrays that broadcast, in awkward layouts, and the shape of their difference."""
    left, right, result = draw(shapes())
    first, second = draw(dtype_pairs())
    return draw(arrays(left, first)), draw(arrays(right, second)), result


@st.composite
def axes_of(draw, shape):
    if not shape or draw(st.integers(0, 3)) == 0:
        return None
    chosen = draw(st.permutations(sorted(draw(st.sets(st.integers(0, len(shape) - 1))))))
    axes = tuple(i - len(shape) if draw(st.booleans()) else i for i in chosen)
    return axes[0] if len(axes) == 1 and draw(st.booleans()) else axes


@st.composite
def broadcast_to(draw, shape):
    """A shape that broadcasts to `shape`."""
    thin = tuple(1 if draw(st.integers(0, 3)) == 0 else n for n in shape)
    return thin[draw(st.integers(0, len(shape))) :] if draw(st.integers(0, 3)) == 0 else thin


@st.composite
def masks(draw, shape):
    density = draw(st.sampled_from([0.02, 0.2, 0.5, 0.9, 0.9, 1.0]))
    mask = np.asarray(draw(randoms()).random(draw(broadcast_to(shape))) < density)
    return draw(st.sampled_from(layouts.ALL))(mask)


@st.composite
def loads(draw, shape):
    """Weights of several dtypes and signs, subnormal and huge ones among them."""
    random, thin = draw(randoms()), draw(broadcast_to(shape))
    made = {
        "unit": lambda: random.random(thin),
        "whole": lambda: random.integers(0, 4, thin),
        "signed": lambda: random.standard_normal(thin),
        "single": lambda: random.random(thin).astype(np.float32),
        "wide": lambda: random.standard_normal(thin) * 10.0 ** random.uniform(-300, 300, thin),
    }[draw(st.sampled_from(["unit", "unit", "whole", "signed", "single", "wide"]))]()
    return draw(st.sampled_from(layouts.ALL))(np.asarray(made))


@st.composite
def calls(draw, *, masked=True):
    """Two operands and the keywords that every reduction takes."""
    a, b, shape = draw(operands())
    keywords = {"axis": draw(axes_of(shape)), "keepdims": draw(st.booleans())}
    if masked and draw(st.integers(0, 2)) == 0:
        keywords["where"] = draw(masks(shape))
    if draw(st.integers(0, 2)) == 0:
        keywords["nan_policy"] = draw(st.sampled_from(["omit", "omit", "raise"]))
    return a, b, keywords
