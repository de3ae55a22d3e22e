"""Compares names as people read them: invisible characters do not count, and spelling variants are the same person."""

import unicodedata
from collections.abc import Iterable

FILLERS = "\u115f\u1160\u3164"  # Unicode classes them as letters, but no font draws them
LATIN = str.maketrans(  # letters of other scripts, and the Latin letters they look like
    "авсԁеһніјкӏмоԛрѕтѵԝхуαβεζηικμνορτυχɡıø",
    "abcdehhijklmoqpstvwxyabezhikmvoptyxgio",
)


def visible(written: str) -> str:
    """Return the text without invisible characters: control and format characters, fillers and combining marks."""
    plain = unicodedata.normalize("NFKD", written)
    return "".join(
        letter for letter in plain if letter not in FILLERS and unicodedata.category(letter) not in ("Cc", "Cf", "Mn")
    )


def readable(written: str) -> bool:
    """Return whether the text holds a visible letter. A text without one is neither a name nor a reason."""
    return any(letter.isalpha() for letter in visible(written))


def same_person(name: str, others: Iterable[str]) -> bool:
    """Return whether `name` is one of `others`.

    Capitals, accents, spacing, punctuation, the order of words, and letters that look alike make no difference.
    """
    wanted = _words(name)
    return bool(wanted) and wanted in [_words(other) for other in others]


def _words(name: str) -> list[str]:
    folded = visible(name).casefold().translate(LATIN)
    return sorted("".join(letter if letter.isalnum() else " " for letter in folded).split())
