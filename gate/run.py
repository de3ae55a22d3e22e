"""The record of one audit (run.json). The decision and every report are made from it alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from gate.contract import Criterion, Text
from gate.history_series import HistorySeries
from gate.identity import Adoption, Identity, LeftOut
from gate.outcome import Outcome
from gate.people import People
from gate.plan import Plan, default_plan
from gate.stability import Window
from gate.unseen import plain_json

VERSION = 1
Account = Literal["", "asks", "shell"]


class RunError(ValueError):
    """A run.json is invalid."""


class Reason(msgspec.Struct, frozen=True):
    """Why a criterion is not a pass: a key of [reason] and [cure] in reports/locale, and the values for its sentence."""

    code: str
    values: Mapping[str, Any] = {}


class Finding(msgspec.Struct, frozen=True):
    """A condition that was found besides the figure, by its name in the contract ([ID.finding.NAME])."""

    name: str
    values: Mapping[str, Any] = {}


class Source(msgspec.Struct, frozen=True):
    """Where evidence comes from: the fact, when it was asked, and how many seconds the answer took.

    `lines` are the lines of the answer that the result rests on, redacted; of a long answer only a few.
    """

    fact: str
    at: datetime
    seconds: float
    lines: tuple[str, ...] = ()


class KeptAnswer(msgspec.Struct, frozen=True):
    """A question, whole, and what a run keeps of its answer, redacted and as lines.

    `status` is an exit status or that of HTTP. `size` and `rows` count the characters and lines of the whole answer, of
    which `out` holds the beginning.
    """

    asked: str
    at: datetime
    seconds: float
    status: int
    out: str
    size: int
    rows: int
    err: str = ""

    @property
    def cut(self) -> bool:
        """Whether the answer was longer than what is kept of it."""
        return len(self.out) < self.size


class Result(msgspec.Struct, frozen=True):
    """The result of one criterion. `value` is its figure and `seen` holds the values of its sentence.

    `before` is its outcome before the remedies of this run, `seconds` the duration of its test.
    """

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
    """The target that was audited. `name` is the argument of `--target=`; `kind` is server, lab or demo.

    `tightened` holds the contract's own target of each criterion that this target tightened. `own` is the name in a
    recorded target.
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
        """The name of the target's own folder, also when a recording of it is judged. Commands that write take it."""
        return self.own or self.name


class Intervention(msgspec.Struct, frozen=True):
    """A remedy of this run. Its state is applied, rolled-back, failed or planned; `diff` is what it changed.

    `plan` is the whole plan as the operator saw it, with every command and undo, and `risk` is safe or disruptive. `run` is
    the id of the run in the journal of the server, by which it can be taken back, or "" if nothing was to be changed.
    """

    remedy: str
    state: str
    criteria: tuple[str, ...]
    steps: tuple[Text, ...] = ()
    diff: str = ""
    seconds: float = 0.0
    risk: str = ""
    plan: Text | None = None
    run: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One audit, with the contract it was judged by.

    `identity` is the audited server. `adopted` holds the statements by which evidence of other identities counts, and
    `left_out` what the history holds of other servers. `account` is the kind of account that asked the host: "asks" (it
    can only ask the audit's questions), "shell" (its key can run any program), or "" if the host was not asked.
    `answers` holds the answer to each question that a result of this run rests on, by the name of its fact. `plan` is that
    of the target, None for plans/phase0.toml.
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
    history_series: HistorySeries = HistorySeries()
    answers: Mapping[str, KeptAnswer] = {}
    plan: Plan | None = None
    version: int = VERSION

    @property
    def phase(self) -> Plan:
        """The plan by which the meeting decides."""
        return self.plan or default_plan()

    @property
    def changed(self) -> bool:
        """Whether the run changed the server. A remedy that was only planned does not."""
        return any(intervention.state != "planned" for intervention in self.interventions)

    @property
    def complete(self) -> dict[str, Result]:
        """The result of every criterion, in the order of the contract. A criterion that was not judged is unknown."""
        missing = {id: Result(id, reason=NOT_JUDGED) for id in self.contract}
        return missing | {id: result for id, result in self.results.items() if id in missing and result.id == id}


def write_run(run: Run) -> bytes:
    """Return the run as indented JSON. The same run always gives the same bytes."""
    return plain_json(run)


def read_run(data: bytes, where: str) -> Run:
    """Parse run.json. Raises RunError, which names the file `where`, if it is invalid or of another version."""
    try:
        rows = msgspec.json.decode(data, type=dict[str, Any])
        if (version := rows.get("version")) != VERSION:
            raise RunError(f"{where}: written as version {version}; this checkout reads version {VERSION}")
        if "chronicle" in rows:  # the name of the series before 0.2.0
            rows["history_series"] = rows.pop("chronicle")
        run = msgspec.convert(rows, Run)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RunError(f"{where}: not a run of this project: {error}") from error
    if run.started.tzinfo is None or run.ended.tzinfo is None:
        raise RunError(f"{where}: not a run of this project: started and ended need an offset from UTC")
    return run


def schema() -> dict[str, Any]:
    """Return the JSON Schema of run.json."""
    return msgspec.json.schema(Run)
