"""Evidence from another server never counts, unless a person adopts it and gives a reason."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.cluster.nodes import Condition, Node
from fixtures.host.system.machine import Machine, machine
from fixtures.session.same_server import is_host
from gate.contract import Kind
from gate.earlier import earlier_drills, noting
from gate.history import adopt, recall, remember
from gate.identity import Adoption, Identity, digest
from gate.outcome import Outcome
from gate.past import Drilled, Past, Work
from gate.people import Attestation, People, of_server
from gate.provenance import History
from gate.run import Result
from gate.sample import Event, Happened, Reading, Sample
from gate.stability import observe_window
from testing.runs import row
from testing.threats import attack

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EDGE = Identity("edge", "SHA256:edge", "edge-uid")
OTHERS = {
    "another machine": Identity("other", "SHA256:edge", "edge-uid"),
    "a reinstalled server": Identity("new", "SHA256:new", ""),
    "another host key": Identity("edge", "SHA256:other", ""),
    "another cluster": Identity("edge", "SHA256:edge", "other-uid"),
    "a server that is not named": Identity(),
    "a server of which only the cluster was known": Identity(cluster="other-uid"),
}
PARTS = st.sampled_from(["", "a", "b"])
IDENTITIES = st.builds(Identity, PARTS, PARTS, PARTS)
WHEN = st.integers(0, 200).map(lambda hours: NOW - hours * HOUR)
NAMES = st.lists(st.sampled_from(["DSK-01", "MCP-01"]), max_size=1).map(tuple)
SAMPLES = st.lists(st.builds(Sample, WHEN, NAMES, NAMES, st.booleans()), max_size=12).map(
    lambda samples: tuple(sorted({one.at: one for one in samples}.values(), key=lambda one: one.at))
)
EVENTS = st.lists(st.builds(Event, WHEN, st.sampled_from(Happened)), max_size=3).map(lambda rows: tuple(sorted(rows)))
PASTS = st.builds(lambda samples, events, of: Past(samples, events, identity=of), SAMPLES, EVENTS, IDENTITIES)
CONTRACT = noting({"X-01": row("X-01", kind=Kind.DRILL, target="= 100 %")})


def week(of: Identity) -> Past:
    """Return seven days without an incident, and a drill that passed."""
    samples = tuple(
        Sample(NOW - hour * HOUR, readings={"DSK-01": Reading(Outcome.PASS, 60)}) for hour in range(169, 0, -1)
    )
    return Past(samples, drills=(Drilled(NOW - HOUR, Result("X-01", Outcome.PASS, 100.0)),), identity=of)


def days(past: Past) -> float:
    return observe_window(past.samples, NOW).days


@attack("T9", "a history of another server proves nothing")
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_seven_days_and_a_drill_of_another_server_do_not_count(other: Identity) -> None:
    """A target folder was copied, a server reinstalled, or history.sqlite brought from elsewhere."""
    past = History((week(other),)).of(EDGE, NOW)
    assert days(past) == 0
    assert past.drilled("X-01") is None
    assert earlier_drills(CONTRACT, past, NOW) == {}
    assert past.left_out is not None
    assert past.left_out.samples + past.left_out.unnamed >= 169


@pytest.mark.parametrize(
    "same", [EDGE, Identity(machine="edge"), Identity(host_key="SHA256:edge"), Identity("edge", "", "edge-uid")]
)
def test_seven_days_of_the_same_server_count(same: Identity) -> None:
    past = History((week(same),)).of(EDGE, NOW)
    assert days(past) >= 7
    assert earlier_drills(CONTRACT, past, NOW)["X-01"].outcome is Outcome.PASS
    assert (past.left_out, past.adopted) == (None, ())


@given(st.lists(PASTS, max_size=4), IDENTITIES)
def test_what_another_server_or_nobody_vouches_for_never_improves_the_window(
    pasts: list[Past], watched: Identity
) -> None:
    """Compared with the history that holds only samples of this server."""
    mine = [past for past in pasts if past.identity.same(watched)]
    if watched.known:
        seen, alone = History(tuple(pasts)).of(watched, NOW), History(tuple(mine)).of(watched, NOW)
        assert days(seen) <= days(alone)
        assert {one.at for one in seen.samples if not one.unknown} == {
            one.at for one in alone.samples if not one.unknown
        }
        assert set(alone.events) <= set(seen.events)


@given(IDENTITIES, IDENTITIES)
def test_two_identities_are_the_same_only_by_a_part_they_share(one: Identity, other: Identity) -> None:
    assert one.same(other) is other.same(one)
    assert not (one.same(other) and one.differing(other))
    assert one.same(one) is one.known


def test_what_an_unnamed_sample_saw_fail_and_change_counts_all_the_same() -> None:
    """Leaving out the identity hides nothing: a remedy or a failure without an identity still counts."""
    bad = Past(
        (Sample(NOW - 3.5 * HOUR, failing=("MCP-01",)), Sample(NOW - 2.5 * HOUR, changed=True)),
        events=(Event(NOW - 4 * HOUR, Happened.MEMORY, "python3"),),
        works=(Work(NOW - HOUR, "log_rotation", "applied"),),
    )
    seen = History((bad, week(EDGE))).of(EDGE, NOW)
    assert {*bad.events} <= {*seen.events}
    assert seen.works == bad.works
    assert observe_window(seen.samples, NOW).why == "change"
    assert observe_window(seen.samples, NOW).since == NOW - 2.5 * HOUR


def test_a_blind_look_is_not_told_as_evidence_of_another_server() -> None:
    blind = Past((Sample(NOW - HOUR, unknown=("DSK-01",)),))
    assert History((week(EDGE), blind)).of(EDGE, NOW).left_out is None
    old = History((week(OTHERS["another machine"]),))
    assert old.of(EDGE, NOW + timedelta(days=40)).left_out is None, "what is old is not worth a word"


def test_of_a_server_nobody_knows_everything_is_shown() -> None:
    """The server did not answer, so nothing can be decided about it."""
    assert days(History((week(EDGE),)).of(Identity(), NOW)) >= 7


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


ADOPTION = Adoption(NOW, "Alice Martin", "the disk was replaced", EDGE, (OTHERS["a reinstalled server"], Identity()))


def test_what_is_adopted_counts_up_to_that_moment_and_is_told(file: Path) -> None:
    remember(file, week(OTHERS["a reinstalled server"]))
    remember(file, Past((Sample(NOW + HOUR),), identity=OTHERS["a reinstalled server"]))
    adopt(file, ADOPTION)
    past = recall(file).of(EDGE, NOW + 2 * HOUR)
    assert days(past) >= 7
    assert past.adopted == (ADOPTION,)
    assert len(past.samples) == 169, "what came later is not covered"
    assert past.left_out is not None
    assert past.left_out.samples == 1


def test_an_adoption_is_of_one_server_alone(file: Path) -> None:
    remember(file, week(OTHERS["a reinstalled server"]))
    adopt(file, ADOPTION)
    assert days(recall(file).of(Identity("third", "SHA256:third"), NOW)) == 0
    assert days(History((week(OTHERS["another machine"]),), recall(file).adoptions).of(EDGE, NOW)) == 0


def test_the_file_keeps_apart_what_is_of_two_servers(file: Path) -> None:
    for one in (EDGE, OTHERS["another machine"]):
        remember(file, msgspec.structs.replace(week(one), configuration={f"/etc/{one.machine}": "aa"}))
    remember(file, Past((Sample(NOW),), identity=OTHERS["another machine"]))
    kept = recall(file)
    assert kept.newest == OTHERS["another machine"]
    assert kept.of(EDGE, NOW).configuration == {}, "its digests were replaced by those of another server"
    assert kept.of(OTHERS["another machine"], NOW).configuration == {"/etc/other": "aa"}


def test_rows_of_a_file_from_before_do_not_count_until_they_are_adopted(file: Path) -> None:
    """A history of version 2, whose rows name no server, proves nothing until a person adopts it."""
    remember(file, Past())
    with closing(sqlite3.connect(file)) as database, database:
        for table in ("sample", "event", "work", "drill", "configuration"):
            database.execute(f"ALTER TABLE {table} DROP COLUMN identity")
        database.execute("DROP TABLE identity")
        database.execute("DROP TABLE adoption")
        rows = [(one.at.isoformat(), msgspec.json.encode(one).decode()) for one in week(EDGE).samples]
        database.executemany("INSERT INTO sample VALUES (?, ?)", rows)
        database.execute("PRAGMA user_version = 2")
    past = recall(file).of(EDGE, NOW)
    assert (len(past.samples), days(past)) == (169, 0)
    assert past.left_out is not None
    assert past.left_out.unnamed == 169
    adopt(file, ADOPTION)
    assert days(recall(file).of(EDGE, NOW)) >= 7


def test_an_attestation_of_another_server_is_void_and_a_no_stands() -> None:
    def entry(approved: bool, server: Identity) -> Attestation:
        return Attestation("DOC-03", "A", "B", NOW, NOW + HOUR, approved, server=server)

    def counted(*entries: Attestation) -> People:
        return of_server(People(entries), EDGE, lambda _identity, _at: False)

    assert counted(entry(True, Identity("other"))).void[0].why == "another-server"
    assert counted(entry(True, Identity("other"))).attestation("DOC-03") is None
    for stands in (entry(False, Identity("other")), entry(True, Identity()), entry(True, Identity("edge"))):
        assert counted(stands).attestation("DOC-03") == stands


def test_a_machine_is_told_by_a_digest_and_its_boot() -> None:
    answer = f"machine {digest('0' * 31 + 'a')}\nboot 3d76a129-5ebf-4ff1-b363-3a9d23bae8cb\n"
    assert machine(answer) == Machine(digest("0" * 31 + "a"), "3d76a129-5ebf-4ff1-b363-3a9d23bae8cb")
    assert machine("boot b1\n") == Machine("", "b1")
    assert digest("uninitialized") == digest("") == ""
    for broken in ("", "machine aa\n", "boot \n"):
        with pytest.raises(ValueError, match="boot id"):
            machine(broken)


def node(machine: str, boot: str, ready: str = "True") -> Node:
    return Node("edge", {"Ready": Condition(ready, NOW, NOW)}, (), False, "v1", machine, boot)


@pytest.mark.parametrize(
    ("seen", "same"),
    [
        (node("m", "b"), True),
        (node("", "b"), True),
        (node("m", ""), True),
        (node("other", "b"), False),
        (node("m", "other"), False),
        (node("m", "other", ready="False"), True),
        (node("other", "other", ready="False"), False),
        (node("", ""), False),
        (node("", "other", ready="Unknown"), False),
    ],
)
def test_a_node_is_the_host_by_its_machine_id_and_its_boot(seen: Node, *, same: bool) -> None:
    """A kubelet that has not reported since the boot still names the previous boot."""
    assert is_host(seen, Machine("m", "b")) is same
