"""Drills on a real server: they pass, and leave nothing behind, however they end."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from shlex import quote

import pytest

from testing.drilled import LEFT, drill_script

SCENARIO = "ready"
SHARED = True
OnHost = Callable[[str], str]
DRILLS = ("postgres_restore", "redis_restore", "cluster_restore", "backup_failure")
STEPS = {  # the drill is killed as soon as this condition is true
    "postgres_restore": "pgrep -f postgres_[l]oad.sh >/dev/null",
    "redis_restore": "ls /run/phase0-[d]rill-redis-*/out >/dev/null 2>&1",
    "cluster_restore": "pgrep -f 'kube-apiserver.*phase0-[d]rill' >/dev/null",
    "backup_failure": "ls /run/phase0-[d]rill-backup-*/out >/dev/null 2>&1",
}


@pytest.fixture(params=DRILLS)
def drill(request: pytest.FixtureRequest, target: Path) -> str:
    """The script of a drill, as it is sent to the host."""
    return drill_script(request.param, target)


def held(on_host: OnHost, drill: str) -> str:
    return on_host(f"sh -c {quote(drill)}")


def until(on_host: OnHost, condition: str) -> None:
    on_host(f"timeout 40 sh -c {quote(f'until {condition}; do sleep 0.05; done')}")


def left(on_host: OnHost) -> str:
    return on_host(LEFT).strip()


def test_a_drill_leaves_nothing(drill: str, on_host: OnHost) -> None:
    assert "unable" not in held(on_host, drill)
    assert left(on_host) == ""


def test_a_drill_that_is_ended_leaves_nothing(drill: str, on_host: OnHost, request: pytest.FixtureRequest) -> None:
    struck(on_host, drill, STEPS[request.node.callspec.params["drill"]], "TERM")
    until(on_host, "! pgrep -f phase0-[d]rill >/dev/null")
    assert left(on_host) == ""


def test_what_a_killed_drill_leaves_is_removed_by_the_next(
    drill: str, on_host: OnHost, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["drill"]
    struck(on_host, drill, STEPS[name], "KILL")
    if name in ("cluster_restore", "backup_failure"):  # they work in namespaces, which end with them
        until(on_host, "! pgrep -f phase0-[d]rill >/dev/null")
        assert "/proc/" not in left(on_host)
    assert "unable" not in held(on_host, drill)
    assert left(on_host) == ""


def struck(on_host: OnHost, drill: str, reached: str, signal: str) -> None:
    """Start a drill, and send it a signal as soon as the condition `reached` is true."""
    wait = f"timeout 40 sh -c {quote(f'until {reached}; do :; done')}"
    on_host(f"setsid sh -c {quote(drill)} >/dev/null 2>&1 & {wait}; kill -{signal} $!")


def test_a_drill_of_this_week_counts_where_drills_are_left_out(target: Path, tmp_path: Path) -> None:
    from testing.audits import audit

    copy = tmp_path / "target"
    subprocess.run(["cp", "-a", str(target), str(copy)], check=True)
    held_now = audit(str(copy), tmp_path / "one")
    later = audit(str(copy), tmp_path / "two", "-m", "not drill")
    assert {"BKP-10", "BKP-11", "BKP-12", "BKP-13"} <= held_now.outcomes.keys() & later.outcomes.keys()
    assert later.outcomes == held_now.outcomes
