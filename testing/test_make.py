"""`make audit`: what it calls, which exit statuses it returns, and that a lab is always taken down.

The script runs in a folder whose .venv/bin/python records how it was called.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.threats import attack

AUDIT = Path(__file__).parents[1] / ".make" / "audit.sh"
FLEET = AUDIT.with_name("fleet.sh")
PYTHON = """\
#!/bin/sh
echo "$*${PHASE0_REPORTS:+ in $PHASE0_REPORTS}" >> calls
case "$2 $3" in
  "lab up") echo /run/lab/target; exit "${UP:-0}" ;;
  "lab status") printf '%b' "${STATUS:-}" ;;
  fleet*) exit "${JUDGED:-0}" ;;
  pytest*) eval "${MEANWHILE:-true}"; exit "${JUDGED:-0}" ;;
esac
"""
Make = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)

    def make(script: Path = AUDIT, **variables: str) -> subprocess.Popen[bytes]:
        names: tuple[str, ...] = (
            "TARGET",
            "SCENARIO",
            "FIX",
            "DRILLS",
            "KEEP",
            "FLEET",
            "GROUP",
            "REPORT_LANG",
            "PHASE0_REPORTS",
        )
        names += ("NAME", "HOST", "ADMIN", "DRY_RUN", "YES", "REMOVE")
        env = {name: value for name, value in os.environ.items() if name not in names} | variables
        with (tmp_path / "said").open("wb") as output:
            return subprocess.Popen(
                [script],
                cwd=tmp_path,
                env=env,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 — nohup ignores it; no thread here
            )

    return make


def calls(tmp_path: Path) -> list[str]:
    file = tmp_path / "calls"
    return [line.removeprefix("-m ") for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.parametrize(("judged", "status"), [(0, 0), (1, 0), (10, 0), (11, 0), (2, 2), (3, 3), (4, 4), (5, 5)])
def test_every_verdict_is_a_success_and_no_verdict_is_not(make: Make, judged: int, status: int) -> None:
    assert make(JUDGED=str(judged)).wait() == status


@pytest.mark.parametrize(
    ("variables", "called"),
    [
        ({}, "pytest --target=demo"),
        ({"SCENARIO": "ready"}, "pytest --target=replay:lab/recordings/ready.json"),
        ({"TARGET": "edge", "FIX": "plan"}, "pytest --fix=plan --target=edge in reports/out/edge"),
        ({"TARGET": "edge", "DRILLS": "0"}, "pytest -m not drill --target=edge in reports/out/edge"),
        ({"TARGET": "edge", "PHASE0_REPORTS": "/srv/pages"}, "pytest --target=edge in /srv/pages"),
        ({"TARGET": "replay:some/where.json"}, "pytest --target=replay:some/where.json"),
        (
            {"TARGET": "../private/edge", "FIX": "1", "REPORT_LANG": "fr"},
            "pytest --lang=fr --fix --target=../private/edge in reports/out/edge",
        ),
    ],
)
def test_variables_become_options(make: Make, tmp_path: Path, variables: dict[str, str], called: str) -> None:
    assert make(**variables).wait() == 0
    assert calls(tmp_path) == [called]


@pytest.mark.parametrize(
    "variables", [{"SCENARIO": "worse"}, {"KEEP": "yes"}, {"DRILLS": "no"}, {"TARGET": "edge", "SCENARIO": "ready"}]
)
def test_what_makes_no_sense_is_refused(make: Make, tmp_path: Path, variables: dict[str, str]) -> None:
    assert make(**variables).wait() == 4
    assert (tmp_path / "said").read_text().startswith("make audit: ")
    assert calls(tmp_path) == []


@pytest.mark.parametrize("judged", ["0", "1", "3"])
def test_a_fresh_lab_goes_whatever_came_of_it(make: Make, tmp_path: Path, judged: str) -> None:
    make(TARGET="lab", SCENARIO="ready", JUDGED=judged).wait()
    up, audit, down = calls(tmp_path)
    name = up.split()[3]
    assert up == f"lab up --name {name} --scenario ready"
    assert audit == "pytest --target=/run/lab/target"
    assert down == f"lab down --name {name}"


def test_ctrl_c_takes_the_lab_down_too(make: Make, tmp_path: Path) -> None:
    running = make(TARGET="lab", MEANWHILE="touch under-way; exec sleep 60")
    deadline = time.monotonic() + 300
    while not (tmp_path / "under-way").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(300) == 130
    assert calls(tmp_path)[-1].startswith("lab down --name lab-")


@pytest.mark.parametrize("failed", ["1", "2"])
def test_a_lab_that_did_not_come_up_is_no_verdict(make: Make, tmp_path: Path, failed: str) -> None:
    assert make(TARGET="lab", UP=failed).wait() == 70
    assert len(calls(tmp_path)) == 1


@pytest.mark.parametrize(
    ("status", "called"),
    [
        (r"edge\t10.77.1.2\tready\tup\t/run/edge/target\n", ["lab status", "pytest --target=/run/edge/target"]),
        (
            r"other\t10.77.1.2\tready\tup\t/run/other/target\n",
            ["lab status", "lab up --name edge --scenario before", "pytest --target=/run/lab/target"],
        ),
    ],
)
def test_a_kept_lab_stays(make: Make, tmp_path: Path, status: str, called: list[str]) -> None:
    assert make(TARGET="lab", KEEP="1", STATUS=status).wait() == 0
    assert calls(tmp_path) == called


@pytest.mark.skipif(shutil.which("flock") is None, reason="the lock is util-linux's")
def test_two_audits_of_one_folder_never_run(make: Make, tmp_path: Path) -> None:
    """The second audit needs the lock that `phase0-gate schedule` holds."""
    (tmp_path / "targets" / "edge").mkdir(parents=True)
    with (tmp_path / "targets" / "edge" / "schedule.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert make(TARGET="edge").wait() == 75
        (line,) = (tmp_path / "said").read_text().splitlines()
        assert line.startswith("make audit: another audit of edge is under way")
        assert make(TARGET="demo").wait() == 0
    assert make(TARGET="targets/edge").wait() == 0
    assert calls(tmp_path) == ["pytest --target=demo", "pytest --target=targets/edge in reports/out/edge"]


@pytest.mark.skipif(shutil.which("flock") is None, reason="the lock is util-linux's")
def test_an_audit_holds_the_lock_until_it_ends(make: Make, tmp_path: Path) -> None:
    (tmp_path / "targets" / "edge").mkdir(parents=True)
    assert (
        make(TARGET="edge", MEANWHILE="flock --nonblock targets/edge/schedule.lock true || touch refused").wait() == 0
    )
    assert (tmp_path / "refused").exists()
    assert make(TARGET="edge").wait() == 0


@pytest.mark.parametrize(("target", "warns"), [("edge", True), ("other", False)])
def test_a_site_on_a_schedule_is_told_where_its_truth_is(tmp_path: Path, target: str, warns: bool) -> None:
    (tmp_path / "etc" / "edge").mkdir(parents=True)
    script = tmp_path / "audit.sh"
    script.write_text(AUDIT.read_text().replace("etc=/etc/phase0-audit", f"etc={tmp_path}/etc"))
    done = subprocess.run(
        ["sh", script], cwd=tmp_path, env=os.environ | {"TARGET": target}, capture_output=True, text=True
    )
    assert (
        "edge is on a schedule here: its seven days and its page are /var/lib/phase0-audit/edge" in done.stderr
    ) == warns


@pytest.mark.parametrize(("checked", "status"), [(0, 0), (10, 0), (4, 2)])
def test_what_a_check_cannot_reach_is_no_error_of_make(tmp_path: Path, checked: int, status: int) -> None:
    shutil.copy(AUDIT.parents[1] / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text(f"#!/bin/sh\nexit {checked}\n")
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    done = subprocess.run(["make", "check", "TARGET=edge"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == status
    assert ("Error" in done.stderr) == bool(status)


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "id"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    (tools / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n')
    (tools / "python3").chmod(0o755)
    done = subprocess.run(
        [AUDIT.with_name("venv.sh"), tmp_path / "venv", "requirements.lock"],
        cwd=tmp_path,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "here is: Python 3.9.2" in done.stderr
    assert "sudo apt-get install -y python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_lock_names_no_index_and_every_hash() -> None:
    for file in AUDIT.parents[1].glob("requirements*.lock"):
        text = file.read_text()
        assert "://" not in text
        pinned = re.findall(r"^([a-z0-9.-]+)==\S+ \\\n    --hash=sha256:", text, re.M)
        assert len(pinned) == text.count("==")


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """The Makefile, in a folder whose scripts record that they were started."""
    shutil.copy(AUDIT.parents[1] / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".make").mkdir()
    for name in ("audit", "install", "uninstall"):
        (tmp_path / ".make" / f"{name}.sh").write_text('#!/bin/sh\necho "${0##*/} $TARGET" >> started\n')
        (tmp_path / ".make" / f"{name}.sh").chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


@attack("N6", "What is judged, installed or removed is what was named, or nothing")
@pytest.mark.parametrize(
    "words",
    [
        ("audit", "target=edge"),
        ("audit", "TARGTE=edge"),
        ("audit", "edge"),
        ("edge", "audit"),
        ("audit", "TARGET=edge", "FXI=plan"),
        ("audit", "drills=0"),
        ("install", "Target=edge"),
        ("install", "prefix=/tmp/x"),
        ("uninstall", "PREFX=/tmp/x"),
        ("audit", "target:=edge"),
        ("audit", "SHELL=/bin/false"),
    ],
)
def test_a_word_make_does_not_know_is_refused(recipes: Path, words: tuple[str, ...]) -> None:
    """A variable in lower case or misspelled, or a target's name without TARGET=: otherwise the demo would be judged."""
    done = subprocess.run(["make", *words], cwd=recipes, capture_output=True, text=True)
    assert done.returncode == 2
    assert "make does not know " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (recipes / "started").exists()


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (("audit",), "audit.sh "),
        (("audit", "TARGET=edge", "DRILLS=0", "REPORT_LANG=fr"), "audit.sh edge"),
        (("TARGET=my edge", "audit"), "audit.sh my edge"),
        (("-j2", "audit", "SCENARIO=ready", "KEEP=1", "FIX=plan"), "audit.sh "),
        (("install", "PREFIX=/tmp/x", "PYTHON=/usr/bin/python3"), "install.sh "),
    ],
)
def test_what_make_knows_it_takes(recipes: Path, words: tuple[str, ...], started: str) -> None:
    env = {name: value for name, value in os.environ.items() if name != "TARGET"} | {"target": "of the environment"}
    done = subprocess.run(["make", *words], cwd=recipes, capture_output=True, text=True, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert (recipes / "started").read_text() == f"{started}\n"


@pytest.mark.parametrize(("judged", "status"), [(0, 0), (1, 0), (10, 0), (11, 0), (4, 4), (130, 130)])
def test_every_decision_on_a_fleet_is_a_success(make: Make, judged: int, status: int) -> None:
    assert make(FLEET, JUDGED=str(judged)).wait() == status


@pytest.mark.parametrize(
    ("variables", "called"),
    [
        ({}, "fleet audit --fleet=targets/fleet.toml"),
        ({"GROUP": "paris", "DRILLS": "0"}, "fleet audit --fleet=targets/fleet.toml --no-drills --group=paris"),
        (
            {"FLEET": "../private/a fleet.toml", "REPORT_LANG": "fr"},
            "fleet audit --fleet=../private/a fleet.toml --lang=fr",
        ),
    ],
)
def test_the_variables_of_a_fleet_become_options(
    make: Make, tmp_path: Path, variables: dict[str, str], called: str
) -> None:
    assert make(FLEET, **variables).wait() == 0
    assert calls(tmp_path) == [called]


def test_a_fleet_without_sense_is_refused(make: Make, tmp_path: Path) -> None:
    assert make(FLEET, DRILLS="no").wait() == 4
    assert (tmp_path / "said").read_text() == "make fleet: DRILLS=no: write DRILLS=0 or leave it out\n"
    assert calls(tmp_path) == []


def test_variables_of_a_shell_are_no_words_of_init(recipes: Path) -> None:
    """A shell may export HOST or NAME for purposes of its own."""
    (recipes / ".make" / "init.sh").write_text('#!/bin/sh\necho "$NAME,$HOST,$ADMIN,$YES" >> started\n')
    (recipes / ".make" / "init.sh").chmod(0o755)
    env = os.environ | {"HOST": "this-machine", "NAME": "this-machine", "YES": "1"}
    for words in (("NAME=edge",), ("NAME=edge", "HOST=10.77.0.2", "ADMIN=dana")):
        assert subprocess.run(["make", "init", *words], cwd=recipes, env=env, capture_output=True).returncode == 0
    assert (recipes / "started").read_text() == "edge,,,\nedge,10.77.0.2,dana,\n"


@pytest.mark.parametrize(
    ("variables", "status", "called"),
    [
        ({"NAME": "edge", "HOST": "h", "ADMIN": "dana"}, 0, ["init --host=h --admin=dana -- edge"]),
        ({"NAME": "edge", "REMOVE": "1", "YES": "1"}, 0, ["init --host= --admin= --yes --remove -- edge"]),
        ({"NAME": "-x", "DRY_RUN": "1", "DRILLS": "0"}, 0, ["init --host= --admin= --dry-run --no-drills -- -x"]),
        ({"HOST": "h"}, 4, []),
        ({"NAME": "edge", "YES": "yes"}, 4, []),
    ],
)
def test_the_variables_of_init_become_options(
    make: Make, tmp_path: Path, variables: dict[str, str], status: int, called: list[str]
) -> None:
    assert make(AUDIT.with_name("init.sh"), **variables).wait() == status
    assert calls(tmp_path) == called
