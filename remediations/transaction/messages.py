"""What a remedy says of its steps, in both languages: remediations/messages/REMEDY.toml, a table per sentence."""

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
    """What a step does and why; `lasting` says what it leaves behind for good, and why nobody is worse off."""

    what: Text
    why: Text = NOTHING
    lasting: Text = NOTHING


Say = Callable[..., Sentence]


def sentences(module: str) -> Say:
    """A module's own `say`, from its `__name__`: it fills in the sentence of a name with values, as templates write them."""
    remedy = module.rpartition(".")[2]

    def say(code: str, **values: object) -> Sentence:
        table = messages(remedy)
        if code not in table:
            raise RemedyError(f"remediations/messages/{remedy}.toml has no [{code}]")
        row = table[code]
        return Sentence(_filled(row.what, values), _filled(row.why, values), _filled(row.lasting, values))

    return say


@cache
def messages(remedy: str) -> Mapping[str, Sentence]:
    """Its sentences by name; RemedyError says what is wrong with the file."""
    file = MESSAGES / f"{remedy}.toml"
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), dict[str, Sentence])
    except (OSError, ValueError) as error:
        raise RemedyError(f"remediations/messages/{remedy}.toml: {error}") from error


def _filled(text: Text, values: Mapping[str, object]) -> Text:
    told = redact_rows(values)
    return Text(fill(text.en, told, "en"), fill(text.fr, told, "fr"))
