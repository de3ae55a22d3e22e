"""The order of the audits: if possible, each audit shows that the faults of the one before are gone. Pure."""

from collections.abc import Collection, Sequence
from functools import partial

from gate.contract import Contract
from testing.faults.fault import Fault, Where
from testing.faults.proof import announced, drills_of, shows_in_all
from testing.faults.sharing import Turn, blinds_drills, shared_audits

Lot = tuple[Turn, ...]
WITH_DRILL, SPREADING, OTHER, STAYING, LAST = range(5)


def sequences(faults: Sequence[Fault], contract: Contract) -> list[Lot]:
    """Return the lots for the servers: sequences of turns, each of which is shown to be over by the next turn."""
    lots = list[Lot]()
    for turn in _in_order(shared_audits(faults, contract), contract):
        if lots and _shown_by(turn, lots[-1][-1], contract):
            lots[-1] = (*lots[-1], turn)
        else:
            lots.append((turn,))
    return lots


def _in_order(turns: Sequence[Turn], contract: Contract) -> list[Turn]:
    """Return the turns in order: first those whose end is expensive to observe, each before a turn that shows it.

    Turns that affect all criteria come last: their end is observed in an audit of everything, which also shows what any
    other turn has left.
    """
    rank = partial(_rank, contract=contract)
    left, order = sorted(turns, key=rank), list[Turn]()
    while left:
        fit = [turn for turn in left if order and rank(turn) != LAST and _shown_by(turn, order[-1], contract)]
        order.append(max(fit, key=rank, default=left[0]))
        left.remove(order[-1])
    return order


def shows(following: Turn, fault: Fault, changed: Collection[str], contract: Contract) -> bool:
    """Return whether the next turn's audit can show that the fault is gone.

    A drill is affected by the faults of its chapter.
    """
    chapter = {id for id in contract if contract[id].chapter == contract[fault.criterion].chapter}
    drills = drills_of([fault], contract)
    felt = {*changed, *(chapter if drills else ())}
    free = [
        not one.spreads and not felt & announced(one) and not (drills and blinds_drills(one, contract))
        for one in following
    ]
    return bool(following) and all(free) and not shows_in_all(fault, contract)


def _shown_by(following: Turn, turn: Turn, contract: Contract) -> bool:
    leaving = [fault for fault in turn if fault.where is Where.HOST]
    return bool(leaving) and all(shows(following, fault, announced(fault), contract) for fault in leaving)


def _rank(turn: Turn, contract: Contract) -> int:
    if all(fault.where is Where.TARGET for fault in turn):
        return STAYING
    if any(shows_in_all(fault, contract) for fault in turn):
        return LAST
    if drills_of(turn, contract):
        return WITH_DRILL
    return SPREADING if any(fault.spreads for fault in turn) else OTHER
