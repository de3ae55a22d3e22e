"""A disk check that is heard in time: bytes and inodes of every filesystem, once per level, as a metric, every ten minutes.

Installs the script the target names, /etc/cron.d/twisterlab-disk and, where there is none, /etc/twisterlab/disk-monitor.conf;
needs root. It cures the plan's own check (silent at 75 %, / alone, no inodes, nothing but a log) and its `| crontab -`,
which removed every other job.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from fixtures.host.monitoring.check_jobs import starting
from fixtures.host.monitoring.monitor_files import MonitorFiles
from fixtures.host.schedules.schedules import Job, Schedules
from fixtures.host.system.files import HostFile, unread
from remediations.transaction.remedy import remedy
from remediations.transaction.said import sentences
from remediations.transaction.step import Check, InstallFile, Note, Yielded

say = sentences(__name__)
FILES = Path(__file__).parent / "files" / "disk_monitor"
SCRIPT, CRON = "/usr/local/bin/check-disk-space.sh", "/etc/cron.d/twisterlab-disk"
SETTINGS = "/etc/twisterlab/disk-monitor.conf"
CRONTAB = "/var/spool/cron/crontabs/root"
FOLDER = "/var/lib/prometheus/node-exporter"
CALLS = re.compile(
    r"^[^#\n]*\b(?:curl|wget|mailx?|sendmail|msmtp)\b", re.MULTILINE
)  # somebody may rely on being called
MOST = 75  # per cent: the plan's own limit
MINUTES = 60  # between two runs, at most


@remedy("MON", "DSK")
def disk_monitor(monitor_files: MonitorFiles, schedules: Schedules) -> Iterator[Yielded]:
    """The script first, then its settings, with a first run, then what starts it."""
    seen = monitor_files
    if not seen.equipped:
        yield Note(say("tools"))
        return
    if foreign := unread(seen.files, seen.script, SETTINGS, CRON, CRONTAB):
        yield Note(say("unread", paths=", ".join(foreign)))
        return
    installed = seen.files.get(seen.script)
    ours = (FILES / SCRIPT[1:]).read_text(encoding="utf-8")
    if installed and installed.content != ours and CALLS.search(installed.content) and not _ours(installed):
        yield Note(say("foreign", path=seen.script))
        return
    yield Check(
        command=f'bash -n "$CANDIDATE"{quote(seen.script)}', about=seen.script, said=say("parses", path=seen.script)
    )
    once = f"[ ! -x {quote(seen.script)} ] || timeout 60 {quote(seen.script)} >/dev/null 2>&1 || :"  # a metric at once
    yield InstallFile(
        path=seen.script, content=ours, before=installed, mode="0755", said=say("script", path=seen.script)
    )
    yield InstallFile(
        path=SETTINGS,
        content=_settings(seen),
        before=seen.files.get(SETTINGS),
        mode="0600",
        activate=once,
        said=say("settings", path=SETTINGS),
    )
    yield from _schedule(seen, starting(schedules, seen.script))


def _ours(installed: HostFile) -> bool:
    """An earlier version of the same script."""
    return "/etc/twisterlab/disk-monitor.conf" in installed.content


def _settings(seen: MonitorFiles) -> str:
    """What is set stays, but for limits beyond the plan's and a metric that is switched off."""
    there = seen.files.get(SETTINGS)
    if there is None:
        text = (FILES / SETTINGS[1:]).read_text(encoding="utf-8")
        text = text.replace(f"TEXTFILE={FOLDER}", f"TEXTFILE={quote(seen.textfile)}")
        for name, value in (("WEBHOOK", seen.receiver), ("HEARTBEAT", seen.heartbeat)):
            if re.match(r"https?://", value):
                text = text.replace(f"{name}=''", f"{name}={quote(value)}")
        return text
    text = re.sub(
        r"^TEXTFILE=(''|\"\")?[ \t]*$", lambda _: f"TEXTFILE={quote(seen.textfile)}", there.content, flags=re.MULTILINE
    )
    limits = {name: int(figure) for name, figure in re.findall(r"^(WARN|CRIT)=(\d+)", text, re.MULTILINE)}
    if limits.get("WARN", 0) > MOST:
        text = re.sub(
            r"^WARN=\d+", "WARN=65", re.sub(r"^CRIT=\d+", "CRIT=70", text, flags=re.MULTILINE), flags=re.MULTILINE
        )
    return text


def _schedule(seen: MonitorFiles, jobs: tuple[Job, ...]) -> Iterator[Yielded]:
    """Exactly one job: where something starts it often enough already, that stays; our file beside it would be a second."""
    others = [job for job in jobs if job.source != CRON]
    frequent = [job for job in others if not job.defect and job.longest and job.longest.total_seconds() <= MINUTES * 60]
    table = seen.files.get(CRONTAB)
    lines = table.content.splitlines() if table else []
    mine = [line for line in lines if seen.script in line and not line.lstrip().startswith("#")]
    if frequent and not mine and CRON not in seen.files:
        return
    if not seen.cron:
        yield Note(say("no-cron"))
        return
    if table and mine:
        rest = "".join(f"{line}\n" for line in lines if line not in mine)
        yield InstallFile(
            path=CRONTAB,
            content=rest,
            before=table,
            mode=table.mode,
            owner=table.owner,
            said=say("crontab", path=CRONTAB),
        )
    elsewhere = [job.source for job in others if job.source != CRONTAB]
    if elsewhere:
        yield Note(say("elsewhere", sources=elsewhere))
    if not elsewhere or not frequent:
        content = (FILES / CRON[1:]).read_text(encoding="utf-8").replace(SCRIPT, seen.script)
        yield InstallFile(path=CRON, content=content, before=seen.files.get(CRON), said=say("cron", path=CRON))
