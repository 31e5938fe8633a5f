"""The same answers for several exhibits at once."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions.drafts import locked_draft, narrowed
from submissions.actions.exhibits import record_answers
from submissions.actions.information import ungrade
from submissions.answers import Answers
from submissions.hard_stops import check_may_be_here
from submissions.models import Exhibit, Submission
from submissions.vocabularies import Recognisable

# What can be the same for several: all of it stands in clear.
TOGETHER = ("recognisable", "identified_by", "evidence_type", "obtained", "markers")
MOST = 500

type Given = Mapping[str, str | list[str]]


@transaction.atomic
def answer_several(
    *, submission: Submission, numbers: Iterable[int], given: Given, by: User
) -> list[Exhibit]:
    """Write what is given into each of them, with an event for each; all else stays as it is.

    All or none: raises NotAllowed for an unknown code or more than 500, and NotNow when one of them
    was taken out, says who can be recognised while "nobody" is given, or has a file here while it
    is marked as what is never kept here. Callers hold an opening of
    the draft's words.
    """
    if not given or set(given) - set(TOGETHER):
        raise ValueError(f"Give some of {TOGETHER}.")
    Answers(**given).check()  # type: ignore[arg-type]  # the names were checked above
    wanted = set(numbers)
    if len(wanted) > MOST:
        raise NotAllowed(_("Choose up to %(most)d exhibits at a time.") % {"most": MOST})
    submission = locked_draft(submission, by)
    found: list[Exhibit] = list(
        submission.exhibits.present()
        .select_for_update(of=("self",))
        .filter(number__in=wanted)
        .order_by("number")
    )
    if len(found) != len(wanted):
        raise NotNow(_("One of these exhibits has been taken out. Choose again."))
    for exhibit in found:
        exhibit.submission = submission
        _check_nobody(exhibit, given)
        check_may_be_here(exhibit, given.get("markers", ()))
        for name, value in given.items():
            setattr(exhibit, name, value)
    if "evidence_type" in given:
        ungrade(found, str(given["evidence_type"]))
    Exhibit.objects.bulk_update(found, list(given))
    for exhibit in found:
        record_answers(exhibit, by)
    narrowed(submission, by)
    return found


def _check_nobody(exhibit: Exhibit, given: Given) -> None:
    if given.get("recognisable") != Recognisable.NOBODY:
        return
    if exhibit.identified_by or exhibit.links.live().exists():
        words = _("%(exhibit)s says who can be recognised in it: change that on its own page.")
        raise NotNow(words % {"exhibit": exhibit})
