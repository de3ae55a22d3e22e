"""Plan, criterion 5: documentation."""

from fixtures.cluster.deployments import Deployments
from fixtures.cluster.names import Namespaces, Services
from fixtures.evidence.guide_review import currency, kept_current, live, walks
from fixtures.host.schedules.schedules import Schedules
from fixtures.host.system.guide_claims import GuideClaims
from fixtures.session.judge import Judge, criterion, found
from fixtures.sources.guide_files import GuideFiles, guides_of
from fixtures.sources.guide_texts import GuideTexts, dead_links
from fixtures.target import Target
from gate.people import People
from gate.run import Finding, Reason


@criterion("DOC-01")
def test_guides_are_committed_and_pushed(guide_files: GuideFiles, target: Target, judge: Judge) -> None:
    guides = guides_of(guide_files, target.guides.files)
    findings = [Finding(state, {"names": names}) for state, names in guides.wanting.items()]
    assert judge(guides.wanted - guides.complete, guides, findings=findings)


@criterion("DOC-02")
def test_what_guides_cite_exists(
    guide_texts: GuideTexts,
    guide_claims: GuideClaims,
    namespaces: Namespaces,
    deployments: Deployments,
    services: Services,
    schedules: Schedules,
    target: Target,
    judge: Judge,
) -> None:
    there = live(namespaces, deployments, services, guide_claims, schedules, target)
    seen = currency(guide_texts, there, guide_claims)
    assert judge(len(seen.absent), seen, findings=found({"outdated": seen.outdated}, names=seen.outdated))


@criterion("DOC-03")
def test_guides_work_and_somebody_walked_through_them(
    guide_texts: GuideTexts, guide_files: GuideFiles, guide_claims: GuideClaims, people: People, judge: Judge
) -> None:
    broken = [f"{guide.path}: {message}" for guide in kept_current(guide_texts) for message in guide.broken]
    dead, lacking = dead_links(guide_texts, guide_files.committed), guide_claims.lacking
    walked, faults = walks(guide_texts, people, "DOC-03"), len(broken) + len(dead) + len(lacking)
    wanting = (
        Reason("walk-missing", {"guides": walked.missing})
        if walked.missing and not (faults or walked.refused)
        else None
    )
    assert judge(
        faults,
        walked,
        manual=wanting,
        findings=[
            *found({"broken": broken}, names=broken),
            *found({"dead": dead}, names=dead),
            *found({"lacking": lacking}, names=lacking),
            *found({"refused": walked.refused}, names=walked.refused),
        ],
    )
