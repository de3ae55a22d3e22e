"""T1 and T5: files and names made by an account without root's rights are not read, not believed and not followed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import pytest

from fixtures.ask.facts import FACTS
from fixtures.session.registry import registered_facts
from fixtures.target import variables
from fixtures.target.folder import load_target
from testing.accounts import OnHost
from testing.threats import attack

MARK = "rootsownword"
FLAGS = (
    "--container-log-max-size=1Mi --container-log-max-files=2 --image-gc-high-threshold=99 "
    "'--eviction-hard=nodefs.available<1%' --collector.textfile.directory=$HOME"
)
Ask = Callable[..., Any]


@pytest.fixture
def answer_of(target: Path, on_host: OnHost) -> Callable[..., str]:
    """A function that returns the host's answer to a question, asked as root in the environment of the observer."""
    registered_facts()

    def run(name: str, **values: str) -> str:
        given = {**variables(load_target(target)), **values}
        lines = "".join(f"{key}={quote(value)}\n" for key, value in given.items())
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return on_host(f"env -i LC_ALL=C PATH={path} sh -s <<'PHASE0END' || :\n{lines}{FACTS[name].ask}\nPHASE0END\n")

    return run


@pytest.fixture
def ask(answer_of: Callable[..., str]) -> Ask:
    """A function that asks the server one question, and returns the parsed answer."""
    return lambda name, **values: FACTS[name].parse(answer_of(name, **values))


@pytest.fixture
def planted(on_host: OnHost) -> Iterator[OnHost]:
    """A function that runs preparations as root; files below its names are removed afterwards."""
    yield on_host
    on_host(
        "rm -rf /etc/cron.d/phase0-attack /usr/local/sbin/phase0-* /etc/phase0-* /tmp/phase0-build*; crontab -u twister -r || :"
    )


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
def test_a_user_s_crontab_has_no_file_read(
    planted: OnHost, mallory: Callable[[str], str], answer_of: Callable[..., str]
) -> None:
    """A user's crontab names /etc/shadow, the cluster's kubeconfig, links to them, a script of root's, and the user's own."""
    planted("install -m 0700 /dev/null /usr/local/sbin/phase0-secret")
    planted(f"printf '#!/bin/sh\\n# {MARK}\\n' >/usr/local/sbin/phase0-secret")
    mallory("chmod 755 ~; ln -s /etc/shadow ~/link; ln -s /usr/local/sbin/phase0-secret ~/script")
    mallory("printf '#!/bin/sh\\n# mallorysword\\n' >~/own.sh; chmod 755 ~/own.sh")
    files = "/etc/shadow /etc/rancher/k3s/k3s.yaml /usr/local/sbin/phase0-secret"
    home = "/home/mallory/link /home/mallory/script /home/mallory/own.sh /home/mallory/../../etc/shadow"
    lines = "".join(f"0 2 * * * {file} # mallorysline\n" for file in f"{files} {home}".split())
    mallory(f"printf %s {quote(lines)} | crontab -")
    answer = answer_of("schedules")
    assert not any(word in answer for word in ("| root:", "client-key-data", MARK, "mallorysword", "mallorysline"))
    assert "foreign 600 mallory /var/spool/cron/crontabs/mallory" in answer


CHANGEABLE = {
    "/home/mallory/owned": "chown mallory /home/mallory/owned",
    "/home/mallory/replaceable": "",
    "/usr/local/sbin/phase0-writable": "chmod 0777 /usr/local/sbin/phase0-writable",
    "/usr/local/sbin/phase0-group": "chgrp mallory /usr/local/sbin/phase0-group; chmod 0775 /usr/local/sbin/phase0-group",
    "/usr/local/sbin/phase0-out": "mv /usr/local/sbin/phase0-out ~mallory/t; ln -s /home/mallory/t /usr/local/sbin/phase0-out",
    "/home/mallory/in": "mv /home/mallory/in /usr/local/sbin/phase0-t; ln -s /usr/local/sbin/phase0-t /home/mallory/in",
}


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
def test_a_script_that_others_can_change_is_not_read(
    planted: OnHost, mallory: Callable[[str], str], answer_of: Callable[..., str]
) -> None:
    """Root's schedule names scripts that a user owns, may write, may replace in a folder, or that a link leads to."""
    mallory("chmod 755 ~")
    for place, prepare in CHANGEABLE.items():
        planted(f"printf '#!/bin/sh\\n# {MARK}\\n' >{place}; chmod 0755 {place}; {prepare}")
    lines = "".join(f"0 2 * * * root {place}\n" for place in CHANGEABLE)
    planted(f"printf %s {quote(lines)} >/etc/cron.d/phase0-attack")
    answer = answer_of("schedules")
    assert MARK not in answer
    assert {row.split(" ")[3] for row in answer.splitlines() if row.startswith("unread ")} == {*CHANGEABLE}


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
def test_what_is_no_script_is_not_read(planted: OnHost, answer_of: Callable[..., str]) -> None:
    """Root's schedule mentions files of root's that are no scripts, are not executable, or are reached by a link."""
    planted(f"echo TOKEN={MARK} >/etc/phase0-a; echo {MARK} >/etc/phase0-b; ln -s /etc/phase0-b /etc/phase0-c")
    planted(f"printf '#!/bin/sh\\n# {MARK}\\n' >/etc/phase0-d; chmod 0600 /etc/phase0-*; chmod 0700 /etc/phase0-b")
    planted(
        "echo '0 2 * * * root cat /etc/phase0-a /etc/phase0-b /etc/phase0-c /etc/phase0-d' >/etc/cron.d/phase0-attack"
    )
    assert MARK not in answer_of("schedules")


def test_an_honest_script_of_root_s_is_read(planted: OnHost, answer_of: Callable[..., str], ask: Ask) -> None:
    planted("printf '#!/bin/sh\\n. /usr/local/sbin/phase0-part\\n' >/usr/local/sbin/phase0-job")
    planted("chmod 0755 /usr/local/sbin/phase0-job")
    planted(f"printf '#!/bin/sh\\n# {MARK}\\n' >/usr/local/sbin/phase0-part; chmod 0644 /usr/local/sbin/phase0-part")
    planted(
        "ln -s phase0-job /usr/local/sbin/phase0-link; "
        "echo '0 2 * * * root /usr/local/sbin/phase0-link' >/etc/cron.d/phase0-attack"
    )
    assert MARK in answer_of("schedules")
    planted("rm /etc/cron.d/phase0-attack; echo '0 2 * * * /usr/local/sbin/phase0-job' | crontab -u twister -")
    assert MARK in answer_of("schedules")
    assert any(job.source == "/var/spool/cron/crontabs/twister" for job in ask("schedules").jobs)


STARTS = (
    "cp /usr/bin/perl {name}; setsid ./{name} -e 'sleep 600' -- {flags}",
    "setsid perl -e 'exec {{\"/usr/bin/perl\"}} \"/usr/local/bin/{name}\", @ARGV' -- -e 'sleep 600' -- {flags}",
    "setsid unshare --user --map-root-user --fork --pid ./{name} -e 'sleep 600' -- {flags}",
    "ln -sf /usr/bin/sudo s/{name}; setsid sh -c \"sleep 600 | s/{name} -S -p '--container-log-max-size=1Mi' true\"",
)


@attack("T5", "What another account can make is not believed.")
def test_a_process_is_not_what_it_calls_itself(mallory: Callable[[str], str], ask: Ask, on_host: OnHost) -> None:
    """A user's processes bear names and flags of the cluster's: a copy, a first argument, root in a namespace, sudo itself."""
    facts = ("container_logs", "kubelet", "disk_metrics")
    honest = [_lasting(ask(fact)) for fact in facts]
    mallory("chmod 755 ~; mkdir ~/s; echo 'node_filesystem_avail_bytes 1' >~/x.prom")
    for name in ("kubelet", "k3s", "node_exporter", "kube-apiserver"):
        for start in STARTS:
            mallory(f"{start.format(name=name, flags=FLAGS)} </dev/null >/dev/null 2>&1 & sleep 0.3")
    assert int(on_host("pgrep -c 'kubelet|k3s|node_exporter|kube-apiserve'")) > 12
    assert [_lasting(ask(fact)) for fact in facts] == honest


def _lasting(fact: Any) -> Any:
    """Return the fields of a fact that do not change with time."""
    return {key: getattr(fact, key) for key in fact.__struct_fields__ if key not in ("taken", "age")}


def test_an_honest_exporter_is_believed(planted: OnHost, ask: Ask) -> None:
    planted(
        "systemd-run --quiet --collect --unit=phase0-exporter --uid=daemon perl -e 'sleep 600' -- "
        "--collector.textfile.directory=/var/lib/prometheus/node-exporter; sleep 0.5"
    )
    try:
        assert ask("disk_metrics").served
        assert ask("disk_metrics").file == "/var/lib/prometheus/node-exporter/twisterlab_disk.prom"
        assert ask("kubelet").source == "running"
    finally:
        planted("systemctl stop phase0-exporter")


KERNEL = "Out of memory: Killed process 912 (postgres) total-vm:214748kB"
START = "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf\\nUNIT=k3s.service\\nJOB_TYPE=start"
RESTART = "MESSAGE_ID=5eb03494b6584870a536b337290809b3\\nUNIT=k3s.service"
BOUND = "MESSAGE_ID=ec387f577b844b8fa948f33cad9a75e6\\nJOURNAL_NAME=System Journal\\nMAX_USE=1"


LOGS = (
    f"logger -t kernel {quote(KERNEL)}",
    f"logger -t kernel -p kern.crit {quote(KERNEL)}",
    f"printf 'SYSLOG_IDENTIFIER=kernel\\n_TRANSPORT=kernel\\n_UID=0\\nMESSAGE={KERNEL}\\n' | logger --journald",
    f"printf '{START}\\n_UID=0\\n_PID=1\\nMESSAGE=Started.\\n' | logger --journald",
    f"printf '{RESTART}\\n_UID=0\\nMESSAGE=Scheduled restart job.\\n' | logger --journald",
    f"printf '{BOUND}\\n_TRANSPORT=driver\\nMESSAGE=System Journal is.\\n' | logger --journald",
    "logger -t CRON '(root) CMD (/usr/local/bin/backup-forged.sh)'",
    "logger -t k3s 'Running kubelet --image-gc-high-threshold=99'",
    "logger -t kubelet 'eviction manager: attempting to reclaim ephemeral-storage'",
)


@attack("T5", "What another account can make is not believed.")
def test_a_line_of_the_journal_is_not_whose_it_says(on_host: OnHost, mallory: Callable[[str], str], ask: Ask) -> None:
    """A user logs in the name of the kernel, of systemd, of journald, of cron and of the kubelet, trusted fields included."""
    since, before = int(on_host("date +%s")), _of_the_kernel(ask)
    for log in LOGS:
        mallory(log)
    on_host("journalctl --sync")
    _compare(_of_the_kernel(ask), before)
    assert ask("cluster_unit").restarts == 0
    assert ask("journal").works > 1
    assert not any("backup-forged" in file for files in ask("cron_past").ran.values() for file in files)
    assert ask("evictions").lines == ()
    assert ask("kubelet").images < 99
    assert not any(start.at.timestamp() >= since for start in ask("starts").all)


QUOTED = (
    "tmpfs: Unknown parameter 'Out of memory: Killed process 1 (init)'",
    "overlayfs: failed to resolve './I/O error, dev sda, sector 1': -2",
    "I/O error[4711]: segfault at 0 ip 0000 sp 0000 error 4 in perl[1000]",
    "XFS corrupt invoked oom-killer: gfp_mask=0x100cca, order=0",
)


@attack("T5", "What another account can make is not believed.")
def test_what_the_kernel_quotes_of_a_user_is_not_its_word(on_host: OnHost, ask: Ask) -> None:
    """The kernel logs an option of a mount, a path or the name of a process that a user chose to look like a fault."""
    before = _of_the_kernel(ask)
    _with_lines(QUOTED, on_host, lambda: _compare(_of_the_kernel(ask), before))


def test_an_honest_line_of_the_kernel_counts(on_host: OnHost, ask: Ask) -> None:
    killed, broken, read_only = _of_the_kernel(ask)
    _with_lines((KERNEL,), on_host, lambda: _compare(_of_the_kernel(ask), ((*killed, "postgres"), broken, read_only)))


def _of_the_kernel(ask: Ask) -> tuple[tuple[str, ...], ...]:
    """Return what the kernel logged. All servers of this machine share its log, so other labs may have added to it."""
    words = ask("kernel_words")
    return words.killed, words.broken, words.read_only


def _compare(now: tuple[tuple[str, ...], ...], expected: tuple[tuple[str, ...], ...]) -> None:
    assert now == expected


def _with_lines(lines: tuple[str, ...], on_host: OnHost, check: Callable[[], None]) -> None:
    """Log these lines as root in the kernel's name during `check`, and remove them from the journal afterwards."""
    on_host("journalctl --sync --rotate; find /var/log/journal -name '*@*.journal' | sort >/run/phase0-journal")
    try:
        for line in lines:
            on_host(f"logger -t kernel -- {quote(line)}")
        on_host("journalctl --sync")
        check()
    finally:
        on_host(
            "journalctl --sync --rotate; find /var/log/journal -name '*@*.journal' | sort | "
            "comm -13 /run/phase0-journal - | xargs -r rm -f; rm -f /run/phase0-journal"
        )


@attack("T1", "No link is followed out of the folder that was asked for.")
@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(
    "make",
    [
        "ln -s /etc /tmp/phase0-build",
        "mkdir /tmp/phase0-builds; ln -s /var/lib /tmp/phase0-builds/x",
        "mkdir -p \"$(printf '/tmp/phase0-build\\nwaste\\t900000000\\t/etc\\t')\"",
    ],
)
def test_a_folder_of_waste_leads_nowhere_else(make: str, mallory: Callable[[str], str], ask: Ask) -> None:
    """A user makes a folder of the target's waste a link, a link on the way, or a name that adds a line to the answer."""
    mallory(make)
    folders = ask("cleanup_files", DISK_BUILD_WASTE="/tmp/phase0-build*\n/tmp/phase0-builds/x/rancher").folders
    assert {folder.path for folder in folders} <= {"/tmp/phase0-builds"}


@attack("T5", "What another account can make is not believed.")
def test_a_user_s_crontab_is_no_change_of_the_configuration(
    mallory: Callable[[str], str], on_host: OnHost, ask: Ask
) -> None:
    """A user edits the user's own crontab, which would begin the window of stability anew."""
    mallory("echo '0 0 * * * true' | crontab -")
    assert "/var/spool/cron/crontabs/mallory" not in ask("configuration").digests
    on_host("echo '0 0 * * * true' | crontab -u twister -")
    try:
        assert "/var/spool/cron/crontabs/twister" in ask("configuration").digests
    finally:
        on_host("crontab -u twister -r")


SERVER = r"""#!/usr/bin/perl
use IO::Socket::INET;
$server = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => 9100, ReuseAddr => 1) or die;
while ($one = $server->accept) {
    1 while defined($line = <$one>) and $line =~ /\S/;
    print $one "HTTP/1.0 200 OK\r\n\r\nnode_filesystem_avail_bytes 1\n";
    close $one;
}"""


@attack("T5", "What another account can make is not believed.")
def test_nobody_answers_in_the_exporter_s_place(mallory: Callable[[str], str], ask: Ask, planted: OnHost) -> None:
    """A user listens on the port of the node exporter and serves figures of the disk."""
    url = "http://127.0.0.1:9100/metrics"
    serve = "/usr/local/sbin/phase0-server"
    planted(f"printf %s {quote(SERVER)} >{serve}; chmod 0755 {serve}")
    mallory(f"setsid {serve} </dev/null >/dev/null 2>&1 & sleep 0.5")
    assert "node_filesystem_avail_bytes" in planted(f"curl -s {url}")
    assert "node_filesystem_avail_bytes" not in ask("disk_metrics", MONITORING_METRICS_URL=url).names
    planted("pkill -KILL -u mallory")
    planted(f"systemd-run --quiet --collect --unit=phase0-exporter --uid=daemon {serve}; sleep 0.5")
    try:
        assert "node_filesystem_avail_bytes" in ask("disk_metrics", MONITORING_METRICS_URL=url).names
    finally:
        planted("systemctl stop phase0-exporter")
