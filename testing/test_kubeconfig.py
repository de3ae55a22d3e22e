"""The kubeconfig is only data: what it may contain, and what is refused."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from fixtures.ask.answer import Unknown
from fixtures.check.advisory import readable_kubeconfig
from fixtures.cluster.client import Cluster
from fixtures.cluster.kubeconfig import MOST, Access, read_kubeconfig
from fixtures.target.folder import load_target
from gate.sentence import LANGUAGES, phrase
from testing.authority import data, keys
from testing.servers import serving, serving_api
from testing.small_audit import TARGET, TWO, House
from testing.test_cluster_client import TOKEN, kubeconfig
from testing.threats import attack

HERE = "https://127.0.0.1:1"


def access(folder: Path, user: dict[str, Any], context: str = "", **cluster: Any) -> Access:
    (folder / "kubeconfig").write_text(kubeconfig(HERE, user, **(cluster or {"extensions": []})))
    return read_kubeconfig(folder / "kubeconfig", folder, context)


def refused(folder: Path, text: str) -> Unknown:
    """Return why the kubeconfig is refused; checks that both languages have a sentence and a cure for it."""
    (folder / "target.toml").write_text(TARGET)
    (folder / "kubeconfig").write_text(text)
    with pytest.raises(Unknown) as raised:
        Cluster(load_target(folder))
    for language in LANGUAGES:
        for kind in ("reason", "cure"):
            assert "{" not in phrase(kind, raised.value.code, raised.value.values, language)
    assert "\n" not in str(raised.value.values)
    return raised.value


def programs(mark: Path) -> dict[str, dict[str, Any]]:
    """Return the users of a kubeconfig for which kubectl would run a program."""
    run = {"command": "/bin/sh", "args": ["-c", f"touch {mark}"]}
    return {
        "exec": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", **run}},
        "exec beside a token": {"token": TOKEN, "exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", **run}},
        "exec without a command": {"exec": {}},
        "auth-provider": {
            "auth-provider": {"name": "gcp", "config": {"cmd-path": "/bin/sh", "cmd-args": f"-c 'touch {mark}'"}}
        },
        "auth-provider of another kind": {"auth-provider": {"name": "oidc", "config": {}}},
    }


@attack("T3", "what a kubeconfig says is not run on the auditing machine")
@pytest.mark.parametrize("name", programs(Path("mark")))
def test_a_program_a_kubeconfig_names_is_not_run(tmp_path: Path, name: str) -> None:
    """A user of the kubeconfig is known by the output of a program, or by a provider that runs one."""
    unknown = refused(tmp_path, kubeconfig(HERE, programs(tmp_path / "mark")[name]))
    assert unknown.code == "kubeconfig-program"
    assert unknown.values["place"] in ("users[u].exec", "users[u].auth-provider")
    assert not (tmp_path / "mark").exists()


@attack("T3", "what a kubeconfig says is not run on the auditing machine")
@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch {mark}']",
        "clusters: !!python/object/new:os.system ['touch {mark}']",
        "!!python/object/apply:subprocess.Popen [[touch, {mark}]]",
    ],
)
def test_a_tag_of_yaml_makes_no_object(tmp_path: Path, text: str) -> None:
    """The kubeconfig's YAML has tags that make Python's own loader call a function."""
    assert refused(tmp_path, text.format(mark=tmp_path / "mark")).code == "kubeconfig-unusable"
    assert not (tmp_path / "mark").exists()


@attack("T3", "no file outside the target's folder is read for a kubeconfig, or sent")
@pytest.mark.parametrize("key", ["tokenFile", "client-key", "client-certificate", "certificate-authority"])
@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../secret", "link", "folder/../../secret", "linked/secret", "/dev/zero"]
)
def test_a_file_elsewhere_is_neither_read_nor_sent(tmp_path: Path, key: str, name: str) -> None:
    """A kubeconfig names a file of the auditing machine: by its path, by a way up, by a link in the folder."""
    folder = tmp_path / "target"
    folder.mkdir()
    (folder / "folder").mkdir()
    (tmp_path / "secret").write_text("another-clusters-token\n")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    more: dict[str, Any] = {key: name} if key == "certificate-authority" else {"extensions": []}
    user = {} if key == "certificate-authority" else {key: name}
    unknown = refused(folder, kubeconfig(HERE, user, **more))
    assert (unknown.code, unknown.values["name"]) == ("kubeconfig-outside", name)
    assert "another-clusters-token" not in str(unknown.values)


@attack("T3", "no file outside the target's folder is read for a kubeconfig, or sent")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n"),
        ("team.url", "https://hooks.example.org/services/T0/B0/x\n"),
        ("environment", "PHASE0_CI_TOKEN=ghp_0123456789\n"),
        ("history.sqlite", "SQLite format 3\x00"),
        ("known_hosts", "192.0.2.1 ssh-ed25519 AAAA\n"),
    ],
)
def test_another_secret_of_the_folder_is_no_token(tmp_path: Path, name: str, content: str) -> None:
    """tokenFile names what else lies in the target's folder: the audit's key, an address of [notify], the history."""
    (tmp_path / name).write_text(content)
    unknown = refused(tmp_path, kubeconfig(HERE, {"tokenFile": name}))
    assert (unknown.code, unknown.values["place"]) == ("kubeconfig-token", "users[u].tokenFile")
    assert not any(line in str(unknown.values) for line in content.split())


@attack("T8", "the audit's token goes to a verified API server alone")
@pytest.mark.parametrize(
    ("server", "more"),
    [
        ("http://127.0.0.1:1", {}),
        (HERE, {"insecure-skip-tls-verify": True}),
        (HERE, {"insecure-skip-tls-verify": "yes", "certificate-authority-data": "eA=="}),
        (HERE, {"insecure-skip-tls-verify": {}}),
    ],
)
def test_an_unverified_api_server_is_refused(tmp_path: Path, server: str, more: dict[str, Any]) -> None:
    """The kubeconfig asks for plain http, or for no look at the certificate."""
    assert refused(tmp_path, kubeconfig(server, {"token": TOKEN}, **more)).code == "kubeconfig-insecure"


@attack("T3", "the audit is known by its own token or certificate, on the straight way")
@pytest.mark.parametrize(
    "user",
    [
        {"as": "system:admin"},
        {"as-groups": ["system:masters"]},
        {"as-uid": "1"},
        {"as-user-extra": {"reason": ["x"]}},
        {"username": "admin", "password": "hunter2"},
        {"token-file": "tok"},
        {"impersonate": "system:admin"},
    ],
)
def test_another_identity_is_refused(tmp_path: Path, user: dict[str, Any]) -> None:
    """A user of the kubeconfig comes as somebody else, with a password, or in a way this does not know."""
    unknown = refused(tmp_path, kubeconfig(HERE, {"token": TOKEN, **user}))
    assert (unknown.code, unknown.values["place"]) == ("kubeconfig-key", f"users[u].{next(iter(user))}")
    assert "hunter2" not in str(unknown.values)


@pytest.mark.parametrize("more", [{"proxy-url": "http://127.0.0.1:1"}, {"proxy-url": "socks5://x"}, {"proxy": "x"}])
def test_another_way_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    assert refused(tmp_path, kubeconfig(HERE, {"token": TOKEN}, **more)).code == "kubeconfig-key"


@attack("T13", "the cluster's token stands in no report, whatever is wrong with it")
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\x00", " x", "\nX-Remote-User: admin", "é", "'"])
def test_a_token_no_header_can_carry_is_refused_and_not_shown(house: House, ending: str) -> None:
    """The token ends in a newline, a control character or a header of its own; the audit then reports why it sees nothing."""
    (house.target / "kubeconfig").write_text(kubeconfig(HERE, {"token": TOKEN + ending}))
    house.pages = True
    ran = house.audit(TWO.replace("test_a(judge)", "test_a(pods, judge)"))
    assert ran.reason("A-01") == "kubeconfig-token"
    left = [path for path in house.reports.rglob("*") if path.is_file()]
    assert len(left) > 3
    assert not any(TOKEN.encode() in path.read_bytes() for path in left)
    assert TOKEN not in ran.output


@attack("T13", "the cluster's token stands in no report, whatever is wrong with it")
@pytest.mark.parametrize(
    "body", ["{TOKEN}", '{{"message": "no {TOKEN}"}}', '{{"items": [{{"metadata": {{"name": "{TOKEN}"}}}}]}}']
)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_server_that_repeats_the_token_is_not_repeated(tmp_path: Path, body: str, status: int) -> None:
    """A server in front of the API answers with the token it was sent: as text, as a refusal, as the name of a pod."""
    with serving_api(lambda _path, _headers: (status, body.format(TOKEN=TOKEN))) as server:
        (tmp_path / "target.toml").write_text(TARGET)
        (tmp_path / "kubeconfig").write_text(kubeconfig(server.url, {"token": TOKEN}))
        cluster = Cluster(load_target(tmp_path))
        with_status = cluster.fetch("/x", 5)
        try:
            answer = str(cluster.get("/api/v1/pods", 5))
        except Unknown as unknown:
            answer = str(unknown)
    assert TOKEN not in answer + str(with_status)


@attack("T3", "a kubeconfig costs an audit neither its time nor its memory")
@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nclusters: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "clusters: &a [*a]\n",
        "[" * 60_000,
        "{a: " * 30_000,
        "- " * 60_000,
        "x" * (MOST + 1),
        "a: " + "9" * 100_000,
        "? " * 60_000,
        "a: 1:" + "59:" * 40_000,
    ],
)
def test_a_bomb_of_yaml_is_refused_at_once(tmp_path: Path, text: str) -> None:
    """Aliases of aliases, a list that contains itself, depth, length, numbers that grow while they are read."""
    began = time.monotonic()
    assert refused(tmp_path, text).code == "kubeconfig-unusable"
    assert time.monotonic() - began < 120


@attack("T7", "a kubeconfig costs an audit neither its time nor its memory")
@pytest.mark.parametrize("key", ["tokenFile", "client-key", "itself"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, key: str) -> None:
    """The kubeconfig, or a file it names, is a pipe into which nobody writes."""
    os.mkfifo(tmp_path / "pipe")
    if key == "itself":
        (tmp_path / "target.toml").write_text(TARGET)
        os.mkfifo(tmp_path / "kubeconfig")
        with pytest.raises(Unknown, match="kubeconfig-missing"):
            Cluster(load_target(tmp_path))
    else:
        unknown = refused(tmp_path, kubeconfig(HERE, {key: "pipe"}))
        assert "no regular file" in unknown.values["why"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x00", "not allowed"),
        ("- a\nb", "line 2"),
        ("a: b: c", "line 1"),
        ("[]", "no table"),
        ("1: x", "current-context is missing"),
        ("current-context: c", "contexts has no c"),
        ("current-context: c\ncontexts: [{name: c}, {name: c}]", "contexts has 2 c"),
        ("current-context: c\ncontexts: [{name: c, context: {cluster: k}}]", "user is missing"),
        (
            "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: null",
            "clusters has no k",
        ),
    ],
)
def test_what_is_no_whole_kubeconfig_is_told_by_its_place(tmp_path: Path, text: str, expected: str) -> None:
    unknown = refused(tmp_path, text)
    assert (unknown.code, expected in unknown.values["why"]) == ("kubeconfig-unusable", True), unknown.values


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"token": TOKEN, "tokenFile": "tok"}, "leave one"),
        ({"client-certificate-data": "eA==", "client-key-data": "eA=="}, "PEM"),
        ({"client-certificate-data": "x", "client-key-data": "eA=="}, "base64"),
        ({"client-certificate-data": "=", "client-key-data": "eA=="}, "holds nothing"),
        ({"client-certificate": "none", "client-key": "none"}, "none"),
        ({"token": ["a"]}, "no text"),
    ],
)
def test_what_is_no_credential_is_told_and_not_shown(tmp_path: Path, user: dict[str, Any], expected: str) -> None:
    unknown = refused(tmp_path, kubeconfig(HERE, user))
    assert (unknown.code, expected in unknown.values["why"]) == ("kubeconfig-unusable", True), unknown.values
    assert TOKEN not in str(unknown.values)


@attack("T8", "the audit's token goes to a verified API server alone")
@pytest.mark.parametrize("data", ["=", "Cg==", "ICAg", "file"])
def test_an_empty_authority_does_not_open_the_system_s(tmp_path: Path, data: str) -> None:
    """The kubeconfig has an authority that decodes to nothing: any server with a public certificate would be accepted."""
    (tmp_path / "empty").touch()
    more = {"certificate-authority": "empty"} if data == "file" else {"certificate-authority-data": data}
    assert refused(tmp_path, kubeconfig(HERE, {"token": TOKEN}, **more)).code == "kubeconfig-unusable"


def test_a_key_with_a_passphrase_is_refused_and_not_asked_for(tmp_path: Path) -> None:
    """OpenSSL would ask on the terminal, and an audit would wait forever."""
    user = {"client-certificate-data": data("client.pem"), "client-key-data": data("closed.key")}
    assert refused(tmp_path, kubeconfig(HERE, user)).code == "kubeconfig-unusable"


SOUND: dict[str, dict[str, Any]] = {
    "token": {"token": TOKEN},
    "token with an empty neighbour": {"token": TOKEN, "username": "", "as-groups": []},
    "file": {"tokenFile": "tok"},
    "file in a folder": {"tokenFile": "folder/tok"},
    "link within the folder": {"tokenFile": "linked"},
    "certificate": {"client-certificate": "client.pem", "client-key": "client.key"},
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_kubeconfig_is_read_as_the_official_client_reads_it(tmp_path: Path, name: str) -> None:
    from kubernetes import client, config  # half a second in each process that collects the tests

    (tmp_path / "folder").mkdir()
    for file in ("tok", "folder/tok"):
        (tmp_path / file).write_text(TOKEN + "\n")
    for file in ("client.pem", "client.key", "ca.pem"):
        (tmp_path / file).write_bytes((keys() / file).read_bytes())
    (tmp_path / "linked").symlink_to("folder/tok")
    more: dict[str, Any] = {
        "certificate-authority": "ca.pem",
        "insecure-skip-tls-verify": False,
        "disable-compression": True,
    }
    ours = access(tmp_path, SOUND[name], **more)
    theirs = client.Configuration()
    config.load_kube_config(str(tmp_path / "kubeconfig"), None, theirs, persist_config=False)
    assert ours.server == theirs.host == HERE
    assert ours.authority == Path(theirs.ssl_ca_cert).read_bytes() == (keys() / "ca.pem").read_bytes()
    assert ours.token == (theirs.api_key.get("authorization") or "").removeprefix("Bearer ").strip()
    assert ours.certificate == (Path(theirs.cert_file).read_bytes() if theirs.cert_file else b"")
    assert ours.key == (Path(theirs.key_file).read_bytes() if theirs.key_file else b"")


def test_what_another_context_says_harms_nobody(tmp_path: Path) -> None:
    """A usual ~/.kube/config names a program for another cluster."""
    text = json.loads(kubeconfig(HERE, {"token": TOKEN}, extensions=[]))
    text["users"].append({"name": "cloud", "user": {"exec": {"command": "aws"}}})
    text["contexts"].append({"name": "cloud", "context": {"cluster": "k", "user": "cloud"}})
    (tmp_path / "kubeconfig").write_text(json.dumps(text))
    assert read_kubeconfig(tmp_path / "kubeconfig", tmp_path).token == TOKEN
    with pytest.raises(Unknown, match="kubeconfig-program"):
        read_kubeconfig(tmp_path / "kubeconfig", tmp_path, "cloud")


def test_the_kubeconfig_itself_may_stand_elsewhere(tmp_path: Path) -> None:
    """target.toml may name ~/.kube/config; the files which that names must still be in the target's folder."""
    (tmp_path / "target").mkdir()
    (tmp_path / "config").write_text(kubeconfig(HERE, {"token": TOKEN}))
    assert read_kubeconfig(tmp_path / "config", tmp_path / "target").token == TOKEN


def test_no_secret_shows_in_a_traceback(tmp_path: Path) -> None:
    assert TOKEN not in repr(access(tmp_path, {"token": TOKEN}))


@pytest.mark.parametrize(("mode", "warns"), [(0o600, False), (0o640, False), (0o644, True), (0o604, True)])
def test_a_kubeconfig_others_can_read_is_told(tmp_path: Path, mode: int, warns: bool) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    (tmp_path / "kubeconfig").write_text("")
    (tmp_path / "kubeconfig").chmod(mode)
    lines = list(readable_kubeconfig(load_target(tmp_path)))
    assert [line.code for line in lines] == ["kubeconfig-readable"] * warns
    assert all(line.fine for line in lines)


def test_plain_http_is_never_tried(tmp_path: Path) -> None:
    with serving(lambda _path, _headers: (200, "{}")) as server:
        assert refused(tmp_path, kubeconfig(server.url, {"token": TOKEN})).code == "kubeconfig-insecure"
    assert server.asked == []
