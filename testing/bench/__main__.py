"""Measure on one lab server that is up, with a round trip of 0 and of 50 ms (testing/delay.py), after a warm-up.

The ways take turns, and each figure is the median of the runs. Ratios, counts and bytes hold on other machines as well;
seconds do not. Each run is kept in reports/out/bench; testing/bench/compare.py compares two of them.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from fixtures.ask.answer import Answer
from fixtures.ask.connection import Connection
from fixtures.ask.facts import Asked, Fact
from fixtures.session.registry import registered_facts
from fixtures.session.sources import ask_host
from fixtures.target import Target
from fixtures.target.folder import load_target
from testing.bench.cost import Cost, Meter, middle, ran
from testing.bench.others import installed, plain_testinfra, ssh_config
from testing.bench.table import Bench, Kept, table
from testing.delay import delayed

ROOT = Path(__file__).parents[2]
OUT = ROOT / "reports" / "out" / "bench"
ROUND_TRIPS = (0, 50)  # milliseconds
VERDICTS = (0, 1, 10, 11)
WARMING = 2  # how many ways are run once for warm-up: the floor and our facts, since the others ask the same
Way = Callable[[], float]  # returns the memory that it took in MB, 0 where that is not known


def floor(target: Target) -> float:
    """The least an audit can do: one login and one exchange."""
    with ssh_config(target, "") as config:
        return ran(["ssh", "-F", config, "target", "true"], ROOT)


def gather(target: Target, facts: list[Fact]) -> float:
    """One login, and every fact of the host in one exchange, as the audit asks them."""
    connection = Connection(target)
    try:
        connection.open()
        futures: Mapping[str, Future[Answer]] = {fact.name: Future() for fact in facts}
        ask_host(facts, connection, futures)
        for future in futures.values():
            future.result()
    finally:
        connection.close()
    return 0.0


def audit(target: str, marks: str) -> float:
    """An audit, including the start of Python, the cluster, the health checks and the reports."""
    with tempfile.TemporaryDirectory() as reports:
        words = ["-m", "pytest", f"--target={target}", "-m", marks, f"--reports={reports}"]
        return ran([sys.executable, *words], ROOT, VERDICTS)


def all_ways(target: Target, tools: Path | None) -> dict[str, Way]:
    """Return the ways by their names; each is compared with the first."""
    facts = [fact for fact in registered_facts() if fact.asked in (Asked.HOST, Asked.ROOT)]
    recorded = f"replay:{ROOT / 'lab' / 'recordings' / 'ready.json'}"
    return {
        "floor: one login, one `true`": partial(floor, target),
        f"ours: {len(facts)} facts of the host in one exchange": partial(gather, target, facts),
        "ours: the whole audit without drills": partial(audit, str(target.folder), "not drill"),
        "ours: a sample": partial(audit, str(target.folder), "sample"),
        "ours: a recording judged again": partial(audit, recorded, "not drill"),
        "python -c 'import pytest'": lambda: ran([sys.executable, "-c", "import pytest"], ROOT),
        f"testinfra with ControlPath: {len(facts)} commands": partial(plain_testinfra, target, facts, "control"),
        f"plain testinfra: {len(facts)} commands": partial(plain_testinfra, target, facts, ""),
        **{f"{name}: {len(facts)} tasks": partial(way, target, facts) for name, way in installed(tools).items()},
    }


def measure(target: Target, runs: int, tools: Path | None) -> list[Kept]:
    """Return the median costs of each way, at each round trip."""
    ways, meter, rows = all_ways(target, tools), Meter(target.host.address), []
    for trip in ROUND_TRIPS:
        with delayed(target.host.address, trip):
            _round(meter, dict([*ways.items()][:WARMING]), f"{trip} ms, warm-up")
            rounds = [_round(meter, ways, f"{trip} ms, round {number} of {runs}") for number in range(1, runs + 1)]
        rows += [Kept(way, trip, middle([took[way] for took in rounds])) for way in ways]
    return rows


def _round(meter: Meter, ways: Mapping[str, Way], title: str) -> dict[str, Cost]:
    """Return the costs of each way, run once in turn, so that a disturbance affects all of them."""
    took = {way: meter.cost(go) for way, go in ways.items()}
    print(f"  {title}: {', '.join(f'{cost.seconds:.2f} s' for cost in took.values())}", file=sys.stderr, flush=True)
    return took


def main() -> None:
    """Measure, print the table, and keep it."""
    parser = argparse.ArgumentParser(prog="python -m testing.bench", description="How long looking takes.")
    parser.add_argument("--target", type=Path, required=True, metavar="FOLDER", help="the target of a lab that is up")
    parser.add_argument("--runs", type=int, default=5, help="counted runs after the warm-up (5)")
    parser.add_argument(
        "--tools", type=Path, metavar="VENV", help="a venv with ansible-core or pyinfra, to compare with"
    )
    options = parser.parse_args()
    rows = measure(load_target(options.target), options.runs, options.tools)
    print(*table(rows), sep="\n")
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(Bench(options.runs, tuple(rows))), indent=1) + b"\n")
    print(f"kept in {file}")


if __name__ == "__main__":
    main()
