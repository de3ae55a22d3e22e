"""With 5,000 pods, the cluster's criteria and the lines that a report shows of them stay fast and use little memory."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from math import ceil
from pathlib import Path

from testing.growth import LINEAR
from testing.servers import serving_api
from testing.small_audit import ROOT, TARGET
from testing.test_cluster_client import kubeconfig
from testing.test_mcp_pods import deployment, pod

PODS, PAGE = 5000, 500
MEGABYTES = 150.0
MEASURE = """
import resource, sys
from pathlib import Path
from fixtures.cluster.client import Cluster
from fixtures.cluster.mcp_pods import equipment, service_health, services
from fixtures.cluster.pod_health import pod_health
from fixtures.cluster.stale_pods import stale_pods
from fixtures.ask.facts import FACTS
from fixtures.ask.lines import relevant_lines
from fixtures.session.kept_answers import stored_lines
from fixtures.target.folder import load_target
from testing.growth import growth
import fixtures.host.system.booted
PODS, seen, kept = int(sys.argv[1]), {}, {}
def judge(count):
    target = load_target(Path(str(count)))
    cluster = Cluster(target)
    facts = [FACTS[name] for name in ("deployments", "pods")]
    answers = {fact.name: cluster.get(fact.ask, 600, fact.shape) for fact in facts}
    read = {fact.name: fact.read(answers[fact.name]) for fact in facts}
    at = read["pods"][0].started
    found = services(read["deployments"], read["pods"], target)
    seen[count] = len(read["pods"]), service_health(found, at, at).pods, equipment(found).equipped
    sick = stale_pods(read["pods"], at), pod_health(read["pods"], at)
    relevant_lines(stored_lines("pods", answers["pods"]), sick)
    stored_lines.cache_clear()
    kept[count] = len(answers["pods"].out) / count
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
grown = growth(judge, PODS)
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert seen[PODS // 4][0] == PODS // 4
print(*seen[PODS], (most - before) / 1024, grown, kept[PODS])
"""


def page(number: int, count: int) -> str:
    """Return up to 500 of so many pods as a real server lists them, including the parts that are not used here."""
    bulk = {
        "managedFields": [{"fieldsV1": {f"f:{name}": {} for name in range(60)}}],
        "annotations": {"last": "x" * 500},
    }
    items = []
    for at in range(number * PAGE, min(count, (number + 1) * PAGE)):
        row = pod("twisterlab" if at == 0 else f"team-{at % 50}", containers=("mcp-unified", "sidecar"))
        row["metadata"] |= {"name": f"p{at}", "uid": f"{at:032x}", **bulk}
        if at % 2:  # runs of CronJobs, every second of which failed
            row["metadata"]["ownerReferences"] = [{"kind": "Job", "name": f"x-{29730120 + at}"}]
            row["status"]["phase"] = "Failed" if at % 4 == 1 else "Succeeded"
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
    more = {"continue": str(number + 1)} if (number + 1) * PAGE < count else {}
    return json.dumps({"kind": "PodList", "metadata": more, "items": items})


def crowded(pages: list[str]) -> Callable[[str, dict[str, str]], tuple[int, str]]:
    """Return the answers of a cluster with these pages of pods, of which one belongs to the MCP service."""

    def respond(path: str, _headers: dict[str, str]) -> tuple[int, str]:
        if "deployments" in path:
            return 200, json.dumps({"items": [deployment("twisterlab")]})
        return 200, pages[int(path.partition("continue=")[2] or 0)]

    return respond


def test_five_thousand_pods_cost_little_time_and_memory(tmp_path: Path) -> None:
    """Four times the pods cost about four times the time. Measured in a process of its own, which serves nothing."""
    with contextlib.ExitStack() as servers:
        for count in (PODS // 4, PODS):
            pages = [page(number, count) for number in range(ceil(count / PAGE))]
            server = servers.enter_context(serving_api(crowded(pages)))
            (tmp_path / str(count)).mkdir()
            (tmp_path / str(count) / "target.toml").write_text(TARGET)
            (tmp_path / str(count) / "kubeconfig").write_text(kubeconfig(server.url, {"token": "t"}))
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(PODS)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
    pods, ours, equipped, megabytes, grown, kept = map(float, done.stdout.split())
    assert (pods, ours, equipped) == (PODS, 1, 1)
    assert megabytes < MEGABYTES
    assert grown < LINEAR
    assert kept < len(pages[0]) / PAGE / 2
