"""The forms of services' tokens are those of detect-secrets, whose detectors are not loaded in an audit."""

import re
from importlib import import_module
from typing import Any

from detect_secrets.plugins.base import RegexBasedDetector

from fixtures.ask.service_forms import PATTERNS, SERVICES


def test_the_forms_are_those_of_detect_secrets() -> None:
    ours = {import_module(f"detect_secrets.plugins.{name}").__name__ for name in SERVICES.split()}
    found: list[Any] = [kind for kind in RegexBasedDetector.__subclasses__() if kind.__module__ in ours]
    theirs = {(form.pattern, form.flags & ~re.UNICODE) for kind in found for form in kind.denylist}
    assert theirs == {(pattern, int(flags)) for pattern, flags in PATTERNS}
