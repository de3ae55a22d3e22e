"""The contract: what Phase 0 means, one table per criterion in tests/criteria/CHAPTER.toml."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec

from gate.bound import Bound
from gate.refusal import plainly

CONTRACT = Path(__file__).parents[1] / "tests" / "criteria"
CHAPTERS = ("mcp", "logs", "disk", "backups", "monitoring", "guides", "infrastructure", "decision")  # as the plan goes


class ContractError(ValueError):
    """The contract, or a target's change to it, cannot be used."""


class Kind(StrEnum):
    """How a criterion is observed; also a pytest mark, as in `-m "not drill"`."""

    LIVE = "live"
    DRILL = "drill"
    WINDOW = "window"
    ATTESTED = "attested"
    DERIVED = "derived"


class Basis(StrEnum):
    """Why a criterion is asked: the plan says so, it proves what the plan says, or it is our advice."""

    PLAN = "plan"
    PROOF = "proof"
    HARDENING = "hardening"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in the languages of the report."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """`language` is en or fr."""
        return self.fr if language == "fr" else self.en


class FindingText(Text, frozen=True, forbid_unknown_fields=True):
    """A further condition. A reserve or a note fails nothing, a reserve asks for a cure (`next`); a knock-out: INF-SCORE is 0."""

    reserve: bool = False
    note: bool = False
    knockout: bool = False
    next: Text | None = None

    @property
    def failing(self) -> bool:
        """Neither reserve nor note."""
        return not (self.reserve or self.note)


class Kpi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the plan's KPI table: its name, and the figure before Phase 0 as the plan states it."""

    name: Text
    before: Text
    now: Text


class Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The two independent looks that a pass rests on: what is set, and what happened. One may be another criterion’s."""

    set: str
    happened: str


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One criterion. `plan` names the plan's chapter; `weight` counts towards INF-SCORE, in points.

    `attestable`: a person may answer for what cannot be measured of it.
    """

    chapter: str
    plan: str
    kind: Kind
    basis: Basis
    target: str
    owner: str
    title: Text
    why: Text
    seen: Text
    next: Text
    blocking: bool = False
    paths: Paths | None = None
    waivable: bool = True
    attestable: bool = False
    weight: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    knockout: bool = False
    cause: str = ""
    remedy: str = ""
    kpi: Kpi | None = None
    missed: Text | None = None  # what a person would say of a figure that misses its target; `seen` says all
    finding: Mapping[str, FindingText] = {}

    def __post_init__(self) -> None:
        """No row exists that could not be judged: ValueError for a target nobody understands."""
        if not self.bound.unit:
            raise ValueError(f"target “{self.target}” has no unit")
        if self.blocking and self.basis is Basis.HARDENING:
            raise ValueError("advice (basis hardening) may not block")

    @property
    def may_knock_out(self) -> bool:
        """Its failure, or something found with it, can bring INF-SCORE to 0."""
        return self.knockout or any(text.knockout for text in self.finding.values())

    @property
    def may_be_attested(self) -> bool:
        """A person may answer for it, or for a part of it; everything else is measured."""
        return self.attestable or self.kind is Kind.ATTESTED

    @property
    def bound(self) -> Bound:
        """The target, understood."""
        return Bound.parse(self.target)


Contract = Mapping[str, Criterion]


def parse_contract(text: str, where: str, chapter: str = "") -> dict[str, Criterion]:
    """Criteria by id, in the order of the file, of `chapter` where they name none; ContractError says which row is wrong.

    The table `findings` of a chapter holds sets of findings that its rows share by name.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"{where}: not TOML: {error}") from error
    sets = tables.pop("findings", {})
    return {id: _criterion(id, _with_sets(id, row, sets, where), where, chapter) for id, row in tables.items()}


def _with_sets(id: str, row: Any, sets: Any, where: str) -> Any:  # whatever TOML holds
    """The row with the findings of the chapter's sets that it names (`findings = ["schedules"]`) beside its own."""
    if not isinstance(row, dict) or "findings" not in row:
        return row
    named, own = row["findings"], row.get("finding", {})
    if not isinstance(named, list) or not isinstance(own, dict):
        raise ContractError(f"{where}: [{id}]: findings is a list of names, finding a table")
    shared: dict[str, Any] = {}
    for name in map(str, named):
        if not isinstance(sets, dict) or not isinstance(sets.get(name), dict):
            raise ContractError(f"{where}: [{id}]: no such set of findings: [findings.{name}]")
        shared |= sets[name]
    if twice := sorted(shared.keys() & own.keys()):
        raise ContractError(f"{where}: [{id}]: finding {twice[0]} is in a set and of its own")
    return {**{key: value for key, value in row.items() if key != "findings"}, "finding": {**shared, **own}}


def load_contract(folder: Path = CONTRACT) -> dict[str, Criterion]:
    """The contract of this checkout: a file per chapter, in the order of the plan. No id stands in two of them."""
    contract: dict[str, Criterion] = {}
    for chapter in CHAPTERS:
        file = folder / f"{chapter}.toml"
        rows = parse_contract(_read(file), str(file), chapter)
        if twice := sorted(contract.keys() & rows.keys()):
            raise ContractError(f"{file}: [{twice[0]}] stands in another chapter already")
        contract |= rows
    return contract


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{file}: cannot be read: {error}") from error


def _criterion(id: str, row: Any, where: str, chapter: str) -> Criterion:  # a row is whatever TOML holds
    try:
        return msgspec.convert({"chapter": chapter, **row} if chapter and isinstance(row, dict) else row, Criterion)
    except msgspec.ValidationError as error:
        raise ContractError(f"{where}: [{id}]: {plainly(error, row=True)}") from error
