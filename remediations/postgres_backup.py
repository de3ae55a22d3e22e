"""A daily backup of every database of the PostgreSQL pod.

Installs a script, its library and settings, runs it once, then schedules it in /etc/cron.d; needs root. The script says
so when it fails, leaves nothing half done under a valid name, and removes older backups by count.
"""

from collections.abc import Iterator

from fixtures.host.backups.backup_access import BackupAccess
from fixtures.host.backups.backup_setup import BackupSetup
from fixtures.host.backups.backups import Backups
from fixtures.host.schedules.schedules import Schedules
from gate.bound import Bounds
from remediations._backups import Seen, install_backup
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Yielded


@remedy("BKP")
def postgres_backup(
    backup_setup: BackupSetup, schedules: Schedules, backups: Backups, backup_access: BackupAccess, bounds: Bounds
) -> Iterator[Yielded]:
    """The folder, the files, a first run, the schedule."""
    yield from install_backup(
        "postgres", "postgres_backup", Seen(backup_setup, schedules, backups, backup_access), bounds
    )
