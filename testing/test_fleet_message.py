"""A fleet's round is told in one message, to each address once, and only if something is new since the last one."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet.__main__ import main
from fleet.message import news
from fleet.round import Moved, Round, Row, write_round
from notify.memory import LastMessage
from reports.text.words import Voice
from testing.fleets import NOW, judged, round_of, row
from testing.receivers import Webhook, receiving

EN, HOUR = Voice("en"), timedelta(hours=1)
HOOK = "PHASE0_TEST_HOOK"
QUIET: dict[str, Any] = {"missing": "late", "silent_since": NOW - 48 * HOUR}
pytestmark = pytest.mark.filterwarnings("ignore:.imghdr.:DeprecationWarning")  # of apprise


def at(hours: int, rows: Iterable[Row], **changed: Any) -> Round:
    return round_of(rows, ended=NOW + hours * HOUR, **changed)


def titles(rounds: Iterable[Round], *, sample_run: bool = False) -> list[str]:
    """Return the titles of what is sent after each of the rounds; "" where nothing is."""
    last, sent = LastMessage(), []
    for made in rounds:
        message = news(made, EN, "", sample_run=sample_run)(last)
        sent.append(message[0].title if message else "")
        last = message[1] if message else last
    return sent


def body(made: Round, before: LastMessage, language: str = "en") -> str:
    message = news(made, Voice(language), "https://audit.example/fleet")(before)
    assert message is not None
    return message[0].body.replace("\u00a0", " ")


def test_only_what_is_new_since_the_last_message_is_told() -> None:
    well, bad, quiet = row("a"), row("b", "NO-GO"), row("b", **QUIET)
    rounds = [
        at(0, [well, bad]),
        at(1, [well, bad]),
        at(2, [well, quiet]),
        at(3, [well, quiet]),
        at(4, [well, row("b")]),
        at(5, [well]),
    ]
    assert titles(rounds) == [
        "Edge: NO-GO",
        "",
        "Edge: UNDECIDED (was NO-GO)",
        "",
        "Edge: GO (was UNDECIDED)",
        "Edge: GO",
    ]


def test_a_server_that_changes_without_the_fleet_is_told_and_a_round_only_once() -> None:
    bad = row("z", "NO-GO")
    first, second = at(0, [row("a"), bad]), at(1, [row("a", "NOT YET"), bad])
    assert titles([first, second, second, first]) == ["Edge: NO-GO", "Edge: NO-GO", "", ""]


def test_the_message_says_what_changed_who_is_silent_since_when_and_who_must_act() -> None:
    rows = [row("a", "NO-GO"), row("b", **QUIET), row("c"), row("new")]
    moved = (Moved("a", "GO", "NO-GO", ("LOG-01",)),)
    before = LastMessage("GO", at=NOW - HOUR, servers={"a": "GO", "b": "GO", "c": "silent", "gone": "GO"})
    text = body(at(0, rows, moved=moved, before=NOW - HOUR), before)
    for line in (
        "2 of 4 servers are not GO, 1 of them without a result.",
        "- a: GO → NO-GO (worse: LOG-01)",
        "- b: GO → without a result (the audit did not end in time)",
        "- c: without a result → GO",
        "- new: GO",
        "- gone: no longer in the fleet",
        "- b: the audit did not end in time, since 2 December 2026, 09:00 UTC, last known: GO, 4 December 2026, 09:00 UTC",
        "on 1 of 4: one remedy: `--fix=log_rotation`",
        "- Ana: 1 cause on 1 server",
        "https://audit.example/fleet",
    ):
        assert line in text, text
    assert "Ce qui a changé" in body(at(0, rows), before, "fr")


def test_a_sample_run_tells_a_no_go_and_nothing_else() -> None:
    well = [row("a"), row("b", **QUIET)]
    bad = [row("a", "NO-GO"), row("b", **QUIET)]
    rounds = [at(0, well), at(1, bad), at(2, bad), at(3, well), at(4, [row("a", "NO-GO"), row("b", "NO-GO")])]
    assert titles(rounds, sample_run=True) == ["", "Edge: NO-GO", "", "", "Edge: NO-GO"]


def test_a_fleet_of_many_is_a_short_message() -> None:
    rows = [row(f"s{number}", "NO-GO") for number in range(500)]
    text = body(at(0, rows), LastMessage("GO", servers=dict.fromkeys((one.name for one in rows), "GO")))
    assert len(text.splitlines()) < 40
    assert "… and 488 more, on the page" in text


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Webhook]:
    """A receiver that the [notify] of a fleet names, whose only server is in a folder beside it."""
    (tmp_path / "edge-1").mkdir()
    (tmp_path / "edge-1" / "target.toml").write_text(
        '[host]\naddress = "127.0.0.1"\nuser = "u"\n[cluster]\nkubeconfig = "k"\n'
    )
    (tmp_path / "fleet.toml").write_text(
        f'[fleet]\nname = "edge"\ntitle = "Edge"\nservers = ["edge-1"]\n[notify]\nvariables = ["{HOOK}"]\n'
    )
    with receiving() as (webhook, _):
        monkeypatch.setenv(HOOK, webhook.url)
        yield webhook


def notify(folder: Path, what: str, *more: str) -> int:
    return main(["notify", what, "--fleet", str(folder / "fleet.toml"), "--reports", str(folder), *more])


def test_each_address_is_told_once_and_what_was_not_delivered_is_sent_again(hook: Webhook, tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    file.write_bytes(write_round(at(0, [row("edge-1", judged=judged("NO-GO"))])))
    hook.status = 503
    assert notify(tmp_path, "changed") == 1
    hook.status = 200
    assert [notify(tmp_path, "changed") for _ in range(3)] == [0, 0, 0]
    assert notify(tmp_path, "failed") == notify(tmp_path, "failed") == notify(tmp_path, "changed") == 0
    file.write_bytes(write_round(at(1, [row("edge-1")])))
    assert notify(tmp_path, "changed") == notify(tmp_path, "test") == 0
    assert [message["title"] for message in hook.messages] == [
        "Edge: NO-GO",
        "Edge: no audit could be held",
        "Edge: GO (was no audit)",
        "Edge: a test",
    ]
    assert "kept-secret" not in (tmp_path / "told.json").read_text()


def test_what_cannot_be_told_from_is_a_line(hook: Webhook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert notify(tmp_path, "changed") == 4
    assert "name the fleet.json of a round" in capsys.readouterr().err
    (tmp_path / "fleet.toml").write_text('[fleet]\nname = "edge"\nservers = ["edge-1"]\n[notify]\nfiles = ["no.url"]\n')
    assert notify(tmp_path, "test") == 4
    assert "[notify] files: no.url does not exist" in capsys.readouterr().err
    assert hook.messages == []
