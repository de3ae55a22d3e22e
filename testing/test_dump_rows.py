"""BKP-10: the rows of a dump are counted before it is restored, by the drill's own awk."""

import subprocess
from pathlib import Path

import pytest

import fixtures.drills

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


def counted(dump: str, *only: str) -> tuple[str, list[str]]:
    """Return the drill's result for the whole dump, and its rows of these kinds with spaces for tabs."""
    script = ROOMS / "drills" / "postgres_rows.awk"
    done = subprocess.run(
        ["awk", "-f", str(script)], input=dump, capture_output=True, text=True, timeout=30, check=True
    )
    *rows, counts = done.stdout.splitlines()
    shown = [row.replace("\t", " ") for row in rows if row.split("\t")[0] in only]
    return counts.removeprefix("told "), shown


def test_rows_are_counted_by_base_and_table() -> None:
    counts, expected = counted(DUMP, "table")
    assert counts == f"{len(DUMP)} 2 3 1 0 0 0 1"
    assert expected == ["table 3 telemetry public samples", "table 0 my base public My Table"]


def test_a_dump_cut_inside_a_block_says_so() -> None:
    counts, _ = counted(DUMP[: DUMP.index("3\t4")])
    assert counts.split()[3:5] == ["0", "1"]


def test_a_dump_without_its_last_base_is_not_finished() -> None:
    counts, _ = counted(DUMP.replace("-- PostgreSQL database cluster dump complete\n", ""))
    assert counts.split()[3] == "0"


def test_partitions_loaded_by_their_root_are_one_table() -> None:
    again = DUMP.replace("\\connect -reuse", "COPY public.samples (at, value) FROM stdin;\n5\t6\n\\.\n\\connect -reuse")
    _, expected = counted(again, "table")
    assert expected[0] == "table 4 telemetry public samples"


def test_rows_written_as_inserts_are_counted() -> None:
    counts, expected = counted(INSERTS, "table")
    assert counts.split()[1:6] == ["3", "7", "1", "0", "5"]
    assert expected == [
        "table 3 telemetry public notes",
        "table 3 telemetry public My Table",
        "table 1 telemetry public ids",
    ]


def test_a_dump_cut_inside_an_insert_says_so() -> None:
    counts, _ = counted(INSERTS[: INSERTS.index("line');")])
    assert counts.split()[4] == "1"


def test_owners_a_dump_does_not_make_are_made_for_the_drill() -> None:
    dump = 'CREATE ROLE postgres;\nALTER TABLE public.a OWNER TO "web app";\nALTER TABLE public.b OWNER TO postgres;\n'
    _, rows = counted(
        dump + "ALTER TABLE public.c OWNER TO telemetry;\nGRANT SELECT ON TABLE public.b TO PUBLIC;\n", "role"
    )
    assert rows == ["role telemetry", "role web app"]


@pytest.mark.parametrize(
    "line",
    [
        'GRANT SELECT ON TABLE public.t TO "the role" WITH GRANT OPTION;',
        'REVOKE ALL ON TABLE public.t FROM "the role";',
        'ALTER DEFAULT PRIVILEGES FOR ROLE "the role" IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;',
        'ALTER DEFAULT PRIVILEGES FOR ROLE made IN SCHEMA app GRANT SELECT ON TABLES TO "the role";',
        'CREATE USER MAPPING FOR "the role" SERVER far OPTIONS (',
        "SET SESSION AUTHORIZATION 'the role';",
    ],
)
def test_every_role_that_a_dump_needs_is_made_for_the_drill(line: str) -> None:
    assert counted(f"CREATE ROLE made;\n{line}\n", "role")[1] == ["role the role"]


def test_tablespaces_that_a_dump_needs_and_does_not_make_are_made_for_the_drill() -> None:
    dump = "SET default_tablespace = '';\nSET default_tablespace = fast;\nSET default_tablespace = \"on disk\";\n"
    assert sorted(counted(dump, "needs")[1]) == ["needs fast", "needs on disk"]
    made = "CREATE TABLESPACE fast OWNER postgres LOCATION '/srv/fast';\n"
    assert counted(made + dump, "needs", "laid")[1] == ["needs on disk", "laid fast"]


def test_two_dumps_in_one_file_are_both_finished() -> None:
    one = "-- PostgreSQL database dump\n\\connect {}\n-- PostgreSQL database dump complete\n"
    both, cut = one.format("a") + one.format("b"), one.format("a").replace(" complete", " is") + one.format("b")
    assert [counted(dump)[0].split()[3] for dump in (both, cut.replace("dump is", "\nrows"))] == ["1", "0"]
    assert counted(both, "joins")[1] == ["joins a", "joins b"]


def test_names_of_old_dumps_are_found_by_their_search_path() -> None:
    _, rows = counted("SET search_path = app, pg_catalog;\nCOPY t (a) FROM stdin;\n1\n\\.\n", "table")
    assert rows == ["table 1 postgres app t"]


def test_twenty_bytes_of_gzip_hold_nothing() -> None:
    assert counted("")[0] == "0 0 0 0 0 0 0 0"


def test_a_custom_format_is_no_sql() -> None:
    assert counted("PGDMP\x01\x0e\x00\n")[0].split()[-2] == "1"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("shop", "shop"),
        ('"My Base"', "My Base"),
        ("-reuse-previous=on \"dbname='my base'\"", "my base"),
        ("-reuse-previous=on \"dbname='Bob\\\\'s'\"".replace("\\\\", "\\"), "Bob's"),
        ('-reuse-previous=on "dbname=\'say ""hi""\'"', 'say "hi"'),
        ("-reuse-previous=on \"dbname='back\\\\slash='\"", "back\\slash="),
        ("-reuse-previous=on \"dbname='été'\"", "été"),
    ],
)
def test_a_database_has_the_name_that_pg_dump_wrote(written: str, name: str) -> None:
    assert counted(f"\\connect {written}\n", "joins")[1] == [f"joins {name}"]
