from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.facts import FACTS
from fixtures.cluster.client import Cluster
from fixtures.sources import http as module
from fixtures.sources.http import Health, Probe, ask_health
from fixtures.target.folder import load_target
from testing.servers import Server, serving, serving_api
from testing.small_audit import TARGET
from testing.test_cluster_client import kubeconfig
from testing.threats import attack

MCP = '\n[mcp]\nnamespaces = ["default"]\nbody = "ok"\n'


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been slept."""
    slept: list[float] = []
    monkeypatch.setattr("fixtures.sources.http.time.sleep", slept.append)
    monkeypatch.setenv("NO_PROXY", "*")
    return slept


@pytest.fixture
def sound() -> Iterator[Server]:
    """An API server whose service is healthy."""
    with serving_api(lambda _path, _headers: (200, "ok\n")) as server:
        yield server


def look(folder: Path, api: Server, node_port: str = "") -> Health:
    (folder / "target.toml").write_text(TARGET + MCP + (f'node_port_url = "{node_port}"\n' if node_port else ""))
    (folder / "kubeconfig").write_text(kubeconfig(api.url, {"token": "t"}))
    target = load_target(folder)
    health = FACTS["health"].read(ask_health(target, Cluster(target)))
    assert isinstance(health, Health)
    return health


def answers(*replies: tuple[int, str]) -> Callable[[str, dict[str, str]], tuple[int, str]]:
    """Return a server's answers, one after the other; the last one is repeated."""
    left = list(replies)
    return lambda _path, _headers: left.pop(0) if len(left) > 1 else left[0]


def test_a_healthy_service_is_asked_once_through_its_own_service(tmp_path: Path, pauses: list[float]) -> None:
    with serving_api(answers((200, "ok\n"))) as api:
        health = look(tmp_path, api)
    assert (health.healthy, health.wanted, health.probes[0].tries, pauses) == (1, 1, 1, [])
    assert api.asked[0][0] == "/api/v1/namespaces/default/services/mcp-unified:8080/proxy/health"
    assert api.asked[0][1]["Authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (404, "none", "none"),
        (500, "", "HTTP 500"),
        (503, "no endpoints", "no endpoints"),
        (302, "http://elsewhere.invalid/", ""),
        (200, "<html>login</html>", "login"),
        (401, "who are you", "who are you"),
    ],
)
def test_what_is_not_200_with_the_expected_body_is_sick_after_three_tries(
    tmp_path: Path, pauses: list[float], sound: Server, status: int, body: str, why: str
) -> None:
    with serving_api(answers((status, body))) as sick, serving(answers((status, body))) as port:
        for health in (look(tmp_path, sick), look(tmp_path, sound, node_port=port.url)):
            probe = health.probes[-1]
            assert (probe.healthy, probe.status, probe.tries) == (False, status, 3)
            assert why in health.sick[-1]
    assert pauses == [module.PAUSE] * 4


def test_a_second_try_may_succeed(tmp_path: Path) -> None:
    with serving_api(answers((503, "starting"), (200, "ok"))) as api:
        probe = look(tmp_path, api).probes[0]
    assert (probe.healthy, probe.tries) == (True, 2)


def test_a_node_port_that_refuses_is_sick(tmp_path: Path, sound: Server) -> None:
    with serving(answers((200, "ok"))) as gone:
        url = gone.url
    probe = look(tmp_path, sound, node_port=url).probes[1]
    assert (probe.name, probe.healthy, probe.status, probe.tries) == ("node port", False, 0, 3)


def test_no_proxy_answers_for_the_node_or_the_cluster(
    tmp_path: Path, sound: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY")
    with serving(answers((200, "no"))) as proxy, serving(answers((200, "ok"))) as node:
        for scheme in ("http", "https", "all"):
            monkeypatch.setenv(f"{scheme}_proxy", proxy.url)
        assert look(tmp_path, sound, node_port=f"{node.url}/").healthy == 2
    assert proxy.asked == []


@attack("T7", "An audit ends, whatever is answered or is not")
@pytest.mark.parametrize("how", ["hang", "drip", "drip_headers"])
def test_a_node_port_that_hangs_or_drips_is_given_up(
    tmp_path: Path, sound: Server, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """A service is silent, or sends its headers or its body byte by byte, without an end."""
    monkeypatch.setattr("fixtures.ask.network.SLACK", 0.1)
    monkeypatch.setattr(module, "_through", lambda _cluster, _path: (200, "ok"))
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    with serving(answers((200, "o"))) as slow:
        setattr(slow, how, True)
        assert look(tmp_path, sound, node_port=slow.url).probes[1].status == 0


def test_a_slow_answer_is_no_health() -> None:
    assert not Probe("x", "u", 200, module.PATIENCE + 0.1, 1, expected=True).healthy
    assert Probe("x", "u", 200, module.PATIENCE, 1, expected=True).healthy


def test_a_refusal_of_the_api_itself_is_unknown(tmp_path: Path) -> None:
    for status, code in ((401, "cluster-unauthorized"), (403, "cluster-forbidden")):
        with (
            serving_api(answers((status, '{"kind": "Status", "message": "no"}'))) as api,
            pytest.raises(Unknown) as raised,
        ):
            look(tmp_path, api)
        assert raised.value.code == code


def test_nothing_to_probe_is_unknown() -> None:
    with pytest.raises(Unknown, match="nothing-to-probe"):
        FACTS["health"].parse("[]")


def test_a_secret_in_a_body_is_not_kept(tmp_path: Path) -> None:
    with serving_api(answers((500, "password=hunter2"))) as api:
        assert "hunter2" not in str(look(tmp_path, api))


def test_the_slowest_counts() -> None:
    health = Health((Probe("a", "u", 200, 0.1, 1, expected=True), Probe("b", "u", 200, 0.7, 1, expected=False)))
    assert (health.slowest, health.healthy_percent, health.sick) == (0.7, 50.0, ("b (u): HTTP 200",))


def test_an_answer_that_came_too_late_says_when() -> None:
    late = Probe(
        "default", "/api/v1/namespaces/default/services/mcp-unified:8080/proxy/health", 200, 6.14, 3, expected=True
    )
    assert not late.healthy
    assert late.described == "default (mcp-unified:8080/health): HTTP 200 (6.1 s)"


def test_what_the_api_server_says_for_a_service_without_pods_is_told_in_its_words(tmp_path: Path) -> None:
    body = '{"kind":"Status","status":"Failure","message":"no endpoints available for service \\"mcp-unified\\"","code":503}'
    with serving_api(answers((503, body))) as api:
        health = look(tmp_path, api)
    assert health.sick == (
        'default (mcp-unified:8080/health): HTTP 503: no endpoints available for service "mcp-unified"',
    )


def test_a_refusing_node_port_is_told_in_two_words(tmp_path: Path, sound: Server) -> None:
    with serving(answers((200, "ok"))) as gone:
        url = gone.url
    assert look(tmp_path, sound, node_port=url).sick == (f"node port ({url}): Connection refused",)
