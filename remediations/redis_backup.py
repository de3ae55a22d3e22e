"""Makes a daily backup of Redis, from a snapshot taken beside the running server.

Needs root. It installs a script with its library and settings, runs it once, and schedules it in /etc/cron.d. The
script reports its failures, leaves no incomplete file under a valid name, and removes the oldest backups by count.
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
def redis_backup(
    backup_setup: BackupSetup, schedules: Schedules, backups: Backups, backup_access: BackupAccess, bounds: Bounds
) -> Iterator[Yielded]:
    """Yield the steps: the folder, the files, a first run, and the schedule."""
    yield from install_backup("redis", "redis_backup", Seen(backup_setup, schedules, backups, backup_access), bounds)
