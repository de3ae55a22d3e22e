"""The plan of another phase: it names the gate, asks for more, and loosens nothing that its readers are not shown."""

import re
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.facts import ENDING
from fixtures.session.recording import read_recording, write_recording
from fixtures.site.criteria import site_contract
from fixtures.site.files import read_rows
from fixtures.site.plan_file import read_plan
from fixtures.target import TargetError
from fixtures.target.folder import load_target, rows_in
from gate.contract import Basis, ContractError, load_contract
from gate.decision import Verdict, decide
from gate.outcome import Outcome
from gate.plan import Plan, default_plan, planned
from gate.run import read_run, write_run
from reports.text.briefing import brief
from reports.text.conditions import conditions
from reports.text.words import Voice
from testing.audits import ROOT, replayed
from testing.faults.fault import load_site_faults
from testing.in_process import run
from testing.runs import row
from testing.runs import run as made
from testing.small_audit import TARGET, TWO, House
from testing.this_machine import on_this_machine

EXAMPLE = ROOT / "plans" / "phase1.example.toml"
HEAD = 'phase = "Phase 1"\nquestion = "Can Phase 2 start?"\n'
OWN = '[SITE-01]\ntitle = "A second disk"\ncommand = "echo 2"\ntarget = "≥ 2 disks"\n'
OURS = load_contract()


def plan(text: str, folder: Path) -> Plan:
    file = folder / "phase1.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return read_plan(file)


@pytest.fixture
def edge(house: House, tmp_path: Path) -> House:
    """A target with a plan of its own, whose host is this machine."""
    (house.target / "target.toml").write_text(TARGET + '[plan]\nfile = "phase1.toml"\n')
    return on_this_machine(house, tmp_path)


def phase(edge: House, text: str) -> None:
    (edge.target / "phase1.toml").write_text(HEAD + text, encoding="utf-8")


def test_no_phase_is_named_but_in_the_plan() -> None:
    named = re.compile(r"phase[ \u00a0]\d", re.IGNORECASE)
    files = [
        file
        for room in ("gate", "reports", "tests/criteria")
        for file in (ROOT / room).rglob("*")
        if file.suffix in (".py", ".toml", ".html", ".css", ".js") and "out" not in file.relative_to(ROOT).parts
    ]
    assert len(files) > 100
    assert [str(file) for file in files if named.search(file.read_text(encoding="utf-8"))] == []


def test_the_default_is_phase_0_and_every_blocking_criterion_is_in_one_condition_of_it() -> None:
    ours = default_plan()
    assert (ours.phase.en, ours.question.en, ours.advisory, ours.blocking) == ("Phase 0", "Can Phase 1 start?", (), ())
    counted = [id for one in ours.condition for id, row in OURS.items() if row.blocking and one.holds(id, row)]
    assert sorted(counted) == sorted(id for id, row in OURS.items() if row.blocking)
    assert planned(OURS, ours) == OURS


def test_the_example_keeps_every_criterion_and_asks_for_more() -> None:
    wanted = read_plan(EXAMPLE)
    found = planned({**OURS, **site_contract(read_rows(Path("/none"), EXAMPLE))}, wanted)
    assert set(found) == {*OURS, "SITE-10", "SITE-11"}
    assert {id for id in OURS if OURS[id].blocking and not found[id].blocking} == {"DEC-04"}
    assert {id for id in OURS if found[id].blocking and not OURS[id].blocking} == {"BKP-14"}
    assert (found["BKP-14"].basis, found["DSK-01"].target) == (Basis.PLAN, "< 60 %")
    assert [id for id, one in found.items() if one.kpi] == ["DSK-01", "SITE-10", "SITE-11"]


def example(disks: int, folder: Path) -> Path:
    """Return a recording of the sound server of the lab with the plan of the example, and the answers to its own rows."""
    found = read_recording(ROOT / "lab" / "recordings" / "ready.json")
    named = msgspec.structs.replace(found.target.plan, file="phase1.toml")
    own = read_rows(folder, EXAMPLE)
    target = msgspec.structs.replace(found.target, phase=read_plan(EXAMPLE), criteria=own, plan=named)
    said = "looked\n" + "".join(f"disk sd{name}\n" for name in "ab"[:disks]) + ENDING
    pods = {"items": [{"metadata": {"name": "mcp-unified"}, "status": {"readyReplicas": 2}}]}
    answers = {
        **found.answers,
        "site_10": Answer(said, "", 0, "lsblk", found.at),
        "site_11": Answer(msgspec.json.encode(pods).decode(), "", 0, "/apis/apps/v1/deployments", found.at),
    }
    file = folder / "phase1.json"
    write_recording(msgspec.structs.replace(found, target=target, answers=answers), file)
    return file


def test_the_example_decides_about_a_recorded_server_go_and_no_go(tmp_path: Path) -> None:
    ran = replayed(example(2, tmp_path), tmp_path / "out")
    assert (ran.status, ran.outcomes["SITE-10"], ran.outcomes["BKP-14"]) == (0, "pass", "pass")
    whole = read_run((tmp_path / "out" / "run.json").read_bytes(), "run.json")
    first = brief(whole, decide(whole), Voice("fr"))
    assert (first.gate, first.phase) == ("Jalon de la Phase 1", "Phase 1")
    assert any("DEC-04" in note and "budget" in note for _, note in first.labels)
    assert [line.met for line in first.conditions][-2:] == [1, 2]
    assert decide(whole).verdict is Verdict.GO
    missed = msgspec.structs.replace(whole.results["SITE-10"], outcome=Outcome.FAIL, value=1.0)
    alone = msgspec.structs.replace(whole, results={**whole.results, "SITE-10": missed})
    assert (decide(alone).verdict, decide(alone).by_plan) == (Verdict.NO_GO, Verdict.NO_GO)
    assert [line.outcome for line in conditions(alone, decide(alone), Voice("en"))][1] is Outcome.FAIL


def test_a_row_of_the_plan_blocks_and_unknown_is_no_pass(edge: House) -> None:
    phase(edge, 'advisory = [{ criterion = "B-01", reason = "sold in May" }]\n' + OWN + "blocking = true\n")
    assert edge.audit(TWO).status == 0
    phase(edge, OWN.replace("echo 2", "echo 1") + "blocking = true\n")
    assert edge.audit(TWO).status == 1
    phase(edge, OWN.replace("echo 2", "true") + "blocking = true\n")
    assert edge.audit(TWO).status == 10


def test_what_a_plan_makes_advice_is_on_the_first_screen_in_both_languages(edge: House) -> None:
    edge.pages = True
    reason = '{ en = "sold in May", fr = "vendu en mai" }'
    phase(edge, f'[[advisory]]\ncriterion = "B-01"\nreason = {reason}\n')
    ran = edge.audit(
        TWO.replace(
            '@criterion("B-01")\ndef test_b(judge): assert judge(1)',
            '@criterion("B-01")\ndef test_b(judge): assert judge(0)',
        )
    )
    page = (edge.reports / "verdict.html").read_text(encoding="utf-8")
    assert ran.status == 0
    assert "Does not block in Phase 1, by its plan. B-01: sold in May" in " ".join(ran.output.split())
    for text in ("Can Phase 2 start?", "Jalon\u00a0: Phase 1", "B-01\u00a0: vendu en mai", "· Phase 1</title>"):
        assert text in page
    assert "sold in May" in (edge.reports / "summary.md").read_text(encoding="utf-8")
    assert ran.run["plan"]["advisory"] == [{"criterion": "B-01", "reason": {"en": "sold in May", "fr": "vendu en mai"}}]


def test_a_blocking_row_in_no_condition_has_a_line_of_its_own() -> None:
    contract = {"MCP-01": row("MCP-01", chapter="mcp"), "SITE-01": row("SITE-01", chapter="site", basis=Basis.SITE)}
    found = made(contract, {"MCP-01": Outcome.PASS, "SITE-01": Outcome.FAIL})
    lines = conditions(found, decide(found), Voice("en"))
    assert [(line.title, line.met, line.all) for line in lines] == [
        ("MCP services run", 1, 1),
        ("Other blocking criteria", 0, 1),
    ]


def test_by_the_letter_of_the_plan_counts_what_the_plan_names(tmp_path: Path) -> None:
    contract = {"MCP-01": row("MCP-01", chapter="mcp"), "SITE-01": row("SITE-01", chapter="site", basis=Basis.SITE)}
    found = made(contract, {"MCP-01": Outcome.PASS, "SITE-01": Outcome.FAIL})
    assert (decide(found).verdict, decide(found).by_plan) == (Verdict.NO_GO, Verdict.GO)
    named = plan('[[condition]]\ntitle = "Disk"\ncriteria = ["SITE-01"]\n', tmp_path)
    assert decide(msgspec.structs.replace(found, plan=named)).by_plan is Verdict.NO_GO


def test_a_plan_survives_run_json_and_a_run_without_one_is_of_phase_0(tmp_path: Path) -> None:
    found = made({"A": row("A")}, {"A": Outcome.PASS}, plan=plan("days = 9\n", tmp_path))
    assert read_run(write_run(found), "run.json") == found
    assert made({"A": row("A")}, {"A": Outcome.PASS}).phase == default_plan()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days = 3\n", "days DEC-02: “≥ 3 days” is looser than “≥ 7 days”"),
        ('blocking = ["DSK-99"]\n', "blocking: DSK-99: no such criterion"),
        ('blocking = ["DSK-01"]\n', "blocking: DSK-01 blocks already"),
        ('[[advisory]]\ncriterion = "DSK-01"\nreason = "why"\n', "DSK-01 may not be waived"),
        ('[[advisory]]\ncriterion = "LOG-12"\nreason = "why"\n', "LOG-12 does not block"),
        ('[[advisory]]\ncriterion = "DEC-04"\nreason = " "\n', "DEC-04: gives no reason"),
        ('[[advisory]]\ncriterion = "DEC-04"\nreason = "a"\n' * 2, "DEC-04 is named twice"),
        ('[[condition]]\ntitle = "t"\nchapters = ["dsik"]\n', "dsik: no such chapter"),
        ('[[condition]]\ntitle = "t"\ncriteria = ["DSK-01"]\n' * 2, "DSK-01 is counted by two conditions"),
        ('[[kpi]]\ncriterion = "DSK-01"\nbefore = "85 %"\ntarget = "< 80 %"\n', "looser than “< 70 %”"),
    ],
)
def test_a_plan_that_asks_for_less_or_names_nothing_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=re.escape(said)):
        planned(OURS, plan(text, tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "question is missing"),
        (HEAD + "dayz = 7\n", "dayz: is an unknown key; a plan has"),
        (HEAD + "days = true\n", "days: must be a number or nothing, not true or false"),
        (HEAD + "[[condition]]\ncriteria = []\n", "title is missing"),
        (HEAD + OWN.replace("SITE-01", "DSK-01"), "a site's criterion is named SITE-01"),
        (HEAD + "phase = {}\n", "not TOML"),
    ],
)
def test_a_file_that_is_no_plan_is_one_line_with_place_and_cure(text: str, said: str, edge: House) -> None:
    (edge.target / "phase1.toml").write_text(text or 'phase = "Phase 1"\n')
    ran = run("fixtures", "check", edge.target)
    assert (ran.returncode, ran.stderr.count("\n")) == (4, 1)
    assert said in ran.stderr
    assert str(edge.target / "phase1.toml") in ran.stderr


def test_a_plan_that_is_missing_or_unnamed_is_one_line(edge: House) -> None:
    with pytest.raises(TargetError, match=r"phase1\.toml: cannot be read: No such file"):
        load_target(edge.target)
    (edge.target / "criteria").mkdir()
    (edge.target / "criteria" / "phase1.toml").write_text(HEAD)
    (edge.target / "target.toml").write_text(TARGET)
    with pytest.raises(TargetError, match=r"belongs to a plan; name the file in target\.toml"):
        load_target(edge.target)
    (edge.target / "target.toml").write_text(TARGET + '[plan]\nfile = "criteria/phase1.toml"\n')
    found = load_target(edge.target).phase
    assert found is not None
    assert found.name.fr == "Jalon\u00a0: Phase 1"


def test_rows_of_a_plan_may_be_waived_and_have_faults(edge: House) -> None:
    fault = '[[fault]]\ncriterion = "SITE-01"\nname = "one disk"\nexpected = "fail"\ninject = "true"\nrevert = "true"\n'
    phase(edge, OWN + fault)
    (edge.target / "target.toml").write_text(
        (edge.target / "target.toml").read_text().replace('title = "Edge"', 'title = "Edge"\nkind = "lab"')
    )
    assert list(rows_in(edge.target)) == ["SITE-01"]
    assert [one.name for one in load_site_faults(edge.target)] == ["one disk"]
    said = run("reports", "waive", edge.target, "SITE-01", "--reason=x", "--approver=Ann Other", "--until=2026-01-01")
    assert "no such criterion" not in said.stderr
