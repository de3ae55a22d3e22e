"""Plan, criterion 6: the infrastructure audit, the part about the machine below the cluster."""

from fixtures.cluster.front import Front
from fixtures.evidence.timekeeping import timekeeping
from fixtures.host.system.clock import Clock
from fixtures.host.system.kernel_words import KernelWords
from fixtures.host.system.login import Login
from fixtures.host.system.memory import Memory
from fixtures.host.system.updates import Updates
from fixtures.session.judge import Judge, criterion, found
from gate.run import Reason


@criterion("INF-09")
def test_memory_is_left_and_nothing_was_killed_for_want_of_it(
    memory: Memory, kernel_words: KernelWords, judge: Judge
) -> None:
    killed = kernel_words.killed
    seen = {
        "total": memory.total,
        "available": memory.available,
        "available_percent": memory.available_percent,
        "killed": len(killed),
        "watched_days": kernel_words.watched_days,
    }
    assert judge(
        memory.available_percent, seen, findings=found({"killed": killed}, count=len(killed), names=sorted(set(killed)))
    )


@criterion("INF-10")
def test_disks_answer_and_shutdowns_were_clean(kernel_words: KernelWords, judge: Judge) -> None:
    words = kernel_words
    troubles = len(words.broken) + len(words.read_only) + len(words.cut)
    assert judge(
        troubles,
        words,
        findings=[
            *found({"broken": words.broken}, count=len(words.broken), last=words.broken[-1:]),
            *found({"read-only": words.read_only}, names=words.read_only),
            *found({"cut": words.cut}, times=words.cut),
        ],
    )


@criterion("INF-12")
def test_clock_is_kept(clock: Clock, front: Front, judge: Judge) -> None:
    seen = timekeeping(clock, front)
    disputed = seen.borrowed and not seen.agrees
    assert judge(
        seen.unkept,
        seen,
        unknown=Reason("clock-disputed", {"apart": seen.apart}) if disputed else None,
        findings=[
            *found({"borrowed": seen.borrowed and seen.agrees}, container=seen.container),
            *found({"apart": not seen.borrowed and seen.apart is not None and not seen.agrees}, seconds=seen.apart),
        ],
    )


@criterion("INF-13")
def test_security_updates_do_not_wait(updates: Updates, judge: Judge) -> None:
    assert judge(
        updates.waited_days,
        updates,
        findings=[
            *found({"stale": updates.stale}, days=updates.looked_days),
            *found({"no-source": not updates.sources}),
            *found({"waiting": updates.waiting}, names=updates.waiting),
            *found({"held": updates.held}, names=updates.held),
            *found({"reboot": updates.reboot}, names=updates.reboot),
        ],
    )


@criterion("INF-14")
def test_login_and_api_are_closed_to_strangers(login: Login, front: Front, judge: Judge) -> None:
    doors = {
        "root": login.root == "yes",
        "passwords": login.passwords,
        "anonymous": front.open,
        "readable": login.readable,
    }
    odd = Reason("api-front-odd", {"status": front.status}) if not (front.open or front.closed) else None
    assert judge(
        sum(doors.values()),
        login,
        unknown=odd,
        findings=[
            *found(doors, status=front.status, kubeconfig=login.kubeconfig),
            *found({"root-by-key": login.root not in ("yes", "no")}, root=login.root),
        ],
    )
