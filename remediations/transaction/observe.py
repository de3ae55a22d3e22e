"""Asks the host for the facts that a remedy needs."""

from concurrent.futures import Future
from typing import Any

import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.connection import Connection
from fixtures.session.audit import AUDIT
from fixtures.session.same_server import OF_THE_CLUSTER, same_server
from fixtures.session.sources import CONNECTION, ask_all
from fixtures.session.stash import ANSWERS
from remediations.transaction.remedy import Remedy


def observe(remedy: Remedy, config: pytest.Config) -> dict[str, Any]:
    """Return the facts of a remedy, by name.

    Raises Unknown if one that it needs cannot be obtained, or if the cluster that answers belongs to another server.
    """
    if ANSWERS in config.stash and any(fact.asked in OF_THE_CLUSTER for fact in remedy.facts):
        same_server(config.stash[ANSWERS], config.stash[AUDIT].target.cluster.node)
    futures: dict[str, Future[Answer]] = {fact.name: Future() for fact in remedy.facts}
    ask_all(list(remedy.facts), config.stash[AUDIT], config, futures)
    return {fact.name: remedy.read(fact, futures[fact.name].result()) for fact in remedy.facts}


def connected(config: pytest.Config) -> Connection:
    """Return the audit's connection, or a new one if it has ended. Raises Unknown if the host cannot be reached."""
    connection = config.stash.get(CONNECTION, None)
    if connection is None or not connection.alive:
        if connection is not None:
            connection.close()
        connection = config.stash[CONNECTION] = Connection(config.stash[AUDIT].target)
        connection.open()
    return connection
