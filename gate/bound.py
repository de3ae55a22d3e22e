"""A target as the plan writes it: `< 70 %`, `≥ 7 days`, `= 3 deployments`."""

import math
import operator
import re
from collections.abc import Mapping

import msgspec

COMPARE = {"<": operator.lt, "≤": operator.le, "=": operator.eq, "≥": operator.ge, ">": operator.gt}
BYTES = {"GB": 10**9, "MB": 10**6, "MiB": 2**20}
WRITTEN = re.compile(r"([<≤=≥>]) (-?\d+(?:\.\d+)?)(?: (\S.*))?")


class Bound(msgspec.Struct, frozen=True):
    """What a figure must be to meet its target."""

    compare: str
    figure: float
    unit: str = ""

    @classmethod
    def parse(cls, written: str) -> "Bound":
        """Read `< 70 %`. ValueError for anything else."""
        match = WRITTEN.fullmatch(written.strip())
        if match is None:
            raise ValueError(f"“{written}” is not a target; write it like “< 70 %” or “≥ 7 days”")
        compare, figure, unit = match.groups()
        if not math.isfinite(float(figure)):
            raise ValueError(f"“{written[:40]}…” is beyond what a figure can be")
        return cls(compare, float(figure), unit or "")

    def met_by(self, value: float) -> bool:
        """A value that is no finite number meets nothing."""
        return math.isfinite(value) and bool(COMPARE[self.compare](value, self.figure))

    def out_of_reach(self, value: float) -> bool:
        """`value` misses a target that it cannot meet any more by growing: what was seen so far is too much already."""
        return self.compare in "<≤" and not self.met_by(value)

    @property
    def bytes(self) -> float:
        """The figure in bytes; ValueError where its unit is not one of BYTES."""
        if self.unit not in BYTES:
            raise ValueError(f"“{self}” is not a number of bytes")
        return self.figure * BYTES[self.unit]

    def margin(self, value: float) -> float:
        """Distance to the target in its unit: positive inside, negative outside."""
        if self.compare in "<≤":
            return self.figure - value
        return value - self.figure if self.compare in "≥>" else -abs(value - self.figure)

    def tightens(self, other: "Bound") -> bool:
        """Asks at least as much as `other`: the only change a target folder may make."""
        if (self.compare, self.unit) != (other.compare, other.unit):
            return False
        return other.margin(self.figure) >= 0

    def __str__(self) -> str:
        return f"{self.compare} {self.figure:g} {self.unit}".rstrip()


Bounds = Mapping[str, Bound]  # the targets in force, by the id of their criterion
