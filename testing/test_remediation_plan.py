"""The parts of a transaction that need no host: plans, choices and journals."""

import hashlib
import inspect
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Unknown
from fixtures.host.system.files import HostFile
from gate.contract import Kind, load_contract
from remediations.transaction.calls import Call, reviews
from remediations.transaction.choice import Wanted, choose, drills, parse, regressed
from remediations.transaction.difference import difference as diff
from remediations.transaction.journal import State, left_behind, may_be_taken_back, prunable, read_journals
from remediations.transaction.objects import ClusterObject, DeleteObjects
from remediations.transaction.plan import draw_plan
from remediations.transaction.remedy import Remedy, load_remedies
from remediations.transaction.risk import RemedyError, Risk
from remediations.transaction.session import TransactionError
from remediations.transaction.showing import shown, undo_of, whole
from remediations.transaction.step import Check, InstallFile, Note, RemoveFile, RunCommand, Yielded
from testing.runs import row
from testing.transaction_host import plain

OLD = HostFile("/etc/x", "0640", "root:adm", hashlib.sha256(b"a\nb\n").hexdigest(), "a\nb\n")
INSTALL = InstallFile(
    path="/etc/x", content="a\nc\n", before=OLD, sentence=plain("install x", "b is wrong"), activate="reload x"
)
COMMAND = RunCommand(command="switch on", undo="switch off", sentence=plain("switch x on", "it is off"))
CONTRACT = {
    "LOG-01": row("LOG-01", remedy="sample"),
    "LOG-06": row("LOG-06", remedy="sample"),
    "DSK-01": row("DSK-01"),
    "BKP-01": row("BKP-01", remedy="not_built"),
}
REMEDIES = {"sample": Remedy("sample", lambda: iter(()), ("LOG", "DSK-01"), ())}
ALL = Wanted(plan_only=False, names=(), disruptive=False)


def test_a_diff_shows_lines_owner_and_mode() -> None:
    assert diff(INSTALL).splitlines() == [
        "mode 0640 root:adm -> 0644 root:root",
        "--- /etc/x",
        "+++ /etc/x",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
    ]


def test_new_and_removed_files_are_diffs_against_nothing() -> None:
    new = InstallFile(path="/etc/y", content="y\n", before=None, sentence=plain(""))
    assert diff(new).startswith("--- /dev/null\n+++ /etc/y\n")
    assert "+++ /dev/null\n" in diff(RemoveFile(path="/etc/x", before=OLD, sentence=plain("")))


def test_a_diff_has_no_secrets() -> None:
    assert "hunter2" not in diff(
        InstallFile(path="/etc/y", content="password=hunter2\n", before=None, sentence=plain(""))
    )


def test_a_file_that_stands_already_is_no_step_and_needs_no_check() -> None:
    same = InstallFile(path="/etc/x", content="a\nb\n", before=OLD, mode="0640", owner="root:adm", sentence=plain(""))
    plan = draw_plan(
        "r", ["LOG-01"], [Check(command="check", about="/etc/", sentence=plain("syntax")), same, Note(plain("left"))]
    )
    assert (plan.steps, plan.checks, plan.notes) == ((), (), (Note(plain("left")),))


def test_the_right_content_with_the_wrong_mode_is_a_step() -> None:
    wrong = InstallFile(path="/etc/x", content="a\nb\n", before=OLD, mode="0600", owner="root:adm", sentence=plain(""))
    assert draw_plan("r", ["LOG-01"], [wrong]).steps == (wrong,)


def test_a_plan_says_what_why_the_commands_and_the_undo() -> None:
    plan = draw_plan("r", ["LOG-01", "LOG-06"], [INSTALL, COMMAND])
    text = "\n".join(line for line, _ in shown(plan, "en"))
    assert text.partition("\n")[2] == whole(plan).en
    assert "\u00a0:" in whole(plan).fr
    for expected in (
        "r (safe) for LOG-01, LOG-06",
        "1. install x",
        "b is wrong",
        "then: reload x",
        "run:  switch on",
        "undo: switch off",
        "undo: the file is put back as it was, then: reload x",
        "-b",
    ):
        assert expected in text


def test_one_disruptive_step_makes_the_remedy_disruptive() -> None:
    restart = RunCommand(command="r", sentence=plain("r", "r", "it runs again"), risk=Risk.DISRUPTIVE)
    assert draw_plan("r", ["X"], [INSTALL, restart]).risk is Risk.DISRUPTIVE
    assert undo_of(restart, "en") == "not needed: it runs again"


@pytest.mark.parametrize(
    "path", ["/etc/sudoers.d/x", "/etc/ssh/sshd_config", "/etc/nftables.conf", "/etc/../etc/sudoers", "x"]
)
def test_no_remedy_touches_who_may_enter(path: str) -> None:
    with pytest.raises(RemedyError):
        InstallFile(path=path, content="", before=None, sentence=plain(""))


def test_a_command_without_a_way_back_has_to_say_why() -> None:
    with pytest.raises(RemedyError):
        RunCommand(command="x", sentence=plain("x"))


def test_only_failures_with_a_remedy_are_chosen() -> None:
    outcomes = {"LOG-01": "fail", "LOG-06": "unknown", "DSK-01": "fail", "BKP-01": "fail"}
    assert choose(ALL, outcomes, CONTRACT, REMEDIES) == {"sample": ("LOG-01",)}


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        ("all", ("LOG-01", "LOG-06")),
        ("plan", ("LOG-01", "LOG-06")),
        ("sample", ("LOG-01", "LOG-06")),
        ("LOG-06", ("LOG-06",)),
        ("plan,LOG-01", ("LOG-01",)),
    ],
)
def test_names_narrow_it(written: str, chosen: tuple[str, ...]) -> None:
    wanted = parse(written, disruptive=False, contract=CONTRACT, remedies=REMEDIES)
    assert wanted.plan_only == written.startswith("plan")
    assert choose(wanted, {"LOG-01": "fail", "LOG-06": "fail"}, CONTRACT, REMEDIES)["sample"] == chosen


DRILLS = {"LOG-05": row("LOG-05", kind=Kind.DRILL, remedy="sample"), "BKP-10": row("BKP-10", kind=Kind.DRILL)}


@pytest.mark.parametrize(
    ("written", "after", "held"),
    [
        ("all", None, {"LOG-05"}),
        ("sample", None, {"LOG-05"}),
        ("LOG-05", None, {"LOG-05"}),
        ("LOG-01", None, set()),
        ("all", "sample", {"LOG-05"}),
        ("all", "elsewhere", set()),
    ],
)
def test_a_drill_is_held_where_a_remedy_that_is_meant_can_cure_it(
    written: str, after: str | None, held: set[str]
) -> None:
    known = REMEDIES | {"elsewhere": Remedy("elsewhere", lambda: iter(()), ("MCP",), ())}
    wanted = parse(written, disruptive=False, contract=CONTRACT | DRILLS, remedies=known)
    assert drills(wanted, CONTRACT | DRILLS, known, known[after] if after else None) == held


@pytest.mark.parametrize("written", ["tests/test_logs.py", "LOG-99", "DSK-01", "BKP-01", "Sample"])
def test_unknown_names_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=written):
        parse(written, disruptive=False, contract=CONTRACT, remedies=REMEDIES)


@pytest.mark.parametrize(
    ("after", "worse"),
    [
        ({"LOG-01": "pass", "DSK-01": "pass", "MCP-01": "fail"}, set()),
        ({"LOG-01": "pass", "DSK-01": "fail"}, {"DSK-01"}),
        ({"LOG-01": "unknown", "DSK-01": "pass"}, {"LOG-01"}),
        ({"DSK-01": "pass"}, {"LOG-01"}),
    ],
)
def test_worse_is_what_passed_before_within_the_scope(after: dict[str, str], worse: set[str]) -> None:
    before = {"LOG-01": "pass", "LOG-06": "fail", "DSK-01": "pass", "MCP-01": "pass"}
    assert regressed(before, after, REMEDIES["sample"]) == worse


def test_every_remedy_the_contract_names_here_says_what_it_may_influence() -> None:
    contract = load_contract()
    for remedy in load_remedies().values():
        cured = [id for id, criterion in contract.items() if criterion.remedy == remedy.name]
        assert cured, f"{remedy.name} is for no criterion"
        assert all(remedy.influences(id) for id in cured)


JOURNALS = """\
run\t1
t\tbegin\tanna@here
t\tremedy\tsample
t\tbefore\t1
t\tafter\t1
t\tbefore\t2
t\tend\t
run\t2
t\tbegin\tben@there
t\tbefore\t1
t\tundone\t1
t\tend\t
run\t3
t\tbegin\tcy@home
t\tbefore\t1
t\tbef
""".splitlines()


def test_a_journal_tells_how_a_run_ended() -> None:
    one, two, three = read_journals(JOURNALS)
    assert (one.state, one.standing, one.who, one.remedies) == (State.APPLIED, (2, 1), "anna@here", ("sample",))
    assert (two.state, two.standing) == (State.ROLLED_BACK, ())
    assert (three.state, three.standing) == (State.INTERRUPTED, (1,))
    assert left_behind([one, two, three]) == (three,)


@pytest.mark.parametrize(
    ("id", "why"),
    [("1", "3 came after it and is still in effect"), ("2", "none of its steps is in effect"), ("9", "no such run")],
)
def test_runs_are_taken_back_newest_first(id: str, why: str) -> None:
    with pytest.raises(TransactionError, match=why):
        may_be_taken_back(read_journals(JOURNALS), id)
    assert may_be_taken_back(read_journals(JOURNALS), "3").id == "3"


def test_old_runs_may_go_but_none_that_has_no_end() -> None:
    lines = [line.replace("t\t", "2026-02-04T10:00:00Z\t", 1) for line in JOURNALS]
    runs = read_journals([*lines, "run\t4", "2026-05-04T10:00:00Z\tend\t", "run\t5", "odd\tend\t"])
    assert [run.id for run in prunable(runs, datetime(2026, 5, 1, tzinfo=UTC))] == ["1", "2"]
    assert prunable(runs, datetime(2026, 2, 4, 10, tzinfo=UTC)) == ()


def test_an_undo_of_several_lines_can_be_pasted() -> None:
    undo = 'set -- /var/log/a\nfor log; do\n  rm -f "$log.gz"\ndone\n'
    step = RunCommand(command="x", undo=undo, sentence=plain("compress", lasting="a whole copy stays"))
    lines = [line for line, _ in shown(draw_plan("r", ["X"], [step]), "en")]
    at = lines.index("    undo:")
    block = textwrap.dedent("\n".join(lines[at + 1 : at + 5]))
    assert block == undo.rstrip()
    assert lines[at + 5] == "    stays: a whole copy stays"
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(lines)


@pytest.mark.parametrize("remedy", load_remedies().values(), ids=lambda remedy: remedy.name)
def test_what_asks_the_api_says_what_it_asks(remedy: Remedy) -> None:
    module = Path(str(inspect.getsourcefile(remedy.cure))).read_text(encoding="utf-8")
    assert ("with_kubectl(" in module) == bool(remedy.asks) == ("calls=" in module)


def test_a_call_that_is_not_declared_is_refused_and_a_declared_one_asked_about() -> None:
    asking = RunCommand(
        command="kube get --raw /x",
        sentence=plain("ask", lasting="asks"),
        calls=(Call("get", "services/proxy", "default"),),
    )
    with pytest.raises(RemedyError, match="does not declare that it asks: get services/proxy"):
        cure(asking).plan(("LOG-01",), {}, {})
    plan = msgspec.structs.replace(cure(asking), asks=("get services/proxy",)).plan(("LOG-01",), {}, {})
    (item,) = msgspec.json.decode(reviews(plan.calls))["items"]
    assert item["spec"]["resourceAttributes"] == {
        "verb": "get",
        "group": "",
        "resource": "services",
        "subresource": "proxy",
        "namespace": "default",
    }


def cure(*steps: Yielded) -> Remedy:
    return Remedy("sample", lambda: iter(steps), ("LOG",), ())


def test_a_remedy_that_does_not_understand_the_host_is_unknown() -> None:
    def confused() -> Iterator[Yielded]:
        yield INSTALL
        raise KeyError("no such filesystem")

    with pytest.raises(Unknown, match="no such filesystem"):
        Remedy("sample", confused, ("LOG",), ()).plan(("LOG-01",), {}, {})


def test_a_remedy_does_to_the_cluster_what_it_declares_and_nothing_else() -> None:
    pod = ClusterObject(resource="pods", namespace="default", name="x", uid="u")
    gone = DeleteObjects(objects=(pod,), sentence=plain("delete", lasting="it had ended"))
    with pytest.raises(RemedyError, match="does not declare that it deletes pods"):
        cure(gone).plan(("LOG-01",), {}, {})
    assert msgspec.structs.replace(cure(gone), deletes=("pods",)).plan(("LOG-01",), {}, {}).steps == (gone,)


@pytest.mark.parametrize("remedy", load_remedies().values(), ids=lambda remedy: remedy.name)
def test_every_remedy_declares_what_its_module_does_to_the_cluster(remedy: Remedy) -> None:
    text = Path(str(inspect.getsourcefile(remedy.cure))).read_text(encoding="utf-8")
    assert ("PatchObject(" in text, "DeleteObjects(" in text) == (bool(remedy.patches), bool(remedy.deletes))
