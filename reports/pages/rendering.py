"""Makes pages of the templates: every value is escaped, and a missing one is an error."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.text.words import shown

TEMPLATES = Path(__file__).parent / "templates"
COMMAND = re.compile("`([^`]+)`")
EMPTY = re.compile(r"\n\s*\n+")
AROUND, AFTER = re.compile(r"\s*([{};])\s*"), re.compile(r"([:,])\s+")  # where CSS needs no space
CODE, FORM = Markup("<code>{}</code>"), Markup('<code class="form">{}</code>')
PROGRAMS_WORDS = "CRON|FATAL|HEAD|HUP|INFO|SELECT"
LEFT_OPEN = re.compile(rf"(?<![\w$/.=-])(?!(?:{PROGRAMS_WORDS})\b)[A-ZÀ-Þ]{{3,}}(?![\w=(-])|(?i:target=)[A-Z]{{3,}}|…")


def rendered(template: str, page: dict[str, Any], *, spaced: bool = False, beside: Path | None = None) -> bytes:
    """Return a template filled with the values of `page`. The same values always give the same bytes.

    Empty lines are left out unless the page is `spaced`. `beside` is a further folder of templates, which come first.
    """
    text = _environment(beside).get_template(template).render(page)
    return (text if spaced else EMPTY.sub("\n", text)).encode("utf-8", "backslashreplace")


def prose(text: str) -> Markup:
    """Return a sentence as HTML, escaped, with its commands in backquotes as code.

    A command with a word that a person has to fill in is of the class `form`: copied as it stands, it would fail.
    """
    parts = COMMAND.split(text)  # plain text and commands in turn
    return Markup().join(_code(part) if number % 2 else part for number, part in enumerate(parts))


def plain(text: str) -> Markup:
    """Return `text` escaped for the inside of an element, where a quote is no more than a quote: answers are full of them."""
    return escape(text).replace("&#34;", Markup('"')).replace("&#39;", Markup("'"))


def tight(css: str) -> Markup:
    """Return a style sheet without the spaces that only its authors need."""
    return Markup(AFTER.sub(r"\1", AROUND.sub(r"\1", css)).replace(";}", "}"))  # noqa: S704 — our own style sheet


def _code(command: str) -> Markup:
    return (FORM if LEFT_OPEN.search(command) else CODE).format(plain(command))


def compile_templates() -> None:
    """Compile all templates now, for the processes that are forked from this one."""
    environment = _environment(None)
    for name in environment.list_templates(extensions=["html", "css", "js"]):
        environment.get_template(name)


def hash_of_script(file: Path) -> str:
    """Return the hash of a script, for the Content-Security-Policy of a page that allows only this script."""
    script = file.read_text(encoding="utf-8").removesuffix("\n")
    return b64encode(sha256(script.encode()).digest()).decode()


@cache
def _environment(beside: Path | None) -> Environment:
    """Return the environment of the templates, each of which it compiles once for all pages of the process."""
    environment = Environment(
        loader=FileSystemLoader([beside, TEMPLATES] if beside else TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain, "prose": prose, "shown": shown, "tight": tight}
    return environment
