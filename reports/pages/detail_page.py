"""Finishes the file that pytest-html has written: language, themes, landmarks, and our words in place of English ones."""

from collections.abc import Iterator
from html import escape

from gate.decision import Decision
from reports.pages.rendering import TEMPLATES
from reports.text.words import Voice

HEAD = """<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
{style}</style>
</head>"""


def finished(html: str, decision: Decision, voice: Voice) -> str:
    """Return pytest-html's page as a reader of verdict.html expects it, in the language of `voice`."""
    for old, new in _changes(decision, voice):
        html = html.replace(old, new, 1)
    return html


def _changes(decision: Decision, voice: Voice) -> Iterator[tuple[str, str]]:
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("colours.css", "detail.css"))
    tone = decision.verdict.name.lower().replace("_", "-")
    yield "<html>", f'<html lang="{voice.language}">'
    yield "</head>", HEAD.format(style=style)
    yield "<body>", f'<body class="{tone}"><main>'
    yield "</body>", "</main></body>"
    yield "<p>Report generated", '<p lang="en">Report generated'
    yield (
        '<table id="results-table">',
        f'<noscript><p>{escape(voice.word("detail-script"))}</p></noscript>\n<table id="results-table">',
    )
    for word, name in (
        ("Show all details", "detail-show"),
        ("Hide all details", "detail-hide"),
        (">Duration<", "took"),
    ):
        title = escape(voice.word(name))
        yield word, f">{title}<" if word.startswith(">") else title
