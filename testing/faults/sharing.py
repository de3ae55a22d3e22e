"""Which faults share an audit. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations

from gate.contract import Contract, Kind
from gate.outcome import Outcome
from testing.faults.fault import Fault
from testing.faults.proof import announced, shows_in_all

MOST = 12  # faults at a time
PATH = re.compile(  # of files, of images, of what lies in the target folder, and what faults call their own
    r"/(?:dev|etc|home|mnt|opt|root|run|srv|usr|var)/[\w./@+-]*[\w@+-]|\btwisterlab/[\w:.-]*\w|\b[\w-]+\.(?:toml|csv|sqlite)\b"
    r"|\bphase0-\w[\w-]*"
)
NEWEST = re.compile(r"\b(?:k8s|postgres|redis)(?=[-_][\w-]*2999)")  # a copy of the far future is the newest of its kind
RESTORED = {
    "BKP-10": "postgres_2999",
    "BKP-11": "redis_2999",
    "BKP-12": "k8s_2999",
}  # these drills bring the newest back
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
    """Faults that change different criteria go together, on the server or in the target folder."""
    pairs = combinations(range(len(faults)), 2)
    apart = {(one, two) for one, two in pairs if not _together(faults[one], faults[two], contract)}
    left, turns = list(range(len(faults))), list[Turn]()
    while left:
        chosen = _next(left, apart)
        turns.append(tuple(faults[at] for at in chosen))
        left = [at for at in left if at not in chosen]
    return turns


def _next(left: Sequence[int], apart: set[tuple[int, int]]) -> list[int]:
    """Those that agree with the fewest first, which would be left alone at the end."""

    def odds(at: int) -> int:
        return sum((min(at, other), max(at, other)) in apart for other in left)

    chosen = list[int]()
    for at in sorted(left, key=odds, reverse=True):
        if len(chosen) < MOST and not any((min(at, other), max(at, other)) in apart for other in chosen):
            chosen.append(at)
    return chosen


def _together(one: Fault, two: Fault, contract: Contract) -> bool:
    """Neither hides the other, and neither uses the other's files or tools, or what its chapter has in the cluster."""
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
    """What keeps one drill from being held may keep another."""
    return blinds_drills(one, contract) and contract[two.criterion].kind is Kind.DRILL


def blinds_drills(fault: Fault, contract: Contract) -> bool:
    """It leaves a drill unknown."""
    return contract[fault.criterion].kind is Kind.DRILL and fault.expected is Outcome.UNKNOWN


def _use_the_same(ours: str, theirs: str) -> bool:
    """A path of one is the other's, or holds it; or a program that one replaces is called by the other."""
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
