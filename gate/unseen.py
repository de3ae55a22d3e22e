"""Characters that turn or hide text on a terminal, a page or in an editor; and JSON that holds the same without showing them."""

import json
import re
from typing import Any

import msgspec

INVISIBLE = (  # of Unicode's categories Cc (from 0x7f on), Cf, Zl, Zp and Cs
    "\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f"
)
_ESCAPED = re.compile(f"[{INVISIBLE}]")


def plain_json(value: Any, indent: int = 1) -> bytes:
    """Return the value as JSON of many lines, in which these characters are escaped: the same data for programs.

    The same value always gives the same bytes. What JSON has no type for is written as its text.
    """
    return plain(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=indent).decode()).encode() + b"\n"


def plain(text: str) -> str:
    """Return JSON in which these characters are escaped; they stand within its strings alone."""
    return _ESCAPED.sub(lambda found: json.dumps(found[0])[1:-1], text)
