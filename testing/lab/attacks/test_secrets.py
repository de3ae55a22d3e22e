"""Secrets in all places where a server has them: none may appear in anything that the audit writes."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote

import msgspec
import pytest
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

from fleet.exports import write_all
from fleet.rows import judged
from gate.decision import decide
from gate.run import read_run
from notify.memory import LastMessage
from notify.message import changed
from reports.text.words import Voice
from testing.accounts import OnHost
from testing.audits import ROOT, audit
from testing.fleets import round_of, row
from testing.secrets import FORMS, planted
from testing.threats import attack

PLANTED = {f"z{number:02}Kq7Rt2mXw9Lb": form for number, form in enumerate(FORMS) if "AGE-" not in form}
ROWS = [planted(form, secret) for secret, form in PLANTED.items()]
SCRIPT = "/usr/local/bin/planted-backup.sh"
LOGS = ("app", "kernel", "CRON", "k3s", "sudo")
GUESSES = {"Base64 High Entropy String", "Hex High Entropy String", "Public IP (ipv4)"}  # digests are no secrets


UNENDED = (
    "I/O error, dev loop0 -----BEGIN PRIVATE KEY-----",
    'password="never closed',
    "token: |",
    "kind: Secret data:",
    '{"password": [',
)
HOSTILE = (
    "x/\x1b]0;f\x07\x1b[2K\u202e\u2066<img src=x onerror=f()>[f](javascript:f())![f](http://h/f.png)@all<!channel>:f"
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ACTIVE = {
    ".html": ("<img src=x", '="javascript:'),
    ".md": ("](javascript:", "![f](", "<img src=x"),
    ".en": ("<!channel>",),
}


def secret(number: int) -> str:
    return f"y{number:02}Kq7Rt2mXw9Lb"


UNFORMED = tuple(secret(number) for number in range(20))  # secrets that only their place shows to be secrets
OF_PODS = ("postgres://app:{0}@db/x", "panic: token: {0}", "login failed, password={0}", "Authorization: Bearer {0}")
IN_PODS = tuple(f"x{number:02}Kq7Rt2mXw9Lb" for number in range(9))  # in what a cluster holds of pods


def manifests(image: str) -> str:
    """Return a pod that prints secrets and ends, with others in its fields, beside a ConfigMap and an Event with more."""
    said = [form.format(word) for form, word in zip(OF_PODS, IN_PODS, strict=False)]
    prints = "; ".join(f"echo {quote(row)} | tee -a /dev/termination-log" for row in said)
    noted, shown, held, told, because = IN_PODS[4:]
    meta = {"name": "planted", "namespace": "planted"}
    container = {
        "name": "planted",
        "image": image,
        "imagePullPolicy": "Never",
        "command": ["sh", "-c", f"{prints}; exit 1"],
        "args": ["--db-password", shown],
        "env": [{"name": "DB_PASSWORD", "value": held}],
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    event = {
        "kind": "Event",
        "apiVersion": "v1",
        "metadata": meta,
        "involvedObject": {"kind": "Pod", **meta},
        "type": "Warning",
        "reason": f"token={because}",
        "message": f"Back-off of redis://:{told}@cache",
    }
    annotated = {**meta, "annotations": {"password": noted, "note": f"token={noted}"}}
    pod = {"kind": "Pod", "apiVersion": "v1", "metadata": annotated, "spec": {"containers": [container]}}
    settings = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": {"url": f"https://u:{noted}@h/"}}
    named = {"name": "hostile", "image": HOSTILE, "command": [HOSTILE], "env": [{"name": "X", "value": HOSTILE}]}
    written = {"name": "hostile", "namespace": "planted", "annotations": {"note": HOSTILE}}
    hostile = {"kind": "Pod", "apiVersion": "v1", "metadata": written, "spec": {"containers": [named]}}
    return json.dumps({"kind": "List", "apiVersion": "v1", "items": [pod, hostile, settings, event]})


@pytest.fixture
def crashing(on_host: OnHost) -> Iterator[None]:
    """A pod that prints secrets and ends again and again, until its second end is known."""
    image = on_host(
        "k3s kubectl -n twisterlab get pods -l app=redis -o jsonpath='{.items[0].spec.containers[0].image}'"
    )
    on_host("k3s kubectl create namespace planted >/dev/null")
    try:
        on_host(f"k3s kubectl apply -f - <<'END' >/dev/null\n{manifests(image)}\nEND\n")
        ended = "k3s kubectl -n planted get pod planted -o jsonpath='{.status.containerStatuses[0].lastState.terminated.message}'"
        on_host(f"timeout 120 sh -c 'until {ended.replace(chr(39), chr(34))} | grep -q panic; do sleep 1; done'")
        yield
    finally:
        on_host("k3s kubectl delete namespace planted --wait=false >/dev/null")


def own(target: Path) -> list[str]:
    """Return what the audit itself holds: rows of its key, and what its kubeconfig is known by."""
    key = (target / "id_ed25519").read_text().splitlines()[1:-1]
    held = re.findall(r"(?:token|client-key-data): *(\S{20,})", (target / "kubeconfig").read_text())
    assert key
    assert held
    return [*key, *held]


@pytest.fixture
def full(on_host: OnHost) -> Iterator[None]:
    """Put secrets into root's scripts, crontabs, units, journal, file names, sudoers and configurations of clients."""
    script = "\n".join(["#!/bin/bash", *(f": {quote(row)}" for row in ROWS), "cat >/dev/null <<'END'", *ROWS, "END"])
    one, two, three, four, five, six, seven, eight, nine, ten, *more = UNFORMED
    script += f"\n# {one}\nkey={two} other='{three} x'\npg_dump -U {four} x | gzip >/tmp/x || echo {five}\n"
    table = f"# {six}\nMAILTO={seven}\n5 4 * * * root MYSQL_PWD={eight} {SCRIPT} {nine} -p{ten}\n"
    unit = f"[Service]\nType=oneshot\nEnvironment=DB_PASS={more[0]}\nExecStart={SCRIPT} --key={more[1]} {more[2]}\n"
    files = {
        SCRIPT: script,
        "/etc/cron.d/planted": table,
        "/etc/systemd/system/planted.service": unit,
        "/etc/systemd/system/planted.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
        "/etc/sudoers.d/planted": f"# {more[3]}\n",
        "/root/.docker/config.json": f'{{"auths":{{"h":{{"auth":"{more[4]}"}}}}}}\n',
        "/root/.pgpass": f"db:5432:app:bob:{more[5]}\n",
        "/root/.netrc": f"machine h login bob password {more[6]}\n",
        f"/var/log/password={more[7]}.log": "x\n" * 100,
        f"/var/backups/twisterlab/postgres/token={more[8]}.sql": "x\n",
        "/etc/logrotate.d/planted": f"/var/log/planted.log {{\n  daily\n  # password: {more[9]}\n}}\n",
    }
    for name, text in files.items():
        on_host(f"mkdir -p {quote(str(Path(name).parent))}; cat >{quote(name)} <<'PLANTED'\n{text}PLANTED\n")
    on_host(
        f"chmod 0755 {SCRIPT}; chmod 0440 /etc/sudoers.d/planted; systemctl daemon-reload; systemctl start planted.timer"
    )
    rows = enumerate([*ROWS, HOSTILE])
    on_host("".join(f"logger -p kern.err -t {LOGS[at % len(LOGS)]} -- {quote(row)}\n" for at, row in rows))
    try:
        yield
    finally:
        on_host("systemctl stop planted.timer; rm -f -- " + " ".join(map(quote, files)) + "; systemctl daemon-reload")


def leaked(text: str, *more: str) -> list[str]:
    lower = text.lower()
    return [one for one in (*PLANTED, *UNFORMED, *IN_PODS, *more) if one.lower() in lower]


def second_opinion(file: Path) -> list[str]:
    """Return what detect-secrets takes for a secret, by kind and row."""
    with default_settings():
        return [
            f"{found.type}, line {found.line_number}" for found in scan_file(str(file)) if found.type not in GUESSES
        ]


def ran(*words: str) -> str:
    """Return what a command of the program prints."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


def tell(file: Path, folder: Path) -> None:
    """Write what people outside are told of a run, and the pages of a fleet with this server in it."""
    run = read_run(file.read_bytes(), str(file))
    decision = decide(run)
    round = round_of([msgspec.structs.replace(row("edge"), judged=judged(run, decision, run.ended))])
    for language in ("en", "fr"):
        message = changed(run, decision, LastMessage(), Voice(language), "")
        (folder / f"message.{language}").write_text(f"{message.title}\n{message.body}")
        (folder / f"fleet.{language}").mkdir()
        write_all(round, folder / f"fleet.{language}", language)


@pytest.mark.usefixtures("full", "crashing")
@attack("T14", "no secret of the server is in anything the audit writes")
def test_no_secret_of_the_server_is_written(target: Path, tmp_path: Path) -> None:
    """Secrets in scripts, schedules, units, logs, names and pods, the audit's own, and what a page or terminal would obey."""
    out, record = tmp_path / "out", tmp_path / "record.json"
    audited = audit(str(target), out, f"--record={record}", "-m", "not drill", "-rA")
    assert audited.run["results"]
    planned = audit(str(target), tmp_path / "plan", "--fix=plan", "-m", "not drill", "-v")
    said = [audited.output, planned.output, ran("fixtures", "check", str(target))]
    run = str(out / "run.json")
    said += [ran("reports", "compare", run, str(tmp_path / "plan" / "run.json"))]
    for form in ("sarif", "oscal", "hdf"):
        said += [ran("reports", "export", run, "--format", form, "--output", str(tmp_path / f"out.{form}"))]
    said += [ran("fixtures", "ask", str(target), "schedules")]
    tell(out / "run.json", tmp_path)
    (tmp_path / "said.txt").write_text("\n".join(said))
    texts = {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    assert sum("planted/hostile" in text for text in texts.values()) > 5
    read = {file: text for file, text in texts.items() if file.suffix != ".json"}  # as data, and by programs
    assert {file.name: found for file, text in read.items() if (found := UNSEEN.findall(text))} == {}
    assert [
        (file.name, words) for file, text in texts.items() for words in ACTIVE.get(file.suffix, ()) if words in text
    ] == []
    written = [target / "history.sqlite", *(file for file in tmp_path.rglob("*") if file.is_file())]
    assert len(written) > 10
    assert {
        file.name: found for file in written if (found := leaked(file.read_text(errors="replace"), *own(target)))
    } == {}
    others = [file for file in written if file.parent.name != "plan"]  # a second is spent on a megabyte
    assert {file.name: found for file in others if (found := second_opinion(file))} == {}


@pytest.mark.usefixtures("full")
@attack("T14", "a recording without the secrets is judged as the server was")
def test_a_recording_without_secrets_is_judged_the_same(target: Path, tmp_path: Path) -> None:
    """The same server, recorded and judged again from the recording."""
    record = tmp_path / "record.json"
    live = audit(str(target), tmp_path / "live", f"--record={record}", "-m", "not drill")
    again = audit(f"replay:{record}", tmp_path / "again", "-m", "not drill")
    assert again.outcomes == live.outcomes


@attack("T6", "no line of a log hides another one")
def test_a_line_of_a_log_hides_no_other(
    target: Path, tmp_path: Path, on_host: OnHost, mallory: Callable[[str], str]
) -> None:
    """A user logs beginnings without an end, under the kernel's name and others: the server is judged as before, also later."""
    before = audit(str(target), tmp_path / "before", "-m", "live")
    mallory("; ".join(f"logger -t {tag} -- {quote(line)}" for tag in ("kernel", "k3s", "app") for line in UNENDED))
    record = tmp_path / "record.json"
    after = audit(str(target), tmp_path / "after", f"--record={record}", "-m", "live")
    again = audit(f"replay:{record}", tmp_path / "again", "-m", "live")
    on_host("journalctl --rotate >/dev/null 2>&1")
    assert before.outcomes == after.outcomes == again.outcomes
