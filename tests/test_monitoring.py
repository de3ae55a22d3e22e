"""Plan 0.4: somebody receives an alert before the disk is full."""

from collections.abc import Iterator

from fixtures.drills.disk_alert import DiskAlert
from fixtures.drills.disk_check import DiskCheck
from fixtures.host.monitoring.check_jobs import CheckJobs, check_jobs
from fixtures.host.monitoring.disk_metrics import DiskMetrics
from fixtures.host.schedules.cron_past import CronPast
from fixtures.host.schedules.schedules import Schedules
from fixtures.session.judge import Judge, criterion
from fixtures.target import Target
from gate.bound import Bounds
from gate.run import Finding, Reason

ALWAYS = 20  # per cent; almost every disk is fuller, so a check with a lower threshold always warns


@criterion("MON-01")
def test_disk_check_runs_every_hour(schedules: Schedules, cron_past: CronPast, target: Target, judge: Judge) -> None:
    script = target.monitoring.script
    seen = check_jobs(schedules, cron_past, script)
    values = {"script": script, "minutes": seen.minutes, "sources": seen.sources} if seen.sound else None
    unknown = Reason("cron-traceless", {"sources": seen.untold}) if seen.untold else None
    assert judge(seen.minutes, values, findings=_amiss(seen, script), unknown=unknown)


def _amiss(jobs: CheckJobs, script: str) -> Iterator[Finding]:
    if not jobs.sound:
        yield Finding("absent", {"script": script}) if not jobs.idle else Finding("idle", {"jobs": jobs.idle})
    if len(jobs.sound) > 1:
        yield Finding("twice", {"count": len(jobs.sound), "sources": jobs.sources})
    if jobs.lost:
        yield Finding("lost", {"scripts": jobs.lost})


@criterion("MON-02")
def test_disk_alert_arrives(disk_alert: DiskAlert, target: Target, judge: Judge) -> None:
    script = {"script": target.monitoring.script}
    if disk_alert.seconds is None:
        flaw = "silent" if disk_alert.script == "found" else disk_alert.script
        assert judge(None, findings=[Finding(flaw, script)])
    else:
        assert judge(disk_alert.seconds, {**script, "seconds": disk_alert.seconds, "where": disk_alert.where})


@criterion("MON-03")
def test_disk_check_warns_early_and_of_everything(disk_check: DiskCheck, target: Target, judge: Judge) -> None:
    script = target.monitoring.script
    heard = (
        {"script": script, "threshold": disk_check.threshold, "mounts": disk_check.mounts}
        if disk_check.threshold
        else None
    )
    assert judge(disk_check.threshold, heard, findings=_deafness(disk_check, script))


def _deafness(check: DiskCheck, script: str) -> Iterator[Finding]:
    if check.threshold is None:
        yield Finding("deaf" if check.script == "found" else check.script, {"script": script})
        return
    if check.threshold < ALWAYS:
        yield Finding("restless", {"script": script, "threshold": check.threshold})
    if not check.inodes:
        yield Finding("inodes", {"script": script})
    if check.blind:
        yield Finding("blind", {"script": script, "mounts": check.blind})


@criterion("MON-04")
def test_use_of_the_disk_is_a_metric(disk_metrics: DiskMetrics, target: Target, bounds: Bounds, judge: Judge) -> None:
    """A fresh metric that nobody reads is no series: nothing to judge, as the plan asks for one if time permits."""
    places = {"folder": target.monitoring.textfile_directory, "url": target.monitoring.metrics_url}
    if disk_metrics.hours is None:
        assert judge(None, findings=[Finding("absent", places)])
    else:
        idle = not disk_metrics.served and bounds["MON-04"].met_by(disk_metrics.hours)
        assert judge(disk_metrics.hours, disk_metrics, inapplicable=Reason("metric-unread", places) if idle else None)


@criterion("MON-05")
def test_a_person_hears_the_alert(disk_check: DiskCheck, target: Target, judge: Judge) -> None:
    receivers = (*disk_check.receivers, *filter(None, [target.monitoring.receiver]))
    heartbeats = (*disk_check.heartbeats, *filter(None, [target.monitoring.heartbeat]))
    assert judge(
        len(receivers),
        {"receivers": receivers, "heartbeats": heartbeats},
        findings=_unheard(disk_check, target, alive=bool(heartbeats)),
    )


def _unheard(check: DiskCheck, target: Target, *, alive: bool) -> Iterator[Finding]:
    if check.script != "found":
        yield Finding(check.script, {"script": target.monitoring.script})
        return
    if check.repeats:
        yield Finding("repeats")
    if not alive:
        yield Finding("no-heartbeat")
    if declared := [name for name in (target.monitoring.receiver, target.monitoring.heartbeat) if name]:
        yield Finding("declared", {"names": declared})
