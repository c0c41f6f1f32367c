"""Measurements of abssub from Python: the demo's table, and how peak memory is read."""
