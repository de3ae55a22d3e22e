"""Plan, criterion 2 and KPIs: disk space."""

from collections.abc import Iterator
from datetime import datetime

from fixtures.ask.answer import Unknown
from fixtures.cluster.jobs import Runs
from fixtures.cluster.nodes import Nodes
from fixtures.cluster.pods import Pods
from fixtures.cluster.stale_pods import StalePods, stale_pods
from fixtures.evidence.look import look
from fixtures.evidence.pressure import WINDOW, Pressure, pressure
from fixtures.evidence.stability import Observed
from fixtures.evidence.trends import forecast
from fixtures.host.disk.datastore import Datastore
from fixtures.host.disk.disk import Filesystems
from fixtures.host.disk.evictions import Evictions
from fixtures.host.disk.kubelet import Kubelet
from fixtures.host.disk.kubelet_disk import KubeletDisk
from fixtures.host.disk.smart import Smart
from fixtures.host.disk.storage import Storage
from fixtures.host.disk.waste import Waste
from fixtures.host.monitoring.check_settings import CheckSettings
from fixtures.host.system.kernel_words import KernelWords
from fixtures.session.judge import Judge, criterion
from gate.bound import Bound
from gate.run import Finding, Reason, Run
from gate.trend import Trend


@criterion("DSK-01")
def test_root_filesystem_is_below_target(
    filesystems: Filesystems, maybe_root_usage: Trend | Unknown, run: Run, judge: Judge
) -> None:
    root, limit = filesystems["/"], run.contract["DSK-01"].bound.figure
    assert judge(root.used_percent, root, findings=forecast(maybe_root_usage, limit))


@criterion("DSK-02")
def test_every_filesystem_of_phase_0_has_room(storage: Storage, kubelet_disk: KubeletDisk, judge: Judge) -> None:
    assert judge(storage.fullest.percent, storage, findings=[*_beside(storage, judge.bound), *_kubelet(kubelet_disk)])


def _kubelet(seen: KubeletDisk) -> Iterator[Finding]:
    if seen.unseen:
        yield Finding("kubelet-unseen", {"why": seen.unseen})
    elif seen.disagree:
        yield Finding(
            "kubelet-apart", {"free": seen.free, "counted": seen.counted, "apart": seen.apart, "age": seen.age}
        )


def _beside(storage: Storage, bound: Bound) -> Iterator[Finding]:
    if frozen := [volume.mount for volume in storage.needed if volume.readonly]:
        yield Finding("read-only", {"mounts": frozen})
    if pools := [str(pool) for pool in storage.pools if not bound.met_by(pool.percent)]:
        yield Finding("pools", {"names": pools})
    if storage.elsewhere:
        yield Finding("elsewhere", {"folders": storage.elsewhere})
    if full := [volume.fill for volume in storage.others if not bound.met_by(volume.percent)]:
        yield Finding("others", {"mounts": full})


@criterion("DSK-05")
def test_no_disk_pressure_for_seven_days(nodes: Nodes, pods: Pods, evictions: Evictions, judge: Judge) -> None:
    seen = pressure(nodes, pods, evictions)
    waits = None if seen.signs or seen.proven else _young(seen)
    unknown = None if seen.signs or seen.proven or waits else Reason("pressure-unproven")
    assert judge(seen.signs, seen, findings=_signs(seen), pending=waits, unknown=unknown)


def _signs(seen: Pressure) -> Iterator[Finding]:
    for name, nodes in (("pressed", seen.pressed), ("tainted", seen.tainted), ("evicted", seen.evicted)):
        if nodes:
            yield Finding(name, {"names": nodes})
    if seen.lines:
        yield Finding("logged", {"lines": seen.lines, "last": seen.last_line})


def _young(seen: Pressure) -> Reason | None:
    """Return until when the absence of disk pressure is not proven; None if a node does not say since when there is none.

    A recent transition may be the trace of a restart or of a period of pressure; after seven days this is clear.
    """
    if seen.since is None or seen.until is None:
        return None
    dates = {"since": seen.since, "until": seen.until}
    return Reason("pressure-young", {name: date.isoformat(timespec="minutes") for name, date in dates.items()})


@criterion("DSK-06")
def test_no_stale_pods(pods: Pods, pods_at: datetime, runs: Runs, judge: Judge) -> None:
    seen = stale_pods(pods, pods_at, runs)
    assert judge(seen.count, {"count": seen.count, "total": seen.total}, findings=_left_behind(seen))


def _left_behind(seen: StalePods) -> Iterator[Finding]:
    for name in ("evicted", "failed", "lost", "stuck", "retried", "shut_down", "helm", "waiting"):
        if pods := getattr(seen, name):
            yield Finding(name.replace("_", "-"), {"count": len(pods), "names": tuple(pod.path for pod in pods)})


@criterion("DSK-07")
def test_somebody_hears_of_it_before_the_kubelet_acts(
    kubelet: Kubelet, waste: Waste, check_settings: CheckSettings, judge: Judge
) -> None:
    seen = {
        "total": waste.total,
        "docker": waste.docker,
        "unused": waste.unused,
        "named": waste.named,
        "images": kubelet.images,
        "eviction": kubelet.eviction,
        "source": kubelet.source,
        "threshold": check_settings.threshold,
    }
    unread = check_settings.present and check_settings.threshold is None
    assert judge(
        waste.total_gb,
        seen,
        findings=_too_late(kubelet, check_settings),
        unknown=Reason("threshold-unread") if unread else None,
    )


def _too_late(kubelet: Kubelet, check: CheckSettings) -> Iterator[Finding]:
    if not check.present:
        yield Finding("nobody", {"first": kubelet.first})
    elif check.threshold is not None and check.threshold >= kubelet.first:
        yield Finding("late", {"threshold": check.threshold, "first": kubelet.first})


@criterion("DSK-08")
def test_datastore_is_small(datastore: Datastore, judge: Judge) -> None:
    outside = Reason("datastore-elsewhere", {"kind": datastore.kind}) if datastore.external else None
    assert judge(datastore.size_gb, datastore, inapplicable=outside)


@criterion("DSK-09")
def test_disk_is_sound(
    kernel_words: KernelWords, smart: Smart, maybe_observed: Observed | Unknown, judge: Judge
) -> None:
    signs = {
        "broken": kernel_words.broken,
        "read-only": kernel_words.read_only,
        "failing": smart.failing,
        "degraded": smart.degraded,
        "silent": smart.silent,
    }
    bad = len(kernel_words.broken) + len(kernel_words.read_only) + len(smart.failing) + len(smart.degraded)
    watched = look("DSK-09", kernel_words.at, kernel_words.oldest, WINDOW, maybe_observed)
    assert judge(
        bad,
        {"signs": bad, "days": kernel_words.watched_days, "sound": smart.sound},
        pending=watched.short,
        findings=[
            *(Finding(name, {"count": len(found), "names": found}) for name, found in signs.items() if found),
            *watched.watched,
        ],
        inapplicable=Reason("disks-virtual") if smart.virtual and not smart.heard else None,
        unknown=None if smart.virtual or smart.heard else Reason("disks-unasked"),
    )
