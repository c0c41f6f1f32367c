"""The peak-memory rule for every reduction: beyond the result, at most 1 MiB plus 256 KiB a thread.

Each group of calls runs in one fresh process. How memory is read is told in docs/memory.md.
"""

import pytest

from test_memory import BYTES_A_THREAD, FIXED_BYTES, SMALL, STACK, pytestmark

__all__ = ["pytestmark"]

ALL = 'measure(a, b, ("NAME",), axis=AXIS, threads=T, **K)'
EXACT = ("sum", "ssd", "mean", "mse", "rmse", "var", "std")
PICKED = ("max", "min", "argmax", "argmin", "count", "nonzero", "number", "any", "all")
NAMES = (*EXACT, *PICKED, "histogram")
FIVE = 'measure(a, b, ("sum", "mean", "max", "argmax", "count"), axis=AXIS, threads=T, **K)'
QUANTILES = "quantile(a, b, np.array([0, 0.25, 0.5, 0.99]), axis=AXIS, threads=T)"


def each(names, axis, **keywords):
    extra = "".join(f", {key}={value}" for key, value in keywords.items())
    return {
        f"{name} {axis}": ALL.replace("NAME", name).replace("AXIS", axis)[:-1] + extra + ")" for name in names
    }


def of(call, axis, label):
    return {label: call.replace("AXIS", axis)}


FLOATS = f"a = {SMALL} / np.float32(255); b = a[0].copy()"
WIDE = "a = random.random((8, 300_000)) * 10.0 ** random.uniform(-300, 300, (8, 300_000)); b = a[0].copy()"
HOLES = f"{FLOATS}; a[a < 0.1] = np.nan"
DEEP = "a = random.random((40, 500_000), dtype=np.float32); b = a[0].copy()"

# group -> (what makes a and b and what else is read, the calls)
GROUPS = {
    "frames of the question": (
        f"a = {STACK}; b = a[0].copy()",
        each(NAMES, "(-2, -1)") | of(FIVE, "(-2, -1)", "five in one"),
    ),
    # The results are as large as a frame, or a hundred times that for a histogram of few columns.
    "columns": (
        f"a = {SMALL}; b = a[0].copy()",
        each((*EXACT, *PICKED), "0") | of(FIVE, "0", "five in one"),
    ),
    "histograms of columns": (f"a = {SMALL}[:, ::8, ::8].copy(); b = a[0].copy()", each(["histogram"], "0")),
    "floats": (
        FLOATS,
        each(NAMES, "(1, 2)") | each(EXACT, "None") | each(EXACT, "0") | of(FIVE, "0", "five in one"),
    ),
    "floats of a wide range": (WIDE, each(EXACT, "1") | each(("sum", "ssd", "var"), "0")),
    "masks": (f"a = {SMALL}; b = a[0].copy(); m = a > 99", each(NAMES, "(1, 2)", where="m")),
    "masks of columns": (
        f"a = {SMALL}; b = a[0].copy(); m = a > 99; m[0] = True",
        each((*EXACT, *PICKED), "0", where="m"),
    ),
    "weights": (
        f"a = {SMALL}; b = a[0].copy(); w = random.random(b.shape)",
        each(EXACT[:5], "(1, 2)", weights="w") | each(EXACT[:5], "0", weights="w[:1]"),
    ),
    "omit": (HOLES, each(NAMES, "(1, 2)", nan_policy='"omit"')),
    "Fortran order": (f"a = np.asfortranarray({SMALL}); b = a[0].copy()", each(NAMES, "(1, 2)")),
    "quantiles of bytes": (
        f"a = {SMALL}; b = a[0].copy()",
        of(QUANTILES, "None", "all") | of(QUANTILES, "0", "columns") | of(QUANTILES, "(1, 2)", "frames"),
    ),
    "quantiles of floats": (
        DEEP,
        of(QUANTILES, "None", "all") | of(QUANTILES, "0", "columns") | of(QUANTILES, "1", "rows"),
    ),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("group", GROUPS)
def test_peak_extra_memory(run_python, group, threads):
    make, calls = GROUPS[group]
    lines = [f"    ({label!r}, lambda: {call})," for label, call in calls.items()]
    source = "\n".join(
        [
            "import numpy as np",
            "import abssub as ab",
            "from abssub._core import measure, quantile",
            "from benchmarks.peak import extra_bytes",
            f"T = {threads}",
            "ab.set_num_threads(T)",
            "random = np.random.default_rng(0)",
            'K = {"within": (">", 0.5), "edges": np.linspace(0, 256, 65)}',
            make,
            "calls = [",
            *lines,
            "]",
            "for label, call in calls:",
            "    result = call()",
            "    size = sum(x.nbytes for x in result) if isinstance(result, list) else result.nbytes",
            "    del result",
            "    print(extra_bytes(call) - size, label, sep=':')",
        ]
    )
    # Every block of more than 64 KiB is mapped and unmapped: what an earlier call freed hides nothing.
    report = run_python(source, MALLOC_MMAP_THRESHOLD_="65536").splitlines()
    assert len(report) == len(calls)
    allowed = FIXED_BYTES + threads * BYTES_A_THREAD
    above = {
        label: int(extra)
        for extra, _, label in (line.partition(":") for line in report)
        if int(extra) >= allowed
    }
    assert not above, f"bytes above the standing memory and the result, of {allowed} allowed: {above}"


def test_the_allocator_hides_no_temporary(run_python):
    """Guards the rule above: a second temporary of the size of a frame must show like the first."""
    source = """
import numpy as np
from benchmarks.peak import extra_bytes

a = np.ones(2_000_000, np.uint8)
for _ in range(3):
    print(extra_bytes(lambda: int((a + a).sum())))
"""
    for extra in run_python(source, MALLOC_MMAP_THRESHOLD_="65536").splitlines():
        assert 1_500_000 < int(extra) < 2_600_000
