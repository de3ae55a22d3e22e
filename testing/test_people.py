import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate.entries import PeopleError
from gate.people import Attestation, People, load_people

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
WAIVABLE = {"MCP-01": True, "DSK-01": False, "DEC-04": True}
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
    return load_people(folder, WAIVABLE, at)


def why_void(read: People) -> str:
    assert not read.waivers
    assert not read.attestations
    return read.void[0].why


def test_no_files_are_no_people(tmp_path: Path) -> None:
    assert load_people(tmp_path, WAIVABLE, NOW) == People()


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
        ("date =", 'document = "quote.pdf"\ndate =', "document-missing"),
        ("date =", 'document = "."\ndate =', "document-missing"),
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
    ("text", "said"),
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
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PeopleError) as raised:
        people(tmp_path, text)
    assert said in str(raised.value)
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
