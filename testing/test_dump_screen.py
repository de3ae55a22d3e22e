"""T15: of psql's own commands, only those that pg_dump writes may stand in a dump; no other reaches psql."""

import shutil
import subprocess
from pathlib import Path

import pytest

import fixtures.drills
from testing.threats import attack

SCREEN = Path(fixtures.drills.__file__).with_name("postgres_screen.awk")
HONEST = r"""
\restrict abcDEF
SET standard_conforming_strings = on;
SELECT 'a
\! inside a string', E'it\'s \\', e'\'', type'\', "a \! name", U&'\0041' FROM t; -- \! in a comment
SELECT 'it''s \! one', $$ \! $$, $tag$ $$ \!
\! $tag$, a$b$ FROM t;
/* \! /* nested \! */
\! */ SELECT (1 - 2) / 3;
COPY public.t (a, b) FROM stdin;
\N	\!
\\.
\.
\unrestrict abcDEF
\connect other
\encoding SQL_ASCII
\connect -reuse-previous=on "dbname='it\'s a \\ ""base""'"
CREATE FUNCTION f() RETURNS int LANGUAGE sql
    BEGIN ATOMIC
 SELECT 1;
END;
SELECT E'one'
'two \' three';
"""


def screened(dump: str, *options: str, awk: str = "awk") -> subprocess.CompletedProcess[str]:
    command = [*awk.split(), *options, "-f", str(SCREEN)]
    return subprocess.run(command, input=dump, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("awk", ["mawk", "gawk", "busybox awk"])
def test_an_honest_dump_passes_unchanged(awk: str) -> None:
    if not shutil.which(awk.split()[0]):
        pytest.skip(f"{awk} is not installed here")
    done = screened(HONEST, "-v", "keep=1", awk=awk)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == HONEST


def test_psql_is_told_to_refuse_in_every_database() -> None:
    done = screened("\\restrict theirs\n\\connect one\nSELECT 1;\n\\unrestrict theirs\n", "-v", "key=ours")
    assert done.stdout == "\\unrestrict ours\n\\connect one\n\\restrict ours\nSELECT 1;\n"


def test_the_encoding_of_a_quoted_name_is_set_where_psql_refuses_nothing() -> None:
    """psql refuses even this command below \\restrict, so it goes out with the \\connect that it stands before."""
    connect = "\\connect -reuse-previous=on \"dbname='My Base'\"\n"
    done = screened(f"\\unrestrict theirs\n\\encoding SQL_ASCII\n{connect}\\restrict theirs\n", "-v", "key=ours")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"\\unrestrict ours\n\\encoding SQL_ASCII\n{connect}\\restrict ours\n"


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("DROP DATABASE shop;", "DROP DATABASE IF EXISTS shop;"),
        ("DROP DATABASE IF EXISTS shop;", "DROP DATABASE IF EXISTS shop;"),
        ("DROP USER MAPPING FOR a SERVER b;", "DROP USER MAPPING IF EXISTS FOR a SERVER b;"),
        ("DROP OPERATOR CLASS public.o USING btree;", "DROP OPERATOR CLASS IF EXISTS public.o USING btree;"),
        ("DROP TEXT SEARCH CONFIGURATION public.c;", "DROP TEXT SEARCH CONFIGURATION IF EXISTS public.c;"),
        ("DROP MATERIALIZED VIEW public.m;", "DROP MATERIALIZED VIEW IF EXISTS public.m;"),
        ("DROP OWNED BY shop;", "DROP OWNED BY shop;"),
        (
            "ALTER TABLE ONLY public.t DROP CONSTRAINT t_pkey;",
            "ALTER TABLE IF EXISTS ONLY public.t DROP CONSTRAINT IF EXISTS t_pkey;",
        ),
        (
            "ALTER TABLE public.t ALTER COLUMN id DROP DEFAULT;",
            "ALTER TABLE IF EXISTS public.t ALTER COLUMN id DROP DEFAULT;",
        ),
        (
            "SELECT pg_catalog.lo_unlink('17');",
            "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '17';",
        ),
        (
            "SET transaction_timeout = 0;",
            "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';",
        ),
        ("GRANT a TO b WITH ADMIN OPTION GRANTED BY postgres;", "GRANT a TO b WITH ADMIN OPTION;"),
        (
            "CREATE TABLESPACE fast OWNER a LOCATION '/mnt/a b';",
            "CREATE TABLESPACE fast OWNER a LOCATION '/data/space1';",
        ),
        ("SELECT $$\nDROP TABLE t;\n$$;", "SELECT $$\nDROP TABLE t;\n$$;"),
        ("COPY t FROM stdin;\nDROP TABLE t;\n\\.", "COPY t FROM stdin;\nDROP TABLE t;\n\\."),
    ],
)
def test_what_an_empty_instance_of_another_version_does_without(written: str, run: str) -> None:
    assert screened(f"{written}\n").stdout == f"{run}\n"
    assert screened(f"{written}\n", "-v", "keep=1").stdout == f"{written}\n"


@attack("T15", "A dump cannot have psql run a command of its own")
@pytest.mark.parametrize(
    ("dump", "line"),
    [
        ("\\! id >/phase0/drill/out\n", 1),
        ("SELECT 1; \\! id\n", 1),
        ("SELECT 1 \\g |id\n", 1),
        ("SELECT 'x' \\gexec\n", 1),
        ("\n\\o /tmp/big\n", 2),
        ("\\copy t to program 'id'\n", 1),
        ("\\i /etc/passwd\n", 1),
        ("\\set x `id`\n", 1),
        ("\\connect `id`\n", 1),
        ('\\connect "host=10.0.0.1 dbname=x"\n', 1),
        ("\\connect -reuse-previous=on \"dbname='x' host='y'\"\n", 1),
        ("COPY t FROM stdin;\n1\n\\.\n\\! id\n", 4),
        ("SELECT 1 AS\nCOPY t FROM stdin;\n\\! id\n", 3),
        ("SELECT (1;\nCOPY t FROM stdin;\n\\! id\n", 3),
        ("BEGIN ATOMIC SELECT 1;\nCOPY t FROM stdin;\n\\! id\n", 3),
        ("SELECT 'a'; /* */ \\! id\n", 1),
        ("SELECT $a$ $b$ $a$ \\! id $b$\n", 1),
        ("SELECT 'a\\' \\! id'\n", 1),
        ("SET standard_conforming_strings = off;\nSELECT 'a\\'', \\! id\n", 2),
        ('SELECT "a"" \\" \\! id\n', 1),
        ("\\.\n", 1),
        ("\\restrict a b\n", 1),
        ("\\encoding SJIS\n", 1),
        ("\\encoding SQL_ASCII \\! id\n", 1),
        ("SELECT 1\n\\encoding SQL_ASCII\n", 2),
    ],
)
def test_a_command_of_psql_is_refused_by_its_line(dump: str, line: int) -> None:
    """A command of psql's own after rows, comments, strings and names that might hide where it begins."""
    done = screened(dump)
    assert done.returncode == 3
    assert done.stderr.split()[0] == str(line)
    assert done.stdout.count("\n") == line - 1


@pytest.mark.parametrize("name", ["SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB"])
@pytest.mark.parametrize(
    "line",
    [
        "SET client_encoding = '{}';",
        "set  names '{}';",
        "SELECT pg_catalog.set_config('client_encoding', '{}', false);",
        "SET SESSION client_encoding TO {};",
    ],
)
def test_a_backslash_within_a_letter_is_no_backslash(name: str, line: str) -> None:
    """In these encodings the second byte of a letter may be a backslash or a quote: which it is nobody can tell here."""
    done = screened(f"{line.format(name)}\nSELECT E'x';\n", "-v", "keep=1")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"encoding {name}\n")


@pytest.mark.parametrize(
    "line",
    [
        "SET client_encoding = 'UTF8';",
        "SET client_encoding = 'SQL_ASCII';",
        "SET client_encoding = 'EUC_JIS_2004';",
        "SET client_encoding = 'WIN1252';",
        "ALTER ROLE shop SET client_encoding TO 'SJIS';",
        "SELECT 'a\nSET client_encoding = SJIS;\n';",
        "COPY t FROM stdin;\nSET client_encoding = 'SJIS';\n\\.",
    ],
)
def test_other_encodings_and_what_only_names_one_pass(line: str) -> None:
    assert screened(f"{line}\n").stdout == f"{line}\n"


def test_a_database_that_every_instance_has_is_not_made_again() -> None:
    made = "CREATE DATABASE postgres WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C';\n\\connect postgres\n"
    assert screened("DROP DATABASE postgres;\n" + made).stdout == "\n\n\\connect postgres\n"
    assert screened("CREATE DATABASE postgres_two;\n").stdout == "CREATE DATABASE postgres_two;\n"
