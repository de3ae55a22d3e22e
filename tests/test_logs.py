"""Plan 0.2: rotation of the logs."""

from collections.abc import Iterator

from fixtures.host.kernel_log import KERNEL_LOG, KernelLog, bound
from fixtures.host.log_usage import LogUsage
from fixtures.host.logrotate import LogrotateRuns
from fixtures.host.rotation import Rotation
from fixtures.host.schedules import Schedules
from fixtures.judge import Judge, criterion
from reports.model.run import Finding, Reason


@criterion("LOG-01")
def test_kernel_log_is_bounded(rotation: Rotation, kernel_log: KernelLog, schedules: Schedules, judge: Judge) -> None:
    every, stanza = schedules.logrotate_period(), rotation.of(KERNEL_LOG)
    seen = bound(kernel_log, stanza, every)
    findings = {"absent": not kernel_log.present, "unbounded": kernel_log.present and not seen.bounded,
                "unscheduled": kernel_log.present and every is None}
    assert judge(seen.worst_gb, seen, findings=[Finding(name) for name, found in findings.items() if found])


@criterion("LOG-03")
def test_logrotate_is_healthy(
        rotation: Rotation, logrotate_runs: LogrotateRuns, schedules: Schedules, judge: Judge) -> None:
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


@criterion("LOG-06")
def test_log_folder_is_small(log_usage: LogUsage, judge: Judge) -> None:
    assert judge(log_usage.total_gb, log_usage)
