"""Formats a plan for the operator: what each step does, why, its commands, its undo and its diff."""

from collections.abc import Iterator
from shlex import quote

import msgspec

from fixtures.ask.redaction import redact
from gate.contract import Text
from gate.sentence import LANGUAGES, phrase
from remediations.transaction.difference import difference
from remediations.transaction.messages import NOTHING
from remediations.transaction.objects import DeleteObjects, PatchObject
from remediations.transaction.plan import Plan
from remediations.transaction.step import InstallFile, RemoveFile, RunCommand, Step

Line = tuple[str, str]  # the text, and a markup of pytest's terminal: bold, red, green, yellow or ""


def shown(plan: Plan, language: str) -> Iterator[Line]:
    """Yield the lines of a plan."""
    risk = phrase("fix", plan.risk, {}, language)
    yield (
        phrase("fix", "plan", {"remedy": plan.remedy, "risk": risk, "ids": ", ".join(plan.criteria)}, language),
        "bold",
    )
    yield from _body(plan, language)


def whole(plan: Plan) -> Text:
    """Return the plan without its first line, in both languages: its checks, steps and notes."""
    en, fr = ("\n".join(line for line, _ in _body(plan, language)) for language in LANGUAGES)
    return Text(en=en, fr=fr)


def _body(plan: Plan, language: str) -> Iterator[Line]:
    for check in plan.checks:
        yield "   " + phrase("fix", "check", {"what": check.sentence.what.in_language(language)}, language), ""
    for number, step in enumerate(plan.steps, 1):
        yield f"{number:2}. {step.sentence.what.in_language(language)}", "bold"
        yield from ((f"    {line}", markup) for line, markup in _step(step, language))
    if plan.steps:
        yield "    " + phrase("fix", "steps-back", {}, language), ""
    for note in plan.notes:
        yield (
            "    " + phrase("fix", "left-alone", {"what": note.sentence.what.in_language(language)}, language),
            "yellow",
        )


def _step(step: Step, language: str) -> Iterator[Line]:
    def line(code: str, what: str) -> Line:
        return phrase("fix", code, {"what": what}, language), ""

    if step.sentence.why != NOTHING:
        yield line("why", step.sentence.why.in_language(language))
    yield from (line("run", redact(command)) for command in commands(step))
    if isinstance(step, InstallFile | RemoveFile) and step.activate:
        yield line("then", redact(step.activate))
    yield from _undo(step, language)
    if isinstance(step, InstallFile) and step.foreign:
        yield phrase("fix", "foreign", {}, language), "yellow"
    for changed in difference(step).splitlines():
        yield changed, {"+": "green", "-": "red"}.get(changed[:1], "")


def commands(step: Step) -> tuple[str, ...]:
    """Return the commands of a step as a person would type them."""
    match step:
        case RunCommand():
            return tuple((step.shown or step.command).splitlines())
        case PatchObject(object=one):
            where = f"{one.resource}/{one.name} -n {one.namespace}"
            done = f"kubectl patch {where} -p {quote(msgspec.json.encode(step.after).decode())}"
            return (done, f"kubectl rollout status {where} --timeout={step.rollout}s") if step.rollout else (done,)
        case DeleteObjects():
            places = dict.fromkeys(one.namespace for one in step.objects)
            return tuple(
                f"kubectl delete {step.resource} -n {place} "
                + " ".join(one.name for one in step.objects if one.namespace == place)
                for place in places
            )
        case InstallFile() | RemoveFile():
            return ()


def _undo(step: Step, language: str) -> Iterator[Line]:
    """How it is taken back: a command whole, line by line, so that it can be pasted; and what stays all the same."""
    lines = undo_of(step, language).splitlines()
    if len(lines) > 1:
        yield phrase("fix", "undo", {"what": ""}, language).rstrip(), ""
        yield from ((f"  {row}", "") for row in lines)
    else:
        yield phrase("fix", "undo", {"what": "".join(lines)}, language), ""
    if isinstance(step, RunCommand) and step.undo and step.sentence.lasting != NOTHING:
        yield phrase("fix", "stays", {"what": step.sentence.lasting.in_language(language)}, language), ""


def undo_of(step: Step, language: str) -> str:
    """Return a sentence that says how the step is undone."""
    lasting = step.sentence.lasting.in_language(language)
    match step:
        case RunCommand(undo=undo):
            return (
                redact(step.undo_shown or undo).rstrip("\n")
                if undo
                else phrase("fix", "not-needed", {"why": lasting}, language)
            )
        case DeleteObjects():
            return (
                phrase("fix", "not-needed", {"why": lasting}, language)
                if lasting
                else phrase("fix", "made-again", {}, language)
            )
        case PatchObject():
            return phrase("fix", "fields-back", {}, language)
        case InstallFile(before=None):
            undone = phrase("fix", "file-removed", {}, language)
        case _:
            undone = phrase("fix", "file-back", {}, language)
    if not step.activate:
        return undone
    return phrase("fix", "and-then", {"undo": undone, "then": redact(step.activate)}, language)
