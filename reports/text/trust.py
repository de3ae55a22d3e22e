"""Says what a reader's trust in the decision can rest on: who asked, which server, what is unknown, how old, how proven."""

from collections.abc import Iterable, Sequence

from gate.decision import Decision
from gate.outcome import Outcome
from gate.past import EARLIER
from gate.run import Run
from reports.text.provenance import server_named
from reports.text.tally import counted
from reports.text.words import Voice


def trust(run: Run, decision: Decision, noticed: Sequence[bool], voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return what the decision rests on, each with its name.

    `noticed` says of each fault of the proof, if one lies beside the report, whether it came out as it had to.
    """
    rows = (
        ("account", _account(run, voice)),
        ("server", _server(run, voice)),
        ("paths", _paths(run, decision, voice)),
        ("unknown", _unknown(run, decision, voice)),
        ("age", _age(run, decision, voice)),
        ("faults", _faults(noticed, voice)),
    )
    return tuple((voice.word(f"trust-{name}"), text) for name, text in rows if text)


def trusted(run: Run, decision: Decision, noticed: Sequence[bool], voice: Voice) -> str:
    """Return the same in one sentence, for the first screen and for the minutes on paper."""
    open = sum(result.outcome is Outcome.UNKNOWN for result in decision.results.values())
    seen = [source.at for result in decision.results.values() for source in result.sources]
    name = "trusted-all" if seen and not open else "trusted-some" if seen else "trusted-none"
    oldest = voice.seconds(max(0.0, (run.ended - min(seen)).total_seconds())) if seen else ""
    told = {"all": len(run.contract), "count": open, "oldest": oldest}
    return voice.word(name, **told, ok=sum(noticed), tried=len(noticed))


def _account(run: Run, voice: Voice) -> str:
    return voice.word(f"account-{run.account or ('recorded' if run.replayed_from else 'none')}")


def _server(run: Run, voice: Voice) -> str:
    """Return by what the server is recognised, so that no evidence of another one counts."""
    if run.identity.known:
        return voice.word("trust-same", server=server_named(run.identity, voice))
    return voice.word("trust-unnamed")


def _paths(run: Run, decision: Decision, voice: Voice) -> str:
    rows = [run.contract[result.id].paths for result in counted(run, decision)]
    return voice.word("trust-two", count=sum(paths is not None for paths in rows), all=len(rows)) if rows else ""


def _unknown(run: Run, decision: Decision, voice: Voice) -> str:
    open = [result for result in decision.results.values() if result.outcome is Outcome.UNKNOWN]
    if not open:
        return voice.word("trust-all-known", all=len(run.contract))
    return voice.word(
        "trust-some-unknown",
        count=len(open),
        all=len(run.contract),
        blocking=sum(result in open for result in counted(run, decision)),
    )


def _age(run: Run, decision: Decision, voice: Voice) -> str:
    """Return how old the answers were at the decision, and how many drills were taken over from an earlier audit."""
    asked = [source.at for result in decision.results.values() for source in result.sources]
    if not asked:
        return ""
    return voice.word(
        "trust-asked",
        count=len({source.fact for result in decision.results.values() for source in result.sources}),
        oldest=voice.seconds(max(0.0, (run.ended - min(asked)).total_seconds())),
        earlier=sum(_earlier(decision)) or None,
    )


def _earlier(decision: Decision) -> Iterable[bool]:
    return (any(one.name == EARLIER for one in result.findings) for result in decision.results.values())


def _faults(noticed: Sequence[bool], voice: Voice) -> str:
    return voice.word("trust-proofs", ok=sum(noticed), all=len(noticed)) if noticed else voice.word("proofs-none")
