"""The benchmark suite: abssub beside the machine's limits and beside what people use today.

`python -m benchmarks.suite [--quick] [--only REGEX] [--write]`
"""
