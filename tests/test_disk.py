"""Plan, criterion 2 and KPIs: disk space."""

from collections.abc import Iterator

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
def test_no_disk_pressure_for_seven_days(nodes: Nodes, pods: Pods, evictions: Evictions, judge: Judge) -> None:
    seen = pressure(nodes, pods, evictions)
    proven = seen.signs or seen.proven
    assert judge(seen.signs, seen, findings=_signs(seen), unknown=None if proven else _unproven(seen))


def _signs(seen: Pressure) -> Iterator[Finding]:
    for name, nodes in (("pressed", seen.pressed), ("tainted", seen.tainted), ("evicted", seen.evicted)):
        if nodes:
            yield Finding(name, {"names": nodes})
    if seen.lines:
        yield Finding("logged", {"lines": seen.lines, "last": seen.last_line})


def _unproven(seen: Pressure) -> Reason:
    """A young transition may be a restart as well as an episode: time tells."""
    if seen.since is None or seen.until is None:
        return Reason("pressure-unproven")
    dates = {"since": seen.since, "until": seen.until}
    return Reason("pressure-young", {name: date.isoformat(timespec="minutes") for name, date in dates.items()})
