"""`make bench`: how long an audit takes, compared with one login and one `true`, and with plain testinfra.

Everything is measured in one run on one lab server, with a round trip of 0 and of 50 ms (testing/delay.py), after a
warm-up. Each time is the median of the runs. The ratios hold on other machines as well; the seconds do not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from statistics import median

import testinfra

from fixtures.ask.answer import Answer
from fixtures.ask.connection import Connection
from fixtures.ask.facts import Asked, Fact
from fixtures.session.registry import registered_facts
from fixtures.session.sources import ask_host
from fixtures.target import Target, variables
from fixtures.target.folder import load_target
from testing.delay import delayed

ROOT = Path(__file__).parents[1]
OUT = ROOT / "reports" / "out" / "bench.json"
ROUND_TRIPS = (0, 50)  # milliseconds
WARMING = 2  # how many ways are run once for warm-up: the floor and our facts, since the others ask the same
Table = dict[str, dict[int, float]]


def floor(target: Target) -> None:
    """The least an audit can do: one login and one exchange."""
    with ssh_config(target, "") as config:
        subprocess.run(["ssh", "-F", config, "target", "true"], check=True)


def gather(target: Target, facts: list[Fact]) -> None:
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


def audit(target: Target) -> None:
    """The whole audit without drills, including the start of Python, the cluster, the health checks and the reports."""
    with tempfile.TemporaryDirectory() as reports:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", f"--target={target.folder}", "-m", "not drill", f"--reports={reports}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    if done.returncode not in (0, 1, 10, 11):
        raise RuntimeError(f"the audit ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")


def plain_testinfra(target: Target, facts: list[Fact], control: str) -> None:
    """The same facts, one command each, as a suite of plain testinfra tests asks them."""
    given = "".join(f"{name}={quote(value)}\n" for name, value in variables(target).items())
    with ssh_config(target, control) as config:
        host = testinfra.get_host("ssh://target", ssh_config=config)
        for fact in facts:
            shell = "sudo -n sh -c %s" if fact.asked is Asked.ROOT else "sh -c %s"
            host.run(shell, given + fact.ask)
        if control:
            subprocess.run(["ssh", "-F", config, "-O", "exit", "target"], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def ssh_config(target: Target, control: str) -> Iterator[str]:
    """Yield the path of our ssh_config, with another ControlPath or none."""
    connection = Connection(target)
    lines = [line for line in connection.config.read_text().splitlines() if "ControlPath" not in line]
    lines += [f"  ControlPath {connection.folder}/{control}"] if control else []
    connection.config.write_text("\n".join(lines) + "\n")
    try:
        yield str(connection.config)
    finally:
        connection.close()


def measure(target: Target, runs: int) -> Table:
    """Return the median seconds of each way, by the round trip in milliseconds."""
    facts = [fact for fact in registered_facts() if fact.asked in (Asked.HOST, Asked.ROOT)]
    ways: dict[str, Callable[[], None]] = {
        "floor: one login, one `true`": lambda: floor(target),
        f"ours: {len(facts)} facts of the host in one exchange": lambda: gather(target, facts),
        "ours: the whole audit without drills": lambda: audit(target),
        f"testinfra with ControlPath: {len(facts)} commands": lambda: plain_testinfra(target, facts, "control"),
        f"plain testinfra: {len(facts)} commands": lambda: plain_testinfra(target, facts, ""),
    }
    table: Table = {way: {} for way in ways}
    for round_trip in ROUND_TRIPS:
        with delayed(target.host.address, round_trip):
            _round(dict([*ways.items()][:WARMING]), f"{round_trip} ms, warm-up")
            rounds = [_round(ways, f"{round_trip} ms, round {number} of {runs}") for number in range(1, runs + 1)]
        for way in ways:
            table[way][round_trip] = median(took[way] for took in rounds)
    return table


def _round(ways: Mapping[str, Callable[[], None]], title: str) -> dict[str, float]:
    """Return the seconds of each way, run once in turn, so that a disturbance affects all of them."""
    took = {way: timed(go) for way, go in ways.items()}
    print(f"  {title}: " + ", ".join(f"{seconds:.2f} s" for seconds in took.values()), file=sys.stderr, flush=True)
    return took


def timed(go: Callable[[], None]) -> float:
    """Return how many seconds a call takes."""
    began = time.monotonic()
    go()
    return time.monotonic() - began


def ratios(table: Table) -> Iterator[str]:
    """Yield the lines of the table: seconds, and the multiple of the floor."""
    least = next(iter(table.values()))
    yield f"{'':50}" + "".join(f"{f'{trip} ms round trip':>22}" for trip in ROUND_TRIPS)
    for way, took in table.items():
        yield f"{way:50}" + "".join(f"{took[trip]:>13.2f} s {took[trip] / least[trip]:>4.1f} ×" for trip in ROUND_TRIPS)


def main() -> None:
    """Measure, print the table, and write it to reports/out/bench.json."""
    parser = argparse.ArgumentParser(prog="python -m testing.bench", description="How long looking takes.")
    parser.add_argument("--target", type=Path, required=True, metavar="FOLDER", help="the target of a lab that is up")
    parser.add_argument("--runs", type=int, default=5, help="counted runs after the warm-up (5)")
    options = parser.parse_args()
    table = measure(load_target(options.target), options.runs)
    print(*ratios(table), sep="\n")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"way": way, "round_trip_ms": trip, "seconds": round(seconds, 3)}
        for way, trips in table.items()
        for trip, seconds in trips.items()
    ]
    OUT.write_text(json.dumps({"runs": options.runs, "medians": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
