"""Plan 0.3: the backups are scheduled: set as cron and systemd read it, and seen to come."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from fixtures.ask.answer import Unknown
from fixtures.cluster.cron_jobs import ClusterJobs, CronJob
from fixtures.host.backups.backup_jobs import BackupJob, BackupSchedules, backup_schedules, unread_backups
from fixtures.host.backups.backup_runs import Course, Courses, Fate, courses, moments
from fixtures.host.backups.backups import Backups
from fixtures.host.schedules.cron_past import CronPast
from fixtures.host.schedules.essence import in_short
from fixtures.host.schedules.schedules import Schedules
from fixtures.session.judge import Judge, criterion
from gate.bound import Bound, Bounds
from gate.run import Finding, Reason
from gate.sentence import Dated


class Planned(msgspec.Struct, frozen=True):
    """What is set on the host and in the cluster, and what came of it: a backup may be scheduled in either place."""

    schedules: Schedules
    past: CronPast
    cluster: ClusterJobs
    backups: Backups | Unknown


@criterion("BKP-01")
def test_postgres_backup_is_scheduled(
    schedules: Schedules,
    cron_past: CronPast,
    cluster_jobs: ClusterJobs,
    maybe_backups: Backups | Unknown,
    bounds: Bounds,
    judge: Judge,
) -> None:
    planned = Planned(schedules, cron_past, cluster_jobs, maybe_backups)
    assert _judged("postgres", planned, judge, bounds["BKP-04"])


@criterion("BKP-02")
def test_redis_backup_is_scheduled(
    schedules: Schedules,
    cron_past: CronPast,
    cluster_jobs: ClusterJobs,
    maybe_backups: Backups | Unknown,
    bounds: Bounds,
    judge: Judge,
) -> None:
    planned = Planned(schedules, cron_past, cluster_jobs, maybe_backups)
    assert _judged("redis", planned, judge, bounds["BKP-05"])


@criterion("BKP-03")
def test_cluster_backup_is_scheduled(
    schedules: Schedules,
    cron_past: CronPast,
    cluster_jobs: ClusterJobs,
    maybe_backups: Backups | Unknown,
    bounds: Bounds,
    judge: Judge,
) -> None:
    planned = Planned(schedules, cron_past, cluster_jobs, maybe_backups)
    assert _judged("configs", planned, judge, bounds["BKP-06"])


def _judged(kind: str, planned: Planned, judge: Judge, age: Bound) -> bool:
    """Judge the schedules of one kind of backup, on the host and as CronJobs of the cluster; either will do.

    A CronJob counts only if its last success is not older than `age` allows. Raises Unknown if no schedule counts and
    it is not certain that there is none.
    """
    at, recent = planned.schedules.at, timedelta(hours=age.figure)
    inside = [(job, job.flaw(at, recent)) for job in planned.cluster.jobs if job.makes(kind)]
    runs = [Dated(job.runs(at)[0], job.source) for job, flaw in inside if not flaw]
    found = backup_schedules(planned.schedules, kind)
    host = _on_the_host(kind, found, planned, certain=bool(runs))
    count = len(host.counting) + len(runs) + host.elsewhere
    if not count and not host.all:
        _surely_none(kind, planned)
    seen = {"sound": count, "jobs": len(found.jobs) + len(inside), "runs": [*_next(host), *runs]}
    findings = [*_of_host(host, found), *_of_cluster(inside, age), *_foreign(planned, count)]
    return judge(count, seen, findings=findings, pending=_waits(host, count), unknown=_doubt(host, count))


def _on_the_host(kind: str, found: BackupSchedules, planned: Planned, *, certain: bool) -> Courses:
    """Raise Unknown if the backups could not be looked at, and a schedule that may be sound depends on them."""
    if isinstance(planned.backups, Unknown):
        if not certain and any(one.sound for one in found.jobs):
            raise planned.backups
        return courses(found, planned.schedules, planned.past, ())
    return courses(found, planned.schedules, planned.past, moments(planned.backups, kind))


def _surely_none(kind: str, planned: Planned) -> None:
    """Raise Unknown if the cluster could not be asked, or a script of the host could not be read."""
    if planned.cluster.unseen:
        raise planned.cluster.unseen
    if unread := unread_backups(planned.schedules, kind):
        raise Unknown("script-unread", scripts=unread)


def _next(host: Courses) -> list[Dated]:
    jobs = [course.one.job for course in host.all if course.fate.counts or course.fate is Fate.WAITS]
    return sorted((Dated(job.next, job.source) for job in jobs if job.next), key=_moment)


def _moment(dated: Dated) -> datetime:
    return dated.at if isinstance(dated.at, datetime) else datetime.min


def _waits(host: Courses, count: int) -> Reason | None:
    """Not due since it was set: the day on which it is."""
    waiting = host.of(Fate.WAITS)
    if count or not waiting or host.first is None:
        return None
    return Reason("schedule-waits", {"source": waiting[0].one.job.source, "until": host.first.isoformat()})


def _doubt(host: Courses, count: int) -> Reason | None:
    """What is set and what happened disagree: both are named."""
    doubtful = host.of(Fate.DOUBTFUL)
    if count or host.of(Fate.WAITS) or not doubtful:
        return None
    course = doubtful[0]
    set_ = course.detail or course.one.job.detail or course.one.job.defect or "not-daily"
    return Reason("schedule-doubtful", {"source": course.one.job.source, "detail": set_})


def _of_host(host: Courses, found: BackupSchedules) -> Iterator[Finding]:
    for course in host.all:
        yield from _of_job(course)
    for first, second in found.twins:
        yield Finding("twins", {"first": first.job.source, "second": second.job.source})
    if host.elsewhere:
        yield Finding("elsewhere")


def _of_job(course: Course) -> Iterator[Finding]:
    one, job = course.one, course.one.job
    where = {"source": job.source, "command": in_short(job.command)}
    if job.defect:
        yield Finding(job.defect, {**where, "detail": job.detail})
    elif not job.daily:
        yield Finding("not-daily", where)
    if course.fate in (Fate.UNSEEN, Fate.HANDED, Fate.MISSED):
        when = job.next if course.fate is Fate.HANDED else course.due
        yield Finding(course.fate, {**where, "at": when and when.isoformat(), "detail": course.detail})
    elif course.detail and course.fate is Fate.REFUSED:
        yield Finding("refused", {**where, "detail": course.detail})
    yield from _lacks(one, where)


def _lacks(one: BackupJob, where: dict[str, str]) -> Iterator[Finding]:
    for miss in one.unresolved:
        yield Finding(
            "unresolved" if miss.at else "nowhere",
            {**where, "script": miss.source, "word": miss.word, "path": miss.path, "at": miss.at},
        )
    if one.unread:
        yield Finding("unread", {**where, "scripts": one.unread})


def _of_cluster(inside: list[tuple[CronJob, str]], age: Bound) -> list[Finding]:
    return [
        Finding(flaw, {"source": job.source, "command": in_short(job.text), "hours": age.figure})
        for job, flaw in inside
        if flaw
    ]


def _foreign(planned: Planned, count: int) -> list[Finding]:
    files = planned.schedules.foreign
    return [Finding("foreign", {"files": files})] if files and not count else []
