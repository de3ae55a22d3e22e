"""What an audit costs this machine, in figures that are the same on every machine: modules, files, requests, pages.

The bounds are what was counted on the day they were written (in brackets) and a tenth more. What grows beyond one of
them has to be worth it: `python -X importtime -m pytest …` and `make bench` show what it costs in time. What an audit costs
the server is in testing/lab/test_cost_of_an_audit.py.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from math import ceil
from pathlib import Path
from socket import socket
from typing import NamedTuple

import pytest

from testing.audits import ROOT
from testing.servers import serving_api
from testing.small_audit import TARGET
from testing.test_cluster_client import kubeconfig
from testing.test_many_pods import PAGE, crowded, page

OURS = ("gate", "fixtures", "reports", "remediations", "tests")
MOST_OURS, MOST_THIRD = 372, 195  # modules of a replay: of the project (346), of libraries (187)
MOST_SEARCHES = 130  # for garbage (87, most of them while pytest starts; 214 at the pace of Python)
MOST_LIVE = 257  # modules of libraries in a live audit that reads a cluster (234)
UNUSED = {  # libraries that a replay does without, and plugins that are merely installed beside pytest
    "apprise",
    "detect_secrets",
    "execnet",
    "hypothesis",
    "kubernetes",
    "platformdirs",
    "requests",
    "testinfra",
    "urllib3",
    "xdist",
    "yaml",
}
FILES = {"audit.prom", "detail.html", "evidence.html", "junit.xml", "run.json", "summary.md", "verdict.html"}
COMPILE = "from fixtures.ask.service_forms import services; services()"
COUNT = """
import gc, json, sys, pytest
pytest.main(sys.argv[2:])
searches = sum(generation["collections"] for generation in gc.get_stats())
open(sys.argv[1], "w").write(json.dumps([searches, sorted(sys.modules)]))
"""


class Cost(NamedTuple):
    """Modules that were loaded, of this project and of libraries, the files that were written, and searches for garbage."""

    ours: set[str]
    third: set[str]
    written: set[str]
    searches: int


def audited(folder: Path, target: str) -> Cost:
    """Audit in a process of its own, after another that compiled what Python compiles once."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    modules, out = folder / "modules.json", folder / "out"
    command = [sys.executable, "-c", COUNT, str(modules), f"--target={target}", f"--reports={out}", "-m", "not drill"]
    for words in ([sys.executable, "-c", COMPILE], command):
        subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=True)
    by_package: dict[str, set[str]] = {}
    searches, names = json.loads(modules.read_text())
    for name in names:
        by_package.setdefault(name.partition(".")[0], set()).add(name)
    third = [names for package, names in by_package.items() if package not in {*sys.stdlib_module_names, *OURS}]
    return Cost(
        set().union(*(by_package.get(package, set()) for package in OURS)),
        set[str]().union(*third),
        {file.name for file in out.iterdir()},
        searches,
    )


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Cost:
    return audited(tmp_path_factory.mktemp("replay"), f"replay:{ROOT / 'lab' / 'recordings' / 'ready.json'}")


def test_a_replay_loads_what_it_judges_with(replay: Cost) -> None:
    assert len(replay.ours) <= MOST_OURS
    assert len(replay.third) <= MOST_THIRD


def test_a_replay_seldom_searches_for_garbage(replay: Cost) -> None:
    assert replay.searches <= MOST_SEARCHES


def test_a_replay_loads_no_library_that_it_does_not_use(replay: Cost) -> None:
    assert not {name.partition(".")[0] for name in replay.third} & UNUSED
    assert "fixtures.cluster.client" not in replay.ours


def test_every_file_is_written_once(replay: Cost) -> None:
    """And none beside them: formats that are only exported on demand are not computed."""
    guides = {name for name in replay.written if name.startswith("INFRASTRUCTURE_AUDIT_")}
    assert replay.written - guides == FILES
    assert len(guides) == 1


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cost, Counter[str]]:
    """The cost of an audit whose cluster answers and whose host does not, and how often each path was asked."""
    folder, count = tmp_path_factory.mktemp("live"), 2 * PAGE + 1
    pages = [page(number, count) for number in range(ceil(count / PAGE))]
    with serving_api(crowded(pages)) as server, socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else gets the port
        port = unheard.getsockname()[1]
        text = TARGET.replace('user = "audit"', f'user = "audit"\nport = {port}')
        (folder / "target.toml").write_text(text)
        (folder / "kubeconfig").write_text(kubeconfig(server.url, {"token": "t"}))
        cost = audited(folder, str(folder))
        return cost, Counter(path for path, _ in server.asked)


def test_a_page_is_asked_for_once(live: tuple[Cost, Counter[str]]) -> None:
    """A list of three pages with three requests, however many criteria judge it."""
    _, asked = live
    lists = {path: times for path, times in asked.items() if "limit=" in path}
    pods = [path for path in lists if path.startswith("/api/v1/pods?")]
    assert len(pods) == 3
    assert {times for path, times in lists.items() if "/jobs" not in path} == {1}
    assert max(lists.values()) <= 2  # two facts read the Jobs


def test_a_live_audit_loads_no_more_than_it_needs(live: tuple[Cost, Counter[str]]) -> None:
    """Of the package `kubernetes`, whose models and REST layer take 0.4 seconds, nothing is loaded."""
    cost, _ = live
    assert len(cost.third) <= MOST_LIVE
    assert not {name.partition(".")[0] for name in cost.third} & {"apprise", "kubernetes", "testinfra"}
