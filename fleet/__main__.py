"""Implements `python -m fleet COMMAND`: many servers, audited side by side, here or on a cluster, and judged together."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fixtures.ask.redaction import error_text
from fixtures.session.options import ROOT
from fixtures.target.addresses import addresses
from fleet.checking import checked
from fleet.dask.commands import REFUSED, SERVICES, run_service
from fleet.fixing.wanted import FleetFix, wanted
from fleet.inventory.fleet_toml import load_fleet
from fleet.inventory.inventory import Fleet, FleetError
from fleet.message import news
from fleet.options import parser
from fleet.rendering import read_file, rendered_again
from fleet.round import RoundError, schema
from fleet.running.audit import RoundOptions, audit_fleet
from fleet.running.pool import at_once
from gate.command import UNUSABLE, complain, spoken, status_of
from gate.contract import ContractError
from notify.sending import no_audit, send, trial
from reports.text.words import Voice

OUT = ROOT / "reports" / "out" / "fleet"


def main(words: list[str]) -> int:
    """Run a command and return its exit status.

    `audit` returns that of the decision: 0, 1, 10 or 11, and 130 if it was stopped. 4: something is wrong, in one line.
    """
    given = parser().parse_args(words)
    try:
        if given.command in COMMANDS:
            return COMMANDS[given.command](given)
        if given.command in SERVICES:
            return run_service(given, _say)
        for line in _answer(given):
            print(line)
    except (FleetError, ContractError, RoundError, *REFUSED) as error:
        return complain(error_text(error), UNUSABLE)
    return 0


def _audit(given: argparse.Namespace) -> int:
    fleet = load_fleet(given.fleet)
    options = RoundOptions(
        reports=given.reports or OUT / fleet.name,
        group=given.group,
        at_once=given.at_once or (0 if given.scheduler else at_once()),
        drills_at_once=0 if given.no_drills else given.drills_at_once,
        language=given.lang,
        pages=given.pages,
        sample=given.sample,
        kept=given.kept,
        fix=_fix(given, fleet),
        inventory=given.fleet,
        scheduler=given.scheduler or "",
        certificates=given.certificates,
    )
    return audit_fleet(fleet, options, _say)


def _fix(given: argparse.Namespace, fleet: Fleet) -> FleetFix | None:
    """Return what `--fix` asks for. Raises FleetError if it is asked for in a way that cannot be."""
    if given.fix_disruptive and given.fix is None:
        raise FleetError("--fix-disruptive has no effect without --fix; add --fix")
    if given.scheduler and given.fix is not None:
        raise FleetError("--fix repairs from this machine alone; leave out --scheduler")
    servers = fleet.group(given.group)
    return None if given.fix is None else wanted(given.fix, given.fix_disruptive, given.fix_at_once, servers)


def _notify(given: argparse.Namespace) -> int:
    """Send at most one message to each address in [notify] of the inventory; return 0, or 1 if one was not delivered."""
    fleet = load_fleet(given.fleet)
    voice, folder = Voice(fleet.notify.language), Path(fleet.folder)
    make = (
        trial(fleet.title, voice)
        if given.what == "test"
        else no_audit(fleet.title, fleet.name, voice)
        if given.what == "failed"
        else news(read_file(given.reports or OUT / fleet.name), voice, fleet.notify.link, sample_run=given.light)
    )
    return send(addresses(fleet.notify, folder), make, None if given.what == "test" else given.state or folder, _say)


def _check(given: argparse.Namespace) -> int:
    """Check each server; return 0 if everything can be observed, and 10 if not."""
    fine = True
    for server in load_fleet(given.fleet).group(given.group):
        if not server.recorded:
            for line, is_fine in checked(server, given.lang):
                fine = fine and is_fine
                _say(line)
    return 0 if fine else 10


def _say(line: str) -> None:
    print(line, flush=True)


def _answer(given: argparse.Namespace) -> Iterator[str]:
    match given.command:
        case "list":
            yield from _listed(load_fleet(given.fleet), given.group)
        case "settings":
            yield _settings(load_fleet(given.fleet), given.server)
        case "render":
            yield from rendered_again(given)
        case _:
            yield msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode()


def _listed(fleet: Fleet, group: str) -> Iterator[str]:
    servers = fleet.group(group)
    width = max(len(server.name) for server in servers)
    for server in servers:
        groups = ", ".join(filter(None, (server.site, server.ring, *server.groups)))
        yield f"{server.name:{width}}  {server.title}{f' ({groups})' if groups else ''}  {server.target}"


def _settings(fleet: Fleet, name: str) -> str:
    for server in fleet.servers:
        if server.name == name:
            return server.layers.variable()
    raise FleetError(spoken(f"{name}: no such server in this fleet; see: .venv/bin/python -m fleet list"))


COMMANDS = {"audit": _audit, "notify": _notify, "check": _check}

if __name__ == "__main__":
    sys.exit(status_of(main, sys.argv[1:]))
