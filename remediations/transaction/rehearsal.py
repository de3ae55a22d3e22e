"""Runs the audit's tests without reporting them: to select remedies, and to judge their effect."""

import warnings
from collections.abc import Container, Mapping

import msgspec
import pytest
from _pytest.runner import runtestprotocol  # re-running an item is supported there, for pytest-rerunfailures

from fixtures.session.judge import id_of
from fixtures.session.outcome import RESULT
from fixtures.session.stash import CONTRACT
from gate.contract import Kind
from gate.outcome import Outcome
from gate.run import Result

REHEARSED = (Kind.LIVE, Kind.WINDOW, Kind.ATTESTED)  # derived criteria need a complete run


def rehearse(session: pytest.Session, drills: Container[str]) -> Mapping[str, str]:
    """Return the outcome of each criterion, and of the named drills only.

    Session fixtures are torn down at the end, so that the next run asks the host again.
    """
    everything, contract = session.items, session.config.stash[CONTRACT]
    session.items = [
        item
        for item in everything  # the facts of other criteria are not asked
        if contract[id_of(item)].kind in REHEARSED or id_of(item) in drills
    ]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the record will tell them
            for number, item in enumerate(session.items, 1):
                runtestprotocol(item, log=False, nextitem=next(iter(session.items[number:]), None))
        return {id_of(item): _outcome(item) for item in session.items}
    finally:
        session._setupstate.teardown_exact(None)  # an interrupted pass must not leave its answers behind
        session.items = everything


def _outcome(item: pytest.Item) -> str:
    result = dict(item.user_properties).get(RESULT)
    return msgspec.json.decode(str(result), type=Result).outcome if result else Outcome.UNKNOWN
