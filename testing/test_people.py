import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate.entries import PeopleError
from gate.people import Attestation, People, load_people
from testing.runs import row
from testing.threats import attack

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
CONTRACT = {"MCP-01": row("MCP-01"), "DSK-01": row("DSK-01", waivable=False), "DEC-04": row("DEC-04")}
WAIVER = """[[waiver]]
criterion = "MCP-01"
reason = "the image is ordered"
approver = "CTO"
expires = 2026-02-20T12:00:00+01:00
"""
ATTESTATION = """[[attestation]]
criterion = "DEC-04"
who = "A. Martin"
role = "CTO"
date = 2026-02-10T09:00:00+01:00
valid_until = 2026-03-10T09:00:00+01:00
"""


def people(folder: Path, waivers: str = "", attestations: str = "", at: datetime = NOW) -> People:
    (folder / "waivers.toml").write_text(waivers)
    (folder / "attestations.toml").write_text(attestations)
    return load_people(folder, CONTRACT, at)


def why_void(read: People) -> str:
    assert not read.waivers
    assert not read.attestations
    return read.void[0].why


def test_no_files_are_no_people(tmp_path: Path) -> None:
    assert load_people(tmp_path, CONTRACT, NOW) == People()


def test_a_waiver_counts_until_it_expires(tmp_path: Path) -> None:
    assert people(tmp_path, WAIVER).waiver("MCP-01") is not None
    assert people(tmp_path, WAIVER).waiver("DSK-01") is None
    assert why_void(people(tmp_path, WAIVER, at=datetime(2026, 2, 20, 11, 0, tzinfo=UTC))) == "expired"
    assert people(tmp_path, WAIVER, at=datetime(2026, 2, 20, 10, 59, 59, tzinfo=UTC)).waiver("MCP-01") is not None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("MCP-01", "DSK-01", "never-waivable"),
        ("MCP-01", "MCP-99", "no-such-criterion"),
        ('"CTO"', '" "', "unsigned"),
        ('"the image is ordered"', '""', "unsigned"),
        ("2026-02-20", "2026-03-20", "too-long"),
        ("expires = 2026-02-20", "granted = 2026-01-10T00:00:00Z\nexpires = 2026-02-20", "too-long"),
        ("expires = 2026-02-20", "granted = 2026-12-20T00:00:00Z\nexpires = 2026-12-24", "future"),
    ],
)
def test_a_waiver_that_does_not_count_says_why(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert why_void(people(tmp_path, WAIVER.replace(old, new))) == why


def test_thirty_days_are_not_too_long(tmp_path: Path) -> None:
    until = (NOW + timedelta(days=30)).isoformat()
    assert people(tmp_path, WAIVER.replace("2026-02-20T12:00:00+01:00", until)).waivers


def test_the_newest_attestation_counts(tmp_path: Path) -> None:
    older = ATTESTATION.replace("2026-02-10", "2026-02-09").replace("A. Martin", "B. Roy")
    newest = people(tmp_path, attestations=ATTESTATION + older).attestation("DEC-04")
    assert isinstance(newest, Attestation)
    assert newest.who == "A. Martin"
    assert people(tmp_path).attestation("DEC-04") is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("DEC-04", "DEC-99", "no-such-criterion"),
        ('"A. Martin"', '""', "unsigned"),
        ('"CTO"', '" "', "unsigned"),
        ("date = 2026-02-10", "date = 2026-02-12", "future"),
        ("2026-03-10", "2026-02-11", "expired"),
        ("2026-03-10", "2027-02-12", "attestation-too-long"),
        ("2026-03-10", "9999-12-31", "attestation-too-long"),
        ("DEC-04", "MCP-01", "measured"),
        ("date =", 'document = "quote.pdf"\ndate =', "document-missing"),
    ],
)
def test_an_attestation_that_does_not_count_says_why(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert why_void(people(tmp_path, attestations=ATTESTATION.replace(old, new))) == why


def test_a_changed_document_voids_what_was_attested(tmp_path: Path) -> None:
    quote = tmp_path / "quote.pdf"
    quote.write_bytes(b"150 USD")
    digest = hashlib.sha256(b"150 USD").hexdigest().upper()
    signed = ATTESTATION + f'document = "quote.pdf"\nsha256 = "{digest}"\n'
    assert people(tmp_path, attestations=signed).attestations
    quote.write_bytes(b"1500 USD")
    assert why_void(people(tmp_path, attestations=signed)) == "document-changed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WAIVER.replace("+01:00", ""), "UTC offset"),
        (WAIVER.replace("T12:00:00+01:00", ""), "a date with a time"),
        (WAIVER.replace("approver", "aprover"), "aprover"),
        (WAIVER.replace('"CTO"', "1"), "approver"),
        (WAIVER.replace("[[waiver]]", "[[waivers]]"), "waivers"),
        (WAIVER.replace("[[waiver]]", "[waiver]"), "[[waiver]]"),
        ("waiver = 3", "[[waiver]]"),
        ("waiver = [3]", "number 1"),
        ("[[waiver", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(PeopleError) as raised:
        people(tmp_path, text)
    assert expected in str(raised.value)
    assert str(tmp_path / "waivers.toml") in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "no",
    [
        {"date": "2026-02-10T10", "valid_until": "2026-02-11"},
        {"date": "2026-02-10T10", "document": "gone.pdf"},
        {"date": "2026-02-10T09"},
    ],
)
def test_a_no_outlives_its_date_and_its_document_and_wins_a_tie(tmp_path: Path, no: dict[str, str]) -> None:
    later = ATTESTATION.replace("2026-02-10T09", no["date"]).replace("2026-03-10", no.get("valid_until", "2026-03-10"))
    refusal = f'{later}approved = false\ndocument = "{no.get("document", "")}"\n'
    for written in (ATTESTATION + refusal, refusal + ATTESTATION):
        answer = people(tmp_path, attestations=written).attestation("DEC-04")
        assert answer is not None
        assert not answer.approved
    again = people(tmp_path, attestations=refusal + ATTESTATION.replace("2026-02-10", "2026-02-11")).attestation(
        "DEC-04"
    )
    assert again is not None
    assert again.approved


INVISIBLE = ("\u200b", "\u200f\u202e", "\u3164", "\u0301", "\ufe0f\u2060", "\u2800", " . ", "\U000e0041")


@attack("N1", "An entry without a name that can be read does not count")
@pytest.mark.parametrize("name", INVISIBLE)
def test_nobody_is_no_person(tmp_path: Path, name: str) -> None:
    """A waiver's approver or reason, or an attestation's signatory or role, is an invisible character."""
    for field in ('"CTO"', '"the image is ordered"'):
        assert why_void(people(tmp_path, WAIVER.replace(field, f'"{name}"'))) == "unsigned"
    for field in ('"A. Martin"', '"CTO"'):
        assert why_void(people(tmp_path, attestations=ATTESTATION.replace(field, f'"{name}"'))) == "unsigned"


@pytest.mark.parametrize("name", ["王", "Zoë Fischer", "محمد\u200f", "Łukasz", "O’Brien"])
def test_a_name_of_any_script_is_one(tmp_path: Path, name: str) -> None:
    assert people(tmp_path, WAIVER.replace('"CTO"', f'"{name}"')).waivers
    assert people(tmp_path, attestations=ATTESTATION.replace('"A. Martin"', f'"{name}"')).attestations


@attack("N1", "Nobody approves what he asked for under a name that only looks like another")
@pytest.mark.parametrize(
    "name",
    [
        "Robin\u200b Runner",
        "Ｒｏｂｉｎ　Ｒｕｎｎｅｒ",
        "\u202eRobin Runner\u202c",
        "Ro\u0332bin Runner",
        "Róbin Rünner",
        "RОBIN RUNNER",  # a Cyrillic O
        "Rоbіn Runnеr",  # Cyrillic о, і, е
        "Runner, Robin",
        "robin-runner.",
        "𝐑𝐨𝐛𝐢𝐧 𝐑𝐮𝐧𝐧𝐞𝐫",
    ],
)
def test_a_look_alike_is_the_same_person(tmp_path: Path, name: str) -> None:
    """The approver is who asked, written with other characters: invisible, full width, of another script, turned round."""
    for runner, asked in ((("Robin Runner",), ""), ((), 'requested_by = "Robin Runner"\n')):
        (tmp_path / "waivers.toml").write_text(WAIVER.replace("CTO", name) + asked)
        read = load_people(tmp_path, CONTRACT, NOW, runner)
        assert [void.why for void in read.void] == ["self-approved"]


@pytest.mark.parametrize("name", ["Robin Ruther", "Robyn Runner", "Dana Leroy", "R. Runner"])
def test_another_name_is_another_person(tmp_path: Path, name: str) -> None:
    (tmp_path / "waivers.toml").write_text(WAIVER.replace("CTO", name) + 'requested_by = "Robin Runner"\n')
    assert load_people(tmp_path, CONTRACT, NOW, ("Robin Runner", "robin")).waivers


def signed(document: str, data: bytes) -> str:
    return ATTESTATION + f'document = "{document}"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'


@attack("N2", "An attestation rests on a regular, bounded file of the target's folder, or on none")
@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("/dev/null", "document-outside"),
        ("/dev/zero", "document-outside"),
        ("/etc/passwd", "document-outside"),
        ("../outside.pdf", "document-outside"),
        ("documents/../../outside.pdf", "document-outside"),
        ("link.pdf", "document-outside"),
        ("linked/outside.pdf", "document-outside"),
        ("endless.pdf", "document-outside"),
        ("circle.pdf", "document-missing"),
        ("empty.pdf", "document-unfit"),
        ("pipe.pdf", "document-unfit"),
        ("documents", "document-unfit"),
        (".", "document-unfit"),
        ("sparse.pdf", "document-unfit"),
        ("gone.pdf", "document-missing"),
    ],
)
def test_a_document_that_proves_nothing_voids_what_was_attested(tmp_path: Path, document: str, why: str) -> None:
    """The document is a device, a pipe that never ends, a folder, empty, huge, or outside the folder, also by a link."""
    folder = tmp_path / "edge"
    (folder / "documents").mkdir(parents=True)
    (tmp_path / "outside.pdf").write_bytes(b"150 USD")
    (folder / "link.pdf").symlink_to("../outside.pdf")
    (folder / "linked").symlink_to("..")
    (folder / "endless.pdf").symlink_to("/dev/zero")
    (folder / "circle.pdf").symlink_to("circle.pdf")
    (folder / "empty.pdf").touch()
    os.mkfifo(folder / "pipe.pdf")
    with (folder / "sparse.pdf").open("wb") as sparse:
        sparse.truncate(1 << 40)
    data = b"" if document in ("/dev/null", "empty.pdf") else b"150 USD"
    assert why_void(people(folder, attestations=signed(document, data))) == why


@pytest.mark.parametrize("document", ["documents/quote.pdf", "quote.pdf", "link.pdf"])
def test_a_document_of_the_folder_counts(tmp_path: Path, document: str) -> None:
    (tmp_path / "documents").mkdir()
    for name in ("documents/quote.pdf", "quote.pdf"):
        (tmp_path / name).write_bytes(b"150 USD")
    (tmp_path / "link.pdf").symlink_to("documents/quote.pdf")
    assert people(tmp_path, attestations=signed(document, b"150 USD")).attestations


def test_a_year_is_not_too_long(tmp_path: Path) -> None:
    assert people(tmp_path, attestations=ATTESTATION.replace("2026-03-10", "2027-02-11")).attestations
