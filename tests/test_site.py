"""The site's own criteria: the rows of criteria/*.toml in the target folder, one test for each (fixtures/session/site.py)."""

from fixtures.session.judge import Judge
from fixtures.site.reading import Measured


def test_the_sites_criterion(measured: Measured, judge: Judge) -> None:
    assert judge(measured.value, measured, inapplicable=measured.absent)
