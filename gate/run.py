"""One audit, frozen: everything the decision and every report is made from (run.json)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from gate.contract import Criterion, Text
from gate.history_series import HistorySeries
from gate.identity import Adoption, Identity, LeftOut
from gate.outcome import Outcome
from gate.people import People
from gate.stability import Window

VERSION = 1
Account = Literal["", "asks", "shell"]


class RunError(ValueError):
    """A run.json that cannot be used."""


class Reason(msgspec.Struct, frozen=True):
    """Why something is not a pass: a code of reports/locale ([reason] and [cure]) and the figures of its sentence."""

    code: str
    values: Mapping[str, Any] = {}


class Finding(msgspec.Struct, frozen=True):
    """A further condition seen, by its name in the contract ([ID.finding.NAME])."""

    name: str
    values: Mapping[str, Any] = {}


class Source(msgspec.Struct, frozen=True):
    """Where evidence comes from: the fact, how it was asked, when, and how long the answer took in seconds."""

    fact: str
    asked: str
    at: datetime
    seconds: float


class Result(msgspec.Struct, frozen=True):
    """What one test judged. `before` is its outcome before this run's remedies; `seconds` its duration."""

    id: str
    outcome: Outcome = Outcome.UNKNOWN
    value: float | None = None
    seen: Mapping[str, Any] = {}
    reason: Reason | None = None
    findings: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = ()
    seconds: float = 0.0
    before: Outcome | None = None


NOT_JUDGED = Reason("not-judged", {"cause": "not-judged"})


class Audited(msgspec.Struct, frozen=True):
    """The place that was audited. `name` is what `--target=` takes; `kind` is server, lab or demo.

    `tightened` holds the contract's own figure of each criterion of which the target asks more; `own` is the name a
    recorded target gave itself.
    """

    name: str
    title: str
    kind: str
    owners: Mapping[str, str] = {}
    plan_start: str = ""
    meeting: str = ""
    tightened: Mapping[str, str] = {}
    own: str = ""

    @property
    def folder(self) -> str:
        """Its own name: what a command that writes or mends takes, also where a recording of it is judged."""
        return self.own or self.name


class Intervention(msgspec.Struct, frozen=True):
    """A remedy of this run: its state is applied, rolled-back, failed or planned; `diff` is what it changed."""

    remedy: str
    state: str
    criteria: tuple[str, ...]
    steps: tuple[Text, ...] = ()
    diff: str = ""
    seconds: float = 0.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """An audit from start to end, with the contract it was judged by.

    `identity` says which server was watched, `adopted` which earlier evidence counts by somebody's word, `left_out` what
    the history holds of other servers.

    `account` is the kind of account the host was asked by: "asks" (it can do nothing else), "shell" (whoever holds its key
    can run programs there), or "" where the host was not asked.
    """

    id: str
    target: Audited
    started: datetime
    ended: datetime
    contract: Mapping[str, Criterion]
    results: Mapping[str, Result]
    people: People = People()
    window: Window | None = None
    interventions: tuple[Intervention, ...] = ()
    replayed_from: str = ""
    identity: Identity = Identity()
    adopted: tuple[Adoption, ...] = ()
    left_out: LeftOut | None = None
    account: Account = ""
    chronicle: HistorySeries = HistorySeries()
    version: int = VERSION

    @property
    def changed(self) -> bool:
        """Something was done to the server: a plan alone changes nothing."""
        return any(intervention.state != "planned" for intervention in self.interventions)

    @property
    def complete(self) -> dict[str, Result]:
        """A result for every criterion of the contract, in its order: what was not judged, as itself, is unknown."""
        missing = {id: Result(id, reason=NOT_JUDGED) for id in self.contract}
        return missing | {id: result for id, result in self.results.items() if id in missing and result.id == id}


def write_run(run: Run) -> bytes:
    """run.json: indented, keys in the order of the model, the same bytes for the same run."""
    return msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n"


def read_run(data: bytes, where: str) -> Run:
    """A Run from run.json; RunError says what is wrong with it."""
    try:
        version = msgspec.json.decode(data, type=dict[str, Any]).get("version")
        if version != VERSION:
            raise RunError(f"{where}: written as version {version}; this checkout reads version {VERSION}")
        return msgspec.json.decode(data, type=Run)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RunError(f"{where}: not a run of this project: {error}") from error


def schema() -> dict[str, Any]:
    """The JSON Schema of run.json, made from the model itself."""
    return msgspec.json.schema(Run)
