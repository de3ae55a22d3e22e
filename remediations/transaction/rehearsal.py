"""The audit's own tests, judged without being reported: how a remedy is chosen, and how it is judged afterwards."""

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

REHEARSED = (Kind.LIVE, Kind.WINDOW, Kind.ATTESTED)  # the derived need a run that is over


def rehearse(session: pytest.Session, drills: Container[str]) -> Mapping[str, str]:
    """Outcome of each criterion, of the drills only those named. Session fixtures end with it: the next look is a new one."""
    everything, contract = session.items, session.config.stash[CONTRACT]
    session.items = [
        item
        for item in everything  # so nothing else is asked
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
    told = dict(item.user_properties).get(RESULT)
    return msgspec.json.decode(str(told), type=Result).outcome if told else Outcome.UNKNOWN
