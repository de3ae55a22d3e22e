"""The objects a cluster lists are one row each, whatever whoever may make an object writes in it."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fixtures.ask.facts import FACTS
from fixtures.drills.script import text
from fixtures.host.system.mcp_workloads import McpWorkloads
from fixtures.session.registry import registered_facts
from testing.servers import serving
from testing.test_redaction import JWT
from testing.threats import attack

KUBECTL = shutil.which("kubectl")
BORN = "2026-02-01T00:00:00Z"
FORGED = f"x\nSecret twisterlab gone {BORN} <none>"
ASKED = dict.fromkeys(("MCP_SERVICE", "MCP_PORT", "MCP_PATH", "MCP_IMAGE", "MCP_REVISION", "MCP_REGISTRY"), "")
ASKED |= {"MCP_IMAGE_ARCHIVE": "", "MCP_DEPLOYMENT": "mcp-unified", "MCP_NAMESPACES": "twisterlab"}
NEEDS_KUBECTL = pytest.mark.skipif(KUBECTL is None, reason="kubectl itself renders its templates")


def resource(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["list", "create", "get"]}


def made(kind: str, name: str, owner: str = "", **more: Any) -> dict[str, Any]:
    owners = {"ownerReferences": [{"apiVersion": "v1", "kind": owner, "name": owner, "uid": "1"}]} if owner else {}
    return {
        "kind": kind,
        "metadata": {"name": name, "namespace": "mallory", "creationTimestamp": BORN, "generation": 1, **owners},
        **more,
    }


GROUPS = {
    "api/v1": [resource("secrets", "Secret"), resource("configmaps", "ConfigMap")],
    "apis/rbac.authorization.k8s.io/v1": [resource("roles", "Role")],
    "apis/apps/v1": [resource("deployments", "Deployment")],
}
VERSIONS = [{"groupVersion": place.removeprefix("apis/"), "version": "v1"} for place in GROUPS if "apis/" in place]
KINDS = [{"name": one["groupVersion"][:-3], "versions": [one], "preferredVersion": one} for one in VERSIONS]


def answer(path: str, objects: list[dict[str, Any]]) -> Any:
    """What an API server with these objects answers."""
    place, _, last = path.rpartition("/")
    if path == "api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": KINDS}
    version = (path if path in GROUPS else place).removeprefix("apis/").removeprefix("api/")
    if path in GROUPS:
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": GROUPS[path]}
    for one in GROUPS.get(place, []):
        if one["name"] == last:
            items = [{"apiVersion": version, **each} for each in objects if each["kind"] == one["kind"]]
            return {"kind": f"{one['kind']}List", "apiVersion": version, "metadata": {}, "items": items}
    return None


def asked(script: str, objects: list[dict[str, Any]], folder: Path) -> str:
    """What a script of sh says beside a `k3s` whose cluster lists these objects."""

    def respond(path: str, _: dict[str, str]) -> tuple[int, str]:
        body = answer(path.partition("?")[0].strip("/"), objects)
        return (404, "{}") if body is None else (200, json.dumps(body))

    shim = folder / "k3s"
    with serving(respond) as server:
        shim.write_text(f'#!/bin/sh\nshift\nexec {KUBECTL} --server {server.url} "$@"\n')
        shim.chmod(0o755)
        given = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder)} | ASKED
        command = ["sh", "-c", script]
        return subprocess.run(
            command, cwd=folder, env=given, capture_output=True, text=True, timeout=300, check=True
        ).stdout


HIDDEN = (
    made("Secret", "plain", type=FORGED),
    made("Secret", "quoting", type=f"ghp_{JWT}"),
    made("Secret", "odd", type={"a": ["b"]}),
    made("Role", FORGED),
    made("Role", "system:x", owner=FORGED),
    made("Role", "pretending", type="kubernetes.io/service-account-token"),
)


@NEEDS_KUBECTL
@attack("T5", "What another account can make is not believed.")
def test_no_object_makes_a_row_of_its_own(tmp_path: Path) -> None:
    """Whoever may make an object writes rows, a secret and structure into a Secret's type, a role's name, an owner's kind."""
    honest = made("Secret", "issued", type="kubernetes.io/service-account-token")
    script = f'as() {{ "$@"; }}\n{text("cluster_objects.sh")}\nobjects listed || cat listed.said\ncat listed'
    rows = [line.split() for line in asked(script, [*HIDDEN, honest], tmp_path).splitlines()]
    assert len(rows) == len(HIDDEN) + 1
    assert {(row[1], row[3]) for row in rows} == {("mallory", BORN)}
    assert [row[2] for row in rows if row[5:] == ["token"]] == ["issued"]
    assert [row[2] for row in rows if row[4] == "owned"] == ["system%3Ax"]
    assert JWT not in str(rows)


@NEEDS_KUBECTL
@attack("T5", "What another account can make is not believed.")
def test_no_owner_of_a_deployment_makes_a_row_of_its_own(tmp_path: Path) -> None:
    """Whoever may deploy in a namespace gives a Deployment an owner whose kind holds rows about another Deployment."""
    registered_facts()
    forged = "x\ndeployment\ttwisterlab\tmcp-unified\tforged\t1\t9\t9\ncontainer\tx\ty"
    spec = {
        "replicas": 1,
        "template": {"spec": {"containers": [{"name": "x", "image": "y", "imagePullPolicy": "Always"}]}},
    }
    answered = asked(FACTS["mcp_workloads"].ask, [made("Deployment", "x", owner=forged, spec=spec)], tmp_path)
    seen: McpWorkloads = FACTS["mcp_workloads"].parse(answered)
    assert "forged" in answered
    assert seen.workloads == {}


@NEEDS_KUBECTL
def test_what_nobody_has_changed_is_told_with_what_it_holds(tmp_path: Path) -> None:
    """Of objects that were changed since the copy, and of those that a control plane writes itself, nothing is compared."""

    def holding(name: str, changed: str, kind: str = "ConfigMap", **more: Any) -> dict[str, Any]:
        one = made(kind, name, **more)
        one["metadata"]["managedFields"] = [{"time": time} for time in (BORN, changed)]
        return {**one, "data": {"key": f"of {name}"}}

    before, after = "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"
    listed = [
        holding("kept", before),
        holding("changed", after),
        holding("hidden", before, "Secret", type="Opaque"),
        holding("issued", before, "Secret", type="kubernetes.io/service-account-token"),
        holding("kube-root-ca.crt", before),
        made("ConfigMap", "untold"),
    ]
    script = 'as() {{ "$@"; }}\n{}\ncontents listed {} || cat listed.said\ncat listed'

    def told(cutoff: str) -> dict[str, str]:
        rows = asked(script.format(text("cluster_objects.sh"), cutoff), listed, tmp_path).splitlines()
        return {name.split()[2]: data for name, data in (row.split("\t") for row in rows)}

    assert told("2026-03-01T00:00:00Z") == {"kept": "key=of+kept&", "hidden": "key=of+hidden&"}
    assert told("''").keys() == {"kept", "hidden", "changed", "untold"}


def test_no_template_takes_the_name_of_what_the_drill_found() -> None:
    """The path of the copy's token and the template of tokens were one variable: K3s was given the latter as the former."""
    templates = set(re.findall(r"^([a-z_]+)=", text("cluster_objects.sh"), re.M))
    given = set(re.findall(r"^give (.*)$", text("cluster_restore.sh"), re.M)[0].split())
    found = set(re.findall(r"([a-z_]+)=''", text("cluster_copy.sh")))
    assert templates >= {"identity", "issued"}
    assert found >= {"token", "manifests"}
    assert not templates & (given | found)
