"""The package `distributed`, which only a fleet on several machines needs, and how this project has it behave."""

import logging
import warnings
from typing import Any

from fleet.dask.certificates import Credentials

CURE = ".venv/bin/python -m pip install --require-hashes -r requirements-fleet.lock"
SETTINGS = {
    "distributed.scheduler.http.routes": [],  # they would be served to anybody, without a certificate
    "distributed.worker.http.routes": [],
    "distributed.scheduler.worker-ttl": "60s",  # a worker that a cut network has taken away is given up after that
    "distributed.scheduler.allowed-failures": 3,  # workers that may die of an audit before it has no result
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.spill": False,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.comm.timeouts.tcp": "30s",
    "distributed.comm.retry.count": 3,
}


class MissingError(ValueError):
    """The package is not installed; the message is one line with the cure."""


def engine() -> Any:
    """Return the module `distributed`. Raises MissingError if it is not installed."""
    try:
        import dask
        import distributed
    except ImportError as error:
        raise MissingError(f"several machines need the package distributed ({error}); install it: {CURE}") from error
    dask.config.set(SETTINGS)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what a user must know is said in one line
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"(distributed|dask|tornado)(\.|$)")
    return distributed


def security(files: Credentials | None) -> Any:
    """Return the TLS of a role, or None for this machine alone. Raises OSError if a file is no certificate or no key."""
    if files is None:
        return None
    found = engine().Security(
        require_encryption=True,
        tls_ca_file=files.authority,
        **{f"tls_{role}_cert": files.certificate for role in ("client", "scheduler", "worker")},
        **{f"tls_{role}_key": files.key for role in ("client", "scheduler", "worker")},
    )
    found.get_connection_args("client")  # reads the files
    return found
