"""Lines of a crontab as cron 3.0pl1-162 reads them: each was given to it, and its journal said what stands here."""

import pytest

from fixtures.host.schedules.cron import Table, entries
from fixtures.host.schedules.cron_grammar import line_of

REFUSED = {
    "5/10 * * * * root true": "minute",
    "*/0 * * * * root true": "minute",
    "0 2 * * 8 root true": "day-of-week",
    "0 2 0 * * root true": "day-of-month",
    "@dayly root true": "time specifier",
    "0 2 * * mon-8 root true": "day-of-week",
    "0 2 * * * root": "command",
    "hello world": "minute",
    "\r": "minute",
    "1,2,, * * * * root true": "minute",
    "-0 2 * * * root true": "minute",
    "* * L * * root true": "day-of-month",
    "@every_minute root true": "time specifier",
    "0 2 ? * * root true": "day-of-month",
    "0 24 * * * root true": "hour",
    "0 25 * * * root /bin/true": "hour",
    "5x * * * * root true": "minute",
    "0 2 * * monday root true": "day-of-week",
    "-@daily root true": "minute",
    "A": "minute",
}
TAKEN = (
    "0 2 * * MON-FRI root true",
    "0 2 * Jan,feb * root true",
    "50-10 * * * * root true",
    "0 2 * * 5-7 root true",
    "*/70 * * * * root true",
    " 0 2 * * * root true",
    "0~59 2 * * * root true",
    "@reboot root true",
    "@annually root true",
    "@daily\troot true",
    "0 2 * * 0-7 root true",
    "0 2 *\t* sun-sat root true",
    "0 2 * * 6-0 root true",
    "00 02 01 01 * root true",
    "0 2 * * 1#2 root true",
    "2-4/2,7 * * * * root true",
    "0 2 * * * root %",
)


@pytest.mark.parametrize(("line", "field"), REFUSED.items())
def test_what_cron_refuses_is_refused_in_its_own_word(line: str, field: str) -> None:
    assert line_of(line, of_system=True).bad == field


@pytest.mark.parametrize("line", TAKEN)
def test_what_cron_takes_is_an_entry(line: str) -> None:
    read = line_of(line, of_system=True)
    assert (read.bad, read.user, bool(read.command)) == ("", "root", True)


@pytest.mark.parametrize("line", ['A = "x y"', "BAD-NAME=3", "A=1\r", "=3"])
def test_a_setting_is_no_entry(line: str) -> None:
    assert line_of(line, of_system=True).name is not None


@pytest.mark.parametrize(
    ("table", "daemon", "why"),
    [
        (Table("/etc/cron.d/a", 0o644, "root", True, "0 2 * * * root true\n"), "cron", ""),
        (Table("/etc/cron.d/a", 0o644, "root", True, "0 2 * * * root true\n0 25 * * * root true\n"), "cron", "syntax"),
        (Table("/etc/cron.d/a", 0o644, "root", True, "0 25 * * * root true\n"), "crond", ""),  # cronie drops the line
        (Table("/etc/cron.d/a", 0o644, "root", True, "0 2 * * * gone true\n"), "cron", "syntax"),
        (Table("/etc/cron.d/a", 0o644, "root", True, "0 2 * * * root true\n", links=2), "cron", "mode"),
        (Table("/etc/cron.d/a", 0o664, "root", True, ""), "cron", "owner"),
        (Table("/etc/cron.d/a.b", 0o644, "root", True, ""), "cron", "name"),
        (Table("/var/spool/cron/crontabs/root", 0o600, "root", True, "0 2 * * * true\n"), "cron", ""),
        (Table("/var/spool/cron/crontabs/root", 0o644, "root", True, "0 2 * * * true\n"), "cron", "mode"),
        (Table("/var/spool/cron/crontabs/root", 0o400, "root", True, "0 2 * * * true\n"), "cron", "mode"),
        (Table("/var/spool/cron/crontabs/root", 0o644, "root", True, "0 2 * * * true\n"), "crond", ""),
        (Table("/var/spool/cron/crontabs/root", 0o620, "root", True, "0 2 * * * true\n"), "crond", "mode"),
        (Table("/var/spool/cron/crontabs/root", 0o600, "pg", True, "0 2 * * * true\n"), "cron", "owner"),
        (Table("/var/spool/cron/crontabs/gone", 0o600, "gone", True, "0 2 * * * true\n"), "cron", "user"),
    ],
)
def test_what_cron_does_not_read_is_told_in_a_word(table: Table, daemon: str, why: str) -> None:
    assert table.ignored(daemon, frozenset({"gone"}))[0] == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 2 * * * root /x/backup.sh", ""),
        ("0 2 * * * root #/x/backup.sh", "comment"),
        ("0 2 * * * root /x/backup.sh\r", "carriage"),
        ("SHELL=/bin/sh\r\n0 2 * * * root /x/backup.sh", "carriage"),
        ("SHELL=/usr/sbin/nologin\n0 2 * * * root /x/backup.sh", "shell"),
        ("0 2 * * * root /x/backup.sh > $(date +%F)", "cut"),
    ],
)
def test_a_line_that_starts_nothing_useful(text: str, why: str) -> None:
    (entry,) = entries(Table("/etc/cron.d/a", 0o644, "root", True, text))
    assert entry.defect == why
