"""BKP-10 and MON-02: what the drills tell, and that their scripts are plain sh."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

import fixtures.drills
from fixtures.answer import Unknown
from fixtures.drills.disk_alert import disk_alert
from fixtures.drills.postgres_restore import postgres_restore
from fixtures.facts import FACTS, Asked
from testing.host_answers import POSTGRES_RESTORE

ROOMS = Path(fixtures.drills.__file__).parents[1]
DUMP = """\
-- PostgreSQL database cluster dump
\\connect telemetry
COPY public.samples (at, value) FROM stdin;
1\t2
\\\\.
3\t4
\\.
\\connect -reuse-previous=on "dbname='my base'"
COPY public."My Table" (id) FROM stdin;
\\.
-- PostgreSQL database dump complete
-- PostgreSQL database cluster dump complete
"""


def counted(tmp_path: Path, dump: str) -> tuple[str, str]:
    """Run the counting part of the drill's own script."""
    script = (ROOMS / "drills" / "postgres_restore.sh").read_text(encoding="utf-8")
    count = script[script.index("count() {"):script.index("\ntrap clean EXIT")]
    done = subprocess.run(["sh", "-c", f"work={tmp_path}\n{count}\ncount"], input=dump, capture_output=True, text=True,
                          timeout=30, check=True)
    expected = tmp_path / "expected"
    return done.stdout.strip(), expected.read_text() if expected.exists() else ""


def test_rows_are_counted_by_base_and_table(tmp_path: Path) -> None:
    told, expected = counted(tmp_path, DUMP)
    assert told == f"{len(DUMP)} 2 3 1 0 0"
    assert expected == '1 3 telemetry public.samples\n2 0 my base public."My Table"\n'


def test_a_dump_cut_inside_a_block_says_so(tmp_path: Path) -> None:
    told, _ = counted(tmp_path, DUMP[:DUMP.index("3\t4")])
    assert told.split()[3:5] == ["0", "1"]


def test_a_dump_without_its_last_base_is_not_finished(tmp_path: Path) -> None:
    told, _ = counted(tmp_path, DUMP.replace("-- PostgreSQL database cluster dump complete\n", ""))
    assert told.split()[3] == "0"


def test_a_restore_in_percent() -> None:
    sound = postgres_restore(POSTGRES_RESTORE)
    assert sound.percent == 100
    assert msgspec.structs.replace(sound, restored=6036).percent == 50
    assert msgspec.structs.replace(sound, rows=0, restored=0).percent == 0


@pytest.mark.parametrize(("answer", "code"), [
    ('{"unable":"no-room","why":"270 MB needed"}', "drill-no-room"),
    ('{"dump":"x","inserts":5}', "drill-uncountable")])
def test_a_restore_that_could_not_be_held_is_unknown(answer: str, code: str) -> None:
    with pytest.raises(Unknown) as raised:
        postgres_restore(answer)
    assert raised.value.code == code


def test_no_backup_is_an_answer() -> None:
    assert postgres_restore('{"dump":""}').dump == ""


def test_an_alert_that_never_came_has_no_seconds() -> None:
    assert disk_alert('{"script":"found","way":"shim","seconds":null,"where":"","marker":"x"}').seconds is None


def test_an_alert_nobody_can_hear_is_unknown() -> None:
    with pytest.raises(Unknown):
        disk_alert('{"unable":"alert-elsewhere","why":"/usr/local/bin/x"}')


def test_a_missing_check_is_told_without_touching_anything() -> None:
    done = subprocess.run(["sh", "-c", FACTS["disk_alert"].ask], capture_output=True, text=True, timeout=30,
                          env=os.environ | {"MONITORING_SCRIPT": "/nonexistent/check"})
    assert disk_alert(done.stdout).script == "missing"


def test_drills_are_asked_as_drills() -> None:
    assert {FACTS[name].asked for name in ("postgres_restore", "disk_alert")} == {Asked.DRILL}
