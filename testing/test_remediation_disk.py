"""The plans of disk_monitor and disk_cleanup for servers in different states, without any host."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import FACTS
from fixtures.cluster.deployments import Deployments
from fixtures.host.disk.cleanup_files import CleanupFiles, Folder, cleanup_files
from fixtures.host.disk.waste import UnusedImage, Waste
from fixtures.host.monitoring.monitor_files import MonitorFiles, monitor_files
from fixtures.host.schedules.schedules import Schedules, schedules
from fixtures.host.system.files import HostFile
from remediations.disk_cleanup import disk_cleanup
from remediations.disk_monitor import CRON, CRONTAB, FILES, SCRIPT, SETTINGS, disk_monitor
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.risk import Risk
from remediations.transaction.step import InstallFile, RunCommand
from testing.bounds import PLAN, bounds
from testing.host_answers import SCHEDULES

GB = 10**9
BARE = MonitorFiles(
    files={}, script=SCRIPT, textfile="/srv/metrics", receiver="", heartbeat="", cron=True, equipped=True
)
NOTHING = schedules(SCHEDULES)
PLANS = "#!/bin/bash\nTHRESHOLD=75\nlogger -t disk-monitor x\n"


def file(path: str, content: str, mode: str = "0644") -> HostFile:
    return HostFile(path, mode, "root:root", hashlib.sha256(content.encode()).hexdigest(), content)


def having(*files: HostFile, **changed: object) -> MonitorFiles:
    return msgspec.structs.replace(BARE, files={one.path: one for one in files}, **changed)


def started(source: str, line: str) -> Schedules:
    table = f"table 644 root whole {source}\n| {line}\n\n=== timers"
    return schedules(SCHEDULES.replace("=== timers", table, 1))


def planned(seen: MonitorFiles, jobs: Schedules = NOTHING, thresholds: Mapping[str, str] = PLAN) -> Plan:
    return draw_plan("disk_monitor", ("MON-03",), disk_monitor(seen, jobs, bounds(thresholds)))


def files_of(plan: Plan) -> dict[str, str]:
    return {step.path: step.content for step in plan.steps if isinstance(step, InstallFile)}


def test_a_bare_server_gets_a_script_its_settings_and_a_schedule() -> None:
    plan = planned(BARE)
    assert list(files_of(plan)) == [SCRIPT, SETTINGS, CRON]
    assert "TEXTFILE=/srv/metrics\n" in files_of(plan)[SETTINGS]
    assert [check.about for check in plan.checks] == [SCRIPT]
    assert plan.risk is Risk.SAFE


def test_a_second_look_plans_no_step() -> None:
    modes = {SCRIPT: "0755", SETTINGS: "0600", CRON: "0644"}
    files = [file(path, text, modes[path]) for path, text in files_of(planned(BARE)).items()]
    assert planned(having(*files), started(CRON, f"*/10 * * * * root {SCRIPT}")).steps == ()


def test_the_plans_own_line_leaves_the_crontab_and_its_neighbours_stay() -> None:
    table = file(CRONTAB, f"5 4 * * * /root/mine\n0 * * * * {SCRIPT}\n", "0600")
    seen = files_of(planned(having(file(SCRIPT, PLANS), table), started(CRONTAB, f"0 * * * * {SCRIPT}")))
    assert seen[CRONTAB] == "5 4 * * * /root/mine\n"
    assert CRON in seen


def test_what_starts_it_often_enough_stays_the_only_one() -> None:
    assert CRON not in files_of(planned(BARE, started("/etc/cron.d/mine", f"*/15 * * * * root {SCRIPT}")))


def test_somebodys_own_check_that_calls_somebody_is_left_alone() -> None:
    plan = planned(having(file(SCRIPT, "#!/bin/sh\ndf | mail -s full ops@example.org\n")))
    assert plan.steps == ()
    assert "somebody’s own" in plan.notes[0].sentence.what.en


def test_what_is_set_stays_but_for_what_the_plan_forbids() -> None:
    mine = "WARN=95\nCRIT=97\nWEBHOOK='https://hooks.example.org/x'\nTEXTFILE=''\n"
    seen = files_of(planned(having(file(SETTINGS, mine, "0600"))))[SETTINGS]
    assert seen == "WARN=65\nCRIT=70\nWEBHOOK='https://hooks.example.org/x'\nTEXTFILE=/srv/metrics\n"
    kept = mine.replace("95", "60").replace("''", "/else")
    assert SETTINGS not in files_of(planned(having(file(SETTINGS, kept, "0600"))))


def test_a_receiver_of_the_target_becomes_the_webhook() -> None:
    seen = files_of(planned(having(receiver="https://hooks.example.org/a b", heartbeat="a pager")))[SETTINGS]
    assert "WEBHOOK='https://hooks.example.org/a b'\nHEARTBEAT=''" in seen.replace(
        "\n# Who misses this server when the check no longer runs: asked after every run.", ""
    )


@pytest.mark.parametrize("changed", [{"equipped": False}, {"cron": False}])
def test_what_is_missing_is_said(changed: dict[str, object]) -> None:
    assert planned(having(**changed)).notes


def test_the_scripts_folder_has_what_the_lab_installs() -> None:
    assert (FILES / SCRIPT[1:]).read_text(encoding="utf-8").startswith("#!/bin/bash")


def test_the_fact_is_understood() -> None:
    answer = "".join(
        f"set\t{key}\t{value}\n"
        for key, value in (
            ("script", SCRIPT),
            ("textfile", "/m"),
            ("receiver", ""),
            ("heartbeat", ""),
            ("cron", "/usr/sbin/cron"),
            ("tools", "4"),
        )
    )
    assert monitor_files(answer) == having(textfile="/m")


EMPTY = CleanupFiles(folders=(), old=(), cache=0, dangling=0, reach=0, journal=0)
TIDY = Waste(docker=0, images=(), named=0, folders=())


def cleaned(seen: CleanupFiles = EMPTY, waste: Waste = TIDY, deployments: Deployments = ()) -> Plan:
    return draw_plan("disk_cleanup", ("DSK-01",), disk_cleanup(seen, waste, deployments, bounds()))


def test_a_tidy_server_is_left_as_it_is() -> None:
    assert cleaned().steps == ()


def test_a_folder_the_target_names_is_emptied_and_only_with_disruptive_rights() -> None:
    plan = cleaned(
        msgspec.structs.replace(EMPTY, folders=(Folder("/var/lib/docker/buildkit/waste", 7 * GB, held=False),))
    )
    (step,) = plan.steps
    assert isinstance(step, RunCommand)
    assert step.command.startswith("set -- /var/lib/docker/buildkit/waste\n")
    assert plan.risk is Risk.DISRUPTIVE


@pytest.mark.parametrize(
    "folder",
    [
        Folder("/var/lib/docker", 9 * GB, held=False),
        Folder("/var", 9 * GB, held=False),
        Folder("/", 9 * GB, held=False),
        Folder("/srv/builds", 9 * GB, held=True),
    ],
)
def test_a_folder_that_holds_more_or_is_in_use_is_not(folder: Folder) -> None:
    plan = cleaned(msgspec.structs.replace(EMPTY, folders=(folder,)))
    assert (plan.steps, len(plan.notes)) == ((), 1)


def test_only_images_nobody_can_ask_for_go() -> None:
    images = (
        UnusedImage("sha256:1", ("docker.io/mcp:v1", "sha256:a"), 5 * GB, used=False),
        UnusedImage("sha256:2", ("sha256:b",), GB, used=False),
        UnusedImage("sha256:3", ("sha256:c",), GB, used=True),
    )
    plan = cleaned(waste=msgspec.structs.replace(TIDY, images=images))
    (step,) = plan.steps
    assert isinstance(step, RunCommand)
    assert step.command.startswith("set -- sha256:b\n")
    assert "no other copy" in plan.notes[0].sentence.what.en


def test_old_logs_and_a_long_journal_go_after_their_witnesses_are_kept() -> None:
    seen = msgspec.structs.replace(EMPTY, old=(("/var/log/a.4.gz", GB),), reach=30 * 86400, journal=GB)
    commands = [step.command for step in cleaned(seen).steps if isinstance(step, RunCommand)]
    assert commands[0].startswith("set -- /var/log/a.4.gz\n")
    assert commands[1].index("evidence.export.gz\n") < commands[1].index("--vacuum-time")
    assert cleaned(msgspec.structs.replace(seen, reach=13 * 86400, old=())).steps == ()


def test_half_a_list_is_none() -> None:
    answer = "waste\t7000000000\t/w\t\nold\t5\t/var/log/a.1.gz\ndocker\tBuild Cache|3GB\njournal\t90\t80\n"
    assert cleanup_files(answer).cache == 3 * GB
    with pytest.raises(Unknown, match="middle"):
        FACTS["cleanup_files"].read(Answer(answer, "", 0, "", datetime.now(UTC)))


@pytest.mark.parametrize(
    ("thresholds", "lines"),
    [
        ({}, ["WARN=65", "CRIT=70"]),
        ({"MON-03": "≤ 50 %"}, ["WARN=50", "CRIT=70"]),
        ({"DSK-01": "< 60 %"}, ["WARN=60", "CRIT=60"]),
    ],
)
def test_a_tighter_target_warns_earlier(thresholds: dict[str, str], lines: list[str]) -> None:
    written = files_of(planned(BARE, thresholds=thresholds))[SETTINGS].splitlines()
    assert [line.split(" ")[0] for line in written if line.startswith(("WARN", "CRIT"))] == lines


def test_a_tighter_target_lets_the_check_run_more_often() -> None:
    mine = started("/etc/cron.d/mine", f"*/15 * * * * root {SCRIPT}")
    assert f"*/5 * * * * root {SCRIPT}" in files_of(planned(BARE, thresholds={"MON-01": "≤ 5 min"}))[CRON]
    assert CRON in files_of(planned(having(), started(CRONTAB, f"*/15 * * * * {SCRIPT}"), {"MON-01": "≤ 10 min"}))
    assert planned(BARE, mine, {"MON-01": "≤ 10 min"}).notes


def test_a_limit_that_the_tighter_target_forbids_is_lowered() -> None:
    mine = file(SETTINGS, "WARN=70\nCRIT=80\nTEXTFILE=/m\n", "0600")
    assert SETTINGS not in files_of(planned(having(mine)))
    assert "WARN=60\nCRIT=70\n" in files_of(planned(having(mine), thresholds={"MON-03": "≤ 60 %"}))[SETTINGS]
