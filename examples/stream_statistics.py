"""Statistics of a stream that never fits in memory: block by block, on two workers, merged at the end."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np

import abssub as ab

SENSORS, SECONDS, RATE = 8, 60, 500
STATS = ["mean", "std", "max", "argmax", "count"]


def second(t: int) -> np.ndarray:
    """What the sensors send in one second; in second 41 the fifth of them is knocked."""
    samples = np.random.default_rng(t).normal(20.0, 0.1, (RATE, SENSORS))
    if t == 41:
        samples[123, 4] += 3.0
    return samples


def watch(first: int, last: int) -> ab.Accumulator:
    """Takes in some seconds. Only the accumulator travels back, not what it has seen."""
    seen = ab.Accumulator(STATS, axis=0, threshold=1.0, start=first * RATE)
    for t in range(first, last):
        seen.update(second(t), 20.0)
    return seen


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as workers:
        halves = list(workers.map(watch, (0, SECONDS // 2), (SECONDS // 2, SECONDS)))
    # The order of merging changes no bit of the result.
    found = halves[1].merge(halves[0]).result()

    everything = np.concatenate([second(t) for t in range(SECONDS)])
    for ours, at_once in zip(found, ab.stats(everything, 20.0, STATS, axis=0, threshold=1.0), strict=True):
        assert np.array_equal(ours, at_once)
    assert found.argmax[4] == 41 * RATE + 123

    print("sensor     mean      std      max   at second  above 1.0")
    for sensor in range(SENSORS):
        mean, std, largest, index, count = (values[sensor] for values in found)
        print(f"{sensor:6}  {mean:7.4f}  {std:7.4f}  {largest:7.4f}  {index / RATE:10.3f}  {count:9}")
