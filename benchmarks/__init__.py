"""Measurements of abssub from Python: the demo's table, the suite, and how peak memory is read."""
