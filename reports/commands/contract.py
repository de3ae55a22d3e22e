"""Implements `python -m reports list` and `explain ID`, which show the contract without contacting a server."""

import difflib
from collections.abc import Iterator

from gate.command import spoken
from gate.contract import Contract, ContractError, Criterion
from reports.commands.observed import judged_by, question
from reports.session.terminal import columns, plain, wrapped
from reports.text.words import Voice


def listed(contract: Contract, voice: Voice) -> Iterator[str]:
    """Yield one line for each criterion."""
    for id, criterion in contract.items():
        weight = voice.word("blocking" if criterion.blocking else "advisory")
        target = voice.bound(criterion.bound)
        yield f"{id:<10} {criterion.kind:<9} {weight:<9} {target:<16} {voice.title(criterion)}"


def explained(id: str, contract: Contract, voice: Voice) -> Iterator[str]:
    """Yield the lines that explain one criterion. Raises ContractError for an unknown id."""
    if id not in contract:
        near = difflib.get_close_matches(id.upper(), contract, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else spoken("see: python -m reports list")
        raise ContractError(f"{id}: no such criterion; {hint}")
    criterion = contract[id]
    yield f"{id}  {voice.title(criterion)}"
    for label, text in _rows(id, criterion, voice):
        first, *more = wrapped(plain(text), columns(), 26)
        yield f"  {label:<24}{first}"
        yield from (f"{'':<26}{line}" for line in more)


def _rows(id: str, criterion: Criterion, voice: Voice) -> Iterator[tuple[str, str]]:
    yield voice.word("why"), voice.text(criterion.why)
    weight = voice.word("blocking" if criterion.blocking else "advisory")
    plan = voice.word("plan-chapter", plan=criterion.plan)
    yield voice.word("basis"), f"{plan}{voice.colon}{voice.say('basis', criterion.basis)}{voice.semicolon}{weight}"
    yield voice.word("target"), voice.bound(criterion.bound)
    yield voice.word("kind"), voice.say("kind", criterion.kind)
    test = judged_by(id)
    yield voice.word("observed-by"), test.node if test else voice.word("none")
    for fact in test.facts if test else ():
        yield voice.word("facts"), f"{fact.name}{voice.colon}{' '.join(question(fact).split())[:300]}"
    yield voice.word("remedy"), criterion.remedy or voice.word("none")
    yield voice.word("owner"), voice.say("owner", criterion.owner)
    yield voice.word("todo"), voice.outline(criterion, criterion.next)
