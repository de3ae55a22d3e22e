"""`python -m fixtures check` and `ask`, called as a user calls them: exit statuses, and a cure for every problem."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.in_process import run
from testing.servers import serving_api
from testing.test_cluster_client import kubeconfig

ROOT = Path(__file__).parents[1]
TARGET = """\
[target]
name = "here"
title = "Here"
[host]
address = "127.0.0.1"
user = "twister"
port = {port}
root = "none"
[cluster]
kubeconfig = "kubeconfig"
"""
SSH = """\
#!/bin/sh
[ "$4" != ControlMaster=yes ] || { touch "$(sed -n 's/^ *ControlPath //p' "$2")"; exec tail -f /dev/null; }
shift 5; exec sh -c "$*"
"""


@pytest.fixture
def api() -> Iterator[str]:
    """The kubeconfig of an API server that lists nodes and forbids everything else."""

    def respond(path: str, _headers: dict[str, str]) -> tuple[int, str]:
        if path.startswith(("/version", "/api/v1/nodes")):
            return 200, '{"items": [], "metadata": {}}'
        return 403, '{"kind": "Status", "message": "pods is forbidden"}'

    with serving_api(respond) as server:
        yield kubeconfig(server.url, {"token": "abc"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A target on this machine with a port at which no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        (tmp_path / "target.toml").write_text(TARGET.format(port=free.getsockname()[1]))
    return tmp_path


def check(*words: object, **env: str) -> subprocess.CompletedProcess[str]:
    done = run("fixtures", "check", *words, env=env)
    assert "Traceback" not in done.stderr
    return done


def test_a_folder_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    done = check(tmp_path / "nowhere")
    assert done.returncode == 4
    assert "no target.toml there" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_wrong_key_is_found_before_anything_is_contacted(folder: Path) -> None:
    file = folder / "target.toml"
    file.write_text(file.read_text() + 'kubecfg = "x"\n')
    done = check(folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "[cluster]" in done.stderr
    assert "kubecfg" in done.stderr


def test_a_recording_has_nothing_to_reach() -> None:
    done = check("demo")
    assert done.returncode == 4
    assert "pytest --target=demo" in done.stderr


def test_everything_out_of_reach_is_told_with_its_cure(folder: Path) -> None:
    done = check(folder)
    lines = done.stdout.splitlines()
    assert done.returncode == 10
    troubles = [line for line in lines if line.startswith("✗")]
    assert [line.split()[1] for line in troubles] == ["ssh:", "cluster:", "guides:"]
    assert sum(line.startswith("  → ") for line in lines) == len(troubles)
    assert "kubeconfig" in done.stdout


def test_the_cure_is_said_in_french_too(folder: Path) -> None:
    assert check(folder).stdout != check(folder, "--lang=fr").stdout != ""


def test_each_list_is_tried_with_the_rights_of_the_kubeconfig(folder: Path, api: str) -> None:
    (folder / "kubeconfig").write_text(api)
    lines = check(folder).stdout.splitlines()
    assert "✓ cluster: GET /api/v1/nodes" in lines
    assert any(line.startswith("✗ cluster: GET ") and "pods" in line for line in lines)
    assert any("forbidden" in line for line in lines)


def test_what_is_mended_by_one_deed_is_told_it_once(folder: Path, api: str) -> None:
    (folder / "kubeconfig").write_text(api)
    lines = check(folder).stdout.splitlines()
    refused = [number for number, line in enumerate(lines) if line.startswith("✗ cluster: GET ")]
    assert len(refused) > 2
    assert refused == list(range(refused[0], refused[-1] + 1))
    (likewise,) = [number for number, line in enumerate(lines) if line.endswith("more likewise")]
    assert [number for number, line in enumerate(lines) if "rbac.yaml" in line] == [likewise + 1]


def test_what_was_left_of_the_example_is_told_and_no_fault(folder: Path) -> None:
    file = folder / "target.toml"
    file.write_text(file.read_text() + "[plan]\nmeeting = 2026-02-11\n")
    advisory = [line for line in check(folder).stdout.splitlines() if line.startswith("! ")]
    assert len(advisory) == 2
    assert folder.name in advisory[0]
    assert "2026-02-11" in advisory[1]


@pytest.mark.parametrize(("name", "kind"), [("edge", "server"), ("here", "lab")])
def test_a_name_like_its_folders_and_a_lab_are_not_minded(folder: Path, name: str, kind: str) -> None:
    (folder / "edge").mkdir()
    text = (folder / "target.toml").read_text().replace('name = "here"', f'name = "{name}"\nkind = "{kind}"')
    (folder / "edge" / "target.toml").write_text(text + "[plan]\nmeeting = 2999-02-11\n")
    assert "\n! " not in check(folder / "edge").stdout


@pytest.mark.parametrize(("listed", "run", "warns"), [(0, 0, True), (0, 1, False), (1, 0, False)])
def test_a_shell_of_roots_for_the_audit_is_told(folder: Path, listed: int, run: int, warns: bool) -> None:
    """`sudo -l` also lists commands that need a password: only a shell that really starts is reported."""
    for name, text in (("ssh", SSH), ("sudo", f'#!/bin/sh\n[ "$2" = -l ] && exit {listed}\nexit {run}\n')):
        (folder / "bin").mkdir(exist_ok=True)
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    file = folder / "target.toml"
    file.write_text(file.read_text().replace('root = "none"', 'root = "sudo"'))
    done = check(folder, PATH=f"{folder}/bin:{os.environ['PATH']}")
    assert ("! host: sudo gives twister a shell" in done.stdout) == warns


def test_an_expired_waiver_is_told(folder: Path) -> None:
    (folder / "waivers.toml").write_text(
        '[[waiver]]\ncriterion = "DOC-01"\nreason = "r"\napprover = "a"\nexpires = 2026-01-01T00:00:00Z\n'
    )
    done = check(folder)
    assert "✗ waiver" in done.stdout
    assert "DOC-01" in done.stdout


def test_the_login_is_tried_first_and_counts_facts(folder: Path) -> None:
    """An `ssh` that runs the commands on this machine, so that the exchange is a real one."""
    ssh = folder / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    done = check(folder, PATH=f"{ssh.parent}:{os.environ['PATH']}")
    assert "✓ ssh: twister@127.0.0.1" in done.stdout
    assert "facts answered" in done.stdout
    assert "✗ host, with root’s rights: 0 of" in done.stdout


def ask(*words: object) -> subprocess.CompletedProcess[str]:
    done = run("fixtures", "ask", *words)
    assert "Traceback" not in done.stderr
    return done


def test_one_question_is_answered_whole_from_a_recording() -> None:
    answered = ask("demo", "pods")
    assert (answered.returncode, answered.stderr) == (0, "")
    assert len(answered.stdout.splitlines()) == 111
    assert answered.stdout.startswith('default/mcp-unified-7c4d8b9f6-e1 {"status":{"phase":"Failed"')


def test_an_answer_that_is_an_error_is_no_success() -> None:
    answered = ask("demo", "cron_jobs")
    assert (answered.returncode, answered.stdout) == (10, "\n")
    assert "could not find" in answered.stderr


def test_a_question_that_no_recording_answers_has_a_reason_and_a_cure(tmp_path: Path) -> None:
    recording = json.loads((ROOT / "lab" / "recordings" / "before.json").read_text())
    del recording["answers"]["units"]
    (tmp_path / "part.json").write_text(json.dumps(recording))
    for language in ("en", "fr"):
        answered = ask(f"replay:{tmp_path / 'part.json'}", "units", f"--lang={language}")
        assert (answered.returncode, answered.stdout, len(answered.stderr.splitlines())) == (10, "", 2)


@pytest.mark.parametrize(
    ("target", "fact"), [("demo", "filesystem"), ("nowhere", "units"), ("replay:/nowhere", "units")]
)
def test_a_question_or_a_target_that_is_not_there_is_one_line(target: str, fact: str) -> None:
    answered = ask(target, fact)
    assert (answered.returncode, answered.stdout, len(answered.stderr.splitlines())) == (4, "", 1)


def test_a_live_target_is_asked(folder: Path, api: str) -> None:
    (folder / "kubeconfig").write_text(api)
    assert ask(folder, "nodes").stdout == "items []\n"
    assert "forbidden" in ask(folder, "pods").stderr
    unreached = ask(folder, "units")
    assert (unreached.returncode, unreached.stdout) == (10, "")
