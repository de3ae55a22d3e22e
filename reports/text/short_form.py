"""What is wrong with a criterion, as a person would say it: what the first screen says. All that was seen stands below it."""

from gate.contract import Criterion
from gate.outcome import Outcome
from gate.run import Result
from gate.sentence import holes
from reports.text.words import OWN, Voice

FAILED = (Outcome.FAIL, Outcome.WAIVED)


def short_form(criterion: Criterion, result: Result, voice: Voice) -> str:
    """The figure that misses its target, else what was found; of what is open, why."""
    if result.outcome not in FAILED:
        return capital(_open(criterion, result, voice) or voice.told(criterion, result))
    found = next(iter(failing(criterion, result, voice)), "")
    return capital(_missed(criterion, result, voice) or found or voice.told(criterion, result))


def failing(criterion: Criterion, result: Result, voice: Voice) -> list[str]:
    """The findings that fail it."""
    return [
        voice.sentence(criterion, text, finding.values)
        for finding in result.findings
        if (text := criterion.finding.get(finding.name)) and text.failing
    ]


def capital(text: str) -> str:
    """A sentence begins with a capital letter, unless it begins with a path or the name of a file."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text[:1].upper() + text[1:] if first.rstrip(",;:").replace("’", "").isalpha() else text


def _open(criterion: Criterion, result: Result, voice: Voice) -> str:
    """Its reason; for some there are plainer words, which may name what is asked."""
    if result.reason and result.reason.code == "attestation-missing" and voice.knows("signed", result.id):
        return voice.say("signed", result.id)
    if result.reason and voice.knows("plain", result.reason.code):
        return voice.say("plain", result.reason.code, {**result.reason.values, "title": voice.title(criterion)})
    return voice.reason(result)


def _missed(criterion: Criterion, result: Result, voice: Voice) -> str:
    """Nothing where there was no figure, where it meets its target, or where the sentence lacks one."""
    if criterion.missed is None or result.value is None or criterion.bound.met_by(result.value):
        return ""
    wanted = holes(criterion.missed.in_language(voice.language)) - OWN
    known = all(result.seen.get(name) is not None for name in wanted)
    return voice.sentence(criterion, criterion.missed, result.seen) if known else ""
