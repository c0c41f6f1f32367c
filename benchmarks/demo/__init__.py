"""The demo: every known way to sum absolute differences, beside `ab.sad`, on real frames.

`python -m benchmarks.demo` runs it. One file a job:

- `video.py`   finds and decodes the frames
- `inputs.py`  the stack `a` and the frame `b`, and how another process gets them
- `ways.py`    the ways themselves
- `exact.py`   the right answer, by int64 arithmetic in small pieces
- `timing.py`  interleaved timing of all ways in one process
- `cell.py`    the memory of one way, measured in a process of its own
- `report.py`  the table, and its copy in the README
- `picture.py` the plot of the differences over time
"""
