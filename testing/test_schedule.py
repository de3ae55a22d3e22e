"""`deploy/schedule`: which audit it runs, its exit status, that two audits of one target never run; and its units.

The script runs in a folder whose python records how it was called.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.exposure import exposure
from testing.small_audit import TARGET

ROOT = Path(__file__).parents[1]
UNITS = ROOT / "deploy" / "systemd"
PYTHON = """\
#!/bin/sh
echo "$*" >> calls
case $3 in
  pytest) exit "${JUDGED:-0}" ;;
  notify) echo "notify: team: not delivered" >&2; exit 1 ;;
  reports) echo "${SAMPLES:-1} samples, 0 of them made up" ;;
esac
"""
Schedule = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.skipif(shutil.which("flock") is None, reason="a schedule is held on Linux")


@pytest.fixture
def schedule(tmp_path: Path) -> Schedule:
    """A function that runs the script in its folder with these words; `target` is a folder there."""
    for folder in ("deploy", ".venv/bin", "target", "state"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "target" / "target.toml").touch()
    shutil.copy(ROOT / "deploy" / "schedule", tmp_path / "deploy")
    (tmp_path / ".venv" / "bin" / "python").write_text(PYTHON)
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)

    def schedule(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"STATE_DIRECTORY": str(tmp_path / "state")} | variables
        return subprocess.run(
            [tmp_path / "deploy" / "schedule", *words],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return schedule


def calls(folder: Path) -> list[str]:
    """Return the recorded calls without the words that are the same in all of them."""
    file = folder / "calls"
    common = rf"-P -m |-c {folder}/pyproject.toml --rootdir {folder} {folder}/tests | --since .*|{folder}/"
    return re.sub(common, "", file.read_text()).splitlines() if file.exists() else []


@pytest.mark.parametrize(
    ("kind", "audit", "options"),
    [
        ("sample", "--reports=state/light -m sample", "--run=state/light/run.json --light"),
        ("daily", "--reports=state/reports -m not drill", "--run=state/reports/run.json"),
        ("drills", "--reports=state/reports", "--run=state/reports/run.json"),
    ],
)
def test_each_kind_is_an_audit_and_then_it_is_told(
    schedule: Schedule, tmp_path: Path, kind: str, audit: str, options: str
) -> None:
    assert schedule(kind, "target").returncode == 0
    assert [call.strip() for call in calls(tmp_path)] == [
        f"pytest --target=target {audit}",
        f"notify changed target --state=state {options}",
        "reports history target",
    ]


@pytest.mark.parametrize("judged", [0, 1, 10, 11])
def test_its_status_is_the_decision_whatever_became_of_the_message(schedule: Schedule, judged: int) -> None:
    done = schedule("daily", "target", JUDGED=str(judged))
    assert done.returncode == judged
    assert "not delivered" in done.stderr


@pytest.mark.parametrize("judged", [2, 3, 4, 137])
def test_without_a_decision_nobody_is_told_one(schedule: Schedule, tmp_path: Path, judged: int) -> None:
    assert schedule("daily", "target", JUDGED=str(judged)).returncode == judged
    assert len(calls(tmp_path)) == 1


def test_an_audit_that_left_no_sample_is_none(schedule: Schedule) -> None:
    done = schedule("sample", "target", SAMPLES="0")
    assert done.returncode == 74
    assert "left no sample in the history" in done.stderr


def test_two_audits_of_one_target_never_run(schedule: Schedule, tmp_path: Path) -> None:
    with (tmp_path / "state" / "schedule.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = schedule("sample", "target")
    assert done.returncode == 75
    assert done.stderr.splitlines() == [
        "phase0-gate: no sample of target now: another audit of it is under way; the next one comes at its time"
    ]
    assert calls(tmp_path) == []
    assert schedule("sample", "target").returncode == 0


def test_the_lines_for_cron_run_with_crons_path(schedule: Schedule, tmp_path: Path) -> None:
    """cron's PATH has only /usr/bin and /bin, so the lines call the command by its full path."""
    (table,) = re.findall(
        r"^```crontab\n(.*?)^```", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE | re.DOTALL
    )
    lines = [line.split(maxsplit=5)[5] for line in table.splitlines()]
    assert [line.split()[2] for line in lines] == ["sample", "daily", "drills"]
    for line in lines:
        program, word, kind, folder = line.split()
        assert (program, word, folder) == ("/usr/local/bin/phase0-gate", "schedule", "/srv/phase0/edge")
        assert schedule(kind, "target", PATH="/usr/bin:/bin").returncode == 0
    assert sum(call.startswith("pytest ") for call in calls(tmp_path)) == 3


@pytest.mark.parametrize(
    "words", [(), ("sample",), ("hourly", "target"), ("sample", "nowhere"), ("sample", "target", "more")]
)
def test_what_makes_no_sense_is_one_line(schedule: Schedule, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = schedule(*words)
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert calls(tmp_path) == []


def test_check_asks_as_the_same_account_and_takes_no_lock(schedule: Schedule, tmp_path: Path) -> None:
    assert schedule("check", "target").returncode == 1, "the test of a message did not arrive"
    assert calls(tmp_path) == ["fixtures check target", "notify test target"]


def test_a_machine_that_cannot_hold_it_is_told_before_anything_is_written(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / ".make" / "install.sh"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"TARGET": "nowhere", "PREFIX": str(tmp_path / "prefix")},
    )
    assert done.returncode in (2, 4)
    assert done.stderr.startswith("make install TARGET=nowhere: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "prefix").exists()


@pytest.mark.parametrize(("address", "refused"), [("127.0.0.1", False), ("127.0.0.9", True)])
def test_the_folder_of_another_server_is_not_kept(tmp_path: Path, address: str, refused: bool) -> None:
    """Without a name of its own, a second server would be judged by the folder of the first."""
    for folder, its in (("etc/edge", "127.0.0.1"), ("site", address)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "target.toml").write_text(TARGET.replace("127.0.0.1", its))
    for tool in ("systemd-sysusers", "install"):  # `install` fails here, so that nothing is installed
        (tmp_path / tool).write_text(f"#!/bin/sh\n[ {tool} != install ]\n")
        (tmp_path / tool).chmod(0o755)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    script = (ROOT / ".make" / "schedule.sh").read_text().replace("etc=/etc/phase0-audit", f"etc={tmp_path}/etc")
    (tmp_path / "schedule.sh").write_text(script.replace('export PYTHONPATH="$home"', f"export PYTHONPATH={ROOT}"))
    done = subprocess.run(
        ["sh", tmp_path / "schedule.sh", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"TARGET": "site", "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert ("audits 127.0.0.1, and site 127.0.0.9" in done.stderr) == refused
    assert (done.returncode == 4) == refused
    assert ("Kept: " in done.stdout) != refused


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they are installed, in a folder of their own."""
    for file in [*UNITS.glob("*.service"), *UNITS.glob("*.timer"), *UNITS.glob("*/*.conf")]:
        made = tmp_path / "units" / file.relative_to(UNITS)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(file.read_text().replace("@HOME@", str(tmp_path)))
    for program in ("deploy/schedule", ".venv/bin/python"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    return tmp_path / "units"


analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")


@analyze
def test_systemd_understands_the_units(units: Path) -> None:
    names = [f"{file.name.replace('@.', '@edge.')}" for file in units.glob("*@.*")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *(str(units / name) for name in names)],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
    )
    assert [line for line in done.stderr.splitlines() if "phase0-audit" in line] == []


@analyze
@pytest.mark.parametrize("kind", ["sample", "daily", "drills", "check", "failed"])
def test_the_units_can_do_little(units: Path, kind: str) -> None:
    whole = units / f"whole-{kind}@.service"  # in offline mode, systemd-analyze does not read drop-ins
    whole.write_text(
        (units / f"phase0-audit-{kind}@.service").read_text()
        + (units / "phase0-audit-.service.d" / "audit.conf").read_text()
    )
    assert exposure(whole) <= 2.5


def test_no_decision_is_a_failed_unit() -> None:
    settings = (UNITS / "phase0-audit-.service.d" / "audit.conf").read_text()
    assert "SuccessExitStatus=1 10 11 75\n" in settings
    for kind in ("sample", "daily", "drills"):
        assert "OnFailure=phase0-audit-failed@%i.service" in (UNITS / f"phase0-audit-{kind}@.service").read_text()
