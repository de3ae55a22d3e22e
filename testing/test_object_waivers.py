"""Waivers for one object of a criterion: what else fails it still fails, and a waiver that accepts nothing is told."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gate.contract import FindingText, load_contract
from gate.decision import Verdict, decide
from gate.earlier import noting
from gate.objects import WAIVED
from gate.outcome import Outcome
from gate.people import People, Waiver, load_people, waiver_void
from gate.run import Finding, Result, Run
from reports.text.briefing import brief
from reports.text.words import Voice
from testing.in_process import run as command
from testing.runs import NOW, row
from testing.runs import run as made

LATER = datetime(2026, 2, 20, tzinfo=UTC)
PODS = ("kube-system/traefik-6f5 (CrashLoopBackOff)", "web/shop-1 (ImagePullBackOff)")
FOUND = {"odd": FindingText("odd", "odd"), "mild": FindingText("mild", "mild", reserve=True)}
CONTRACT = noting({"A": row("A", target="= 0 pods", objects=("looping", "names"), finding=FOUND)})


def waiver(object: str, criterion: str = "A") -> Waiver:
    return Waiver(criterion, "known", "CTO", LATER, object=object)


def failed(
    *objects: str, pods: tuple[str, ...] = PODS, value: float | None = None, findings: tuple[Finding, ...] = ()
) -> Run:
    result = Result(
        "A", Outcome.FAIL, len(pods) if value is None else value, {"looping": list(pods)}, findings=findings
    )
    people = People(waivers=tuple(map(waiver, objects)))
    return made(CONTRACT, {}, results={"A": result}, people=people)


@pytest.mark.parametrize(
    ("objects", "outcome"),
    [
        (("kube-system/traefik-*", "web/shop-1"), "waived"),
        (("*/shop*", "kube-system/*"), "waived"),
        (("kube-system/traefik-*",), "fail"),
        (("kube-system/traefik",), "fail"),
        (("traefik-6f5", "shop-1"), "fail"),
        (("KUBE-SYSTEM/*", "web/*"), "fail"),
    ],
)
def test_only_if_each_object_is_waived_the_criterion_is(objects: tuple[str, ...], outcome: str) -> None:
    assert decide(failed(*objects)).results["A"].outcome == outcome


def test_what_is_left_is_told_and_still_fails() -> None:
    found = decide(failed("web/*"))
    assert (found.verdict, found.waived) == (Verdict.NO_GO, ())
    note = found.results["A"].findings[-1]
    assert (note.name, note.values["names"], note.values["left"]) == (
        WAIVED,
        ("web/shop-1",),
        ("kube-system/traefik-6f5",),
    )
    said = {language: Voice(language).findings(CONTRACT["A"], found.results["A"]) for language in ("en", "fr")}
    assert said["en"] == ["waived: web/shop-1; not waived: kube-system/traefik-6f5"]
    assert said["fr"] == ["dérogation pour web/shop-1\u00a0; sans dérogation\u00a0: kube-system/traefik-6f5"]


@pytest.mark.parametrize(
    "run",
    [
        failed("web/*", "kube-system/*", value=3),  # a third one that it does not name
        failed("web/*", "kube-system/*", findings=(Finding("odd"),)),  # a failure of another kind
        failed("web/*", "kube-system/*", findings=(Finding("odd", {"names": ["db/one"]}),)),
        failed("web/*", "kube-system/*", findings=(Finding("strange", {"names": []}),)),
        failed("web/*", pods=("web/a", "web/a"), value=2),  # one name for two
    ],
)
def test_whatever_no_object_explains_still_fails(run: Run) -> None:
    assert decide(run).results["A"].outcome is Outcome.FAIL


def test_a_reserve_beside_waived_objects_does_not_fail() -> None:
    assert decide(failed("web/*", "kube-*", findings=(Finding("mild"),))).results["A"].outcome is Outcome.WAIVED


def test_a_run_that_is_read_again_decides_the_same() -> None:
    run = failed("web/*", "kube-system/*")
    assert decide(run).verdict is Verdict.GO
    kept = msgspec.structs.replace(run, results=decide(run).results)
    assert decide(kept).results["A"].outcome is Outcome.WAIVED
    gone = msgspec.structs.replace(kept, people=People())
    assert decide(gone).results["A"].outcome is Outcome.FAIL


def test_a_waiver_that_accepts_nothing_is_told() -> None:
    told = dict(brief(failed("db/*"), decide(failed("db/*")), Voice("en")).idle)
    assert told == {"A db/*": "matches no object that the criterion found"}
    short = failed("web/*", value=3)
    assert "does not name every object" in dict(brief(short, decide(short), Voice("en")).idle)["A web/*"]
    for outcome, said in ((Outcome.PASS, "is not needed"), (Outcome.UNKNOWN, "cannot be waived")):
        for one in (waiver("web/*"), waiver("")):
            run = made(CONTRACT, {"A": outcome}, people=People(waivers=(one,)))
            ((_, why),) = brief(run, decide(run), Voice("en")).idle
            assert said in why
    both = failed("web/*", "kube-system/*")
    assert brief(both, decide(both), Voice("en")).idle == ()
    assert [text.partition(":")[0] for _, text in brief(both, decide(both), Voice("en")).waivers] == [
        "web/*",
        "kube-system/*",
    ]


@pytest.mark.parametrize(("object", "why"), [("*", "every-object"), ("**/*", "every-object"), ("web/*", "")])
def test_a_waiver_of_every_object_is_none(object: str, why: str) -> None:
    assert waiver_void(waiver(object), CONTRACT, NOW) == why


def test_only_criteria_that_name_their_objects_can_be_waived_in_part(tmp_path: Path) -> None:
    ours = load_contract()
    assert waiver_void(waiver("web/*", "LOG-01"), ours, NOW) == "no-objects"
    assert waiver_void(waiver("web/*", "INF-04"), ours, NOW) == ""
    counted = [id for id, criterion in ours.items() if criterion.objects]
    assert counted == ["DSK-06", "BKP-16", "INF-03", "INF-04", "INF-08", "INF-11"]
    assert all(ours[id].target.startswith("= 0 ") for id in counted)
    text = (Path(__file__).parents[1] / "docs" / "targets.md").read_text(encoding="utf-8")
    assert ", ".join(counted[:-1]) in text
    (tmp_path / "waivers.toml").write_text(
        '[[waiver]]\ncriterion = "INF-04"\nobject = 3\nreason = "r"\napprover = "CTO"\nexpires = 2026-02-20T12:00:00Z\n'
    )
    with pytest.raises(ValueError, match="object"):
        load_people(tmp_path, ours, NOW)


def test_the_command_writes_an_object_and_refuses_one_that_would_not_count(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text("")
    words = ("--reason=known", "--approver=Someone Else", "--object=web/*")
    assert command("reports", "waive", tmp_path, "LOG-01", *words).returncode == 4
    assert command("reports", "waive", tmp_path, "INF-04", *words).returncode == 0
    assert 'object = "web/*"' in (tmp_path / "waivers.toml").read_text()
