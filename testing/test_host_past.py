"""What a host records about its past: boots, starts of services, changes of its files."""

import importlib
from datetime import UTC, datetime

import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.host.system.boots import Boots
from fixtures.host.system.configuration import Configuration
from fixtures.host.system.starts import Starts
from testing.host_answers import BOOTS, CONFIGURATION, STARTS

# Ubuntu 24.04 (systemd 255) heads the list with a row of titles and puts a space between the dates; from its source.
NOBLE = """\
1795460854
a78b318f-a6a3-47d5-89d9-75dec53dc019
IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY
 -1 65d1ec60431340a8890ec3bd208afae2 Mon 2026-11-23 18:47:44 UTC Mon 2026-11-23 18:48:01 UTC
  0 a78b318fa6a347d589d975dec53dc019 Mon 2026-11-23 19:06:42 UTC Mon 2026-11-23 19:07:34 UTC
"""
MINUTE = datetime(2026, 11, 23, 19, 6, tzinfo=UTC)


def read(name: str, out: str) -> object:
    importlib.import_module(f"fixtures.host.system.{name}")
    return FACTS[name].read(Answer(out + ENDING, "", 0, "", MINUTE))


@pytest.mark.parametrize("boots_listed", [BOOTS, NOBLE])
def test_boots_of_any_systemd(boots_listed: str) -> None:
    boots = read("boots", boots_listed)
    assert isinstance(boots, Boots)
    assert boots.current.id == "a78b318fa6a347d589d975dec53dc019"
    assert boots.current.first.replace(second=0) == MINUTE
    assert boots.reach == boots.past[0].first
    assert len(boots.past) == 2


@pytest.mark.parametrize(
    "boots_listed", [BOOTS.replace("a78b318fa", "b78b318fa"), "1795460854\n", BOOTS.replace("UTC", "CET")]
)
def test_a_journal_that_does_not_know_this_boot_tells_nothing(boots_listed: str) -> None:
    with pytest.raises(Unknown):
        read("boots", boots_listed)


def test_a_start_that_systemd_and_the_journal_tell_is_one() -> None:
    starts = read("starts", STARTS)
    assert isinstance(starts, Starts)
    assert [(start.unit, start.cluster) for start in starts.all] == [
        ("redis-server.service", False),
        ("k3s.service", True),
        ("k3s.service", True),
    ]


def test_a_start_the_journal_has_forgotten_is_told_by_systemd() -> None:
    starts = read("starts", "\n".join(line for line in STARTS.splitlines() if not line.startswith("started")))
    assert isinstance(starts, Starts)
    assert len(starts.all) == 2


def test_a_file_changes_with_its_content_and_its_mode() -> None:
    seen = read("configuration", CONFIGURATION)
    assert isinstance(seen, Configuration)
    assert seen.last is not None
    assert seen.last.path == "/etc/crontab"
    assert set(seen.digests) == {"/etc/crontab", "/etc/cron.d/a name with spaces"}
    other = read("configuration", CONFIGURATION.replace("644", "600"))
    assert isinstance(other, Configuration)
    assert other.digests["/etc/crontab"] != seen.digests["/etc/crontab"]


def test_a_file_dated_in_the_future_was_not_changed_last() -> None:
    ahead = read("configuration", CONFIGURATION.replace("1795453812", "1795999999"))
    assert isinstance(ahead, Configuration)
    assert ahead.last is not None
    assert ahead.last.path == "/etc/cron.d/a name with spaces"
