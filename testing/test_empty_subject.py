"""No pass without a subject: every fact that can be empty is emptied, and the criteria that name it do not pass on it.

Unlike an answer that is cut or missing, these are whole: they say that there is nothing. What may pass all the same says why.
"""

import msgspec
import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.facts import ENDING
from gate.past import Past
from testing.small_audit import House
from testing.test_no_answer_no_pass import NEEDED, READY, alone, answering, apart, judged, touched

AT = "1795808997"
LIST = '{"items": []}'
EMPTY = {  # the answer that there is nothing, by fact
    **dict.fromkeys(("pods", "claims", "stateful_sets", "deployments", "nodes", "namespaces", "services"), LIST),
    "backup_access": "way 755 root root dd /\n",
    "backup_copy": f"now {AT}\ndisk data sda\nabsent\n",
    "backups": f"now {AT}\nzone Etc/UTC\nsettings \nfree 8139063296\n",
    "build_runs": "[]",
    "certificates": f"now {AT}\n",
    "cluster_unit": "",
    "container_logs": f"now {AT}\nseen\n",
    "cron_past": "",
    "datastore": "external postgres\n",
    "disk_metrics": f"now {AT}\n",
    "evictions": f"{AT}\n===\n",
    "guide_texts": "",
    "health": "[]",
    "image_archives": "",
    "images": "ctr\nREF TYPE DIGEST SIZE PLATFORMS LABELS\n",
    "journal": READY.answers["journal"].out.removesuffix(ENDING).replace("first 1795779029.513191", "first "),
    "log_files": f"{AT}\n",
    "pod_logs": "/var/log/pods\n",
    "schedules": f"now {AT}\nzone Etc/UTC\n",
    "storage": "",
    "waste": f"now {AT}\n",
    "smart": "virtual none\n",
}
ELSEWHERE = {  # criteria that may pass beside an empty answer, and what they are about then
    "DSK-02": "the file systems: which pods run is told beside them",
    "DSK-05": "the node, which says since when there is no pressure",
    "DSK-06": "pods that are left behind: none is the sound state",
    "DSK-07": "the bytes that images and builds left: none is the sound state",
    "LOG-01": "a kernel log that nothing writes needs no bound; that the journal has one is LOG-08",
    "LOG-02": "logs that nothing writes need no bound; that the journal has one is LOG-08",
    "LOG-03": "logrotate's own configuration and runs",
    "LOG-04": "what /var/log comes to by the next run",
    "LOG-07": "the bytes of the journal, whether or not a line can be read",
    "LOG-08": "the bound of the journal, whether or not a line can be read",
    "BKP-16": "volumes without StatefulSets, or StatefulSets without volumes",
    "INF-08": "claims that no pod uses",
    "MCP-07": "containers as the Deployments would make them",
    "LOG-12": "the growth of a kernel log that nothing writes is none",
    "INF-04": "sick pods: none is the sound state",
    "BKP-01": "schedules of the host, or of the cluster",
    "BKP-02": "schedules of the host, or of the cluster",
    "BKP-03": "schedules of the host, or of the cluster",
    "MON-01": "the jobs of the host",
    "MCP-06": "a build that is told of elsewhere",
    "MCP-08": "a build that is told of elsewhere",
    "MCP-05": "an image that a registry or a pin keeps",
    "DOC-01": "guides that cite nothing of that kind",
    "DOC-02": "guides that cite nothing of that kind",
    "DOC-03": "guides, walked through by a person",
}
GROUPS = [group & EMPTY.keys() for group in apart() if group & EMPTY.keys()]


def test_every_fact_that_lists_something_is_emptied_here() -> None:
    assert EMPTY.keys() <= READY.answers.keys()
    assert ELSEWHERE.keys() <= NEEDED.keys()


@pytest.mark.parametrize("group", GROUPS, ids=min)
def test_nothing_passes_on_an_empty_subject(house: House, group: set[str]) -> None:
    def emptied(name: str, answer: Answer) -> Answer:
        return answering(answer, EMPTY[name]) if name in group else answer

    ran = judged(house, *alone(group), answers={name: emptied(name, answer) for name, answer in READY.answers.items()})
    assert {id for id, outcome in touched(ran, group) if outcome == "pass"} <= ELSEWHERE.keys()


ABSENT = ("claims", "stateful_sets", "datastore", "container_logs")


def test_where_there_is_nothing_to_judge_it_is_said(house: House) -> None:
    answers = {
        name: answering(answer, EMPTY[name]) if name in ABSENT else answer for name, answer in READY.answers.items()
    }
    ran = judged(house, answers=answers)
    absent = ("INF-03", "INF-08", "DSK-08", "LOG-10", "BKP-16")
    assert {id: ran.outcome(id) for id in absent} == dict.fromkeys(absent, "not-applicable")
    assert ran.outcome("INF-SCORE") == "pass"


def test_a_database_named_in_the_target_is_not_saved_by_its_name(house: House) -> None:
    empty = answering(READY.answers["backups"], EMPTY["backups"])
    assert judged(house, answers={**READY.answers, "backups": empty}).outcome("BKP-16") == "fail"


def test_a_look_that_is_too_short_is_pending_with_its_date(house: House) -> None:
    """`ready` as it is, without the audits of the days before: its journal is eight hours old, its boot a minute."""
    smart = answering(READY.answers["smart"], "virtual none\ndisk 0 /dev/sda PASSED\n")
    ran = judged(house, answers={**READY.answers, "smart": smart}, past=Past(identity=READY.past.identity), window=None)
    seen = {id: ran.run["results"][id] for id in ("INF-05", "INF-09", "INF-10", "DSK-09", "MCP-02")}
    assert {id: (row["outcome"], row["reason"]["code"]) for id, row in seen.items()} == dict.fromkeys(
        seen, ("pending", "look-short")
    )
    assert seen["INF-05"]["reason"]["values"]["until"] == "2026-11-28T11:30+00:00"


def test_what_has_no_subject_is_told_with_its_points(house: House) -> None:
    result = judged(house).run["results"]["INF-SCORE"]
    (found,) = [one for one in result["findings"] if one["name"] == "left-out"]
    assert found["values"] == {"names": ["INF-03"], "points": 8}
    assert result["outcome"] == "pass"


def test_a_door_that_stands_open_is_told_though_the_api_does_not_answer(house: House) -> None:
    answers = {name: answer for name, answer in READY.answers.items() if name != "front"}
    login = answers["login"]
    open_door = msgspec.structs.replace(login, out=login.out.replace("kubeconfig 600", "kubeconfig 644"))
    assert judged(house, answers=answers).outcome("INF-14") == "unknown"
    assert judged(house, answers={**answers, "login": open_door}).outcome("INF-14") == "fail"
