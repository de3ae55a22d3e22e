"""With 5,000 pods, the cluster's criteria stay fast and use little memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.servers import Server, serving_api
from testing.small_audit import ROOT, TARGET
from testing.test_cluster_client import kubeconfig
from testing.test_mcp_pods import deployment, pod

PODS, PAGE = 5000, 500
SECONDS, MEGABYTES = 2.0, 150.0
MEASURE = """
import resource, sys, time
from fixtures.cluster.client import Cluster
from fixtures.cluster.mcp_pods import equipment, service_health, services
from fixtures.ask.facts import FACTS
from fixtures.target.folder import load_target
import fixtures.host.system.booted
target = load_target(__import__("pathlib").Path(sys.argv[1]))
cluster = Cluster(target)
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
read = {name: FACTS[name].read(cluster.get(FACTS[name].ask, 60)) for name in ("deployments", "pods")}
found = services(read["deployments"], read["pods"], target)
at = read["pods"][0].started
health, equipped = service_health(found, at, at), equipment(found)
took, most = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(read["pods"]), health.pods, equipped.equipped, took, (most - before) / 1024)
"""


def page(number: int) -> str:
    """Return 500 pods as a real server lists them, including the parts that are not used here."""
    bulk = {
        "managedFields": [{"fieldsV1": {f"f:{name}": {} for name in range(60)}}],
        "annotations": {"last": "x" * 500},
    }
    items = []
    for at in range(number * PAGE, (number + 1) * PAGE):
        row = pod("twisterlab" if at == 0 else f"team-{at % 50}", containers=("mcp-unified", "sidecar"))
        row["metadata"] |= {"name": f"p{at}", "uid": f"{at:032x}", **bulk}
        row["spec"] |= {
            "volumes": [{"name": f"v{one}", "configMap": {"name": "c"}} for one in range(4)],
            "tolerations": [
                {
                    "key": "node.kubernetes.io/not-ready",
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 300,
                }
            ]
            * 2,
        }
        row["status"]["conditions"] = [
            {"type": kind, "status": "True"} for kind in ("Ready", "Initialized", "PodScheduled")
        ]
        items.append(row)
    more = {"continue": str(number + 1)} if (number + 1) * PAGE < PODS else {}
    return json.dumps({"kind": "PodList", "metadata": more, "items": items})


@pytest.fixture(scope="module")
def crowded() -> Iterator[Server]:
    """A server on this machine with 5,000 pods, of which one belongs to the MCP service."""
    pages = [page(number) for number in range(PODS // PAGE)]

    def respond(path: str, _headers: dict[str, str]) -> tuple[int, str]:
        if "deployments" in path:
            return 200, json.dumps({"items": [deployment("twisterlab")]})
        return 200, pages[int(path.partition("continue=")[2] or 0)]

    with serving_api(respond) as server:
        yield server


def test_five_thousand_pods_cost_little_time_and_memory(crowded: Server, tmp_path: Path) -> None:
    """Processor time is measured in a process of its own, so that other load does not count."""
    (tmp_path / "target.toml").write_text(TARGET)
    (tmp_path / "kubeconfig").write_text(kubeconfig(crowded.url, {"token": "t"}))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pods, ours, equipped, seconds, megabytes = map(float, done.stdout.split())
    assert (pods, ours, equipped) == (PODS, 1, 1)
    assert megabytes < MEGABYTES
    assert seconds < 3 * SECONDS, "generous: the bound holds on a quiet machine"
