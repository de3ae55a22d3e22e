"""The decision on a fleet: GO only if every server is, and nothing that is left out improves it."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.decision import decide_fleet
from fleet.inventory.inventory import Ring
from fleet.round import Label, Round, RoundError, Row, read_round, write_round
from fleet.rows import Heard, new_round
from gate.decision import Verdict
from testing.fleets import GO, NOW, RINGS, fleet_of, judged, round_of, row

LABELS: tuple[Label, ...] = ("GO", "UNDECIDED", "NOT YET", "NO-GO")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    name, ring = draw(st.text("abc", min_size=1, max_size=3)), draw(st.sampled_from(["", *(one.name for one in RINGS)]))
    made = row(name, draw(st.sampled_from([None, *LABELS])), ring=ring)
    since = NOW - draw(st.integers(0, 10)) * DAY if made.verdict is Verdict.GO else None
    return msgspec.structs.replace(made, go_since=since)


rounds = st.lists(rows(), min_size=1, max_size=6, unique_by=lambda drawn: drawn.name).map(
    lambda drawn: round_of(drawn, RINGS)
)


@given(rounds, rows())
def test_a_further_server_never_makes_it_better(round: Round, further: Row) -> None:
    more = msgspec.structs.replace(round, rows=(*round.rows, further))
    assert decide_fleet(more).verdict >= decide_fleet(round).verdict


@given(rounds, st.data())
def test_the_order_of_the_servers_does_not_matter(round: Round, data: st.DataObject) -> None:
    other = msgspec.structs.replace(round, rows=tuple(data.draw(st.permutations(round.rows))))
    assert decide_fleet(other) == decide_fleet(round)


@given(rounds, st.data())
def test_a_server_without_a_result_is_never_better_than_one_that_is_go(round: Round, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(round.rows) - 1))
    lost = msgspec.structs.replace(round.rows[place], missing="late", go_since=None)
    if round.rows[place].verdict is Verdict.GO:
        rest = (*round.rows[:place], lost, *round.rows[place + 1 :])
        assert decide_fleet(msgspec.structs.replace(round, rows=rest)).verdict >= Verdict.UNDECIDED


@given(rounds)
def test_go_means_every_server(round: Round) -> None:
    decision = decide_fleet(round)
    assert (decision.verdict is Verdict.GO) <= all(one.verdict is Verdict.GO and one.known for one in round.rows)
    assert sum(decision.counts) == decision.servers == len(round.rows)


@given(rounds)
def test_a_round_is_read_as_it_was_written(round: Round) -> None:
    again = read_round(write_round(round), "fleet.json")
    assert decide_fleet(again) == decide_fleet(round)
    assert write_round(again) == write_round(round)


def test_a_fleet_without_servers_is_undecided() -> None:
    assert decide_fleet(round_of([])).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("days_go", "verdict", "waits"), [(5, Verdict.GO, ""), (3, Verdict.GO, ""), (2, Verdict.NOT_YET, "canary")]
)
def test_a_ring_waits_for_the_days_of_the_ring_before(days_go: int, verdict: Verdict, waits: str) -> None:
    rings = (Ring("canary", 3), Ring("rest"))
    decision = decide_fleet(
        round_of([row("a", ring="canary", go_since=NOW - days_go * DAY), row("b", ring="rest")], rings)
    )
    assert (decision.verdict, decision.rings[1].waits_for) == (verdict, waits)
    if waits:
        assert decision.earliest == (NOW + DAY).isoformat()


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True), (9, True)])
def test_a_ring_that_is_too_late_for_the_next_meeting_says_so(days: int, late: bool) -> None:
    rings = (Ring("canary", days), Ring("rest", meeting=(NOW + 3 * DAY).date()))
    decision = decide_fleet(round_of([row("a", ring="canary", go_since=NOW), row("b", ring="rest")], rings))
    assert decision.rings[0].late is late


def test_the_earliest_go_is_that_of_the_last_server() -> None:
    dates = {"a": "2026-12-06", "b": "2026-12-11T08:00:00+00:00", "c": ""}
    made = [row(name, "NOT YET", judged=judged("NOT YET", earliest=date)) for name, date in dates.items()]
    assert decide_fleet(round_of(made)).earliest == dates["b"]


def test_an_older_result_counts_until_it_is_stale() -> None:
    fleet = fleet_of("a", "b", fresh_hours=26)
    first = new_round(fleet, {"a": GO, "b": GO}, fleet.servers, None, (NOW, NOW))
    assert decide_fleet(first).verdict is Verdict.GO
    for hours, missing, verdict in ((26, None, Verdict.GO), (27, "stale", Verdict.UNDECIDED)):
        at = NOW + hours * HOUR
        told = {"a": Heard(judged(at=at))}
        later = new_round(fleet, told, fleet.servers[:1], first, (at, at))
        assert (later.rows[1].missing, decide_fleet(later).verdict) == (missing, verdict)


def test_an_audit_without_a_result_is_unknown_whatever_was_known_before() -> None:
    fleet = fleet_of("a")
    first = new_round(fleet, {"a": GO}, fleet.servers, None, (NOW, NOW))
    second = new_round(fleet, {"a": Heard(missing="late")}, fleet.servers, first, (NOW, NOW + HOUR))
    assert (second.rows[0].verdict, second.rows[0].silent_since) == (Verdict.UNDECIDED, NOW + HOUR)
    left_out = new_round(fleet, {}, (), second, (NOW, NOW + 2 * HOUR))
    assert (left_out.rows[0].missing, left_out.rows[0].silent_since) == ("late", NOW + HOUR)


def test_a_round_that_was_stopped_keeps_what_is_fresh_and_says_what_is_missing() -> None:
    fleet = fleet_of("a", "b", "c")
    first = new_round(fleet, {"a": GO}, fleet.servers[:1], None, (NOW, NOW))
    second = new_round(fleet, {"b": GO}, fleet.servers, first, (NOW, NOW + HOUR))
    assert second.unfinished == ("a", "c")
    assert [one.missing for one in second.rows] == [None, None, "interrupted"]
    assert decide_fleet(second).verdict is Verdict.UNDECIDED


def test_the_days_of_go_begin_anew_after_a_gap_and_after_anything_but_go() -> None:
    fleet, at = fleet_of("a", fresh_hours=26), NOW
    last, starts = None, []
    for hours, told in ((0, "GO"), (24, "GO"), (24, "NO-GO"), (24, "GO"), (30, "GO"), (24, None), (24, "GO")):
        at += hours * HOUR
        heard = Heard(judged(told, at)) if told else Heard(missing="died")  # type: ignore[arg-type]  # as above
        last = new_round(fleet, {"a": heard}, fleet.servers, last, (at, at))
        starts.append(last.rows[0].go_since)
    begun = [None if start is None else round((start - NOW) / HOUR) for start in starts]
    assert begun == [0, 0, None, 72, 102, None, 150]


def test_what_moved_since_the_last_round_is_told() -> None:
    fleet = fleet_of("a", "b")
    first = new_round(fleet, {"a": GO, "b": GO}, fleet.servers, None, (NOW, NOW))
    told = {"a": Heard(judged("NO-GO", NOW + HOUR)), "c": GO}
    second = new_round(fleet_of("a", "c"), told, fleet_of("a", "c").servers, first, (NOW, NOW + HOUR))
    assert [(one.name, one.before, one.after, one.worse) for one in second.moved] == [
        ("a", "GO", "NO-GO", ("LOG-01",)),
        ("c", "", "GO", ()),
        ("b", "GO", "", ()),
    ]


@pytest.mark.parametrize("data", [b"", b"[]", b'{"version": 7}', b'{"version": 1}', b"[" * 100_000])
def test_a_file_that_is_no_round_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(RoundError, match=r"fleet\.json: "):
        read_round(data, "fleet.json")


@pytest.mark.parametrize("name", ["a", "../../x", "\x1b[31m"])
def test_a_round_that_was_not_written_here_is_refused(name: str) -> None:
    made = round_of([row("a"), row(name)])
    with pytest.raises(RoundError, match=r"^fleet\.json: no round of a fleet: .+"):
        read_round(write_round(made), "fleet.json")
