"""Fixtures that force the level and the number of threads, and the profiles of hypothesis."""

import os
import subprocess
import sys

import hypothesis
import pytest

from abssub import _core
from surroundings import ROOT, THREAD_COUNTS, forced_level

hypothesis.settings.register_profile("short", max_examples=600, deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "short")
hypothesis.settings.load_profile(PROFILE)


@pytest.fixture(params=_core.levels())
def level(request):
    """Every level that this machine can run."""
    with forced_level(request.param) as name:
        yield name


@pytest.fixture(params=THREAD_COUNTS, ids=lambda n: f"threads{n}")
def threads(request):
    """One thread, as many as a small machine has, and more than that."""
    return request.param


@pytest.fixture
def run_python():
    """Runs Python source in a fresh process with a clean set of our variables; gives its stdout."""

    def run(source, **variables):
        ours = ("ABSSUB_LEVEL", "ABSSUB_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS")
        environment = {k: v for k, v in os.environ.items() if k not in ours}
        done = subprocess.run(
            [sys.executable, "-c", source],
            env=environment | variables,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
