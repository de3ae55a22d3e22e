"""Audits a fleet: from the inventory to the round, its decision and its reports."""

import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fleet.dask.cluster import Cluster
from fleet.decision import decide_fleet
from fleet.exports import ROUND, SERVERS, write_all
from fleet.fixing.applied import applied_lines, went_wrong
from fleet.fixing.plans import plan_lines
from fleet.fixing.wanted import FleetFix, ring_order
from fleet.inventory.inventory import Fleet, FleetError, Server
from fleet.round import Round, RoundError, read_round
from fleet.rows import Heard, new_round
from fleet.running.conductor import Conductor, Limits
from fleet.running.order import Order
from fleet.running.pool import Pool
from fleet.running.progress import Progress
from fleet.running.worker import audit_server
from fleet.text import summary
from gate.acting import make_folders
from gate.bounded import MOST_RECORDED, read_bounded
from gate.command import INTERRUPTED
from reports.text.words import Voice

STAGGER = 10  # seconds between the starts of two audits with drills
UNBOUNDED = 1e6  # seconds: a cluster gives up its audits itself, from when a worker began with them
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RoundOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a round is made. 0 for `drills_at_once` leaves the drills out, and None for `fix` changes nothing.

    `inventory` is the file of the fleet, for the commands that are printed.
    `scheduler` is the address of a cluster, or "" for this machine alone; 0 for `at_once` is as many as the cluster takes.
    """

    reports: Path
    group: str = ""
    at_once: int = 1
    drills_at_once: int = 0
    language: str = "en"
    fix: FleetFix | None = None
    inventory: Path = Path("targets/fleet.toml")
    scheduler: str = ""
    certificates: Path = Path()

    @property
    def changes(self) -> bool:
        """Whether servers are changed."""
        return self.fix is not None and not self.fix.plan_only

    @property
    def in_flight(self) -> int:
        """How many audits are in flight at once."""
        return min(self.at_once, self.fix.at_once) if self.fix and self.changes else self.at_once


def audit_fleet(fleet: Fleet, options: RoundOptions, tell: Callable[[str], None]) -> int:
    """Audit the servers of the group, write the reports of the fleet, and return the exit status of its decision.

    Raises FleetError if there is no such group, or if nothing can be written.
    """
    asked, voice, started = fleet.group(options.group), Voice(options.language), datetime.now(UTC)
    earlier = _earlier(options.reports / ROUND, fleet)
    progress = Progress(len(asked), voice, tell)
    with tempfile.TemporaryDirectory() as private, _stopping(Path(private) / "stop", voice, tell) as stop:
        told = _audited(_orders(asked, fleet, options, stop), fleet, options, progress, stop)
        round = new_round(fleet, told, asked, earlier, (started, datetime.now(UTC)))
        wrong = write_all(round, options.reports, options.language)
        for line in (*wrong, *_fixed(told, asked, options, voice), *summary(round, voice, options.reports)):
            tell(line)
    return INTERRUPTED if round.unfinished else decide_fleet(round).verdict.status


def _audited(
    orders: Sequence[Order], fleet: Fleet, options: RoundOptions, progress: Progress, stop: Path
) -> dict[str, Heard]:
    pool, limits = _engine(fleet, options, len(orders), progress.tell)
    limits = msgspec.structs.replace(limits, grace=limits.grace + max(order.patience for order in orders))
    try:
        return Conductor(pool.make, audit_server, limits, progress, stop.exists, halts=_halts(options)).run(orders)
    finally:
        pool.close()


def _engine(
    fleet: Fleet, options: RoundOptions, servers: int, tell: Callable[[str], None]
) -> tuple[Pool | Cluster, Limits]:
    """Return the workers of this machine, or those of the scheduler, and how many audits they run at once."""
    if not options.scheduler:
        drills = options.drills_at_once or options.at_once
        return Pool(min(options.in_flight, servers)), Limits(options.in_flight, drills, stagger=STAGGER)
    cluster = Cluster(options.scheduler, options.certificates, fleet, options.language, tell)
    at_once = options.at_once or cluster.slots
    return cluster, Limits(at_once, options.drills_at_once or at_once, grace=UNBOUNDED, stagger=STAGGER)


def _halts(options: RoundOptions) -> Callable[[Heard], bool]:
    return lambda told: options.changes and bool(went_wrong(told))


def _fixed(told: Mapping[str, Heard], asked: Sequence[Server], options: RoundOptions, voice: Voice) -> Iterable[str]:
    """Return what the terminal says of `--fix`: the plan of the fleet, or what was changed."""
    if options.fix is None:
        return ()
    if options.fix.plan_only:
        return plan_lines(told, [server.name for server in asked if not server.recorded], voice)
    return applied_lines(told, asked, options.inventory, voice)


def _orders(asked: Sequence[Server], fleet: Fleet, options: RoundOptions, stop: Path) -> list[Order]:
    """Return an order for each server. Where servers are changed, ring follows ring in the order of the inventory."""
    turns = ring_order(fleet) if options.changes else {}
    return [_order(server, fleet, options, stop, turns.get(server.name, 0)) for server in asked]


def _order(server: Server, fleet: Fleet, options: RoundOptions, stop: Path, turn: int) -> Order:
    fix = options.fix if options.fix and not server.recorded else None
    words = [f"--lang={options.language}", *([] if options.drills_at_once else ["-m", "not drill"])]
    words += fix.words if fix else ()
    return Order(
        name=server.name,
        target=server.target,
        reports=str((options.reports / SERVERS / server.name).absolute()),
        settings="" if server.recorded else server.layers.variable(),
        words=tuple(words),
        seconds=fleet.minutes * 60,
        drills=bool(options.drills_at_once) and not server.recorded,
        stop=str(stop),
        turn=turn,
        patience=fix.patience if fix else 0.0,
    )


def _earlier(file: Path, fleet: Fleet) -> Round | None:
    """Return the round before. Raises FleetError if its file is damaged or of another fleet, or cannot be written."""
    try:
        make_folders(file.parent)
        round = read_round(read_bounded(file, MOST_RECORDED), str(file))
    except FileNotFoundError:
        return None
    except RoundError as error:
        raise FleetError(f"{error}; move it away: the days of the rings then begin anew") from error
    except OSError as error:
        raise FleetError(f"{file}: cannot be used: {error.strerror}; name another folder: --reports FOLDER") from error
    if round.name != fleet.name:
        raise FleetError(
            f"{file}: is of the fleet {round.name}, not of {fleet.name}; name another folder: --reports FOLDER"
        )
    return round


@contextmanager
def _stopping(stop: Path, voice: Voice, tell: Callable[[str], None]) -> Iterator[Path]:
    """Make the file `stop` at the first Ctrl-C, or when the round is asked to end; further ones change nothing."""

    def asked(_signal: int, _frame: object) -> None:
        if not stop.exists():
            stop.touch()
            tell(voice.say("fleet", "stopping"))

    before = {number: signal.signal(number, asked) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
