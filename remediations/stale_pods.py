"""Pods that nothing will ever run again are removed, once what they tell is kept.

Deletes pods of the cluster (disruptive: what is gone cannot be asked any more); manifests, status and events are kept in
the run's folder first. Never by force, never a pod of a StatefulSet, never what K3s' own Helm controller makes again.
DSK-05 does not turn green by it: the node's condition changed with the evictions, and proves nothing for seven days.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from fixtures.cluster.pods import Pod, Pods
from fixtures.cluster.stale_pods import stale_pods as found_in
from remediations.transaction.messages import sentences
from remediations.transaction.objects import ClusterObject, DeleteObjects
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Note, Yielded

say = sentences(__name__)


@remedy("DSK-06", "INF-04", deletes=("pods",))
def stale_pods(pods: Pods) -> Iterator[Yielded]:
    """Those that ended; what hangs is told to a person."""
    seen = found_in(pods, datetime.now(UTC))
    ended = [pod for pod in (*seen.evicted, *seen.failed) if _free(pod)]
    kept = [pod.path for pod in (*seen.evicted, *seen.failed) if not _free(pod)]
    if ended:
        yield DeleteObjects(
            objects=tuple(
                ClusterObject(resource="pods", namespace=pod.namespace, name=pod.name, uid=pod.uid) for pod in ended
            ),
            said=say("remove", count=len(ended), evicted=len(seen.evicted)),
        )
    if kept:
        yield Note(say("stateful", names=kept))
    if hung := [pod.path for pod in (*seen.lost, *seen.stuck)]:
        yield Note(say("hung", names=hung))


def _free(pod: Pod) -> bool:
    """No identity that another pod would take over, and no volume that might be waited for."""
    return not pod.owner.startswith("StatefulSet/") and bool(pod.uid)
