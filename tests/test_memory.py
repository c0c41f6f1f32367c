"""The peak-memory rule: beyond the result, at most 1 MiB plus 256 KiB a thread, whatever the call.

Each case runs in a fresh process; how memory is read is told in docs/memory.md.
"""

from pathlib import Path

import pytest

FIXED_BYTES = 1 << 20
BYTES_A_THREAD = 256 << 10

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux tells a process its own high-water mark"
)

STACK = "random.integers(0, 256, (64, 1080, 1920), dtype=np.uint8)"
SMALL = "random.integers(0, 256, (32, 720, 1280), dtype=np.uint8)"

# name -> (what makes a and b, the call)
CASES = {
    "frames of the question": (f"a = {STACK}; b = a[0].copy()", "ab.sad(a, b, axis=(-2, -1), threads=T)"),
    "everything": (f"a = {SMALL}; b = a[0].copy()", "ab.sad(a, b, threads=T)"),
    "columns into out": (
        f"a = {SMALL}; b = a[0].copy(); out = np.ones(b.shape, np.uint64)",
        "ab.sad(a, b, axis=0, out=out, threads=T)",
    ),
    "Fortran order": (
        f"a = np.asfortranarray({SMALL}); b = a[0].copy()",
        "ab.sad(a, b, axis=(1, 2), threads=T)",
    ),
    "every second pixel, backwards": (
        f"a = {SMALL}[:, ::2, ::-2]; b = a[0].copy()",
        "ab.sad(a, b, axis=(1, 2), threads=T)",
    ),
    "byte-swapped": (
        f"a = {SMALL}.astype('>u2'); b = a[0].astype('<u2')",
        "ab.sad(a, b, axis=(1, 2), threads=T)",
    ),
    "mixed dtypes": (f"a = {SMALL}; b = a[0].astype(np.float64)", "ab.sad(a, b, axis=(1, 2), threads=T)"),
    "where": (f"a = {SMALL}; b = a[0].copy(); m = a > 99", "ab.sad(a, b, axis=(1, 2), where=m, threads=T)"),
    "floats": (f"a = {SMALL} / np.float32(255); b = a[0].copy()", "ab.sad(a, b, axis=(1, 2), threads=T)"),
    "floats of a wide range": (
        "a = random.random((8, 1_000_000)) * 10.0 ** random.uniform(-300, 300, (8, 1_000_000)); b = a[0]",
        "ab.sad(a, b, axis=1, threads=T)",
    ),
    "a column of floats into out": (
        "a = random.random((4000, 4000), dtype=np.float32); b = a[0].copy(); out = np.ones(4000)",
        "ab.sad(a, b, axis=0, out=out, threads=T)",
    ),
    "both broadcast": (
        "a = random.integers(0, 256, (3000, 1, 3000), dtype=np.uint8); b = a[:60].reshape(60, 3000).copy()",
        "ab.sad(a, b, axis=(0, 2), threads=T)",
    ),
    "absdiff into out": (
        f"a = {SMALL}; b = a[0].copy(); out = np.ones_like(a)",
        "ab.absdiff(a, b, out=out)",
    ),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("case", CASES)
def test_peak_extra_memory(run_python, case, threads):
    make, call = CASES[case]
    source = f"""
import numpy as np
import abssub as ab
from benchmarks.peak import extra_bytes

T = {threads}
ab.set_num_threads(T)
random = np.random.default_rng(0)
{make}
print(extra_bytes(lambda: {call}))
"""
    extra = int(run_python(source))
    allowed = FIXED_BYTES + threads * BYTES_A_THREAD
    assert extra < allowed, f"{extra / 1024:.0f} KiB above the standing memory"


def test_the_measurement_sees_a_temporary(run_python):
    """Guards the rule above: a copy of the input must show."""
    source = """
import numpy as np
from benchmarks.peak import extra_bytes

a = np.ones(50_000_000, np.uint8)
print(extra_bytes(lambda: int((a + a).sum())))
"""
    assert 49_000_000 < int(run_python(source)) < 60_000_000
