"""MCP-06 and MCP-09: how long the last build took, and what the services logged since their start."""

import gzip
import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.cluster.mcp_pods import Services, services
from fixtures.evidence.builds import Build, last_build
from fixtures.host.images.build_record import BuildRecord
from fixtures.host.logs.pod_logs import LIMIT, PodLog, PodLogs, complaints
from fixtures.sources.build_runs import BuildRuns
from gate.people import Attestation, People, Void
from testing.mcp_answers import BUILD_RECORD, POD_LOGS
from testing.test_cluster_facts import NOW, TARGET, read
from testing.test_mcp_pods import deployment, pod

NOTE = "cold build, 2026-02-05T08:00:00+01:00 to 2026-02-05T08:42:30+01:00"
SIGNED = Attestation(
    "MCP-06",
    "N. N.",
    "developer",
    NOW - timedelta(days=1),
    NOW + timedelta(days=9),
    document="b.log",
    sha256="0" * 64,
    note=NOTE,
)


def understood(name: str, out: str) -> Any:
    return FACTS[name].read(Answer(out + ENDING, "", 0, "", NOW))


def build(runs: BuildRuns | None = None, record: BuildRecord | None = None, *signed: Attestation) -> Build:
    return last_build(runs, record, People(signed), TARGET)


def record(minutes: float = 50, end: datetime = NOW) -> BuildRecord:
    return BuildRecord(end - timedelta(minutes=minutes), end, cold=None)


def runs(minutes: float, end: datetime) -> BuildRuns:
    times = {"started_at": (end - timedelta(minutes=minutes)).isoformat(), "completed_at": end.isoformat()}
    answers = {"workflow": {}, "runs": [{"id": 7, "conclusion": "success"}], "jobs": [times]}
    return msgspec.convert(answers, BuildRuns)


def test_the_newest_build_counts_whoever_tells_it() -> None:
    assert build(None, record(50)).minutes == 50
    assert build(runs(40, NOW), record(50, NOW - timedelta(days=1))).minutes == 40
    assert build(runs(40, NOW - timedelta(days=1)), record(50)).minutes == 50
    assert build(None, record(50), SIGNED).minutes == 50


def test_a_person_may_attest_the_log_of_a_build() -> None:
    seen = build(None, None, SIGNED)
    assert (seen.minutes, seen.cold, seen.source) == (42.5, True, "N. N., b.log")


@pytest.mark.parametrize(
    ("note", "cold"),
    [
        (NOTE, True),
        (NOTE.replace("cold build", "à froid"), True),
        (NOTE.replace("cold build", "cached"), False),
        (NOTE.replace("cold build", "scolded"), None),
    ],
)
def test_the_note_may_say_what_came_from_a_cache(note: str, cold: bool | None) -> None:
    assert build(None, None, msgspec.structs.replace(SIGNED, note=note)).cold is cold


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"note": "took 42 minutes"}, "build-note-unclear"),
        ({"document": ""}, "build-note-unclear"),
        ({"approved": False}, "no-build-record"),
        ({"criterion": "DEC-04"}, "no-build-record"),
    ],
)
def test_what_does_not_say_when_it_was_says_nothing(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Unknown) as raised:
        build(None, None, msgspec.structs.replace(SIGNED, **changed))
    assert raised.value.code == code


def test_a_document_that_changed_voids_what_was_attested() -> None:
    with pytest.raises(Unknown, match="attestation-void"):
        last_build(None, None, People(void=(Void("MCP-06", "attestation", "document-changed"),)), TARGET)


def slsa(**metadata: str) -> str:
    return json.dumps({"buildx.build.provenance": {"metadata": metadata}})


def test_the_record_of_a_build_in_both_versions_of_slsa() -> None:
    seen = understood("build_record", BUILD_RECORD)
    assert ((seen.finished - seen.started).total_seconds(), seen.cold) == (35 * 60 + 7.5, True)
    later = understood(
        "build_record",
        json.dumps(
            {
                "predicate": {
                    "runDetails": {
                        "metadata": {"startedOn": "2026-02-05T08:00:00Z", "finishedOn": "2026-02-05T09:00:00Z"}
                    }
                },
                "cached": True,
            }
        ),
    )
    assert ((later.finished - later.started).total_seconds(), later.cold) == (3600, False)
    assert understood("build_record", "none\n") is None


@pytest.mark.parametrize(
    "out",
    [
        "",
        "{}",
        "[]",
        "none",
        slsa(buildStartedOn="2026-02-05T08:00:00Z"),
        slsa(buildStartedOn="x", buildFinishedOn="y"),
        slsa(buildStartedOn="2026-02-05T08:00:00", buildFinishedOn="2026-02-05T09:00:00"),
        slsa(buildStartedOn="2026-02-05T09:00:00Z", buildFinishedOn="2026-02-05T08:00:00Z"),
    ],
)
def test_a_record_that_tells_no_duration_is_unknown(out: str) -> None:
    with pytest.raises(Unknown):
        understood("build_record", out)


def running(image_id: str = "sha256:1") -> Services:
    rows = [pod(namespace, meta={"uid": f"uid-{namespace}"}, imageID=image_id) for namespace in TARGET.mcp.namespaces]
    return services(read("deployments", *map(deployment, TARGET.mcp.namespaces)), read("pods", *rows), TARGET)


def logs(**of: PodLog) -> PodLogs:
    return {
        (f"uid-{namespace}", "mcp-unified"): of.get(namespace.replace("-", "_"), PodLog(10, 0, ()))
        for namespace in TARGET.mcp.namespaces
    }


def test_complaints_are_counted_over_all_containers_that_run() -> None:
    seen = complaints(
        running(), logs(default=PodLog(LIMIT, 2, ("FATAL: a",)), twisterlab_dev=PodLog(5, 1, ("panic: b",))), NOW
    )
    assert (seen.figure, seen.containers, seen.lines, seen.unread) == (3, 3, ("FATAL: a", "panic: b"), ())
    assert seen.cut == ("default/p mcp-unified",)
    assert seen.longest is not None, "nothing in 0 bytes of logs says more beside how long they could have been written"


def test_a_container_without_a_log_is_not_silent_and_nothing_that_runs_has_no_figure() -> None:
    assert len(complaints(running(), {}, NOW).unread) == 3
    assert (complaints(running(""), {}, NOW).figure, complaints(running(""), {}, NOW).without) == (
        None,
        TARGET.mcp.namespaces,
    )


def test_logs_are_told_by_pod_and_container() -> None:
    seen = understood("pod_logs", POD_LOGS)
    assert seen["e3c5", "mcp-unified"] == PodLog(300, 2, ("FATAL: log of a", "log is bad"))
    assert seen["77aa", "mcp-unified"] == PodLog(0, 0, ())
    assert understood("pod_logs", "/var/log/pods\n") == {}


@pytest.mark.parametrize(
    "out", ["", "/x\nnothing\n", "/x\nlog a/b\n", "/x\nlog a\nread 1 2\n", "/x\nlog a/b\nread x 2\n"]
)
def test_a_search_that_broke_off_is_no_silence(out: str) -> None:
    with pytest.raises(Unknown):
        understood("pod_logs", out)


LINES = {  # a line of a container's log, and whether it reports a crash
    "FATAL: password authentication failed": True,
    '{"level":"fatal","msg":"x"}': True,
    "level=panic msg=x": True,
    "Traceback (most recent call last):": True,
    "panic: runtime error": True,
    "thread 'main' panicked at src/main.rs": True,
    "fatal error: all goroutines are asleep": True,
    "2026/02/05 ERROR [FATAL] x": True,
    "FATALITY": False,
    "0 fatal errors": False,
    "nobody panics": False,
    "NON_FATAL x": False,
    "level=info msg=fatal": False,
}


@pytest.mark.parametrize(("line", "crash"), LINES.items())
def test_the_question_itself_finds_crashes_since_the_start_and_no_others(
    tmp_path: Path, line: str, crash: bool
) -> None:
    folder = tmp_path / "default_mcp-unified-5d8f-x1_uid" / "mcp-unified"
    folder.mkdir(parents=True)
    (folder / "1.log").write_text(
        f"2026-11-23T18:00:00.1+01:00 stderr F {line}\n2026-11-23T18:00:00.2Z stdout F sound\n"
    )
    (folder / "0.log").write_text("x stdout F FATAL: of its former life\n")
    with gzip.open(folder / "1.log.20261123-180000.gz", "wt") as older:
        older.write(f"2026-11-23T17:00:00.1Z stdout F {line}\n")
    ask = FACTS["pod_logs"].ask.replace("/var/log/pods", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", ask],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C", "MCP_NAMESPACES": "twisterlab\ndefault", "MCP_DEPLOYMENT": "mcp-unified"},
    )
    log = understood("pod_logs", done.stdout)["uid", "mcp-unified"]
    assert (log.found, log.lines) == ((2, (line, line)) if crash else (0, ()))


def test_a_build_is_told_in_minutes() -> None:
    assert Build("x", datetime(2026, 2, 5, 8, tzinfo=UTC), datetime(2026, 2, 5, 9, 10, tzinfo=UTC)).minutes == 70
