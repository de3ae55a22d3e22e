"""Whoever writes a guide, a script, a page or a log can make it slow to read: an audit ends all the same."""

import contextlib

import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.facts import Asked, Fact
from fixtures.ask.network import SLACK
from fixtures.host.schedules import shell
from fixtures.session import patience
from fixtures.sources.guide_texts import LONGEST, cited, dead_links, guide_texts
from fixtures.sources.page import ask_page
from testing.growth import LINEAR, growth
from testing.servers import serving
from testing.small_audit import House
from testing.threats import attack

HEAD = f"guide 1764000000 {'0' * 64} GUIDE.md\n"
SLOW = ("a.", "a-", "```x\n", "`", "](", "](a", "kubectl a ", "port ", "/etc/a", "deploy/a.", "../", "../a/", "| ")


def texts(text: str) -> str:
    """Return the answer of git about one guide."""
    return HEAD + "".join(f"| {line}\n" for line in text.split("\n"))


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
@pytest.mark.parametrize("piece", SLOW)
@pytest.mark.parametrize("link", ["", "](./"])
def test_no_guide_is_slow_to_read(piece: str, link: str) -> None:
    """A guide is one line of beginnings (fences, links, commands, hosts), for which patterns would search to its end."""

    def read(size: int) -> None:
        guides = guide_texts(texts(link + piece * (size // len(piece))))
        with contextlib.suppress(Unknown):
            cited(guides)
        dead_links(guides, ["a"])

    assert growth(read, 40_000) < LINEAR


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
def test_a_block_that_no_grammar_reads_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of shell are made of what the grammar has to try in every way there is, or are many."""
    slow, sound = "a=(" * 1000, "echo a\n"
    for seconds, block in ((2.0, "x" * (LONGEST + 1)), (0.0, slow)):
        monkeypatch.setattr(shell, "PATIENCE", seconds)
        with pytest.raises(Unknown, match="too long"):
            cited(guide_texts(texts(f"```sh\n{block}\n```\n")))
    monkeypatch.setattr(shell, "PATIENCE", 2.0)
    assert not shell.parsed(sound).has_error, "the parser begins anew"


@attack("T7", "An audit ends, whatever is answered or is not")
def test_what_is_made_of_an_answer_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern searches an answer for ever, in a test or in what it asks for; the other criteria are judged."""
    monkeypatch.setattr(patience, "SECONDS", 0.2)
    endless = 'import re\ndef endless(): return re.search("(a+)+$", "a" * 60 + "b")\n'
    first = '@criterion("A-01")\ndef test_a(judge): assert endless() is None and judge(1)\n'
    asked = (
        '@pytest.fixture\ndef slow(): return endless()\n@criterion("A-01")\ndef test_a(slow, judge): assert judge(1)\n'
    )
    other = '@criterion("B-01")\ndef test_b(judge): assert judge(1)\n'
    for tests in (first, asked):
        ran = house.audit(endless + tests + other)
        assert (ran.outcome("A-01"), ran.reason("A-01"), ran.outcome("B-01")) == ("unknown", "too-long", "pass")


@attack("T7", "An audit ends, whatever is answered or is not")
@pytest.mark.parametrize("how", ["hang", "drip", "drip_headers"])
def test_a_page_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """A URL of the site's own criteria is silent, or sends its headers or its body byte by byte, without an end."""
    monkeypatch.setattr("fixtures.ask.network.SLACK", SLACK / 10)
    with serving(lambda *_: (200, "o")) as slow:
        setattr(slow, how, True)
        with pytest.raises(Unknown, match="page-silent"):
            ask_page(Fact("page", slow.url, Asked.HTTP, str, 0.3))
