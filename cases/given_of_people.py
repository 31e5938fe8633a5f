"""What was given of whom: for somebody who can be recognised, who had it, until when and why (R3).

Clear fields alone, so that reading it opens nothing. Of a recipient it knows what that published.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import published
from cases.events import Event
from cases.models import Referral, ReferralItem
from cases.states import Status
from cases.vocabularies import Disposal, Mode
from custody.models import CustodyEvent
from impna.errors import Sentence
from partners import roles
from partners.models import Partner
from submissions.countries import EU
from submissions.models import Consent, Link, Submission
from submissions.spoken import numbers as exhibits_said
from submissions.vocabularies import EvidenceType

# Links on one page.
PAGE = 10
_UNCOVERED = """
    SELECT asked.referral, found.exhibit, found.link, found.missing
    FROM unnest(%s::bigint[], %s::bigint[]) AS asked (referral, unit)
    CROSS JOIN (VALUES (false), (true)) AS given (redacted)
    CROSS JOIN LATERAL submissions_uncovered(
        %s,
        ARRAY(SELECT exhibit_id FROM cases_referralitem
              WHERE referral_id = asked.referral AND ended_at IS NULL
                AND (copy_id IS NOT NULL) = given.redacted),
        NOT given.redacted, asked.unit, 'opening', given.redacted) AS found
"""


class Standing(Enum):
    """How something given stands today, in words that can be read out; and their colour."""

    LIVE = gettext_lazy("Held there today."), "info"
    OVER = gettext_lazy("Closed: what was agreed to held until a day that is past."), "wait"
    OF_AGE = gettext_lazy("Closed: the child is of age now, and has to be asked."), "wait"
    NARROW = gettext_lazy("Closed: what was agreed to does not cover it."), "wait"
    # Read out to one person, it tells nothing of another's word.
    ANOTHER = gettext_lazy("Closed: something else stands against it."), "wait"
    RECALLED = gettext_lazy("Taken back by us."), "open"
    WITHDRAWN = gettext_lazy("Taken back by us, with everything we had given."), "open"
    WORD = gettext_lazy("Taken back, because what was agreed to has changed."), "open"
    TIME = gettext_lazy("Ended: its time there was over."), ""
    SAID = gettext_lazy("Ended: the recipient has said what became of it."), ""

    @property
    def words(self) -> Sentence:
        """A sentence."""
        return self.value[0]

    @property
    def kind(self) -> str:
        """The colour of it."""
        return self.value[1]

    @property
    def is_live(self) -> bool:
        """Nothing was taken back, and no time of the recipient's is over."""
        return self in _LIVE


_NOW = {"over": Standing.OVER, "of_age": Standing.OF_AGE}
_LIVE = {Standing.LIVE, Standing.NARROW, Standing.ANOTHER, *_NOW.values()}
_CAUSES = {"withdrawal": Standing.WITHDRAWN, "consent": Standing.WORD}
_BECAME: dict[str, Sentence] = {
    Disposal.RETURNED: gettext_lazy("It says it has given it back."),
    Disposal.DESTROYED: gettext_lazy("It says it has destroyed it."),
    Disposal.IN_FILE: gettext_lazy(
        "It says it has taken it into its file, from which it cannot be withdrawn."
    ),
    Disposal.DUTY_TO_KEEP: gettext_lazy("It says its law obliges it to keep it."),
}


@dataclass(frozen=True)
class Answer:
    """What a recipient said became of it; or, with `due_on`, that it has not said so yet."""

    disposal: str = ""
    at: datetime | None = None
    due_on: date | None = None

    @property
    def words(self) -> Sentence:
        """A sentence; `at` and `due_on` stand beside it."""
        if self.disposal:
            return _BECAME[self.disposal]
        if self.is_late:
            return _("It has not said what became of it.")
        return _("It has to say what became of it.")

    @property
    def is_late(self) -> bool:
        """The date is past, and nothing was said."""
        return self.due_on is not None and self.due_on < timezone.localdate()


@dataclass(frozen=True)
class Gift:
    """What one recipient got at one time in which somebody can be recognised."""

    referral: Referral
    numbers: tuple[int, ...]
    types: tuple[str, ...]
    in_words: bool
    as_copies: bool
    given_on: date
    standing: Standing
    ended_on: date | None
    answer: Answer | None
    in_file: str

    @property
    def what(self) -> str:
        """`Exhibits 1 to 3, what is written`."""
        said = exhibits_said(self.numbers)
        if self.as_copies:
            said = _("%(exhibits)s, as redacted copies") % {"exhibits": said}
        return ", ".join(filter(None, [said, self._words]))

    @property
    def things(self) -> list[str]:
        """What it is, without numbers of exhibits: `Photograph (2)`."""
        found = []
        for code, many in Counter(self.types).items():
            label = EvidenceType(code).label if code else _("Exhibit")
            found.append(f"{label} ({many})" if many > 1 else str(label))
        if self.as_copies:
            bare = _("%(thing)s, as a copy in which nobody can be recognised")
            found = [bare % {"thing": one} for one in found]
        return [*found, *([self._words] if self.in_words else [])]

    @property
    def state(self) -> published.State:
        """What the recipient has published."""
        return published.state_of(self.referral)

    @property
    def to_category(self) -> Sentence:
        """Whom it was given to, without a name."""
        return category(self.referral.unit.partner)

    @property
    def _words(self) -> str:
        if not self.in_words:
            return ""
        return _("the cover sheet") if self.referral.mode == Mode.ALERT else _("what is written")


@dataclass(frozen=True)
class OfLink:
    """Somebody by code, or people nobody knows, on one basis; and what was given of them.

    `link` has `asked_on`, `holds_until` and `taken_back_at` of the live word of whoever was asked.
    """

    link: Any
    gifts: list[Gift]


def category(partner: Partner) -> Sentence:
    """An authority or mechanism, without its name or State."""
    if partner.kind == roles.MECHANISM:
        return _("An international court or investigating body")
    if partner.country in EU:
        return _("A prosecution service in a State of the European Union")
    return _("A prosecution service in a State outside the European Union")


def given_of(submission: Submission, links: QuerySet[Link]) -> list[OfLink]:
    """For each of these links of the submission, the newest gifts first; four statements."""
    word = Consent.objects.live().filter(person=OuterRef("person"))
    found = list(
        links.select_related("person").annotate(
            asked_on=Subquery(word.values("asked_on")),
            holds_until=Subquery(word.values("expires_on")),
            taken_back_at=Subquery(word.values("withdrawn_at")),
        )
    )
    facts = _Facts(submission, found)
    return [OfLink(link, facts.gifts(link)) for link in found]


class _Facts:
    """All that is asked of the database for some links, once."""

    def __init__(self, submission: Submission, links: Sequence[Link]) -> None:
        self._sender = submission.partner_id
        self._referrals = _referrals(submission)
        self._items = list(
            ReferralItem.objects.filter(referral__submission=submission)
            .annotate(
                of_link=F("exhibit__linked__link"),
                recall=F("recalls__pk"),
                recall_disposal=F("recalls__disposal"),
                recall_answered_at=F("recalls__answered_at"),
                recall_due_on=F("recalls__due_on"),
            )
            .filter(of_link__in=[link.pk for link in links])
            .select_related("exhibit", "taken", "ended_by")
        )
        self._held = {
            (item.referral_id, item.exhibit_id) for item in self._items if item.ended_at is None
        }
        self._against = self._uncovered(submission)

    def gifts(self, link: Link) -> list[Gift]:
        """What each referral gave in which this link holds; alike things together."""
        alike: dict[tuple[Any, ...], list[Any]] = {}
        for item in self._items:
            if item.of_link != link.pk or self._was_replaced(item):
                continue
            referral = self._referrals[item.referral_id]
            standing, ended = self._of_item(item, referral, link)
            answer = _answer(referral, standing, item)
            given = timezone.localdate(item.given_at)
            key = (referral.pk, given, item.copy_id is not None, standing, ended, answer)
            alike.setdefault(key, []).append(item)
        worded = set()
        for referral in self._referrals.values() if link.in_words else ():
            standing, ended = self._of_words(referral, link)
            answer = _answer(referral, standing)
            sent = timezone.localdate(referral.sent_at)
            key = (referral.pk, sent, False, standing, ended, answer)
            alike.setdefault(key, [])
            worded.add(key)
        found = []
        for key, items in alike.items():
            pk, given, as_copies, standing, ended, answer = key
            items.sort(key=lambda item: item.exhibit.number)
            found.append(
                Gift(
                    referral=self._referrals[pk],
                    numbers=tuple(item.exhibit.number for item in items),
                    types=tuple(item.exhibit.evidence_type for item in items),
                    in_words=key in worded,
                    as_copies=as_copies,
                    given_on=given,
                    standing=standing,
                    ended_on=ended,
                    answer=answer,
                    in_file=_in_file(self._referrals[pk], items),
                )
            )
        return sorted(found, key=lambda one: (one.given_on, one.referral.pk), reverse=True)

    def _was_replaced(self, item: Any) -> bool:
        """By the same exhibit in another form: what stands tells it."""
        there = (item.referral_id, item.exhibit_id) in self._held
        return item.ended_at is not None and item.recall is None and there

    def _of_item(self, item: Any, referral: Any, link: Link) -> tuple[Standing, date | None]:
        if item.ended_at is None:
            return self._of_what_stands(referral, link, item.exhibit_id)
        ended = timezone.localdate(item.ended_at)
        if item.recall is not None:
            return Standing.WORD, ended
        if item.ended_by is None:
            return Standing.TIME, ended
        if item.ended_by.partner_id != self._sender:
            return Standing.SAID, ended
        return _cause(referral), ended

    def _of_words(self, referral: Any, link: Link) -> tuple[Standing, date | None]:
        if referral.status == Status.RECALLED:
            return _cause(referral), timezone.localdate(referral.since)
        if referral.closed_at is not None:
            return Standing.SAID, timezone.localdate(referral.closed_at)
        return self._of_what_stands(referral, link, None)

    def _of_what_stands(
        self, referral: Any, link: Link, exhibit: int | None
    ) -> tuple[Standing, date | None]:
        """Given still; whether it can be opened is asked of the one rule (R4)."""
        if not referral.is_readable:
            return Standing.TIME, referral.access_ends_on
        # Where what is written is not covered, nothing opens (`cases.policies.settled`).
        against = self._against.get((referral.pk, exhibit)) or self._against.get(
            (referral.pk, None)
        )
        if not against:
            return Standing.LIVE, None
        own = against.get(link.pk)
        return (_NOW.get(own, Standing.NARROW) if own else Standing.ANOTHER), None

    def _uncovered(
        self, submission: Submission
    ) -> dict[tuple[int, int | None], dict[int | None, str]]:
        """For each referral and thing that can still be read, what of whom stands against it."""
        asked = [one for one in self._referrals.values() if one.is_readable]
        found: dict[tuple[int, int | None], dict[int | None, str]] = {}
        if not asked:
            return found
        with connection.cursor() as cursor:
            cursor.execute(
                _UNCOVERED,
                [[one.pk for one in asked], [one.unit_id for one in asked], submission.pk],
            )
            for referral, exhibit, link, missing in cursor.fetchall():
                found.setdefault((referral, exhibit), {})[link] = missing
        return found


def _referrals(submission: Submission) -> dict[int, Any]:
    """All of a submission, the newest first, each with the log's entry of its recall."""
    recalled = CustodyEvent.objects.filter(
        on=Concat(Value(f"{Referral.custody_label}:"), OuterRef("reference")),
        type=str(Event.RECALLED),
    )
    found = submission.referrals.with_overdue().annotate(
        recall_entry=Subquery(recalled.order_by("-id").values("entry")[:1])
    )
    return {one.pk: one for one in found.select_related("unit__partner").order_by("-id")}


def _cause(referral: Any) -> Standing:
    """Why it was recalled, as the log has it."""
    data = json.loads(referral.recall_entry)["data"] if referral.recall_entry else {}
    return _CAUSES.get(data.get("cause", ""), Standing.RECALLED)


def _answer(referral: Referral, standing: Standing, item: Any = None) -> Answer | None:
    """What it said became of it; of an item that was asked back, to that."""
    if standing.is_live:
        return None
    asked_back = item is not None and item.recall is not None
    if asked_back and item.recall_disposal:
        return Answer(item.recall_disposal, item.recall_answered_at)
    if referral.disposal:
        return Answer(referral.disposal, referral.closed_at)
    return Answer(due_on=item.recall_due_on if asked_back else referral.due_on)


def _in_file(referral: Referral, items: list[Any]) -> str:
    """What a recipient says is in its file; which, only if it chose to name it (R5)."""
    taken = (item for item in items if hasattr(item, "taken") and item.taken.is_named)
    if named := exhibits_said(item.exhibit.number for item in taken):
        return _("It says it has taken %(exhibits)s into its file.") % {"exhibits": named}
    if referral.taken_at is not None:
        return _("It says that something of what it was given is in its file.")
    return ""
