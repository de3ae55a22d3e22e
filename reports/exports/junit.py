"""Writes junit.xml: one test case per criterion, so that a viewer of test results shows what the decision depends on.

A blocking criterion that failed is a failure, and one that is unknown an error. A criterion that waits for a date or a
person or does not apply is skipped. Unmet advice is skipped too, because no decision depends on it, and a GO must not
turn a pipeline red.
"""

import re
from xml.etree import ElementTree as ET

from gate.contract import Criterion
from gate.outcome import Outcome
from gate.run import Result
from reports.exports.report import Report
from reports.text.short_form import short_form
from reports.text.words import Voice, shown

MARKS = {Outcome.FAIL: "failure", Outcome.UNKNOWN: "error"}  # for a blocking criterion; other outcomes are skipped
WRITABLE = "\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"  # compiled at its first use, which takes 5 ms


def junit(report: Report) -> bytes:
    """Return the report as XML, with one suite for each chapter."""
    suites = ET.Element("testsuites", name="phase0-gate")
    for chapter in dict.fromkeys(criterion.chapter for criterion in report.run.contract.values()):
        suites.append(_suite(chapter, report))
    _counted(suites)
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _suite(chapter: str, report: Report) -> ET.Element:
    suite = ET.Element("testsuite", name=_text(chapter), timestamp=report.run.ended.isoformat(timespec="seconds"))
    suite.extend(
        _case(result, report)
        for id, result in report.decision.results.items()
        if report.run.contract[id].chapter == chapter
    )
    _counted(suite)
    return suite


def _case(result: Result, report: Report) -> ET.Element:
    criterion, voice = report.run.contract[result.id], Voice(report.language)
    case = ET.Element(
        "testcase",
        classname=f"phase0.{_text(criterion.chapter)}",
        name=_text(f"{result.id} {voice.title(criterion)}"),
        time=f"{result.seconds:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    known = {
        "criterion": result.id,
        "outcome": str(result.outcome),
        "target": criterion.target,
        "value": "" if result.value is None else f"{result.value:g}",
        "blocking": str(criterion.blocking).lower(),
    }
    for name, value in known.items():
        ET.SubElement(properties, "property", name=name, value=_text(value))
    if result.outcome is Outcome.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=_text(voice.describe(criterion, result)))
    if not result.outcome.settled:
        case.append(_mark(criterion, result, voice))
    return case


def _mark(criterion: Criterion, result: Result, voice: Voice) -> ET.Element:
    """Return the mark of an open or failed criterion. JUnit gives `skipped` no type, so its message begins with the outcome."""
    message = short_form(criterion, result, voice)
    kind = MARKS.get(result.outcome, "skipped") if criterion.blocking else "skipped"
    if kind == "skipped":
        advice = "" if criterion.blocking else f"{voice.word('advisory')}{voice.colon}"
        mark = ET.Element(kind, message=_text(f"{advice}{voice.outcome(result.outcome)}{voice.colon}{message}"))
    else:
        mark = ET.Element(kind, type=str(result.outcome), message=_text(message))
    mark.text = _text(voice.describe(criterion, result))
    return mark


def _counted(suite: ET.Element) -> None:
    found = list(suite.iter("testcase"))
    suite.set("tests", str(len(found)))
    for name, mark in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(mark) is not None for case in found)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in found):.3f}")


def _text(text: str) -> str:
    line = shown(text, 2000)
    return line if line.isprintable() else re.sub(f"[^{WRITABLE}]", "\ufffd", line)
