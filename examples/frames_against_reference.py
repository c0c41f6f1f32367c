"""Finds when something moved: every frame of a stream against one reference frame."""

import numpy as np

import abssub as ab

random = np.random.default_rng(1)
HEIGHT, WIDTH, FRAMES = 240, 320, 90

# A still scene with the noise of a camera, and a bright ball that crosses it from frame 30 to 60.
scene = random.integers(40, 200, (HEIGHT, WIDTH))
stream = np.clip(scene + random.integers(-3, 4, (FRAMES, HEIGHT, WIDTH)), 0, 255).astype(np.uint8)
for t in range(30, 60):
    left = (t - 30) * 9
    stream[t, 100:150, left : left + 50] = 255

# One sum for each frame. Nothing the size of the stream is made on the way, and nothing wraps.
sums = ab.sad(stream, stream[0], axis=(-2, -1))

still = np.median(sums[1:30])
moving = np.flatnonzero(sums > 1.5 * still)
assert (moving[0], moving[-1]) == (30, 59)

print(f"a still frame differs by about {still:,.0f}")
print(f"something moved in frames {moving[0]} to {moving[-1]}; the most at frame {sums.argmax()}")
for t in range(0, FRAMES, 10):
    print(f"frame {t:3}  {int(sums[t]):9,}  {'#' * int(sums[t] // 20_000)}")
