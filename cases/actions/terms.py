"""What people asked for when they agreed: conditions that a recipient answers before it opens (V8).

They narrow: identity withheld, only a lead, not in court, contact through the organisation, no public
hearing. Each is one sentence for all people who said it, by their codes, and is asked once.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.actions import handling, words
from cases.models import Condition, Referral
from submissions.consent_vocabularies import Answer, Basis, Scope
from submissions.models import Consent, Exhibit, Submission, Version

_PUBLIC, _COURT = "public", "court"
_SENTENCES: dict[str, Any] = {
    Scope.C13: _(
        "%(people)s: identity withheld. Nothing is done that could reveal it without asking us first."
    ),
    Scope.C14: _("%(people)s: only as a lead, not as evidence."),
    Scope.C16: _("%(people)s: contact through us only."),
    _PUBLIC: _("%(people)s: not in a public hearing."),
    _COURT: _("%(people)s: not as evidence in court without asking us again."),
}


def of_people(submission: Submission, exhibits: Iterable[Exhibit]) -> list[str]:
    """Sentences about everybody asked who can be recognised in these, or in what is written."""
    there = Q(person__links__in_words=True) | Q(person__links__exhibits__in=list(exhibits))
    found = (
        Consent.objects.live()
        .filter(
            there,
            person__submission=submission,
            person__links__ended_at__isnull=True,
            person__links__basis=Basis.ASKED,
        )
        .select_related("person")
        .order_by("person_id")
        .distinct()
    )
    said: dict[str, list[str]] = {}
    for consent in found:
        granted = [code for code in _SENTENCES if consent.said.get(code) == Answer.GRANTED]
        if consent.never_in_public:
            granted.append(_PUBLIC)
        if not any(consent.said.get(code) == Answer.GRANTED for code in (Scope.C12, Scope.C14)):
            granted.append(_COURT)
        for code in granted:
            said.setdefault(code, []).append(consent.person.code)
    return [
        str(sentence % {"people": ", ".join(said[code])})
        for code, sentence in _SENTENCES.items()
        if code in said
    ]


def ask(referral: Referral, version: Version) -> None:
    """Ask what was not asked yet of what it holds now."""
    given = [item.exhibit for item in referral.items.live().select_related("exhibit")]
    asked = {
        words.read(one.words, referral=referral, on=one, column="words")
        for one in referral.conditions.filter(code="")
    }
    number = referral.conditions.count()
    for text in of_people(referral.submission, given):
        if text in asked:
            continue
        number += 1
        condition = Condition(
            referral=referral,
            version=version,
            number=number,
            due_on=timezone.localdate() + handling.WITHIN,
        )
        condition.words = words.seal(text, referral=referral, on=condition, column="words")
        condition.save()
