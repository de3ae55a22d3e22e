"""Connects to the scheduler of a cluster."""

from typing import Any

from fleet.dask.engine import engine
from fleet.inventory.inventory import FleetError
from reports.text.words import shown


def connected(address: str, tls: Any) -> Any:
    """Return a client of the scheduler. Raises FleetError, in one line, if none answers there."""
    try:
        return engine().Client(address, security=tls, timeout=10, set_as_default=False, direct_to_workers=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise FleetError(
            f"{address}: no scheduler answers there with certificates of this authority: {shown(said)}; "
            "start it: python -m fleet scheduler"
        ) from error
