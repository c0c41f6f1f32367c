"""What every reduction of |a - b| should give: Python's integers and fractions over `oracle.elements`.

An expected value is a Python integer (equal), a float (equal to the bit), or a Fraction or a Root (within
2 ulp). NaN and infinities are Python floats among the exact numbers, and NaT is NaN.
"""

import itertools
import math
import operator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

import abssub as ab
import oracle

COMPARISONS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
SQUARES = ("ssd", "mse", "rmse", "var", "std")
WEIGHTED = ("sum", "ssd", "mean", "mse", "rmse")
COUNTS = ("count", "nonzero", "number", "histogram")
NAMES = (
    *("sum", "ssd", "mean", "mse", "rmse", "var", "std", "max", "min", "argmax", "argmin"),
    *("count", "nonzero", "number", "any", "all", "histogram"),
)
# What a time can answer: its square is no time.
OF_TIMES = tuple(name for name in NAMES if name not in (*SQUARES, "histogram"))
ULPS = 2


@dataclass(frozen=True)
class Root:
    """The square root of an exact number."""

    square: Fraction


@dataclass(frozen=True)
class Term:
    """One pair that takes part: its place among the reduced elements, |a - b| and its weight."""

    place: int
    number: object
    weight: object


def number(value):
    """A NumPy scalar as an exact number; what has no exact value stays a float."""
    if value.dtype.kind in "bui":
        return int(value)
    return Fraction(*value.as_integer_ratio()) if np.isfinite(value) else float(value)


def is_nan(value):
    return isinstance(value, float) and math.isnan(value)


def sign(value):
    return (value > 0) - (value < 0)


def product(*factors):
    """The exact product, or what IEEE 754 says of NaN and infinities."""
    if any(isinstance(factor, float) for factor in factors):
        return math.prod(f if isinstance(f, float) else float(sign(f)) for f in factors)
    return math.prod(factors)


def total(values):
    """The exact sum, or what IEEE 754 says of NaN and infinities."""
    values = list(values)
    special = {value for value in values if isinstance(value, float)}
    if any(map(math.isnan, special)) or len(special) > 1:
        return math.nan
    if special:
        return special.pop()
    if all(isinstance(value, int) for value in values):
        return sum(values)
    # One denominator, for a sum of fractions one by one would look for common divisors each time.
    common = math.lcm(*(value.denominator for value in values))
    return Fraction(sum(value.numerator * (common // value.denominator) for value in values), common)


def rounded(value):
    """An exact number as the nearest float64; zero is positive, as in math.fsum."""
    if isinstance(value, float):
        return value
    return math.copysign(float(oracle.nearest(abs(value), np.float64)), 1 if value >= 0 else -1)


def quotient(above, below):
    """An exact quotient. Two sums that are no numbers divide as floats do."""
    if is_nan(above) or is_nan(below):
        return math.nan
    if isinstance(above, float):
        return math.nan if isinstance(below, float) else above * sign(below)
    return 0.0 if isinstance(below, float) else Fraction(above) / below


def root(value):
    if isinstance(value, float):
        return math.sqrt(value) if value >= 0 else math.nan
    return Root(value) if value >= 0 else math.nan


def numbers(a, b):
    """|a - b| as exact numbers in an object array, and the dtype that absdiff stores them in."""
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    dtype = ab.absdiff(np.empty(0, a.dtype), np.empty(0, b.dtype)).dtype
    out = np.empty(a.shape, dtype=object)
    flat = out.reshape(-1)
    if dtype.kind == "m":
        flat[:] = list(time_numbers(a, b, dtype))
    elif np.promote_types(a.dtype, b.dtype).kind == "c":
        # The magnitude has a test of its own; here it is what it is.
        with np.errstate(all="ignore"):
            flat[:] = [number(value) for value in np.asarray(ab.absdiff(a, b)).flat]
    else:
        elements = oracle.elements(a, b)
        exact = elements.dtype.kind == "O"
        flat[:] = [value if exact else number(value) for value in elements.flat]
    return out, dtype


def time_numbers(a, b, dtype):
    """Ticks of the common unit. The tests' times are small enough to be cast."""
    ticks = [x.astype(np.dtype(dtype.str.replace("m8", f"{x.dtype.kind}8"))) for x in (a, b)]
    for x, y in zip(ticks[0].flat, ticks[1].flat, strict=True):
        missing = np.isnat(x) or np.isnat(y)
        yield math.nan if missing else abs(int(x.astype(np.int64)) - int(y.astype(np.int64)))


def same(x, y):
    """Whether a pair is the same although its difference is NaN: twice NaN or NaT, or one infinity twice."""
    if x.dtype.kind in "mM":
        return bool(np.isnat(x) and np.isnat(y))
    if x.dtype.kind not in "fc" or y.dtype.kind not in "fc":
        return False
    return bool((np.isnan(x) and np.isnan(y)) or (np.isinf(x) and x == y))


class Sample:
    """The pairs that one call looks at, one row of terms for each item of its result."""

    def __init__(
        self,
        a,
        b,
        axis=None,
        *,
        keepdims=False,
        where=True,
        weights=None,
        nan_policy="propagate",
        matching=False,
    ):
        a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
        differences, self.dtype = numbers(a, b)
        rank = differences.ndim
        axes = tuple(range(rank)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, rank)
        kept = tuple(i for i in range(rank) if i not in axes)
        order = kept + tuple(sorted(axes))
        shape = tuple(differences.shape[i] for i in kept)
        self.length = math.prod(differences.shape[i] for i in axes)
        self.weighted = weights is not None
        self.shape = (
            tuple(1 if i in axes else n for i, n in enumerate(differences.shape)) if keepdims else shape
        )

        def in_rows(values):
            spread = np.broadcast_to(values, differences.shape).transpose(order)
            return spread.reshape(math.prod(shape), self.length)

        weights = np.asarray(1.0 if weights is None else weights).astype(np.float64)
        rows = zip(*map(in_rows, (differences, where, weights, a, b)), strict=True)
        # How many pairs the mask leaves in each item, before the policies leave out more.
        self.chosen = []
        self.rows = []
        for values, mask, loads, left, right in rows:
            terms = [Term(i, values[i], number(loads[i])) for i in range(self.length) if mask[i]]
            self.chosen.append(len(terms))
            if matching:
                terms = [t for t in terms if not same(left[t.place], right[t.place])]
            if nan_policy == "raise" and any(is_nan(t.number) for t in terms):
                raise ValueError("The input contains nan values")
            if nan_policy == "omit":
                terms = [t for t in terms if not is_nan(t.number)]
            self.rows.append(terms)

    def is_integer(self):
        return oracle.is_integer(self.dtype)

    def is_time(self):
        return self.dtype.kind == "m"


def _element(sample, term, power):
    """What one pair adds to a sum. A weighted one is rounded once to float64."""
    if not sample.weighted:
        return product(*(term.number,) * power)
    once = rounded(product(term.weight, *(term.number,) * power))
    return number(np.float64(once))


def _sum(sample, row, power=1):
    exact = total(_element(sample, term, power) for term in row)
    if sample.is_time():
        return exact if is_nan(exact) else _fits(exact, np.dtype(np.int64))
    if sample.is_integer() and not sample.weighted:
        return _fits(exact, np.dtype(np.uint64))
    return rounded(exact)


def _fits(value, dtype):
    top = 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
    if value > top:
        raise OverflowError(f"{value} does not fit {dtype}")
    return value


def _mean(sample, row, power=1):
    load = total(term.weight for term in row) if sample.weighted else len(row)
    if sample.weighted and load == 0:
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    if not row:
        return math.nan
    mean = quotient(total(_element(sample, term, power) for term in row), load)
    # NumPy's mean of times is the tick below.
    return math.floor(mean) if sample.is_time() and not is_nan(mean) else mean


def _var(row, ddof):
    if not row or any(isinstance(term.number, float) for term in row):
        return math.nan
    first = total(term.number for term in row)
    second = total(term.number * term.number for term in row)
    spread = second - Fraction(first * first) / len(row)
    free = len(row) - Fraction(ddof)
    if free > 0:
        return spread / free
    return math.inf if spread else math.nan


def _extreme(sample, row, chosen, choose, word):
    if not chosen:
        raise ValueError(f"zero-size array to reduction operation {word} which has no identity")
    values = [term.number for term in row]
    if not values or any(map(is_nan, values)):
        return math.nan
    best = choose(values)
    if sample.is_time():
        return best
    if sample.is_integer():
        return _fits(best, sample.dtype)
    return best if isinstance(best, float) else oracle.nearest(best, sample.dtype)


def _place(row, chosen, choose, word):
    if not row:
        raise ValueError(
            "All-NaN slice encountered" if chosen else f"attempt to get {word} of an empty sequence"
        )
    missing = [term.place for term in row if is_nan(term.number)]
    if missing:
        return missing[0]
    best = choose(term.number for term in row)
    return next(term.place for term in row if term.number == best)


def compare(sample, op, value):
    """A predicate of exact numbers: the comparison in the dtype to which NumPy promotes both."""
    if sample.is_time():
        value = np.timedelta64(value).astype(sample.dtype)
        value = math.nan if np.isnat(value) else int(value.astype(np.int64))
    elif not (sample.is_integer() and isinstance(value, int | np.integer)):
        value = number(np.asarray(value).astype(np.result_type(sample.dtype, value))[()])
    return lambda x: COMPARISONS[op](x, value)


def _histogram(row, edges):
    edges = [number(edge) for edge in np.asarray(edges)]
    counts = [0] * (len(edges) - 1)
    for term in row:
        for i, (low, high) in enumerate(itertools.pairwise(edges)):
            counts[i] += low <= term.number < high or (i == len(counts) - 1 and low <= term.number == high)
    return counts


def _one(sample, name, row, chosen, ddof, within, edges):
    match name:
        case "sum":
            return _sum(sample, row)
        case "ssd":
            return _sum(sample, row, power=2)
        case "mean":
            return _mean(sample, row)
        case "mse":
            return _mean(sample, row, power=2)
        case "rmse":
            return root(_mean(sample, row, power=2))
        case "var":
            return _var(row, ddof)
        case "std":
            return root(_var(row, ddof))
        case "max":
            return _extreme(sample, row, chosen, max, "maximum")
        case "min":
            return _extreme(sample, row, chosen, min, "minimum")
        case "argmax":
            return _place(row, chosen, max, "argmax")
        case "argmin":
            return _place(row, chosen, min, "argmin")
        case "count":
            return sum(map(compare(sample, *within), (term.number for term in row)))
        case "nonzero":
            return sum(term.number != 0 for term in row)
        case "number":
            return len(row)
        case "any":
            return any(term.number != 0 for term in row)
        case "all":
            return all(term.number != 0 for term in row)
        case "histogram":
            return _histogram(row, edges)


def expected(sample, name, *, ddof=0, within=None, edges=None):
    """The right answer in an object array, or the exception that there should be."""
    if sample.is_time() and name not in OF_TIMES:
        raise TypeError(f"{name} of times")
    if sample.weighted and (sample.is_time() or name not in WEIGHTED):
        raise TypeError(f"{name} has no weights")
    # NumPy refuses these even where no item is kept that would want a value.
    if name in ("argmax", "argmin") and sample.length == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    if name in ("max", "min") and sample.length == 0:
        raise ValueError(f"zero-size array to reduction operation {name}imum which has no identity")
    pairs = zip(sample.rows, sample.chosen, strict=True)
    values = [_one(sample, name, row, chosen, ddof, within, edges) for row, chosen in pairs]
    bins = (len(edges) - 1,) if name == "histogram" else ()
    out = np.empty((len(values), *bins), dtype=object)
    for index, value in enumerate(values):
        out[index] = value
    return out.reshape(sample.shape + bins)


def result_dtype(sample, name):
    """The dtype of one reduction, by the contract's table."""
    if name in ("max", "min") or (sample.is_time() and name in ("sum", "mean")):
        return sample.dtype
    if name in ("argmax", "argmin"):
        return np.dtype(np.intp)
    if name in COUNTS:
        return np.dtype(np.int64)
    if name in ("any", "all"):
        return np.dtype(bool)
    exact = name in ("sum", "ssd") and sample.is_integer() and not sample.weighted
    return np.dtype(np.uint64 if exact else np.float64)


def _steps(value, toward, count):
    for _ in range(count):
        value = np.nextafter(value, np.float64(toward))
    return value


def _limits(got, ulps):
    """The numbers `ulps` floats below and above a finite `got`, or below an infinite one."""
    with np.errstate(all="ignore"):
        low, high = _steps(np.float64(got), -math.inf, ulps), _steps(np.float64(got), math.inf, ulps)
    return number(low), number(high)


def within_ulps(got, exact, ulps=ULPS):
    """Whether a float64 is within so many floats of an exact number. Zero is zero."""
    if math.isnan(got) or exact == 0:
        return exact == got
    if isinstance(exact, Root):
        return got >= 0 and _root_within(got, exact.square, ulps)
    low, high = _limits(got, ulps) if got >= 0 else _limits(-got, ulps)
    exact = exact if got >= 0 else -exact
    return low <= exact <= high


def _root_within(got, square, ulps):
    if square == 0:
        return got == 0
    low, high = _limits(got, ulps)
    return max(low, 0) ** 2 <= square <= high * high


def equals(got, right):
    """Whether one number of a result is right."""
    if isinstance(got, np.timedelta64):
        return np.isnat(got) if is_nan(right) else not np.isnat(got) and int(got.astype(np.int64)) == right
    if isinstance(right, Fraction | Root):
        return within_ulps(float(got), right)
    if is_nan(right):
        return bool(np.isnan(got))
    if isinstance(right, float | np.floating):
        return got == right and np.signbit(got) == np.signbit(right)
    return int(got) == right


def check(got, sample, name, right):
    """Asserts dtype, shape and every value of one result."""
    assert isinstance(got, np.ndarray), name
    assert got.dtype == result_dtype(sample, name), name
    assert got.shape == right.shape, name
    for index in np.ndindex(right.shape):
        assert equals(got[index], right[index]), (name, index, got[index], right[index])


def quantile(sample, q):
    """np.quantile of the elements as float64, one row at a time."""
    out = np.empty((len(q), len(sample.rows)))
    for index, row in enumerate(sample.rows):
        values = np.array([rounded(term.number) for term in row], np.float64)
        with np.errstate(all="ignore"):
            out[:, index] = np.quantile(values, q, method="linear") if row else np.nan
    return out.reshape(len(q), *sample.shape)
