"""What stands behind the incidents of the stories: people counted together, and what sources say."""

from collections.abc import Sequence

from cases.demonstration.scene import Scene
from cases.demonstration.story import Verb
from submissions.actions import groups, information
from submissions.actions.information import Source
from submissions.fact_vocabularies import Bearing, CountingUnit, InformationOn, Reliability
from submissions.facts import Count, GroupDetails, InformationDetails
from submissions.person_vocabularies import PersonRole
from submissions.vocabularies import BasisOfKnowledge

_SAYS = "Example: invented for the demonstration."


def counted(incident: int, fewest: int | None, most: int | None) -> Verb:
    """Families of one incident of whom nobody is recorded one by one."""

    def do(scene: Scene) -> None:
        details = GroupDetails(
            who="Example: families who left the place that week",
            statuses=["displaced"],
            vulnerabilities=["displaced"],
            basis=[BasisOfKnowledge.HEARSAY_1],
            known_by="Example: W-01, who counted carts.",
        )
        with scene.documenter() as by:
            groups.add(
                incident=scene.submission.incidents.present().get(number=incident),
                count=Count(CountingUnit.FAMILIES, fewest, most),
                role=PersonRole.VICTIM,
                details=details,
                by=by,
            )

    return do


def sourced(
    incident: int,
    *,
    code: str = "",
    exhibit: int = 0,
    basis: str = BasisOfKnowledge.DIRECT,
    on: Sequence[str] = (InformationOn.CONDUCT,),
    bearing: str = Bearing.SUPPORTS,
) -> Verb:
    """What somebody by code, an exhibit or the organisation itself says; an exhibit is graded."""

    def do(scene: Scene) -> None:
        details = InformationDetails(str(basis), [str(one) for one in on], str(bearing), _SAYS)
        with scene.documenter() as by:
            submission = scene.submission
            person = submission.persons.present().get(code=code) if code else None
            item = submission.exhibits.present().get(number=exhibit) if exhibit else None
            there = submission.incidents.present().get(number=incident)
            row = information.add(
                incident=there, source=Source(person, item), details=details, by=by
            )
            if row.may_be_graded:
                information.grade(information=row, reliability=Reliability.UNSURE, by=by)

    return do
