"""What the exports SARIF, OSCAL and HDF share: each criterion in words, and identifiers that depend on the run alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import msgspec

from gate.contract import Basis, Criterion, Kind
from gate.outcome import Outcome
from gate.people import Attestation, Waiver
from gate.run import Result, Run, Source
from gate.unseen import plain_json
from reports.exports.report import Report
from reports.text.actions import todo
from reports.text.responsibility import owner
from reports.text.words import Voice, shown

TOOL = "phase0-gate"
MET = (Outcome.PASS, Outcome.FIXED)
NAMESPACE = uuid5(NAMESPACE_URL, "tag:phase0-gate,2026:exports")
LONGEST_QUESTION = 300


def contract_file(criterion: Criterion) -> str:
    """Return the file of this repository that a criterion stands in; for one of a site, the page that describes these."""
    if criterion.basis is Basis.SITE:
        return "docs/site-criteria.md"
    return f"tests/criteria/{quote(shown(criterion.chapter), safe='')}.toml"


class Entry(msgspec.Struct, frozen=True):
    """One criterion, its result and both in words. `description` begins with the outcome. `waiver` is of a waived failure.

    `asked` holds, for each answer that the result rests on, the fact, the beginning of its question and the lines that
    matter.
    """

    id: str
    criterion: Criterion
    result: Result
    title: str
    why: str
    target: str
    description: str
    todo: str
    owner: str
    waiver: Waiver | None
    attestation: Attestation | None
    asked: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """The outcome of the criterion."""
        return self.result.outcome

    @property
    def value(self) -> float | None:
        """The figure, if there is one and it is a finite number."""
        return self.result.value if self.result.value is not None and isfinite(self.result.value) else None


def entries(report: Report) -> Iterator[Entry]:
    """Yield every criterion of the contract, in its order. One that was not judged is unknown."""
    run, voice = report.run, Voice(report.language)
    for id, criterion in run.contract.items():
        result = report.decision.results[id]
        attested = criterion.kind is Kind.ATTESTED and result.outcome in MET
        yield Entry(
            id=shown(id),
            criterion=criterion,
            result=result,
            title=voice.title(criterion) or shown(id),
            why=voice.text(criterion.why),
            target=voice.bound(criterion.bound),
            description=f"{voice.outcome(result.outcome)}{voice.colon}{voice.describe(criterion, result)}",
            todo="" if result.outcome.settled else todo(run, [result], voice),
            owner=owner(run, criterion.owner, voice),
            waiver=next(iter(run.people.accepting(id)), None) if result.outcome is Outcome.WAIVED else None,
            attestation=run.people.attestation(id) if attested else None,
            asked=tuple(_asked(run, source) for source in result.sources),
        )


def _asked(run: Run, source: Source) -> str:
    kept = run.answers.get(source.fact)
    question = [f"{shown(source.fact)}: {shown(kept.asked, LONGEST_QUESTION)}" if kept else shown(source.fact)]
    return "\n".join([*question, *map(shown, source.lines)])


def program() -> str:
    """Return the version of this program."""
    return version("phase0-gate")


def identifier(*parts: str) -> str:
    """Return the UUID of a thing, made from its names: the same names always give the same UUID."""
    return str(uuid5(NAMESPACE, "\n".join(parts)))


def utc(moment: datetime) -> str:
    """Return a moment as `2026-02-11T13:05:12Z`. A moment without an offset counts as UTC."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encoded(document: Any) -> bytes:
    """Return a document as indented JSON. The same document always gives the same bytes."""
    return plain_json(document)
