"""What a server, a file or a person writes is kept as it is, and turns or hides nothing where somebody looks at it."""

import sys
import unicodedata

import msgspec

from gate.run import read_run, write_run
from gate.unseen import plain_json
from reports.text.words import UNSEEN, shown
from testing.golden import GOLDEN
from testing.threats import attack

TURNING = ("Cc", "Cf", "Zl", "Zp", "Cs")


def test_every_character_that_is_not_seen_is_told() -> None:
    known = {char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) in TURNING}
    assert {char for char in known if not UNSEEN.match(char)} == set()
    assert not UNSEEN.search("Ω é\u00a0–\u202f…\u3000 \U0001f600")


@attack("N11", "What a server says is kept as it is, and turns nothing where somebody reads the file")
def test_run_json_is_the_same_data_and_turns_nothing() -> None:
    """A server's words turn text round, hide some of it or clear the screen, for whoever looks into run.json."""
    for make in GOLDEN.values():
        run = make()
        data = write_run(run)
        assert not UNSEEN.search(data.decode().replace("\n", ""))
        assert read_run(data, "run.json") == run


@attack("N11", "What a server says is kept as it is, and turns nothing where somebody reads the file")
def test_no_character_that_hides_text_is_shown_as_nothing() -> None:
    """Text is written in characters that no terminal and no page shows: of tags, soft hyphens, and others of Unicode."""
    for char in ("\u202e", "\xad", "\u180e", "\u2028", "\U000e0041", "\u200d", "\x9b"):
        assert char not in shown(f"a{char}b")
        assert msgspec.json.decode(data := plain_json({"x": char})) == {"x": char}
        assert char not in data.decode()
