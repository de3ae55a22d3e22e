"""Plan, criterion 6: the infrastructure audit, a score of at least 75 out of 100."""

from datetime import datetime

from fixtures.cluster.nodes import Nodes, heartbeat, the_node
from fixtures.host.units import Units
from fixtures.judge import Judge, criterion
from fixtures.target import Target
from reports.model.derived import judge_score, score
from reports.model.run import Finding, Run
from reports.model.settle import settle


@criterion("INF-01")
def test_node_is_ready_and_its_heartbeat_fresh(nodes: Nodes, target: Target, nodes_at: datetime, judge: Judge) -> None:
    node = the_node(nodes, target)
    pulse = heartbeat(node, nodes_at)
    assert judge(pulse.minutes, pulse, findings=[Finding("not-ready", {"status": node.status})] if not node.ready else [])


@criterion("INF-11")
def test_no_unit_has_failed(units: Units, judge: Judge) -> None:
    assert judge(len(units.failed), units)


@criterion("INF-SCORE")
def test_infrastructure_score_reaches_its_target(run: Run, judge: Judge) -> None:
    seen = score(run.contract, settle(run))
    assert judge(seen.lowest, seen, unknown=judge_score(seen, run.contract["INF-SCORE"]).unknown)
