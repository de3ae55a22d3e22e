"""Plan 0.2: rotation of the logs."""

from datetime import UTC, datetime

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
    findings = [Finding("unscheduled")] if period is None else []
    findings += [Finding("unit-failed", {"result": runs.result})] if runs.result not in ("", "success") else []
    findings += [Finding("overdue", {"age": runs.age, "period": period})] if period and runs.overdue(period) else []
    seen = {"errors": rotation.errors, "period": period, "last": datetime.fromtimestamp(runs.last, UTC) if runs.last else None}
    first = None
    if period and runs.awaited(period) and not (findings or rotation.errors):
        first = Reason("logrotate-not-due", {"until": datetime.fromtimestamp(runs.timer_since + period, UTC).isoformat(timespec="minutes")})
    assert judge(len(rotation.errors), seen, findings=findings, pending=first)


@criterion("LOG-06")
def test_log_folder_is_small(log_usage: LogUsage, judge: Judge) -> None:
    assert judge(log_usage.total_gb, log_usage)
