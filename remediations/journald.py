"""A journal that survives a reboot, stays below the plan's 500 MB, and reaches back over its seven days.

Installs a drop-in of journald and restarts it; needs root. It cures the plan's own: a bound equal to the criterion, which a
full journal misses half of the time, and three days of retention, which cannot prove seven. Before an old journal
shrinks, what it holds is exported.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from fixtures.host.logs.journal import Journal
from fixtures.host.logs.journal_config import DAY, size
from fixtures.host.logs.journal_files import JournalFiles
from remediations.transaction.remedy import remedy
from remediations.transaction.said import sentences
from remediations.transaction.step import Check, InstallFile, Note, RemoveFile, RunCommand, Yielded

say = sentences(__name__)
FILES = Path(__file__).parent / "files" / "journald"
FOLDER = "/etc/systemd/journald.conf.d"
DROP_IN, PLANS_OWN = f"{FOLDER}/twisterlab.conf", f"{FOLDER}/size-limit.conf"
MAX_USE, RETENTION = 400 << 20, 14 * DAY  # bytes, seconds: as in the file
PATIENCE = 1800  # seconds for the export of some GB
EXPORT = (FILES / "export.sh").read_text()
# Refused for its haste (five starts in ten seconds), journald would let go of every service's log, and K3s dies of the
# next line it writes: so the count of starts begins anew.
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
def journald(journal: Journal, journal_files: JournalFiles) -> Iterator[Yielded]:
    """Evidence first, then the bound, then what is above it."""
    content = _drop_in(journal)
    bound = _value(content, "SystemMaxUse")
    too_large = journal.used > size(bound)
    if too_large or _too_old(journal):
        if journal_files.free < journal.used / 2:
            yield Note(say("no-room", size=journal.used, free=journal_files.free, folder=journal_files.evidence))
            return
        yield _export(journal, journal_files)
    yield from _configuration(journal, journal_files, content)
    if too_large:
        yield RunCommand(
            command=f"journalctl -q --rotate --vacuum-size={bound}",
            seconds=300,
            said=say("shrink", bound=bound, size=journal.used),
        )


def _configuration(journal: Journal, seen: JournalFiles, content: str) -> Iterator[Yielded]:
    yield Check(command=MERGED, about=f"{FOLDER}/", said=say("merged"))
    if PLANS_OWN in seen.files:
        yield RemoveFile(
            path=PLANS_OWN, before=seen.files[PLANS_OWN], activate=RESTART, said=say("plans-own", path=PLANS_OWN)
        )
    before = seen.files.get(DROP_IN)
    yield InstallFile(path=DROP_IN, content=content, before=before, activate=RESTART, said=say("install", path=DROP_IN))
    waiting = journal.unapplied or journal.differs or not journal.persistent
    if (
        waiting and before is not None and before.content == content
    ):  # the file stands; journald works with something else
        yield RunCommand(command=RESTART, said=say("restart"))


def _drop_in(journal: Journal) -> str:
    """Ours; a bound that is tighter already stays."""
    ours = (FILES / DROP_IN[1:]).read_text()
    told = journal.told.get("SystemMaxUse", "")
    return (
        ours.replace(f"SystemMaxUse={MAX_USE >> 20}M", f"SystemMaxUse={told}")
        if told and size(told) < MAX_USE
        else ours
    )


def _value(content: str, key: str) -> str:
    return next(line.partition("=")[2] for line in content.splitlines() if line.startswith(f"{key}="))


def _too_old(journal: Journal) -> bool:
    """Entries the new retention would not keep."""
    return journal.first is not None and journal.at - journal.first > RETENTION


def _export(journal: Journal, seen: JournalFiles) -> RunCommand:
    name = f"journal_{datetime.fromtimestamp(journal.at, UTC):%Y%m%d_%H%M%S}.export.gz"
    place = f"{quote(seen.evidence)} {name}"
    return RunCommand(
        command=f"set -- {place}\n{EXPORT}",
        seconds=PATIENCE,
        shown=f"sh export.sh {place}    # remediations/files/journald/export.sh",
        undo=f"rm -f {quote(seen.evidence)}/.{name}.partial*",
        said=say("export", size=journal.used, file=f"{seen.evidence}/{name}"),
    )
