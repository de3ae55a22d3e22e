"""Rewrites msgspec's error messages about a wrong key or value in plain words."""

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
MESSAGES = (
    (r"Object missing required field `(.+)`", r"\1 is missing"),
    (r"Object contains unknown field `(.+)`", r"\1 is an unknown key"),
    (r"Expected `(.+?)`, got `(.+)`", r"must be <\1>, not <\2>"),
    (r"Expected `(.+?)` matching regex .*", "holds a character that is not allowed, or lacks a required one"),
    (r"Expected `str` of length >= (\d+)", r"must be a text of at least \1 characters"),
    (r"Expected `str` of length <= (\d+)", r"must be a text of at most \1 characters"),
    (r"Expected `(.+?)` of length >= (\d+)", r"must be <\1> of at least \2"),
    (r"Expected `(.+?)` of length <= (\d+)", r"must be <\1> of at most \2"),
    (r"Expected `(.+?)` >= (.+)", r"must be <\1> of at least \2"),
    (r"Expected `(.+?)` <= (.+)", r"must be <\1> of at most \2"),
    (r"Expected `(.+?)` ([<>]) (.+)", r"must be <\1> \2 \3"),
    (r"Invalid enum value (.+)", r"\1 is not one of the allowed words"),
    (r"Invalid RFC3339 encoded date(time)?", "is not a date; write it as 2026-02-11"),
)


def plainly(error: Exception, *, row: bool = False) -> str:
    """Return the message of `error` in plain words, after the place of the error: “[host] port: …”.

    With `row` the place is written as “host.port: …”, for a row of a table. An unknown message is returned unchanged.
    """
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?([^.\[`]*)[.]?(.*)`)?", str(error), re.DOTALL)
    message, table, key = match.groups(default="") if match else (str(error), "", "")
    where = ".".join(filter(None, (table, key))) if row else f"[{table}] {key}".rstrip()
    return f"{where}: {_worded(message)}" if table else _worded(message)


def _worded(message: str) -> str:
    for pattern, words in MESSAGES:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(r"<([\w| ]+)>", _types, found.expand(words))
    return message


def _types(names: re.Match[str]) -> str:
    return " or ".join(TYPES.get(name, name) for name in names[1].split(" | "))
