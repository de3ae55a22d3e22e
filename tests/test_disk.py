"""Plan, criterion 2 and KPIs: disk space."""

from datetime import datetime

from fixtures.cluster.nodes import Nodes
from fixtures.cluster.pods import Pods
from fixtures.host.disk import Filesystems
from fixtures.host.evictions import Evictions
from fixtures.judge import Judge, criterion
from fixtures.pressure import Pressure, pressure
from reports.model.run import Finding, Reason


@criterion("DSK-01")
def test_root_filesystem_is_below_target(filesystems: Filesystems, judge: Judge) -> None:
    root = filesystems["/"]
    assert judge(root.used_percent, root)


@criterion("DSK-05")
def test_no_disk_pressure_for_seven_days(
        nodes: Nodes, pods: Pods, evictions: Evictions, now: datetime, judge: Judge) -> None:
    seen = pressure(nodes, pods, evictions, now)
    signs = {"pressed": seen.pressed, "tainted": seen.tainted, "evicted": seen.evicted, "logged": seen.lines}
    findings = [Finding(name, {"names": sign, "lines": seen.lines, "last": seen.last_line}) for name, sign in signs.items() if sign]
    assert judge(seen.signs, seen, findings=findings, unknown=None if seen.signs or seen.proven else _unproven(seen))


def _unproven(seen: Pressure) -> Reason:
    """A young transition may be a restart as well as an episode: time tells."""
    if seen.since is None or seen.until is None:
        return Reason("pressure-unproven")
    return Reason("pressure-young", {"since": seen.since.isoformat(), "until": seen.until.isoformat(timespec="minutes")})
