"""Makes pages of the templates: every value is escaped, and a missing one is an error."""

import re
import sys
from base64 import b64encode
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from reports.text.words import shown

TEMPLATES = Path(__file__).parent / "templates"
COMMAND = re.compile("`([^`]+)`")
EMPTY = re.compile(r"\n\s*\n+")
BETWEEN = re.compile(  # a line break between two blocks, which a browser ignores
    r">\n(?=</?(?:article|header|div|dl|dt|dd|ul|ol|li|p|section|details|summary|h[1-3]|table|tr|tbody|thead)\b)"
)
AROUND, AFTER = re.compile(r"\s*([{};])\s*"), re.compile(r"([:,])\s+")  # where CSS needs no space
CODE, FORM = Markup("<code>{}</code>"), Markup('<code class="form">{}</code>')
PROGRAMS_WORDS = "CRON|FATAL|HEAD|HUP|INFO|SELECT"
LEFT_OPEN = re.compile(rf"(?<![\w$/.=-])(?!(?:{PROGRAMS_WORDS})\b)[A-ZÀ-Þ]{{3,}}(?![\w=(-])|(?i:target=)[A-Z]{{3,}}|…")


def rendered(template: str, page: dict[str, Any], *, spaced: bool = False, beside: Path | None = None) -> bytes:
    """Return a template filled with the values of `page`. The same values always give the same bytes.

    Empty lines, and line breaks between blocks, are left out unless the page is `spaced`. `beside` is a further folder of
    templates, which come first.
    """
    text = _environment(beside).get_template(template).render(page)
    return (text if spaced else BETWEEN.sub(">", EMPTY.sub("\n", text))).encode("utf-8", "backslashreplace")


def prose(text: str) -> Markup:
    """Return a sentence as HTML, escaped, with its commands in backquotes as code.

    A command with a word that a person has to fill in is of the class `form`: copied as it stands, it would fail.
    """
    parts = COMMAND.split(text)  # plain text and commands in turn
    return Markup().join(code(part) if number % 2 else part for number, part in enumerate(parts))


def plain(text: str) -> Markup:
    """Return `text` escaped for the inside of an element, where a quote is no more than a quote: answers are full of them."""
    return escape(text).replace("&#34;", Markup('"')).replace("&#39;", Markup("'"))


def tight(css: str) -> Markup:
    """Return a style sheet without the spaces that only its authors need."""
    return Markup(AFTER.sub(r"\1", AROUND.sub(r"\1", css)).replace(";}", "}"))  # noqa: S704 — our own style sheet


def code(command: str) -> Markup:
    """Return a command as HTML; of the class `form` if a person has to fill in a word of it."""
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


class Compiled(FileSystemBytecodeCache):
    """Keeps compiled templates beside them, where and when Python keeps compiled modules: compiling all takes 90 ms."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template that was compiled, unless nothing may be written there."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def _environment(beside: Path | None) -> Environment:
    """Return the environment of the templates, each of which it compiles once for all pages of the process."""
    environment = Environment(
        loader=FileSystemLoader([beside, TEMPLATES] if beside else TEMPLATES),
        bytecode_cache=Compiled(str(TEMPLATES / "__pycache__")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"command": code, "plain": plain, "prose": prose, "shown": shown, "tight": tight}
    return environment
