"""`python -m reports attest | waive | log`: a valid entry, or one clear line and no entry."""

import hashlib
import os
import stat
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import reports.commands.people
from gate.contract import load_contract
from gate.history import remember
from gate.identity import Identity
from gate.names import same_person
from gate.past import Past
from gate.people import People, load_people
from gate.runner import runner_names
from gate.sample import Sample
from reports.__main__ import main

RUNNER = ("Robin Runner", "robin")
WAIVE = ("waive", "DOC-01", "--reason", "in review", "--approver", "Dana Leroy")
ATTEST = ("attest", "DEC-04", "--who", "Dana Leroy", "--role", "sponsor")
LOG = ("log", "--activity", "backups, and their restores", "--hours", "6")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reports.commands.people, "runner_names", lambda: RUNNER)
    folder = tmp_path / "edge"
    folder.mkdir()
    (folder / "target.toml").write_text("")
    return folder


def written(target: Path, command: str, *words: str) -> int:
    return main([command, str(target), *words])


def read(target: Path) -> People:
    return load_people(target, load_contract(), datetime.now(UTC) + timedelta(seconds=1), RUNNER)


def test_an_attestation_counts_and_binds_its_document(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = target.parent / "budget.pdf"
    document.write_bytes(b"150 $")
    assert written(target, *ATTEST, "--document", str(document), "--note", 'an "SSD", up to $150') == 0
    entry = read(target).attestations[0]
    assert (entry.document, entry.sha256) == ("documents/budget.pdf", hashlib.sha256(b"150 $").hexdigest())
    assert (entry.note, entry.approved, entry.date.tzinfo is not None) == ('an "SSD", up to $150', True, True)
    assert 'who = "Dana Leroy"' in capsys.readouterr().out
    document.write_bytes(b"1500 $")
    assert read(target).attestations, "its copy is what was signed"
    (target / "documents" / "budget.pdf").write_bytes(b"1500 $")
    assert [void.why for void in read(target).void] == ["document-changed"]


def test_an_attestation_names_the_server_that_was_audited_last(target: Path) -> None:
    edge, history = Identity("a" * 64, "SHA256:edge", "uid"), target / "history.sqlite"
    for days, identity in ((2, Identity("b" * 64)), (1, edge), (0, Identity())):
        remember(history, Past((Sample(datetime.now(UTC) - timedelta(days=days)),), identity=identity))
    assert written(target, *ATTEST) == 0
    assert read(target).attestations[0].server == edge
    history.write_bytes(b"x" * 5000)
    assert written(target, *ATTEST) == 0
    assert read(target).attestations[1].server == Identity()


def test_a_no_is_a_no(target: Path) -> None:
    assert written(target, *ATTEST, "--no") == 0
    assert not read(target).attestations[0].approved


def test_a_waiver_counts_for_a_fortnight_and_names_who_asked(target: Path) -> None:
    assert written(target, *WAIVE) == 0
    waiver = read(target).waivers[0]
    assert waiver.granted is not None
    assert (waiver.expires - waiver.granted, waiver.requested_by) == (timedelta(days=14), "Robin Runner")


def test_entries_are_added_and_what_stands_there_stays(target: Path) -> None:
    file = target / "waivers.toml"
    file.write_text("# ours\n\n")
    file.chmod(0o640)
    assert written(target, *WAIVE) == 0
    second = ("waive", "MCP-06", "--reason", "built abroad", "--approver", "Dana Leroy")
    assert written(target, *second, "--until", "2199-01-01") == 4
    assert written(target, *second) == 0
    assert file.read_text().startswith("# ours\n\n[[waiver]]\n")
    assert [row["criterion"] for row in tomllib.loads(file.read_text())["waiver"]] == ["DOC-01", "MCP-06"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in target.iterdir()) == ["target.toml", "waivers.toml"]


def test_hours_and_savings_are_added_to_the_log(target: Path) -> None:
    assert written(target, *LOG, "--date", "2026-02-07") == 0
    assert written(target, "log", "--activity", "no backup by hand", "--saves", "2", "--basis", "measured") == 0
    spent, saved = read(target).worklog
    assert (spent.date.isoformat(), spent.hours, spent.activity) == ("2026-02-07", 6.0, "backups, and their restores")
    assert (saved.saved, str(saved.basis)) == (2.0, "measured")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to other groups")
def test_who_could_read_a_file_still_can(target: Path) -> None:
    """On a schedule the folder belongs to root, and the audit reads it as a member of its group."""
    for name in ("waivers.toml", "worklog.csv"):
        (target / name).touch(mode=0o640)
        os.chown(target / name, 0, 12345)
    os.chown(target, 0, 54321)
    for command in (WAIVE, LOG, ATTEST):
        assert written(target, *command) == 0
    groups = {file.name: file.stat().st_gid for file in target.iterdir()}
    assert (groups["waivers.toml"], groups["worklog.csv"], groups["attestations.toml"]) == (12345, 12345, 54321)


def test_a_log_of_the_first_version_keeps_its_columns(target: Path) -> None:
    (target / "worklog.csv").write_text("date,phase,hours,activity\n2026-02-04,0,8,audit")
    assert written(target, *LOG) == 0
    assert [row.hours for row in read(target).worklog] == [8.0, 6.0]
    assert written(target, "log", "--activity", "less work", "--saves", "2") == 4


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("waive", "DSK-01", "--reason", "r", "--approver", "Dana Leroy"), "can never be waived"),
        (("waive", "DOC-99", "--reason", "r", "--approver", "Dana Leroy"), "no such criterion"),
        (("waive", "DOC-01", "--reason", " ", "--approver", "Dana Leroy"), "is missing"),
        (("waive", "DOC-01", "--reason", "r", "--approver", "robin  RUNNER"), "cannot approve it"),
        (("waive", "DOC-01", "--reason", "r", "--approver", "Robin"), "cannot approve it"),
        ((*WAIVE, "--until", "2000-01-01"), "expired"),
        ((*WAIVE, "--until", "2199-01-01"), "30 days"),
        ((*WAIVE, "--until", "soon"), "soon"),
        (("waive", "DOC-01", "--reason", "a\nb", "--approver", "D"), "invisible character"),
        ((*ATTEST, "--document", "/nowhere/budget.pdf"), "/nowhere/budget.pdf"),
        ((*ATTEST, "--document", "/dev/null"), "no regular file"),
        ((*ATTEST, "--document", "/dev"), "no regular file"),
        ((*ATTEST, "--until", "2199-01-01"), "a year at most"),
        (("attest", "DSK-01", "--who", "Dana Leroy", "--role", "sponsor"), "is measured"),
        (("attest", "BKP-10", "--who", "Dana Leroy", "--role", "sponsor"), "is measured"),
        (("attest", "DSK-03", "--who", "Dana Leroy", "--role", "sponsor"), "is measured"),
        (("attest", "DEC-01", "--who", "Dana Leroy", "--role", "sponsor"), "is measured"),
        ((*ATTEST, "--until", "2000-01-01"), "expired"),
        (("attest", "DEC-04", "--who", "", "--role", "sponsor"), "is missing"),
        (("log", "--activity", "nothing"), "--hours"),
        (("log", "--activity", "x", "--hours", "-3"), "not a number of hours"),
        (("log", "--activity", "x", "--hours", "nan"), "not a number of hours"),
        ((*LOG, "--date", "yesterday"), "yesterday"),
    ],
)
def test_what_would_not_count_is_one_line_and_not_written(
    target: Path, words: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert written(target, *words) == 4
    refused = capsys.readouterr().err
    assert expected in refused
    assert refused.count("\n") == 1
    assert [path.name for path in target.iterdir()] == ["target.toml"]


@pytest.mark.parametrize("text", ["[[waiver]]\ncriterion = 3\n", "waiver = 3\n", "[[waiver\n"])
def test_a_file_that_is_wrong_already_is_left_alone(
    target: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (target / "waivers.toml").write_text(text)
    assert written(target, *WAIVE) == 4
    assert "waivers.toml" in capsys.readouterr().err
    assert (target / "waivers.toml").read_text() == text


def test_a_folder_that_is_no_target_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", str(tmp_path), "--activity", "x", "--hours", "1"]) == 4
    assert "no target.toml there" in capsys.readouterr().err


def test_a_waiver_of_who_runs_the_audit_does_not_count(target: Path) -> None:
    granted = datetime.now(UTC).replace(microsecond=0)
    expires = (granted + timedelta(days=2)).isoformat()
    entry = f'criterion = "DOC-01"\nreason = "r"\napprover = "robin"\nexpires = {expires}\n'
    (target / "waivers.toml").write_text("[[waiver]]\n" + entry)
    assert [void.why for void in read(target).void] == ["self-approved"]


def test_whoever_runs_this_has_a_name() -> None:
    assert runner_names()
    assert same_person(" dana  leroy", ["Dana Leroy"])
    assert not same_person("", ["", " "])


@pytest.mark.parametrize("id", ["DEC-03", "DEC-04", "DEC-05", "DOC-03", "MCP-06"])
def test_what_a_person_answers_for_can_be_attested(target: Path, id: str) -> None:
    assert written(target, "attest", id, "--who", "Dana Leroy", "--role", "sponsor") == 0
    assert read(target).attestation(id) is not None


def test_a_document_of_the_folder_stays_where_it_is(target: Path) -> None:
    (target / "budget.pdf").write_bytes(b"150 $")
    assert written(target, *ATTEST, "--document", str(target / "budget.pdf")) == 0
    assert read(target).attestations[0].document == "budget.pdf"
    assert not (target / "documents").exists()


def test_a_document_never_replaces_another(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, data in (("one", b"150 $"), ("two", b"1500 $")):
        (target.parent / folder).mkdir()
        (target.parent / folder / "budget.pdf").write_bytes(data)
    assert written(target, *ATTEST, "--document", str(target.parent / "one" / "budget.pdf")) == 0
    assert written(target, *ATTEST, "--document", str(target.parent / "two" / "budget.pdf")) == 4
    assert "another document has that name" in capsys.readouterr().err
    assert (target / "documents" / "budget.pdf").read_bytes() == b"150 $"
    assert len(read(target).attestations) == 1
