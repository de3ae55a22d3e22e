"""Installs a disk check that warns in time: bytes and inodes of every filesystem, as a metric, every ten minutes.

Needs root. It installs the script that the target names, /etc/cron.d/twisterlab-disk and, if it is missing,
/etc/twisterlab/disk-monitor.conf. It replaces the plan's own check, which is silent at 75 %, covers only /, ignores
inodes and only writes a log, and its `| crontab -`, which removed every other job.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shlex import quote

from fixtures.host.monitoring.check_jobs import starting
from fixtures.host.monitoring.monitor_files import MonitorFiles
from fixtures.host.schedules.job import Job
from fixtures.host.schedules.schedules import Schedules
from fixtures.host.system.files import HostFile, unread
from gate.bound import Bounds
from remediations._known import is_known
from remediations.transaction.messages import sentences
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Check, InstallFile, Note, Yielded

message = sentences(__name__)
FILES = Path(__file__).parent / "files" / "disk_monitor"
SCRIPT, CRON = "/usr/local/bin/check-disk-space.sh", "/etc/cron.d/twisterlab-disk"
SETTINGS = "/etc/twisterlab/disk-monitor.conf"
CRONTAB = "/var/spool/cron/crontabs/root"
FOLDER = "/var/lib/prometheus/node-exporter"
CALLS = re.compile(
    r"^[^#\n]*\b(?:curl|wget|mailx?|sendmail|msmtp)\b", re.MULTILINE
)  # a check that already notifies somebody
WARN, CRIT, EVERY = 65, 70, 10  # percent, percent and minutes, as in the files


@remedy("MON", "DSK")
def disk_monitor(monitor_files: MonitorFiles, schedules: Schedules, bounds: Bounds) -> Iterator[Yielded]:
    """Yield the script, its settings with a first run, and its schedule."""
    seen = monitor_files
    if not seen.equipped:
        yield Note(message("tools"))
        return
    if foreign := unread(seen.files, seen.script, SETTINGS, CRON, CRONTAB):
        yield Note(message("unread", paths=", ".join(foreign)))
        return
    installed = seen.files.get(seen.script)
    ours = (FILES / SCRIPT[1:]).read_text(encoding="utf-8")
    own = not is_known(installed)
    if installed and own and CALLS.search(installed.content) and not _ours(installed):
        yield Note(message("foreign", path=seen.script))
        return
    yield Check(
        command=f'bash -n "$CANDIDATE"{quote(seen.script)}',
        about=seen.script,
        sentence=message("parses", path=seen.script),
    )
    once = f"[ ! -x {quote(seen.script)} ] || timeout 60 {quote(seen.script)} >/dev/null 2>&1 || :"  # the first metric
    yield InstallFile(
        path=seen.script,
        content=ours,
        before=installed,
        mode="0755",
        foreign=own,
        sentence=message("script", path=seen.script),
    )
    yield InstallFile(
        path=SETTINGS,
        content=_settings(seen, bounds),
        before=seen.files.get(SETTINGS),
        mode="0600",
        activate=once,
        sentence=message("settings", path=SETTINGS),
    )
    yield from _schedule(seen, starting(schedules, seen.script), bounds["MON-01"].figure)


def _ours(installed: HostFile) -> bool:
    """Return whether the installed script is an earlier version of ours."""
    return "/etc/twisterlab/disk-monitor.conf" in installed.content


def _settings(seen: MonitorFiles, bounds: Bounds) -> str:
    """Return the settings. Existing ones stay, except limits above the target's and a metric that is switched off."""
    there, warn, crit = seen.files.get(SETTINGS), *_limits(bounds)
    if there is None:
        text = _limited((FILES / SETTINGS[1:]).read_text(encoding="utf-8"), warn, crit)
        text = text.replace(f"TEXTFILE={FOLDER}", f"TEXTFILE={quote(seen.textfile)}")
        for name, value in (("WEBHOOK", seen.receiver), ("HEARTBEAT", seen.heartbeat)):
            if re.match(r"https?://", value):
                text = text.replace(f"{name}=''", f"{name}={quote(value)}")
        return text
    text = re.sub(
        r"^TEXTFILE=(''|\"\")?[ \t]*$", lambda _: f"TEXTFILE={quote(seen.textfile)}", there.content, flags=re.MULTILINE
    )
    written = re.search(r"^WARN=(\d+)", text, re.MULTILINE)
    late = written is not None and not bounds["MON-03"].met_by(int(written[1]))
    return _limited(text, warn, crit) if late else text


def _limits(bounds: Bounds) -> tuple[int, int]:
    """Return from what percentage on the check warns, and from what percentage on the level is critical."""
    crit = min(CRIT, int(bounds["DSK-01"].figure))
    return min(WARN, crit, int(bounds["MON-03"].figure)), crit


def _limited(text: str, warn: int, crit: int) -> str:
    return re.sub(
        r"^WARN=\d+", f"WARN={warn}", re.sub(r"^CRIT=\d+", f"CRIT={crit}", text, flags=re.MULTILINE), flags=re.MULTILINE
    )


def _schedule(seen: MonitorFiles, jobs: tuple[Job, ...], minutes: float) -> Iterator[Yielded]:
    """Yield the steps that leave exactly one job, which runs at least every `minutes`.

    A job that already runs often enough stays, and no second one is added.
    """
    others = [job for job in jobs if job.source != CRON]
    frequent = any(_frequent(job, minutes) for job in others)
    mine = _lines_of(seen.files.get(CRONTAB), seen.script)
    if not frequent or mine or CRON in seen.files:
        elsewhere = [job.source for job in others if job.source != CRONTAB]
        yield from _tables(seen, mine, elsewhere, max(1, min(EVERY, int(minutes))), frequent=frequent)


def _tables(
    seen: MonitorFiles, mine: list[str], elsewhere: list[str], every: int, *, frequent: bool
) -> Iterator[Yielded]:
    """Move our lines (`mine`) from root's crontab into a file of their own, unless another table runs often enough."""
    if not seen.cron:
        yield Note(message("no-cron"))
        return
    if mine:
        yield _without(seen.files[CRONTAB], mine)
    if elsewhere:
        yield Note(message("elsewhere", sources=elsewhere))
    if not elsewhere or not frequent:
        yield _own_table(seen, every)


def _frequent(job: Job, minutes: float) -> bool:
    """Return whether the job runs without a pause longer than `minutes`."""
    return not job.defect and job.longest is not None and job.longest <= timedelta(minutes=minutes)


def _lines_of(table: HostFile | None, script: str) -> list[str]:
    """Return the lines of root's crontab that start the check."""
    lines = table.content.splitlines() if table else []
    return [line for line in lines if script in line and not line.lstrip().startswith("#")]


def _without(table: HostFile, lines: list[str]) -> InstallFile:
    rest = "".join(f"{line}\n" for line in table.content.splitlines() if line not in lines)
    return InstallFile(
        path=CRONTAB,
        content=rest,
        before=table,
        mode=table.mode,
        owner=table.owner,
        sentence=message("crontab", path=CRONTAB),
    )


def _own_table(seen: MonitorFiles, every: int) -> InstallFile:
    content = (FILES / CRON[1:]).read_text(encoding="utf-8").replace(SCRIPT, seen.script)
    content = content.replace(f"*/{EVERY} *", f"*/{every} *")
    sentence, before = message("cron", path=CRON, minutes=every), seen.files.get(CRON)
    return InstallFile(
        path=CRON, content=content, before=before, foreign=not is_known(before, content), sentence=sentence
    )
