"""Plan, criterion 5: documentation."""

from fixtures.guide_files import GuideFiles, guides_of
from fixtures.judge import Judge, criterion
from fixtures.target import Target
from reports.model.run import Finding


@criterion("DOC-01")
def test_guides_are_committed_and_pushed(guide_files: GuideFiles, target: Target, judge: Judge) -> None:
    guides = guides_of(guide_files, target.guides.files)
    findings = [Finding(state, {"names": names}) for state, names in guides.wanting.items()]
    assert judge(guides.wanted - guides.complete, guides, findings=findings)
