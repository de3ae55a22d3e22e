"""BKP-01 to BKP-03 in the cluster: CronJobs of a modern Kubernetes (from its documentation) and of 1.20."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import FACTS
from fixtures.cluster.cron_jobs import CronJob, CronJobs, joined

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RECENT = timedelta(hours=26)
DUMP = ["sh", "-c", "pg_dumpall -U postgres | gzip > /backup/x.gz"]


def read(name: str, *items: dict[str, Any]) -> Any:
    return FACTS[name].read(Answer(json.dumps({"items": items}), "", 0, "GET", NOW))


def row(
    schedule: str = "0 2 * * *", command: list[str] = DUMP, succeeded: str = "2026-11-23T02:01:00Z", **spec: Any
) -> dict[str, Any]:
    pod = {"containers": [{"name": "x", "image": spec.pop("image", "postgres:16"), "command": command}]}
    return {
        "metadata": {"namespace": "twisterlab", "name": "dump"},
        "status": {"lastSuccessfulTime": succeeded} if succeeded else {},
        "spec": {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod}}}, **spec},
    }


def job(**given: Any) -> CronJob:
    (one,) = read("cron_jobs", row(**given))
    assert isinstance(one, CronJob)
    return one


def test_a_daily_dump_that_succeeded_counts_and_tells_its_next_run() -> None:
    assert job().makes("postgres")
    assert not job().makes("redis")
    assert job().flaw(NOW, RECENT) == ""
    assert job().runs(NOW)[0] == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "flaw"),
    [
        ({"suspend": True}, "suspended"),
        ({"schedule": "0 2 * * 0"}, "not-daily"),
        ({"schedule": "nonsense"}, "not-daily"),
        ({"succeeded": ""}, "unproven"),
        ({"succeeded": "2026-11-22T02:00:00Z"}, "unproven"),
        ({"schedule": "@daily"}, ""),
        ({"timeZone": "Pacific/Auckland"}, ""),
        ({"timeZone": "Nowhere/Else"}, ""),
    ],
)
def test_what_does_not_run_or_did_not_succeed_does_not_count(given: dict[str, Any], flaw: str) -> None:
    assert job(**given).flaw(NOW, RECENT) == flaw


def test_an_image_that_is_made_for_it_needs_no_command() -> None:
    assert job(command=[], image="prodrigestivill/postgres-backup-local:16").makes("postgres")
    assert not job(command=[], image="postgres:16").makes("postgres")


def test_before_1_21_the_jobs_tell_the_success() -> None:
    older: CronJobs = read("early_cron_jobs", row(succeeded=""))
    ended = read(
        "successes",
        {
            "metadata": {
                "namespace": "twisterlab",
                "name": "dump-1",
                "ownerReferences": [{"kind": "CronJob", "name": "dump"}],
            },
            "status": {"completionTime": "2026-11-23T02:01:00Z"},
        },
    )
    seen = joined(Unknown("cluster-no-such-api"), older, ended)
    assert (seen.jobs[0].flaw(NOW, RECENT), seen.unseen) == ("", None)
    assert (
        joined(Unknown("cluster-no-such-api"), older, Unknown("cluster-forbidden")).jobs[0].flaw(NOW, RECENT)
        == "unproven"
    )


def test_an_api_that_is_not_there_has_none_and_one_that_is_silent_may() -> None:
    absent, silent = Unknown("cluster-no-such-api"), Unknown("cluster-unreachable")
    assert joined(absent, absent, absent).unseen is None
    assert joined((), absent, {}).unseen is None
    assert joined(silent, silent, silent).unseen is silent
    assert joined(silent, (), {}).unseen is silent


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["items", "metadata", "spec", "schedule", "jobTemplate", "name"]), inner, max_size=4
            )
        ),
        max_leaves=9,
    )
)
def test_whatever_the_api_says_is_understood_or_unknown(rows: object) -> None:
    for name in ("cron_jobs", "early_cron_jobs", "successes"):
        try:
            FACTS[name].read(Answer(json.dumps(rows), "", 0, "GET", NOW))
        except Unknown:
            continue
