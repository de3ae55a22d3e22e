"""`python -m testing.kills --target=LAB`: every remedy ended at every boundary of its steps and at random moments.

After each kill the server is as before or after each step, the next run takes everything back, and in the end the
remedy is applied whole. Half of the kills end everything on the host at once, half only cut the connection.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fixtures.ask.answer import Unknown
from fixtures.session.registry import registered_facts
from remediations.transaction.remedy import Remedy, load_remedies
from testing.kills.killing import Killed, finished, killed_after, killed_at, measured
from testing.kills.server import Server

WAYS = (("power", Server.fall), ("cut", Server.cut))
LONGEST = 20.0  # seconds into a remedy within which a random kill falls


def main(words: list[str]) -> int:
    """0 when every kill left the server whole."""
    options = _options(words)
    registered_facts()
    chance = random.Random(options.seed)  # noqa: S311 — to be repeated, not to be secret
    server = Server(options.target)
    print(f"seed {options.seed}")
    try:
        remedies = [remedy for remedy in load_remedies().values() if not options.only or remedy.name in options.only]
        planned = [remedy for remedy in remedies if _planned(server, remedy)]
        each = math.ceil(options.kills / max(1, len(planned)))
        results = [result for remedy in planned for result in _remedy(server, remedy, each, chance)]
    finally:
        server.close()
    wrong = [result for result in results if result.wrong]
    print(f"{len(results)} kills, {len(wrong)} left something wrong")
    return 1 if wrong or not results else 0


def _planned(server: Server, remedy: Remedy) -> bool:
    """It has something to do here; if not, that is told."""
    try:
        plan = server.plan(remedy)
    except Unknown as unknown:
        print(f"{remedy.name}: cannot be planned here: {unknown.code} {dict(unknown.values)}", flush=True)
        return False
    if not plan.steps:
        print(f"{remedy.name}: nothing to do here", flush=True)
    return bool(plan.steps)


def _remedy(server: Server, remedy: Remedy, kills: int, chance: random.Random) -> Iterator[Killed]:
    """Every boundary in both ways first, then random moments; of fewer than the boundaries, chance takes its pick."""
    plan = server.plan(remedy)
    seconds = measured(server, plan)
    before, boundaries = server.state(), 2 * (len(server.plan(remedy).steps) + 1)
    for number in sorted(chance.sample(range(max(kills, boundaries)), kills)):
        way, kill = WAYS[number % 2]
        plan, steps, began = server.plan(remedy), number // 2, time.monotonic()
        killed = (
            killed_after(server, plan, steps, partial(kill, server), before)
            if steps <= len(plan.steps)
            else killed_at(server, plan, chance.uniform(0, min(LONGEST, seconds * 1.1)), partial(kill, server), before)
        )
        print(
            f"{remedy.name:16} {number + 1:3} {way:5} {killed.where:22} {killed.steps:2} steps taken back "
            f"{time.monotonic() - began:5.1f} s  {killed.wrong or 'whole'}",
            flush=True,
        )
        yield killed
    why = finished(server, server.plan(remedy))
    print(f"{remedy.name}: {why or 'applied'}", flush=True)
    if why:
        yield Killed("the run that was not killed", 0, why)


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m testing.kills", description=__doc__)
    parser.add_argument("--target", required=True, type=Path)
    parser.add_argument(
        "--kills", type=int, default=200, help="in all, shared out over the remedies that have something to do"
    )
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], metavar="REMEDY,…")
    parser.add_argument("--seed", type=int, default=20260211)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
