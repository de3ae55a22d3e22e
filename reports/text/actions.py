"""What to do about a cause, as steps: what for, the command, where it runs, and the remedies that do it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from gate.contract import Criterion, Text
from gate.outcome import Outcome
from gate.resolve import SHOWN
from gate.run import Result, Run
from reports.text.short_form import capital
from reports.text.words import Voice

CLAUSE = re.compile(r"((?:`[^`]*`|[^`;])+)(?:;|$)")
STEP = re.compile(r"(?P<text>[^`]*)`(?P<command>[^`]+)`[.\s]*")
HERE = frozenset((".venv/bin/python", "phase0-gate", "make", "ssh", "ssh-keygen", "ssh-keyscan"))  # with this project
CLONE = frozenset(("git", "gh", "docker"))  # with the sources
CLUSTER = frozenset(("kubectl", "deploy/kubeconfig"))
HOST = frozenset(
    (
        *("chattr", "chmod", "chown", "crontab", "curl", "df", "dmesg", "du", "env", "find", "free", "getent", "grep"),
        *("if", "iostat", "journalctl", "k3s", "last", "logger", "logrotate", "ls", "lsattr", "lsblk", "ps", "sh"),
        *("smartctl", "sudoedit", "systemctl", "systemd-analyze", "tar", "time", "timedatectl", "timeout", "umask"),
        *("uptime", "zcat"),
    )
)
ABSENT = frozenset(("none", "absent", "missing"))  # findings that say that there is nothing to look at


class Action(msgspec.Struct, frozen=True):
    """One step. `command` is "" for what a person does without one; `where` says where it runs.

    `remedies` are the remedies that the command plans.
    """

    text: str
    command: str = ""
    where: str = ""
    remedies: tuple[str, ...] = ()


def actions(run: Run, results: Sequence[Result], voice: Voice) -> tuple[Action, ...]:
    """Return the steps against one cause: first the remedies of all its failures, then what the first one advises by hand.

    Where a remedy exists and a server has nothing to look at, for example no backup, there are no steps by hand.
    """
    planned = tuple(_planned(run, results, voice))
    if planned and nothing_there(run.contract[results[0].id], results[0]):
        return planned
    return (*planned, *steps(advice(run, results[0], voice), voice))


def todo(run: Run, results: Sequence[Result], voice: Voice) -> str:
    """Return the steps as one sentence: the remedies first, and then the advice as it is written."""
    planned = " ".join(f"{step.text}{voice.colon}`{step.command}`" for step in _planned(run, results, voice))
    if not planned:
        return advice(run, results[0], voice)
    if nothing_there(run.contract[results[0].id], results[0]):
        return planned
    return f"{planned}{voice.semicolon}{voice.word('by-hand')}{voice.colon}{advice(run, results[0], voice)}"


def advice(run: Run, result: Result, voice: Voice) -> str:
    """Return what a person can do: the contract's advice for a failure, otherwise the cure of the reason."""
    criterion = run.contract[result.id]
    if result.outcome is not Outcome.FAIL and result.reason and voice.knows("cure", result.reason.code):
        values = {**result.reason.values, "id": result.id, "target": run.target.name, "own": _own(run, voice)}
        return voice.say("cure", result.reason.code, values)
    return voice.sentence(criterion, _next(criterion, result), {**result.seen, "own": _own(run, voice)})


def nothing_there(criterion: Criterion, result: Result) -> bool:
    """Return whether the failure says that what the criterion is about does not exist."""
    found = (
        one.name for one in result.findings if one.name in criterion.finding and criterion.finding[one.name].failing
    )
    return criterion.seen_of(result.seen) is not criterion.seen or not ABSENT.isdisjoint(found)


def steps(sentence: str, voice: Voice) -> Iterator[Action]:
    """Yield the clauses of a sentence as steps. A clause that ends with a command is a step with that command."""
    place = ""
    for clause in CLAUSE.findall(sentence.replace("`, `", "`; `")):
        found = STEP.fullmatch(clause.strip())
        known = place_of(found["command"]) if found else ""
        if not found or not known:
            yield Action(capital(clause.strip()))
            continue
        text = found["text"].rstrip(" \u00a0:,")
        said = text.casefold() == voice.word("on-host").casefold()
        yield Action(
            "" if said else capital(text), found["command"], voice.word(f"where-{known}") if known != place else ""
        )
        place = known


def place_of(command: str) -> str:
    """Return where a command runs: here, clone, cluster or host; "" for what is no command, such as a line of a file."""
    words = command.split()
    program = next((word for word in words if word != "sudo"), "")
    places = {"here": HERE, "clone": CLONE, "cluster": CLUSTER, "host": HOST}
    return next((place for place, programs in places.items() if program in programs), "")


def planning(run: Run, remedies: Iterable[str], voice: Voice) -> str:
    """Return the command that shows what remedies would change, all of them if none is named.

    On a recording it is the README's command for the server that was recorded.
    """
    plan = ",".join(("plan", *remedies))
    if not run.replayed_from:
        return voice.word("planning", target=run.target.name, plan=plan).strip("`")
    scenario = Path(run.replayed_from).stem if run.target.kind in SHOWN else ""  # of a recorded lab server
    return voice.word("planning-recorded", target=run.target.folder, scenario=scenario, plan=plan).strip("`")


def _planned(run: Run, results: Iterable[Result], voice: Voice) -> Iterator[Action]:
    """Yield the step that plans the remedies of the failures, if there is one."""
    failed = [run.contract[result.id].remedy for result in results if result.outcome is Outcome.FAIL]
    remedies = tuple(dict.fromkeys(name for name in failed if name))
    if remedies:
        text = voice.word("remedy-1" if len(remedies) == 1 else "remedy-n", remedies=", ".join(remedies))
        yield Action(text, planning(run, remedies, voice), voice.word("where-here"), remedies)


def _own(run: Run, voice: Voice) -> str:
    """Return the target for a command. Nobody has the folder of a recorded lab server: there a reader fills in a target."""
    return voice.word("your-target") if run.replayed_from and run.target.kind in SHOWN else run.target.folder


def _next(criterion: Criterion, result: Result) -> Text:
    """Return the advice of the first finding that has one and explains the outcome, otherwise the criterion's."""
    found = (criterion.finding.get(finding.name) for finding in result.findings)
    wanted = [
        text for text in found if text and text.next and (text.reserve if result.outcome.settled else text.failing)
    ]
    return wanted[0].next or criterion.next if wanted else criterion.next
