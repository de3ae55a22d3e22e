"""Names as people read them: what cannot be seen is no part of a name, and one person has one name."""

import unicodedata
from collections.abc import Iterable

FILLERS = "\u115f\u1160\u3164"  # letters to Unicode that no font draws
LATIN = str.maketrans(  # letters of other scripts that look like these, small or capital
    "авсԁеһніјкӏмоԛрѕтѵԝхуαβεζηικμνορτυχɡıø",
    "abcdehhijklmoqpstvwxyabezhikmvoptyxgio",
)


def visible(written: str) -> str:
    """The text without what has no shape of its own: control and format characters, fillers, combining marks."""
    plain = unicodedata.normalize("NFKD", written)
    return "".join(
        letter for letter in plain if letter not in FILLERS and unicodedata.category(letter) not in ("Cc", "Cf", "Mn")
    )


def readable(written: str) -> bool:
    """Whether it holds a letter that can be seen: anything less names nobody and gives no reason."""
    return any(letter.isalpha() for letter in visible(written))


def same_person(name: str, others: Iterable[str]) -> bool:
    """Capitals, accents, spacing, punctuation, the order of the words and letters that look alike make no other person."""
    wanted = _words(name)
    return bool(wanted) and wanted in [_words(other) for other in others]


def _words(name: str) -> list[str]:
    folded = visible(name).casefold().translate(LATIN)
    return sorted("".join(letter if letter.isalnum() else " " for letter in folded).split())
