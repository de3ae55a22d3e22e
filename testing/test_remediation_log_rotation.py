"""The plans of log_rotation for servers in different states, without any host."""

import hashlib
from collections.abc import Mapping

import msgspec
import pytest

from fixtures.host.logs.logrotate import LogrotateRuns
from fixtures.host.logs.rotation_files import RotatedLog, RotationFiles, rotation_files
from fixtures.host.system.files import HostFile
from remediations.log_rotation import HOURLY, PLANS_OWN, RSYSLOG, log_rotation, paths_in
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.risk import Risk
from remediations.transaction.showing import shown
from remediations.transaction.step import InstallFile, RemoveFile, RunCommand, Step
from testing.bounds import PLAN, bounds

DEBIAN = """\
/var/log/syslog
/var/log/kern.log
/var/log/custom.log
{
\trotate 4
\tweekly
\tmissingok
\tpostrotate
\t\t/usr/lib/rsyslog/rsyslog-rotate
\tendscript
}
"""
GB = 10**9
HOUR, DAY = ("{ OnCalendar=*-*-* *:00:00 }",), ("{ OnCalendar=*-*-* 00:00:00 }",)


def file(path: str, content: str) -> HostFile:
    return HostFile(path, "0644", "root:root", hashlib.sha256(content.encode()).hexdigest(), content)


def logs(**sizes: int) -> dict[str, RotatedLog]:
    paths = {f"/var/log/{name.replace('_', '.')}": size for name, size in sizes.items()}
    return {path: RotatedLog(path, "syslog:adm", size) for path, size in paths.items()}


STOCK = RotationFiles(
    files={
        path: file(path, text)
        for path, text in (
            ("/etc/logrotate.conf", "weekly\nrotate 4\ncreate\ninclude /etc/logrotate.d\n"),
            (RSYSLOG, DEBIAN),
        )
    },
    logs=logs(syslog=1000, kern_log=1000),
    open=("/var/log/syslog", "/var/log/kern.log"),
    owner="syslog:adm",
    helper=True,
    calendars=DAY,
    timer_active=True,
    total=GB,
    free=20 * GB,
    stock=frozenset({hashlib.md5(DEBIAN.encode(), usedforsecurity=False).hexdigest()}),
)
PLANS_SYSLOG = """\
/var/log/syslog
/var/log/messages
{
    daily
    rotate 3
    maxsize 500M
    compress
    delaycompress
    missingok
    notifempty
}
"""


def planned(seen: RotationFiles, result: str = "success", thresholds: Mapping[str, str] = PLAN) -> Plan:
    runs = LogrotateRuns(0, 0, 0, result)
    return draw_plan("log_rotation", ("LOG-01",), log_rotation(seen, runs, bounds(thresholds)))


def after(seen: RotationFiles) -> RotationFiles:
    """Return the server with the files of the plan in place and its logs small again."""
    files = {step.path: file(step.path, step.content) for step in planned(seen).steps if isinstance(step, InstallFile)}
    kept = {path: one for path, one in seen.files.items() if path not in PLANS_OWN}
    return msgspec.structs.replace(
        seen, files=kept | files, calendars=HOUR, total=GB, logs=logs(syslog=1000, kern_log=1000), open=STOCK.open
    )


def commands(steps: tuple[Step, ...]) -> list[str]:
    return [step.command.splitlines()[0] for step in steps if isinstance(step, RunCommand)]


def rsyslog(plan: Plan) -> str:
    return next(step.content for step in plan.steps if isinstance(step, InstallFile) and step.path == RSYSLOG)


def stanza(seen: RotationFiles) -> str:
    return rsyslog(planned(seen))


def test_a_stock_server_gets_three_files_and_nothing_else() -> None:
    plan = planned(STOCK)
    assert [one.en for one in plan.summaries] == [
        f"install {RSYSLOG}",
        "install /etc/logrotate.d/twisterlab-backup",
        f"install {HOURLY}",
    ]
    assert [check.about for check in plan.checks] == ["/etc/logrotate.d/", HOURLY]


def test_the_stanza_keeps_the_list_of_the_distribution_and_bounds_it() -> None:
    content = stanza(STOCK)
    assert paths_in(content) == ("/var/log/syslog", "/var/log/kern.log", "/var/log/custom.log")
    assert {"daily", "rotate 7", "maxsize 200M", "sharedscripts"} <= {line.strip() for line in content.splitlines()}
    assert "create" not in content, "the global one keeps owner and mode"


def test_logs_another_file_rotates_are_left_to_it() -> None:
    other = file("/etc/logrotate.d/custom", "/var/log/custom.log { monthly }\n")
    seen = msgspec.structs.replace(STOCK, files={**STOCK.files, other.path: other})
    assert "/var/log/custom.log" not in paths_in(stanza(seen))


@pytest.mark.parametrize("name", ["rsyslog.dpkg-old", "rsyslog~", "rsyslog.ucf-dist", "rsyslog.disabled"])
def test_files_logrotate_ignores_claim_nothing(name: str) -> None:
    ignored = file(f"/etc/logrotate.d/{name}", DEBIAN)
    seen = msgspec.structs.replace(STOCK, files={**STOCK.files, ignored.path: ignored})
    assert stanza(seen) == stanza(STOCK)


def test_the_plans_own_files_go_and_what_only_they_had_stays_rotated() -> None:
    extra = file(PLANS_OWN[1], PLANS_SYSLOG)
    plan = planned(seen := msgspec.structs.replace(STOCK, files={**STOCK.files, extra.path: extra}))
    assert plan.summaries[0].en == f"remove {PLANS_OWN[1]}"
    assert "/var/log/messages" in paths_in(stanza(seen))


@pytest.mark.parametrize("change", ["    rotate 30\n", "    olddir /srv/old\n"])
def test_a_file_of_that_name_with_other_content_stays_and_rotates_its_logs(change: str) -> None:
    own = file(PLANS_OWN[1], PLANS_SYSLOG.replace("    rotate 3\n", change))
    plan = planned(seen := msgspec.structs.replace(STOCK, files={**STOCK.files, own.path: own}))
    assert not [step for step in plan.steps if isinstance(step, RemoveFile)]
    assert f"{own.path} is the site’s own" in plan.notes[0].sentence.what.en
    assert "/var/log/syslog" not in paths_in(stanza(seen)), "a log rotated twice is an error to logrotate"


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        (None, Risk.SAFE),
        ("ours", Risk.SAFE),
        ("/var/log/syslog\n{\n\trotate 52\n\tweekly\n}\n", Risk.DISRUPTIVE),
    ],
)
def test_a_stanza_that_the_site_has_changed_is_replaced_only_with_disruptive(text: str | None, risk: Risk) -> None:
    ours = stanza(STOCK).replace("maxsize 200M", "maxsize 90M")
    edited = STOCK.files if text is None else {**STOCK.files, RSYSLOG: file(RSYSLOG, ours if text == "ours" else text)}
    plan = planned(msgspec.structs.replace(STOCK, files=edited))
    assert plan.risk is risk
    assert any("site’s own" in line for line, _ in shown(plan, "en")) == (risk is Risk.DISRUPTIVE)


def test_more_copies_in_our_own_stanza_are_the_site_s() -> None:
    longer = file(RSYSLOG, stanza(STOCK).replace("rotate 7", "rotate 52").replace("200M", "900M"))
    plan = planned(msgspec.structs.replace(STOCK, files={**STOCK.files, RSYSLOG: longer}))
    assert plan.risk is Risk.DISRUPTIVE


def test_a_second_look_plans_no_step() -> None:
    huge = msgspec.structs.replace(STOCK, logs=logs(kern_log=12 * GB), total=13 * GB)
    assert planned(huge).steps
    assert planned(after(huge)).steps == ()


def test_a_huge_log_is_rotated_and_then_compressed() -> None:
    plan = planned(msgspec.structs.replace(STOCK, logs=logs(kern_log=12 * GB), total=13 * GB))
    assert commands(plan.steps)[-2:] == ["systemctl start logrotate.service", "set -- /var/log/kern.log.1"]


def test_within_the_budget_nothing_is_compressed() -> None:
    plan = planned(msgspec.structs.replace(STOCK, logs=logs(kern_log=GB), total=GB + GB // 2))
    assert commands(plan.steps) == ["systemctl start logrotate.service"]


def test_an_older_copy_is_compressed_once_it_is_not_logrotates_turn() -> None:
    plan = planned(msgspec.structs.replace(STOCK, logs=logs(kern_log=0, kern_log_1=3 * GB), total=4 * GB))
    assert commands(plan.steps) == ["set -- /var/log/kern.log.1"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"free": 2 * GB}, "compressing may take 3\u00a0GB more for a while, 2\u00a0GB are free"),
        ({"files": {**STOCK.files, "/etc/logrotate.conf": file("/etc/logrotate.conf", "dateext\n")}}, "by date"),
    ],
)
def test_what_cannot_be_compressed_is_said(changed: dict[str, object], expected: str) -> None:
    seen = msgspec.structs.replace(STOCK, logs=logs(kern_log=12 * GB), total=13 * GB, **changed)
    plan = planned(seen)
    assert not any("set --" in command for command in commands(plan.steps))
    assert expected in plan.notes[0].sentence.what.en


@pytest.mark.parametrize(
    "held",
    ["/var/log/kern.log.1", "/var/log/kern.log.1 (deleted)", "/var/log/syslog (deleted)", "/var/log/kern.log-20261123"],
)
def test_rsyslog_writing_to_a_rotated_file_is_told_to_reopen(held: str) -> None:
    plan = planned(msgspec.structs.replace(STOCK, open=(held,)))
    assert commands(plan.steps) == ["systemctl kill -s HUP rsyslog.service"]


def test_an_rsyslog_that_should_run_and_does_not_is_started() -> None:
    assert commands(planned(msgspec.structs.replace(STOCK, stopped=True)).steps) == ["systemctl start rsyslog.service"]


def test_a_log_of_the_wrong_owner_is_given_back_and_the_old_owner_is_the_undo() -> None:
    wrong = {"/var/log/kern.log": RotatedLog("/var/log/kern.log", "root:adm", 0)}
    step = planned(msgspec.structs.replace(STOCK, logs=wrong)).steps[-1]
    assert isinstance(step, RunCommand)
    assert step.command == "chown syslog:adm /var/log/kern.log"
    assert step.undo.endswith(" || chown root:adm /var/log/kern.log"), "unless somebody gave it to another since"


def test_where_rsyslog_does_not_say_whose_its_files_are_nobody_is_given_any() -> None:
    wrong = {"/var/log/kern.log": RotatedLog("/var/log/kern.log", "root:adm", 0)}
    assert commands(planned(msgspec.structs.replace(STOCK, logs=wrong, owner="")).steps) == []


def test_a_server_without_rsyslog_keeps_its_configuration_and_is_told() -> None:
    plan = planned(msgspec.structs.replace(STOCK, helper=False))
    assert RSYSLOG not in "".join(one.en for one in plan.summaries)
    assert "rsyslog is not installed" in plan.notes[0].sentence.what.en


def test_a_stopped_timer_is_started() -> None:
    assert commands(planned(msgspec.structs.replace(STOCK, timer_active=False)).steps) == [
        "systemctl enable --now logrotate.timer"
    ]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("/a /b {\n daily\n}\n# /c {\n/d\n{\n postrotate\n  x ${Y}\n endscript\n}\n", ("/a", "/b", "/d")),
        ('"/with a blank" /b {\n}\ninclude /etc/x\n', ("/with a blank", "/b")),
        ("", ()),
    ],
)
def test_logs_named_by_a_configuration(text: str, paths: tuple[str, ...]) -> None:
    assert paths_in(text) == paths


def test_the_fact_is_understood_and_a_missing_size_is_an_error() -> None:
    answer = (
        "file\t/etc/logrotate.d/x\t0644\troot:root\tabc\txL2EgewogZGFpbHkKfQo=\n"
        "log\t/var/log/syslog\troot:adm\t5\n"
        "open\t/var/log/syslog\nset\towner\tsyslog:adm\nset\thelper\tyes\nset\tcalendar\t{ OnCalendar=hourly }\n"
        "set\ttimer\tactive\nset\ttotal\t7\nset\tfree\t9\n"
    )
    seen = rotation_files(answer)
    assert seen.files["/etc/logrotate.d/x"].content == "/a {\n daily\n}\n"
    assert (seen.logs["/var/log/syslog"].size, seen.owner, seen.total, seen.free) == (5, "syslog:adm", 7, 9)
    with pytest.raises(KeyError, match="free"):
        rotation_files(answer.replace("set\tfree\t9\n", ""))


@pytest.mark.parametrize("seen", [after(STOCK), msgspec.structs.replace(after(STOCK), helper=False)])
def test_a_run_that_failed_is_run_again_and_undoes_nothing_if_it_fails_again(seen: RotationFiles) -> None:
    assert commands(planned(seen, "exit-code").steps)[-1:] == ["systemctl start logrotate.service || :"]
    assert "systemctl start logrotate.service || :" not in commands(planned(seen).steps)


def test_a_log_that_is_due_is_rotated_by_the_same_run() -> None:
    steps = commands(planned(msgspec.structs.replace(STOCK, logs=logs(syslog=GB)), "exit-code").steps)
    assert [step for step in steps if "logrotate.service" in step] == ["systemctl start logrotate.service"]


def test_a_tighter_target_rotates_earlier_and_compresses_sooner() -> None:
    """A log that the plan's target accepts is too large for the tighter target < 1 GB."""
    seen = msgspec.structs.replace(STOCK, logs=logs(syslog=150 << 20, kern_log=1000), total=int(1.5 * GB))
    loose, tight = planned(seen), planned(seen, thresholds={"LOG-06": "< 1 GB"})
    assert "maxsize 200M" in rsyslog(loose)
    assert "maxsize 100M" in rsyslog(tight)
    sentences = [step.sentence.what.en.replace("\u00a0", " ") for step in tight.steps]
    assert any(line.startswith("rotate now what is over 105 MB") for line in sentences)
    assert any(line.startswith("compress") for line in sentences)
    assert not any(step.sentence.what.en.startswith(("rotate now", "compress")) for step in loose.steps)
