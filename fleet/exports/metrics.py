"""Writes fleet.prom: gauges about the fleet and each of its servers, for the textfile collector of node_exporter."""

from collections.abc import Iterator

from fleet.decision import decide_fleet
from fleet.round import Round, Row
from gate.decision import Verdict
from reports.exports.metrics import Gauge, written

HELP = {
    "phase0_fleet_timestamp_seconds": "When the round ended.",
    "phase0_fleet_duration_seconds": "How long the round took.",
    "phase0_fleet_decision": "1 for the decision on the fleet, 0 for the others.",
    "phase0_fleet_servers": "Servers of the inventory by their decision.",
    "phase0_fleet_servers_unknown": "Servers without a result that counts; they are among the undecided.",
    "phase0_fleet_server_known": "1 if a server has a result that counts.",
    "phase0_fleet_server_decision": "The decision on a server: 0 GO, 1 UNDECIDED, 2 NOT YET, 3 NO-GO.",
    "phase0_fleet_server_open": "Criteria of a server that are not met.",
    "phase0_fleet_server_audited_timestamp_seconds": "When a server was last audited.",
    "phase0_fleet_server_silent_timestamp_seconds": "Since when a server gives no result.",
    "phase0_fleet_ring_held": "1 if all servers of a ring have been GO for the days that the ring needs.",
}


def metrics(round: Round) -> bytes:
    """Return all metrics in Prometheus' text format."""
    servers = (gauge for row in round.rows for gauge in _server(row))
    return written([*_fleet(round), *servers], HELP, {"fleet": round.name})


def _fleet(round: Round) -> Iterator[Gauge]:
    decision = decide_fleet(round)
    yield Gauge("phase0_fleet_timestamp_seconds", round.ended.timestamp())
    yield Gauge("phase0_fleet_duration_seconds", (round.ended - round.started).total_seconds())
    for verdict in Verdict:
        yield Gauge("phase0_fleet_decision", verdict is decision.verdict, {"decision": verdict.label})
        yield Gauge("phase0_fleet_servers", decision.counts[verdict], {"decision": verdict.label})
    yield Gauge("phase0_fleet_servers_unknown", decision.unknown)
    for state in decision.rings:
        yield Gauge("phase0_fleet_ring_held", state.held, {"ring": state.ring.name})


def _server(row: Row) -> Iterator[Gauge]:
    labels = {"server": row.name, "site": row.site, "ring": row.ring}
    yield Gauge("phase0_fleet_server_known", row.known, labels)
    yield Gauge("phase0_fleet_server_decision", row.verdict, labels)
    if row.judged:
        yield Gauge("phase0_fleet_server_open", len(row.judged.open), labels)
        yield Gauge("phase0_fleet_server_audited_timestamp_seconds", row.judged.at.timestamp(), labels)
    if row.silent_since:
        yield Gauge("phase0_fleet_server_silent_timestamp_seconds", row.silent_since.timestamp(), labels)
