"""Prometheus' own checker over what Prometheus reads: audit.prom, the alert rules and the dashboard's queries."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from gate.decision import decide
from reports.exports.metrics import metrics
from reports.exports.report import Report
from testing.golden import GOLDEN

DEPLOY = Path(__file__).parents[1] / "deploy" / "prometheus"
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (apt: prometheus)")


def promtool(*arguments: str, given: bytes = b"") -> str:
    """What promtool prints; the test fails with it where promtool refuses something."""
    done = subprocess.run(["promtool", *arguments], cwd=DEPLOY, input=given, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return (done.stdout + done.stderr).decode()


def exported(name: str) -> bytes:
    """audit.prom of one of the golden runs."""
    run = GOLDEN[name]()
    return metrics(Report(run, decide(run), (), "en"))


def queries() -> Iterator[str]:
    """Every query of the dashboard, with a server's name in place of the variable."""
    dashboard = json.loads((DEPLOY / "phase0-dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        yield from (target["expr"].replace("$target", "edge") for target in panel["targets"])


@needs_promtool
@pytest.mark.parametrize("name", GOLDEN)
def test_promtool_finds_nothing_to_say_about_audit_prom(name: str) -> None:
    assert promtool("check", "metrics", given=exported(name)) == ""


@needs_promtool
def test_the_alerts_fire_when_they_should_and_only_then() -> None:
    promtool("check", "rules", "phase0-rules.yaml")
    assert "SUCCESS" in promtool("test", "rules", "phase0-rules.test.yaml")


@needs_promtool
def test_the_queries_of_the_dashboard_are_promql(tmp_path: Path) -> None:
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries())]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", str(tmp_path / "rules.yaml"))


def test_alerts_and_dashboard_name_metrics_that_exist() -> None:
    known = {family.name for name in GOLDEN for family in text_string_to_metric_families(exported(name).decode())}
    rules: Any = yaml.safe_load((DEPLOY / "phase0-rules.yaml").read_text(encoding="utf-8"))
    asked = [*queries(), *(rule["expr"] for group in rules["groups"] for rule in group["rules"])]
    named = {name for query in asked for name in re.findall(r"\bphase0_\w+(?!\w|\.\*)", query)}
    assert named <= known
    assert len(named) > 6
