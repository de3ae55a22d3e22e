"""LOG-07 to LOG-09: the limit of the journal, the limit that journald uses, and how far back the journal reaches."""

import os
import subprocess
from pathlib import Path

import pytest

from fixtures.host.logs import REACH
from fixtures.host.logs.journal import Journal, journal
from fixtures.host.logs.journal_config import size, span
from testing.host_answers import JOURNAL

AT, DAY, MIB = 1_795_450_734, 86_400, 1 << 20


def seen_with(*changes: tuple[str, str]) -> Journal:
    """Return the sound answer with some of its lines changed."""
    answer = JOURNAL
    for old, new in changes:
        assert old in answer
        answer = answer.replace(old, new)
    return journal(answer)


def test_a_sound_journal() -> None:
    seen = seen_with()
    assert (seen.used, seen.cap_mib, seen.persistent, seen.unapplied) == (16 * MIB, 400, True, False)
    assert seen.settings == ("Storage=persistent", "SystemMaxUse=400M", "MaxRetentionSec=14day")


@pytest.mark.parametrize(
    ("changes", "persistent"),
    [
        ([("told Storage=persistent\n", "")], True),  # auto, and the folder exists
        ([("told Storage=persistent\n", ""), ("folder\n", "")], False),  # auto without it
        ([("Storage=persistent", "Storage=volatile")], False),
        ([("Storage=persistent", "Storage=none")], False),
        ([("held 2", "held 0")], False),  # configured, but journald has not written there yet
    ],
)
def test_persistent_is_what_is_written_to_the_disk(changes: list[tuple[str, str]], persistent: bool) -> None:
    assert seen_with(*changes).persistent is persistent


def test_without_a_bound_a_tenth_of_the_disk_is_its_own() -> None:
    seen = seen_with(("told SystemMaxUse=400M\n", ""), ("works 419430400\n", ""))
    assert seen.cap == 2_095_744_614
    assert seen_with(("told SystemMaxUse=400M\n", ""), ("20957446144", str(1 << 40))).configured == 4 << 30


def test_a_bound_that_was_written_and_not_taken_up_does_not_count() -> None:
    assert seen_with(("works 419430400", "works 2095744614")).cap == 2_095_744_614
    assert seen_with(("works 419430400\n", ""), ("changed 1795430000", "changed 1795450000")).unapplied


@pytest.mark.parametrize(
    ("written", "forgets"), [("3day", True), ("7day", True), ("8day", False), ("0", False), ("", False)]
)
def test_seven_days_of_retention_prove_less_than_seven(written: str, forgets: bool) -> None:
    seen = seen_with(("MaxRetentionSec=14day", f"MaxRetentionSec={written}"))
    assert seen.forgets(7) is forgets
    assert seen.forgets(30) is (written not in ("0", "")), "a tighter target asks for more"


@pytest.mark.parametrize(
    ("exports", "days"),
    [
        ("", 7.5),
        ("export 1794300000000000 1794799000\n", 13.3),
        ("export 1794300000000000 1794700000\n", 7.5),  # a gap of a day
        ("export 1794300000000000 1794600000\nexport 1794590000000000 1794900000\n", 13.3),  # without a gap
    ],
)
def test_exports_count_as_far_as_they_join(exports: str, days: float) -> None:
    assert seen_with(("export 1794300000000000 1794799000\n", exports)).days == pytest.approx(days, abs=0.1)


def test_a_journal_without_entries_reaches_nowhere() -> None:
    seen = seen_with(("reach 1794800000", "reach "))
    assert (seen.oldest, seen.days) == (None, 0.0)


def test_what_lies_under_another_machine_id_counts_and_is_told() -> None:
    seen = journal(f"{JOURNAL}foreign 734011392 0123456789abcdef\nnamespace 8388608 fedcba.web\n")
    assert (seen.used, [one.name for one in seen.foreign]) == (16 * MIB + 734011392 + 8388608, ["0123456789abcdef"])


def test_an_old_recording_is_believed_no_further_than_its_other_dates() -> None:
    seen = seen_with(("reach 1794800000", "first 1695219314.000123"), ("export 1794300000000000 1794799000\n", ""))
    assert seen.days == pytest.approx((AT - 1795430000) / DAY, abs=0.5)


Boots = list[tuple[int, int, int, int]]  # of each: first and last entry, by the realtime and by the monotonic clock


@pytest.mark.parametrize(
    ("boots", "reach"),
    [
        ([(1795000000, 1795450000, 5, 450005)], 1795000000),
        ([(1794500000, 1794900000, 5, 400005), (1795000000, 1795450000, 5, 450005)], 1794500000),
        # a board that boots in the past, until time arrives
        ([(1695219314, 1795450000, 5, 7205)], 1795442800),
        ([(1695219314, 1795300000, 5, 100005), (1695219314, 1795450000, 5, 7205)], 1795200000),
        # time never arrived in its first boot; a server that was put away for a month
        ([(1695219314, 1695229314, 5, 10005), (1795000000, 1795450000, 5, 450005)], 1795000000),
        ([(1791000000, 1792000000, 5, 1000005), (1795000000, 1795450000, 5, 450005)], 1795000000),
        # set back by some hours, or stopped for a night by the machine below: no other clock
        ([(1795000000, 1795450000, 5, 480005)], 1795000000),
    ],
)
def test_the_journal_reaches_back_as_far_as_its_clock_is_right(boots: Boots, reach: int, tmp_path: Path) -> None:
    listed, cases = "", ""
    for index, (first, last, begun, ended) in enumerate(boots):
        listed += f"{index - len(boots) + 1} b{index} …\n"
        for at, up, name in ((last, ended, f"*'-b b{index} -n 1'"), (first, begun, f"*'-b b{index}'")):
            entry = f"__CURSOR=x\\n__REALTIME_TIMESTAMP={at}000123\\n__MONOTONIC_TIMESTAMP={up}000000\\n"
            cases += f"{name}) printf '{entry}' ;;\n"
    shim = tmp_path / "journalctl"
    shim.write_text(f'#!/bin/sh\ncase "$*" in *--list-boots*) cat <<X\n{listed}X\n;;\n{cases}esac\n')
    shim.chmod(0o755)
    (tmp_path / "date").write_text("#!/bin/sh\necho 1795450734\n")
    (tmp_path / "date").chmod(0o755)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", f"{REACH}\nreach 60"], env=path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(reach)


@pytest.mark.parametrize(("entry", "status"), [("Nov 30 an entry", 1), ("", 0)])
def test_a_journal_that_cannot_list_its_boots_is_not_taken_for_an_empty_one(
    entry: str, status: int, tmp_path: Path
) -> None:
    shim = tmp_path / "journalctl"
    shim.write_text(f'#!/bin/sh\ncase "$*" in *--list-boots*) exit 1 ;; *) printf "{entry}" ;; esac\n')
    shim.chmod(0o755)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", f"{REACH}\nreach 60"], env=path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "")
    assert seen_with(("reach 1794800000", "unlisted\nreach ")).unlisted


@pytest.mark.parametrize(
    ("written", "bytes_"), [("400M", 400 * MIB), ("1.2G", int(1.2 * (1 << 30))), ("0B", 0), ("512", 512)]
)
def test_sizes_as_systemd_writes_them(written: str, bytes_: int) -> None:
    assert size(written) == bytes_


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("14day", 14 * DAY), ("1month", 30.44 * DAY), ("1h 30min", 5400), ("2weeks", 14 * DAY), ("604800", 604800)],
)
def test_spans_as_systemd_writes_them(written: str, seconds: float) -> None:
    assert span(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["", "soon", "1fortnight", "-3day"])
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no time span"):
        span(written)


@pytest.mark.parametrize(("kind", "persistent"), [("ext2/ext3", True), ("tmpfs", False), ("ramfs", False)])
def test_a_folder_in_memory_survives_no_reboot(kind: str, persistent: bool) -> None:
    assert journal(f"{JOURNAL}kept {kind}\n").persistent is persistent
