"""Implements `python -m reports attest|waive|log TARGET …`, which write what people state.

An entry that would not count is not written.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from fixtures.site.criteria import site_contract
from fixtures.target.folder import rows_in
from gate.bounded import read_bounded
from gate.command import spoken
from gate.contract import Contract, load_contract
from gate.documents import LARGEST, DocumentError, read_document
from gate.entries import PeopleError, parsed
from gate.history import HistoryError, recall
from gate.people import LONGEST_WAIVER, Attestation, Waiver, attestation_void, waiver_void
from gate.runner import runner_names
from gate.worklog import parse_worklog
from reports.commands.history import FILE, moment, target_folder
from reports.commands.toml_entry import Value, appended, beside, entry_text, replace, with_row
from reports.text.words import Voice

FORTNIGHT = timedelta(days=14)
TO_FILL_IN = frozenset(
    ["NAME", "NOM", "ROLE", "RÔLE", "WHAT", "QUOI", "WHY", "RAISON"]
)  # what the pages print where a person must write
Given = argparse.Namespace


class Written(NamedTuple):
    """A file with its new content and the entry that is new in it, and the document to copy beside it, if any."""

    file: Path
    text: str
    new: str
    copied: tuple[Path, bytes] | None = None


def add_arguments(name: str, command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command `name`: attest, waive or log."""
    command.add_argument("target", metavar="TARGET", help="the name of a folder under targets/, or the path of one")
    {"attest": _of_attest, "waive": _of_waive, "log": _of_log}[name](command)


def people(name: str, given: Given, voice: Voice, now: datetime) -> Iterator[str]:
    """Write one entry and yield it. Raises PeopleError if it would not count; then nothing is written."""
    folder = target_folder(given.target)
    if not (folder / "target.toml").exists():
        raise PeopleError(f"{folder}: no target.toml there; name a folder under targets/, or the path of one")
    _filled_in(given)
    make: Callable[[Path, Given, Voice, datetime], Written] = {"attest": _attest, "waive": _waive, "log": _log}[name]
    made = make(folder, given, voice, now.astimezone().replace(microsecond=0))
    if made.copied:
        beside(*made.copied)
        yield voice.word("document-copied", file=str(made.copied[0]))
    replace(made.file, made.text.encode())
    yield voice.word("entry-written", file=str(made.file))
    yield from made.new.splitlines()


def _filled_in(given: Given) -> None:
    """Raise PeopleError if a value is still the placeholder of a page, whose command was copied as it stands."""
    for name in ("who", "role", "approver", "reason", "activity"):
        if (value := getattr(given, name, None)) in TO_FILL_IN:
            raise PeopleError(f"--{name} {value}: stands for what you have to write; nothing was written")


def _of_attest(command: argparse.ArgumentParser) -> None:
    command.add_argument("criterion", metavar="ID", help=spoken("as in: python -m reports list"))
    command.add_argument("--who", required=True, help="first and last name of the person who attests")
    command.add_argument("--role", required=True, help="the person's role")
    command.add_argument(
        "--document", type=Path, metavar="FILE", help="the document that proves it; its SHA-256 is written too"
    )
    command.add_argument("--note", default="", help="a remark")
    command.add_argument("--until", metavar="DATE", help="the end of its validity (in 30 days)")
    command.add_argument("--no", action="store_true", help="attest that the criterion is not met")


def _of_waive(command: argparse.ArgumentParser) -> None:
    command.add_argument("criterion", metavar="ID", help=spoken("as in: python -m reports list"))
    command.add_argument("--reason", required=True, help="why the failure is accepted")
    command.add_argument(
        "--object", default="", help="accept only this object, as namespace/name; * stands for any text"
    )
    command.add_argument("--approver", required=True, help="who accepts it; not the person who runs the audit")
    command.add_argument(
        "--until", metavar="DATE", help="the end of its validity, at most 30 days from now (in 14 days)"
    )


def _of_log(command: argparse.ArgumentParser) -> None:
    command.add_argument("--activity", required=True, help="the work that was done, or that is no longer needed")
    command.add_argument("--hours", type=float, default=0.0, help="hours spent on the phase")
    command.add_argument("--saves", type=float, default=0.0, help="hours saved every month from then on")
    command.add_argument(
        "--basis", choices=("assumed", "measured"), default="assumed", help="whether the saving is measured"
    )
    command.add_argument("--date", metavar="DATE", help="the day (today)")


def _attest(folder: Path, given: Given, voice: Voice, now: datetime) -> Written:
    values: dict[str, Value] = {
        "criterion": given.criterion,
        "who": given.who,
        "role": given.role,
        "date": now,
        "valid_until": _until(given.until, now + LONGEST_WAIVER),
        "approved": not given.no,
    }
    copied = None
    if given.document:
        place, data = _document(folder, given.document, voice)
        copied = None if place.exists() else (place, data)
        values |= {"document": str(place.relative_to(folder)), "sha256": hashlib.sha256(data).hexdigest()}
    values |= {"note": given.note, "server": _server(folder)}
    file, new = folder / "attestations.toml", entry_text("attestation", values)
    text = appended(file, new)
    entry = msgspec.structs.replace(
        parsed(text, file, "attestation", Attestation)[-1], document=""
    )  # already read and checked
    _counts(given.criterion, attestation_void(entry, folder, _contract(folder), now), voice)
    return Written(file, text, new, copied)


def _server(folder: Path) -> dict[str, str]:
    """Return the known parts of the identity of the server audited last, or nothing if the history cannot be read."""
    try:
        newest = recall(folder / FILE).newest
    except HistoryError:
        return {}
    return {name: value for name, value in msgspec.structs.asdict(newest).items() if value}


def _waive(folder: Path, given: Given, voice: Voice, now: datetime) -> Written:
    names = runner_names()
    values: dict[str, Value] = {
        "criterion": given.criterion,
        "reason": given.reason,
        "approver": given.approver,
        "requested_by": next(iter(names), ""),
        "object": given.object,
        "granted": now,
        "expires": _until(given.until, now + FORTNIGHT),
    }
    file, new = folder / "waivers.toml", entry_text("waiver", values)
    text = appended(file, new)
    entry = parsed(text, file, "waiver", Waiver)[-1]
    _counts(given.criterion, waiver_void(entry, _contract(folder), now, names), voice)
    return Written(file, text, new)


def _log(folder: Path, given: Given, _voice: Voice, now: datetime) -> Written:
    if not given.hours and not given.saves:
        raise PeopleError("log: give the hours that were spent (--hours) or are saved every month (--saves)")
    file, on = folder / "worklog.csv", _until(given.date, now).date() if given.date else now.date()
    saves = {"saved_hours_per_month": f"{given.saves:g}", "basis": given.basis} if given.saves else {}
    text, new = with_row(
        file, {"date": on.isoformat(), "hours": f"{given.hours:g}", "activity": given.activity, **saves}
    )
    parse_worklog(text, file)
    return Written(file, text, new)


def _contract(folder: Path) -> Contract:
    """Return the contract with the site's own criteria. Raises TargetError if one of these is invalid."""
    return {**load_contract(), **site_contract(rows_in(folder))}


def _counts(criterion: str, why: str, voice: Voice) -> None:
    if why:
        raise PeopleError(f"{criterion}: {voice.say('void', why)}; nothing was written")


def _until(written: str | None, otherwise: datetime) -> datetime:
    """Return the parsed date, or `otherwise` if there is none. A date without an offset is in the local time zone."""
    if written is None:
        return otherwise
    moment(written)  # raises MomentError for an invalid date
    return datetime.fromisoformat(written).astimezone()


def _document(folder: Path, document: Path, voice: Voice) -> tuple[Path, bytes]:
    """Return the place of the document in the target's folder, and its content.

    Raises PeopleError if the document cannot be accepted.
    """
    try:
        given = document.resolve()
        data = read_document(given.parent, given)
    except DocumentError as error:
        raise PeopleError(f"{document}: {voice.say('void', error.code)}; nothing was written") from error
    if given.is_relative_to(folder.resolve()):
        return folder / given.relative_to(folder.resolve()), data
    place = folder / "documents" / given.name
    if place.exists() and read_bounded(place, LARGEST) != data:
        raise PeopleError(f"{place}: another document has that name; rename {document}; nothing was written")
    return place, data
