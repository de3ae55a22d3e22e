"""What of each server an audit will be able to observe, in a few lines for each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from fixtures.__main__ import cures, describe
from fixtures.check.reachability import check
from fixtures.site.criteria import contract_of
from fixtures.target.folder import load_target
from fleet.inventory.inventory import Server
from gate.contract import load_contract
from gate.people import load_people
from reports.text.words import Voice


def checked(server: Server, language: str) -> Iterator[tuple[str, bool]]:
    """Yield how much of a server can be observed, and a line about whatever cannot, each with whether it is fine."""
    target = load_target(Path(server.target), layers=server.layers)
    people = load_people(Path(target.folder), contract_of(target, load_contract()), datetime.now(UTC))
    found = [one for _, alike in groupby(check(target, people), key=cures) for one in describe(alike, language)]
    wrong = [line for line, fine in found if not fine]
    values = {"name": server.name, "fine": len(found) - len(wrong), "wrong": len(wrong)}
    yield Voice(language).say("fleet", "checked", values), not wrong
    yield from ((f"    {line}", False) for line in wrong)
