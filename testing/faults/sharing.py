"""Which faults can share an audit. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations

from gate.contract import Contract, Kind
from gate.outcome import Outcome
from testing.faults.fault import Fault
from testing.faults.proof import announced, shows_in_all

MOST = 12  # faults in one audit
PATH = re.compile(  # paths of files, images and files of the target folder, and names that faults give
    r"/(?:dev|etc|home|mnt|opt|root|run|srv|usr|var)/[\w./@+-]*[\w@+-]|\btwisterlab/[\w:.-]*\w|\b[\w-]+\.(?:toml|csv|sqlite)\b"
    r"|\bphase0-\w[\w-]*"
)
NEWEST = re.compile(
    r"\b(?:k8s|postgres|redis)(?=[-_][\w-]*2999)"
)  # a backup of the year 2999 is the newest of its kind
RESTORED = {
    "BKP-10": "postgres_2999",
    "BKP-11": "redis_2999",
    "BKP-12": "k8s_2999",
}  # drills that restore the newest backup
SHARED = (
    "journal",
    "fallocate",
    "guides",
)  # settings of one rotate away what another wrote; sizes add up; one tree of git
WORD = re.compile(r"[\w.-]+")
COMMON = {"/dev/null", "/dev/zero"}
CLUSTER = "k3s "
Turn = tuple[Fault, ...]


def shared_audits(faults: Sequence[Fault], contract: Contract) -> list[Turn]:
    """Return the faults in turns; faults that share a turn change different criteria and do not disturb each other."""
    pairs = combinations(range(len(faults)), 2)
    apart = {(one, two) for one, two in pairs if not _together(faults[one], faults[two], contract)}
    left, turns = list(range(len(faults))), list[Turn]()
    while left:
        chosen = _next(left, apart)
        turns.append(tuple(faults[at] for at in chosen))
        left = [at for at in left if at not in chosen]
    return turns


def _next(left: Sequence[int], apart: set[tuple[int, int]]) -> list[int]:
    """Return the next turn: faults that agree with few others first, since they would remain alone at the end."""

    def odds(at: int) -> int:
        return sum((min(at, other), max(at, other)) in apart for other in left)

    chosen = list[int]()
    for at in sorted(left, key=odds, reverse=True):
        if len(chosen) < MOST and not any((min(at, other), max(at, other)) in apart for other in chosen):
            chosen.append(at)
    return chosen


def _together(one: Fault, two: Fault, contract: Contract) -> bool:
    """Return whether two faults can share an audit.

    Neither may hide the other, nor use its files or programs, nor, in the same chapter, act on the cluster as well.
    """
    alone = any(fault.spreads or shows_in_all(fault, contract) for fault in (one, two))
    ours, theirs = _scripts(one), _scripts(two)
    pods = contract[one.criterion].chapter == contract[two.criterion].chapter and CLUSTER in ours and CLUSTER in theirs
    shared = (
        any(word in ours and word in theirs for word in SHARED)
        or _blinds(one, two, contract)
        or _blinds(two, one, contract)
    )
    return not (alone or pods or shared or announced(one) & announced(two) or _use_the_same(ours, theirs))


def _blinds(one: Fault, two: Fault, contract: Contract) -> bool:
    """Return whether one fault may keep the drill of the other from running."""
    return blinds_drills(one, contract) and contract[two.criterion].kind is Kind.DRILL


def blinds_drills(fault: Fault, contract: Contract) -> bool:
    """Return whether the fault makes a drill unknown."""
    return contract[fault.criterion].kind is Kind.DRILL and fault.expected is Outcome.UNKNOWN


def _use_the_same(ours: str, theirs: str) -> bool:
    """Return whether the scripts share a path or a folder, or one calls a program that the other replaces."""
    nested = any(a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/") for a in _paths(ours) for b in _paths(theirs))
    called = _programs(_paths(ours)) & _words(theirs) | _programs(_paths(theirs)) & _words(ours)
    return nested or bool(called)


@cache
def _paths(script: str) -> frozenset[str]:
    return frozenset([*PATH.findall(script), *NEWEST.findall(script)]) - COMMON


@cache
def _words(script: str) -> frozenset[str]:
    return frozenset(WORD.findall(script))


def _scripts(fault: Fault) -> str:
    return f"{fault.inject}\n{fault.revert}\n{fault.until}\n{fault.settled}\n{RESTORED.get(fault.criterion, '')}"


def _programs(paths: Iterable[str]) -> set[str]:
    return {path.rpartition("/")[2] for path in paths if "bin/" in path}
