"""With whom somebody has to speak: people who used their code, and people to be asked again."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners import roles
from partners.desk import Waiting
from partners.models import User
from submissions.models import Person, Submission
from submissions.states import Status

MOST = 50


def awaiting(user: User) -> list[Waiting]:
    """One query for documenters and data-protection leads, none for anyone else."""
    if not (user.holds(roles.Documenter.code) or user.holds(roles.DataProtectionLead.code)):
        return []
    own = Submission.objects.visible_to(user).exclude(status__in=[Status.WITHDRAWN, Status.ERASED])
    found = Person.objects.present().filter(submission__in=own).to_speak_with()
    people = found.select_related("submission").order_by("pk")[:MOST]
    return [row for person in people for row in _rows(person)]


def _rows(person: Any) -> Iterator[Waiting]:
    names = [person.submission.reference, person.reference]
    if person.used_at is not None:
        yield Waiting(
            due=person.answer_by,
            what=_("speak with somebody who used their code"),
            about=person.submission.title,
            on_whom=_("You, or another documenter or data-protection lead"),
            since=person.used_at,
            url=reverse("submissions:code-answer", args=names),
            action=_("Look"),
            note=_("They may be under pressure.") if person.pressed_at else "",
        )
    if person.wanted_at is not None:
        yield Waiting(
            due=person.ask_by,
            what=_("ask %(person)s again what may be given of them") % {"person": person},
            about=person.submission.title,
            on_whom=_("You, or another documenter or data-protection lead"),
            since=person.wanted_at,
            url=reverse("submissions:consent-detail", args=names),
            action=_("Ask"),
        )
