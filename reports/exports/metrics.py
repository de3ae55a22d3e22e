"""Writes audit.prom: gauges in base units for the textfile collector of node_exporter.

The file is replaced in one step, so that the collector never reads half of it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from gate.bound import Bound
from gate.decision import Verdict
from gate.derived import progress, score
from gate.outcome import Outcome
from gate.resolve import window_of
from reports.exports.report import Report
from reports.text.words import shown

BASE = {
    "%": ("_ratio", 0.01),
    "s": ("_seconds", 1.0),
    "min": ("_seconds", 60.0),
    "h": ("_seconds", 3600.0),
    "hours": ("_seconds", 3600.0),
    "days": ("_seconds", 86400.0),
    "MB": ("_bytes", 1e6),
    "MiB": ("_bytes", 2.0**20),
    "GB": ("_bytes", 1e9),
}
DIRECTION = {"<": "below", "≤": "at-most", "=": "equal", "≥": "at-least", ">": "above"}
KNOWN = (Outcome.PASS, Outcome.FIXED, Outcome.WAIVED, Outcome.NOT_APPLICABLE, Outcome.FAIL)
HELP = {
    "phase0_audit_info": "The audited target; kind is server, lab or demo.",
    "phase0_audit_timestamp_seconds": "When the audit ended.",
    "phase0_audit_duration_seconds": "How long the audit took.",
    "phase0_decision": "1 for the decision of the audit, 0 for the others.",
    "phase0_criteria": "Criteria by outcome.",
    "phase0_criterion_met": "1 if a criterion is met, waived or not applicable, 0 if it failed or is open.",
    "phase0_criterion_known": "1 if a criterion could be judged, 0 if it is unknown, pending or not yet attested.",
    "phase0_criterion_value": "The figure that was measured, in base units.",
    "phase0_criterion_target": "The target of that figure, in base units; the label comparison says how they compare.",
    "phase0_complete_ratio": "The share of blocking criteria that are met or waived.",
    "phase0_score_points": "The infrastructure score out of 100 if all unknown criteria failed (lowest) or passed (highest).",
    "phase0_stable_seconds": "Proven time without incident.",
    "phase0_incidents": "Incidents on record.",
    "phase0_gaps": "Gaps of more than three hours in the record.",
    "phase0_earliest_go_timestamp_seconds": "The earliest possible GO, if open criteria name a date.",
    "phase0_waiver_expiry_timestamp_seconds": "When a waiver expires.",
}


class Gauge(msgspec.Struct, frozen=True):
    """One value of a metric, with its labels. `unit` is the suffix of its name."""

    name: str
    value: float
    labels: Mapping[str, str] = {}
    unit: str = ""


def metrics(report: Report) -> bytes:
    """Return all metrics in Prometheus' text format, each with its help and type."""
    gauges = (*_audit(report), *_decision(report), *_criteria(report), *_stability(report))
    return written(gauges, HELP, {"target": report.run.target.name})


def written(gauges: Iterable[Gauge], help: Mapping[str, str], labels: Mapping[str, str]) -> bytes:
    """Return gauges in Prometheus' text format. `help` has the help of each metric; all gauges get the `labels`."""
    rows: dict[str, list[str]] = {}
    for gauge in gauges:
        name = gauge.name + gauge.unit
        head = [f"# HELP {name} {_help(gauge, help)}", f"# TYPE {name} gauge"]
        rows.setdefault(name, head).append(f"{name}{_labels({**labels, **gauge.labels})} {_figure(gauge.value)}")
    return ("\n".join(line for lines in rows.values() for line in lines) + "\n").encode("utf-8", "backslashreplace")


def _help(gauge: Gauge, help: Mapping[str, str]) -> str:
    """Return the help of a metric. Metrics of one family that differ in their unit name that unit."""
    return f"{help[gauge.name]} Unit: {gauge.unit.removeprefix('_')}." if gauge.unit else help[gauge.name]


def _audit(report: Report) -> Iterator[Gauge]:
    run = report.run
    yield Gauge("phase0_audit_info", 1, {"title": run.target.title, "kind": run.target.kind})
    yield Gauge("phase0_audit_timestamp_seconds", run.ended.timestamp())
    yield Gauge("phase0_audit_duration_seconds", (run.ended - run.started).total_seconds())


def _decision(report: Report) -> Iterator[Gauge]:
    run, decision = report.run, report.decision
    for verdict in Verdict:
        yield Gauge("phase0_decision", verdict is decision.verdict, {"decision": verdict.label})
    counts = Counter(result.outcome for result in decision.results.values())
    for outcome in Outcome:
        yield Gauge("phase0_criteria", counts[outcome], {"outcome": str(outcome)})
    yield Gauge("phase0_complete_ratio", progress(run.contract, decision.results).percent / 100)
    seen = score(run.contract, decision.results)
    yield Gauge("phase0_score_points", seen.lowest, {"bound": "lowest"})
    yield Gauge("phase0_score_points", seen.highest, {"bound": "highest"})
    if decision.earliest:
        yield Gauge("phase0_earliest_go_timestamp_seconds", datetime.fromisoformat(decision.earliest).timestamp())
    for waiver in run.people.waivers:
        yield Gauge(
            "phase0_waiver_expiry_timestamp_seconds", waiver.expires.timestamp(), {"criterion": waiver.criterion}
        )


def _criteria(report: Report) -> Iterator[Gauge]:
    for id, result in report.decision.results.items():
        criterion, bound = report.run.contract[id], report.run.contract[id].bound
        labels = {"criterion": id, "chapter": criterion.chapter, "blocking": "true" if criterion.blocking else "false"}
        yield Gauge("phase0_criterion_met", result.outcome.settled, labels)
        yield Gauge("phase0_criterion_known", result.outcome in KNOWN, labels)
        if result.value is not None and result.outcome is not Outcome.UNKNOWN:
            yield _based("phase0_criterion_value", result.value, bound, {"criterion": id})
        yield _based(
            "phase0_criterion_target", bound.figure, bound, {"criterion": id, "comparison": DIRECTION[bound.compare]}
        )


def _stability(report: Report) -> Iterator[Gauge]:
    window = window_of(report.run)
    if window is not None:
        yield Gauge("phase0_stable_seconds", window.days * 86400)
        yield Gauge("phase0_incidents", window.incidents)
        yield Gauge("phase0_gaps", window.gaps)


def _based(name: str, value: float, bound: Bound, labels: Mapping[str, str]) -> Gauge:
    unit, factor = BASE.get(bound.unit, ("", 1.0))
    return Gauge(name, value * factor, labels, unit)


def _labels(labels: Mapping[str, str]) -> str:
    values = {name: shown(value).replace("\\", r"\\").replace('"', r"\"") for name, value in labels.items()}
    return "{" + ",".join(f'{name}="{value}"' for name, value in values.items()) + "}"


def _figure(value: float) -> str:
    """Return a number in Prometheus' format.

    Its 12 digits are exact to the microsecond for a duration and to the second for a date.
    """
    return f"{float(value):.12g}" if math.isfinite(value) else {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN")
