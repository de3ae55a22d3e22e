"""The audit on a schedule: installed on a real server with systemd as a site does, it audits this server."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from testing.lab.operations import Operations
from testing.receivers import Mailbox, Webhook, receiving

SCENARIO = "ready"
STATE = "/var/lib/phase0-audit/lab"
INSTALL = "cd /root/phase0-gate && PIP_NO_INDEX=1 PIP_FIND_LINKS=/root/wheels make install TARGET=/root/target"
NOTIFIED = '\n[notify]\nvariables = ["PHASE0_HOOK"]\nfiles = ["mail.url"]\nlink = "https://audit.example/edge"\n'
FULL = f"""\
cp -a {STATE} /root/state
mount -t tmpfs -o size=2m,mode=0750 none {STATE}
chown phase0-gate: {STATE}
cp -a /root/state/history.sqlite* {STATE}/
cat /dev/zero >{STATE}/fill 2>/dev/null || true
"""
LEFT = f"""\
find {STATE} -type f
id phase0-gate 2>/dev/null || true
ls -d /etc/phase0-audit /usr/local/lib/phase0-audit /usr/local/bin/phase0-gate /usr/local/lib/systemd/system/phase0-* \
  /etc/systemd/system/*/phase0-* 2>/dev/null || true
"""
BOOT = "systemctl show -p UserspaceTimestampMonotonic --value"
IN_THE_CLUSTER = """\
cd /root/phase0-gate
k3s kubectl create namespace phase0-audit >/dev/null
trap 'k3s kubectl delete namespace phase0-audit --wait=false >/dev/null' EXIT
k3s kubectl kustomize deploy/kubernetes | sed 's|^apiVersion: batch/v1$|&beta1|' | k3s kubectl apply --dry-run=server -f -
deploy/kubernetes/pack /root/target | k3s kubectl apply --server-side --dry-run=server -f -
"""
Receivers = tuple[Webhook, Mailbox]


@pytest.fixture(scope="module")
def receivers(target: Path) -> Iterator[Receivers]:
    """Two receivers of messages at this machine's address in the lab's network."""
    address = re.search(r'address = "(\S+)\.2"', (target / "target.toml").read_text())
    assert address is not None
    with receiving(f"{address[1]}.1") as both:
        yield both


@pytest.fixture(scope="module")
def site(target: Path, receivers: Receivers) -> Operations:
    """The server with tools, a clone and a target folder, as docs/first-audit-by-hand.md describes."""
    (target / "target.toml").write_text((target / "target.toml").read_text() + NOTIFIED)
    (target / "mail.url").write_text(f"{receivers[1].url}\n")
    (target / "environment").write_text(f"PHASE0_HOOK={receivers[0].url}\n")
    machine = Operations(f"test-{SCENARIO}")
    machine.prepare(target)
    return machine


@pytest.fixture
def machine(site: Operations) -> Operations:
    """The server with the audit installed."""
    there = site.run("ls /usr/local/bin/phase0-gate 2>/dev/null || true")
    return Operations(site.name, "" if there else site.run(INSTALL))


def titles(receivers: Receivers) -> list[str]:
    """Return the titles of the messages, which must be the same for both receivers."""
    titles_sent = [str(message["title"]) for message in receivers[0].messages]
    assert titles_sent == [str(message["Subject"]) for message in receivers[1].messages]
    return [title.removeprefix("EdgeServer (lab, scenario ready): ") for title in titles_sent]


def run_of(machine: Operations) -> Any:  # what JSON can hold
    return json.loads(machine.run(f"cat {STATE}/reports/run.json"))


def test_the_printed_commands_lead_to_a_page_and_a_growing_history(machine: Operations, receivers: Receivers) -> None:
    output = machine.printed or machine.run(INSTALL)
    printed = dict(re.findall(r"^([A-Z][a-z ]+): +(\S.*)$", output, re.MULTILINE))
    seen = machine.run(printed["What it will see"])
    assert "✓ cluster: GET /api/v1/nodes" in seen
    assert "✗" not in seen
    assert titles(receivers)[-1] == "a test"
    before = machine.samples()
    assert "Report: /var/lib/phase0-audit/lab/reports/verdict.html" in machine.run(printed["The first audit"])
    assert machine.samples() == before + 1
    assert machine.result("drills") == "success"
    assert "<html" in machine.run(f"head -c 1000 {STATE}/reports/verdict.html")
    reasons = {row["reason"]["code"] for row in run_of(machine)["results"].values() if row["outcome"] == "unknown"}
    assert reasons <= {"timed-out"}, "its walls hide nothing; a busy machine may be slow"
    assert len(titles(receivers)) == 2
    output = machine.run(f"journalctl -q -u 'phase0-audit-*'; cat {STATE}/told.json {STATE}/reports/run.json")
    assert "kept-secret" not in output


def test_the_units_can_do_little(machine: Operations) -> None:
    units = " ".join(f"phase0-audit-{kind}@lab.service" for kind in ("sample", "daily", "drills", "failed"))
    levels = re.findall(r"Overall exposure level.*: ([\d.]+)", machine.run(f"systemd-analyze security {units}"))
    assert [float(level) <= 2.5 for level in levels] == [True] * 4


def test_ten_scheduled_looks_with_an_outage_leave_a_gap(machine: Operations) -> None:
    machine.run(f"cp -a {STATE} /root/before")
    try:
        unseen = json.loads(machine.run(Path(__file__).with_name("often.sh").read_text()))
        assert [len(ids) > 0 for ids in unseen] == [False] * 3 + [True] * 4 + [False] * 3
        assert "DSK-01" in unseen[3]
        machine.start("daily")
        run = run_of(machine)
        assert run["window"]["gaps"] == 1
        assert run["results"]["DEC-02"]["outcome"] == "pending"
    finally:
        machine.run(f"rm -f {STATE}/history.sqlite* && mv /root/before/history.sqlite* {STATE}/ && rm -r /root/before")


def test_a_start_beside_another_is_refused_and_a_kill_leaves_the_history_sound(
    machine: Operations, receivers: Receivers
) -> None:
    before = machine.samples()
    machine.run(
        "systemctl start --no-block phase0-audit-drills@lab; "
        "timeout 60 sh -c 'until ls -d /run/phase0-drill* >/dev/null 2>&1; do sleep 0.1; done'"
    )
    output = machine.start("sample")
    assert "phase0-gate: no sample of /etc/phase0-audit/lab now: another audit of it is under way" in output
    assert machine.result("sample") == "success"
    machine.run("systemctl kill -s KILL phase0-audit-drills@lab")
    machine.wait_for('[ "$(systemctl show -p ActiveState --value phase0-audit-drills@lab)" = failed ]')
    machine.wait_for("journalctl -q -o cat -u phase0-audit-failed@lab | grep -q '^notify: .* delivered: '")
    machine.wait_for('[ "$(systemctl show -p ActiveState --value phase0-audit-failed@lab)" = inactive ]')
    assert machine.result("drills") == "signal"
    assert titles(receivers)[-1] == "no audit could be held"
    assert machine.samples() == before
    machine.start("sample")
    assert machine.samples() == before + 1
    machine.run("systemctl reset-failed")


def test_a_reboot_in_mid_run_leaves_the_history_sound_and_the_timers_on(machine: Operations) -> None:
    before, boot = machine.samples(), machine.run(BOOT)
    machine.run(
        "systemctl start --no-block phase0-audit-daily@lab; "
        "timeout 60 sh -c 'until pgrep -f rootdir.*not.drill >/dev/null; do sleep 0.1; done'"
    )
    with suppress(AssertionError, subprocess.TimeoutExpired):
        machine.run("systemctl reboot --force --force", seconds=10)
    machine.wait_for(f'[ "$({BOOT})" != "{boot.strip()}" ] && k3s kubectl get --raw /readyz >/dev/null')
    assert machine.samples() >= before
    assert machine.run("systemctl list-timers 'phase0-audit-*' --no-legend").count("@lab.timer") == 3


def test_a_change_is_told_once_by_each_way(machine: Operations, receivers: Receivers) -> None:
    before = len(titles(receivers))
    machine.run("fallocate -l $(($(df -B1 --output=avail / | tail -n 1) * 8 / 10)) /root/full")
    try:
        assert "NO-GO" in machine.start("sample")
        assert "NO-GO" in machine.start("sample")
        assert machine.result("sample") == "success", "a NO-GO is a result"
    finally:
        machine.run("rm /root/full")
    assert len(titles(receivers)) == before + 1
    assert titles(receivers)[-1].startswith("NO-GO")
    assert "DSK-01" in receivers[0].messages[-1]["message"]


def test_a_full_disk_is_said_and_the_history_stays(machine: Operations) -> None:
    before = machine.samples()
    machine.run(FULL)
    try:
        output, result = machine.start("sample"), machine.result("sample")
        machine.run(f"rm {STATE}/fill")
        after = machine.samples()
    finally:
        machine.run(f"umount {STATE}; rm -r /root/state; systemctl reset-failed")
    assert "history.sqlite: cannot be " in output
    assert "left no sample in the history" in output
    assert (result, after) == ("exit-code", before)


def test_the_api_takes_the_schedule_of_the_cluster(site: Operations) -> None:
    """As v1beta1, since the lab's API is 1.20. A dry run checks every field and stores nothing."""
    output = site.run(IN_THE_CLUSTER)
    for made in (
        "namespace/phase0-audit",
        "serviceaccount/phase0-audit",
        "secret/target",
        "persistentvolumeclaim/state",
        "clusterrolebinding.rbac.authorization.k8s.io/phase0-audit-inside",
        "cronjob.batch/sample",
        "cronjob.batch/daily",
        "cronjob.batch/drills",
    ):
        assert re.search(rf"^{made} [\w-]+ \(server dry run\)$", output, re.MULTILINE), output


def test_root_asks_and_answers_where_the_schedule_looks(machine: Operations) -> None:
    """The commands of docs/operating.md, after which the audit can still read and write everything."""
    folder, before = "/etc/phase0-audit/lab", machine.samples()
    output = machine.run(
        f"cd /var/lib/phase0-audit; runuser -u phase0-gate -- phase0-gate reports history {folder} --export lab/lab.jsonl; "
        "grep -c sample lab/lab.jsonl; rm lab/lab.jsonl; "
        f"runuser -u phase0-gate -- phase0-gate reports history {folder} --prune-before 2001-01-01; "
        f'phase0-gate reports attest {folder} DEC-04 --who "Dana Leroy" --role sponsor'
    )
    assert 'who = "Dana Leroy"' in output
    assert 'who = "Dana Leroy"' in machine.run(f"runuser -u phase0-gate -- cat {folder}/attestations.toml")
    machine.start("sample")
    assert machine.samples() == before + 1


def test_another_server_of_that_name_is_not_scheduled(machine: Operations) -> None:
    machine.run(
        "rm -rf /root/other; cp -R /root/target /root/other; "
        "sed -i 's/^address = .*/address = \"10.77.255.1\"/' /root/other/target.toml"
    )
    output = machine.run(f"{INSTALL.replace('/root/target', '/root/other')} && exit 1 || rm -r /root/other")
    assert "give [target] name of /root/other another name" in output


def test_uninstalling_leaves_the_history_and_what_people_wrote(machine: Operations) -> None:
    before = machine.samples()
    machine.run("install -D -m 0755 /root/phase0-gate/deploy/audit/observer /usr/local/lib/phase0-gate/observer")
    assert f"Kept: every history.sqlite in {STATE}" in machine.run("cd /root/phase0-gate && make uninstall")
    left = set(machine.run(LEFT).split())
    assert {f"{STATE}/history.sqlite", f"{STATE}/attestations.toml"} <= left
    assert not [path for path in left if not path.startswith(STATE)]
    place = "/usr/local/lib/phase0-gate"
    assert "stays" in machine.run(f"[ -x {place}/observer ] && echo stays && rm -r {place}"), (
        "others still audit this server"
    )
    assert not [path for path in left if path.endswith((".url", "id_ed25519", "kubeconfig", "environment", ".html"))]
    machine.run(INSTALL)
    machine.start("sample")
    assert machine.samples() == before + 1, "and whoever comes back goes on with it"
