"""What msgspec says of a wrong key or value, in an operator's words."""

import re

TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a date",
    "datetime": "a date with a time",
    "null": "nothing",
}
SAID = (
    (r"Object missing required field `(.+)`", r"\1 is missing"),
    (r"Object contains unknown field `(.+)`", r"\1 is no key of it"),
    (r"Expected `(.+?)`, got `(.+)`", r"has to be <\1>, and is <\2>"),
    (r"Expected `(.+?)` matching regex .*", "holds a character that cannot stand there, or lacks one that must"),
    (r"Expected `(.+?)` of length >= (\d+)", r"has to be <\1> of at least \2"),
    (r"Expected `(.+?)` ([<>]=) (.+)", r"has to be <\1> \2 \3"),
    (r"Invalid enum value (.+)", r"\1 is none of the words it takes"),
    (r"Invalid RFC3339 encoded date(time)?", "is no date: write it like 2026-02-11"),
)


def plainly(error: Exception, *, row: bool = False) -> str:
    """“… - at `$.host.port`” as “[host] port: …”, or as “host.port: …” where a row of a table was read.

    What is not known here stays as it was said.
    """
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?([^.\[`]*)[.]?(.*)`)?", str(error), re.DOTALL)
    said, table, key = match.groups(default="") if match else (str(error), "", "")
    where = ".".join(filter(None, (table, key))) if row else f"[{table}] {key}".rstrip()
    return f"{where}: {_worded(said)}" if table else _worded(said)


def _worded(said: str) -> str:
    for pattern, words in SAID:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return re.sub(r"<([\w| ]+)>", _types, found.expand(words))
    return said


def _types(names: re.Match[str]) -> str:
    return " or ".join(TYPES.get(name, name) for name in names[1].split(" | "))
