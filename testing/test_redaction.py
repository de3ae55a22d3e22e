import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask import redaction
from fixtures.ask.facts import FACTS
from fixtures.ask.redaction import HIDDEN, MOST, keep_out, redact
from fixtures.session.registry import registered_facts
from testing.audits import ROOT
from testing.growth import LINEAR, growth
from testing.secrets import ENCODED, FORMS, PLANT, planted
from testing.threats import attack

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl"
PEM = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{'hunter2B' * 8}\n{'hunter2B' * 8}\nhunter2=\n-----END OPENSSH PRIVATE KEY-----"
SECRET_YAML = """apiVersion: v1
items:
- data:
    db: aHVudGVyMg==
    other: aHVudGVyMg==
  kind: Secret
  metadata:
    name: postgres
"""


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2",
        "PGPASSWORD=hunter2 pg_dump",
        "password: hunter2",
        "password: 'hunter2'",
        'DB_PASSWORD = "hunter2"',
        "ALTER ROLE x PASSWORD 'hunter2';",
        "passwd hunter2=hunter2".replace(" hunter2", ""),
        "api_key=hunter2",
        "x-api-key: hunter2",
        "Authorization: Bearer hunter2",
        "Authorization: Basic hunter2",
        "curl -H 'Bearer hunter2hunter2'",
        "token=hunter2&next=1",
        "postgres://app:hunter2@db:5432/x",
        "redis://:hunter2@cache",
        "host=db user=app password=hunter2 dbname=x",
        "requirepass hunter2",
        'masterauth "hunter2"',
        "pg_dump --password hunter2",
        "x --db-password=hunter2",
        '["--password", "hunter2"]',
        '{"name": "PGPASSWORD", "value": "hunter2"}',
        "- name: PGPASSWORD\n  value: hunter2",
        '{"password": "a\\"hunter2"}',
        '{\\"password\\":\\"hunter2\\"}',
        "password: |\n  hunter2",
        '"password": "hunter2',
        "password\x1b[0m=\x1b[31mhunter2",
        "password=\x00hunter2",
        "PASSWORD 'SCRAM-SHA-256$4096:hunter2'",
        "rolpassword|SCRAM-SHA-256$4096:hunter2$hunter2:hunter2",
        PEM,
        PEM[:-20],
        json.dumps({"key": PEM}),
        "{'token': 'hunter2'}",
        "WEBHOOK='https://chat.example.org/hooks/hunter2'",
        "HEARTBEAT=https://beat.example.org/hunter2",
        "curl https://hooks.slack.com/services/T0/B0/hunter2",
    ],
)
def test_a_secret_is_not_kept(text: str) -> None:
    assert "hunter2" in text
    assert "hunter2" not in redact(text)
    assert HIDDEN in redact(text)


@pytest.mark.parametrize(
    "text", [JWT, f"token is {JWT}.", f'{{"a": "{JWT}"}}', "md5 'md5" + "0123456789abcdef" * 2 + "'"]
)
def test_neither_is_a_token_or_a_hash(text: str) -> None:
    assert JWT not in redact(text)
    assert "0123456789abcdef" not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        SECRET_YAML,
        '{"kind":"Secret","data":{"db":"aHVudGVyMg=="}}',
        '{"kind": "Secret", "stringData": {"db": "aHVudGVyMg=="',
        json.dumps({"last": json.dumps({"kind": "Secret", "data": {"db": "aHVudGVyMg=="}})}),
    ],
)
def test_the_data_of_a_kubernetes_secret_is_not_kept(text: str) -> None:
    assert "aHVudGVyMg" not in redact(text)
    assert "Secret" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Filesystem 1B-blocks Used\n/dev/vda1 100 70",
        "rotating pattern: /var/log/kern.log  after 1 days (3 rotations)",
        "secrets are kept elsewhere",
        '{"automountServiceAccountToken": true, "tokenTTL": 3600}',
        '{"secret": {"secretKeys": []}}',
        "https://10.0.0.1:6443/api",
        "basic authentication is off",
        '{"type": "token", "name": "x"}',
        "eyJ is no token",
        "data:\n  a: b\n",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_the_manifest_of_a_secret_keeps_what_is_around_its_data() -> None:
    assert redact(SECRET_YAML).splitlines()[-3:] == ["  kind: Secret", "  metadata:", "    name: postgres"]


LEAVES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
KEYS = st.sampled_from(["password", "token", "secretName", "data", "tokens", "kind", "name", "value"]) | st.text(
    max_size=5
)
VALUES = LEAVES | st.sampled_from(
    [
        "Secret",
        "Bearer abcdefgh",
        "--password",
        'a"b',
        "a\\",
        "postgres://a:b@c",
        PEM,
        PEM[:40],
        JWT,
        "{",
        "password=",
        "it's",
        "token: '",
    ]
)
ROWS = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


def shape(rows: Any) -> Any:
    """Return keys and lengths without the values; the data of a Secret is emptied."""
    if isinstance(rows, dict):
        return {
            key: "" if key in ("data", "stringData") and rows.get("kind") == "Secret" else shape(entry)
            for key, entry in rows.items()
        }
    return [shape(entry) for entry in rows] if isinstance(rows, list) else ""


@given(st.lists(ROWS) | st.dictionaries(KEYS, ROWS), st.booleans())
def test_json_keeps_its_shape(rows: Any, narrow: bool) -> None:
    text = json.dumps(rows, separators=(",", ":") if narrow else None)
    assert shape(json.loads(redact(text))) == shape(rows)


def test_json_without_secrets_stays_as_it_was_written() -> None:
    assert redact('{ "a" : [1, 2.50] }') == '{ "a" : [1, 2.50] }'


def test_json_line_by_line_and_json_cut_short_are_searched_too() -> None:
    assert redact('{"password":"hunter2"}\n{"a":1}\nlast') == '{"password":"[redacted]"}\n{"a":1}\nlast'
    assert "hunter2" not in redact('{"a": {"password": "hunter2", "b')
    assert "hunter2" not in redact("[" * 100_000 + '"password=hunter2"')


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a-",
        "a.b.",
        "password",
        "password=",
        "token:",
        "://",
        "://a:",
        "-----BEGIN A PRIVATE KEY-----",
        "eyJaaaaaaaaa",
        "-eyJaaaaaaaaa",
        "--",
        "--token ",
        '"',
        '\\"',
        "data:\n ",
        " ",
        "\x00\x1b[0m",
        '"data":{',
        "kind: Secret\ndata:\n  a: b\n",
        "SCRAM-SHA-256$",
        "bearer ",
        "[",
        "password|\n ",
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    assert growth(lambda size: redact((unit * size)[:size]), MOST // 16) < LINEAR


def test_a_hundred_megabytes_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take no more time than what is left of them."""
    monkeypatch.setattr(redaction, "MOST", most := MOST // 64)
    long, short = "secret " * (15 * 1024 * 1024), ("secret " * most)[:most]
    assert len(redact(long)) == most
    assert growth(lambda size: redact(short if size == most else long), 4 * most) < LINEAR


@attack("T14", "no secret of a usual form is stored or shown")
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_of_any_usual_form_is_hidden(form: str) -> None:
    """A secret in each of a hundred forms, alone, quoted, in a diff and behind the words of a log."""
    text = planted(form)
    for row in (text, f"| {text}", f"+{text}", json.dumps({"a": [text]})):
        assert PLANT.lower() not in redact(row).lower()
    assert redact(redact(text)) == redact(text)


@attack("T14", "no secret of a usual form is stored or shown")
def test_a_login_in_base64_is_hidden_and_a_word_is_not() -> None:
    """User and password in the form of HTTP's basic authentication."""
    assert ENCODED.split()[1] not in redact(ENCODED)
    assert redact("basic training") == "basic training"


@pytest.mark.parametrize(
    "text",
    [
        "the datastore of k8s-1 with its token: K3s cannot bring it back here",
        "no token: the audit goes without it",
        "PGPASSWORD=$(cat /run/pw) pg_dump",
        'export PGPASSWORD="$POSTGRES_PASSWORD"; exec pg_dumpall',
        "PWD=/root",
        "--password-file /etc/backup/pw",
        "RESTIC_PASSWORD_FILE=/etc/restic",
        "passwordauthentication no",
        "PermitRootLogin prohibit-password",
        "mysql -P 3306",
        "curl -fsS https://10.0.0.1:6443/healthz",
        "docker-pullable://docker.io/lab/pause:1@sha256:0123456789abcdef",
        "root:x:0:0:root:/root:/bin/bash",
        "00:16:3e:5e:6c:00",
        "2026-11-27T19:49:59+00:00 postgres: backup FAILED (status 1); older ones are untouched",
        "echo done | logger -t backup",
        "4 files passed, 2 tokens left",
        "sk-1 task-runner pass",
        "sudo -u user pg_dump app >/var/backups/twisterlab/x.sql",
        "the user bob is on call > 3 days",
        "docker run -u 1000:1000 https://h",
        "redis needs auth before any command",
        "see --token, which others have",
        "FOREIGN_KEY=customers",
        "CONFIG_KEY=/etc/x1/key.pem",
        "vault login failed: permission denied",
        "vault: command not found",
        "mkpasswd is missing",
        "snmpwalk -v2c h",
        "net.ipv4.ip_forward = 1",
        "network: unreachable",
        "restic -p /etc/restic/password backup",
        "openssl passwd failed",
        "256 SHA256:9fQ0bW1k4TtH3nq8rYq2VxqkQmC0F1yJ5j7h2dS3aBc edge (ED25519)",
        "docker.io/library/nginx:1.27A@sha256:0123456789abcdef",
        "https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
        "GET /api/v1/namespaces/default/pods/mcp-unified-7d9f8b6c5d-x2v4q",
        "remote: git@github.com:org/Repo2Name.git",
        "5 4 * * * root /usr/local/bin/backup-twisterlab-postgres.sh",
        "0 3 * * 1 root test -x /usr/sbin/x || echo ready",
        "zip -r a.zip Photos",
        "restart sshd, then login as bob/twister",
        "k3s server --tls-san h -t",
        "getty@tty1.service: started user@1000.service",
        "authentication failed for system:serviceaccount:default:reader",
        "ExecStart=/usr/bin/rclone sync /var/backups remote:backups",
        "backup:twister@10.77.0.2",
    ],
)
def test_a_sentence_a_place_and_a_variable_stay(text: str) -> None:
    assert redact(text) == text


def test_a_key_of_several_rows_is_hidden_row_by_row() -> None:
    text = f"before\n{PEM}\nafter".replace("\n", "\n| ")
    hidden = redact(text).split("\n")
    assert "hunter2" not in "".join(hidden)
    assert len(hidden) == len(text.split("\n"))
    assert (hidden[0], hidden[-1]) == ("before", "| after")


PUTTY = f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 2\n{'hunter2B' * 8}\nhunter2=\nPrivate-MAC: hunter2\nafter"


def test_a_key_of_putty_is_hidden_row_by_row() -> None:
    hidden = redact(PUTTY).split("\n")
    assert "hunter2" not in "".join(hidden)
    assert (hidden[1], hidden[-1], len(hidden)) == ("Private-Lines: 2", "after", 6)


HOSTILE = (
    "I/O error, dev loop0 -----BEGIN PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----MIIE",
    "Private-Lines: 3",
    "vault login",
    "cat <<<",
    'password="never closed',
    "token='",
    "password: |",
    "secret: >-",
    "kind: Secret",
    "data:",
    "stringData: {",
    '{"password": "x", "a": [',
    "{",
    "[",
    "- name: PASSWORD",
    "token=\\",
)


def rows_of_facts() -> list[tuple[str, str]]:
    """Return the recorded answers that consist of rows, by fact."""
    registered_facts()
    recording = json.loads((ROOT / "lab" / "recordings" / "ready.json").read_text())
    answers = {name: row["out"] for name, row in recording["answers"].items() if name in FACTS}
    return [(name, out) for name, out in answers.items() if out.count("\n") > 1]


@attack("T6", "no row of an answer decides whether another one is seen")
@pytest.mark.parametrize(("name", "out"), rows_of_facts(), ids=lambda value: value[:24].split("\n")[0])
def test_a_hostile_row_changes_no_other_row(name: str, out: str) -> None:
    """Beginnings without an end (a key, a quote, a block of YAML, a manifest, JSON) between the rows of every fact's answer."""
    rows, alone = out.split("\n"), redact(out).split("\n")
    places = sorted({0, 1, len(rows) // 2, len(rows) - 1})
    for hostile in HOSTILE:
        for place in places:
            hidden = redact("\n".join([*rows[:place], hostile, *rows[place:]])).split("\n")
            assert hidden[:place] + hidden[place + 1 :] == alone, (name, hostile)


@attack("T6", "no row of an answer decides whether another one is seen")
@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n"), max_size=40)), st.sampled_from(HOSTILE))
def test_rows_of_any_text_stay_apart(rows: list[str], hostile: str) -> None:
    """A hostile row before rows of any text that begin as the rows of a log do."""
    logged = [f"1795808996.5 edge kernel: {row}" for row in rows]
    before, after = redact("\n".join(logged)), redact("\n".join([hostile, *logged]))
    assert after.split("\n")[1:] == (before.split("\n") if rows else [])


@attack("T13", "a secret that this program holds itself is never stored or shown")
@pytest.mark.parametrize(
    "held", ["s3cr3tclustertoken\n", "two words of it", "quo'ted\"token", "tab\tin it", "clé-secrète-é"]
)
def test_what_this_program_holds_is_hidden_in_any_form(held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token with a newline, blanks, quotes or accents in the text of an exception, as it is or as Python shows it."""
    monkeypatch.setattr("fixtures.ask.redaction._kept_out", {})
    keep_out(held)
    for text in (f"ValueError: Invalid header value {held!r}", f"cannot use <{held}> here", json.dumps({"a": held})):
        assert held.strip() not in redact(text)
        assert repr(held.strip())[1:-1] not in redact(text)
