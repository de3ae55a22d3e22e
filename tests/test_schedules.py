"""Plan 0.3: backups that start by themselves, and find there what they need."""

from collections.abc import Iterator

from fixtures.ask.answer import Unknown
from fixtures.cluster.cron_jobs import ClusterJobs
from fixtures.host.backups.backup_jobs import BackupJob, BackupSchedules, backup_schedules, unread_backups
from fixtures.host.schedules.schedules import Schedules
from fixtures.session.judge import Judge, criterion
from gate.run import Finding


@criterion("BKP-01")
def test_postgres_backup_is_scheduled(schedules: Schedules, cluster_jobs: ClusterJobs, judge: Judge) -> None:
    assert _judged("postgres", schedules, cluster_jobs, judge)


@criterion("BKP-02")
def test_redis_backup_is_scheduled(schedules: Schedules, cluster_jobs: ClusterJobs, judge: Judge) -> None:
    assert _judged("redis", schedules, cluster_jobs, judge)


@criterion("BKP-03")
def test_cluster_backup_is_scheduled(schedules: Schedules, cluster_jobs: ClusterJobs, judge: Judge) -> None:
    assert _judged("configs", schedules, cluster_jobs, judge)


def _judged(kind: str, schedules: Schedules, cluster: ClusterJobs, judge: Judge) -> bool:
    """Either place will do; where the host has none and the cluster cannot be asked, it is not known."""
    backups, inside = backup_schedules(schedules, kind), [job for job in cluster.jobs if job.makes(kind)]
    sound = [job for job in inside if not job.flaw(schedules.at)]
    if not backups.sound and not sound and cluster.unseen:
        raise cluster.unseen
    if not backups.sound and not sound and (unread := unread_backups(schedules, kind)):
        raise Unknown("script-unread", scripts=unread)
    runs = [f"{job.runs(schedules.at)[0]:%Y-%m-%d %H:%M %Z} ({job.source})" for job in sound]
    count = len(backups.sound) + len(sound)
    seen = {"sound": count, "jobs": len(backups.jobs) + len(inside), "runs": [*backups.runs, *runs]}
    flaws = [
        Finding(job.flaw(schedules.at), {"source": job.source, "command": job.text[:200]})
        for job in inside
        if job not in sound
    ]
    foreign = [Finding("foreign", {"files": schedules.foreign})] if schedules.foreign and not count else []
    return judge(count, seen, findings=[*_flaws(backups), *flaws, *foreign])


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
        yield Finding(
            "unresolved" if miss.at else "nowhere",
            {**where, "script": miss.source, "word": miss.word, "path": miss.path, "at": miss.at},
        )
    if one.unread:
        yield Finding("unread", {**where, "scripts": one.unread})
