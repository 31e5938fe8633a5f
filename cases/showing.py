"""Which exhibits of a submission can be shown to the Secretariat with a question, and why not others."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.giving import ToGive, choose
from impna.errors import Sentence
from submissions.coverage import Purpose, coverage
from submissions.models import Exhibit, Submission, Version
from submissions.spoken import numbers
from submissions.states import Scan
from submissions.vocabularies import ContentMarker, Recognisable


@dataclass(frozen=True)
class Fit:
    """What can be shown, as a redacted copy where there is one; and sentences about the rest."""

    shown: list[ToGive]
    without: list[str]

    def of(self, exhibits: Iterable[Exhibit]) -> list[ToGive]:
        """Some of it."""
        wanted = {one.pk for one in exhibits}
        return [one for one in self.shown if one.exhibit.pk in wanted]


def fit(
    submission: Submission, exhibits: Iterable[Exhibit], *, version: Version | None = None
) -> Fit:
    """By what is said of each now, and was marked in the version; five statements at most."""
    marker = ContentMarker.TWO_PEOPLE
    frozen = version.items.filter(markers__contains=[marker.value]) if version else None
    marked = set(frozen.values_list("exhibit", flat=True)) if frozen is not None else set()
    against: dict[str, list[int]] = {}
    fitting: list[ToGive] = []
    for one in choose(exhibits):
        two = marker in one.exhibit.markers or one.exhibit.pk in marked
        if why := _why_not(one, two_people=two):
            against.setdefault(str(why), []).append(one.exhibit.number)
        else:
            fitting.append(one)
    covered = coverage(
        submission,
        None,
        exhibits=[one.exhibit for one in fitting if one.copy is None],
        copies=[one.exhibit for one in fitting if one.copy],
        words=False,
        purpose=Purpose.ASSIST,
    )
    said = [_about(found, why) for why, found in against.items()]
    return Fit(
        [one for one in fitting if covered.covers(one.exhibit)],
        [*said, *(one.words for one in covered.against)],
    )


def _why_not(one: ToGive, *, two_people: bool) -> Sentence:
    """ "" when only what people said can be against it."""
    thing = one.copy or one.exhibit
    if one.exhibit.recognisable == Recognisable.SOMEONE and one.copy is None:
        return _(
            "someone can be recognised in it, and there is no redacted copy that was confirmed"
        )
    if thing.file is None:
        return _("its file is not in the portal")
    if thing.scan == Scan.INFECTED:
        return _("it is in quarantine")
    if two_people:
        return _("it is marked to be opened by two people of a recipient")
    return ""


def _about(found: Collection[int], why: str) -> str:
    return _("%(exhibits)s: %(why)s") % {"exhibits": numbers(found), "why": why}
