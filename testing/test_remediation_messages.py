"""Every remedy describes its steps in both languages, and its table has no unused sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.contract import Text
from gate.sentence import holes
from remediations.transaction.messages import MESSAGES, NOTHING, messages, sentences
from remediations.transaction.risk import RemedyError

ROOM = Path(__file__).parents[1] / "remediations"
MODULES = {path.stem: path.read_text(encoding="utf-8") for path in ROOM.glob("*.py")}
USING = re.compile(r"^message = sentences\((?:__name__|\"(\w+)\")\)", re.MULTILINE)
NAMES = sorted({found[1] or stem for stem, text in MODULES.items() if (found := USING.search(text))})
PLAIN_SPACE = re.compile(r" [:;?!%»]|« |\\d (?:[kMG]?o)\\b")


def called(name: str) -> Iterator[str]:
    """Yield the codes in `message("code", …)` of the modules that use this table; the code must be a literal in every call."""
    for stem, text in MODULES.items():
        found = USING.search(text)
        for node in ast.walk(ast.parse(text)) if found and (found[1] or stem) == name else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "message":
                codes = [str(part.value) for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                assert codes, f"{stem}.py, line {node.lineno}: write the code itself"
                yield from codes


def texts(name: str) -> Iterator[tuple[str, Text]]:
    for code, row in messages(name).items():
        for field in ("what", "why", "lasting"):
            yield f"[{code}] {field}", getattr(row, field)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_what_is_said_and_nothing_else(name: str) -> None:
    assert set(called(name)) == set(messages(name))


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same(name: str) -> None:
    for where, text in texts(name):
        assert bool(text.en) == bool(text.fr), where
        assert holes(text.en) == holes(text.fr), where
        bare = re.sub(r"`[^`]*`", "", text.fr)
        assert not PLAIN_SPACE.search(bare), f"{where}: write a no-break space: {text.fr}"
        assert "'" not in bare, f"{where}: write ’: {text.fr}"


def test_no_table_is_left_of_a_remedy_that_is_gone() -> None:
    assert sorted(path.stem for path in MESSAGES.glob("*.toml")) == NAMES


def test_a_sentence_is_filled_in_in_both_languages() -> None:
    sentence = sentences("remediations.log_rotation")("compress", names="/a", size=2_700_000_000)
    assert sentence.what == Text("compress /a (2.7\u00a0GB)", "compresser /a (2,7\u00a0Go)")
    assert sentence.why != NOTHING


def test_a_sentence_nobody_wrote_is_named() -> None:
    with pytest.raises(RemedyError, match=r"log_rotation.toml has no \[nonsense\]"):
        sentences("remediations.log_rotation")("nonsense")
