"""The benchmark suite on tiny data and without rivals: every case runs, and abssub is right in each."""

import pytest

from benchmarks.suite import __main__ as suite
from benchmarks.suite import judge, page, report, timing
from benchmarks.suite.case import Contender, Scale
from benchmarks.suite.cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case(case):
    found = suite.run(case, Scale.TINY, rivals=False)
    ours = [row for row in found.rows if row.contender.kind == "abssub"]
    assert ours
    assert not found.wrong
    assert all(row.rounds for row in ours)
    assert len(found.outcomes) == len(case.targets)
    assert case.name in report.block(found)


def test_names_are_unique_and_targets_name_contenders():
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        names = [contender.name for contender in case.contenders]
        assert len(set(names)) == len(names), case.name
        for target in case.targets:
            assert {target.ours, *target.others} <= set(names), case.name


def test_a_wrong_rival_is_marked():
    wrong, rounded = Contender("rival", lambda _: lambda: 0), Contender("ours", lambda _: lambda: 0, "abssub")
    assert timing.verdict(4, 5, wrong) == "WRONG"
    assert timing.verdict(5, 5, wrong) == "right"
    assert timing.verdict([5], 5, wrong) == "WRONG"
    assert timing.verdict(5.000001, 5, wrong) == "rounded"
    assert timing.verdict(5.000001, 5, rounded) == "WRONG"


def test_a_rival_that_is_absent_or_fails_is_a_row():
    def absent(_):
        import no_such_package

        return no_such_package

    def failing(_):
        return lambda: 1 / 0

    case = next(case for case in CASES if case.name == "flat-1m-u8")
    others = (Contender("absent", absent), Contender("failing", failing))
    names = {contender.name for contender in case.contenders if contender.kind != "rival"}
    targets = tuple(target for target in case.targets if {target.ours, *target.others} <= names)
    changed = type(case)(case.name, case.title, case.make, case.answer, others, targets)
    data, rows = timing.measured(changed, Scale.TINY)
    assert [row.verdict for row in rows] == ["n/a", "error"]
    assert "no_such_package" in rows[0].note
    text = report.block(judge.judged(changed, data, rows))
    assert "ZeroDivisionError" in text


def test_the_page_and_the_command():
    case = next(case for case in CASES if case.name == "five-stats")
    text = page.page([suite.run(case, Scale.TINY, rivals=False)], "make bench", 0.0, [])
    assert "| five-stats | abssub: 0.77 of the speed of abssub, the sum alone |" in text
    assert suite.command(["--write"]) == "make bench"
    assert (
        suite.command(["--quick", "--only", "a|b"])
        == "make bench-quick BENCH_FLAGS='--only '\"'\"'a|b'\"'\"''"
    )
    assert [case.name for case in suite.chosen(suite.parse(["--only", "^axis-0$"]).only)] == ["axis-0"]
