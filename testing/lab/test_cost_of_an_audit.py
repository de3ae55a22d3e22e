"""What an audit costs a server, in counts that do not depend on the machine; `make bench` has the times.

The bounds are what was counted on the day they were written (in brackets) and a fifth more: the server's own services start
processes too, of which only the average is subtracted.
"""

from pathlib import Path

import pytest

from fixtures.target.folder import load_target
from testing.bench.__main__ import audit
from testing.bench.cost import Cost, Meter

SCENARIO = "ready"
MOST = {  # by the marks of the audit: logins, processes that are started on the server, kB over the network
    "not drill": (1, 3100, 540),  # (1, 2580, 455)
    "sample": (1, 2300, 400),  # (1, 1915, 335)
}


@pytest.fixture(scope="module")
def meter(target: Path) -> Meter:
    return Meter(load_target(target).host.address)


@pytest.mark.parametrize("marks", MOST)
def test_an_audit_costs_the_server_little(marks: str, meter: Meter, target: Path) -> None:
    cost: Cost = meter.cost(lambda: audit(str(target), marks))
    logins, processes, kilobytes = MOST[marks]
    assert cost.logins <= logins
    assert cost.processes <= processes
    assert cost.kilobytes <= kilobytes
