"""The cluster of another server gives no evidence: judged offline from a recording with changed answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.facts import ENDING
from fixtures.session.recording import Recording, read_recording, write_recording
from gate.identity import Identity, digest
from testing.audits import ROOT, Audited, expected, replayed
from testing.threats import attack

READY = ROOT / "lab" / "recordings" / "ready.json"
ELSEWHERE = {"machineID": "0" * 32, "bootID": "00000000-0000-4000-8000-000000000000"}
Spoil = Callable[[dict[str, Any]], None]


def recorded() -> Recording:
    """Return the recording of a server whose host reports the machine id and boot id that its node reports."""
    recording = read_recording(READY)
    info = json.loads(recording.answers["nodes"].out)["items"][0]["status"]["nodeInfo"]
    identity = f"machine {digest(info['machineID'])}\nboot {info['bootID']}\n"
    answer = Answer(identity + ENDING, "", 0, "sh", recording.at)
    return msgspec.structs.replace(recording, answers={**recording.answers, "machine": answer})


def spoiled(recording: Recording, spoil: Spoil) -> Recording:
    listed = json.loads(recording.answers["nodes"].out)
    spoil(listed)
    nodes = msgspec.structs.replace(recording.answers["nodes"], out=json.dumps(listed))
    return msgspec.structs.replace(recording, answers={**recording.answers, "nodes": nodes})


def judged(recording: Recording, folder: Path) -> Audited:
    write_recording(recording, folder / "r.json")
    return replayed(folder / "r.json", folder / "out")


def info(listed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = listed["items"][0]["status"]["nodeInfo"]
    return found


VARIANTS: dict[str, Spoil] = {
    "another server's cluster": lambda listed: info(listed).update(ELSEWHERE),
    "a clone with the same machine-id": lambda listed: info(listed).update(bootID=ELSEWHERE["bootID"]),
    "another cluster on the same kernel": lambda listed: info(listed).update(machineID=ELSEWHERE["machineID"]),
    "a node that does not say where it runs": lambda listed: listed["items"][0]["status"].pop("nodeInfo"),
}


@attack("T8", "a GO is about one server: a cluster that runs elsewhere is no evidence")
@pytest.mark.parametrize("spoil", VARIANTS.values(), ids=VARIANTS)
def test_a_healthy_cluster_of_another_server_is_unknown_for_one_cause(spoil: Spoil, tmp_path: Path) -> None:
    """The kubeconfig names a healthy cluster that does not run on the audited host."""
    audited = judged(spoiled(recorded(), spoil), tmp_path)
    assert audited.status == 10
    open = {id: row["reason"] for id, row in audited.run["results"].items() if row["outcome"] == "unknown"}
    assert {"MCP-01", "INF-01", "DEC-02"} <= open.keys()
    causes = {reason["values"].get("cause") for id, reason in open.items() if id not in ("DEC-01", "INF-SCORE")}
    assert "another-cluster" in causes
    cluster = {name for name, answer in audited.run["answers"].items() if answer["asked"].startswith("GET /")}
    asked = {id: {source["fact"] for source in row["sources"]} for id, row in audited.run["results"].items()}
    resting = {id for id, facts in asked.items() if facts and facts <= cluster}
    assert resting
    assert {audited.outcomes[id] for id in resting} == {"unknown"}


@attack("T8", "a GO is about one server: a cluster that runs elsewhere is no evidence")
def test_a_cluster_of_several_nodes_counts_by_the_node_the_target_names(tmp_path: Path) -> None:
    """This host is a node of the cluster, and the target names another one."""

    def beside(listed: dict[str, Any]) -> None:
        other = json.loads(json.dumps(listed["items"][0]))
        other["metadata"]["name"], other["status"]["nodeInfo"] = "other", dict(info(listed), **ELSEWHERE)
        listed["items"].append(other)

    several = spoiled(recorded(), beside)
    assert judged(several, tmp_path).status == 0
    cluster = msgspec.structs.replace(several.target.cluster, node="other")
    target = msgspec.structs.replace(several.target, cluster=cluster)
    audited = judged(msgspec.structs.replace(several, target=target), tmp_path)
    assert (audited.status, audited.outcomes["MCP-01"]) == (10, "unknown")


def test_the_same_cluster_is_a_go_with_or_without_that_answer(tmp_path: Path) -> None:
    for recording in (recorded(), read_recording(READY)):
        audited = judged(recording, tmp_path)
        assert (audited.status, audited.outcomes) == expected("ready")


def test_a_node_that_is_down_since_a_boot_is_a_failure_and_not_another_server(tmp_path: Path) -> None:
    """The node is not ready and still reports its previous boot."""

    def down(listed: dict[str, Any]) -> None:
        info(listed).update(bootID=ELSEWHERE["bootID"])
        for condition in listed["items"][0]["status"]["conditions"]:
            condition["status"] = "Unknown"

    assert judged(spoiled(recorded(), down), tmp_path).status == 1


def test_a_server_that_does_not_say_which_one_it_is_is_no_go(tmp_path: Path) -> None:
    """The machine id was asked for, and the answer is missing."""
    recording = recorded()
    silent = msgspec.structs.replace(recording.answers["machine"], out="", status=1)
    audited = judged(msgspec.structs.replace(recording, answers={**recording.answers, "machine": silent}), tmp_path)
    assert (audited.status, audited.outcomes["DEC-02"]) == (10, "unknown")


def test_a_replay_shows_who_was_watched_and_what_did_not_count(tmp_path: Path) -> None:
    recording = recorded()
    identity = Identity(digest("a" * 32), "SHA256:abc", "uid")
    past = msgspec.structs.replace(recording.past, identity=identity)
    audited = judged(msgspec.structs.replace(recording, past=past), tmp_path)
    assert audited.run["identity"] == msgspec.to_builtins(identity)
