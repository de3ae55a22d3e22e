"""What `--fix` asks of a fleet, validated before any server is contacted."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from fixtures.target.folder import load_target
from fleet.inventory.inventory import Fleet, FleetError, Server
from gate.contract import load_contract
from remediations.transaction.apply import UNDO_SECONDS
from remediations.transaction.choice import parse
from remediations.transaction.remedy import load_remedies

SLACK = 60.0  # seconds that an audit has to end itself after everything was taken back


class FleetFix(msgspec.Struct, frozen=True):
    """How the servers of a round are repaired: the words of each audit, and how many servers at once.

    `plan_only` says that nothing is changed, and then `at_once` is no bound.
    """

    words: tuple[str, ...]
    plan_only: bool
    at_once: int

    @property
    def patience(self) -> float:
        """Seconds that an audit has to take back what it began, after it was told to end."""
        return 0.0 if self.plan_only else UNDO_SECONDS + SLACK


def wanted(written: str, disruptive: bool, at_once: int, servers: Iterable[Server]) -> FleetFix:
    """Return what `--fix=WRITTEN` asks of these servers.

    Raises FleetError: a line for each server that cannot be repaired, or one for an unknown name. Recordings are judged
    and left alone, but not all of them may be recordings.
    """
    live = [server for server in servers if not server.recorded]
    if not live:
        raise FleetError(
            "--fix: these are recordings, which cannot be changed; name a group with a live server: --group=NAME"
        )
    wrong = [why for server in live if (why := _no_root(server))]
    if wrong:
        raise FleetError("\n".join(wrong))
    try:
        plan_only = parse(written, disruptive, load_contract(), load_remedies()).plan_only
    except ValueError as error:
        raise FleetError(f"--fix: {error}") from error
    return FleetFix((f"--fix={written}", *(["--fix-disruptive"] if disruptive else [])), plan_only, at_once)


def _no_root(server: Server) -> str:
    target = load_target(Path(server.target), layers=server.layers)
    if target.host.root != "none":
        return ""
    return f'{server.target}: [host] root = "none"; remedies need root\'s rights: leave it out: --group=NAME'


def ring_order(fleet: Fleet) -> dict[str, int]:
    """Return the place of each server in the order of the rings; those without a ring come last."""
    rings = {ring.name: place for place, ring in enumerate(fleet.rings)}
    return {server.name: rings.get(server.ring, len(rings)) for server in fleet.servers}
