"""Levels: which there are, forcing one in tests, and ABSSUB_LEVEL, which can only lower."""

import platform
from pathlib import Path

import pytest

import abssub as ab
from abssub import _core

# From the least to the most; NEON is all that aarch64 has above portable.
ORDER = ("portable", "sse2", "neon", "avx2", "avx512")
AVX512_FLAGS = {"avx512f", "avx512bw", "avx512vl", "avx512dq"}
ASK = "import abssub; print(abssub.get_level())"


def expected_levels():
    """What the processor says of itself, read apart from the library."""
    machine = platform.machine().lower()
    if machine in ("aarch64", "arm64"):
        return {"portable", "neon"}
    if machine not in ("x86_64", "amd64"):
        return {"portable"}
    found = {"portable", "sse2"}
    cpuinfo = Path("/proc/cpuinfo")
    flags = set()
    if cpuinfo.exists():
        flags = next(
            set(line.split()) for line in cpuinfo.read_text().splitlines() if line.startswith("flags")
        )
    if "avx2" in flags:
        found.add("avx2")
    if flags >= AVX512_FLAGS:
        found.add("avx512")
    return found


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="nothing to compare with")
def test_no_level_of_the_machine_is_missing(run_python):
    """Else the suite would silently test less than the machine can run."""
    names = run_python("from abssub import _core; print(*_core.levels())").split()
    assert set(names) == expected_levels()
    assert run_python(ASK) == max(names, key=ORDER.index)


def test_set_level_gives_the_previous_one():
    before = ab.get_level()
    assert _core.set_level("portable") == before
    assert ab.get_level() == "portable"
    assert _core.set_level(before) == "portable"
    assert ab.get_level() == before


@pytest.mark.parametrize("name", ["", "AVX9", "mmx", *sorted(set(ORDER) - set(_core.levels()))])
def test_an_unknown_or_missing_level(name):
    before = ab.get_level()
    with pytest.raises(ValueError):
        _core.set_level(name)
    assert ab.get_level() == before


@pytest.mark.parametrize("wanted", ORDER)
def test_the_environment_can_only_lower(run_python, wanted):
    best = run_python(ASK)
    got = run_python(ASK, ABSSUB_LEVEL=wanted)
    if wanted in expected_levels() and ORDER.index(wanted) <= ORDER.index(best):
        assert got == wanted
    else:
        assert ORDER.index(got) <= ORDER.index(best)
