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
    ],
)
def test_a_command_of_psql_is_refused_by_its_line(dump: str, line: int) -> None:
    """A command of psql's own after rows, comments, strings and names that might hide where it begins."""
    done = screened(dump)
    assert done.returncode == 3
    assert done.stderr.split()[0] == str(line)
    assert done.stdout.count("\n") == line - 1
