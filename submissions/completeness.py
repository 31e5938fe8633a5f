"""What is still missing before a draft can be handed over; each with the page that mends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from submissions.actions import incidents, persons
from submissions.answers import still_open
from submissions.consent_vocabularies import Basis
from submissions.hard_stops import may_not_be_here
from submissions.links import ranges_of
from submissions.models import (
    Consent,
    CoverSheet,
    Exhibit,
    Incident,
    LinkedExhibit,
    Person,
    Submission,
)
from submissions.persons_told import open_answers as still_to_say
from submissions.states import FileState, Scan
from submissions.vocabularies import Delivery, Recognisable

# So many are not named one by one.
MANY = 4


@dataclass(frozen=True)
class Missing:
    """One thing to do: where it belongs, in words, the page that does it.

    `answers` counts what somebody has to say; a file on its way is waited for, not answered.
    """

    part: str
    words: str
    url: str
    answers: int = 1


@dataclass(frozen=True)
class Contents:
    """What is in a draft, looked up once for a page that asks several things of it."""

    incidents: list[Incident]
    exhibits: list[Exhibit]

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """With what is told of incidents, and the files of exhibits."""
        told = submission.incidents.present().with_facts()
        items = submission.exhibits.present().select_related("file", "submission__compartment")
        return cls(
            list(told.select_related("submission__compartment")), list(items.order_by("number"))
        )


def missing(
    submission: Submission, *, sealed: bool = False, there: Contents | None = None
) -> list[Missing]:
    """Everything that stands against a hand-over; empty when nothing does.

    `sealed` also looks into sealed answers: callers hold an opening of the draft's words. `there`
    if it was looked up already.
    """
    cover: CoverSheet | None = getattr(submission, "cover_sheet", None)
    if there is not None:
        told, items = there.incidents, there.exhibits
    else:
        told = list(submission.incidents.present())
        present = submission.exhibits.present().select_related("submission__compartment")
        items = list(present.order_by("number"))
    return [
        *_of_content(submission, told, items),
        *_of_incidents(submission, told, sealed=sealed),
        *_of_exhibits(submission, items),
        *_of_people(submission, cover, items),
        *_of_cover(submission, cover),
    ]


def not_asked(submission: Submission, people: Iterable[Person]) -> list[Missing]:
    """What should be answered of these persons of it and does not stand against a hand-over.

    Callers hold an opening of the draft's words.
    """
    found = []
    for person in people:
        person.submission = submission
        if words := still_to_say(persons.read_details(person)):
            page = reverse(
                "submissions:person-heard", args=[submission.reference, person.reference]
            )
            found.append(Missing("people", _said(person, words), page, answers=0))
    return found


def not_redacted(submission: Submission) -> list[Missing]:
    """What identifies someone and has no redacted copy: worth knowing, in nobody's way."""
    found = list(submission.exhibits.identifying_without_copy()[:MANY])
    if len(found) == MANY:
        url = reverse("submissions:exhibit-list", args=[submission.reference])
        words = _("Several exhibits identify someone and have no redacted copy")
        return [Missing("exhibits", words, url, answers=0)]
    return [
        Missing(
            "exhibits",
            _("%(exhibit)s identifies someone and has no redacted copy") % {"exhibit": one},
            reverse("submissions:redactions", args=[submission.reference, one.reference]),
            answers=0,
        )
        for one in found
    ]


def _of_content(
    submission: Submission, told: list[Incident], items: list[Exhibit]
) -> list[Missing]:
    if told or items:
        return []
    url = reverse("submissions:incident-list", args=[submission.reference])
    return [Missing("incidents", _("an incident or an exhibit: nothing is in it yet"), url)]


def _of_incidents(submission: Submission, told: list[Incident], *, sealed: bool) -> list[Missing]:
    from submissions.incident_forms import open_answers  # forms import this app's actions

    found = []
    for incident in told:
        incident.submission = submission
        account = incidents.read_account(incident) if sealed else None
        if words := open_answers(incident, account):
            page = reverse(
                "submissions:incident-detail", args=[submission.reference, incident.reference]
            )
            found.append(Missing("incidents", _said(incident, words), page, len(words)))
    return found


def _of_exhibits(submission: Submission, items: list[Exhibit]) -> list[Missing]:
    found = []
    on_their_way = [e for e in items if e.file_state in (FileState.SENDING, FileState.CHECKING)]
    examined = [e for e in items if e.file_state == FileState.SEALED and e.scan == Scan.AWAITED]
    url = reverse("submissions:exhibit-list", args=[submission.reference])
    if waiting := len(on_their_way) + len(examined):
        sentence = ngettext(
            "%(n)d file is still on its way or being examined",
            "%(n)d files are still on their way or being examined",
            waiting,
        )
        found.append(Missing("exhibits", sentence % {"n": waiting}, url, answers=0))
    for exhibit in items:
        exhibit.submission = submission
        if words := open_words(exhibit):
            page = reverse(
                "submissions:exhibit-detail", args=[submission.reference, exhibit.reference]
            )
            found.append(Missing("exhibits", _said(exhibit, words), page, len(words)))
    return found


def open_words(exhibit: Exhibit) -> list[str]:
    """What is missing of one exhibit, in words; empty when nothing is."""
    if exhibit.file_state == FileState.FAILED:
        return [_("its file failed: send it again, or take it out")]
    if exhibit.file_state == FileState.NONE and exhibit.delivery == Delivery.PORTAL:
        return [_("it has no file: take it out")]
    if may_not_be_here(exhibit, exhibit.markers):
        return [_("it may not be kept here: take it out, and describe it as held")]
    labels = {
        "recognisable": _("whether someone can be recognised"),
        "identified_by": _("what identifies them"),
        "evidence_type": _("what it is"),
        "obtained": _("how it was obtained"),
    }
    return [labels[code] for code in still_open(exhibit)]


def _of_people(
    submission: Submission, cover: CoverSheet | None, items: list[Exhibit]
) -> list[Missing]:
    """Who can be recognised and is not named, and whose word is not recorded (R4)."""
    page = reverse("submissions:link-list", args=[submission.reference])
    add = reverse("submissions:link-add", args=[submission.reference])
    found = []
    someone = {one.pk: one.number for one in items if one.recognisable == Recognisable.SOMEONE}
    if someone:
        named = LinkedExhibit.objects.filter(link__ended_at__isnull=True, exhibit__in=someone)
        for exhibit in named.values_list("exhibit", flat=True):
            someone.pop(exhibit, None)
    if numbers := ranges_of(someone.values()):
        words = _("who can be recognised in exhibits: %(numbers)s") % {"numbers": numbers}
        found.append(Missing("people", words, page))
    links = list(submission.links.live().select_related("person"))
    in_words = cover is not None and cover.recognisable == Recognisable.SOMEONE
    if in_words and not any(link.in_words for link in links):
        found.append(
            Missing("people", _("who can be recognised in what is written"), f"{add}?words=1")
        )
    asked = {link.person for link in links if link.person and link.basis == Basis.ASKED}
    live = Consent.objects.live().filter(person__in=asked)
    heard = set(live.values_list("person", flat=True)) if asked else set()
    for person in sorted(asked, key=lambda one: one.pk):
        if person.pk not in heard:
            where = reverse(
                "submissions:consent-record", args=[submission.reference, person.reference]
            )
            words = _("%(person)s: what they said when they were asked") % {"person": person}
            found.append(Missing("people", words, where))
    return found


def _of_cover(submission: Submission, cover: CoverSheet | None) -> list[Missing]:
    from submissions.cover_sheet_forms import unwritten

    words = unwritten(cover)
    if not words:
        return []
    url = reverse("submissions:cover-sheet", args=[submission.reference])
    return [Missing("cover_sheet", ", ".join(words), url, len(words))]


def _said(about: Exhibit | Incident | Person, words: list[str]) -> str:
    said = {"which": str(about), "what": ", ".join(words)}
    return _("%(which)s: %(what)s") % said
