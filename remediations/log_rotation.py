"""Rotates logs so that they cannot fill the disk: one stanza for rsyslog's logs, checked every hour, and run now if needed.

Needs root. It changes /etc/logrotate.d and a drop-in of logrotate.timer, and repairs the owner of rsyslog's files. It
replaces the plan's own commands: logrotate ignores a second stanza for the same log, a rotation that does not signal
rsyslog leaves it writing to the old file, and maxsize has no effect between two daily runs.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote

from fixtures.host.logs.log_files import COPY
from fixtures.host.logs.logrotate import LogrotateRuns
from fixtures.host.logs.rotation_files import RotationFiles
from fixtures.host.system.files import HostFile
from fixtures.target.distribution import DEBIAN
from gate.bound import Bounds
from remediations._known import essence, is_known
from remediations.transaction.messages import sentences
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Check, InstallFile, Note, RemoveFile, RunCommand, Yielded

message = sentences(__name__)
FILES = Path(__file__).parent / "files" / "log_rotation"
RSYSLOG, BACKUP = DEBIAN.log_stanza, "/etc/logrotate.d/twisterlab-backup"
NEEDED = (DEBIAN.system_logs[0], DEBIAN.kernel_log)
BACKUP_LOG = "/var/log/twisterlab-backup.log"
HOURLY = "/etc/systemd/system/logrotate.timer.d/hourly.conf"
PLANS_OWN = ("/etc/logrotate.d/kern-aggressive", "/etc/logrotate.d/syslog-aggressive")
MAXSIZE = 200  # MiB, as in the stanza
SHARE = 10_000_000  # bytes of a target per MiB of maxsize: 200 MiB if the target is 2 GB
IGNORED = re.compile(r",v$|~$|\.(cfsaved|disabled|swp|(dpkg|ucf)-\w+|rpm\w+)$")  # files that logrotate ignores
PATIENCE = 1800  # seconds; a log may have many GB
COMPRESS, UNDO = ((FILES / name).read_text() for name in ("compress.sh", "compress_undo.sh"))
LOGROTATE = """\
folder=$CANDIDATE/etc/logrotate.d configuration=$CANDIDATE/logrotate.conf
sed "s|^include /etc/logrotate.d|include $folder|" "$ROOT/etc/logrotate.conf" >"$configuration"
said=$(logrotate -d "$configuration" 2>&1) || { printf '%s\\n' "$said" | grep '^error'; exit 1; }
! printf '%s\\n' "$said" | grep '^error'"""
TIMER = """\
export SYSTEMD_UNIT_PATH="$CANDIDATE/etc/systemd/system:"
! systemd-analyze verify --man=no logrotate.timer 2>&1 | grep logrotate.timer"""
RELOAD = "systemctl daemon-reload; systemctl reset-failed logrotate.timer; systemctl restart logrotate.timer"


@remedy("LOG", "DSK")
def log_rotation(rotation_files: RotationFiles, logrotate_runs: LogrotateRuns, bounds: Bounds) -> Iterator[Yielded]:
    """Yield the configuration first, then the repair of the files it covers."""
    most = maxsize(bounds)
    yield from _stanzas(rotation_files, most)
    yield from _timer(rotation_files)
    governed = frozenset(paths_in(_rsyslog(rotation_files, most))) if rotation_files.helper else frozenset[str]()
    due = [
        path for path in sorted(governed & rotation_files.logs.keys()) if rotation_files.logs[path].size > most << 20
    ]
    yield from _ownership(rotation_files, governed)
    if rotation_files.helper:
        yield from _writing(rotation_files, governed)
    yield from _run(rotation_files, due, most, failed=logrotate_runs.result not in ("success", ""))
    if rotation_files.helper and rotation_files.total > bounds["LOG-06"].bytes:
        sizes = _copies(rotation_files, governed, due, most)
        yield from _compression(rotation_files, sizes, bounds["LOG-06"].bytes)


def maxsize(bounds: Bounds) -> int:
    """Return the size in MiB from which on a log is rotated: 200, or less if a target is stricter than the plan."""
    tightest = min(bounds[id].bytes for id in ("LOG-01", "LOG-02", "LOG-04", "LOG-06"))
    return max(1, min(MAXSIZE, int(tightest / SHARE)))


def _stanzas(seen: RotationFiles, most: int) -> Iterator[Yielded]:
    yield Check(command=LOGROTATE, about="/etc/logrotate.d/", sentence=message("whole-configuration"))
    for path in PLANS_OWN:
        if path in _plans(seen):
            yield RemoveFile(path=path, before=seen.files[path], sentence=message("second-stanza", path=path))
        elif path in seen.files:
            yield Note(message("own-stanza", path=path))
    if seen.helper:
        yield InstallFile(
            path=RSYSLOG,
            content=_rsyslog(seen, most),
            before=seen.files.get(RSYSLOG),
            foreign=_foreign(seen.files.get(RSYSLOG), seen.stock),
            sentence=message("one-stanza", path=RSYSLOG, size=most << 20),
        )
    else:
        yield Note(message("no-rsyslog", path=RSYSLOG))
    if BACKUP_LOG not in _owned(seen, BACKUP):
        yield InstallFile(
            path=BACKUP,
            content=(FILES / BACKUP[1:]).read_text(),
            before=seen.files.get(BACKUP),
            foreign=not is_known(seen.files.get(BACKUP)),
            sentence=message("backup-log", path=BACKUP),
        )


def _plans(seen: RotationFiles) -> tuple[str, ...]:
    """The plan's own stanzas as the plan writes them; a file of that name with other content is the site's."""
    return tuple(path for path in PLANS_OWN if path in seen.files and is_known(seen.files[path]))


def _foreign(stanza: HostFile | None, stock: frozenset[str]) -> bool:
    """Whether it is neither the package's, nor ours, whatever logs and figures it has."""
    if stanza is None or hashlib.md5(stanza.content.encode(), usedforsecurity=False).hexdigest() in stock:
        return False
    return _directives(stanza.content) != _directives((FILES / RSYSLOG[1:]).read_text())


def _directives(stanza: str) -> str:
    """What it says beside its logs, but for the figure that follows the target."""
    return re.sub(r"(?m)^maxsize \d+M$", "maxsize", essence(stanza.partition("{")[2]))


def _timer(seen: RotationFiles) -> Iterator[Yielded]:
    if not any("*-*-* *:" in calendar for calendar in seen.calendars):
        yield Check(command=TIMER, about=HOURLY, sentence=message("timer-accepted"))
        yield InstallFile(
            path=HOURLY,
            content=(FILES / HOURLY[1:]).read_text(),
            before=seen.files.get(HOURLY),
            foreign=not is_known(seen.files.get(HOURLY)),
            activate=RELOAD,
            sentence=message("hourly", path=HOURLY),
        )
    if not seen.timer_active:
        yield RunCommand(
            command="systemctl enable --now logrotate.timer",
            undo="systemctl disable --now logrotate.timer",
            sentence=message("start-timer"),
        )


def _ownership(seen: RotationFiles, governed: frozenset[str]) -> Iterator[Yielded]:
    for path in sorted(governed & seen.logs.keys()):
        log = seen.logs[path]
        if seen.owner and log.owner != seen.owner:
            yield RunCommand(
                command=f"chown {seen.owner} {quote(path)}",
                undo=f'[ "$(stat -c %U:%G {quote(path)})" != {seen.owner} ] || chown {log.owner} {quote(path)}',
                sentence=message("owner", path=path, owner=seen.owner, other=log.owner),
            )


def _writing(seen: RotationFiles, governed: frozenset[str]) -> Iterator[Yielded]:
    if seen.stopped:
        yield RunCommand(
            command="systemctl start rsyslog.service",
            undo="systemctl stop rsyslog.service",
            sentence=message("start-rsyslog"),
        )
    if any(path.endswith(" (deleted)") or (COPY.search(path) and COPY.sub("", path) in governed) for path in seen.open):
        yield RunCommand(command="systemctl kill -s HUP rsyslog.service", sentence=message("reopen"))


def _run(seen: RotationFiles, due: list[str], most: int, *, failed: bool) -> Iterator[Yielded]:
    """Yield a rotation of the logs above the limit, or another run if only the last run failed.

    Such a second run may fail again without taking the repairs back.
    """
    if due:
        sentence = message(
            "rotate-now", logs=", ".join(due), most=most << 20, size=sum(seen.logs[path].size for path in due)
        )
        yield RunCommand(command="systemctl start logrotate.service", seconds=PATIENCE, sentence=sentence)
    elif failed:
        yield RunCommand(
            command="systemctl start logrotate.service || :", seconds=PATIENCE, sentence=message("run-again")
        )


def _copies(seen: RotationFiles, governed: frozenset[str], due: list[str], most: int) -> dict[str, int]:
    """Return what is compressed now instead of a day later: sizes in bytes, by the file name after the rotation."""
    old = {path: log.size for path, log in seen.logs.items() if path.endswith(".1") and path[:-2] in governed - {*due}}
    return {f"{path}.1": seen.logs[path].size for path in due} | {
        path: size for path, size in old.items() if size > most << 20
    }


def _compression(seen: RotationFiles, sizes: Mapping[str, int], budget: float) -> Iterator[Yielded]:
    if not sizes:
        return
    names, largest = " ".join(map(quote, sizes)), max(sizes.values())
    if re.search(r"^\s*dateext", seen.files["/etc/logrotate.conf"].content, re.MULTILINE):
        yield Note(message("named-by-date", names=names))
    elif seen.free < largest / 4:
        yield Note(message("no-room", names=names, needed=largest / 4, free=seen.free))
    else:
        yield RunCommand(
            command=f"set -- {names}\n{COMPRESS}",
            undo=f"set -- {names}\n{UNDO}",
            undo_shown=f"sh compress_undo.sh {names}    # remediations/files/log_rotation/compress_undo.sh",
            seconds=PATIENCE,
            shown=f"sh compress.sh {names}    # remediations/files/log_rotation/compress.sh",
            sentence=message("compress", names=names, size=sum(sizes.values()), budget=budget),
        )


def _rsyslog(seen: RotationFiles, most: int) -> str:
    """Return our stanza. It covers the logs of the distribution's stanza and of those it replaces, but no log of another file."""
    ours = (FILES / RSYSLOG[1:]).read_text().replace(f"maxsize {MAXSIZE}M", f"maxsize {most}M")
    listed, brace, body = ours.partition("{")
    replaced = [seen.files[path].content for path in (RSYSLOG, *_plans(seen)) if path in seen.files]
    paths = dict.fromkeys(log for content in replaced for log in paths_in(content))
    paths |= dict.fromkeys(NEEDED if RSYSLOG in seen.files else listed.split())
    elsewhere = _owned(seen, RSYSLOG)
    return "".join(f"{path}\n" for path in paths if path not in elsewhere) + brace + body


def _owned(seen: RotationFiles, mine: str) -> frozenset[str]:
    """Return the logs that another file of the host's configuration rotates."""
    others = [
        file.content
        for path, file in seen.files.items()
        if path.startswith("/etc/logrotate") and path not in (mine, *_plans(seen)) and not IGNORED.search(path)
    ]
    return frozenset(log for content in others for log in paths_in(content))


def paths_in(configuration: str) -> tuple[str, ...]:
    """Return the logs that a logrotate configuration names, in order: the absolute paths outside braces."""
    bare = re.sub(r"\{.*?^\s*\}", "", re.sub(r"#.*", "", configuration), flags=re.DOTALL | re.MULTILINE)
    listed = [line for line in bare.splitlines() if line.lstrip().startswith(("/", '"/'))]
    return tuple(quoted or path for line in listed for quoted, path in re.findall(r'"(/[^"]+)"|(/\S+)', line))
