"""Each recorded trace of the server becomes one event; from events follow the work needed and the reboot's result."""

from datetime import UTC, datetime, timedelta

import msgspec

from fixtures.cluster.containers import Container
from fixtures.cluster.nodes import Condition, Node
from fixtures.cluster.pods import Pod
from fixtures.evidence.effort import effort
from fixtures.evidence.reboot import reboot
from fixtures.evidence.stability import Witnessed
from fixtures.evidence.traces import Traces, traces
from fixtures.host.system.booted import Booted
from fixtures.host.system.boots import Boot, Boots
from fixtures.host.system.configuration import Configuration, ConfigurationFile
from fixtures.host.system.kernel_words import KernelWords
from fixtures.host.system.starts import Start, Starts
from gate.maintenance import Maintenance
from gate.outcome import Outcome
from gate.past import Past, Work
from gate.run import Intervention
from gate.sample import Event, Happened, Sample
from testing.runs import NOW, row, run

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OLD = NOW - 20 * DAY
NOTHING = Past()
BOOTS = Boots(
    NOW, (Boot("a" * 32, OLD, OLD + DAY), Boot("b" * 32, OLD + DAY, OLD + 2 * DAY), Boot("c" * 32, NOW - 9 * DAY, NOW))
)
FILE = ConfigurationFile("/etc/crontab", "aa", NOW - 12 * DAY)
KERNEL = KernelWords(NOW, OLD, (), (), (), 2, ())
NODE = {"edge": Node("edge", {"DiskPressure": Condition("False", NOW - 10 * DAY, NOW)}, (), False, "v1.30")}


def pod(name: str, running: datetime | None, image: str = "registry/postgres:16") -> Pod:
    container = Container("main", image, "", True, (), running=running)
    return Pod("twisterlab", name, "Running", "", running, None, (), {}, containers=(container,))


def seen(
    past: Past = NOTHING,
    *,
    files: tuple[ConfigurationFile, ...] = (FILE,),
    pods: tuple[Pod, ...] = (),
    kernel: KernelWords = KERNEL,
    nodes: dict[str, Node] = NODE,
) -> Traces:
    starts = Starts(NOW, OLD, (Start("k3s.service", NOW - 9 * DAY + HOUR / 60),))
    return traces(BOOTS, Booted(NOW - 9 * DAY), starts, kernel, Configuration(NOW, files), pods, nodes, past)


def of(kind: Happened, found: Traces) -> list[Event]:
    return [event for event in found.events if event.kind is kind]


def test_the_oldest_boot_may_have_begun_before_the_journal() -> None:
    assert [event.what[0] for event in of(Happened.BOOT, seen())] == ["b", "c"]


def test_what_was_kept_is_not_told_twice() -> None:
    first = seen()
    again = seen(Past(events=first.events))
    assert again.events == first.events
    later = msgspec.structs.replace(BOOTS, at=NOW)
    assert later.current.id == first.events[-2].what


def test_databases_are_known_by_their_names_and_nothing_else_is_one() -> None:
    found = seen(pods=(pod("postgres-0", NOW - DAY), pod("mcp-unified-1", NOW - DAY, "mcp:1"), pod("redis-0", None)))
    assert [event.what for event in of(Happened.DATABASE, found)] == ["twisterlab/postgres-0/main"]


def test_a_killed_process_is_remembered_with_its_moment() -> None:
    found = seen(kernel=msgspec.structs.replace(KERNEL, kills=((NOW - DAY, "python3"),)))
    assert of(Happened.MEMORY, found) == [Event(NOW - DAY, Happened.MEMORY, "python3")]


def test_a_file_is_changed_when_its_date_says_so_or_its_digest_does() -> None:
    looked = Past(samples=(Sample(NOW - 2 * HOUR),), configuration={"/etc/crontab": "other", "/etc/cron.d/gone": "bb"})
    moments = {event.what: event.at for event in of(Happened.CONFIGURATION, seen(looked))}
    assert moments == {"/etc/crontab": NOW, "/etc/cron.d/gone": NOW}, "an old date was put back, a file was removed"
    fresh = msgspec.structs.replace(FILE, changed=NOW - HOUR)
    assert of(Happened.CONFIGURATION, seen(looked, files=(fresh,)))[0].at == NOW - HOUR
    same = msgspec.structs.replace(looked, configuration={"/etc/crontab": "aa"})
    assert of(Happened.CONFIGURATION, seen(same)) == [Event(FILE.changed, Happened.CONFIGURATION, FILE.path)]


def test_nothing_can_have_happened_since_the_last_trace_of_any_kind() -> None:
    assert seen().quiet_since == NOW - 9 * DAY + HOUR / 60
    assert seen(pods=(pod("postgres-0", NOW - DAY),)).quiet_since == NOW - DAY
    young = msgspec.structs.replace(NODE["edge"], conditions={"DiskPressure": Condition("False", NOW - HOUR, NOW)})
    assert seen(nodes={"edge": young}).quiet_since == NOW - HOUR
    pressed = msgspec.structs.replace(NODE["edge"], conditions={"DiskPressure": Condition("True", NOW - HOUR, NOW)})
    assert seen(nodes={"edge": pressed}).quiet_since is None
    assert seen(nodes={}).quiet_since is None


def heard(*changes: Event, booted: datetime = NOW - HOUR) -> Witnessed:
    return Witnessed("c" * 32, booted, Traces(changes, None), Configuration(NOW, (FILE,)))


def changed(ago: timedelta, file: str = "/etc/crontab") -> Event:
    return Event(NOW - ago, Happened.CONFIGURATION, file)


AUDIT = run(
    {"DSK-01": row("DSK-01"), "INF-11": row("INF-11", blocking=False)}, {"DSK-01": Outcome.PASS, "INF-11": Outcome.FAIL}
)


def test_files_changed_within_an_hour_are_one_piece_of_work() -> None:
    hands = heard(changed(DAY), changed(DAY + HOUR / 2, "/etc/b"), changed(3 * DAY), changed(8 * DAY))
    found = effort(AUDIT, Past(), hands, ())
    assert (found.count, found.files) == (2, ("/etc/b", "/etc/crontab"))


def test_repairs_count_once_each_and_their_files_do_not_count_again() -> None:
    past = Past(
        works=(
            Work(NOW - DAY, "log_rotation", "applied"),
            Work(NOW - DAY, "journald", "applied"),
            Work(NOW - 9 * DAY, "journald", "applied"),
        )
    )
    found = effort(AUDIT, past, heard(changed(DAY + HOUR / 6)), ())
    assert (found.runs, found.by_hand) == (1, 0)
    now = msgspec.structs.replace(AUDIT, interventions=(Intervention("journald", "applied", ()),))
    assert effort(now, past, heard(), ()).runs == 2


def test_announced_work_is_planned() -> None:
    work = Maintenance(NOW - DAY - HOUR, NOW - DAY + HOUR, "update", "A. Martin", NOW - 3 * DAY)
    past = Past(works=(Work(NOW - DAY, "log_rotation", "applied"),))
    assert effort(AUDIT, past, heard(changed(DAY)), [work]).count == 0


def test_a_boot_after_the_last_change_with_all_green_survived() -> None:
    found = reboot(AUDIT, heard(changed(DAY)))
    assert (found.red, found.unproven, found.file) == (0, None, "/etc/crontab")
    red = msgspec.structs.replace(
        AUDIT,
        results={**AUDIT.results, "DSK-01": msgspec.structs.replace(AUDIT.results["DSK-01"], outcome=Outcome.FAIL)},
    )
    assert reboot(red, heard(changed(DAY))).red == 1
    opened = msgspec.structs.replace(AUDIT, results={})
    assert reboot(opened, heard(changed(DAY))).unproven is not None


def test_without_a_boot_since_nothing_is_known() -> None:
    unproven = reboot(AUDIT, heard(changed(HOUR / 2))).unproven
    assert unproven is not None
    assert unproven.code == "no-boot-since"
    assert datetime.fromisoformat(unproven.values["changed"]) == (NOW - HOUR / 2).astimezone(UTC)
