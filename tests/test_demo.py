"""The parts of the demo that need no rivals: reading its options, the exact answer, the table's text."""

import argparse

import numpy as np
import pytest

from benchmarks.demo import exact, inputs


def test_a_stack_is_read_from_text():
    assert inputs.parse_stack("64x1080x1920") == (64, 1080, 1920)
    for wrong in ("64x1080", "axbxc", "0x2x3", "64x-1x3"):
        with pytest.raises(argparse.ArgumentTypeError, match="FRAMESxHEIGHTxWIDTH"):
            inputs.parse_stack(wrong)


def test_the_exact_answer():
    chosen = inputs.synthetic((3, 130, 70))
    expected = np.abs(chosen.a.astype(int) - chosen.b).sum(axis=(1, 2)).tolist()
    assert exact.sums(chosen.a, chosen.b) == expected


def test_inputs_reach_another_process(tmp_path):
    chosen = inputs.synthetic((2, 5, 7))
    inputs.save(chosen, tmp_path)
    again = inputs.load(tmp_path)
    assert (again.a == chosen.a).all()
    assert (again.b == chosen.b).all()
