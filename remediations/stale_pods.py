"""Removes pods that will never run again, after saving what they can tell.

Disruptive: a deleted pod cannot be examined any more. Its manifest, status and events are saved in the run's folder
first. It never deletes by force, and never a pod of a StatefulSet or of K3s' Helm controller, nor one whose Job or CronJob
has succeeded since: DSK-06 does not count these either. DSK-05 does not turn green by it: the node's condition changed
with the evictions, and proves nothing for seven days.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from fixtures.ask.answer import Unknown
from fixtures.cluster.cron_jobs import CronJobs, joined
from fixtures.cluster.jobs import Jobs, Runs
from fixtures.cluster.pods import Pod, Pods
from fixtures.cluster.stale_pods import stale_pods as found_in
from remediations.transaction.messages import sentences
from remediations.transaction.objects import ClusterObject, DeleteObjects
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Note, Yielded

message = sentences(__name__)


@remedy("DSK-06", "INF-04", deletes=("pods",))
def stale_pods(
    pods: Pods,
    jobs: Jobs,
    maybe_cron_jobs: CronJobs | Unknown,
    maybe_early_cron_jobs: CronJobs | Unknown,
    successes: dict[str, datetime],
) -> Iterator[Yielded]:
    """Yield the deletion of pods that ended, and notes for pods that a person has to decide about.

    Raises Unknown if the cluster does not say what came of its CronJobs: a pod is not deleted on half of the evidence.
    """
    series = joined(maybe_cron_jobs, maybe_early_cron_jobs, successes)
    if series.unseen is not None:
        raise series.unseen
    seen = found_in(pods, datetime.now(UTC), Runs(jobs, series.jobs))
    ended = [pod for pod in (*seen.evicted, *seen.failed) if _free(pod)]
    stateful = [pod.path for pod in (*seen.evicted, *seen.failed) if not _free(pod)]
    if ended:
        yield DeleteObjects(
            objects=tuple(
                ClusterObject(resource="pods", namespace=pod.namespace, name=pod.name, uid=pod.uid) for pod in ended
            ),
            sentence=message("remove", count=len(ended), evicted=len(seen.evicted)),
        )
    if stateful:
        yield Note(message("stateful", names=stateful))
    if hung := [pod.path for pod in (*seen.lost, *seen.stuck)]:
        yield Note(message("hung", names=hung))


def _free(pod: Pod) -> bool:
    """Return whether the pod may be deleted: it has a UID and does not belong to a StatefulSet."""
    return not pod.owner.startswith("StatefulSet/") and bool(pod.uid)
