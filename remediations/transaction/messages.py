"""Reads the sentences of a remedy's steps in both languages, from remediations/messages/REMEDY.toml, one table each."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from fixtures.ask.redaction import redact_rows
from gate.contract import Text
from gate.sentence import fill
from remediations.transaction.risk import RemedyError

MESSAGES = Path(__file__).parents[1] / "messages"
NOTHING = Text("", "")


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a step does and why. `lasting` says what cannot be undone, and why that harms nobody."""

    what: Text
    why: Text = NOTHING
    lasting: Text = NOTHING


MakeSentence = Callable[..., Sentence]


def sentences(module: str) -> MakeSentence:
    """Return the function that a remedy calls to make its sentences; `module` is its `__name__`.

    The function fills the sentence of a given name with values. It raises RemedyError if there is no such sentence.
    """
    remedy = module.rpartition(".")[2]

    def message(code: str, **values: object) -> Sentence:
        table = messages(remedy)
        if code not in table:
            raise RemedyError(f"remediations/messages/{remedy}.toml has no [{code}]")
        row = table[code]
        return Sentence(_filled(row.what, values), _filled(row.why, values), _filled(row.lasting, values))

    return message


@cache
def messages(remedy: str) -> Mapping[str, Sentence]:
    """Return the sentences of a remedy by name. Raises RemedyError if their file is missing or invalid."""
    file = MESSAGES / f"{remedy}.toml"
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), dict[str, Sentence])
    except (OSError, ValueError) as error:
        raise RemedyError(f"remediations/messages/{remedy}.toml: {error}") from error


def _filled(text: Text, values: Mapping[str, object]) -> Text:
    redacted = redact_rows(values)
    return Text(fill(text.en, redacted, "en"), fill(text.fr, redacted, "fr"))
