"""The services of a fleet's cluster: systemd understands the units, and every field of the Kubernetes objects is one."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from kubernetes import client

from fleet.options import parser
from testing.exposure import exposure

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy" / "fleet"
UNITS, CLUSTER = DEPLOY / "systemd", DEPLOY / "kubernetes"
PARTS = ("scheduler", "worker")
analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as the installation writes them, for a program that is there."""
    python = tmp_path / "home" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/true")
    shutil.copytree(UNITS, tmp_path / "units")
    for file in (tmp_path / "units").rglob("*.*"):
        if file.is_file():
            file.write_text(file.read_text().replace("@HOME@", str(tmp_path / "home")))
    return tmp_path / "units"


@analyze
def test_systemd_understands_the_units(units: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *map(str, units.glob("*.service"))],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
    )
    assert [line for line in done.stderr.splitlines() if "phase0-fleet" in line] == []


@analyze
@pytest.mark.parametrize("part", PARTS)
def test_the_units_can_do_little(units: Path, part: str) -> None:
    whole = units / f"whole-{part}.service"  # in offline mode, systemd-analyze does not read drop-ins
    parts = (units / f"phase0-fleet-{part}.service", units / "phase0-fleet-.service.d" / "service.conf")
    whole.write_text("".join(file.read_text() for file in parts))
    assert exposure(whole) <= 2.7


@pytest.mark.parametrize("part", PARTS)
def test_a_unit_starts_a_command_that_there_is(part: str) -> None:
    unit = (UNITS / f"phase0-fleet-{part}.service").read_text()
    (command,) = re.findall(r"^ExecStart=@HOME@/\.venv/bin/python -P -m fleet (.*)", unit, re.M)
    given = parser().parse_args(command.replace("${PHASE0_SCHEDULER}", "tls://fleet.example.org").split())
    assert given.command == part
    assert given.address.startswith("tls://")
    assert str(given.certificates) == "/etc/phase0-fleet/certificates"


class Response(NamedTuple):
    """An answer of an API server."""

    data: str


def documents() -> Iterator[Any]:
    for file in sorted(CLUSTER.glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            yield pytest.param(document, id=f"{file.stem}-{document['kind']}")


@pytest.mark.parametrize("document", list(documents()))
def test_every_field_is_one_that_kubernetes_has(document: dict[str, Any]) -> None:
    """The client's models raise for a field that is missing, and leave out one that does not exist."""
    if document["kind"] == "Kustomization":
        named = {*document["resources"], "kustomization.yaml"}
        assert named == {file.name for file in CLUSTER.glob("*.yaml")}
        return
    api = client.ApiClient()
    read = api.deserialize(Response(json.dumps(document)), f"V1{document['kind']}")
    assert api.sanitize_for_serialization(read) == document


@pytest.mark.parametrize("part", PARTS)
def test_a_pod_starts_a_command_that_there_is_and_can_do_little(part: str) -> None:
    file = CLUSTER / ("workers.yaml" if part == "worker" else "scheduler.yaml")
    spec = next(yaml.safe_load_all(file.read_text()))["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    given = parser().parse_args(container["args"])
    assert given.command == part
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert str(given.certificates) in mounted
    assert part == "scheduler" or str(given.fleet.parent) in mounted
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert spec["automountServiceAccountToken"] is False
    (secret,) = [volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume]
    assert secret == part, "no part has the key of another"


def test_only_the_cluster_reaches_the_cluster() -> None:
    policies = {
        row["metadata"]["name"]: row["spec"] for row in yaml.safe_load_all((CLUSTER / "network.yaml").read_text())
    }
    for part in PARTS:
        assert policies[part]["podSelector"] == {"matchLabels": {"part": part}}
        assert all(rule["from"] for rule in policies[part]["ingress"])


@pytest.mark.parametrize("words", [[], ["client"], ["worker", "scheduler"]])
def test_a_wrong_word_is_one_line(words: list[str]) -> None:
    done = subprocess.run([DEPLOY / "install", *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    assert "scheduler or worker" in done.stderr
