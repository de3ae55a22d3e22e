"""Plan 0.3: the backups are scheduled, and each scheduled script can run as scheduled."""

from collections.abc import Iterator
from datetime import timedelta

from fixtures.ask.answer import Unknown
from fixtures.cluster.cron_jobs import ClusterJobs
from fixtures.host.backups.backup_jobs import BackupJob, BackupSchedules, backup_schedules, unread_backups
from fixtures.host.schedules.essence import in_short
from fixtures.host.schedules.schedules import Schedules
from fixtures.session.judge import Judge, criterion
from gate.bound import Bound, Bounds
from gate.run import Finding
from gate.sentence import Dated


@criterion("BKP-01")
def test_postgres_backup_is_scheduled(
    schedules: Schedules, cluster_jobs: ClusterJobs, bounds: Bounds, judge: Judge
) -> None:
    assert _judged("postgres", schedules, cluster_jobs, judge, bounds["BKP-04"])


@criterion("BKP-02")
def test_redis_backup_is_scheduled(
    schedules: Schedules, cluster_jobs: ClusterJobs, bounds: Bounds, judge: Judge
) -> None:
    assert _judged("redis", schedules, cluster_jobs, judge, bounds["BKP-05"])


@criterion("BKP-03")
def test_cluster_backup_is_scheduled(
    schedules: Schedules, cluster_jobs: ClusterJobs, bounds: Bounds, judge: Judge
) -> None:
    assert _judged("configs", schedules, cluster_jobs, judge, bounds["BKP-06"])


def _judged(kind: str, schedules: Schedules, cluster: ClusterJobs, judge: Judge, age: Bound) -> bool:
    """Judge the schedules of one kind of backup, on the host and as CronJobs of the cluster; either will do.

    A CronJob counts only if its last success is not older than `age` allows. Raises Unknown if no schedule counts and
    it is not certain that there is none.
    """
    backups, inside = backup_schedules(schedules, kind), [job for job in cluster.jobs if job.makes(kind)]
    recent = timedelta(hours=age.figure)
    flaws = {job.source: flaw for job in inside if (flaw := job.flaw(schedules.at, recent))}
    runs = [Dated(job.runs(schedules.at)[0], job.source) for job in inside if job.source not in flaws]
    count = len(backups.sound) + len(runs)
    if not count:
        _surely_none(kind, schedules, cluster)
    seen = {"sound": count, "jobs": len(backups.jobs) + len(inside), "runs": [*backups.runs, *runs]}
    found = [
        Finding(flaws[job.source], {"source": job.source, "command": in_short(job.text), "hours": age.figure})
        for job in inside
        if job.source in flaws
    ]
    foreign = [Finding("foreign", {"files": schedules.foreign})] if schedules.foreign and not count else []
    return judge(count, seen, findings=[*_flaws(backups), *found, *foreign])


def _surely_none(kind: str, schedules: Schedules, cluster: ClusterJobs) -> None:
    """Raise Unknown if the cluster could not be asked, or a script of the host could not be read."""
    if cluster.unseen:
        raise cluster.unseen
    if unread := unread_backups(schedules, kind):
        raise Unknown("script-unread", scripts=unread)


def _flaws(backups: BackupSchedules) -> Iterator[Finding]:
    for one in backups.jobs:
        yield from _of_job(one)
    for first, second in backups.twins:
        yield Finding("twins", {"first": first.job.source, "second": second.job.source})


def _of_job(one: BackupJob) -> Iterator[Finding]:
    where = {"source": one.job.source, "command": in_short(one.job.command)}
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
