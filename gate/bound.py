"""The target of a criterion, as the plan writes it: `< 70 %`, `≥ 7 days`, `= 3 deployments`."""

import math
import operator
import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

COMPARE = {"<": operator.lt, "≤": operator.le, "=": operator.eq, "≥": operator.ge, ">": operator.gt}
BYTES = {"GB": 10**9, "MB": 10**6, "MiB": 2**20}
WRITTEN = re.compile(r"([<≤=≥>]) (-?\d+(?:\.\d+)?)(?: (\S.*))?")


class Bound(msgspec.Struct, frozen=True):
    """A comparison, a figure and its unit, for example `<`, 70 and `%`."""

    compare: str
    figure: float
    unit: str = ""

    @classmethod
    def parse(cls, written: str) -> "Bound":
        """Parse a target such as `< 70 %`. Raises ValueError for any other text."""
        return _parsed(written)

    def met_by(self, value: float) -> bool:
        """Return whether `value` meets the target. A value that is not a finite number never does."""
        return math.isfinite(value) and bool(COMPARE[self.compare](value, self.figure))

    def out_of_reach(self, value: float) -> bool:
        """Return whether `value` is above an upper limit. A figure that only grows cannot meet its target any more."""
        return self.compare in "<≤" and not self.met_by(value)

    @property
    def bytes(self) -> float:
        """The figure in bytes. Raises ValueError if the unit is not one of BYTES."""
        if self.unit not in BYTES:
            raise ValueError(f"“{self}” is not a number of bytes")
        return self.figure * BYTES[self.unit]

    def margin(self, value: float) -> float:
        """Return the distance from `value` to the target, in its unit: positive if the target is met, negative if not."""
        if self.compare in "<≤":
            return self.figure - value
        return value - self.figure if self.compare in "≥>" else -abs(value - self.figure)

    def tightens(self, other: "Bound") -> bool:
        """Return whether this bound is at least as strict as `other`, with the same comparison and the same unit.

        A target folder may change a bound only in this way.
        """
        if (self.compare, self.unit) != (other.compare, other.unit):
            return False
        return other.margin(self.figure) >= 0

    def __str__(self) -> str:
        return f"{self.compare} {self.figure:g} {self.unit}".rstrip()


@lru_cache(1024)
def _parsed(written: str) -> Bound:
    match = WRITTEN.fullmatch(written.strip())
    if match is None:
        raise ValueError(f"“{written}” is not a target; write it as “< 70 %” or “≥ 7 days”")
    compare, figure, unit = match.groups()
    if not math.isfinite(float(figure)):
        raise ValueError(f"“{written[:40]}…” is too large a figure")
    return Bound(compare, float(figure), unit or "")


Bounds = Mapping[str, Bound]  # the bound in force for each criterion, by its id
