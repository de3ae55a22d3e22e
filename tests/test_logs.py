"""Plan 0.2: rotation of the logs."""

from collections.abc import Iterator

from fixtures.drills.syslog_marker import SyslogMarker
from fixtures.host.logs.log_bounds import LogBound, bound, other_bounds
from fixtures.host.logs.log_files import KERNEL_LOG, Log, LogFiles
from fixtures.host.logs.log_usage import LogUsage
from fixtures.host.logs.logrotate import LogrotateRuns
from fixtures.host.logs.next_run import next_run
from fixtures.host.logs.rotation import Rotation
from fixtures.host.schedules.schedules import Schedules
from fixtures.session.judge import Judge, criterion
from fixtures.target import Target
from gate.run import Finding, Reason


@criterion("LOG-01")
def test_kernel_log_is_bounded(rotation: Rotation, log_files: LogFiles, schedules: Schedules, judge: Judge) -> None:
    log = log_files.log(KERNEL_LOG)
    seen = bound(log, rotation.of(KERNEL_LOG), schedules.logrotate_period())
    assert judge(seen.worst_gb, seen, findings=_of_kernel_log(log, seen), pending=_young([log]) if seen.open else None)


def _of_kernel_log(log: Log, seen: LogBound) -> Iterator[Finding]:
    if log.live is None:
        yield Finding("absent")
        return
    if not seen.bounded:
        yield Finding("unbounded")
    if seen.every is None:
        yield Finding("unscheduled")
    yield Finding("young") if log.young else Finding("growth", {"growth": log.growth})


def _young(logs: list[Log]) -> Reason | None:
    """Return why the growth of a log is not known yet, and when it will be; None if no log is too young for that."""
    until = max((log.known for log in logs if log.young), default=None)
    return Reason("growth-young", {"until": until.isoformat(timespec="minutes")}) if until else None


@criterion("LOG-02")
def test_other_logs_are_bounded(
    rotation: Rotation, log_files: LogFiles, schedules: Schedules, target: Target, judge: Judge
) -> None:
    seen = other_bounds(log_files, rotation, schedules.logrotate_period(), (target.logs.backup,))
    flaws = {
        "none": () if seen.logs else ("none",),
        "unbounded": seen.unbounded,
        "dated": seen.dated,
        "young": seen.young,
    }
    found = [Finding(name, {"names": names}) for name, names in flaws.items() if names]
    if seen.logs and schedules.logrotate_period() is None:
        found.append(Finding("unscheduled"))
    waits = _young([log_files.log(path) for path in seen.open])
    assert judge(seen.worst_gb, seen, findings=found, pending=waits)


@criterion("LOG-03")
def test_logrotate_is_healthy(
    rotation: Rotation, logrotate_runs: LogrotateRuns, schedules: Schedules, judge: Judge
) -> None:
    runs, period = logrotate_runs, schedules.logrotate_period()
    seen = {"errors": rotation.errors, "period": period, "last": runs.moment}
    findings = list(_ailments(runs, period))
    due = runs.first(period) if period and not findings and not rotation.errors else None
    waits = Reason("logrotate-not-due", {"until": due.isoformat(timespec="minutes")}) if due else None
    assert judge(len(rotation.errors), seen, findings=findings, pending=waits)


def _ailments(runs: LogrotateRuns, period: float | None) -> Iterator[Finding]:
    if period is None:
        yield Finding("unscheduled")
    elif runs.overdue(period):
        yield Finding("overdue", {"age": runs.age, "period": period})
    if runs.result not in ("", "success"):
        yield Finding("unit-failed", {"result": runs.result})


@criterion("LOG-04")
def test_logrotate_runs_often_enough(
    rotation: Rotation, log_files: LogFiles, log_usage: LogUsage, schedules: Schedules, judge: Judge
) -> None:
    every = schedules.logrotate_period()
    if every is None:
        assert judge(None, findings=[Finding("unscheduled")])
        return
    seen = next_run(log_files, log_usage.total, every)
    flaws = {"coarse": not seen.hourly and rotation.sized, "young": bool(seen.young)}
    open = seen.young and not seen.hourly
    assert judge(
        seen.comes_gb,
        seen,
        findings=[Finding(name, {"names": seen.young}) for name, flaw in flaws.items() if flaw],
        pending=_young([log_files.log(path) for path in seen.young]) if open else None,
    )


@criterion("LOG-05")
def test_rsyslog_writes_to_the_live_logs(syslog_marker: SyslogMarker, judge: Judge) -> None:
    seen = syslog_marker
    flaws = {name: seen.daemon == name for name in ("absent", "disabled", "stopped")} | {
        "astray": seen.astray,
        "locked": seen.locked,
        "foreign": seen.foreign,
        "lost": seen.lost,
        "arrived": seen.where,
        "elsewhere": seen.daemon == "running" and not seen.logs,
    }
    assert judge(
        len(seen.wrong),
        seen,
        findings=[
            Finding(
                name,
                {
                    "astray": seen.astray,
                    "locked": seen.locked,
                    "foreign": seen.foreign,
                    "owner": seen.owner,
                    "where": seen.where,
                    "seconds": seen.seconds,
                },
            )
            for name, flaw in flaws.items()
            if flaw
        ],
    )


@criterion("LOG-06")
def test_log_folder_is_small(log_usage: LogUsage, judge: Judge) -> None:
    assert judge(log_usage.total_gb, log_usage)
