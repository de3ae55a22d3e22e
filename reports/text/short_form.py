"""Says in one short sentence what is wrong with a criterion, for the first screen."""

from gate.contract import Criterion
from gate.outcome import Outcome
from gate.run import Result
from gate.sentence import holes
from reports.text.words import OWN, Voice

FAILED = (Outcome.FAIL, Outcome.WAIVED)


def short_form(criterion: Criterion, result: Result, voice: Voice) -> str:
    """Return the missed figure or else the first finding in words. For an open criterion, return the reason."""
    if result.outcome not in FAILED:
        return capital(_open(criterion, result, voice) or voice.describe(criterion, result))
    found = next(iter(failing(criterion, result, voice)), "")
    return capital(_missed(criterion, result, voice) or found or voice.describe(criterion, result))


def failing(criterion: Criterion, result: Result, voice: Voice) -> list[str]:
    """Return the sentences of the findings that fail the criterion."""
    return [
        voice.sentence(criterion, text, finding.values)
        for finding in result.findings
        if (text := criterion.finding.get(finding.name)) and text.failing
    ]


def reserved(criterion: Criterion, result: Result, voice: Voice) -> list[str]:
    """Return the sentences of the reserves among the findings."""
    return [
        voice.sentence(criterion, text, finding.values)
        for finding in result.findings
        if (text := criterion.finding.get(finding.name)) and text.reserve
    ]


def capital(text: str) -> str:
    """Return `text` with a capital first letter, unless it starts with a path or the name of a file."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text[:1].upper() + text[1:] if first.rstrip(",;:").replace("’", "").isalpha() else text


def _open(criterion: Criterion, result: Result, voice: Voice) -> str:
    """Return the reason, in the plainer words of the locale if it has some."""
    if result.reason and result.reason.code == "attestation-missing" and voice.knows("signed", result.id):
        return voice.say("signed", result.id)
    if result.reason and voice.knows("plain", result.reason.code):
        return voice.say("plain", result.reason.code, {**result.reason.values, "title": voice.title(criterion)})
    return voice.reason(result)


def _missed(criterion: Criterion, result: Result, voice: Voice) -> str:
    """Return the sentence on a missed figure.

    It is "" if there is no figure, if the figure meets the target, or if a value of the sentence is missing.
    """
    if criterion.missed is None or result.value is None or criterion.bound.met_by(result.value):
        return ""
    wanted = holes(criterion.missed.in_language(voice.language)) - OWN
    known = all(result.seen.get(name) is not None for name in wanted)
    return voice.sentence(criterion, criterion.missed, result.seen) if known else ""
