import pytest

from gate.contract import Kind
from gate.history import recall
from testing.small_audit import TWO, House, rows

PASSING_B = """
@criterion("B-01")
def test_b(judge): assert judge(1)
"""
SECRET = "hunter2-in-an-answer"


def judged(house: House, body: str, *options: str, head: str = "") -> tuple[str, str, int]:
    """Return outcome and reason of A-01 judged by `body`, and the exit status; B-01 passes."""
    ran = house.audit(f"{head}\n@criterion('A-01')\ndef test_a(judge, request):\n    {body}\n{PASSING_B}", *options)
    assert ran.outcome("B-01") == "pass"
    result = ran.run["results"]["A-01"]
    return result["outcome"], (result["reason"] or {}).get("code", ""), ran.status


@pytest.mark.parametrize(
    ("body", "outcome", "status"),
    [
        ("assert judge(1)", "pass", 0),
        ("assert judge(0)", "fail", 1),
        ("assert judge(1, findings=[Finding('odd')])", "fail", 1),
        ("assert judge(1, findings=[Finding('mild')])", "pass", 0),
        ("assert judge(1, pending=Reason('window-open'))", "pending", 11),
        ("assert judge(0, pending=Reason('window-open'))", "pending", 11),
        ("assert judge(1, manual=Reason('attestation-missing'))", "manual", 10),
        ("assert judge(1, unknown=Reason('open-criteria'))", "unknown", 10),
    ],
)
def test_what_was_judged_and_asserted_is_believed(house: House, body: str, outcome: str, status: int) -> None:
    assert judged(house, body)[::2] == (outcome, status)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("pass", "nothing-judged"),
        ("judge(0)", "nothing-judged"),
        ("judge(1, unknown=Reason('x'))", "nothing-judged"),
        ("assert 1 == 2", "test-broke"),
        ("assert judge(1); assert 1 == 2", "test-broke"),
        ("assert judge(1); raise RuntimeError", "test-broke"),
        ("assert judge(1); judge(1)", "test-broke"),
        ("judge(0); raise RuntimeError", "test-broke"),
        ("assert judge(float('nan'))", "test-broke"),
        ("assert judge(float('inf'))", "test-broke"),
        ("assert judge(None)", "test-broke"),
        ("assert judge(1, findings=[Finding('undeclared')])", "test-broke"),
        ("assert judge(1); pytest.skip('no')", "test-broke"),
        ("assert judge(1); pytest.xfail('no')", "test-broke"),
        ("assert judge(1); pytest.fail('no')", "test-broke"),
        ("assert judge(1); raise Unknown('timed-out', seconds=3)", "timed-out"),
        ("raise Unknown('no-answer', why='x', status=3)", "no-answer"),
        ("request.getfixturevalue('nothing')", "test-broke"),
        ("assert judge(1, {'x': type('T', (), {'__str__': lambda self: 1 / 0})()})", "internal"),
        ("assert judge(1, {'x': '\\ud800'})", "internal"),
    ],
)
def test_everything_else_is_unknown(house: House, body: str, reason: str) -> None:
    assert judged(house, body) == ("unknown", reason, 10)


def test_a_missed_target_stays_missed_whatever_is_asserted(house: House) -> None:
    assert judged(house, "judge(0); assert 1 == 2")[0] == "fail"


@pytest.mark.parametrize(
    ("mark", "body", "outcome"),
    [
        ("@pytest.mark.skip", "assert judge(1)", "unknown"),
        ("@pytest.mark.skipif(True, reason='x')", "assert judge(0)", "unknown"),
        ("@pytest.mark.xfail", "assert judge(1)", "unknown"),
        ("@pytest.mark.xfail(strict=True)", "assert judge(1)", "unknown"),
        ("@pytest.mark.xfail", "assert judge(0)", "fail"),
        ("@pytest.mark.xfail(run=False)", "assert judge(1)", "unknown"),
        ("@pytest.mark.usefixtures('nothing')", "assert judge(1)", "unknown"),
    ],
)
def test_no_mark_excuses_a_criterion(house: House, mark: str, body: str, outcome: str) -> None:
    ran = house.audit(f"{mark}\n@criterion('A-01')\ndef test_a(judge): {body}\n{PASSING_B}")
    assert ran.outcome("A-01") == outcome
    assert ran.status == (1 if outcome == "fail" else 10)


@pytest.mark.parametrize(
    "broken", ["raise RuntimeError", "assert False", "raise Unknown('no-answer')", "pytest.skip('x')"]
)
@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("assert judge(1)", "unknown"),
        ("assert judge(0)", "fail"),
        ("assert judge(0, pending=Reason('window-open'))", "pending"),
    ],
)
def test_a_broken_clean_up_takes_a_pass_away_and_nothing_else(
    house: House, broken: str, body: str, outcome: str
) -> None:
    head = f"@pytest.fixture(autouse=True)\ndef tidy(request):\n    yield\n    if 'test_a' in request.node.name: {broken}\n"
    assert judged(house, body, head=head)[0] == outcome


AGAIN = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        runtestprotocol(item, nextitem=nextitem, log={log})
    return {log} or None  # None: pytest runs it once more
"""


def test_a_criterion_that_is_tried_again_is_not_better_for_it(house: House) -> None:
    house.pytester.makeconftest(AGAIN.format(log=True))
    ran = house.audit("TRIES = []\n" + TWO.replace("judge(1)", "judge(TRIES.append(1) or len(TRIES) - 1)", 1))
    assert (ran.outcome("A-01"), ran.status) == ("fail", 1)


def test_what_a_rehearsal_came_to_is_not_told_again(house: House) -> None:
    house.pytester.makeconftest(AGAIN.format(log=False))
    ran = house.audit("TRIES = []\n" + TWO.replace("judge(1)", "judge(len(TRIES.append(1) or TRIES) > 2)", 1))
    assert (ran.outcome("A-01"), ran.status) == ("pass", 0)


def test_a_broken_set_up_is_unknown_even_where_it_asserts(house: House) -> None:
    head = "@pytest.fixture\ndef broken(): assert False\n@pytest.fixture\ndef judge_(): pass"
    ran = house.audit(f"{head}\n@criterion('A-01')\ndef test_a(broken, judge): assert judge(0)\n{PASSING_B}")
    assert (ran.outcome("A-01"), ran.reason("A-01"), ran.status) == ("unknown", "test-broke", 10)


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("def test_none(): pass", "needs @criterion"),
        ("@criterion('Z-99')\ndef test_z(judge): assert judge(1)", "test_z: needs @criterion"),
        ("@pytest.mark.criterion\ndef test_z(): pass", "needs @criterion"),
        ("@pytest.mark.criterion([])\ndef test_z(): pass", "needs @criterion"),
        (TWO + "@criterion('A-01')\ndef test_again(judge): assert judge(1)", "already judged by"),
        (
            "@pytest.mark.parametrize('x', [1, 2])\n@criterion('A-01')\ndef test_a(x, judge): assert judge(1)",
            "already judged by",
        ),
    ],
)
def test_a_test_that_is_of_no_criterion_or_of_a_taken_one_is_refused(house: House, tests: str, expected: str) -> None:
    ran = house.audit(tests)
    assert (ran.status, ran.run) == (4, {})
    assert expected in ran.output
    assert "Traceback" not in ran.output
    assert "INTERNALERROR" not in ran.output


@pytest.mark.parametrize(
    "options",
    [
        ["-k", "test_a"],
        ["-m", "not drill"],
        ["--deselect", "test_small.py::test_b"],
        ["test_small.py::test_a"],
        ["-x", "-k", "test_a"],
        ["--maxfail=1", "-k", "test_a"],
    ],
)
def test_what_was_left_out_is_unknown(house: House, options: list[str]) -> None:
    contract = rows("A-01") + "\n" + rows("B-01", kind=Kind.DRILL)
    ran = house.audit(TWO, *options, contract=contract)
    assert (ran.outcome("A-01"), ran.outcome("B-01"), ran.status) == ("pass", "unknown", 10)


def test_a_failure_that_stops_the_run_leaves_the_rest_unknown(house: House) -> None:
    ran = house.audit(TWO.replace("judge(1)", "judge(0)", 1), "-x")
    assert (ran.outcome("A-01"), ran.outcome("B-01"), ran.status) == ("fail", "unknown", 1)


@pytest.mark.parametrize("option", ["--setup-only", "--setup-plan"])
def test_tests_that_were_not_run_decide_nothing_good(house: House, option: str) -> None:
    assert house.audit(TWO, option).status == 10


def test_nothing_is_decided_by_collecting(house: House) -> None:
    ran = house.audit(TWO, "--collect-only")
    assert (ran.run, ran.status, "GO" in ran.output.split()) == ({}, 5, False)


def test_no_tests_are_no_decision(house: House) -> None:
    ran = house.audit(TWO, "-k", "nothing")
    assert (ran.status, ran.run) == (5, {})


@pytest.mark.parametrize(
    "broken",
    [
        "import no_such_module",
        "def f(:",
        "raise RuntimeError",
        "assert False",
        "pytest.skip('x', allow_module_level=True)",
        "raise KeyError('x')",
    ],
)
def test_a_module_that_cannot_be_imported_leaves_its_criteria_unknown(house: House, broken: str) -> None:
    house.pytester.makepyfile(test_other=f"import pytest\n{broken}\n")
    ran = house.audit("@criterion('A-01')\ndef test_a(judge): assert judge(1)\n")
    assert (ran.outcome("A-01"), ran.outcome("B-01"), ran.status) == ("pass", "unknown", 10)


def test_ctrl_c_decides_nothing(house: House) -> None:
    ran = house.audit(TWO.replace("def test_b(judge): assert judge(1)", "def test_b(judge): raise KeyboardInterrupt"))
    assert (ran.status, ran.run) == (2, {})


def test_pytest_s_own_exit_decides_nothing_good(house: House) -> None:
    ran = house.audit(
        TWO.replace("def test_b(judge): assert judge(1)", "def test_b(judge): pytest.exit('x', returncode=0)")
    )
    assert ran.status != 0


def test_a_crash_of_pytest_decides_nothing(house: House) -> None:
    house.pytester.makeconftest("def pytest_runtest_logstart(): raise RuntimeError")
    ran = house.audit(TWO)
    assert (ran.status, ran.run) == (3, {})


def test_several_processes_are_refused(house: House) -> None:
    for option in ("--numprocesses=2", "-n2", "--dist=load"):
        ran = house.audit(TWO, "-p", "xdist.plugin", option)
        assert (ran.status, ran.run) == (4, {})
        assert "one audit is one process" in ran.output
    assert house.audit(TWO, "-p", "xdist.plugin", "--numprocesses=0").status == 0


def test_our_sentence_stands_where_a_traceback_would_and_nothing_leaks(house: House) -> None:
    tests = f"""
@pytest.fixture
def answer():
    print("{SECRET}")
    return "{SECRET}"

@criterion("A-01")
def test_a(answer, judge):
    import logging, sys
    logging.warning(answer); print(answer, file=sys.stderr)
    assert judge(0, {{"what": "seven"}}, findings=[Finding("odd", {{"x": 3}})]), answer

@criterion("B-01")
def test_b(answer, judge):
    assert answer == 1
"""
    ran = house.audit(tests, "-ra", "--tb=long", "--show-capture=all")
    written = (house.reports / "pytest.xml").read_text()
    assert "saw seven" in written
    assert "odd 3" in written
    assert SECRET not in ran.output
    assert "Traceback" not in ran.output + written
    assert ran.junit["test_a"]["outcome"] == "fail"
    assert ran.junit["test_b"]["reason"]["code"] == "test-broke"


def test_the_sentence_shows_nothing_invisible(house: House) -> None:
    ran = house.audit(TWO.replace("judge(1)", r"judge(0, {'what': 'a\x1b[31mb\x00c\u202ed'})", 1), "-rf")
    assert "\x1b[31mb" not in ran.output
    assert "\x00" not in ran.output
    assert "\u202e" not in ran.output


def test_junit_carries_the_result_of_every_test(house: House) -> None:
    ran = house.audit(TWO.replace("judge(1)", "judge(1, {'what': {1, 2}})", 1))
    assert {name: result["outcome"] for name, result in ran.junit.items()} == {"test_a": "pass", "test_b": "pass"}


def test_drills_come_late_and_the_derived_last(house: House) -> None:
    contract = "\n".join([rows("D-01", kind=Kind.DERIVED), rows("A-01", kind=Kind.DRILL), rows("B-01")])
    ran = house.audit(TWO + "@criterion('D-01')\ndef test_0(judge): assert judge(1)", contract=contract)
    assert list(ran.junit) == ["test_b", "test_a", "test_0"]


def test_marks_of_the_kinds_choose(house: House) -> None:
    contract = rows("A-01") + "\n" + rows("B-01", kind=Kind.DRILL)
    assert house.audit(TWO, "-m", "drill", contract=contract).outcome("A-01") == "unknown"


def test_two_runs_see_the_same(house: House) -> None:
    assert house.audit(TWO).status == house.run().status == 0


def test_a_light_look_takes_in_what_the_window_rests_on_and_leaves_the_last_report(house: House) -> None:
    contract = rows("A-01") + "\n" + rows("B-01", chapter='"guides"')
    house.pages = True
    whole = house.audit(TWO, contract=contract)
    page = (whole.folder / "verdict.html").read_bytes()
    house.monkeypatch.setattr("reports.session.plugin.REPORTS", house.reports)
    sample_run = house.run("-m", "sample")
    assert "1 deselected" in sample_run.output
    assert "sample was kept" in sample_run.output
    assert sample_run.run == {}
    assert (whole.folder / "verdict.html").read_bytes() == page
    assert [set(sample.readings) for sample in recall(house.target / "history.sqlite").whole.samples] == [
        {"A-01", "B-01"},
        {"A-01"},
    ]
