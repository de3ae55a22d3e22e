import json
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

import fixtures.cluster.jobs
import fixtures.cluster.pods  # noqa: F401 — declare the facts
from fixtures.ask.answer import Unknown
from fixtures.ask.facts import FACTS, Asked, Fact
from fixtures.ask.network import read_until
from fixtures.ask.redaction import redact
from fixtures.cluster import client as module
from fixtures.cluster.client import Cluster
from fixtures.cluster.listed import Listed, Named, Part
from fixtures.target.folder import load_target
from testing.authority import data, keys
from testing.servers import Handler, Server, serving, serving_api
from testing.small_audit import TARGET
from testing.threats import attack

TOKEN = "hunter2-the-token"
PODS = Fact("pods", "/api/v1/pods", Asked.CLUSTER, json.loads, 5, shape=Listed[Any])


class _Small(Part, frozen=True):
    """What is kept of a huge object."""

    metadata: Named


def kubeconfig(server: str, user: dict[str, Any], **cluster: Any) -> str:
    """Return a kubeconfig for a server of serving_api(); `cluster` replaces its authority."""
    cluster = cluster or {"certificate-authority-data": data("ca.pem")}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "clusters": [{"name": "k", "cluster": {"server": server, **cluster}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [
                {"name": "c", "context": {"cluster": "k", "user": "u"}},
                {"name": "other", "context": {"cluster": "k", "user": "u"}},
            ],
        }
    )


def cluster(folder: Path, server: str, text: str = "", address: str = "127.0.0.1", **more: Any) -> Cluster:
    (folder / "target.toml").write_text(TARGET.replace("127.0.0.1", address))
    (folder / "kubeconfig").write_text(text or kubeconfig(server, {"token": TOKEN}, **more))
    return Cluster(load_target(folder))


def refusal(folder: Path, server: Server | str, path: str = PODS.ask, **how: Any) -> Unknown:
    with pytest.raises(Unknown) as raised:
        PODS.read(cluster(folder, server if isinstance(server, str) else server.url, **how).get(path, 5, PODS.shape))
    assert raised.value.values.get("cause") in ("cluster", "pods") or raised.value.code in (
        "not-understood",
        "no-answer",
    )
    return raised.value


def page(number: int, last: int) -> str:
    token = {"continue": f"{number + 1}+/="} if number < last else {}
    return json.dumps({"kind": "PodList", "metadata": token, "items": [{"metadata": {"name": f"p{number}"}}]})


def test_two_hundred_pages_are_one_list(tmp_path: Path) -> None:
    def respond(path: str, _headers: dict[str, str]) -> tuple[int, str]:
        assert "limit=500" in path
        number = int(path.rsplit("continue=", 1)[1].removesuffix("%2B%2F%3D")) if "continue" in path else 1
        return 200, page(number, 200)

    with serving_api(respond) as server:
        answer = cluster(tmp_path, server.url).get(PODS.ask, 600, PODS.shape)
    names = [item["metadata"]["name"] for item in PODS.read(answer)["items"]]
    assert names == [f"p{number}" for number in range(1, 201)]
    assert server.asked[0][1]["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (401, "cluster-unauthorized", "cluster"),
        (403, "cluster-forbidden", "cluster"),
        (404, "cluster-no-such-api", "pods"),
        (410, "cluster-error", "cluster"),
        (429, "cluster-error", "cluster"),
        (500, "cluster-error", "cluster"),
    ],
)
@pytest.mark.parametrize(
    "body", ['{"kind": "Status", "message": "said so"}', "<html>said so", "[]", "", '{"message": {"x": "said so"}}']
)
def test_each_refusal_is_told_apart(tmp_path: Path, status: int, code: str, cause: str, body: str) -> None:
    with serving_api(lambda _path, _headers: (status, body)) as server:
        unknown = refusal(tmp_path, server)
    assert (unknown.code, unknown.values["cause"], unknown.values["status"]) == (code, cause, status)
    assert "said so" in unknown.values["why"] or body in ("[]", "")


def test_a_refusal_on_the_second_page_is_no_half_list(tmp_path: Path) -> None:
    with serving_api(lambda path, _headers: (410, "{}") if "continue" in path else (200, page(1, 2))) as server:
        assert refusal(tmp_path, server).code == "cluster-error"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not JSON",
        "[1]",
        "[" * 99999,
        '{"items": 3, "metadata": {"continue": "x"}}',
        '{"metadata": {"continue": "x"}}',
    ],
)
def test_what_is_no_list_is_not_understood(tmp_path: Path, body: str) -> None:
    with serving_api(lambda _path, _headers: (200, body)) as server:
        assert refusal(tmp_path, server).code == "not-understood"


def test_a_redirect_is_not_followed_with_the_token(tmp_path: Path) -> None:
    with (
        serving_api(lambda _path, _headers: (200, "{}")) as elsewhere,
        serving_api(lambda _path, _headers: (302, elsewhere.url)) as server,
    ):
        assert refusal(tmp_path, server).code == "cluster-error"
    assert elsewhere.asked == []


@attack("T7", "An audit ends, whatever is answered or is not")
@pytest.mark.parametrize("how", ["hang", "drip", "drip_headers"])
def test_a_server_that_hangs_or_drips_is_given_up(tmp_path: Path, how: str) -> None:
    """The API server is silent, or sends its headers or its body byte by byte, without an end."""
    with serving_api(lambda _path, _headers: (200, "{")) as server:
        setattr(server, how, True)
        began = time.monotonic()
        with pytest.raises(Unknown) as raised:
            cluster(tmp_path, server.url).get(PODS.ask, 0.3, PODS.shape)
        assert raised.value.code == "cluster-unreachable"
        assert time.monotonic() - began < 60


def test_a_list_that_never_ends_is_given_up(tmp_path: Path) -> None:
    with serving_api(lambda _path, _headers: (200, page(1, 2))) as server, pytest.raises(Unknown) as raised:
        cluster(tmp_path, server.url).get(PODS.ask, 0.5, PODS.shape)
    assert raised.value.code == "cluster-unreachable"


def test_a_page_without_bounds_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_until, "__defaults__", (1000,))
    with serving_api(lambda _path, _headers: (200, '{"items": ["' + "x" * 500_000 + '"]}')) as server:
        assert refusal(tmp_path, server).code == "not-understood"


@attack("T7", "An audit ends, whatever is answered or is not")
def test_a_list_of_huge_objects_is_read_in_smaller_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may make pods makes hundreds of a megabyte each, so that a page of 500 is cut, and no pod would be known."""
    monkeypatch.setattr(module, "LARGEST", 10_000)
    monkeypatch.setattr(read_until, "__defaults__", (10_000,))

    def pods(path: str, _headers: dict[str, str]) -> tuple[int, str]:
        query = dict(part.split("=") for part in path.partition("?")[2].split("&"))
        begin = int(query.get("continue", 0))
        end = min(60, begin + int(query["limit"]))
        items = [{"metadata": {"name": f"p{number}"}, "junk": "x" * 1000} for number in range(begin, end)]
        return 200, json.dumps({"metadata": {"continue": str(end) if end < 60 else ""}, "items": items})

    with serving_api(pods) as server:
        listed = PODS.read(cluster(tmp_path, server.url).get(PODS.ask, 20, Listed[_Small]))
    assert [item["metadata"]["name"] for item in listed["items"]] == [f"p{number}" for number in range(60)]


@attack("N9", "A hostile server fills no disk and no memory of the machine that audits")
def test_pages_without_an_end_take_no_memory_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page of the API's list says that another one follows."""
    monkeypatch.setattr(module, "LARGEST", 1000)
    with serving_api(lambda _path, _headers: (200, page(1, 2))) as server:
        assert "more than 1000 bytes" in refusal(tmp_path, server).values["why"]
    assert len(server.asked) < 1000


@attack("T3", "the audit is known by its own token or certificate, on the straight way")
def test_a_certificate_that_changes_meanwhile_is_asked_nothing(tmp_path: Path) -> None:
    """The API server is exchanged for one of another authority in the middle of an audit, and then put back."""
    with serving_api(lambda _path, _headers: (200, '{"items": []}')) as server:
        asking = cluster(tmp_path, server.url)
        honestly = 0
        for certificate, known in (("server", True), ("of-bare", False), ("server", True)):
            server.context.load_cert_chain(keys() / f"{certificate}.pem", keys() / f"{certificate}.key")
            asking._pool.clear()  # each thread of an audit connects anew
            if known:
                asking.get(PODS.ask, 5, PODS.shape)
                honestly += 1
                continue
            with pytest.raises(Unknown, match="cluster-certificate"):
                asking.get(PODS.ask, 5, PODS.shape)
        assert len(server.asked) == honestly


def test_a_port_that_refuses_is_unreachable(tmp_path: Path) -> None:
    with serving_api(lambda _path, _headers: (200, "{}")) as server:
        url = server.url
    assert refusal(tmp_path, url).code == "cluster-unreachable"


def test_a_missing_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    with pytest.raises(Unknown) as raised:
        Cluster(load_target(tmp_path))
    assert (raised.value.code, raised.value.values["cause"]) == ("kubeconfig-missing", "cluster")


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "[]",
        "{",
        "clusters: 3",
        "a: b: c",
        "current-context: none\ncontexts: []",
    ],
)
def test_a_broken_kubeconfig(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unknown) as raised:
        cluster(tmp_path, "", text)
    assert raised.value.code == "kubeconfig-unusable"
    assert "\n" not in raised.value.values["why"]


@pytest.mark.parametrize(
    "server", ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443", "https://127.9.9.9"]
)
def test_a_kubeconfig_of_another_machine_that_names_this_one(tmp_path: Path, server: str) -> None:
    with pytest.raises(Unknown) as raised:
        cluster(tmp_path, server, address="10.77.0.2")
    assert raised.value.code == "kubeconfig-loopback"
    assert cluster(tmp_path, "https://10.77.0.2:6443", address="10.77.0.2").server == "https://10.77.0.2:6443"


def test_another_context_can_be_named(tmp_path: Path) -> None:
    with serving_api(lambda _path, _headers: (200, "{}")) as server:
        text = kubeconfig(server.url, {"token": TOKEN}).replace('"current-context": "c"', '"current-context": "gone"')
        (tmp_path / "kubeconfig").write_text(text)
        (tmp_path / "target.toml").write_text(TARGET + 'context = "other"\n')
        assert Cluster(load_target(tmp_path)).get("/api", 5, Any).status == 0


def test_what_is_bulky_or_secret_is_left_out(tmp_path: Path) -> None:
    """Of each object the fields stay that a fact uses; in them, what looks like a secret is hidden on the way out."""
    container = {
        "name": "c",
        "env": [{"name": "A", "value": "hunter2"}],
        "envFrom": ["hunter2"],
        "image": "i",
        "args": ["--password", "hunter2", "--token=hunter2", "-v"],
        "command": ["sh", "-c", "PGPASSWORD=hunter2 run"],
    }
    row = {
        "metadata": {
            "name": "p",
            "namespace": "n",
            "managedFields": ["hunter2"],
            "annotations": {"last": "hunter2"},
        },
        "spec": {
            "containers": [container],
            "schedule": "@daily",
            "jobTemplate": {"spec": {"template": {"spec": {"containers": [container]}}}},
        },
        "data": {"a": "hunter2"},
        "stringData": {"a": "hunter2"},
        "token": "hunter2",
    }
    with serving_api(
        lambda _path, headers: (200, json.dumps({"items": [row], "said": headers["Authorization"]}))
    ) as server:
        facts = [FACTS["pods"], FACTS["cron_jobs"]]
        pods, jobs = (cluster(tmp_path, server.url).get(fact.ask, 5, fact.shape) for fact in facts)
    assert json.loads(pods.out) == {
        "items": [{"metadata": {"name": "p", "namespace": "n"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}]
    }
    assert "hunter2" not in repr(jobs)
    assert "hunter2" not in redact(jobs.out)
    (job,) = FACTS["cron_jobs"].read(jobs)
    assert job.text == "sh -c PGPASSWORD=hunter2 run --password hunter2 --token=hunter2 -v"


def test_a_refusal_that_repeats_the_token_does_not_keep_it(tmp_path: Path) -> None:
    with serving_api(
        lambda _path, headers: (403, json.dumps({"message": f"no: {headers['Authorization']}"}))
    ) as server:
        assert TOKEN not in str(refusal(tmp_path, server).values)


def test_the_proxy_of_a_service_gives_status_and_text(tmp_path: Path) -> None:
    with serving_api(lambda _path, _headers: (503, "x" * 9999)) as server:
        status, text = cluster(tmp_path, server.url).fetch("/x", 5)
    assert (status, len(text)) == (503, 4096)


@pytest.fixture
def secure() -> Iterator[Server]:
    with serving(lambda _path, _headers: (200, '{"items": []}')) as server:
        server.secure(keys() / "server.pem", keys() / "server.key", keys() / "ca.pem")
        yield server


def test_a_client_s_certificate_is_shown(tmp_path: Path, secure: Server) -> None:
    user = {"client-certificate-data": data("client.pem"), "client-key-data": data("client.key")}
    assert cluster(tmp_path, "", kubeconfig(secure.url, user)).get(PODS.ask, 5, PODS.shape).status == 0
    assert "Authorization" not in secure.asked[0][1]


def test_without_its_certificate_the_cluster_cannot_be_read(tmp_path: Path, secure: Server) -> None:
    assert refusal(tmp_path, secure).code == "cluster-unreachable"


@pytest.mark.parametrize("shown", ["expired", "elsewhere", "of-bare"])
def test_a_server_nobody_vouches_for_is_not_believed(tmp_path: Path, shown: str) -> None:
    """The server's certificate is expired, made for another name, or signed by another authority."""
    with serving(lambda _path, _headers: (200, "{}")) as server:
        server.secure(keys() / f"{shown}.pem", keys() / f"{shown}.key")
        assert refusal(tmp_path, server).code == "cluster-certificate"
        assert server.asked == []


def test_a_server_the_system_does_not_know_needs_its_authority_named(tmp_path: Path) -> None:
    with serving_api(lambda _path, _headers: (200, "{}")) as server:
        text = json.loads(kubeconfig(server.url, {"token": TOKEN}))
        del text["clusters"][0]["cluster"]["certificate-authority-data"]
        assert refusal(tmp_path, server, text=json.dumps(text)).code == "cluster-certificate"


def test_another_name_of_the_server_can_be_named(tmp_path: Path) -> None:
    more = {"certificate-authority-data": data("ca.pem"), "tls-server-name": "cluster.internal"}
    with serving(lambda _path, _headers: (200, "{}")) as server:
        server.secure(keys() / "elsewhere.pem", keys() / "elsewhere.key")
        assert cluster(tmp_path, server.url, **more).get("/api", 5, Any).status == 0


def test_an_authority_without_key_usage_vouches_on_python_3_13_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python sets this flag from 3.13 on, the test sets it by hand; unless the client clears it, the server is refused."""
    made = ssl.create_default_context

    def strict(**how: Any) -> ssl.SSLContext:
        context = made(**how)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    with serving(lambda _path, _headers: (200, "{}")) as server:
        server.secure(keys() / "of-bare.pem", keys() / "of-bare.key")
        bare = {"certificate-authority-data": data("bare.pem")}
        as_python_does = urllib3.PoolManager(
            ssl_context=strict(cadata=(keys() / "bare.pem").read_text()), retries=False
        )
        with pytest.raises(urllib3.exceptions.SSLError, match="VERIFY_FAILED"):
            as_python_does.request("GET", server.url)
        assert cluster(tmp_path, server.url, **bare).get("/api", 5, Any).status == 0


@pytest.mark.parametrize(
    ("date", "at"),
    [("Wed, 11 Feb 2026 12:00:00 GMT", datetime(2026, 2, 11, 12, tzinfo=UTC)), ("yesterday", None), ("", None)],
)
def test_a_list_is_dated_by_the_server_that_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, date: str, at: datetime | None
) -> None:
    monkeypatch.setattr(Handler, "date_time_string", lambda *_: date)
    began = datetime.now(UTC)
    with serving_api(lambda _path, _headers: (200, page(1, 1))) as server:
        answer = cluster(tmp_path, server.url).get(PODS.ask, 5, PODS.shape)
    assert answer.at == at if at else began <= answer.at <= datetime.now(UTC)
