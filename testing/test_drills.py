"""BKP-10 to BKP-13 and MON-02: what the drills tell, and that their scripts are plain sh."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

import fixtures.drills
from fixtures.answer import Unknown
from fixtures.drills.backup_failure import backup_failure
from fixtures.drills.cluster_restore import cluster_restore
from fixtures.drills.disk_alert import disk_alert
from fixtures.drills.postgres_restore import postgres_restore
from fixtures.drills.redis_restore import redis_restore
from fixtures.facts import FACTS, Asked
from testing.host_answers import BACKUP_FAILURE, CLUSTER_RESTORE, POSTGRES_RESTORE, REDIS_RESTORE

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

INSERTS = """\
-- PostgreSQL database cluster dump
\\connect telemetry
INSERT INTO in a comment or a function body
-- Data for Name: notes; Type: TABLE DATA; Schema: public; Owner: postgres
INSERT INTO public.notes VALUES (1, 'it''s
INSERT INTO public.notes VALUES
	(2, ''two'') of one line');
INSERT INTO public.notes (id, "of whom") VALUES (2, NULL);
INSERT INTO public.notes OVERRIDING SYSTEM VALUE VALUES (3, 'a
line');
-- Data for Name: My Table; Type: TABLE DATA; Schema: public; Owner: postgres
INSERT INTO public."My Table" VALUES
	(1, 'a;'),
	(2, '('),
	(3, 'b');
-- Data for Name: ids; Type: TABLE DATA; Schema: public; Owner: postgres
INSERT INTO public.ids DEFAULT VALUES;
-- Name: trigger; Type: FUNCTION; Schema: public; Owner: postgres
INSERT INTO public.audit VALUES (NEW.id);
-- PostgreSQL database dump complete
-- PostgreSQL database cluster dump complete
"""


def counted(tmp_path: Path, dump: str) -> tuple[str, str]:
    """Run the counting part of the drill's own script."""
    script = (ROOMS / "drills" / "postgres_restore.sh").read_text(encoding="utf-8")
    count = script[script.index("count() {"):script.index("\nnewest \"")]
    done = subprocess.run(["sh", "-c", f"work={tmp_path}\n{count}\ncount"], input=dump, capture_output=True, text=True,
                          timeout=30, check=True)
    expected = tmp_path / "expected"
    return done.stdout.strip(), expected.read_text() if expected.exists() else ""


def test_rows_are_counted_by_base_and_table(tmp_path: Path) -> None:
    told, expected = counted(tmp_path, DUMP)
    assert told == f"{len(DUMP)} 2 3 1 0 0 0 0"
    assert expected == '1 3 telemetry public.samples\n2 0 my base public."My Table"\n'


def test_a_dump_cut_inside_a_block_says_so(tmp_path: Path) -> None:
    told, _ = counted(tmp_path, DUMP[:DUMP.index("3\t4")])
    assert told.split()[3:5] == ["0", "1"]


def test_a_dump_without_its_last_base_is_not_finished(tmp_path: Path) -> None:
    told, _ = counted(tmp_path, DUMP.replace("-- PostgreSQL database cluster dump complete\n", ""))
    assert told.split()[3] == "0"


def test_partitions_loaded_by_their_root_are_one_table(tmp_path: Path) -> None:
    again = DUMP.replace("\\connect -reuse", "COPY public.samples (at, value) FROM stdin;\n5\t6\n\\.\n\\connect -reuse")
    _, expected = counted(tmp_path, again)
    assert expected.startswith("1 4 telemetry public.samples\n")


def test_rows_written_as_inserts_are_counted(tmp_path: Path) -> None:
    told, expected = counted(tmp_path, INSERTS)
    assert told.split()[1:6] == ["3", "7", "1", "0", "5"]
    assert expected == "1 3 telemetry public.notes\n2 3 telemetry public.\"My Table\"\n3 1 telemetry public.ids\n"


def test_a_dump_cut_inside_an_insert_says_so(tmp_path: Path) -> None:
    told, _ = counted(tmp_path, INSERTS[:INSERTS.index("line');")])
    assert told.split()[4] == "1"


def test_owners_a_dump_does_not_make_are_made_for_the_drill(tmp_path: Path) -> None:
    dump = 'CREATE ROLE postgres;\nALTER TABLE public.a OWNER TO "web app";\nALTER TABLE public.b OWNER TO postgres;\n'
    told, _ = counted(tmp_path, dump + "ALTER TABLE public.c OWNER TO telemetry;\nGRANT SELECT ON TABLE public.b TO PUBLIC;\n")
    assert told.split()[6] == "1"
    assert (tmp_path / "roles.sql").read_text() == 'CREATE ROLE "telemetry";\n'


def test_twenty_bytes_of_gzip_hold_nothing(tmp_path: Path) -> None:
    assert counted(tmp_path, "")[0] == "0 0 0 0 0 0 0 0"


def test_a_custom_format_is_no_sql(tmp_path: Path) -> None:
    assert counted(tmp_path, "PGDMP\x01\x0e\x00\n")[0].split()[-1] == "1"


@pytest.mark.parametrize(("changes", "percent"), [
    ({}, 100), ({"restored": 882}, 882 / 17.65), ({"keys": 0, "restored": 0, "live": 0}, 100),
    ({"keys": 0, "restored": 0, "live": 9}, 0), ({"keys": 0, "restored": 0, "checked": 1, "live": 0}, 0)])
def test_a_snapshot_in_percent(changes: dict[str, int], percent: float) -> None:
    assert msgspec.structs.replace(redis_restore(REDIS_RESTORE), **changes).percent == pytest.approx(percent)


def test_a_restore_in_percent() -> None:
    sound = postgres_restore(POSTGRES_RESTORE)
    assert sound.percent == 100
    assert msgspec.structs.replace(sound, restored=6036).percent == 50
    assert msgspec.structs.replace(sound, rows=0, restored=0).percent == 0


@pytest.mark.parametrize(("answer", "code"), [
    ('{"unable":"no-room","why":"270 MB needed"}', "drill-no-room"),
    ('{"unable":"uncountable","why":"x.dump"}', "drill-uncountable")])
def test_a_restore_that_could_not_be_held_is_unknown(answer: str, code: str) -> None:
    with pytest.raises(Unknown) as raised:
        postgres_restore(answer)
    assert raised.value.code == code


def test_no_backup_is_an_answer() -> None:
    assert postgres_restore('{"dump":""}').dump == ""


def test_a_copy_in_percent() -> None:
    sound = cluster_restore(CLUSTER_RESTORE)
    assert sound.percent == 100
    assert msgspec.structs.replace(sound, restored=56).percent == 25
    assert msgspec.structs.replace(sound, restored=0, objects=0).percent == 0


@pytest.mark.parametrize(("changes", "flaws"), [
    ({}, ()), ({"status": 0, "heard": ""}, ("succeeded",)), ({"status": 124}, ("endless",)), ({"heard": ""}, ("silent",)),
    ({"left": "x.partial", "lost": 3}, ("left", "lost"))])
def test_how_a_script_takes_a_failure(changes: dict[str, int | str], flaws: tuple[str, ...]) -> None:
    drill = backup_failure(BACKUP_FAILURE)
    one = msgspec.structs.replace(drill.scripts[0], **changes)
    assert one.flaws == flaws
    assert msgspec.structs.replace(drill, scripts=(one,)).faulty == bool(flaws)


def test_a_script_that_never_asked_the_cluster_proves_nothing() -> None:
    drill = backup_failure(BACKUP_FAILURE)
    other = msgspec.structs.replace(drill.scripts[0], asked=0, status=0)
    drill = msgspec.structs.replace(drill, scripts=(other,))
    assert (drill.faulty, drill.unbitten) == (0, (other.script,))


def test_no_backup_at_all_is_told_without_running_anything() -> None:
    done = subprocess.run(["sh", "-c", FACTS["backup_failure"].ask], capture_output=True, text=True, timeout=30,
                          env=os.environ | {"BACKUPS_SCRIPTS": "/nonexistent/one", "BACKUPS_DIRECTORY": "/nonexistent"})
    assert backup_failure(done.stdout).scripts == ()


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
    assert {FACTS[name].asked for name in ("postgres_restore", "redis_restore", "cluster_restore", "backup_failure",
                                               "disk_alert")} == {Asked.DRILL}
