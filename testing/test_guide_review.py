"""DOC-02, DOC-03: what the guides cite, whether it exists, and who reviewed them."""

import contextlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.cluster.names import services
from fixtures.evidence.guide_review import Live, currency, kept_current, walks
from fixtures.host.system.guide_claims import GuideClaims, guide_claims
from fixtures.sources.guide_texts import Cited, Guide, cited, dead_links, guide_texts
from fixtures.sources.guides import ask_guides, claimed
from fixtures.target.folder import load_target
from gate.people import Attestation, People
from testing.small_audit import TARGET

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXT = """# Rebuild
See [the plan](PLAN.md), [a folder](docs/), [elsewhere](https://example.org) and [gone](docs/gone.md#part).
```sh
sudo kubectl -n twisterlab rollout status deployment/mcp-unified | head -n 3
for namespace in a b; do kubectl --namespace="$namespace" scale deploy/redis --replicas=1; done
cat /etc/cron.d/twisterlab /var/log/*.log > /tmp/out
```
It answers on port 30080; `curl http://edge:8080/health`. Backup at 02:00 (`/etc/cron.d/twisterlab-disk`); lunch at
12:30. `/health` is no path; nor is `https://example.org/etc/passwd`, `$HOME/etc/x` or `/etc/<name>`.
"""


def guide(text: str = TEXT, path: str = "GUIDE.md", **more: object) -> Guide:
    values: dict[str, Any] = {"committed": NOW, "sha256": "a" * 64, "broken": ()}
    return Guide(path=path, text=text, **values | more)


def test_what_a_guide_cites() -> None:
    assert cited([guide()]) == Cited(
        paths=("/etc/cron.d/twisterlab", "/etc/cron.d/twisterlab-disk"),
        words=("cat", "head", "kubectl", "sudo"),
        namespaces=("twisterlab",),
        deployments=("mcp-unified", "redis"),
        ports=(8080, 30080),
        times=("02:00",),
    )


def test_a_dated_audit_is_no_guide_to_keep_current() -> None:
    record = guide(path="INFRASTRUCTURE_AUDIT_2026-02-04.md")
    assert cited([record]) == Cited()
    with pytest.raises(Unknown, match="guides-none"):
        kept_current((record,))
    assert kept_current((record, guide(path="PLAN_INTERVENTION_COMPLETE_2026-02-04.md")))[0].path.startswith("PLAN")


def test_links_that_lead_nowhere() -> None:
    files = ["GUIDE.md", "PLAN.md", "docs/other.md"]
    assert dead_links([guide()], files) == ("GUIDE.md: docs/gone.md#part",)
    below = guide("[up](../PLAN.md) [root](/PLAN.md) [a b](a%20b.md)", "docs/x.md")
    assert dead_links([below], files) == ("docs/x.md: a%20b.md",)


ALL = Live({"twisterlab": "uid"}, frozenset({"mcp-unified", "redis"}), frozenset({8080, 30080}), frozenset({"02:00"}))
NONE = Live({}, frozenset(), frozenset(), frozenset())


def claims(absent: tuple[str, ...] = (), **changed: datetime) -> GuideClaims:
    return GuideClaims({"/etc/cron.d/" + name: at for name, at in changed.items()}, absent, (), frozenset())


def test_what_is_cited_and_not_there_is_named() -> None:
    assert currency((guide(),), ALL, claims()).absent == ()
    assert currency((guide(),), NONE, claims(("/etc/cron.d/x",))).absent == (
        "/etc/cron.d/x",
        "namespace twisterlab",
        "deployment mcp-unified",
        "deployment redis",
        "port 8080",
        "port 30080",
        "02:00",
    )


@pytest.mark.parametrize(("days", "outdated"), [(-9, ()), (0.5, ()), (2, ("GUIDE.md (/etc/cron.d/twisterlab)",))])
def test_a_guide_older_than_what_it_describes(days: float, outdated: tuple[str, ...]) -> None:
    assert currency((guide(),), ALL, claims(twisterlab=NOW + timedelta(days=days))).outdated == outdated


def entry(*, sha256: str = "A" * 64, approved: bool = True, criterion: str = "DOC-03", hour: int = 1) -> Attestation:
    return Attestation(criterion, "who", "role", NOW - timedelta(hours=hour), NOW, approved=approved, sha256=sha256)


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ((entry(),), "walked"),
        ((), "missing"),
        ((entry(sha256="b" * 64),), "missing"),
        ((entry(sha256=""),), "missing"),
        ((entry(criterion="DEC-04"),), "missing"),
        ((entry(approved=False),), "refused"),
        ((entry(approved=False, hour=2), entry()), "walked"),
        ((entry(hour=2), entry(approved=False)), "refused"),
    ],
)
def test_a_walk_counts_for_the_very_bytes(entries: tuple[Attestation, ...], state: str) -> None:
    seen = walks((guide(),), People(entries), "DOC-03")
    assert {name: getattr(seen, name) for name in ("walked", "missing", "refused")} == {
        "walked": (),
        "missing": (),
        "refused": (),
    } | {state: ("GUIDE.md",)}


def test_guides_are_read_as_committed_and_their_blocks_tried(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(clone)]
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    (clone / "MCP_REBUILD_GUIDE.md").write_text(
        "1. so\n\n   ```bash\n   if true; then\n   ```\n```yaml\n- if\n```\n```sh\ncat x\n```\n"
    )
    (clone / "INFRASTRUCTURE_AUDIT_é 2026.md").write_text("guide 1 2 3\nbroken block\n")
    (clone / "other.md").write_text("x\n")
    for words in (["add", "."], ["commit", "-qm", "guide"], ["branch", "-M", "main"]):
        subprocess.run([*git, *words], check=True)
    (clone / "MCP_REBUILD_GUIDE.md").write_text("not committed\n")
    (tmp_path / "target.toml").write_text(TARGET + '[guides]\nrepository = "clone"\n')
    target = load_target(tmp_path)
    audit, rebuild = FACTS["guide_texts"].read(ask_guides(target, FACTS["guide_texts"]))
    assert (audit.path, audit.text.splitlines()[0], audit.broken) == (
        "INFRASTRUCTURE_AUDIT_é 2026.md",
        "guide 1 2 3",
        (),
    )
    assert len(rebuild.blocks) == 2
    assert [broken.split(":")[0] for broken in rebuild.broken[:1]] == ["block 1"]
    assert claimed(target)["GUIDES_CITED_WORDS"] == "cat"


def test_a_target_without_guides_claims_nothing(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    assert set(claimed(load_target(tmp_path)).values()) == {""}


def test_what_the_host_says_of_the_claims() -> None:
    seen = guide_claims("looked\nfile 1795460000 /etc/a b\nthere /var\nabsent /etc/c\nlacking bc\nport 22\nport x\n")
    assert (seen.absent, seen.lacking, seen.ports, list(seen.changed)) == (
        ("/etc/c",),
        ("bc",),
        frozenset({22}),
        ["/etc/a b"],
    )


def test_ports_of_services_are_numbers() -> None:
    (one,) = services(
        '{"items": [{"metadata": {"namespace": "a", "name": "b"}, "spec": {"ports": ['
        '{"port": 80, "targetPort": "http", "nodePort": 30080}]}}]}'
    )
    assert one.ports == {80, 30080}


@given(st.text())
def test_any_text_is_a_guide_or_nothing(text: str) -> None:
    with contextlib.suppress(Unknown):
        FACTS["guide_texts"].read(Answer("guide 1 a b\n| " + text.replace("\n", "\n| "), "", 0, "", NOW))
    with contextlib.suppress(Unknown):
        FACTS["guide_claims"].read(Answer(text + ENDING, "", 0, "", NOW))
    cited([guide(text)])
    dead_links([guide(text)], ["a"])
    assert guide_texts(text) is not None or text
