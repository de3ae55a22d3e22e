"""Configures a journal that survives a reboot, stays below its target (500 MB) and keeps enough days to prove seven.

Needs root. It installs a drop-in of journald and restarts it. It replaces the plan's own settings: a size limit equal
to the criterion, which a full journal exceeds half of the time, and three days of retention, which cannot prove seven.
Before an old journal shrinks, its content is exported.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from fixtures.host.logs.journal import Journal
from fixtures.host.logs.journal_config import DAY, size
from fixtures.host.logs.journal_files import JournalFiles
from gate.bound import Bounds
from remediations._known import is_known
from remediations.transaction.messages import sentences
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Check, InstallFile, Note, RemoveFile, RunCommand, Yielded

message = sentences(__name__)
FILES = Path(__file__).parent / "files" / "journald"
FOLDER = "/etc/systemd/journald.conf.d"
DROP_IN, PLANS_OWN = f"{FOLDER}/twisterlab.conf", f"{FOLDER}/size-limit.conf"
MAX_USE, RETENTION = 400, 14  # MiB and days, as in the file
ROOM = 0.85  # the share of the target that we set as the limit, because a full journal is exactly at its limit
PATIENCE = 1800  # seconds; the export may have some GB
EXPORT = (FILES / "export.sh").read_text()
# After five starts in ten seconds systemd refuses to start journald again. Every service then loses its log, and K3s
# dies when it writes its next line. reset-failed resets the count of starts.
RESTART = (
    "systemd-tmpfiles --create --prefix=/var/log/journal; systemctl reset-failed systemd-journald.service; "
    "systemctl restart systemd-journald.service && { journalctl --flush || :; }"
)
MERGED = """\
said=$(systemd-analyze "--root=$CANDIDATE" cat-config systemd/journald.conf 2>/dev/null) || exit 1
for setting in Storage SystemMaxUse MaxRetentionSec; do
  wanted=$(sed -n "s/^$setting=//p" "$CANDIDATE/etc/systemd/journald.conf.d/twisterlab.conf")
  won=$(printf '%s\\n' "$said" | sed -n "s/^[[:space:]]*$setting[[:space:]]*=[[:space:]]*//p" | tail -n 1)
  [ "$won" = "$wanted" ] || { echo "another file says $setting=$won, and wins"; exit 1; }
done"""


@remedy("LOG", "DSK")
def journald(journal: Journal, journal_files: JournalFiles, bounds: Bounds) -> Iterator[Yielded]:
    """Yield the export of the old journal, then the limits, then the deletion of what exceeds them."""
    content = _drop_in(journal, bounds)
    bound = _value(content, "SystemMaxUse")
    too_large = journal.used > size(bound)
    if too_large or _too_old(journal, _retention(bounds)):
        if journal_files.free < journal.used / 2:
            yield Note(message("no-room", size=journal.used, free=journal_files.free, folder=journal_files.evidence))
            return
        yield _export(journal, journal_files)
    yield from _configuration(journal, journal_files, content, bounds)
    if too_large:
        yield RunCommand(
            command=f"journalctl -q --rotate --vacuum-size={bound}",
            seconds=300,
            sentence=message("shrink", bound=bound, size=journal.used),
        )


def _configuration(journal: Journal, seen: JournalFiles, content: str, bounds: Bounds) -> Iterator[Yielded]:
    yield Check(command=MERGED, about=f"{FOLDER}/", sentence=message("merged"))
    if PLANS_OWN in seen.files and not is_known(seen.files[PLANS_OWN]):
        yield Note(message("own-drop-in", path=PLANS_OWN))
    elif PLANS_OWN in seen.files:
        yield RemoveFile(
            path=PLANS_OWN,
            before=seen.files[PLANS_OWN],
            activate=RESTART,
            sentence=message("plans-own", path=PLANS_OWN),
        )
    before = seen.files.get(DROP_IN)
    yield InstallFile(
        path=DROP_IN,
        content=content,
        before=before,
        foreign=not is_known(before, content),
        activate=RESTART,
        sentence=message("install", path=DROP_IN, most=bounds["LOG-07"].bytes, days=_retention(bounds)),
    )
    waiting = journal.unapplied or journal.differs or not journal.persistent
    if (
        waiting and before is not None and before.content == content
    ):  # the file is right, but journald uses other settings
        yield RunCommand(command=RESTART, sentence=message("restart"))


def _drop_in(journal: Journal, bounds: Bounds) -> str:
    """Return our drop-in with values that meet the targets. A size limit that is already smaller stays."""
    most = min(MAX_USE, *(int(ROOM * bounds[id].bytes) >> 20 for id in ("LOG-07", "LOG-08")))
    ours = (FILES / DROP_IN[1:]).read_text().replace(f"SystemMaxUse={MAX_USE}M", f"SystemMaxUse={most}M")
    ours = ours.replace(f"MaxRetentionSec={RETENTION}day", f"MaxRetentionSec={_retention(bounds)}day")
    site = journal.configuration.get("SystemMaxUse", "")
    smaller = site and size(site) < most << 20
    return ours.replace(f"SystemMaxUse={most}M", f"SystemMaxUse={site}") if smaller else ours


def _retention(bounds: Bounds) -> int:
    """Return the days of the journal to keep: twice the days that have to be proven."""
    return max(RETENTION, math.ceil(2 * bounds["LOG-09"].figure))


def _value(content: str, key: str) -> str:
    return next(line.partition("=")[2] for line in content.splitlines() if line.startswith(f"{key}="))


def _too_old(journal: Journal, days: int) -> bool:
    """Return whether the journal has entries older than `days`."""
    return journal.first is not None and journal.at - journal.first > days * DAY


def _export(journal: Journal, seen: JournalFiles) -> RunCommand:
    name = f"journal_{datetime.fromtimestamp(journal.at, UTC):%Y%m%d_%H%M%S}.export.gz"
    place = f"{quote(seen.evidence)} {name}"
    return RunCommand(
        command=f"set -- {place}\n{EXPORT}",
        seconds=PATIENCE,
        shown=f"sh export.sh {place}    # remediations/files/journald/export.sh",
        undo=f"rm -f {quote(seen.evidence)}/.{name}.partial*",
        sentence=message("export", size=journal.used, file=f"{seen.evidence}/{name}"),
    )
