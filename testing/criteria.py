"""Make docs/criteria.md from the contract, the sources and the faults: `python -m testing.criteria`."""

import re
from collections.abc import Iterator
from pathlib import Path

from fixtures.ask.facts import Fact
from gate.contract import CHAPTERS, Contract, Criterion, load_contract
from reports.commands.observed import judged_by, question, question_file
from reports.text.words import Voice
from testing.faults.fault import Fault, load_faults

PAGE = Path(__file__).parents[1] / "docs" / "criteria.md"
LONGEST = 160
TWO_PATHS = "Two paths for everything that blocks"
SHOWN = {
    "fail": "Shown to fail by",
    "pending": "Shown to be pending by",
    "unknown": "Shown to be unknown by",
    "manual": "Shown to need a person by",
    "not-applicable": "Shown not to apply by",
    "pass": "Shown to stand",
}
HEAD = """\
# The criteria

Made from the contract (`tests/criteria/`), the tests and the faults (`testing/faults/`) by `make docs`. Each criterion: why it
is asked, what it asks for, how that is seen, what to do where it is not so, and the faults that show that it can fail and that
it says so when it cannot know. The same for one of them, in either language: `python -m reports explain ID`.

A number in brackets behind a fault, such as (D12) or (B1), is that of a mistake in the plan's own commands (D), or of one that
was found while these were tried on real tools (B): the fault is what the mistake does to a server.
"""


def page() -> str:
    """Return the whole text of docs/criteria.md."""
    contract, faults, voice = load_contract(), load_faults(), Voice("en")
    lines = [HEAD, *_contents(voice), *_two_paths(contract)]
    for chapter in CHAPTERS:
        rows = {id: criterion for id, criterion in contract.items() if criterion.chapter == chapter}
        lines += [f"## {voice.say('chapter', chapter)}\n", *_table(rows, voice)]
        for id, criterion in rows.items():
            lines += _criterion(id, criterion, [fault for fault in faults if fault.criterion == id], voice)
    return "\n".join(lines).rstrip("\n") + "\n"


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _contents(voice: Voice) -> Iterator[str]:
    """The table of contents: the chapters."""
    for title in (TWO_PATHS, *(voice.say("chapter", chapter) for chapter in CHAPTERS)):
        yield f"- [{title}](#{anchor(title)})"
    yield ""


def _table(rows: Contract, voice: Voice) -> Iterator[str]:
    """One line for each criterion of a chapter. Points are those of the infrastructure score."""
    yield "| criterion | title | target | blocking | owner | points |"
    yield "|---|---|---|---|---|---|"
    for id, criterion in rows.items():
        blocking, points = "yes" if criterion.blocking else "", str(criterion.weight or "")
        link = f"[{id}](#{anchor(_heading(id, criterion, voice))})"
        cells = (
            link,
            voice.title(criterion),
            voice.bound(criterion.bound),
            blocking,
            voice.say("owner", criterion.owner),
            points,
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _heading(id: str, criterion: Criterion, voice: Voice) -> str:
    return f"{id}: {voice.title(criterion)}"


def _two_paths(contract: Contract) -> Iterator[str]:
    """The table of the blocking criteria."""
    yield f"## {TWO_PATHS}\n"
    yield "Good in both: pass. Where they disagree the answer is unknown: [how it is decided](decision.md).\n"
    yield "| criterion | what is set | what happened |"
    yield "|---|---|---|"
    for id, criterion in contract.items():
        if criterion.blocking and criterion.paths:
            yield f"| {id} | {criterion.paths.set} | {criterion.paths.happened} |"
    yield ""


def _criterion(id: str, criterion: Criterion, faults: list[Fault], voice: Voice) -> Iterator[str]:
    yield f"### {_heading(id, criterion, voice)}\n"
    yield f"{voice.text(criterion.why)}\n"
    weight = voice.word("blocking" if criterion.blocking else "advisory")
    basis = voice.say("basis", criterion.basis)
    yield f"- **Asks for** {voice.bound(criterion.bound)}; {weight}; plan, chapter {criterion.plan}: {basis}"
    yield f"- **Seen**: {voice.say('kind', criterion.kind)}. {'; '.join(_seen(id))}"
    remedy = f" Remedy: `{criterion.remedy}`." if criterion.remedy else ""
    yield f"- **Otherwise**: {_sentence(voice.outline(criterion, criterion.next))}{remedy}"
    yield from (f"- **{SHOWN.get(outcome, outcome)}**: {'; '.join(names)}" for outcome, names in _proofs(faults))
    yield ""


def _seen(id: str) -> Iterator[str]:
    test = judged_by(id)
    assert test is not None
    yield f"`{test.node}`"
    yield from (f"{fact.name}: {_question(fact)}" for fact in test.facts)


def _question(fact: Fact) -> str:
    """Return a question whole, as code, or the file that it stands in."""
    asked = question(fact)
    text = asked if len(asked) <= LONGEST else question_file(fact)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _sentence(advice: str) -> str:
    """Return advice as a sentence, also where the contract begins it with a command."""
    return f"{'Run ' if advice.startswith('`') else ''}{advice.rstrip('.')}."


def _proofs(faults: list[Fault]) -> list[tuple[str, list[str]]]:
    expected = sorted({fault.expected for fault in faults}, key=lambda outcome: outcome.severity, reverse=True)
    return [(outcome, [fault.name for fault in faults if fault.expected is outcome]) for outcome in expected]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
