"""INF-01: the age of a heartbeat, by the clock of the server that reports it."""

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.ask.answer import Unknown
from fixtures.cluster.nodes import Condition, Node, heartbeat

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)


def node(beat: datetime | None) -> Node:
    return Node("edge", {"Ready": Condition("True", NOW, beat)}, (), cordoned=False, version="v1")


@pytest.mark.parametrize(("ago", "minutes"), [(0, 0), (9, 9), (-4, 0), (60, 60)])
def test_a_heartbeat_has_its_age(ago: int, minutes: int) -> None:
    assert heartbeat(node(NOW - timedelta(minutes=ago)), NOW).minutes == minutes


@pytest.mark.parametrize(
    ("beat", "code"),
    [
        (None, "no-heartbeat"),
        (NOW + timedelta(minutes=6), "heartbeat-ahead"),
        (NOW + timedelta(days=9), "heartbeat-ahead"),
    ],
)
def test_one_that_is_missing_or_from_the_future_is_not_fresh(beat: datetime | None, code: str) -> None:
    with pytest.raises(Unknown, match=code):
        heartbeat(node(beat), NOW)
