import pytest

from fixtures.ask.facts import FACTS, Asked, Fact
from testing.audits import ROOT
from testing.places import GREETING, fake_ssh
from testing.servers import serving_api
from testing.small_audit import House
from testing.test_cluster_client import kubeconfig

ONE = "@criterion('A-01')\ndef test_a(one, judge): assert judge(1)\n"


def add_fact(house: House, name: str, ask: str, asked: Asked, seconds: float = 5) -> None:
    house.monkeypatch.setitem(FACTS, name, Fact(name, ask, asked, str, seconds))


def test_only_what_the_chosen_tests_name_is_asked(house: House) -> None:
    uses = fake_ssh(house.pytester.path / "bin", house.monkeypatch)
    add_fact(house, "one", "echo true", Asked.HOST)
    ran = house.audit(ONE + "@criterion('B-01')\ndef test_b(judge): assert judge(1)", "-k", "test_b")
    assert ran.outcome("B-01") == "pass"
    assert not uses.exists()


def test_a_login_root_facts_and_two_drills_are_one_login_and_three_exchanges(house: House) -> None:
    uses = fake_ssh(
        house.pytester.path / "bin", house.monkeypatch, session=GREETING + "sed 's/sudo -n//' | sh -s; exit;"
    )
    for name, asked in (("one", Asked.HOST), ("two", Asked.ROOT), ("three", Asked.DRILL), ("four", Asked.DRILL)):
        add_fact(house, name, "echo here", asked)
    ran = house.audit("@criterion('A-01')\ndef test_a(one, two, three, four, judge): assert judge(1)")
    assert ran.outcome("A-01") == "pass"
    assert sorted(uses.read_text().split()) == ["ControlMaster=no"] * 3 + ["ControlMaster=yes"]


def test_the_cluster_is_asked_beside_a_host_that_cannot_be(house: House) -> None:
    fake_ssh(house.pytester.path / "bin", house.monkeypatch, login="exit 255;")
    add_fact(house, "one", "echo true", Asked.HOST)
    add_fact(house, "two", "/api/v1/nodes", Asked.CLUSTER)
    with serving_api(lambda _path, _headers: (200, '{"items": []}')) as server:
        (house.target / "kubeconfig").write_text(kubeconfig(server.url, {"token": "t"}))
        ran = house.audit(ONE + "@criterion('B-01')\ndef test_b(two, judge): assert judge(1)")
    assert (ran.reason("A-01"), ran.outcome("B-01"), ran.status) == ("unreachable", "pass", 10)
    assert len(server.asked) == 3, "the fact, and what says which cluster it is"


@pytest.mark.parametrize(
    ("status", "code"), [(401, "cluster-unauthorized"), (403, "cluster-forbidden"), (404, "cluster-no-such-api")]
)
def test_a_cluster_that_refuses_is_unknown_and_the_run_ends_in_a_verdict(house: House, status: int, code: str) -> None:
    add_fact(house, "one", "/api/v1/nodes", Asked.CLUSTER)
    with serving_api(lambda _path, _headers: (status, "{}")) as server:
        (house.target / "kubeconfig").write_text(kubeconfig(server.url, {"token": "t"}))
        ran = house.audit(ONE)
    assert (ran.reason("A-01"), ran.status) == (code, 10)


def test_a_missing_kubeconfig_is_one_cause(house: House) -> None:
    add_fact(house, "one", "/api/v1/nodes", Asked.CLUSTER)
    ran = house.audit(ONE)
    assert (ran.reason("A-01"), ran.run["results"]["A-01"]["reason"]["values"]["cause"]) == (
        "kubeconfig-missing",
        "cluster",
    )


def test_a_source_that_breaks_in_a_way_nobody_thought_of_is_unknown(house: House) -> None:
    def explode(*_arguments: object) -> None:
        raise MemoryError("no room")

    house.monkeypatch.setattr("fixtures.session.sources.script", explode)
    fake_ssh(house.pytester.path / "bin", house.monkeypatch)
    add_fact(house, "one", "echo true", Asked.HOST)
    assert house.audit(ONE).reason("A-01") == "internal"


def test_a_drill_that_is_waited_for_is_told_while_it_is_held(house: House) -> None:
    """The drill ends only after the message about it."""
    answered = house.pytester.path / "told"
    fake_ssh(house.pytester.path / "bin", house.monkeypatch, session=GREETING + "sed 's/sudo -n//' | sh -s; exit;")
    house.monkeypatch.setattr("fixtures.session.gather.announce", lambda *_config, **_values: answered.touch())
    add_fact(house, "one", f"until [ -e '{answered}' ]; do sleep 0.1; done; echo done", Asked.DRILL, seconds=20)
    assert house.audit(ONE).outcome("A-01") == "pass"


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "… one is under way (at most 20\u00a0s)"), ("fr", "… one est en cours (20\u00a0s au plus)")],
)
def test_what_is_waited_for_is_not_captured_with_the_test_that_waits(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, language: str, line: str
) -> None:
    """Runs in a process of its own, since pytest captures the terminal only there as it does for a user."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(f"""
        from fixtures.session.gather import announce
        from fixtures.session.stash import LANGUAGE

        def test_it(request):
            request.config.stash[LANGUAGE] = "{language}"
            announce(request.config, "drill-waiting", drill="one", seconds="20")
    """)
    assert line in pytester.runpytest_subprocess().stdout.str()


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Drills on the server end by themselves"), ("fr", "Les exercices en cours sur le serveur s’achèvent")],
)
def test_ctrl_c_waits_for_nobody(house: House, language: str, expected: str) -> None:
    fake_ssh(house.pytester.path / "bin", house.monkeypatch, session=GREETING + "sed 's/sudo -n//' | sh -s; exit;")
    add_fact(house, "one", "exec sleep 20", Asked.DRILL, seconds=20)
    drill = ONE.replace("A-01", "B-01").replace("_a", "_b")
    ran = house.audit(
        "@criterion('A-01')\ndef test_a(answers, judge): raise KeyboardInterrupt\n" + drill, f"--lang={language}"
    )
    assert (ran.status, ran.run) == (2, {})
    assert expected in ran.output
