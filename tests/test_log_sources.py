"""Plan 0.2: the sources that fill the logs. Their rotation: test_logs.py."""

from collections.abc import Iterator

from fixtures.host.logs.container_logs import ContainerLogs
from fixtures.host.logs.kernel_messages import KernelMessages
from fixtures.host.logs.log_files import KERNEL_LOG, LogFiles
from fixtures.session.judge import Judge, criterion
from gate.run import Finding, Reason


@criterion("LOG-10")
def test_container_logs_are_bounded(container_logs: ContainerLogs, judge: Judge) -> None:
    assert judge(
        container_logs.worst_gb,
        container_logs,
        findings=_of_containers(container_logs),
        inapplicable=None if container_logs.taken or container_logs.docker else Reason("no-container-logs"),
    )


def _of_containers(logs: ContainerLogs) -> Iterator[Finding]:
    if logs.default:
        yield Finding("default")
    if logs.unbounded:
        yield Finding("unbounded", {"names": logs.unbounded})


@criterion("LOG-12")
def test_kernel_log_grows_slowly(log_files: LogFiles, kernel_messages: KernelMessages, judge: Judge) -> None:
    messages, log = kernel_messages, log_files.log(KERNEL_LOG)
    growth = messages.a_day if messages.journal else log.growth
    seen = {"growth": growth, "message": messages.message, "times": messages.times}
    findings = [Finding("journal")] if messages.journal else []
    young = not messages.journal and log.young
    waits = Reason("growth-young", {"until": log.known.isoformat(timespec="minutes")}) if young else None
    assert judge(growth / 1e9, seen, findings=findings, pending=waits)
