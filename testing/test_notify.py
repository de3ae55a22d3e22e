"""The receivers in [notify] get one message when the decision changes; an error on the way changes nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given

from fixtures.check.reachability import check
from fixtures.target import TargetError
from fixtures.target.folder import load_target
from gate.decision import decide
from gate.outcome import Outcome
from gate.people import People
from gate.run import Run, write_run
from notify.__main__ import main
from notify.channels import deliver, veiled
from notify.memory import LastMessage
from notify.message import Message, announced_now, changed, deserves_message
from reports.text.words import Voice
from testing.receivers import Mailbox, Webhook, receiving
from testing.runs import GO, IDS, row, run, runs
from testing.small_audit import TARGET

NO_GO = run(GO.contract, {**dict.fromkeys(IDS, Outcome.PASS), "DSK-01": Outcome.FAIL})
OPEN = run(GO.contract, {**dict.fromkeys(IDS, Outcome.PASS), "DSK-01": Outcome.UNKNOWN})
SAMPLE_NO_GO = run(GO.contract, {"DSK-01": Outcome.FAIL})
HOOK, MAIL = "PHASE0_TEST_HOOK", "mail.url"
pytestmark = pytest.mark.filterwarnings(
    "ignore:.imghdr.:DeprecationWarning"
)  # a service that apprise supports needs it


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Webhook, Mailbox]]:
    """Two receivers, and a target that names both."""
    with receiving() as (hook, mailbox):
        monkeypatch.setenv(HOOK, hook.url)
        (tmp_path / MAIL).write_text(f"{mailbox.url}\n")
        place(tmp_path, f'variables = ["{HOOK}"]\nfiles = ["{MAIL}"]\nlink = "https://audit.example/edge"\n')
        yield hook, mailbox


def place(folder: Path, notify: str) -> None:
    (folder / "target.toml").write_text(f"{TARGET}[notify]\n{notify}")


def notify_changed(folder: Path, made: Run, *more: str) -> int:
    (folder / "run.json").write_bytes(write_run(made))
    return main(["changed", str(folder), f"--run={folder / 'run.json'}", *more])


def test_a_change_is_told_once_by_each_way(receivers: tuple[Webhook, Mailbox], tmp_path: Path) -> None:
    hook, mailbox = receivers
    for made in (GO, GO, NO_GO, NO_GO, NO_GO, GO):
        assert notify_changed(tmp_path, made) == 0
    titles = ["Edge: GO", "Edge: NO-GO (was GO)", "Edge: GO (was NO-GO)"]
    assert [message["title"] for message in hook.messages] == titles
    assert [message["Subject"] for message in mailbox.messages] == titles
    body = hook.messages[1]["message"].replace("\u00a0", " ")
    for expected in (
        " blocking criteria fail.",
        "- DSK-01 said: pass → fail",
        "https://audit.example/edge",
        "11 February 2026",
    ):
        assert expected in body
    assert "DSK-01" in mailbox.messages[1].get_content()


def test_french(receivers: tuple[Webhook, Mailbox], tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(file.read_text() + 'language = "fr"\n')
    notify_changed(tmp_path, GO)
    notify_changed(tmp_path, NO_GO)
    assert receivers[0].messages[1]["title"] == "Edge\u00a0: NO-GO (avant\u00a0: GO)"
    assert "Ce qui a changé" in receivers[0].messages[1]["message"]


def test_a_light_look_tells_a_no_go_and_nothing_else(receivers: tuple[Webhook, Mailbox], tmp_path: Path) -> None:
    hook, _ = receivers
    notify_changed(tmp_path, GO)
    sample_run = run(GO.contract, {"DSK-01": Outcome.PASS})
    for made in (sample_run, SAMPLE_NO_GO, SAMPLE_NO_GO, sample_run):
        assert notify_changed(tmp_path, made, "--light") == 0
    notify_changed(tmp_path, GO)
    assert [message["title"] for message in hook.messages] == [
        "Edge: GO",
        "Edge: NO-GO (was GO)",
        "Edge: GO (was NO-GO)",
    ]
    assert "MCP-01" not in hook.messages[1]["message"], "what a light look leaves out is no reason"


def test_what_was_not_delivered_is_said_without_the_address_and_tried_again(
    receivers: tuple[Webhook, Mailbox], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook, mailbox = receivers
    hook.status = 503
    assert notify_changed(tmp_path, GO) == 1
    printed = capsys.readouterr()
    assert f"notify: {HOOK}: not delivered: " in printed.err
    assert "503" in printed.err
    assert "kept-secret" not in printed.err + printed.out + (tmp_path / "told.json").read_text()
    hook.status = 200
    assert notify_changed(tmp_path, GO) == 0
    assert len(hook.messages) == len(mailbox.messages) == 1


def test_an_address_that_is_missing_or_of_no_service_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tmp_path, f'variables = ["{HOOK}"]\n')
    for url, why in ((None, "not set"), ("gopher://127.0.0.1/kept-secret", "supported service"), ("x\ny", "one line")):
        monkeypatch.delenv(HOOK, raising=False) if url is None else monkeypatch.setenv(HOOK, url)
        assert notify_changed(tmp_path, GO) == 1
        printed = capsys.readouterr().err
        assert why in printed
        assert len(printed.splitlines()) == 1
        assert "kept-secret" not in printed


def test_an_audit_that_could_not_be_held_is_told_once_until_one_is(
    receivers: tuple[Webhook, Mailbox], tmp_path: Path
) -> None:
    hook, _ = receivers
    notify_changed(tmp_path, GO)
    for _ in range(3):
        assert main(["failed", str(tmp_path)]) == 0
    notify_changed(tmp_path, GO)
    notify_changed(tmp_path, GO)
    titles = [message["title"] for message in hook.messages]
    assert titles == ["Edge: GO", "Edge: no audit could be held", "Edge: GO (was no audit)"]
    assert "Told last: GO" in hook.messages[1]["message"]


def test_a_test_tells_and_keeps_nothing(receivers: tuple[Webhook, Mailbox], tmp_path: Path) -> None:
    assert main(["test", str(tmp_path)]) == 0
    assert [message["title"] for message in receivers[0].messages] == ["Edge: a test"]
    assert not (tmp_path / "told.json").exists()


@pytest.mark.parametrize("words", [("changed", "nowhere", "--run=x"), ("changed", ".", "--run=nothing.json")])
def test_what_cannot_be_told_from_is_a_line(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(words)) == 4
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_memory_that_makes_no_sense_is_none(receivers: tuple[Webhook, Mailbox], tmp_path: Path) -> None:
    (tmp_path / "told.json").write_text('{"PHASE0_TEST_HOOK": {"verdict": ["GO"]}}')
    assert notify_changed(tmp_path, GO) == 0
    assert json.loads((tmp_path / "told.json").read_text())[HOOK]["verdict"] == "GO"
    assert len(receivers[0].messages) == 1


@pytest.mark.parametrize(
    ("notify", "expected"),
    [
        ('files = ["nothing.url"]', "[notify] files: nothing.url does not exist"),
        ('language = "de"', "[notify] language"),
        ('url = "https://x"', "url"),
        ('link = "a\\nb"', "[notify] link"),
    ],
)
def test_a_wrong_table_is_refused_before_anything_is_contacted(notify: str, expected: str, tmp_path: Path) -> None:
    place(tmp_path, notify)
    with pytest.raises(TargetError, match=expected.replace("[", r"\[")):
        load_target(tmp_path)


def test_check_says_which_address_is_missing(
    receivers: tuple[Webhook, Mailbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receivers
    monkeypatch.delenv(HOOK)
    seen = {line.values["name"]: line.fine for line in check(load_target(tmp_path), People()) if line.code == "notify"}
    assert seen == {HOOK: False, MAIL: True}


def test_https_without_a_name_of_its_own_is_a_webhook() -> None:
    assert "127.0.0.1" in deliver("https://127.0.0.1:9/kept-secret", Message("t", "b"))


def test_no_part_of_an_address_that_is_secret_is_said() -> None:
    url = "https://hooks.example/services/T000000/B000000/s3cr3tw0rd?sig=abcd%2Fefgh"
    veiled_text = veiled(f"failed: {url} s3cr3tw0rd abcd/efgh at hooks.example", url)
    assert veiled_text.split()[2:] == ["…", "…", "at", "hooks.example"]


@given(runs())
def test_every_decision_can_be_told_and_the_same_is_not_told_again(made: Run) -> None:
    decision = decide(made)
    for before in (LastMessage(), LastMessage("GO", 1, GO.ended, dict.fromkeys(IDS, Outcome.PASS), failed=True)):
        assert changed(made, decision, before, Voice("fr"), "").title
    last = msgspec.json.decode(msgspec.json.encode(announced_now(made, decision, LastMessage())), type=LastMessage)
    assert not deserves_message(last, decision, sample_run=False)


def test_a_waiver_that_came_is_a_change() -> None:
    last = LastMessage("GO", 0)
    assert deserves_message(last, msgspec.structs.replace(decide(GO), waived=("DSK-01",)), sample_run=False)


def test_only_failures_are_the_reason_of_a_no_go() -> None:
    both = run({id: row(id) for id in ("DSK-01", "MCP-01")}, {"DSK-01": Outcome.FAIL, "MCP-01": Outcome.UNKNOWN})
    body = changed(both, decide(both), LastMessage(), Voice("en"), "").body
    assert "DSK-01" in body
    assert "MCP-01" not in body
    assert "DSK-01" in changed(OPEN, decide(OPEN), LastMessage(), Voice("en"), "").body
