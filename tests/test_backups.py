"""Plan 0.3: backups that run, are whole, and can be restored."""

from collections.abc import Iterator

from fixtures.host.backup_jobs import BackupJob, BackupSchedules, postgres_schedules
from fixtures.host.backups import PostgresBackups
from fixtures.host.schedules import Schedules
from fixtures.judge import Judge, criterion
from fixtures.target import Target
from reports.model.run import Finding


@criterion("BKP-01")
def test_postgres_backup_is_scheduled(schedules: Schedules, judge: Judge) -> None:
    backups = postgres_schedules(schedules)
    seen = {"sound": len(backups.sound), "jobs": len(backups.jobs), "runs": backups.runs}
    assert judge(len(backups.sound), seen, findings=_flaws(backups))


def _flaws(backups: BackupSchedules) -> Iterator[Finding]:
    for one in backups.jobs:
        yield from _of_job(one)
    for first, second in backups.twins:
        yield Finding("twins", {"first": first.job.source, "second": second.job.source})


def _of_job(one: BackupJob) -> Iterator[Finding]:
    where = {"source": one.job.source, "command": one.job.command[:200]}
    if one.job.defect:
        yield Finding(one.job.defect, where)
    elif not one.job.daily:
        yield Finding("not-daily", where)
    for miss in one.unresolved:
        yield Finding("unresolved" if miss.at else "nowhere", {**where, "script": miss.source, "word": miss.word,
                                                             "path": miss.path, "at": miss.at})


@criterion("BKP-04")
def test_newest_postgres_backup_is_recent_and_whole(
        postgres_backups: PostgresBackups, target: Target, judge: Judge) -> None:
    backups = postgres_backups
    if not backups.files:
        assert judge(None, findings=[Finding("none", {"folder": target.backups.directory})])
        return
    flaws = {"broken": backups.status != 0, "unfinished": not backups.finished, "future": backups.hours < 0,
             "shrunk": backups.shrunk}
    seen = {"name": backups.newest.name, "size": backups.newest.size, "usual": backups.usual, "hours": backups.hours,
            "count": len(backups.files)}
    assert judge(backups.hours, seen, findings=[Finding(name, seen) for name, flaw in flaws.items() if flaw])
