"""The message for a wrong key or value can be understood without knowing Python."""

import msgspec
import pytest

from fixtures.target import Target
from fixtures.target.site import SiteRow
from gate.refusal import plainly

GOOD = {
    "target": {"name": "edge", "title": "Edge"},
    "host": {"address": "edge", "user": "u"},
    "cluster": {"kubeconfig": "k"},
}


@pytest.mark.parametrize(
    ("table", "rows", "expected"),
    [
        ("host", {"address": "edge"}, "[host]: user is missing"),
        ("host", {"address": "edge", "user": "u", "prot": 22}, "[host]: prot is an unknown key"),
        (
            "host",
            {"address": "edge", "user": "u", "port": "22"},
            "[host] port: must be a whole number, not a text",
        ),
        (
            "host",
            {"address": "edge", "user": "u", "port": 99999},
            "[host] port: must be a whole number of at most 65535",
        ),
        (
            "host",
            {"address": "edge", "user": "u", "root": "maybe"},
            "[host] root: 'maybe' is not one of the allowed words",
        ),
        (
            "host",
            {"address": "-o", "user": "u"},
            "[host] address: holds a character that is not allowed, or lacks a required one",
        ),
        ("plan", {"meeting": "soon"}, "[plan] meeting: is not a date; write it as 2026-02-11"),
        ("plan", {"meeting": 3}, "[plan] meeting: must be a date or nothing, not a whole number"),
        ("mcp", {"namespaces": []}, "[mcp] namespaces: must be a list of at least 1"),
        ("plans", {}, "plans is an unknown key"),
    ],
)
def test_what_is_wrong_is_said_plainly(table: str, rows: dict[str, object], expected: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(GOOD | {table: rows}, Target)
    assert plainly(raised.value) == expected


def test_what_is_not_known_stays_as_it_was_said() -> None:
    assert plainly(ValueError("a new sentence - at `$.host.port`")) == "[host] port: a new sentence"
    assert plainly(ValueError("two\nlines")) == "two\nlines"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("seconds", 0, "seconds: must be a number > 0.0"),
        ("seconds", 301, "seconds: must be a number of at most 300.0"),
        ("weight", -1, "weight: must be a whole number of at least 0"),
        ("title", "x" * 3000, "title: must be a text of at most 2000 characters"),
        ("title", "", "title: must be a text of at least 1 characters"),
        ("command", "x" * 9000, "command: must be a text of at most 8000 characters"),
    ],
)
def test_a_bound_is_said_plainly(key: str, value: object, expected: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert({"title": "t", "target": "≤ 5 jobs", "command": "x"} | {key: value}, SiteRow)
    assert plainly(raised.value, row=True) == expected
