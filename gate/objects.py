"""Judges waivers for single objects of a criterion, such as one pod of all that fail, and tells which waivers are idle."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

import msgspec

from gate.contract import Criterion, FindingText
from gate.outcome import Outcome
from gate.people import Void, Waiver, waiver_void
from gate.run import Finding, Result, Run

WAIVED = "waived-objects"
NOTE = FindingText(
    en="waived: {names:list}[[; not waived: {left:list}]]",
    fr="dérogation pour {names:list}[[\u00a0; sans dérogation\u00a0: {left:list}]]",
    note=True,
)
FAILED = (Outcome.FAIL, Outcome.WAIVED)


class Objects(msgspec.Struct, frozen=True):
    """The objects that fail a criterion: those that waivers accept, and those that are left.

    `explained` says whether the figure counts exactly these objects, and every failing finding names its own. Only then
    does the criterion fail for nothing else.
    """

    waived: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    explained: bool = False


def resolve_objects(result: Result, criterion: Criterion, waivers: Iterable[Waiver]) -> Result:
    """Return a failed result with the objects that these waivers accept, and waived if nothing else fails it."""
    seen = objects_of(result, criterion, waivers)
    if not seen.waived:
        return result
    noted = (*result.findings, Finding(WAIVED, {"names": seen.waived, "left": seen.left}))
    result = msgspec.structs.replace(result, findings=noted)
    met = seen.explained and result.value is not None and criterion.bound.met_by(result.value - len(seen.waived))
    rest = any(set(_named(values, criterion)) & set(seen.left) for values in _failing(result, criterion))
    return msgspec.structs.replace(result, outcome=Outcome.WAIVED) if met and not rest else result


def objects_of(result: Result, criterion: Criterion, waivers: Iterable[Waiver]) -> Objects:
    """Return the objects that a failed result names, by whether one of the waivers accepts them."""
    failing = list(_failing(result, criterion))
    named = dict.fromkeys(name for values in (result.seen, *failing) for name in _named(values, criterion))
    patterns = [waiver.object for waiver in waivers]
    waived = tuple(name for name in named if any(fnmatchcase(name, pattern) for pattern in patterns))
    left = tuple(name for name in named if name not in waived)
    whole = len(named) == result.value and all(list(_named(values, criterion)) for values in failing)
    return Objects(waived, left, whole)


def idle_waivers(run: Run, results: Mapping[str, Result]) -> Iterator[Void]:
    """Yield the waivers that are valid and change nothing, each with the reason: nothing fails that they accept."""
    for waiver in run.people.waivers:
        result = results.get(waiver.criterion)
        why = _idle(waiver, result, run) if result and not waiver_void(waiver, run.contract, run.ended) else ""
        if why:
            yield Void(f"{waiver.criterion} {waiver.object}".strip(), "waiver", why)


def _idle(waiver: Waiver, result: Result, run: Run) -> str:
    """Return a key of [void] in reports/locale, or "" for a waiver that accepts a failure."""
    if result.outcome not in FAILED:
        return "unused" if result.outcome.settled else "open"
    if not waiver.object:
        return ""
    seen = objects_of(result, run.contract[waiver.criterion], [waiver])
    if not seen.waived:
        return "unmatched"
    return "" if seen.explained or run.people.waiver(waiver.criterion) else "uncounted"


def _failing(result: Result, criterion: Criterion) -> Iterator[Mapping[str, object]]:
    """Yield the values of the findings that fail the criterion."""
    for finding in result.findings:
        text = criterion.finding.get(finding.name)
        if finding.name != WAIVED and (text is None or text.failing):
            yield finding.values


def _named(values: Mapping[str, object], criterion: Criterion) -> Iterator[str]:
    """Yield the objects that values name, without the reason that may follow in brackets."""
    for key in criterion.objects:
        listed = values.get(key)
        for entry in listed if isinstance(listed, list | tuple) else ():
            if isinstance(entry, str):
                yield entry.partition(" (")[0]
