"""`--fix` over a fleet: one plan of all servers, ring after ring, no further than the first server that got worse."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fixtures.target.layers import Layers
from fleet.fixing.applied import rollback, went_wrong
from fleet.fixing.plans import grouped, plan_lines
from fleet.fixing.wanted import FleetFix, ring_order, wanted
from fleet.inventory.inventory import Fleet, FleetError, Ring, Server
from fleet.round import read_round
from fleet.rows import Heard, lost
from fleet.running import worker
from fleet.running.audit import RoundOptions, audit_fleet
from fleet.running.order import Order
from gate.contract import Text
from gate.outcome import Outcome
from gate.run import Intervention, Result
from reports.text.words import Voice
from testing.fleets import RECORDINGS, Scripted, fleet_of, judged, orders
from testing.runs import GO as RUN
from testing.runs import IDS
from testing.small_audit import TARGET

EN = Voice("en")
FIX = FleetFix(("--fix=all",), plan_only=False, at_once=2)
PLAN = FleetFix(("--fix=plan",), plan_only=True, at_once=1)


def plan(
    remedy: str = "log_rotation", text: str = " 1. Replace it", state: str = "planned", **more: Any
) -> Intervention:
    fields = {"criteria": ("LOG-01",), "steps": (Text("a", "b"),), "risk": "safe", "plan": Text(text, f"{text} (fr)")}
    return Intervention(remedy, state, **{**fields, **more})


def planned(*plans: Intervention) -> Heard:
    return Heard(judged("NO-GO"), changes=plans)


def changed(state: str = "applied", worse: tuple[str, ...] = ()) -> Heard:
    return Heard(
        judged("NOT YET", datetime.now(UTC)), changes=(plan(state=state, run="20261204T090000-1"),), worse=worse
    )


def test_servers_with_the_very_same_plan_stand_together() -> None:
    same, other = plan(), plan(text=" 1. Replace it\n+maxsize 1G", criteria=("LOG-04",))
    told = {"a": planned(same, plan("journald")), "b": planned(other), "c": planned(plan(criteria=("LOG-06",)))}
    first, *rest = grouped(told)
    assert (first.servers, first.criteria) == (("a", "c"), ("LOG-01", "LOG-06"))
    assert [(one.plan.remedy, one.servers) for one in rest] == [("journald", ("a",)), ("log_rotation", ("b",))]


def test_the_plan_names_every_server_once() -> None:
    told = {"a": planned(plan()), "b": planned(plan()), "well": Heard(judged()), "late": Heard(missing="late")}
    lines = [line.replace("\u00a0", " ") for line in plan_lines(told, [*told, "asleep"], EN)]
    assert lines == [
        "",
        "log_rotation (safe) for LOG-01, on 2 of 5: a, b",
        " 1. Replace it",
        "",
        "Nothing to repair, or nothing that a remedy can repair: well",
        "No plan, because there was no result: late, asleep",
        "1 plan, 2 steps on 2 servers; nothing was changed",
    ]
    french = list(plan_lines(told, list(told), Voice("fr")))
    assert french[2] == " 1. Replace it (fr)"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (changed(), ""),
        (changed("rolled-back"), "fix-undone"),
        (changed("failed"), "fix-undone"),
        (changed(worse=("MCP-01",)), "fix-worse"),
        (Heard(judged("NO-GO"), worse=("MCP-01",)), ""),
        (Heard(judged("NO-GO"), changes=(Intervention("journald", "rolled-back", ()),)), ""),  # left by an earlier run
        (Heard(judged("UNDECIDED", reached=False)), ""),
        *((Heard(missing=missing), "fix-lost") for missing in ("late", "died", "failed")),
        (Heard(missing="interrupted"), ""),
    ],
)
def test_which_server_ends_the_round(told: Heard, why: str) -> None:
    assert went_wrong(told) == why


def test_worse_is_what_passed_before_the_remedies_and_does_not_since() -> None:
    outcomes = (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING)
    before = {id: Result(id, outcome, before=Outcome.PASS) for id, outcome in zip(IDS, outcomes, strict=False)}
    run = msgspec.structs.replace(RUN, results=before)
    assert lost(run) == IDS[1:3], "a window that a change opens anew is not worse"
    unfixed = {id: msgspec.structs.replace(one, before=None) for id, one in before.items()}
    assert lost(msgspec.structs.replace(run, results=unfixed)) == ()


def rings(*names: str) -> Fleet:
    """Return a fleet with a ring for each first letter of the names, in the order c, b, a."""
    fleet = fleet_of(*names)
    servers = tuple(
        msgspec.structs.replace(one, ring=one.name[0] if one.name[0] in "abc" else "") for one in fleet.servers
    )
    return msgspec.structs.replace(fleet, servers=servers, rings=(Ring("c"), Ring("b"), Ring("a")))


class Pool:
    """A pool whose workers answer as `answer` says, when the conductor looks."""

    answer: Callable[[Order], Heard]

    def __init__(self, size: int) -> None:
        self.size = size

    def make(self) -> Scripted:
        return Scripted(type(self).answer)

    def close(self) -> None:
        """There is no process to end."""


def fixing(
    monkeypatch: pytest.MonkeyPatch, folder: Path, fleet: Fleet, answers: dict[str, Heard], fix: FleetFix = FIX
) -> tuple[int, list[Order], list[str]]:
    """Hold a round, and return its status, the orders in the order in which they were given, and what was printed."""
    given: list[Order] = []
    lines: list[str] = []

    def answer(order: Order) -> Heard:
        given.append(order)
        return answers.get(order.name, changed())

    monkeypatch.setattr(Pool, "answer", staticmethod(answer), raising=False)
    monkeypatch.setattr("fleet.running.audit.Pool", Pool)
    options = RoundOptions(reports=folder, at_once=8, drills_at_once=8, fix=fix, inventory=Path("fleet.toml"))
    return audit_fleet(fleet, options, lines.append), given, [line.replace("\u00a0", " ") for line in lines]


def test_ring_follows_ring_and_servers_without_one_come_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fleet = rings("x", "a1", "b1", "c1", "a2", "c2")
    assert ring_order(fleet) == {"x": 3, "a1": 2, "b1": 1, "c1": 0, "a2": 2, "c2": 0}
    status, given, lines = fixing(monkeypatch, tmp_path, fleet, {})
    assert (status, [order.name for order in given]) == (11, ["c1", "c2", "b1", "a1", "a2", "x"])
    assert all(order.words[-1] == "--fix=all" and order.patience > 1800 for order in given)
    text = "\n".join(lines)
    assert "    log_rotation: applied (LOG-01)" in text
    back = re.findall(
        r"^    PHASE0_SETTINGS=.*settings (\w+) .*rollback 20261204T090000-1 --target=/srv/(\w+)$", text, re.M
    )
    assert back == [(order.name, order.name) for order in given]


@pytest.mark.parametrize("bad", [changed("rolled-back"), changed(worse=("MCP-01",)), Heard(missing="died")])
def test_no_server_is_changed_after_one_that_got_worse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bad: Heard
) -> None:
    status, given, lines = fixing(monkeypatch, tmp_path, rings("a1", "b1", "b2", "b3", "c1"), {"b1": bad})
    assert (status, [order.name for order in given]) == (130, ["c1", "b1", "b2"]), "two at once: b2 was under way"
    (stopped,) = [line for line in lines if line.startswith("Stopped at ")]
    assert stopped.startswith("Stopped at b1: ")
    assert stopped.endswith("; not changed: a1, b3")
    rows = {row.name: row.missing for row in read_round((tmp_path / "fleet.json").read_bytes(), "").rows}
    assert [rows[name] for name in ("a1", "b3", "c1", "b2")] == ["interrupted", "interrupted", None, None]


def test_a_plan_asks_all_rings_at_once_and_leaves_recordings_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet = rings("a1", "b1", "c1")
    recorded = Server(name="tape", title="tape", target="replay:tape.json")
    fleet = msgspec.structs.replace(fleet, servers=(*fleet.servers, recorded))
    answers = {name: planned(plan()) for name in ("a1", "b1")}
    status, given, lines = fixing(
        monkeypatch, tmp_path, fleet, {**answers, "c1": Heard(missing="died"), "tape": Heard(judged())}, PLAN
    )
    assert [order.name for order in given[:4]] == ["a1", "b1", "c1", "tape"]
    assert [order.words[-1] for order in given[:4]] == ["--fix=plan"] * 3 + ["--lang=en"]
    assert {order.patience for order in given} == {0.0}
    assert "1 plan, 2 steps on 2 servers; nothing was changed" in lines
    assert status == 1


def test_an_audit_that_changes_its_server_takes_back_what_it_began(tmp_path: Path) -> None:
    words, out = ("-p", "testing.fleet_takes_back"), tmp_path / "out"
    (order,) = orders(
        "nowhere-at-all", words=words, seconds=600.0, reports=str(out), stop=str(out / "began"), patience=600.0
    )
    assert worker.audit_server(order).missing == "interrupted"
    assert (out / "taken-back").exists()


def server(folder: Path, root: str = "") -> Server:
    folder.mkdir()
    (folder / "target.toml").write_text(TARGET.replace("[host]\n", f"[host]\n{root}", 1))
    return Server(name=folder.name, title=folder.name, target=str(folder))


def test_what_cannot_be_repaired_is_said_before_anything_is_contacted(tmp_path: Path) -> None:
    tape = Server(name="tape", title="tape", target=f"replay:{RECORDINGS / 'ready.json'}")
    fine, weak = server(tmp_path / "fine"), server(tmp_path / "weak", 'root = "none"\n')
    assert wanted("plan", False, 3, [fine, tape]) == FleetFix(("--fix=plan",), plan_only=True, at_once=3)
    assert wanted("LOG-01", True, 1, [fine]).words == ("--fix=LOG-01", "--fix-disruptive")
    for servers, written, expected in (
        ([tape], "all", "--fix: these are recordings"),
        ([fine, weak], "all", rf'^{weak.target}: \[host\] root = "none"'),
        ([fine], "nothing", "^--fix: nothing: no criterion or remedy of that name"),
    ):
        with pytest.raises(FleetError, match=expected):
            wanted(written, False, 1, servers)


def test_the_command_that_takes_a_run_back_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Server(name="a", title="a", target="/srv/my servers/a", layers=Layers())
    assert rollback(one, "RUN", Path("my fleet.toml")) == (
        "PHASE0_SETTINGS=\"$(.venv/bin/python -m fleet settings a --fleet='my fleet.toml')\" "
        ".venv/bin/python -m remediations rollback RUN --target='/srv/my servers/a'"
    )
    monkeypatch.setenv("PHASE0_COMMAND", "phase0-gate")
    assert rollback(one, "RUN", Path("f")).startswith(
        'PHASE0_SETTINGS="$(phase0-gate fleet settings a --fleet=f)" phase0-gate rollback'
    )
