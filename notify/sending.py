"""Sends a message to each address, at most one, and remembers what each was told."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from fixtures.target.addresses import Address
from gate.command import complain
from gate.sentence import phrase
from notify.memory import FILE, LastMessage, remember, remembered
from notify.message import Message, failed
from reports.text.words import Voice

DONE, UNDELIVERED = 0, 1
# From the last message sent: the next message and the state to store, or None if there is nothing to send.
MakeMessage = Callable[[LastMessage], tuple[Message, LastMessage] | None]


def send(found: Iterable[Address], make: MakeMessage, state: Path | None, tell: Callable[[str], None]) -> int:
    """Send the message that `make` returns for each address. Return 0, or 1 if one could not be delivered.

    `tell` prints a line for each message; one that was not delivered is a line on standard error.
    `state` is the folder of the memory; without one nothing is remembered.
    """
    sent = remembered(state) if state else {}
    results = [_notify(address, make, sent, tell) for address in found]
    return max([DONE, *results, _remember(state, sent) if state else DONE])


def _notify(address: Address, make: MakeMessage, sent: dict[str, LastMessage], tell: Callable[[str], None]) -> int:
    """Send at most one message to `address` and return an exit status. `sent` is updated only if it was delivered."""
    answer = make(sent.get(address.name, LastMessage()))
    if answer is None:
        return DONE
    message, state = answer
    missing = address.missing
    why = phrase("reason", missing.code, missing.values, "en") if missing else _delivered(address, message)
    if why:
        return complain(
            f"notify: {address.name}: not delivered: {why}; the decision stands, the next audit tries again",
            UNDELIVERED,
        )
    sent[address.name] = state
    tell(f"notify: {address.name}: delivered: {message.title}")
    return DONE


def _delivered(address: Address, message: Message) -> str:
    from notify.channels import deliver  # importing it takes a second, and usually there is nothing to send

    return deliver(address.url, message)


def _remember(state: Path, sent: dict[str, LastMessage]) -> int:
    if sent == remembered(state):
        return DONE
    try:
        remember(state, sent)
    except OSError as error:
        return complain(
            f"notify: {state / FILE}: cannot be written: {error.strerror}; the message will be sent again", UNDELIVERED
        )
    return DONE


def no_audit(place: str, name: str, voice: Voice) -> MakeMessage:
    """Return what says, once, that no audit of `name` could be run; `place` is its title."""

    def make(before: LastMessage) -> tuple[Message, LastMessage] | None:
        message = failed(place, name, before, voice)
        return None if before.failed else (message, msgspec.structs.replace(before, failed=True))

    return make


def trial(place: str, voice: Voice) -> MakeMessage:
    """Return what sends a test message, of which nothing is to be remembered."""
    message = Message(voice.say("notify", "test-title", {"place": place}), voice.say("notify", "test"))
    return lambda before: (message, before)
