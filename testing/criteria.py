"""Make docs/criteria.md from the contract, the sources and the faults: `python -m testing.criteria`."""

from collections.abc import Iterator
from pathlib import Path

from gate.contract import CHAPTERS, Criterion, load_contract
from reports.commands.observed import judged_by, question
from reports.text.words import Voice
from testing.faults.fault import Fault, load_faults

PAGE = Path(__file__).parents[1] / "docs" / "criteria.md"
LONGEST = 160
SHOWN = {"fail": "Shown to fail by", "unknown": "Shown to be unknown by", "pass": "Shown to stand"}
HEAD = """\
# The criteria

Made from the contract (`tests/criteria/`), the tests and the faults (`testing/faults/`) by `make docs`. Each criterion: why it
is asked, what it asks for, how that is seen, what to do where it is not so, and the faults that show that it can fail and that
it says so when it cannot know. The same for one of them, in either language: `python -m reports explain ID`.
"""


def page() -> str:
    """Return the whole text of docs/criteria.md."""
    contract, faults, voice = load_contract(), load_faults(), Voice("en")
    lines = [HEAD]
    for chapter in CHAPTERS:
        lines.append(f"## {voice.say('chapter', chapter)}\n")
        for id, criterion in contract.items():
            if criterion.chapter == chapter:
                lines += _criterion(id, criterion, [fault for fault in faults if fault.criterion == id], voice)
    return "\n".join(lines).rstrip("\n") + "\n"


def _criterion(id: str, criterion: Criterion, faults: list[Fault], voice: Voice) -> Iterator[str]:
    yield f"### {id}: {voice.title(criterion)}\n"
    yield f"{voice.text(criterion.why)}\n"
    weight = voice.word("blocking" if criterion.blocking else "advisory")
    basis = voice.say("basis", criterion.basis)
    yield f"- **Asks for** {voice.bound(criterion.bound)}; {weight}; plan, chapter {criterion.plan}: {basis}"
    yield f"- **Seen**: {voice.say('kind', criterion.kind)}. {'; '.join(_seen(id))}"
    remedy = f" Remedy: `{criterion.remedy}`." if criterion.remedy else ""
    yield f"- **Otherwise**: {voice.outline(criterion, criterion.next).rstrip('.')}.{remedy}"
    yield from (f"- **{SHOWN.get(outcome, outcome)}**: {'; '.join(names)}" for outcome, names in _proofs(faults))
    yield ""


def _seen(id: str) -> Iterator[str]:
    test = judged_by(id)
    assert test is not None
    yield f"`{test.node}`"
    yield from (f"{fact.name}: `{_short(question(fact))}`" for fact in test.facts)


def _proofs(faults: list[Fault]) -> list[tuple[str, list[str]]]:
    expected = sorted({fault.expected for fault in faults}, key=lambda outcome: outcome.severity, reverse=True)
    return [(outcome, [fault.name for fault in faults if fault.expected is outcome]) for outcome in expected]


def _short(text: str) -> str:
    line = " ".join(text.replace("`", "").split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
