"""Threads: how many, many callers at once, and the GIL."""

import concurrent.futures
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import abssub as ab

ROW = np.random.default_rng(0).integers(0, 256, 1 << 20, dtype=np.uint8)
ROW_SUM = int(ROW.astype(int).sum())


def rows(count):
    """`count` MiB to read, in one MiB of memory."""
    return np.broadcast_to(ROW, (count, len(ROW)))


@pytest.fixture(autouse=True)
def restore_threads():
    before = ab.get_num_threads()
    yield
    ab.set_num_threads(before)


def test_set_and_get():
    for n in (1, 3, 2):
        ab.set_num_threads(n)
        assert ab.get_num_threads() == n
        assert int(ab.sad(rows(40), 0)) == 40 * ROW_SUM


def test_the_keyword_leaves_the_setting_alone():
    ab.set_num_threads(2)
    assert int(ab.sad(rows(40), 0, threads=1)) == 40 * ROW_SUM
    assert ab.get_num_threads() == 2


def test_results_do_not_depend_on_threads():
    wide = np.random.default_rng(1).standard_normal(500_000) * 10.0 ** np.linspace(-200, 200, 500_000)
    sums = {ab.sad(wide, 0.0, threads=n).tobytes() for n in (1, 2, 3, 8, 33)}
    assert len(sums) == 1


ASK = "import abssub; print(abssub.get_num_threads())"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ABSSUB_NUM_THREADS": "3", "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "2"}, 3),
        ({"OMP_NUM_THREADS": "2", "RAYON_NUM_THREADS": "5"}, 2),
        ({"OMP_NUM_THREADS": "5", "RAYON_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "1"}, 1),
        ({"RAYON_NUM_THREADS": "1"}, 1),
    ],
)
def test_the_environment(run_python, variables, expected):
    assert int(run_python(ASK, **variables)) == expected


def test_the_machine_decides_last(run_python):
    # A control group may allow less than the affinity mask does.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert 1 <= int(run_python(ASK)) <= cores


def test_set_num_threads_beats_the_environment(run_python):
    source = "import abssub; abssub.set_num_threads(2); print(abssub.get_num_threads())"
    assert run_python(source, ABSSUB_NUM_THREADS="7") == "2"


def test_many_callers_at_once():
    frames = np.random.default_rng(2).integers(0, 256, (24, 200, 300), dtype=np.uint8)
    expected = np.abs(frames.astype(int) - frames[0]).sum(axis=(1, 2)).tolist()

    def work(i):
        got = ab.sad(frames, frames[0], axis=(1, 2), threads=1 + i % 4)
        return got.tolist() == expected

    with concurrent.futures.ThreadPoolExecutor(12) as callers:
        assert all(callers.map(work, range(300)))


def test_a_caller_may_change_the_setting_while_others_work():
    def work(i):
        ab.set_num_threads(1 + i % 3)
        return int(ab.sad(rows(20), 0)) == 20 * ROW_SUM

    with concurrent.futures.ThreadPoolExecutor(8) as callers:
        assert all(callers.map(work, range(60)))


def longest_gap(call):
    """The longest time, in seconds, for which another Python thread got no turn during `call`."""
    gaps, done = [0.0], threading.Event()

    def tick():
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.perf_counter()
    call()
    spent = time.perf_counter() - start
    done.set()
    ticker.join()
    return max(gaps), spent


@pytest.mark.parametrize("name", ["sad", "absdiff"])
def test_the_gil_is_released(name):
    if name == "sad":
        count = 1 << 10
        while True:
            gap, spent = longest_gap(lambda: ab.sad(rows(count), 0, threads=1))  # noqa: B023
            if spent > 0.4:
                break
            count *= 4
    else:
        a, out = np.ones(200_000_000, np.uint8), np.ones(200_000_000, np.uint8)
        gap, spent = longest_gap(lambda: [ab.absdiff(a, 3, out=out) for _ in range(12)])
    # Had the lock been held, the other thread would have waited for the whole of a call.
    held = spent if name == "sad" else spent / 12
    assert gap < max(0.6 * held, 0.05), (gap, spent)


def test_a_short_call_does_not_wait_for_a_long_one():
    script = """
import threading, time
import numpy as np
import abssub as ab

endless = np.broadcast_to(np.uint8(255), (3_000_000, 3_000_000))
threading.Thread(target=lambda: ab.sad(endless, np.uint8(0), threads=4), daemon=True).start()
time.sleep(0.2)
x = np.ones(4 << 20, np.uint8)
began = time.monotonic()
assert ab.sad(x, np.zeros_like(x), threads=4) == x.size
ab.absdiff(x, x, out=x)
print(time.monotonic() - began, flush=True)
import os
os._exit(0)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert float(done.stdout) < 2


@pytest.mark.parametrize("threads", [1000, 2**31, 2**62])
def test_more_threads_than_are_of_use(threads):
    x = np.arange(3 << 20, dtype=np.uint32)
    assert ab.sad(x, 0, threads=threads) == int(x.sum(dtype=np.uint64))
