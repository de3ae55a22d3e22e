"""`python -m testing.kills --target=LAB`: every remedy ended at every boundary, within every step, and while it is taken back.

After each kill the server is as before or after each step, the next run takes everything back (files, objects, images
with their labels, archives), no backup and no line of a log is lost, and in the end the remedy is applied whole. Half of
the kills end everything on the host at once, half only cut the connection. Then each remedy meets a full disk, an API that
is down, read-only and mounted targets, links, attributes, another owner, and an older run under a newer one.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from fixtures.ask.answer import Unknown
from fixtures.session.registry import registered_facts
from remediations.transaction.plan import Plan
from remediations.transaction.remedy import Remedy, load_remedies
from testing.kills.circumstances import CIRCUMSTANCES, met, under_a_newer
from testing.kills.killing import (
    Before,
    Kill,
    Killed,
    finished,
    killed_after,
    killed_at,
    killed_in,
    killed_undoing,
    measured,
)
from testing.kills.server import Server

WAYS = (("power", Server.fall), ("cut", Server.cut))
FULL = 200  # kills from which on every remedy meets every circumstance
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
        results += _circumstances(server, planned, options.kills, chance)
        results += _finished(server, planned) if options.kills >= FULL else ()
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
    """Boundaries, steps and undo in both ways first, then random moments; of fewer, chance takes its pick."""
    places = 2 * (2 * len(server.plan(remedy).steps) + 2)
    seconds = measured(server, server.plan(remedy)) if kills > places else 0.0
    before = Before(server.state(), server.kept())
    for number in sorted(chance.sample(range(max(kills, places)), kills)):
        way, kill = WAYS[number % 2]
        plan, began = server.plan(remedy), time.monotonic()
        killed = _killed(server, plan, number // 2, partial(kill, server), before, seconds, chance)
        print(
            f"{remedy.name:16} {number + 1:3} {way:5} {killed.where:22} {killed.steps:2} steps taken back "
            f"{time.monotonic() - began:5.1f} s  {killed.wrong or 'whole'}",
            flush=True,
        )
        yield killed


def _killed(
    server: Server, plan: Plan, place: int, kill: Kill, before: Before, seconds: float, chance: random.Random
) -> Killed:
    """At that place: behind so many steps, within one, while it is taken back, or wherever chance wants."""
    steps = len(plan.steps)
    if place <= steps:
        return killed_after(server, plan, place, kill, before)
    if place <= 2 * steps:
        return killed_in(server, plan, place - steps, kill, before)
    if place == 2 * steps + 1:
        return killed_undoing(server, plan, chance.uniform(0, 2), kill, before)
    return killed_at(server, plan, chance.uniform(0, min(LONGEST, seconds * 1.1)), kill, before)


def _circumstances(server: Server, remedies: list[Remedy], kills: int, chance: random.Random) -> Iterator[Killed]:
    """Each with every remedy it can meet, or, of fewer kills, every third with one that chance takes."""
    some = CIRCUMSTANCES[2::3]  # without the API, for which each step back waits two minutes, three times
    for one in CIRCUMSTANCES if kills >= FULL else some:
        able = [remedy for remedy in remedies if one.of(server.plan(remedy))]
        for remedy in able if kills >= FULL else chance.sample(able, min(1, len(able))):
            yield _shown(f"{remedy.name:16}", met(server, remedy, one, chance))
    left = [remedy for remedy in remedies if server.plan(remedy).steps]  # what was deleted once is not there again
    for first, second in pairwise(left):
        yield _shown("two runs        ", under_a_newer(server, first, second))
        if kills < FULL:
            break


def _shown(what: str, killed: Killed) -> Killed:
    print(f"{what} {killed.where}  {killed.wrong or 'whole'}", flush=True)
    return killed


def _finished(server: Server, remedies: list[Remedy]) -> Iterator[Killed]:
    """In the end each is applied whole."""
    for remedy in remedies:
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
