"""MCP-06 and MCP-08: the answers and the refusals of a CI's API."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import fixtures.sources.ci
from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import FACTS
from fixtures.evidence.pipeline import Pipeline, pipeline
from fixtures.host.images.build_record import BuildRecord
from fixtures.sources.build_runs import BuildRuns
from fixtures.sources.ci import ask_ci
from fixtures.sources.clone import BuildClone
from fixtures.sources.guides import ask_clone
from fixtures.target import Target
from fixtures.target.folder import load_target
from testing.servers import serving
from testing.small_audit import TARGET

TOKEN = "made-up"
RECORD = BuildRecord(datetime(2026, 2, 5, 8, tzinfo=UTC), datetime(2026, 2, 5, 9, tzinfo=UTC), cold=True)


def run(id: int, conclusion: str | None = "success", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "head_sha": "4f2a9c1",
        "run_started_at": "2026-02-05T08:00:00Z",
        "updated_at": "2026-02-05T08:50:00Z",
        "actor": {"login": "somebody"},
    } | more


def respond(*runs: dict[str, Any], state: str = "active") -> Callable[[str, dict[str, str]], tuple[int, str]]:
    """Return a server's answers as in GitHub's documentation, with a job that waited 10 minutes for its runner."""
    jobs = [
        {"conclusion": "success", "started_at": "2026-02-05T08:10:00Z", "completed_at": "2026-02-05T08:40:00Z"},
        {"conclusion": "success", "started_at": "2026-02-05T08:40:10Z", "completed_at": "2026-02-05T08:49:00Z"},
        {"conclusion": "skipped", "started_at": "2026-02-05T08:00:00Z", "completed_at": "2026-02-05T08:00:00Z"},
    ]

    def answer(path: str, _headers: dict[str, str]) -> tuple[int, str]:
        if path.endswith("/jobs?per_page=100"):
            return 200, json.dumps({"jobs": jobs})
        if "/runs?" in path:
            return 200, json.dumps({"workflow_runs": runs})
        if "/workflows/" in path:
            return (200, json.dumps({"state": state, "path": ".github/workflows/build.yml"})) if state else (404, "{}")
        return 200, json.dumps({"default_branch": "trunk"})

    return answer


def target(folder: Path, api: str, clone: str = "") -> Target:
    (folder / "target.toml").write_text(TARGET + f'[ci]\napi = "{api}"\nrepository = "team/mcp"\nclone = "{clone}"\n')
    return load_target(folder)


def seen(folder: Path, *runs: dict[str, Any], state: str = "active") -> tuple[Target, BuildRuns]:
    with serving(respond(*runs, state=state)) as server:
        place = target(folder, server.url)
        read = FACTS["build_runs"].read(ask_ci(place))
    assert isinstance(read, BuildRuns)
    return place, read


def judged(folder: Path, *runs: dict[str, Any], state: str = "active") -> Pipeline:
    place, read = seen(folder, *runs, state=state)
    return pipeline(read, None, None, place)


def test_the_last_good_run_is_timed_by_its_jobs_not_by_its_queue(tmp_path: Path) -> None:
    _, runs = seen(tmp_path, run(3, None), run(2, "failure"), run(1))
    assert (runs.last and runs.last.id, runs.good and runs.good.id) == (2, 1)
    assert runs.built is not None
    assert (runs.built[1] - runs.built[0]).total_seconds() / 60 == 39


def test_the_default_branch_is_asked_with_the_token_and_nobody_s_name_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHASE0_CI_TOKEN", TOKEN)
    with serving(respond(run(1))) as server:
        answer = ask_ci(target(tmp_path, server.url))
    assert all(headers["Authorization"] == f"Bearer {TOKEN}" for _, headers in server.asked)
    assert "branch=trunk" in server.asked[2][0]
    assert "somebody" not in answer.out
    assert TOKEN not in str(answer)


@pytest.mark.parametrize(
    ("runs", "state", "finding"),
    [
        ((run(2), run(1)), "active", None),
        ((run(2, "failure"), run(1)), "active", "failed"),
        ((run(1),), "disabled_inactivity", "disabled"),
        ((), "", "absent"),
    ],
)
def test_what_stands_in_the_way_of_a_build_is_told(
    tmp_path: Path, runs: tuple[dict[str, Any], ...], state: str, finding: str | None
) -> None:
    found = judged(tmp_path, *runs, state=state)
    assert [one.name for one in found.findings] == [*([finding] if finding else []), "no-clone"]
    assert (found.faults, found.unseen) == (int(finding is not None), None)


@pytest.mark.parametrize("runs", [(), (run(1, None),)])
def test_a_workflow_that_never_ended_is_not_known_to_work(tmp_path: Path, runs: tuple[dict[str, Any], ...]) -> None:
    reason = judged(tmp_path, *runs).unseen
    assert reason is not None
    assert reason.code == "ci-no-run"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, "{}", "ci-refused"),
        (403, "{}", "ci-refused"),
        (404, "{}", "ci-refused"),
        (500, "", "ci-refused"),
        (302, "http://127.0.0.1:9/", "ci-refused"),
        (200, "<html>", "not-understood"),
        (200, "[]", "not-understood"),
        (200, "[" * 99999, "not-understood"),
    ],
)
def test_a_refusal_is_no_answer(tmp_path: Path, status: int, body: str, code: str) -> None:
    with serving(lambda _path, _headers: (status, body)) as server, pytest.raises(Unknown) as raised:
        ask_ci(target(tmp_path, server.url))
    assert raised.value.code == code


@pytest.mark.parametrize("api", ["http://127.0.0.1:9", "ftp://127.0.0.1", "nonsense"])
def test_an_api_that_cannot_be_reached(tmp_path: Path, api: str) -> None:
    with pytest.raises(Unknown, match="ci-unreachable"):
        ask_ci(target(tmp_path, api))


def test_an_api_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixtures.sources.ci, "PATIENCE", 0.2)
    with serving(respond()) as server:
        server.hang = True
        with pytest.raises(Unknown, match="ci-unreachable"):
            ask_ci(target(tmp_path, server.url))


def test_no_ci_and_no_clone_is_unknown_and_one_of_them_is_enough(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    place = load_target(tmp_path)
    assert FACTS["build_runs"].read(ask_ci(place)) is None
    assert FACTS["build_clone"].read(ask_clone(place, FACTS["build_clone"])) is None
    with pytest.raises(Unknown, match="ci-not-configured"):
        pipeline(None, None, RECORD, place)
    assert pipeline(None, BuildClone("4f2", workflow=True, unpushed=0), RECORD, place).faults == 0
    assert pipeline(None, BuildClone("4f2", workflow=True, unpushed=0), None, place).unseen
    assert pipeline(None, BuildClone("4f2", workflow=False, unpushed=2), None, place).faults == 2


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a committed workflow, pushed to a remote repository beside it."""
    folder = tmp_path / "clone"
    git("init", "-q", "--bare", "--initial-branch=main", str(tmp_path / "origin.git"))
    git("clone", "-q", str(tmp_path / "origin.git"), str(folder))
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "build.yml").write_text("on: push\n")
    git("-C", str(folder), "checkout", "-q", "-B", "main")
    git("-C", str(folder), "add", ".")
    git("-C", str(folder), "commit", "-qm", "build")
    return folder


def git(*words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], check=True, capture_output=True
    )


def test_only_what_is_pushed_is_there(tmp_path: Path, clone: Path) -> None:
    fact, place = FACTS["build_clone"], target(tmp_path, "", "clone")
    before = fact.read(ask_clone(place, fact))
    assert (before.workflow, before.unpushed) == (False, 1)
    git("-C", str(clone), "push", "-q", "origin", "main")
    after = fact.read(ask_clone(place, fact))
    assert (after.workflow, after.unpushed, after.head) == (True, 0, before.head)


def test_a_clone_without_the_branch_is_unreadable(tmp_path: Path, clone: Path) -> None:
    git("-C", str(clone), "branch", "-M", "other")
    with pytest.raises(Unknown, match="clone-unreadable"):
        ask_clone(target(tmp_path, "", "clone"), FACTS["build_clone"])


@pytest.mark.parametrize("name", ["build_runs", "build_clone"])
@pytest.mark.parametrize(
    "out", ["", "1", "[]", '{"workflow": 3}', "a b c d", "\x00", '{"runs": [{}], "workflow": {}}', "h x 1"]
)
def test_an_answer_of_another_shape_is_unknown(name: str, out: str) -> None:
    with pytest.raises(Unknown):
        FACTS[name].read(Answer(out, "", 0, "", RECORD.finished))
