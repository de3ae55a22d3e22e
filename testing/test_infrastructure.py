"""INF-02 to INF-14: what keeps pods away, sick pods, versions, certificates, clocks, updates, logins."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.cluster.claims import bound_claims
from fixtures.cluster.containers import Container, Termination
from fixtures.cluster.front import Front, ask_front
from fixtures.cluster.names import services  # noqa: F401 — importing declares it
from fixtures.cluster.nodes import Condition, Node, room
from fixtures.cluster.pod_health import pod_health, system_pods
from fixtures.cluster.pods import Pod
from fixtures.cluster.versions import Versions, support, versions
from fixtures.evidence.timekeeping import timekeeping
from fixtures.host.system.certificates import certificates
from fixtures.host.system.clock import Clock, clock
from fixtures.host.system.cluster_unit import cluster_unit
from fixtures.host.system.kernel_words import kernel_words
from fixtures.host.system.login import login
from fixtures.host.system.memory import memory
from fixtures.host.system.updates import updates
from testing.infrastructure_answers import CERTIFICATES, CLOCK, CLUSTER_UNIT, KERNEL_WORDS, LOGIN, MEMORY, UPDATES
from testing.servers import serving_api
from testing.test_cluster_client import cluster
from testing.test_cluster_facts import read

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NONE = Condition("False", NOW, NOW)
CALM = {"MemoryPressure": NONE, "DiskPressure": NONE, "Ready": Condition("True", NOW, NOW)}


def node(*taints: str, cordoned: bool = False, name: str = "edge", **conditions: str) -> Node:
    changed = {kind: Condition(status, NOW, NOW) for kind, status in conditions.items()}
    return Node(name, CALM | changed, taints, cordoned=cordoned, version="v1.33.1+k3s1")


@pytest.mark.parametrize(
    ("seen", "obstacles"),
    [
        (node(), 0),
        (node("a=:PreferNoSchedule"), 0),
        (node("a=b:NoSchedule"), 1),
        (node("a=b:NoExecute"), 1),
        (node("node.kubernetes.io/unschedulable=:NoSchedule", cordoned=True), 1),
        (node(DiskPressure="True"), 1),
        (node("node-role.kubernetes.io/control-plane=:NoSchedule"), 1),
    ],
)
def test_what_keeps_pods_off_the_only_node(seen: Node, obstacles: int) -> None:
    assert room(seen, {"edge": seen}).obstacles == obstacles


def test_a_control_plane_s_own_taint_is_sound_beside_a_worker() -> None:
    control = node("node-role.kubernetes.io/control-plane=:NoSchedule")
    assert room(control, {"edge": control, "worker": node(name="worker")}).obstacles == 0
    assert room(control, {"edge": control, "worker": node("a=:NoExecute", name="worker")}).obstacles == 1


def test_a_node_that_never_reported_is_unknown() -> None:
    with pytest.raises(Unknown, match="node-silent"):
        room(Node("edge", {}, (), cordoned=False, version=""), {})


def ran(
    ready: bool = True,
    restarts: int = 0,
    code: int = 1,
    ended: datetime | None = None,
    lasted: timedelta | None = None,
    init: bool = False,
) -> tuple[Container, ...]:
    """A pod's one container; `ended` is when its life before this one did, `lasted` how long that was."""
    began = ended - lasted if ended and lasted else None
    endings = (Termination(began, ended, code, "Error"),) if ended else ()
    one = Container("c", "i", "", probed=True, requests=(), ready=ready, restarts=restarts, endings=endings, init=init)
    return (one,)


DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def pod(name: str = "p", phase: str = "Running", **more: object) -> Pod:
    values: dict[str, Any] = {
        "namespace": "kube-system",
        "reason": "",
        "started": NOW,
        "deleted": None,
        "waiting": (),
        "labels": {},
    }
    return Pod(name=name, phase=phase, **values | more)


@pytest.mark.parametrize(
    "sound",
    [
        pod(),
        pod(phase="Succeeded", containers=ran(restarts=9, ended=NOW)),
        pod(phase="Pending"),
        pod(phase="Failed", reason="NodeShutdown"),
        pod(containers=ran(restarts=9, ended=NOW - timedelta(days=1))),
        pod(containers=ran(restarts=1, ended=NOW)),
        pod(started=NOW - 9 * DAY, containers=ran(restarts=9, ended=NOW, code=0, lasted=DAY)),  # ends once a day
        pod(started=NOW - 9 * DAY, containers=ran(restarts=9, ended=NOW, code=0, lasted=MINUTE, init=True)),
        pod(waiting=("ContainerCreating",)),
        pod(waiting=("PodInitializing",), phase="Pending", started=NOW - 50 * MINUTE),
        pod(waiting=("ContainerCreating",), started=NOW - 9 * DAY, unready=NOW - 5 * MINUTE),  # after a restart
        pod(waiting=("CrashLoopBackOff",), deleted=NOW),
        pod("svclb-web", "Pending", started=NOW - 9 * DAY, unplaced="Unschedulable"),
        pod("svclb-web", "Pending", started=NOW - 9 * DAY, why="0/1 nodes: 1 node(s) didn't have free ports"),
        pod(phase="Pending", started=NOW - 9 * DAY, unplaced="SchedulingGated"),  # somebody holds it back
        pod(started=NOW - 9 * DAY, unready=NOW - 50 * MINUTE, containers=ran(ready=False)),
        pod(started=NOW - 9 * DAY, unready=NOW - 9 * DAY, owner="Job/x", containers=ran(ready=False)),
        pod(
            started=NOW - 9 * DAY, containers=ran(restarts=9, ended=NOW - DAY / 2)
        ),  # nine a week, as long as ago as that
        pod(started=NOW - DAY, containers=ran(restarts=4, ended=NOW - 3 * 60 * MINUTE)),  # until its database was there
    ],
)
def test_what_a_sound_cluster_holds_is_not_sick(sound: Pod) -> None:
    assert pod_health((sound,), NOW).sick == 0


@pytest.mark.parametrize(
    "sick",
    [
        pod(phase="Failed", reason="Evicted"),
        pod(phase="Failed"),
        pod(waiting=("ImagePullBackOff",)),
        pod(waiting=("CrashLoopBackOff",), containers=ran(restarts=9, ended=NOW)),
        pod(phase="Unknown"),
        pod(containers=ran(restarts=3, ended=NOW)),
        pod(started=NOW - 9 * DAY, containers=ran(restarts=3, ended=NOW - 9 * MINUTE, code=0, lasted=MINUTE)),
        pod(started=NOW - DAY, containers=ran(restarts=72, ended=NOW, code=0, lasted=20 * MINUTE)),
        pod(containers=ran(restarts=3, ended=NOW, init=True)),
        pod(waiting=("PostStartHookError",)),
        pod(waiting=("a reason of next year’s kubelet",)),
        pod(phase="Pending", started=NOW - 3 * DAY, waiting=("ContainerCreating",)),
        pod(phase="Pending", started=NOW - 3 * DAY, unplaced="Unschedulable"),
        pod(phase="Pending", started=NOW - 3 * DAY, containers=ran(ready=False, init=True)),  # its init container waits
        pod(waiting=("ContainerCreating",), started=NOW - 9 * DAY, unready=NOW - 3 * DAY),
        pod("svclb-web", "Pending", started=NOW - DAY, why="0/1 nodes are available: 1 Insufficient memory."),
        pod("svclb-web", "Pending", started=NOW - DAY, waiting=("ContainerCreating",)),
        pod(started=NOW - 9 * DAY, unready=NOW - 3 * DAY, containers=ran(ready=False)),
        pod(
            started=NOW - 9 * DAY, containers=ran(restarts=90, ended=NOW - 110 * MINUTE)
        ),  # out of memory every two hours
    ],
)
def test_a_sick_pod_is_told_once(sick: Pod) -> None:
    assert pod_health((sick,), NOW).sick == 1


def test_a_pod_that_stands_by_while_another_one_is_ready_is_sound() -> None:
    by = pod("by", unready=NOW - 3 * DAY, started=NOW - 9 * DAY, owner="ReplicaSet/x", containers=ran(ready=False))
    assert pod_health((by,), NOW).unready == ("kube-system/by (Running)",)
    assert pod_health((by, pod("leader", owner="ReplicaSet/x", containers=ran())), NOW).sick == 0


def test_a_deployment_whose_pods_the_api_refuses_is_seen() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}
    row = {
        "metadata": {"namespace": "a", "name": "b"},
        "spec": {"template": {"spec": {}}},
        "status": {"conditions": [failure]},
    }
    refused, asleep = (
        read("deployments", row),
        read("deployments", row | {"spec": {"replicas": 0, "template": {"spec": {}}}}),
    )
    assert pod_health((), NOW, deployments=refused).unmade == ("a/b (FailedCreate)",)
    assert pod_health((), NOW, deployments=asleep).sick == 0


def test_what_ended_with_the_server_did_not_crash() -> None:
    after_a_boot = pod(started=NOW - 9 * DAY, containers=ran(restarts=4, code=255, ended=NOW - MINUTE, lasted=DAY))
    assert pod_health((after_a_boot,), NOW).sick == 1
    assert pod_health((after_a_boot,), NOW, booted=NOW - 2 * MINUTE).sick == 0


def test_a_failed_try_of_a_job_that_succeeded_is_sound() -> None:
    tries = (
        pod("a", "Failed", owner="Job/backup"),
        pod("b", "Succeeded", owner="Job/backup"),
        pod("c", "Failed", owner="Job/x"),
    )
    assert pod_health(tries, NOW).failed == ("kube-system/c (Failed)",)


def test_the_cluster_s_own_pods_of_a_sound_k3s() -> None:
    k3s = (
        pod("coredns-1"),
        pod("helm-install-traefik-x", "Succeeded", owner="Job/helm-install-traefik"),
        pod("svclb-traefik-1", "Pending"),
        pod("coredns-2", containers=ran(ready=False)),
        pod("traefik", "Pending"),
        pod("elsewhere", "Pending", namespace="default"),
    )
    seen = system_pods(k3s)
    assert seen.waiting == ("kube-system/svclb-traefik-1 (Pending)",)
    assert seen.unready == ("kube-system/coredns-2 (Running)", "kube-system/traefik (Pending)")
    assert system_pods(()).total == 0


def test_a_pod_without_a_node_is_read_with_the_scheduler_s_words() -> None:
    unplaced = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}
    unready = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-27T02:00:00Z"}
    status = {"phase": "Pending", "conditions": [unplaced, unready, {"type": "Initialized", "status": "True"}]}
    (seen,) = read("pods", {"metadata": {"namespace": "a", "name": "b"}, "spec": {}, "status": status})
    assert (seen.unplaced, seen.why) == ("Unschedulable", "0/1 nodes")
    assert seen.unready == datetime(2026, 11, 27, 2, tzinfo=UTC)


def test_pods_are_read_with_what_made_them_and_what_they_store_on() -> None:
    (seen,) = read(
        "pods",
        {
            "metadata": {"namespace": "a", "name": "b", "ownerReferences": [{"kind": "Job", "name": "c"}]},
            "spec": {"volumes": [{"persistentVolumeClaim": {"claimName": "d"}}, {"emptyDir": {}}]},
            "status": {"phase": "Running"},
        },
    )
    assert (seen.owner, seen.claims) == ("Job/c", ("d",))


def claim(name: str, phase: str) -> dict[str, object]:
    return {"metadata": {"namespace": "a", "name": name}, "spec": {}, "status": {"phase": phase}}


def test_a_claim_that_nothing_uses_may_wait() -> None:
    listed = read("claims", claim("b", "Bound"), claim("idle", "Pending"), claim("used", "Pending"), claim("l", "Lost"))
    seen = bound_claims(listed, frozenset({"a/used", "a/b"}))
    assert (seen.idle, seen.unbound, seen.lost, seen.total, seen.unserved) == (("a/idle",), ("a/used",), ("a/l",), 4, 2)


TABLE = Versions(date(2026, 9, 15), {"1.20": date(2022, 2, 28), "1.36": date(2027, 6, 28)})


@pytest.mark.parametrize(
    ("version", "days"),
    [("v1.36.1+k3s1", 217), ("v1.36.0-rc1+k3s1", 217), ("v1.36.1", 217), ("v1.20.2", -1729), ("v1.9.0", -1729)],
)
def test_a_version_has_its_last_day(version: str, days: int) -> None:
    assert support(version, NOW.date(), TABLE).days == days


@pytest.mark.parametrize(
    ("version", "today", "code"),
    [
        ("v1.99.0", NOW.date(), "version-table-old"),
        ("v1.36.1", date(2027, 4, 1), "version-table-old"),
        ("", NOW.date(), "unread"),
        ("v1.36x", NOW.date(), "unread"),
        ("1", NOW.date(), "unread"),
    ],
)
def test_an_old_table_or_an_odd_version_is_unknown(version: str, today: date, code: str) -> None:
    with pytest.raises(Unknown, match=code):
        support(version, today, TABLE)


def test_what_has_ended_stays_ended_however_old_the_table() -> None:
    assert support("v1.20.2", date(2030, 1, 1), TABLE).days < 0
    assert versions().end_of_life["1.20"] == date(2022, 2, 28)


def test_the_first_certificate_to_expire_is_told() -> None:
    seen = certificates(CERTIFICATES)
    assert (round(seen.days), seen.where.rsplit("/", 1)[1], seen.expired) == (365, "client-kubelet.crt", ())
    late = certificates(CERTIFICATES.replace("served 1826996079", "served 1795460000"))
    assert (late.expired, late.days < 0) == (("127.0.0.1:6443",), True)


TLS = "/var/lib/rancher/k3s/server/tls"


@pytest.mark.parametrize(
    ("rows", "orphans", "expired"),
    [
        (f"file 1795000000 {TLS}/client-kube-proxy.crt\n", (f"{TLS}/client-kube-proxy.crt",), ()),
        (f"file  {TLS}/client-kube-proxy.crt\n", (f"{TLS}/client-kube-proxy.crt",), ()),
        (f"file 1829999999 {TLS}/client-kube-proxy.crt\n", (), ()),
        (f"named {TLS}/client-x.crt\nfile 1795000000 {TLS}/client-x.crt\n", (), (f"{TLS}/client-x.crt",)),
        (f"file 1795000000 {TLS}/serving-kubelet.crt\n", (), (f"{TLS}/serving-kubelet.crt",)),
        (f"file 1795000000 {TLS}/etcd/client.crt\n", (), (f"{TLS}/etcd/client.crt",)),
    ],
)
def test_a_certificate_that_the_server_does_not_name_is_told(rows: str, orphans: object, expired: object) -> None:
    seen = certificates(f"{CERTIFICATES}named {TLS}/client-admin.crt\n{rows}")
    assert (seen.orphans, seen.expired) == (orphans, expired)


def test_an_authority_that_ends_takes_every_leaf_with_it() -> None:
    now = re.findall(r"^now (\d+)", CERTIFICATES, re.M)[0]
    tls = "/var/lib/rancher/k3s/server/tls"
    rows = f"{CERTIFICATES}named {tls}/x.crt\nfile {int(now) + 5 * 86400} {tls}/server-ca.crt\n"
    assert round(certificates(rows).days) == 5


def test_where_nothing_is_named_every_certificate_counts() -> None:
    assert certificates(f"{CERTIFICATES}file 1795000000 {TLS}/client-kube-proxy.crt\n").expired


@pytest.mark.parametrize("answer", ["now 1\n", "now 1\nfile  /x.crt\n", "now 1\nserved 9 a\n"])
def test_a_certificate_nobody_can_read_is_unknown(answer: str) -> None:
    with pytest.raises(Unknown):
        FACTS["certificates"].read(Answer(answer + ENDING, "", 0, "", NOW))


def test_restarts_that_systemd_made_by_itself_are_counted() -> None:
    unit = cluster_unit(CLUSTER_UNIT)
    assert (unit.unit, unit.active, unit.enabled, unit.restarts, round(unit.reach_hours)) == (
        "k3s.service",
        True,
        True,
        1,
        280,
    )
    assert not cluster_unit(CLUSTER_UNIT.replace("=active", "=activating")).active


@pytest.mark.parametrize("answer", ["", "\n", CLUSTER_UNIT.replace("oldest", "newest")])
def test_no_unit_or_no_memory_of_it_is_unknown(answer: str) -> None:
    with pytest.raises(Unknown, match=r"no-cluster-unit|unit-unremembered"):
        cluster_unit(answer)


def test_the_kernel_s_words_by_what_they_tell() -> None:
    words = kernel_words(KERNEL_WORDS)
    assert words.killed == ("postgres", "node")
    assert [text.split(",")[1] for text in words.broken] == [" dev sda"]
    assert len(words.read_only) == len(words.cut) == 1
    assert (words.boots, words.watched_days) == (2, 7.0)
    assert kernel_words(KERNEL_WORDS.replace("/ rw,", "/ ro,")).read_only[-1] == "/: ro,relatime"


@pytest.mark.parametrize("answer", ["now 1795460696\nmount / rw\n", KERNEL_WORDS + "deaf container\n"])
def test_a_kernel_that_nobody_heard_proves_nothing(answer: str) -> None:
    with pytest.raises(Unknown, match="kernel-silent"):
        kernel_words(answer)


@pytest.mark.parametrize(("available", "percent"), [(2457600, 15.0), (0, 0.0)])
def test_memory_that_is_left(available: int, percent: float) -> None:
    assert memory(MEMORY.replace("8192000", str(available))).available_percent == percent


def front(seconds: float, status: int = 401) -> Front:
    """The server's clock is so many seconds before ours; the answer took a tenth."""
    return Front(status, NOW, NOW + timedelta(seconds=0.1), NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seen", "far", "unkept"),
    [
        (Clock(True, "chrony", 0.0, ""), 0, 0),
        (Clock(True, "chrony", 0.0, ""), 99, 0),
        (Clock(False, "", None, ""), 0, 1),
        (Clock(False, "", None, "lxc"), 0, 0),
        (Clock(False, "", None, "lxc"), 99, 1),
    ],
)
def test_a_clock_is_kept_here_or_by_the_machine_below(seen: Clock, far: float, unkept: int) -> None:
    assert timekeeping(seen, front(far)).unkept == unkept


def kill(group: str, pid: int = 77) -> str:
    """The two lines of a kernel that kills a process of a control group for want of memory."""
    name = group.rpartition("/")[2]
    head = f"1795360350.1 edgeserver kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset={name}"
    asked = f"mems_allowed=0,oom_memcg={group},task_memcg={group},task=postgres,pid={pid},uid=1000"
    line = "1795360350.2 edgeserver kernel: Memory cgroup out of memory: Killed process 77 (postgres) total-vm:1kB"
    return f"line {head},{asked}\nline {line}\n"


@pytest.mark.parametrize(
    ("group", "pid", "counts"),
    [
        ("/system.slice/phase0-drill-postgres-restore-1796028434-230720.service", 77, False),
        ("/phase0-drill-redis-restore-1796028434-23/inner", 77, False),
        ("/phase0-drill-redis-restore-1796028434-23", 78, True),  # of another process
        ("/kubepods/burstable/pod1/2", 77, True),
        ("/system.slice/phase0-drill-liar.service", 77, True),
        ("/user.slice/user-1000.slice/user@1000.service/phase0-drill-x-1-2", 77, True),
    ],
)
def test_a_drill_that_reaches_its_own_bound_is_no_want_of_memory(group: str, pid: int, counts: bool) -> None:
    before, after = kernel_words(KERNEL_WORDS), kernel_words(KERNEL_WORDS + kill(group, pid))
    assert (len(after.killed) - len(before.killed), after.broken) == (int(counts), before.broken)


@pytest.mark.parametrize(("ahead", "apart"), [(0, 0), (-0.9, 0), (-6, 5), (6, 5.9)])
def test_a_date_of_whole_seconds_proves_no_more_than_that(ahead: float, apart: float) -> None:
    assert front(ahead).apart == pytest.approx(apart)
    assert Front(401, NOW, NOW, None).apart is None


@pytest.mark.parametrize(
    ("answer", "synchronised", "keeper", "offset"),
    [
        (CLOCK, True, "chrony", -0.000012873),
        ("container lxc\nkernel no\n", False, "", None),
        ("container \nkeeper systemd-timesyncd\nkernel yes\n", True, "systemd-timesyncd", None),
        ("container \nkeeper ntp\nkernel no\nntp-leap 00\nntp-offset -1.5\n", True, "ntpd", -0.0015),
        ("container \nkeeper ntp\nkernel no\nntp-leap 11\n", False, "ntpd", None),
        (CLOCK.replace("C0A80001", "7F7F0101"), False, "chrony", -0.000012873),  # local stratum: it follows itself
        (CLOCK.replace("kernel yes", "kernel no"), True, "chrony", -0.000012873),  # without rtcsync
        (CLOCK.replace("kernel yes", "kernel no").replace(" 1795460000", " 1795287200"), False, "chrony", -0.000012873),
        (CLOCK.replace("Normal", "Not synchronised"), False, "chrony", -0.000012873),
        (CLOCK.replace(" 1795460000", " 1795287200"), False, "chrony", -0.000012873),  # no source for two days
    ],
)
def test_who_keeps_the_clock(answer: str, synchronised: bool, keeper: str, offset: float | None) -> None:
    seen = clock(answer)
    assert (seen.synchronised, seen.keeper, seen.offset) == (synchronised, keeper, offset)


def test_updates_that_wait_have_waited_since_the_last_upgrade_at_most() -> None:
    seen = updates(UPDATES)
    assert (seen.waiting, round(seen.waited_days, 2), seen.stale) == (("libssl3t64",), 1.0, False)
    assert (seen.sources, seen.reboot) == (1, ())
    assert updates(UPDATES.replace("waiting", "other")).waited_days == 0
    assert updates(UPDATES + "reboot linux-base \nreboot kernel 6.8.0-49-generic\n").reboot == (
        "linux-base",
        "kernel 6.8.0-49-generic",
    )
    assert updates(UPDATES.replace("looked 1795", "looked 1785")).stale


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        ("ran 1795374391\n", 1.0),  # before apt looked: it could not know of what came since
        ("ran 1795460700\n", 8.0),  # after: it knew, and left it
        ("ran 1795374391\nheld libssl3t64\n", 8.0),
        ("ran 1795374391\nheld sudo\n", 1.0),
        ("", 8.0),
    ],
)
def test_a_run_counts_for_what_it_installed(rows: str, days: float) -> None:
    text = UPDATES.replace("upgraded 1795374391", "upgraded 1794769591") + rows
    assert round(updates(text).waited_days) == days


BY_ITSELF = "ran 1795430700\nID ubuntu\nVERSION_CODENAME noble\nsince 1790000000 libssl3t64\n"


@pytest.mark.parametrize(
    ("rows", "days", "left", "held"),
    [
        (BY_ITSELF, 0.35, 0, 0),  # it came after the run
        (f"{BY_ITSELF}Package-Blacklist libssl\n", 63.2, 1, 0),
        (f"{BY_ITSELF}Package-Blacklist postgres\n", 0.35, 0, 0),
        (f"{BY_ITSELF}Allowed-Origins ${{distro_id}}:${{distro_codename}}-security\n", 0.35, 0, 0),
        (f"{BY_ITSELF}Allowed-Origins ${{distro_id}}:${{distro_codename}}\n", 63.2, 1, 0),
        (f"{BY_ITSELF}Origins-Pattern origin=Ubuntu,archive=noble-security,label=Ubuntu,site=a.b\n", 0.35, 0, 0),
        (f"{BY_ITSELF}Origins-Pattern origin=Debian,codename=bookworm-security\n", 63.2, 1, 0),
        (f"{BY_ITSELF}held libssl3t64\n", 63.2, 0, 1),  # whatever else was upgraded meanwhile
        (
            f"{BY_ITSELF}pinned sudo [1] (2 Debian-Security:12/stable-security [amd64])\nsince 1790000000 sudo\n",
            63.2,
            0,
            1,
        ),
        (f"{BY_ITSELF}pinned libssl3t64 [1] (2 Debian-Security:12/x [amd64])\n", 0.35, 0, 0),  # no pin keeps it back
    ],
)
def test_what_nothing_will_install_may_wait_since_it_was_installed(
    rows: str, days: float, left: int, held: int
) -> None:
    seen = updates(UPDATES + rows)
    assert seen.waited_days == pytest.approx(days, abs=0.1)
    assert (len(seen.left), len(seen.held)) == (left, held)


@pytest.mark.parametrize(
    ("old", "new"), [("looked", "x"), ("resolved 0", "resolved 100"), ("upgraded 1795374391\ninstalled", "x")]
)
def test_an_apt_that_cannot_tell_is_unknown(old: str, new: str) -> None:
    with pytest.raises(Unknown):
        updates(UPDATES.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "readable", "passwords"),
    [
        ("600 root:root", "600 root:root", False, False),
        ("600 root:root", "644 root:root", True, False),
        ("600 root:root", "640 root:k3s", True, False),
        ("600 root:root", "640 root:root", False, False),
        ("600 root:root", "600 twister:root", True, False),
        ("kubeconfig 600 root:root\n", "", False, False),
        ("passwordauthentication no", "passwordauthentication yes", False, True),
        ("kbdinteractiveauthentication no", "kbdinteractiveauthentication yes", False, True),
        ("kbdinteractiveauthentication no\nusepam yes", "kbdinteractiveauthentication yes\nusepam no", False, False),
        ("kbdinteractive", "challengeresponse", False, False),
    ],
)
def test_who_may_log_in_and_read(old: str, new: str, readable: bool, passwords: bool) -> None:
    seen = login(LOGIN.replace(old, new))
    assert (seen.readable, seen.passwords, seen.root) == (readable, passwords, "no")


STRICT = (
    "kbdinteractiveauthentication no;passwordauthentication no;permitrootlogin no;usepam yes;authenticationmethods any;"
)
LAX = STRICT.replace("passwordauthentication no", "passwordauthentication yes")


@pytest.mark.parametrize(
    ("rows", "passwords", "accounts", "near"),
    [
        (f"asked root 192.0.2.7 {STRICT}\nasked u 192.0.2.7 {STRICT}\n", False, (), ()),
        (f"asked root 192.0.2.7 {STRICT}\nasked u 192.0.2.7 {LAX}\n", True, ("u",), ()),
        (f"asked u 192.0.2.7 {STRICT}\nasked u 10.0.0.0 {LAX}\n", False, (), ("u (10.0.0.0)",)),
        (f"asked u 192.0.2.7 {LAX.replace(' any', ' publickey')}\n", False, (), ()),
        (f"asked u 192.0.2.7 {LAX.replace(' any', ' publickey,password')}\n", False, (), ()),
        (f"asked u 192.0.2.7 {LAX.replace(' any', ' publickey password')}\n", True, ("u",), ()),
        (f"asked u 192.0.2.7 {LAX.replace(' any', ' keyboard-interactive:pam')}\n", False, (), ()),
        (f"asked u 192.0.2.7 {LAX}\nunasked v 192.0.2.7\n", True, ("u",), ()),
    ],
)
def test_a_match_block_opens_a_door_too(rows: str, passwords: bool, accounts: tuple[str, ...], near: object) -> None:
    seen = login(LOGIN + rows)
    assert (seen.passwords, seen.accounts, seen.near) == (passwords, accounts, near)


@pytest.mark.parametrize(
    ("rows", "running"),
    [
        (f"offers 22 publickey {STRICT}\n", ()),
        (f"offers 22 publickey,password {STRICT}\n", ("22",)),  # the file was changed, and sshd not reloaded
        (f"offers 22 publickey,keyboard-interactive {STRICT}\n", ("22",)),
        (f"offers 22 publickey,password {LAX}\n", ()),  # a Match block for this address, which is asked about elsewhere
        ("offers 2222 publickey \n", ()),  # another server, with a file of its own
        ("offers 2222 publickey,password \noffers 2222 publickey,password \n", ("2222",)),
    ],
)
def test_what_a_server_that_runs_offers_counts_whatever_the_file_says(rows: str, running: tuple[str, ...]) -> None:
    seen = login(LOGIN + rows)
    assert (seen.running, seen.passwords) == (running, bool(running))


def test_who_root_is_to_sshd_is_asked_of_root() -> None:
    assert login(f"{LOGIN}asked root 192.0.2.7 {STRICT.replace('login no', 'login yes')}\n").root == "yes"


def test_an_account_nobody_could_ask_about_is_unknown() -> None:
    with pytest.raises(Unknown, match="login-unasked"):
        login(f"{LOGIN}unasked u 192.0.2.7\n")


@pytest.mark.parametrize(
    ("status", "open", "closed"), [(200, True, False), (401, False, True), (403, False, True), (503, False, False)]
)
def test_only_a_refusal_is_closed(status: int, open: bool, closed: bool) -> None:
    assert (front(0, status).open, front(0, status).closed) == (open, closed)


@pytest.mark.parametrize("name", ["claims", "namespaces", "services", "front"])
@pytest.mark.parametrize(
    "out", ["", "[]", "{}", '{"items": null}', '{"items": [{}]}', '{"items": [1]}', "\x00", "<html>"]
)
def test_an_answer_of_another_shape_is_unknown(name: str, out: str) -> None:
    with pytest.raises(Unknown):
        FACTS[name].read(Answer(out, "", 0, "GET", NOW))


def test_a_stranger_asks_without_credentials_and_hears_the_server_s_time(tmp_path: Path) -> None:
    with serving_api(lambda _, headers: (200 if "Authorization" in headers else 401, "")) as server:
        answer = ask_front(cluster(tmp_path, server.url), "/api/v1/namespaces", 5)
    seen = FACTS["front"].read(answer)
    assert (seen.status, seen.closed, seen.apart) == (401, True, 0)
    assert [path for path, _ in server.asked] == ["/api/v1/namespaces"]


def test_a_server_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    with serving_api(lambda path, _: (200, path)) as server:
        pass
    with pytest.raises(Unknown, match="cluster-unreachable"):
        ask_front(cluster(tmp_path, server.url), "/api/v1/namespaces", 5)
