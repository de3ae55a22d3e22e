"""`--fix` on a live server: a plan writes nothing, and a transaction is complete or undone, however it ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from remediations.journald import RESTART
from testing.audits import ROOT, Audited, audit
from testing.labs import lab

SCENARIO = "before"
LIVE = ("-m", "not drill")
OnHost = Callable[[str], str]
SPOIL = """\
rm -f /etc/logrotate.d/zz-broken
systemctl stop syslog.socket rsyslog.service
rm -f /var/log/kern.log*
systemctl start logrotate.service
echo 'Feb  3 23:00:00 edgeserver kernel: the oldest line' >/var/log/kern.log
fallocate -l 2000MiB /var/log/kern.log
chown root:adm /var/log/kern.log && chmod 0640 /var/log/kern.log
systemctl start syslog.socket rsyslog.service
"""
FILES = """\
cd /
find . -xdev \\( -path ./proc -o -path ./sys -o -path ./run -o -path ./tmp -o -path ./hostsys -o -path ./var/tmp \
  -o -path ./var/log -o -path ./var/lib/rancher -o -path ./var/lib/containerd -o -path ./var/lib/etcd -o -path ./var/lib/kubelet \
  -o -path ./var/lib/systemd \\) -prune -o -printf '%p %y %m %u:%g %T@ %s\\n' | sort
ls -l --time-style=full-iso /run/phase0-gate.lock /var/log/kern.log* 2>/dev/null || true
k3s kubectl get deployments,statefulsets,services,configmaps,serviceaccounts,pods,clusterroles,roles -A -o go-template='{{
range .items}}{{.kind}} {{.metadata.namespace}}/{{.metadata.name}} {{.metadata.uid}} {{
if ne .kind "Pod"}}{{or .metadata.generation .metadata.resourceVersion}}{{end}}
{{end}}'
"""
JOURNAL = """\
cat >/etc/systemd/journald.conf.d/size-limit.conf <<'END'
[Journal]
SystemMaxUse=500M
SystemKeepFree=2G
MaxFileSec=1day
MaxRetentionSec=3day
END
file=$(ls /var/log/journal/*/system.journal)
copy=${file%.journal}@00000000000000000000000000000001-0000000000000001-0006500000000000.journal
cp -p "$file" "$copy" && fallocate -l 510MB "$copy"
"""
WITNESS = f"""\
systemd-run --quiet --unit=phase0-witness sh -c 'while echo tick; do sleep 0.1; done'
for _ in 1 2 3 4 5 6 7; do
{RESTART}
done
timeout 5 sh -c "until journalctl -q -u phase0-witness --since '$(date +'%F %T.%N')' | grep -q tick; do sleep 0.1; done"
systemctl stop phase0-witness
"""
CONFIGURATION = """\
find /etc -xdev -type f -exec sha256sum {} + | sort -k2
systemctl show -p TimersCalendar logrotate.timer | cut -d';' -f1
"""
MARKER = """\
logger -p user.warning phase0-marker
timeout 5 sh -c 'until grep -q phase0-marker /var/log/syslog; do sleep 0.1; done'
"""
COMPRESSING = "timeout 60 sh -c 'until [ -s /var/log/kern.log.1.gz.partial ]; do sleep 0.1; done'"
REBOOT = """\
kill -9 "$(sed -n 's/.* process \\([0-9]*\\) of the host$/\\1/p' /run/phase0-gate.lock)"
/bin/kill -KILL -- "-$(cat "$(ls -td /var/lib/phase0-gate/runs/*/*/pid | head -n 1)")"
timeout 20 flock /run/phase0-gate.lock true
"""


def command(target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "remediations", *words, f"--target={target}"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
    )


@pytest.fixture
def server(target: Path, on_host: OnHost) -> Path:
    """The server with a kern.log of 2.1 GB and the log rotation of its distribution."""
    for run in reversed(command(target, "runs").stdout.splitlines()):
        if "  applied " in run:
            command(target, "rollback", run.split()[0])
    on_host(SPOIL)
    return target


def fix(server: Path, out: Path, *more: str) -> Audited:
    return audit(str(server), out, *LIVE, *(more or ("--fix=log_rotation",)))


@pytest.fixture
def fixing(server: Path, tmp_path: Path, on_host: OnHost) -> Iterator["subprocess.Popen[str]"]:
    """A `--fix` that is compressing a log at this moment."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            f"--target={server}",
            f"--reports={tmp_path / 'first'}",
            *LIVE,
            "--fix=log_rotation",
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    on_host(COMPRESSING)
    yield process
    process.kill()
    process.communicate()


def test_a_plan_shows_everything_and_writes_nothing(server: Path, tmp_path: Path, on_host: OnHost) -> None:
    before = set(on_host(FILES).splitlines())
    planned = fix(server, tmp_path, "--fix=plan")
    assert set(on_host(FILES).splitlines()) ^ before == set()
    for sentence in (
        "log_rotation (safe) for LOG-01",
        "+++ /etc/logrotate.d/rsyslog",
        "+\tmaxsize 200M",
        "systemctl start logrotate.service",
        "undo:",
        "nothing was changed",
    ):
        assert sentence in planned.output
    assert {row["state"] for row in planned.run["interventions"]} == {"planned"}
    assert planned.outcomes["LOG-01"] == "fail"


def test_log_rotation_is_repaired_and_a_second_run_plans_nothing(server: Path, tmp_path: Path, on_host: OnHost) -> None:
    first = fix(server, tmp_path / "first", "--fix=log_rotation,journald")
    results, remedied = first.run["results"], first.run["interventions"]
    fixed = ("LOG-01", "LOG-04", "LOG-06", "LOG-08")
    assert {id: (results[id]["before"], results[id]["outcome"]) for id in fixed} == dict.fromkeys(
        fixed, ("fail", "pass")
    )
    assert {results[id]["outcome"] for id in ("LOG-02", "LOG-03", "LOG-07")} == {"pass"}
    assert results["LOG-12"]["outcome"] == "pending", "what made it grow is not found by rotating it"
    states = {row["remedy"]: row["state"] for row in remedied}
    assert (states["log_rotation"], states["journald"]) == ("applied", "applied")
    assert on_host("zcat /var/log/kern.log.1.gz | head -n 1 | cut -c1-60").strip().endswith("the oldest line")
    on_host(MARKER)
    second = fix(server, tmp_path / "second", "--fix=log_rotation,journald")
    assert "0 steps" in second.output
    assert second.run["interventions"] == []


def test_a_journal_that_must_shrink_is_exported_first(server: Path, tmp_path: Path, on_host: OnHost) -> None:
    on_host("mkdir -p /etc/systemd/journald.conf.d")
    on_host(JOURNAL)
    fixed = fix(server, tmp_path, "--fix=journald")
    assert (fixed.outcomes["LOG-07"], fixed.outcomes["LOG-08"]) == ("pass", "pass")
    assert on_host("ls /etc/systemd/journald.conf.d").split() == ["twisterlab.conf"]
    assert int(on_host("zcat /var/backups/twisterlab/journal/*.export.gz | grep -ac ^__REALTIME_TIMESTAMP=")) > 100


def test_a_journal_restarted_in_haste_leaves_no_service_without_its_log(on_host: OnHost) -> None:
    on_host(WITNESS)


def test_a_drill_that_fails_chooses_its_remedy_and_is_held_again(server: Path, tmp_path: Path, on_host: OnHost) -> None:
    fix(server, tmp_path / "first")
    on_host("cp -p /var/log/syslog /run/syslog; rm /var/log/syslog; mv /run/syslog /var/log/syslog")
    cured = audit(str(server), tmp_path / "second", "-k", "rsyslog_writes", "--fix=LOG-05")
    row = cured.run["results"]["LOG-05"]
    assert (row["before"], row["outcome"]) == ("fail", "pass"), cured.output


def test_an_earlier_run_is_taken_back_whole(server: Path, tmp_path: Path, on_host: OnHost) -> None:
    before = on_host(CONFIGURATION)
    fix(server, tmp_path)
    assert on_host(CONFIGURATION) != before
    run = command(server, "runs").stdout.splitlines()[-1].split()[0]
    assert "steps taken back" in command(server, "rollback", run).stdout
    assert "0 of " in command(server, "prune", "--days", "90").stdout
    assert on_host(CONFIGURATION) == before


def test_what_made_something_worse_is_rolled_back(
    fixing: "subprocess.Popen[str]", tmp_path: Path, on_host: OnHost
) -> None:
    on_host("cp /etc/logrotate.d/rsyslog /etc/logrotate.d/zz-broken")
    output, _ = fixing.communicate(timeout=300)
    assert "rolled back: it made LOG-03 worse" in output
    assert "maxsize" not in on_host("cat /etc/logrotate.d/rsyslog")
    assert on_host("ls /etc/systemd/system/logrotate.timer.d 2>/dev/null || true") == ""
    assert '"state": "rolled-back"' in (tmp_path / "first" / "run.json").read_text()


def test_two_at_once_one_works_and_one_refuses(fixing: "subprocess.Popen[str]", server: Path, tmp_path: Path) -> None:
    refused = fix(server, tmp_path / "second")
    assert refused.status == 4
    assert "another run is changing" in refused.output
    assert "since" in refused.output
    output, _ = fixing.communicate(timeout=300)
    assert "LOG-01: fail → pass" in output


def test_killed_half_way_the_next_run_takes_it_back_and_finishes(
    fixing: "subprocess.Popen[str]", server: Path, tmp_path: Path, on_host: OnHost
) -> None:
    fixing.kill()
    on_host(REBOOT)
    assert "interrupted" in command(server, "runs").stdout.splitlines()[-1]
    after = fix(server, tmp_path / "second")
    assert "was cut short; taking back its" in after.output
    assert (after.outcomes["LOG-01"], after.outcomes["LOG-06"]) == ("pass", "pass")
    assert [row["state"] for row in after.run["interventions"]] == ["rolled-back", "applied"]


def test_the_power_fails_half_way_and_the_next_run_takes_it_back(
    fixing: "subprocess.Popen[str]", server: Path, tmp_path: Path, on_host: OnHost
) -> None:
    lab("crash", "--name", f"test-{SCENARIO}")
    output, _ = fixing.communicate(timeout=120)
    assert "Traceback (most" not in output
    assert "maxsize" in on_host("cat /etc/logrotate.d/rsyslog"), "it stopped behind its first step"
    after = fix(server, tmp_path / "second")
    assert "was cut short; taking back its" in after.output
    assert [row["state"] for row in after.run["interventions"]] == ["rolled-back", "applied"]
    assert after.outcomes["LOG-01"] == "pass"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_takes_everything_back_before_it_ends(
    fixing: "subprocess.Popen[str]", server: Path, number: signal.Signals, on_host: OnHost
) -> None:
    began = time.monotonic()
    fixing.send_signal(number)
    output, _ = fixing.communicate(timeout=60)
    assert time.monotonic() - began < 20
    assert fixing.returncode == 2
    assert "interrupted" in output
    assert "Traceback (most" not in output
    assert "maxsize" not in on_host("cat /etc/logrotate.d/rsyslog")
    assert on_host("ls /var/log/kern.log.1.gz* 2>/dev/null || true") == ""
    assert "rolled back" in command(server, "runs").stdout.splitlines()[-1]
    on_host("flock -n /run/phase0-gate.lock true")
