"""The plans of the journald remedy for servers in different states, without any host."""

import hashlib
from collections.abc import Mapping

import msgspec
import pytest

from fixtures.host.logs.journal import Journal
from fixtures.host.logs.journal_files import JournalFiles, journal_files
from fixtures.host.system.files import HostFile
from remediations.journald import DROP_IN, MERGED, PLANS_OWN, RESTART, journald
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.risk import Risk
from remediations.transaction.step import InstallFile, RunCommand
from testing.bounds import PLAN, bounds

AT, DAY, MB, GB = 1_795_450_734, 86_400, 10**6, 10**9
STOCK = Journal(
    at=AT,
    used=80 * MB,
    configuration={},
    folder=True,
    held=True,
    started=AT - DAY,
    changed=0,
    works=2 * GB,
    disk=20 * GB,
    first=AT - 3 * DAY,
    exports=(),
)
EMPTY = JournalFiles({}, "/var/backups/twisterlab/journal", 5 * GB)


def file(path: str, content: str) -> HostFile:
    return HostFile(path, "0644", "root:root", hashlib.sha256(content.encode()).hexdigest(), content)


def planned(journal: Journal, files: JournalFiles = EMPTY, thresholds: Mapping[str, str] = PLAN) -> Plan:
    return draw_plan("journald", ("LOG-08",), journald(journal, files, bounds(thresholds)))


def effects(plan: Plan) -> list[str]:
    return [one.en for one in plan.summaries]


def installed(plan: Plan) -> str:
    return next(step.content for step in plan.steps if isinstance(step, InstallFile))


def commands(plan: Plan) -> list[RunCommand]:
    return [step for step in plan.steps if isinstance(step, RunCommand)]


def test_a_stock_server_gets_one_file_that_is_checked_and_taken_up() -> None:
    plan = planned(STOCK)
    assert effects(plan) == [f"install {DROP_IN}"]
    assert [check.command for check in plan.checks] == [MERGED]
    step = plan.steps[0]
    assert isinstance(step, InstallFile)
    assert step.activate == RESTART


def test_the_bound_is_below_the_plans_figure_and_its_days_prove_seven() -> None:
    lines = set(installed(planned(STOCK)).splitlines())
    assert {"Storage=persistent", "SystemMaxUse=400M", "MaxRetentionSec=14day"} <= lines


def test_a_tighter_bound_stays() -> None:
    tight = msgspec.structs.replace(STOCK, configuration={"SystemMaxUse": "200M", "MaxRetentionSec": "3day"})
    assert "SystemMaxUse=200M" in installed(planned(tight))


PLANS = "[Journal]\nSystemMaxUse=500M\nSystemKeepFree=2G\nMaxFileSec=1day\nMaxRetentionSec=3day\n"


@pytest.mark.parametrize("text", [PLANS, f"# by hand\n\n{PLANS}".replace("=500M\n", "=500M  \n")])
def test_the_plans_own_file_goes(text: str) -> None:
    plans = JournalFiles({PLANS_OWN: file(PLANS_OWN, text)}, EMPTY.evidence, EMPTY.free)
    assert effects(planned(STOCK, plans)) == [f"remove {PLANS_OWN}", f"install {DROP_IN}"]


@pytest.mark.parametrize("text", ["[Journal]\nRateLimitBurst=0\n", PLANS.replace("500M", "600M"), f"{PLANS}Seal=yes\n"])
def test_a_file_of_that_name_with_other_content_stays_and_is_told(text: str) -> None:
    plan = planned(STOCK, JournalFiles({PLANS_OWN: file(PLANS_OWN, text)}, EMPTY.evidence, EMPTY.free))
    assert effects(plan) == [f"install {DROP_IN}"]
    assert f"{PLANS_OWN} is the site’s own" in plan.notes[0].sentence.what.en


def test_a_drop_in_of_our_name_that_is_not_ours_is_replaced_only_with_disruptive() -> None:
    own = JournalFiles({DROP_IN: file(DROP_IN, "[Journal]\nForwardToSyslog=no\n")}, EMPTY.evidence, EMPTY.free)
    assert planned(STOCK, own).risk is Risk.DISRUPTIVE
    older = installed(planned(STOCK)).replace("400M", "300M")
    mine = JournalFiles({DROP_IN: file(DROP_IN, older)}, EMPTY.evidence, EMPTY.free)
    assert planned(STOCK, mine).risk is Risk.SAFE


@pytest.mark.parametrize("change", [{"used": 900 * MB}, {"first": AT - 40.0 * DAY}])
def test_what_will_shrink_is_exported_first(change: dict[str, float]) -> None:
    plan = planned(msgspec.structs.replace(STOCK, **change))
    assert effects(plan)[0].startswith("export the journal")
    assert "journal_20261123_" in commands(plan)[0].command


def test_a_journal_above_its_bound_shrinks_to_it_last() -> None:
    plan = planned(msgspec.structs.replace(STOCK, used=900 * MB))
    assert effects(plan)[-1] == "let the journal shrink to 400M"
    assert "--vacuum-size=400M" in commands(plan)[-1].command


def test_without_room_for_the_evidence_nothing_is_changed() -> None:
    plan = planned(msgspec.structs.replace(STOCK, used=900 * MB), JournalFiles({}, EMPTY.evidence, 100 * MB))
    assert plan.steps == ()
    assert "no room to export it" in plan.notes[0].sentence.what.en


def test_a_second_look_plans_no_step_unless_journald_works_with_something_else() -> None:
    content = installed(planned(STOCK))
    files = JournalFiles({DROP_IN: file(DROP_IN, content)}, EMPTY.evidence, EMPTY.free)
    settings = {"SystemMaxUse": "400M", "Storage": "persistent", "MaxRetentionSec": "14day"}
    done = msgspec.structs.replace(STOCK, configuration=settings, works=400 << 20)
    assert planned(done, files).steps == ()
    assert effects(planned(msgspec.structs.replace(done, works=2 * GB), files)) == ["restart systemd-journald"]
    assert effects(planned(msgspec.structs.replace(done, held=False), files)) == ["restart systemd-journald"]


def test_the_fact_is_understood_and_missing_room_is_an_error() -> None:
    answer = "set\tfree\t9\nset\tevidence\t/var/backups/x\n"
    assert journal_files(answer) == JournalFiles({}, "/var/backups/x", 9)
    with pytest.raises(KeyError, match="free"):
        journal_files(answer.replace("set\tfree\t9\n", ""))


def test_a_tighter_target_makes_the_journal_smaller_and_lets_it_remember_longer() -> None:
    plan = planned(STOCK, thresholds={"LOG-07": "< 200 MB", "LOG-09": "≥ 30 days"})
    lines = set(installed(plan).splitlines())
    assert {"SystemMaxUse=162M", "MaxRetentionSec=60day"} <= lines
    assert "below 200 MB with some room, and 60 days long" in plan.steps[0].sentence.why.en.replace("\u00a0", " ")
    assert 0.9 * 200 * MB > (162 << 20)
