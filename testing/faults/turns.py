"""Which faults share an audit, and which audit follows which. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from reports.model.contract import Contract
from testing.faults.fault import Fault
from testing.faults.proof import FOLLOWS, announced

MOST = 6  # faults at a time
PATH = re.compile(r"/(?:dev|etc|home|mnt|opt|root|run|srv|usr|var)/[\w./@+-]*[\w@+-]")
WORD = re.compile(r"[\w.-]+")
COMMON = {"/dev/null", "/dev/zero"}
Turn = tuple[Fault, ...]


def turns(faults: Sequence[Fault], contract: Contract) -> list[Turn]:
    """Faults of different chapters that change different criteria go together, on the server or in the target folder.

    Neighbours change different criteria wherever that can be had: the next audit then shows that the last faults are gone.
    """
    left, order, last = list(faults), list[Turn](), set[str]()
    while left:
        turn = _next(left, last, contract)
        order.append(turn)
        left = [fault for fault in left if fault not in turn]
        last = set[str]().union(*map(announced, turn))
    return order


def _next(left: Sequence[Fault], last: set[str], contract: Contract) -> Turn:
    """Those of the fullest chapters first, which would be left alone at the end."""
    chapters = Counter(contract[fault.criterion].chapter for fault in left)
    free = [fault for fault in left if not last & announced(fault)] or left[:1]
    turn: Turn = ()
    for fault in sorted(free, key=lambda fault: -chapters[contract[fault.criterion].chapter]):
        if len(turn) < MOST and all(_together(fault, one, contract) for one in turn):
            turn = (*turn, fault)
    return turn


def _together(one: Fault, two: Fault, contract: Contract) -> bool:
    """Neither hides the other, and neither uses the other's files or tools."""
    alone = any(fault.spreads or shows_in_all(fault, contract) for fault in (one, two))
    meet = contract[one.criterion].chapter == contract[two.criterion].chapter or announced(one) & announced(two)
    return not alone and not meet and not _use_the_same(one, two)


def _use_the_same(one: Fault, two: Fault) -> bool:
    """A path of one is the other's, or holds it; or a program that one replaces is called by the other."""
    ours, theirs = _scripts(one), _scripts(two)
    paths = [{*PATH.findall(text)} - COMMON for text in (ours, theirs)]
    nested = any(a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/") for a in paths[0] for b in paths[1])
    called = _programs(paths[0]) & {*WORD.findall(theirs)} | _programs(paths[1]) & {*WORD.findall(ours)}
    return nested or bool(called)


def _scripts(fault: Fault) -> str:
    return f"{fault.inject}\n{fault.revert}\n{fault.until}\n{fault.settled}"


def _programs(paths: Iterable[str]) -> set[str]:
    return {path.rpartition("/")[2] for path in paths if "bin/" in path}


def shows_in_all(fault: Fault, contract: Contract) -> bool:
    """It changes what every other fault changes too."""
    return any(contract[id].kind in FOLLOWS for id in announced(fault))
