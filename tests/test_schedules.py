"""Plan 0.3: backups that start by themselves, and find there what they need."""

from collections.abc import Iterator

from fixtures.host.backup_jobs import BackupJob, BackupSchedules, backup_schedules
from fixtures.host.schedules import Schedules
from fixtures.judge import Judge, criterion
from reports.model.run import Finding


@criterion("BKP-01")
def test_postgres_backup_is_scheduled(schedules: Schedules, judge: Judge) -> None:
    backups = backup_schedules(schedules, "postgres")
    assert judge(len(backups.sound), _told(backups), findings=_flaws(backups))


@criterion("BKP-02")
def test_redis_backup_is_scheduled(schedules: Schedules, judge: Judge) -> None:
    backups = backup_schedules(schedules, "redis")
    assert judge(len(backups.sound), _told(backups), findings=_flaws(backups))


@criterion("BKP-03")
def test_cluster_backup_is_scheduled(schedules: Schedules, judge: Judge) -> None:
    backups = backup_schedules(schedules, "configs")
    assert judge(len(backups.sound), _told(backups), findings=_flaws(backups))


def _told(backups: BackupSchedules) -> dict[str, object]:
    return {"sound": len(backups.sound), "jobs": len(backups.jobs), "runs": backups.runs}


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
