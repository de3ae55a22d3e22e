from pathlib import Path

import msgspec

from testing.bench.compare import compared
from testing.bench.cost import Cost, middle
from testing.bench.table import Bench, Kept, read_bench, table

OLD = Bench(
    5,
    (
        Kept("floor: one login", 0, Cost(0.25, 0.1, 0.1, 9.0, 5.0, 1.0, 10.0)),
        Kept("ours: 46 facts in one exchange", 0, Cost(2.5, 0.2, 4.0, 0.0, 90.0, 1.0, 4500.0)),
    ),
)


def test_the_median_is_taken_of_each_figure() -> None:
    costs = [Cost(*(float(number + run) for number in range(7))) for run in (2, 0, 1)]
    assert middle(costs) == Cost(*(float(number + 1) for number in range(7)))


def test_each_way_is_compared_with_the_first_of_its_round_trip() -> None:
    head, floor, ours = table(OLD.medians)
    assert head.split()[:4] == ["0", "ms", "round", "trip"]
    assert (floor.split()[-1], ours.split()[-1]) == ("1.0", "10.0")


def test_two_benches_are_compared_though_the_number_of_questions_grew(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    file.write_bytes(msgspec.json.encode(OLD))
    new = Bench(5, (Kept("ours: 50 facts in one exchange", 0, Cost(1.25, 0.2, 1.0, 3.0, 90.0, 1.0, 900.0)),))
    _, ours = compared(read_bench(file), new)
    assert ours.split()[-7:] == ["0.50", "1.00", "0.25", "–", "1.00", "1.00", "0.20"]
