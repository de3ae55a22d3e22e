"""Plan, criterion 6: the infrastructure audit, the part about the machine below the cluster."""

from collections.abc import Iterator

from fixtures.ask.answer import Unknown
from fixtures.cluster.front import Front
from fixtures.evidence.look import look
from fixtures.evidence.pressure import WINDOW
from fixtures.evidence.stability import Observed
from fixtures.evidence.timekeeping import timekeeping
from fixtures.host.system.clock import Clock
from fixtures.host.system.kernel_words import KernelWords
from fixtures.host.system.login import Login
from fixtures.host.system.memory import Memory
from fixtures.host.system.updates import Updates
from fixtures.session.judge import Judge, criterion, found
from gate.run import Finding, Reason


@criterion("INF-09")
def test_memory_is_left_and_nothing_was_killed_for_want_of_it(
    memory: Memory, kernel_words: KernelWords, maybe_observed: Observed | Unknown, judge: Judge
) -> None:
    killed, left = kernel_words.killed, judge.bound.met_by(memory.available_percent)
    watched = look("INF-09", kernel_words.at, kernel_words.oldest, WINDOW, maybe_observed)
    seen = {
        "total": memory.total,
        "available": memory.available,
        "available_percent": memory.available_percent,
        "killed": len(killed),
        "watched_days": kernel_words.watched_days,
    }
    assert judge(
        memory.available_percent,
        seen,
        pending=watched.short if left else None,
        findings=[*found({"killed": killed}, count=len(killed), names=sorted(set(killed))), *watched.watched],
    )


@criterion("INF-10")
def test_disks_answer_and_shutdowns_were_clean(
    kernel_words: KernelWords, maybe_observed: Observed | Unknown, judge: Judge
) -> None:
    words = kernel_words
    watched = look("INF-10", words.at, words.oldest, WINDOW, maybe_observed)
    troubles = len(words.broken) + len(words.read_only) + len(words.cut)
    assert judge(
        troubles,
        words,
        pending=watched.short,
        findings=[
            *found({"broken": words.broken}, count=len(words.broken), last=words.broken[-1:]),
            *found({"read-only": words.read_only}, names=words.read_only),
            *found({"cut": words.cut}, times=words.cut),
            *watched.watched,
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
            *found({"left": updates.left}, names=updates.left),
            *found({"reboot": updates.reboot}, names=updates.reboot),
        ],
    )


@criterion("INF-14")
def test_login_and_api_are_closed_to_strangers(
    maybe_login: Login | Unknown, maybe_front: Front | Unknown, judge: Judge
) -> None:
    """A door that stands open is one, whatever else could not be looked at."""
    login = maybe_login if isinstance(maybe_login, Login) else None
    front = maybe_front if isinstance(maybe_front, Front) else None
    doors = _doors(login, front)
    shut = not any(doors.values())
    for unseen in (maybe_login, maybe_front):
        if shut and isinstance(unseen, Unknown):
            raise unseen
    values = {"status": front.status if front else "-", "kubeconfig": login.kubeconfig if login else "-"}
    assert judge(
        sum(doors.values()),
        login,
        unknown=_odd(front) if shut else None,
        findings=[*found(doors, **values), *_beside(login)],
    )


def _odd(front: Front | None) -> Reason | None:
    """An answer to a stranger that is neither open nor closed."""
    return Reason("api-front-odd", {"status": front.status}) if front and not (front.open or front.closed) else None


def _doors(login: Login | None, front: Front | None) -> dict[str, bool]:
    """The doors that were looked at, and whether each stands open."""
    of_host = {"root": login.root == "yes", "passwords": login.passwords, "readable": login.readable} if login else {}
    return of_host | ({"anonymous": front.open} if front else {})


def _beside(login: Login | None) -> Iterator[Finding]:
    """Whose door it is, and what is less than a door."""
    if login is None:
        return
    if login.accounts and not login.general:
        yield Finding("accounts", {"names": login.accounts})
    if login.running and not login.general:
        yield Finding("running", {"names": login.running})
    if login.near and not login.passwords:
        yield Finding("near", {"names": login.near})
    if login.root not in ("yes", "no"):
        yield Finding("root-by-key", {"root": login.root})
