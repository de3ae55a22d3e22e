"""`init`: what it makes of what it sees, who vouches for a key, and what it refuses, without a server."""

import base64
import subprocess
import tomllib
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fixtures.rights.observer import HOME
from fixtures.target import Target
from init import folder as files
from init.admin import reach_of
from init.conduct import start
from init.errors import InitError
from init.folder import Journal, digest, read_journal, remove_files, write_journal, written
from init.guess.backups import starred
from init.guess.workloads import repository
from init.host_key import HostKey, keys_in, vouched
from init.look import Cluster, Found, LookError, read_look
from init.options import Options
from init.seeing import refusals, unknown
from init.server import install_script, is_whole, kubeconfig_script, remove_script, wanted
from init.target_toml import Way, target_toml
from testing.in_process import run

LOOK = (Path(__file__).parent / "look.txt").read_text(encoding="utf-8")
WAY = Way("198.51.100.7")
TODAY = date(2026, 5, 4)


def tables(look: str) -> dict[str, Any]:
    return tomllib.loads(target_toml("edge", WAY, read_look(look), TODAY))


def without(*beginnings: str) -> str:
    return "".join(line for line in LOOK.splitlines(keepends=True) if not line.startswith(beginnings))


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """The target that target.toml of this server describes."""
    return msgspec.convert({**tables(LOOK), "folder": str(tmp_path)}, Target)


def test_what_was_seen_becomes_a_target() -> None:
    found = tables(LOOK)
    assert found["mcp"] == {
        "deployment": "mcp-unified",
        "namespaces": ["default", "twisterlab", "twisterlab-dev"],
        "service": "mcp-unified",
        "port": 9000,
        "path": "/healthz",
        "node_port_url": "http://198.51.100.7:30090/healthz",
        "image": "twisterlab/mcp-unified",
    }, "the plan's namespaces stay where nothing runs in them"
    assert found["postgres"] == {"namespace": "data", "pod": "main-0", "container": "pg"}
    assert found["redis"] == {"namespace": "data", "selector": "app.kubernetes.io/name=cache", "container": "redis"}
    assert found["backups"] == {
        "directory": "/srv/backup",
        "postgres": "pg/main_*.sql.gz",
        "redis": "redis/*/dump.rdb",
        "configs": "k3s/etcd-*",
        "offhost": "/mnt/nas/backup",
        "scripts": ["/usr/local/bin/backup-pg.sh", "/usr/local/bin/backup-old.sh"],
    }, "a script that others may change is none that a drill runs"
    assert found["monitoring"]["script"] == "/usr/local/bin/check-disk.sh"
    assert found["logs"] == {"backup": "/var/log/backup.log"}
    assert found["plan"] == {"start": TODAY, "meeting": date(2026, 5, 11)}


def test_what_was_not_found_is_a_comment_and_the_plan_counts(target: Target) -> None:
    bare = without("workload", "pod", "service", "file", "script", "log", "port", "monitor", "textfiles", "cluster")
    text = target_toml("edge", WAY, read_look(bare), TODAY)
    rest = {name: table for name, table in tomllib.loads(text).items() if table}
    assert set(rest) == {"target", "host", "cluster", "plan"}
    assert '# Not found: no Deployment has “mcp” in its name\n# deployment = "mcp-unified"\n' in text
    made = msgspec.convert({**tomllib.loads(text), "folder": "/"}, Target)
    assert made.backups == msgspec.convert({}, type(target.backups))


def test_every_value_says_where_it_was_seen() -> None:
    lines = target_toml("edge", WAY, read_look(LOOK), TODAY).splitlines()
    first = [above for above, line in pairwise(lines) if " = " in line and not line.startswith("#")]
    assert [line for line in first if not line.startswith("#") and " = " not in line] == []


@pytest.mark.parametrize(
    "row",
    [
        'workload\tDeployment\tdefault\tmcp"\n[host]\tx=y \t\t',
        'log\t1\t/var/log/backup"\u2028.log',
        "runs\t/etc/cron.d/\x1b[31mx\t/usr/local/bin/backup-pg.sh",
        'script\t/usr/local/bin/a-backup".sh\troot 755\tpostgres ',
        "service\tx",
        "port\t" + "9" * 400,
        "cluster",
        "ours\t/etc/sudoers.d/phase0-gate\t440 root\tnot base64!",
    ],
)
def test_a_hostile_row_makes_no_key_and_no_crash(row: str) -> None:
    made = tables(LOOK.replace("whole\n", f"{row}\nwhole\n"))
    assert set(made["host"]) == {"address", "user", "identity_file", "known_hosts"}
    msgspec.convert({**made, "folder": "/"}, Target)


@pytest.mark.parametrize("look", ["", "whole\n", LOOK.removesuffix("whole\n"), "Password:\nwhole\n"])
def test_half_an_answer_is_none(look: str) -> None:
    with pytest.raises(LookError):
        read_look(look)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("systemd", "there is no systemd"),
        ("cluster", "there is no cluster"),
        ("system\t", ""),
    ],
)
def test_what_will_be_unknown_is_said(gone: str, said: str) -> None:
    look = without(gone) if said else LOOK.replace("debian\t\tDebian GNU/Linux 12 (bookworm)", "alpine\t\tAlpine 3.20")
    (line,) = unknown(read_look(look), WAY, "")
    assert (said or "Alpine 3.20 is not made from Debian") in line
    assert list(unknown(read_look(LOOK), WAY, "")) == []
    assert len(list(unknown(read_look(LOOK), WAY, "nc %h"))) == 1


def test_a_cluster_that_was_not_asked_is_not_called_silent() -> None:
    silent = LOOK.replace("whole\n", "silent\tk3s\nwhole\n")
    assert [line for line in unknown(read_look(silent), WAY, "") if "does not answer" in line]
    assert list(unknown(read_look(silent.replace("root\t0\n", "root\t1000\n")), WAY, "")) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("account\t/home/phase0-audit", "could do more"),
        ("sshd\tallowusers\tdana twister", "lets in chosen accounts alone"),
        ("sshd\tpubkeyauthentication\tno", "takes no keys"),
        ("sshd\tauthorizedkeysfile\t/etc/ssh/keys/%u", "looks for keys in /etc/ssh/keys/%u"),
    ],
)
def test_where_the_account_could_not_answer_nothing_is_installed(row: str, said: str) -> None:
    (line,) = refusals(read_look(LOOK.replace("whole\n", f"{row}\nwhole\n")), "phase0-audit")
    assert said in line
    assert list(refusals(read_look(LOOK), "phase0-audit")) == []
    assert "it lacks sudo, without" in next(refusals(read_look(without("tool\tsudo")), "phase0-audit"))


KEY, OTHER = (HostKey("ssh-ed25519", base64.b64encode(bytes([number]) * 51).decode()) for number in (1, 2))
RSA = HostKey("ssh-rsa", OTHER.key)


@pytest.mark.parametrize(
    ("kept", "given", "strict", "by"),
    [
        ([KEY], "", "ask", "your known_hosts"),
        ([OTHER, KEY], "", "ask", "your known_hosts"),
        ([], KEY.fingerprint, "ask", "the fingerprint that was given"),
        ([RSA], "", "ask", ""),
        ([], "", "ask", ""),
        ([], "", "accept-new", "your configuration of ssh, which takes any new key"),
        ([OTHER], "", "ask", None),
        ([OTHER], "", "no", None),
        ([KEY], OTHER.fingerprint, "ask", None),
    ],
)
def test_who_vouches_for_a_key(kept: list[HostKey], given: str, strict: str, by: str | None) -> None:
    reach = reach_of(
        f"hostname 198.51.100.7\nuser dana\nport 22\nstricthostkeychecking {strict}\nuserknownhostsfile ~/x\n"
    )
    if by is None:
        with pytest.raises(InitError, match="find out why"):
            vouched(KEY, reach, kept, given)
    else:
        assert vouched(KEY, reach, kept, given) == by


def test_a_fingerprint_is_that_of_ssh_keygen(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    line = f"edge {(tmp_path / 'key.pub').read_text()}"
    printed = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "key.pub")], capture_output=True, text=True, check=True
    )
    marked = f"# edge\n@revoked {line}edge ssh-rsa not-base64\n\n{line}"
    assert [key.fingerprint for key in keys_in(marked)] == [printed.stdout.split()[1]]


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ("mcp", "mcp"),
        ("team/mcp:v1", "team/mcp"),
        ("localhost/mcp@sha256:ab", "mcp"),
        ("registry:5000/team/mcp:v1@sha256:ab", "team/mcp"),
        ("ghcr.io/team/mcp", "team/mcp"),
    ],
)
def test_the_path_of_an_image(image: str, path: str) -> None:
    assert repository(image) == path


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/b/postgres_20260204_0300.sql.gz", "/b/postgres_*.sql.gz"),
        ("/b/k8s-20260204T030000Z", "/b/k8s-*"),
        ("/b/2026-02-04/app.sql", "/b/*/app.sql"),
        ("/b/app.sql.gz", "/b/app.sql.gz"),
        ("/srv/pg16/app1.dump", "/srv/pg16/app1.dump"),
    ],
)
def test_dates_become_stars(path: str, pattern: str) -> None:
    assert starred(path) == pattern


def test_scripts_of_root_are_read_whole_or_do_nothing(target: Target) -> None:
    want, cluster = wanted(target, "ssh-ed25519 AAAA phase0-audit"), Cluster("k3s", 6443, "k3s kubectl")
    for script in (
        install_script(want, cluster),
        kubeconfig_script("phase0-audit", cluster, "2001:db8::1"),
        remove_script("phase0-audit", None),
    ):
        assert script.startswith("work() {\n")
        assert script.endswith("\n}\nwork\n")
    for text in want.parts.values():
        assert text.rstrip("\n") in install_script(want, cluster)
    half = f"id() {{ echo 0; }}; touch() {{ exit 9; }}\n{remove_script('phase0-audit', None)[:-8]}"
    done = subprocess.run(["sh"], input=half, capture_output=True, text=True)
    assert (done.returncode != 0, done.stdout) == (True, ""), "a function without its end is a mistake of syntax"
    assert subprocess.run(["sh", "-n"], input=install_script(want, cluster), text=True).returncode == 0


def test_what_is_there_is_not_installed_again(target: Target) -> None:
    want = wanted(target, "ssh-ed25519 AAAA phase0-audit")
    found = read_look(LOOK)
    assert not is_whole(want, found)
    names = ("clusterrole", "clusterrolebinding", "serviceaccount")
    objects = (*(f"{name}/phase0-audit" for name in names), "secret/phase0-audit-token")
    whole = msgspec.structs.replace(found, account=HOME, ours=want.files, objects=objects)
    assert is_whole(want, whole)
    assert not is_whole(want, msgspec.structs.replace(whole, objects=objects[:3]))
    assert not is_whole(wanted(target, "ssh-ed25519 BBBB phase0-audit"), whole)


def test_a_folder_loses_what_nobody_changed_and_keeps_the_rest(tmp_path: Path) -> None:
    journal = written(tmp_path, Journal("edge"), {"target.toml": "a", "waivers.toml": "b"})
    (tmp_path / "id_ed25519").write_text("key")
    (tmp_path / "waivers.toml").write_text("changed")
    assert written(tmp_path, journal, {"target.toml": "new"}) == journal, "what is there is not written again"
    assert read_journal(tmp_path) == journal
    assert journal.files == {"target.toml": digest("a"), "waivers.toml": digest("b")}
    assert remove_files(tmp_path, journal) == ["waivers.toml"]
    assert [file.name for file in tmp_path.iterdir()] == ["waivers.toml"]
    (tmp_path / "waivers.toml").unlink()
    write_journal(tmp_path, journal)
    assert remove_files(tmp_path, journal) == []
    assert not tmp_path.exists()


@pytest.mark.parametrize(
    ("present", "options", "said"),
    [
        ({}, {}, "--host ADDRESS"),
        ({"target.toml": ""}, {"host": "h"}, "init did not make it"),
        ({"init.json": '{"host": "h"}'}, {"host": "other"}, "is of h"),
        ({"init.json": "{"}, {"host": "h"}, "no journal of init"),
        ({"init.json": '{"host": "h", "more": 1}'}, {"host": "h"}, "no journal of init"),
        ({}, {"host": "h", "ssh_config": "/nowhere"}, "there is no such file"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(
    tmp_path: Path, present: Mapping[str, str], options: dict[str, Any], said: str
) -> None:
    for name, text in present.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InitError, match=said) as refused:
        start(Options(name="edge", **options), tmp_path, read_journal(tmp_path))
    assert (refused.value.status, "\n" in str(refused.value)) == (4, False)


def test_a_later_run_needs_no_address(tmp_path: Path) -> None:
    write_journal(tmp_path, Journal("h", 2222, "dana"))
    journal = start(Options(name="edge", admin="root"), tmp_path, read_journal(tmp_path))
    assert (journal.host, journal.port, journal.admin) == ("h", 2222, "root")
    with files.alone(tmp_path), pytest.raises(InitError) as busy, files.alone(tmp_path):
        pass
    assert busy.value.status == 75


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("edge",), "--host ADDRESS"),
        (("Edge", "--host=h"), "no name of a server"),
        (("../edge", "--host=h"), "no name of a server"),
        (("e$(id)", "--host=h"), "no name of a server"),
        (("e\nd", "--host=h"), "no name of a server"),
        (("demo", "--host=h"), "is taken"),
        (("e" * 61, "--host=h"), "longer than 60"),
        (("edge", "--host=-oProxyCommand=x"), "--host"),
        (("edge", "--host=dana@h"), "--admin"),
        (("edge", "--host=192.0.2.7"), "address for examples"),
        (("edge", "--host=h", "--admin=a b"), "--admin"),
        (("edge", "--host=h", "--port=0"), "1 to 65535"),
        (("edge", "--host=h", "--fingerprint=MD5:a"), "--fingerprint"),
        (("edge", "--host=h", "--ssh-config=/nowhere"), "there is no such file"),
        (("edge", "--host=h"), "no terminal"),
    ],
)
def test_a_wrong_word_is_one_line_before_anything_is_contacted(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("init.conduct.place_of", lambda name: tmp_path / name)
    monkeypatch.setattr("init.conduct.resolve", lambda *_: pytest.fail("it asked ssh"))
    monkeypatch.setattr("sys.stdin", None)
    done = run("init", *words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (4, "", 1), done.stderr
    assert said in done.stderr


@pytest.mark.parametrize(("begun", "said"), [(False, "nothing was changed"), (True, "init edge --remove")])
def test_an_interruption_says_what_there_is_to_take_back(
    begun: bool, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("init.__main__.place_of", lambda _: tmp_path)
    monkeypatch.setattr("init.__main__.initialise", interrupted)
    if begun:
        write_journal(tmp_path, Journal("h"))
    done = run("init", "edge", "--host=h")
    assert (done.returncode, len(done.stderr.splitlines())) == (130, 1)
    assert done.stderr.rstrip("\n").endswith(said)


def test_an_empty_server_is_found() -> None:
    assert read_look("root\t1000\nsystem\t\t\t\t\t\nwhole\n") == Found(root=False, system=("", "", "", "", ""))
