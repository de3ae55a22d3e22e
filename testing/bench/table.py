"""How a bench is kept and shown: each way with its costs, and the multiple of the first way's time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from testing.bench.cost import UNITS, Cost


class Kept(msgspec.Struct, frozen=True):
    """The median costs of a way at a round trip in milliseconds."""

    way: str
    round_trip_ms: int
    cost: Cost


class Bench(msgspec.Struct, frozen=True):
    """A bench: the runs of each way, and the medians."""

    runs: int
    medians: tuple[Kept, ...]


def read_bench(file: Path) -> Bench:
    """Return a bench that was kept. Raises OSError or msgspec.DecodeError if there is none in the file."""
    return msgspec.json.decode(file.read_bytes(), type=Bench)


def table(rows: Sequence[Kept]) -> Iterator[str]:
    """Yield the lines: a part for each round trip, a line for each way."""
    for trip in dict.fromkeys(row.round_trip_ms for row in rows):
        ways = [row for row in rows if row.round_trip_ms == trip]
        yield f"{f'{trip} ms round trip':52}" + "".join(f"{name:>12}" for name in (*UNITS, "× the first"))
        for row in ways:
            figures = "".join(f"{_shown(getattr(row.cost, name), unit):>12}" for name, unit in UNITS.items())
            yield f"{row.way:52}{figures}{row.cost.seconds / ways[0].cost.seconds:>12.1f}"


def _shown(figure: float, unit: str) -> str:
    return f"{figure:.2f} {unit}" if unit == "s" else f"{figure:.0f} {unit}".rstrip()
