"""A loop that allocates nothing: differences into one buffer, sums into one row of a table."""

import numpy as np

import abssub as ab

random = np.random.default_rng(3)
HEIGHT, WIDTH, FRAMES = 270, 480, 24

difference = np.empty((HEIGHT, WIDTH), dtype=np.uint8)
by_row = np.empty((FRAMES, HEIGHT), dtype=np.uint64)
interesting = np.zeros((HEIGHT, WIDTH), dtype=bool)
interesting[50:200, 100:400] = True

previous = random.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
for t in range(FRAMES):
    frame = np.roll(previous, 1, axis=1)
    frame[t * 10 : t * 10 + 5] = 0

    # The whole picture of differences, in the buffer of the one before.
    ab.absdiff(frame, previous, out=difference)
    # One sum for each row, over the interesting pixels only, straight into the table.
    ab.sad(frame, previous, axis=1, where=interesting, out=by_row[t])

    assert by_row[t].sum() == difference[interesting].sum(dtype=np.uint64)
    previous = frame

# The output may even be an input: `previous` becomes its own difference from a constant.
ab.absdiff(previous, 128, out=previous)
assert previous.max() <= 128

print(f"{FRAMES} frames, {FRAMES * HEIGHT} row sums, two buffers")
print("the busiest row of each of the first frames:", by_row[:6].argmax(axis=1).tolist())
