"""The formats for other programs: metrics, the summary of a CI, junit, and the guide that the plan asks for."""

import math
import re
from datetime import timedelta
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt
from markdown_it.token import Token
from prometheus_client.parser import text_string_to_metric_families

from gate.contract import load_contract
from gate.decision import Verdict, decide
from gate.outcome import Outcome
from gate.run import Result, Run
from reports.exports import Export
from reports.exports.guide import guide
from reports.exports.junit import junit
from reports.exports.markdown import escaped, fenced, prose, written
from reports.exports.metrics import DIRECTION, HELP, metrics
from reports.exports.report import Report
from reports.exports.summary import MOST, summary
from reports.text.conditions import conditions
from reports.text.words import UNSEEN, Voice, shown
from testing.golden import AT, GOLDEN, go, hostile, no_go, not_yet
from testing.runs import runs

SUFFIXES = ("_seconds", "_bytes", "_ratio")
FORBIDDEN = ("_total", "_count", "_sum", "_bucket", "_percent", "_days", "_hours", "_minutes", "_megabytes")


def report(run: Run, language: str = "en") -> Report:
    return Report(run, decide(run), (), language)


@cache
def families(name: str) -> dict[str, Any]:
    """Return the metrics of a golden run, parsed by the official parser."""
    return {family.name: family for family in text_string_to_metric_families(metrics(report(GOLDEN[name]())).decode())}


def value(name: str, metric: str, **labels: str) -> float:
    found = [sample.value for sample in families(name)[metric].samples if labels.items() <= sample.labels.items()]
    assert len(found) == 1
    return float(found[0])


@pytest.mark.parametrize("name", GOLDEN)
def test_metrics_are_gauges_with_help_in_base_units(name: str) -> None:
    for family in families(name).values():
        assert family.type == "gauge"
        assert family.documentation
        assert re.fullmatch(r"phase0_[a-z_]+", family.name)
        assert not family.name.endswith(FORBIDDEN)
        labels = [tuple(sorted(sample.labels.items())) for sample in family.samples]
        assert len(labels) == len(set(labels)), "one value for the same labels"
        assert all("target" in sample.labels for sample in family.samples)


@settings(max_examples=40)
@given(runs())
def test_the_metrics_of_any_run_are_read_by_the_official_parser(run: Run) -> None:
    found = {family.name for family in text_string_to_metric_families(metrics(report(run)).decode())}
    assert {name.removesuffix(suffix) for name in found for suffix in ("", *SUFFIXES)} & {*HELP}
    assert {"phase0_decision", "phase0_audit_timestamp_seconds"} <= found


def test_figures_are_in_base_units() -> None:
    assert value("go", "phase0_criterion_value_ratio", criterion="DSK-01") == pytest.approx(0.6124)
    assert value("go", "phase0_criterion_target_ratio", criterion="DSK-01") == pytest.approx(0.7)
    assert value("go", "phase0_criterion_value_seconds", criterion="BKP-04") == pytest.approx(11.08 * 3600)
    assert value("go", "phase0_criterion_value_bytes", criterion="LOG-01") == pytest.approx(0.72e9)
    assert value("go", "phase0_criterion_value", criterion="MCP-01") == 3
    assert value("go", "phase0_audit_timestamp_seconds") == AT.timestamp()
    assert value("go", "phase0_stable_seconds") == pytest.approx(7.3 * 86400)


def test_every_unit_of_the_contract_has_a_base_or_is_a_count() -> None:
    run = msgspec.structs.replace(go(), contract=load_contract(), results={})
    names = {family.name for family in text_string_to_metric_families(metrics(report(run)).decode())}
    assert {"phase0_criterion_target" + suffix for suffix in ("", *SUFFIXES)} <= names


def test_what_is_not_known_is_neither_met_nor_known() -> None:
    for name, met, known in (("go", 1, 1), ("no_go", 0, 0), ("all_unknown", 0, 0)):
        assert value(name, "phase0_criterion_met", criterion="BKP-04") == met
        assert value(name, "phase0_criterion_known", criterion="BKP-04") == known
    assert value("no_go", "phase0_criterion_known", criterion="DSK-01") == 1
    assert value("no_go", "phase0_decision", decision="NO-GO") == 1
    assert value("no_go", "phase0_decision", decision="GO") == 0
    assert value("not_yet", "phase0_earliest_go_timestamp_seconds") > AT.timestamp()
    assert "phase0_earliest_go_timestamp_seconds" not in families("go")


@pytest.mark.parametrize("name", GOLDEN)
def test_a_generic_alert_can_compare_a_figure_with_its_target(name: str) -> None:
    for suffix in ("", *SUFFIXES):
        targets = families(name).get(f"phase0_criterion_target{suffix}")
        for sample in targets.samples if targets else ():
            assert sample.labels["comparison"] in DIRECTION.values()
    helps = [family.documentation for family in families(name).values()]
    assert len(helps) == len(set(helps)), "each metric says what it is"


def test_no_label_changes_from_audit_to_audit() -> None:
    first, later = go(), msgspec.structs.replace(go(), id="another-run", ended=AT + timedelta(days=1))
    assert series(first) == series(later)


def series(run: Run) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Name and labels of each metric, without its value: what Prometheus keeps a series for."""
    found = text_string_to_metric_families(metrics(report(run)).decode())
    return {(sample.name, frozenset(sample.labels.items())) for family in found for sample in family.samples}


def test_hostile_text_stays_inside_its_label() -> None:
    text = metrics(report(hostile())).decode()
    assert all(line.startswith(("# HELP phase0_", "# TYPE phase0_", "phase0_")) for line in text.splitlines())
    assert not UNSEEN.search(text.replace("\n", ""))
    assert math.isfinite(value("hostile", "phase0_criteria", outcome="fail"))


def parsed(text: str) -> list[Token]:
    """Return a Markdown document as CommonMark reads it, with tables: blocks, and what is inside them."""
    return [
        inner
        for block in MarkdownIt("commonmark").enable("table").parse(text)
        for inner in [block, *(block.children or ())]
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_summary_and_guide_show_what_a_host_says_as_text(name: str, language: str) -> None:
    for export in (summary, guide):
        text = export(report(GOLDEN[name](), language)).decode()
        assert not UNSEEN.search(text.replace("\n", ""))
        found = {token.type for token in parsed(text)}
        assert not found & {"html_block", "html_inline", "link_open", "image", "em_open", "code_block", "hr"}
        assert not re.search("&#?[a-z0-9]+;", text), "no entity, least of all in a command"
        assert len(text.encode()) <= MOST


@settings(max_examples=200)
@given(st.text())
def test_an_escaped_text_is_that_text_and_nothing_else(text: str) -> None:
    line = shown(text)
    inside = [
        token
        for token in parsed(f"x {escaped(line)} x")
        if token.type not in ("paragraph_open", "paragraph_close", "inline")
    ]
    assert {token.type for token in inside} <= {"text", "text_special"}
    assert "".join(token.content for token in inside) == f"x {line} x"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_every_row_of_a_table_has_the_columns_of_its_head(name: str, language: str) -> None:
    for export in (summary, guide):
        rows = [token.type for token in parsed(export(report(GOLDEN[name](), language)).decode())]
        assert rows.count("table_open") == rows.count("thead_open") > 0
        text = export(report(GOLDEN[name](), language)).decode()
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1, block


def test_the_summary_says_what_the_first_screen_says() -> None:
    text = summary(report(no_go())).decode().replace("\u00a0", " ")
    assert text.startswith("# NO-GO · EdgeServer (TwisterLab), 4 February\n")
    for expected in (
        "> **Recorded demo server**",
        "- **/ is 85.02 % full (34 GB used, 5.99 GB free)**\n  - fail: DSK-01\n  - Who: Alice Martin (server), was due 4 Feb\n",
        "7 days after the meeting",
        "`sudo du -xhd2 / | sort -h | tail -20`",
        "| Disk usage | 85 % | \\< 70 % | **85.02 %** (fail) |",
        "| Backups a day | 0 | \\< 26 hours | **unknown** |",
        "10 blocking criteria: 2 pass, 1 to attest, 2 unknown, 1 pending, 4 fail",
    ):
        assert expected in text
    assert "## Pourquoi" in summary(report(no_go(), "fr")).decode()


@pytest.mark.parametrize("export", [summary, guide])
@pytest.mark.parametrize("name", GOLDEN)
def test_each_condition_of_the_plan_is_a_row_with_its_figures(name: str, export: Export) -> None:
    run = GOLDEN[name]()
    text = export(report(run)).decode()
    rows = conditions(run, decide(run), Voice("en"))
    assert rows
    for row in rows:
        count = f"{row.met}/{row.all}" if row.all else ""
        assert f"| {row.title} | **{row.word}** | {escaped(row.figure)} | {escaped(row.target)} | {count} |" in text


def test_a_pass_with_a_caveat_says_so() -> None:
    for language, expected in (("en", "pass, with a caveat: LOG-01"), ("fr", "réussi, avec réserve : LOG-01")):
        run = GOLDEN["go_with_waivers"]()
        assert expected in summary(report(run, language)).decode().replace("\u00a0", " ")
        assert f"| **{expected.partition(':')[0].strip()}** |" in guide(report(run, language)).decode().replace(
            "\u00a0", " "
        )


def test_the_guide_has_a_line_for_each_criterion_and_tells_in_full_what_is_not_met() -> None:
    text = guide(report(no_go())).decode().replace("\u00a0", " ")
    assert "Infrastructure audit: EdgeServer (TwisterLab), 4 February, 11 February 2026" in text
    for id, result in decide(no_go()).results.items():
        assert f"\n| {id} | " in text
        assert (f"\n**{id}**: " in text) is not result.outcome.settled
    assert not re.search(r"\([^()]*\([^()]*\)\)", text), "no name in brackets within brackets"


def test_the_guide_has_each_command_once_as_a_block_of_code() -> None:
    tokens = parsed(guide(report(not_yet())).decode())
    blocks = [token.content for token in tokens if token.type == "fence"]
    assert sum("df --local --block-size=1" in block for block in blocks) == 1
    assert len(blocks) == len(set(blocks))


@given(st.text(alphabet="`~ab\n"))
def test_a_block_of_code_ends_where_the_command_does(command: str) -> None:
    lines = command.splitlines()
    found = parsed("\n".join([*fenced(command), "", "end"]))
    assert [token.content for token in found if token.type == "fence"] == ["".join(f"{line}\n" for line in lines)]


def test_a_summary_that_would_be_too_long_ends_with_a_whole_line() -> None:
    assert written(["abc", "déf", "ghi"], 9) == "abc\ndéf\n".encode()
    assert escaped("<b>|@me [x](y) `z` #1 a_b _c_ &lt; a & b") == (
        r"\<b\>\|\@me \[x\](y) \`z\` \#1 a_b \_c\_ \&lt; a & b"
    )
    assert prose("see `a|b` <i>") == r"see `a|b` \<i\>"


def suites(run: Run) -> ET.Element:
    return ET.fromstring(junit(report(run)))  # noqa: S314 — we wrote it


def cases(run: Run) -> list[ET.Element]:
    return list(suites(run).iter("testcase"))


@pytest.mark.parametrize("name", GOLDEN)
def test_junit_has_failures_and_errors_for_what_blocks_alone(name: str) -> None:
    run = GOLDEN[name]()
    results = decide(run).results
    found = cases(run)
    assert len(found) == len(run.contract)
    for case in found:
        id = str(case.get("name")).split()[0]
        outcome, blocking = results[id].outcome, run.contract[id].blocking
        marks = [mark for mark in ("failure", "error", "skipped") if case.find(mark) is not None]
        loud = {Outcome.FAIL: "failure", Outcome.UNKNOWN: "error"}.get(outcome, "skipped") if blocking else "skipped"
        assert marks == ([] if outcome.settled else [loud])


@pytest.mark.parametrize("name", GOLDEN)
def test_junit_as_viewers_of_test_results_count_it(name: str) -> None:
    run = GOLDEN[name]()
    read = JUnitXml.fromstring(junit(report(run)))
    verdict = decide(run).verdict
    assert read.tests == len(run.contract)
    if verdict is Verdict.GO:
        assert (read.failures, read.errors) == (0, 0)
    else:
        assert read.failures + read.errors + read.skipped > 0
    assert [sum(getattr(suite, kind) for suite in read) for kind in ("tests", "failures", "errors", "skipped")] == [
        read.tests,
        read.failures,
        read.errors,
        read.skipped,
    ]
    seen = [type(mark) for suite in read for case in suite for mark in case.result]
    assert (seen.count(Failure), seen.count(Error), seen.count(Skipped)) == (read.failures, read.errors, read.skipped)


def test_junit_says_of_advice_that_it_is_advice() -> None:
    run = go()
    id = next(id for id in run.contract if not run.contract[id].blocking)
    run = msgspec.structs.replace(run, results={**run.results, id: Result(id, Outcome.FAIL)})
    skipped = next(case.find("skipped") for case in cases(run) if str(case.get("name")).startswith(id))
    assert skipped is not None
    assert str(skipped.get("message")).startswith("advisory: fail:")


@settings(max_examples=40)
@given(runs())
def test_junit_of_any_run_is_xml(run: Run) -> None:
    assert len(cases(run)) == len(run.contract)
