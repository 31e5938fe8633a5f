"""Who can be recognised where, on what basis; signed by an approver where it is our decision (R4).

The log learns the code or how many, the basis and where; never the words.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import policies, ports
from submissions.actions.drafts import locked, locked_draft
from submissions.consent_vocabularies import Basis
from submissions.events import Event
from submissions.links import MOST_PEOPLE, LinkDetails
from submissions.models import Exhibit, Link, LinkedExhibit, Person, Submission
from submissions.states import Status

DETAILS_COLUMN = "submissions.link.details"


@transaction.atomic
def add(
    *,
    submission: Submission,
    person: Person | None,
    people: tuple[int, int] | None = None,
    basis: str,
    details: LinkDetails,
    in_words: bool,
    numbers: Iterable[int],
    by: User,
) -> Link:
    """Somebody by code, or so many people nobody knows, can be recognised in these.

    Possible after a hand-over too: it can only narrow what is given.
    """
    submission = _locked(submission, by)
    details.check(basis)
    if person is None and basis == Basis.ASKED:
        raise NotAllowed(_("Whoever was asked has a code. Add them to the people first."))
    if person is not None and not submission.persons.present().filter(pk=person.pk).exists():
        raise NotNow(_("This person has been taken out."))
    if (person is None) == (people is None):
        raise ValueError("somebody by code, or a number of people")
    if people is not None and not 1 <= people[0] <= people[1] <= MOST_PEOPLE:
        raise NotAllowed(_("Say at least and at most how many people."))
    last = submission.links.aggregate(last=Max("number"))["last"] or 0
    link = Link(
        submission=submission,
        number=last + 1,
        person=person,
        fewest=people[0] if people else None,
        most=people[1] if people else None,
        basis=basis,
        in_words=in_words,
        added_by=by,
        added_at=timezone.now(),
    )
    link.details = _seal(link, details)
    link.save()
    _place(link, numbers)
    _record(Event.LINK_ADDED, link, by)
    ports.consent_narrowed.tell(submission, by)
    return link


@transaction.atomic
def change(
    *,
    link: Link,
    basis: str,
    details: LinkDetails,
    in_words: bool,
    numbers: Iterable[int],
    by: User,
) -> Link:
    """Another basis, other words or other places. A signature goes with the change."""
    link = _live(link, by)
    details.check(basis)
    if link.person is None and basis == Basis.ASKED:
        raise NotAllowed(_("Whoever was asked has a code. Add them to the people first."))
    if link.signed_at is not None:
        link.signed_at, link.signed_by = None, None
        link.save(update_fields=["signed_at", "signed_by"])
    link.basis, link.in_words, link.details = basis, in_words, _seal(link, details)
    link.save(update_fields=["basis", "in_words", "details"])
    link.linked.all().delete()
    _place(link, numbers)
    _record(Event.LINK_CHANGED, link, by)
    ports.consent_narrowed.tell(link.submission, by)
    return link


@transaction.atomic
def end(*, link: Link, reason: str, by: User) -> Link:
    """They cannot be recognised there after all. What was said stays in the history."""
    link = _live(link, by)
    link.ended_at = timezone.now()
    link.save(update_fields=["ended_at"])
    _record(Event.LINK_ENDED, link, by, reason=reason)
    return link


@transaction.atomic
def sign(*, link: Link, by: User) -> Link:
    """An approver has weighed the risk of giving it without asking, and takes it on.

    Raises NotAllowed for whoever wrote it or changed the draft, unless the CSO is single-handed.
    """
    submission = locked(link.submission)
    policies.check_can_approve(by, submission)
    found = submission.links.to_sign().filter(pk=link.pk).first()
    if found is None:
        raise NotNow(_("There is nothing to sign here any more."))
    found.submission = submission
    own = found.added_by_id == by.pk or by.pk in policies.changed_by(submission)
    if own and not submission.partner.single_handed:
        raise NotAllowed(_("Somebody who did not write it signs it."))
    found.signed_by, found.signed_at = by, timezone.now()
    found.save(update_fields=["signed_by", "signed_at"])
    _record(Event.LINK_SIGNED, found, by)
    return found


def read_details(link: Link) -> LinkDetails:
    """What is said of it. Callers open the submission's words first."""
    if link.details is None:
        return LinkDetails()
    return LinkDetails.from_text(
        open_text(
            link.details,
            compartment=link.submission.compartment,
            column=DETAILS_COLUMN,
            row=link.reference,
        )
    )


def _seal(link: Link, details: LinkDetails) -> bytes | None:
    text = details.text()
    if not text:
        return None
    return seal_text(
        text,
        compartment=link.submission.compartment,
        column=DETAILS_COLUMN,
        row=link.reference,
    )


def _place(link: Link, numbers: Iterable[int]) -> None:
    wanted = set(numbers)
    if not wanted and not link.in_words:
        raise NotAllowed(_("Say where they can be recognised."))
    found: list[Exhibit] = list(
        link.submission.exhibits.present().filter(number__in=wanted).order_by("number")
    )
    if missing := sorted(wanted - {one.number for one in found}):
        raise NotNow(_("There is no exhibit %(number)d.") % {"number": missing[0]})
    LinkedExhibit.objects.bulk_create(LinkedExhibit(link=link, exhibit=one) for one in found)


def _locked(submission: Submission, by: User) -> Submission:
    submission = locked(submission)
    if submission.status == Status.HANDED_OVER:
        policies.check_can_draft(by, submission)
        return submission
    return locked_draft(submission, by)


def _live(link: Link, by: User) -> Link:
    submission = locked_draft(link.submission, by)
    found = submission.links.live().select_related("person").filter(pk=link.pk).first()
    if found is None:
        raise NotNow(_("This has been taken away already."))
    found.submission = submission
    return found


def _record(event: Event, link: Link, by: User, *, reason: str = "") -> None:
    places = link.linked.values_list("exhibit__number", flat=True).order_by("exhibit__number")
    data: dict[str, log.Datum] = {
        "link": link.number,
        "basis": link.basis,
        "words": link.in_words,
        "exhibits": list[log.Datum](places),
    }
    if link.person is not None:
        data["person"] = link.person.code
    log.record(
        event,
        on=link,
        by=by,
        submission=link.submission.reference,
        data=data,
        reason=reason,
    )
