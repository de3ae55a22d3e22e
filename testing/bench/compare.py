"""`make bench-compare OLD=FILE NEW=FILE`: how the costs of each way changed from one bench to another."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from testing.bench.cost import UNITS
from testing.bench.table import Bench, Kept, read_bench


def compared(old: Bench, new: Bench) -> Iterator[str]:
    """Yield a line for each way that both have, with NEW as a multiple of OLD for each cost that OLD had."""
    before = {(_way(row), row.round_trip_ms): row.cost for row in old.medians}
    yield f"{'NEW / OLD':58}" + "".join(f"{name:>11}" for name in UNITS)
    for row in new.medians:
        cost = before.get((_way(row), row.round_trip_ms))
        if cost is not None:
            costs = ((getattr(row.cost, name), getattr(cost, name)) for name in UNITS)
            yield f"{row.way:50}{row.round_trip_ms:>5} ms" + "".join(f"{_ratio(*pair):>11}" for pair in costs)


def _way(row: Kept) -> str:
    """Return the way without the number of its questions, which grows."""
    return re.sub(r"\d+", "", row.way)


def _ratio(new: float, old: float) -> str:
    return f"{new / old:.2f}" if old else "–"


def main() -> None:
    """Print the comparison of two files."""
    parser = argparse.ArgumentParser(prog="python -m testing.bench.compare", description="How costs changed.")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args()
    print(*compared(read_bench(options.old), read_bench(options.new)), sep="\n")


if __name__ == "__main__":
    main()
