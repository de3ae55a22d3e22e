"""One plan for a fleet: servers on which a remedy would do the very same stand together."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from fleet.rows import Heard
from gate.run import Intervention
from reports.text.words import Voice, shown, visible

MOST_LETTERS = 1000  # of a line


class SharedPlan(msgspec.Struct, frozen=True):
    """A plan of a remedy, the servers that it is for, and all criteria that it is for on any of them."""

    plan: Intervention
    servers: tuple[str, ...]
    criteria: tuple[str, ...]


def grouped(told: Mapping[str, Heard]) -> tuple[SharedPlan, ...]:
    """Return the plans of all servers, each once: those for most servers first."""
    groups: dict[tuple[str, str], list[tuple[str, Intervention]]] = {}
    for name, heard in told.items():
        for one in heard.changes:
            if one.plan is not None:
                groups.setdefault((one.remedy, one.plan.en), []).append((name, one))
    found = [
        SharedPlan(
            held[0][1],
            tuple(sorted(name for name, _ in held)),
            tuple(dict.fromkeys(id for _, one in held for id in one.criteria)),
        )
        for held in groups.values()
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.servers), one.plan.remedy, one.servers)))


def plan_lines(told: Mapping[str, Heard], asked: Sequence[str], voice: Voice) -> Iterator[str]:
    """Yield the lines of the fleet's plan: each different plan with its servers, and the servers without one."""
    plans = grouped(told)
    for one in plans:
        yield ""
        yield from _plan(one, len(asked), voice)
    yield ""
    planned = {name for one in plans for name in one.servers}
    rest = [name for name in asked if name not in planned]
    judged = [name for name in rest if name in told and (found := told[name].judged) and found.reached]
    if judged:
        yield voice.say("fleet", "plan-none", {"names": judged})
    if unknown := [name for name in rest if name not in judged]:
        yield voice.say("fleet", "plan-unknown", {"names": unknown})
    steps = sum(len(one.plan.steps) * len(one.servers) for one in plans)
    yield voice.say("fleet", "plan-all", {"plans": len(plans), "steps": steps, "servers": len(planned)})


def _plan(one: SharedPlan, servers: int, voice: Voice) -> Iterator[str]:
    risk = voice.say("fix", one.plan.risk)
    head = voice.say("fix", "plan", {"remedy": one.plan.remedy, "risk": risk, "ids": ", ".join(one.criteria)})
    spread = voice.say("fleet", "on", {"count": len(one.servers), "servers": servers})
    yield f"{head}, {spread}{voice.colon}{', '.join(map(shown, one.servers))}"
    text = one.plan.plan.in_language(voice.language) if one.plan.plan else ""
    yield from (visible(line, MOST_LETTERS) for line in text.splitlines())
