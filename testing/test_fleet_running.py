"""A round with scripted, hanging and dying workers: one result for each server, and nobody waits for another."""

import atexit
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fleet.round import read_round
from fleet.rows import Heard
from fleet.running import worker
from fleet.running.audit import RoundOptions, audit_fleet
from fleet.running.conductor import Conductor, Limits
from fleet.running.order import Order
from fleet.running.pages import ALWAYS
from fleet.running.pool import Pool
from fleet.running.progress import Progress
from gate.decision import Verdict
from reports.text.words import Voice
from testing.fleets import GO, RECORDINGS, Scripted, fleet_of, judged, orders

NAMES = [f"s{number}" for number in range(6)]
Answer = Callable[[Order], Heard | BaseException | None]


def quiet(_line: str) -> None:
    """Take a line of progress, and print nothing."""


class Clock:
    """A clock that every look moves on by a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def conductor(
    answer: Answer, *, at_once: int = 3, drills: int = 1, stopped: Callable[[], bool] = lambda: False
) -> Conductor:
    made = Conductor(
        lambda: Scripted(answer),
        worker.audit_server,
        Limits(at_once, drills, grace=0),
        Progress(len(NAMES), Voice("en"), quiet),
        stopped,
        Clock(),
    )
    made.step = 0
    return made


def test_every_server_has_its_result() -> None:
    told = conductor(lambda order: Heard(judged(), detail=order.name)).run(orders(*NAMES))
    assert {name: one.detail for name, one in told.items()} == {name: name for name in NAMES}


def test_a_worker_that_dies_costs_one_more_attempt_and_no_other_server() -> None:
    tries: Counter[str] = Counter()

    def answer(order: Order) -> Heard | BaseException:
        tries[order.name] += 1
        return BrokenExecutor() if order.name == "s1" else GO

    told = conductor(answer).run(orders(*NAMES))
    assert told.pop("s1") == Heard(missing="died")
    assert all(one == GO for one in told.values())
    assert tries == {name: 1 + (name == "s1") for name in NAMES}


def test_a_worker_that_dies_once_is_forgiven() -> None:
    tries: Counter[str] = Counter()

    def answer(order: Order) -> Heard | BaseException:
        tries[order.name] += 1
        return Heard(missing="died") if tries[order.name] == 1 else GO

    assert conductor(answer).run(orders(*NAMES)) == dict.fromkeys(NAMES, GO)
    assert set(tries.values()) == {2}


def test_what_a_worker_raises_is_about_its_server_alone() -> None:
    told = conductor(lambda order: OSError("no space") if order.name == "s2" else GO).run(orders(*NAMES))
    assert told.pop("s2") == Heard(missing="failed", detail="OSError: no space")
    assert all(one == GO for one in told.values())


def test_a_worker_that_says_nothing_is_given_up_after_the_deadline() -> None:
    told = conductor(lambda order: None if order.name == "s0" else GO).run(orders(*NAMES))
    assert told == {**dict.fromkeys(NAMES, GO), "s0": Heard(missing="late")}


def test_never_more_are_in_flight_than_allowed_nor_more_drills() -> None:
    seen: list[tuple[int, int]] = []
    made: list[Conductor] = []

    def answer(order: Order) -> Heard:
        flying = [flight.order for flight in made[0].flying.values()]
        seen.append((1 + len(flying), order.drills + sum(other.drills for other in flying)))
        return GO

    made.append(conductor(answer, at_once=4, drills=2))
    mixed = [*orders("d1", "d2", "d3", drills=True), *orders(*NAMES)]
    told = made[0].run(mixed)
    assert told.keys() == {order.name for order in mixed}
    assert (max(flying for flying, _ in seen), max(drilling for _, drilling in seen)) == (4, 2)


def test_a_stop_keeps_what_has_ended_and_says_nothing_of_the_rest() -> None:
    done: list[str] = []

    def answer(order: Order) -> Heard:
        done.append(order.name)
        return Heard(missing="interrupted") if order.name == "s2" else GO

    told = conductor(answer, stopped=lambda: len(done) >= 3).run(orders(*NAMES))
    assert set(told) == {"s0", "s1"}


def test_the_progress_tells_the_worst_and_what_is_left() -> None:
    lines: list[str] = []
    progress = Progress(4, Voice("en"), lines.append, Clock())
    for name, told in (("a", GO), ("b", Heard(judged("NO-GO"))), ("c", Heard(missing="late")), ("d", GO)):
        progress.ended(name, told, 1)
    assert [progress.done, progress.failed, progress.worst] == [4, 1, (Verdict.NO_GO, "b")]
    assert lines[1].startswith("[2/4] b: NO-GO · 1 running · about ")
    assert lines[2].startswith("[3/4] c: no result: the audit did not end in time")
    assert lines[3].endswith("worst: NO-GO (b)")


HANGING, DYING, REFUSED = "testing.fleet_hangs", "testing.fleet_dies", "nowhere-at-all"


@pytest.mark.parametrize(
    ("words", "seconds", "missing"),
    [((), 300.0, "failed"), (("-p", HANGING), 1.0, "late"), (("-p", DYING), 300.0, "died")],
)
def test_an_audit_that_gives_no_decision_says_why(
    tmp_path: Path, words: tuple[str, ...], seconds: float, missing: str
) -> None:
    (order,) = orders(REFUSED, words=words, seconds=seconds, reports=str(tmp_path / "out"))
    told = worker.audit_server(order)
    assert (told.judged, told.missing) == (None, missing)
    if missing == "failed":
        assert "no target.toml there" in told.detail


def test_an_audit_does_not_end_what_its_worker_began(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    atexit.register(ended.touch)
    try:
        assert worker.audit_server(*orders(REFUSED, reports=str(tmp_path / "out"))).missing == "failed"
        assert not ended.exists()
    finally:
        atexit.unregister(ended.touch)


def test_a_round_that_is_stopped_ends_its_audits(tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    (order,) = orders(REFUSED, words=("-p", HANGING), reports=str(tmp_path / "out"), stop=str(tmp_path / "stop"))
    assert worker.audit_server(order).missing == "interrupted"


def test_the_reports_of_an_earlier_audit_are_no_result(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    assert worker.audit_server(*orders(REFUSED, reports=str(tmp_path))).missing == "failed"


def test_a_recording_is_audited_by_real_workers_beside_ones_that_hang_and_die(tmp_path: Path) -> None:
    (tmp_path / "ready").mkdir()
    (tmp_path / "ready" / "verdict.html").write_text("of yesterday")
    recorded = Order(name="ready", target=f"replay:{RECORDINGS / 'ready.json'}", reports=str(tmp_path / "ready"))
    (hangs,) = orders("hangs", words=("-p", HANGING), seconds=2.0, reports=str(tmp_path / "hangs"))
    (dies,) = orders("dies", words=("-p", DYING), reports=str(tmp_path / "dies"))
    pool = Pool(3)
    try:
        progress = Progress(3, Voice("en"), quiet)
        told = Conductor(pool.make, worker.audit_server, Limits(3, 3), progress).run([hangs, dies, recorded])
    finally:
        pool.close()
    assert {name: one.missing for name, one in told.items()} == {"hangs": "late", "dies": "died", "ready": None}
    assert told["ready"].judged
    assert told["ready"].judged.verdict == "GO"
    assert {file.name for file in (tmp_path / "ready").iterdir()} == {*ALWAYS, "printed.txt"}, "a GO needs no page"


class Unforked:
    """A pool whose workers answer at once."""

    def __init__(self, size: int) -> None:
        self.size = size

    def make(self) -> Scripted:
        return Scripted(lambda _order: Heard(judged(at=datetime.now(UTC))))

    def close(self) -> None:
        """There is no process to end."""


def test_ctrl_c_keeps_what_has_ended_and_the_next_round_goes_on_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.running.audit.Pool", Unforked)
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if line.startswith("[2/6]"):
            signal.raise_signal(signal.SIGINT)

    fleet, options = fleet_of(*NAMES), RoundOptions(reports=tmp_path, at_once=1)
    assert audit_fleet(fleet, options, tell) == 130
    assert "Stopped: 2 of 6 servers of this round have a result; without one: s2, s3, s4, s5" in lines
    first = read_round((tmp_path / "fleet.json").read_bytes(), "fleet.json")
    assert [one.missing for one in first.rows] == [None, None, *["interrupted"] * 4]
    rest = fleet_of(*NAMES, servers=tuple(msgspec.structs.replace(one, site=one.name) for one in fleet.servers))
    statuses = [audit_fleet(rest, msgspec.structs.replace(options, group=name), quiet) for name in NAMES[2:]]
    assert statuses == [10, 10, 10, 0]
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


@pytest.mark.parametrize("drills", [0, 3])
def test_an_order_holds_no_key_and_says_whether_drills_run(tmp_path: Path, drills: int) -> None:
    fleet = fleet_of("a", minutes=2)
    seen: list[Order] = []

    def answer(order: Order) -> Heard:
        seen.append(order)
        return GO

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fleet.running.audit.Pool", Unforked)
        patch.setattr(Unforked, "make", lambda _pool: Scripted(answer))
        audit_fleet(fleet, RoundOptions(reports=tmp_path, drills_at_once=drills), quiet)
    (order,) = seen
    assert (order.target, order.seconds, order.drills, "not drill" in order.words) == (
        "/srv/a",
        120,
        drills > 0,
        drills == 0,
    )
    assert order.settings == fleet.servers[0].layers.variable()
    assert order.reports == str(tmp_path / "servers" / "a")
