"""junit.xml: a test case for each criterion. What failed is a failure, what is unknown or waits an error."""

import re
from xml.etree import ElementTree as ET

from gate.outcome import Outcome
from gate.run import Result
from reports.exports.report import Report
from reports.text.short_form import short_form
from reports.text.words import Voice, shown

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> bytes:
    """One suite for each chapter."""
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
    if not result.outcome.settled:
        kind = "failure" if result.outcome is Outcome.FAIL else "error"
        told = ET.SubElement(case, kind, type=str(result.outcome), message=_text(short_form(criterion, result, voice)))
        told.text = _text(voice.told(criterion, result))
    return case


def _counted(suite: ET.Element) -> None:
    found = list(suite.iter("testcase"))
    suite.set("tests", str(len(found)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in found)))
    suite.set("errors", str(sum(case.find("error") is not None for case in found)))
    suite.set("skipped", "0")
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in found):.3f}")


def _text(text: str) -> str:
    return UNWRITABLE.sub("\ufffd", shown(text, 2000))
