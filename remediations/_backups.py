"""Installs a backup: the part that the three backup remedies share.

It installs a script that reports its failures, its library and settings, runs the script once, and then schedules it.
The first run comes before the schedule, so that a backup that does not work here is taken back at once.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shlex import quote

import msgspec

from fixtures.host.backups.backup_access import BackupAccess
from fixtures.host.backups.backup_jobs import backup_schedules, users
from fixtures.host.backups.backup_setup import BackupSetup
from fixtures.host.backups.backups import Backups
from fixtures.host.schedules.schedules import Schedules
from fixtures.host.system.files import HostFile, unread
from fixtures.target.distribution import DEBIAN
from gate.bound import Bound, Bounds
from remediations._known import is_known
from remediations.transaction.messages import sentences
from remediations.transaction.step import InstallFile, Note, RunCommand, Yielded

message = sentences("backups")
FILES = Path(__file__).parent / "files"
LIBRARY, SETTINGS, TABLE = (
    "/usr/local/lib/twisterlab/backup.sh",
    "/etc/twisterlab/backup.conf",
    "/etc/cron.d/twisterlab",
)
NAMES = {
    "postgres": r"[^*]+\*[^*/]*\.gz",
    "redis": r"[^*]+\*[^*/]*\.rdb",
    "configs": r"[^*]+\*",
}  # what the scripts can write
HEAD = "# Where the backups of TwisterLab come from and go to: the target's values, then what this site has added."
FIRST = """set -eu
: >began
{script}
find {directory} -newer began -mindepth 1 -maxdepth 2 ! -name '.*' -not -path '*/.*' -print >lasting"""
UNITS = "/etc/systemd/system"
TIMES = {"postgres": "02:00", "redis": "02:15", "configs": "02:30"}  # as in the table of cron
ENABLE = """systemctl daemon-reload
if [ -e /etc/systemd/system/{timer} ]; then systemctl enable --now {timer}
else systemctl disable --now {timer} 2>/dev/null || :; fi"""
NEWEST = {"postgres": "BKP-04", "redis": "BKP-05", "configs": "BKP-06"}  # how old the newest may be
KEPT = 8  # days that the library keeps where it is told nothing else
PATIENCE = 3600  # seconds for the first run
MOST = 500  # entries whose owner and mode an undo restores


class Seen(msgspec.Struct, frozen=True):
    """The facts of the host that the backup remedies need."""

    setup: BackupSetup
    schedules: Schedules
    backups: Backups
    access: BackupAccess


def install_backup(kind: str, remedy: str, seen: Seen, bounds: Bounds) -> Iterator[Yielded]:
    """Yield the steps that install the backup of one kind, or a note if that is not possible or another backup exists."""
    script = f"/usr/local/bin/backup-twisterlab-{kind}.sh"
    if unfit := _unfit(kind, script, seen):
        yield unfit
        return
    yield from _closed(seen)
    yield from _files(script, remedy, seen.setup, math.ceil(bounds["BKP-08"].figure) + 1)
    if not _fresh(kind, seen.backups, bounds[NEWEST[kind]]):
        directory = seen.setup.settings["directory"]
        yield RunCommand(
            command=FIRST.format(script=script, directory=quote(directory)),
            shown=script,
            seconds=PATIENCE,
            sentence=message("first-run", script=script, directory=directory),
        )
    yield from _schedule(kind, script, seen)


def _unfit(kind: str, script: str, seen: Seen) -> Note | None:
    """Return a note that says why nothing is installed, or None."""
    pattern = seen.setup.settings[f"{kind}_files"]
    if not re.fullmatch(NAMES[kind], pattern):
        return Note(message("pattern", kind=kind, pattern=pattern))
    if foreign := unread(seen.setup.files, TABLE, LIBRARY, SETTINGS, script, *units(kind)):
        return Note(message("unread", paths=", ".join(foreign)))
    others = [one.job.source for one in backup_schedules(seen.schedules, kind).sound if script not in one.job.command]
    return Note(message("elsewhere", source=others[0])) if others else None


def _closed(seen: Seen) -> Iterator[Yielded]:
    """Yield the step that lets only root access the folder of the backups and its copy. Its undo restores owners and modes."""
    access, trusted = seen.access, users(seen.schedules)
    if access.astray(trusted):
        yield Note(message("link", paths=", ".join(access.astray(trusted))))
    elif ways := [
        entry.path for entry in access.entries if not entry.inside and entry.path in access.writable(trusted)
    ]:
        yield Note(message("way", paths=", ".join(ways)))
    elif wrong := {*access.opened(trusted), *access.writable(trusted)}:
        copied = {entry.path for entry in access.entries if entry.copy} & wrong
        own, copy = access.top(copy=False), access.top(copy=True)
        tops = [own] * bool(wrong - copied) + [copy] * bool(copied)
        commands = [f"chown -Rh root:root {quote(own)}"] * bool(wrong - copied)
        yield RunCommand(
            command="\n".join([*commands, *(f"chmod -R go= {quote(top)}" for top in tops)]),
            undo=_reopened(access, tops),
            sentence=message("closed", directory=", ".join(tops)),
        )


def _reopened(access: BackupAccess, tops: list[str]) -> str:
    """The commands that give what is below these folders its owner and mode back.

    What lies deepest comes first: as long as a path remains to be changed, nobody but root can put a link on the way to it.
    """
    was = [entry for entry in access.entries if entry.inside and below(entry.path, tops)][:MOST]
    return "".join(
        f"chown -h {quote(f'{one.user}:{one.group}')} {quote(one.path)}; chmod {one.mode:o} {quote(one.path)}\n"
        for one in sorted(was, key=lambda entry: entry.path, reverse=True)
        if one.type != "l"
    )


def below(path: str, tops: Iterable[str]) -> bool:
    """Whether it is one of these folders, or lies in one."""
    return any(path == top or path.startswith(f"{top}/") for top in tops)


def _files(script: str, remedy: str, setup: BackupSetup, days: int) -> Iterator[Yielded]:
    there = setup.files.get(SETTINGS)
    longer = {"days": str(days)} if days > max(KEPT, _days(there)) else {}
    settings = _settings({**setup.settings, **longer}, there)
    for path, content, mode in (
        (LIBRARY, (FILES / "backups" / LIBRARY[1:]).read_text(encoding="utf-8"), "0644"),
        (SETTINGS, settings, "0644"),
        (script, (FILES / remedy / script[1:]).read_text(encoding="utf-8"), "0755"),
    ):
        yield InstallFile(
            path=path,
            content=content,
            before=setup.files.get(path),
            mode=mode,
            foreign=path != SETTINGS and not is_known(setup.files.get(path)),
            sentence=message("file" if path != script else "script", path=path),
        )


def _settings(ours: Mapping[str, str], there: HostFile | None) -> str:
    """The target's values; what the site has set beside them stays, word for word."""
    kept = [row for row in (there.content if there else "").splitlines() if not _replaced(row, ours)]
    rows = [HEAD, *(f"{name}={quote(value)}" for name, value in ours.items()), *kept]
    return "".join(f"{row}\n" for row in rows)


def _days(there: HostFile | None) -> int:
    """For how many days the site keeps backups; 0 where it says nothing."""
    found = re.findall(r"(?m)^days=['\"]?(\d+)", there.content if there else "")
    return int(found[-1]) if found else 0


def _replaced(row: str, ours: Mapping[str, str]) -> bool:
    """Our own first line, and lines that set what the target says; a table may be longer than the target asks."""
    name, equals, _ = row.partition("=")
    return row.startswith(HEAD.partition(":")[0]) or (bool(equals) and name in ours)


def _fresh(kind: str, backups: Backups, age: Bound) -> bool:
    """Return whether the newest backup is valid and younger than `age` (in hours), so that no first run is needed."""
    newest = backups.of(kind)[:1]
    return any(file.valid and 0 <= backups.at - file.made < age.figure * 3600 for file in newest)


def _schedule(kind: str, script: str, seen: Seen) -> Iterator[Yielded]:
    if seen.setup.cron == "absent":
        yield from _timer(kind, script, seen)
        return
    if seen.setup.cron != "active":
        yield RunCommand(
            command=f"systemctl enable --now {DEBIAN.cron_units[0]}",
            undo=f"systemctl disable --now {DEBIAN.cron_units[0]}",
            sentence=message("start-cron"),
        )
    jobs = backup_schedules(seen.schedules, kind).jobs
    if any(
        script in one.job.command and one.job.source != TABLE and one.job.daily and not one.job.defect for one in jobs
    ):
        return  # another schedule already calls the script, which is now repaired
    before = seen.setup.files.get(TABLE)
    content = table(before.content if before else "", script)
    yield InstallFile(
        path=TABLE, content=content, before=before, sentence=message("schedule", path=TABLE, script=script)
    )


def units(kind: str) -> tuple[str, str]:
    """The service and the timer that start that backup where no cron is installed."""
    return f"{UNITS}/twisterlab-backup-{kind}.service", f"{UNITS}/twisterlab-backup-{kind}.timer"


def _timer(kind: str, script: str, seen: Seen) -> Iterator[Yielded]:
    """A timer of systemd, unless one starts the script every day already."""
    if any(script in one.job.command and one.sound for one in backup_schedules(seen.schedules, kind).jobs):
        return
    for path in units(kind):
        text = (FILES / "backups" / path[1:].replace(f"-{kind}.", "-KIND.")).read_text(encoding="utf-8")
        content = text.replace("KIND", kind).replace("AT", TIMES[kind])
        before, timer = seen.setup.files.get(path), path.rpartition("/")[2]
        yield InstallFile(
            path=path,
            content=content,
            before=before,
            foreign=not is_known(before, content),
            activate=ENABLE.format(timer=timer) if timer.endswith(".timer") else "systemctl daemon-reload",
            sentence=message("timer", path=path, script=script),
        )


def table(before: str, script: str) -> str:
    """Return the cron table with one line for the script and the environment it needs. Lines of other jobs stay."""
    head, ours = [], ""
    for row in (FILES / "backups" / TABLE[1:]).read_text(encoding="utf-8").splitlines():
        if script in row:
            ours = row
        elif "/backup-twisterlab-" not in row:
            head.append(row)
    rows = [row for row in before.splitlines() if script not in row]
    return "".join(f"{row}\n" for row in [*rows, *(row for row in head if row not in rows), ours])
