"""Plan, criterion 5: documentation."""

from fixtures.guide_files import GuideFiles, guides_of
from fixtures.judge import Judge, criterion
from fixtures.target import Target


@criterion("DOC-01")
def test_guides_are_committed_and_pushed(guide_files: GuideFiles, target: Target, judge: Judge) -> None:
    guides = guides_of(guide_files, target.guides.files)
    assert judge(len(guides.wanting), guides)
