"""Reads the contract: the criteria of the plan, one TOML table per criterion in tests/criteria/CHAPTER.toml."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from gate.bound import Bound
from gate.refusal import plainly
from gate.tables import tables_of

CONTRACT = Path(__file__).parents[1] / "tests" / "criteria"
CHAPTERS = (
    "mcp",
    "logs",
    "disk",
    "backups",
    "monitoring",
    "guides",
    "infrastructure",
    "decision",
)  # in the order of the plan


class ContractError(ValueError):
    """The contract, or a change that a target makes to it, is invalid."""


class Kind(StrEnum):
    """How a criterion is observed. Each kind is also a pytest mark, as in `-m "not drill"`."""

    LIVE = "live"
    DRILL = "drill"
    WINDOW = "window"
    ATTESTED = "attested"
    DERIVED = "derived"


class Basis(StrEnum):
    """Why a criterion exists: the plan states it, it proves a statement of the plan, it is advice of this project, or the
    site of the target states it.
    """

    PLAN = "plan"
    PROOF = "proof"
    HARDENING = "hardening"
    SITE = "site"


class Impact(StrEnum):
    """What comes of it where a criterion is not met, worst first; reasons are told in this order."""

    DATA_LOSS = "data-loss"
    SERVICE_DOWN = "service-down"
    DISK_FULL = "disk-full"
    UPKEEP = "upkeep"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in each language of the reports."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Return the sentence in `language`: "fr" for French; any other value for English."""
        return self.fr if language == "fr" else self.en


class FindingText(Text, frozen=True, forbid_unknown_fields=True):
    """The sentence of a finding: a condition of a criterion besides its figure.

    A finding fails its criterion unless it is a reserve or a note. A reserve asks for the action in `next`; a note only
    informs. A knock-out sets the infrastructure score (INF-SCORE) to 0. `cause` is the cause of another criterion that a
    failure belongs to if it begins with this finding: nothing runs, for example.
    """

    reserve: bool = False
    note: bool = False
    knockout: bool = False
    next: Text | None = None
    cause: str = ""

    @property
    def failing(self) -> bool:
        """Whether the finding fails its criterion: it is neither a reserve nor a note."""
        return not (self.reserve or self.note)


class Kpi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the plan's KPI table: its name, its figure before the phase as the plan states it, and now.

    An empty `now` is shown as the figure of the criterion.
    """

    name: Text
    before: Text
    now: Text


class Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The two independent looks that a pass rests on: what is set, and what happened. One may be another criterion’s."""

    set: str
    happened: str


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One criterion. `plan` is the chapter of the plan, and `weight` its points in the infrastructure score
    (INF-SCORE).

    `attestable` allows a person to vouch for the part of it that cannot be measured. `optional` means that a sound server
    may have nothing of what the criterion is about, so that it does not apply. `without` has the sentences that replace
    `seen` where values are missing, empty or 0, by the names of these values (`"failed stuck"`: both are); the first
    that fits is used. `objects` names the values, of `seen` and of failing findings, that list what the figure counts: a
    waiver may accept one of these alone.
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
    optional: bool = False
    objects: tuple[str, ...] = ()
    weight: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    knockout: bool = False
    impact: Impact = Impact.UPKEEP
    cause: str = ""
    remedy: str = ""
    kpi: Kpi | None = None
    missed: Text | None = None  # the short sentence for a missed target; `seen` is the complete one
    without: Mapping[str, Text] = {}
    finding: Mapping[str, FindingText] = {}

    def __post_init__(self) -> None:
        """Raise ValueError if the target has no unit or cannot be parsed, or if a criterion that is only advice is
        blocking.
        """
        if not self.bound.unit:
            raise ValueError(f"target “{self.target}” has no unit")
        if self.blocking and self.basis is Basis.HARDENING:
            raise ValueError("advice (basis hardening) may not block")

    def seen_of(self, values: Mapping[str, Any]) -> Text:
        """Return the sentence about what was seen that fits the values."""
        fitting = (text for names, text in self.without.items() if not any(map(values.get, names.split())))
        return next(fitting, self.seen)

    def fails_by(self, finding: str) -> bool:
        """Return whether a finding of this name is known and fails the criterion."""
        return finding in self.finding and self.finding[finding].failing

    @property
    def may_knock_out(self) -> bool:
        """Whether a failure of this criterion, or one of its findings, can set the infrastructure score to 0."""
        return self.knockout or any(text.knockout for text in self.finding.values())

    @property
    def may_be_attested(self) -> bool:
        """Whether a person may vouch for the criterion or for a part of it. All other criteria are only measured."""
        return self.attestable or self.kind is Kind.ATTESTED

    @property
    def bound(self) -> Bound:
        """The target, parsed."""
        return Bound.parse(self.target)


Contract = Mapping[str, Criterion]


def parse_contract(text: str, where: str, chapter: str = "") -> dict[str, Criterion]:
    """Parse the criteria of one file, by id, in the order of the file.

    A criterion that names no chapter gets `chapter`. The table `findings` holds sets of findings that the criteria of
    the file share by name. Raises ContractError, which names the invalid table.
    """
    return dict(_parsed(text, where, chapter, None))


@lru_cache(maxsize=64)  # an audit reads the contract three times
def _parsed(text: str, where: str, chapter: str, file: Path | None) -> Mapping[str, Criterion]:
    try:
        tables = tables_of(text, file) if file else tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"{where}: not TOML: {error}") from error
    sets = tables.pop("findings", {})
    return {id: _criterion(id, _with_sets(id, row, sets, where), where, chapter) for id, row in tables.items()}


def _with_sets(id: str, row: Any, sets: Any, where: str) -> Any:  # whatever TOML holds
    """Return the row with the findings of the sets that it names (`findings = ["schedules"]`) added to its own."""
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
        raise ContractError(
            f"{where}: [{id}]: finding {twice[0]} is defined twice: in a set and in the criterion itself"
        )
    return {**{key: value for key, value in row.items() if key != "findings"}, "finding": {**shared, **own}}


def load_contract(folder: Path = CONTRACT) -> dict[str, Criterion]:
    """Read the contract: one file per chapter, in the order of the plan.

    Raises ContractError if a file is missing or invalid, or if an id occurs in two chapters.
    """
    contract: dict[str, Criterion] = {}
    for chapter in CHAPTERS:
        file = folder / f"{chapter}.toml"
        rows = _parsed(_read(file), str(file), chapter, file)
        if twice := sorted(contract.keys() & rows.keys()):
            raise ContractError(f"{file}: [{twice[0]}] is already defined in another chapter")
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
