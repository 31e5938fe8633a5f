"""What follows when somebody's word covers less: nothing uncovered stays given (R4)."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import words
from cases.actions.access import recall_for_consent
from cases.actions.referrals import due_on, locked_referral
from cases.events import Event
from cases.models import Recall, Referral, ReferralItem
from cases.states import Status
from cases.vocabularies import Disposal
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions.drafts import locked
from submissions.coverage import Purpose, coverage, ends_first
from submissions.models import Link, Submission
from submissions.ports import By

_SOME = 200


def take_back_uncovered(submission: Submission, by: By) -> list[Referral]:
    """Plugged into `submissions.ports.consent_narrowed`, which holds the submission's lock.

    A referral whose words are not covered is recalled whole; of others the exhibits end that are
    not, and the recipient is asked what became of them. Returns those of which something was.
    """
    narrowed = []
    found = submission.referrals.readable().select_related("unit__partner").order_by("pk")
    for referral in found:
        items = list(referral.items.live().select_related("exhibit", "copy"))
        against = coverage(
            submission,
            referral.unit,
            exhibits=[item.exhibit for item in items if item.copy is None],
            copies=[item.exhibit for item in items if item.copy],
            purpose=Purpose.OPENING,
        )
        ended = [item for item in items if item.is_over or not against.covers(item.exhibit)]
        if not against.words_covered:
            recall_for_consent(locked_referral(referral), by)
        elif ended:
            _recall(locked_referral(referral), ended, by)
        else:
            continue
        narrowed.append(referral)
    return narrowed


def end_what_is_over() -> int:
    """People's words that ended by their own day, or when they came of age: as if they had changed.

    The system acts; how many submissions it looked at. What has ended is not found again.
    """
    over = Link.objects.of_words_over(ends_first())
    given = ReferralItem.objects.live().filter(exhibit__links__in=over)
    found = Referral.objects.readable().filter(
        Exists(over.filter(in_words=True, submission=OuterRef("submission")))
        | Exists(given.filter(referral=OuterRef("pk")))
    )
    submissions = sorted(set(found.values_list("submission", flat=True)[:_SOME]))
    for pk in submissions:
        with transaction.atomic():
            for referral in take_back_uncovered(locked(Submission(pk=pk)), log.SYSTEM):
                notifications.word_over(referral)
    return len(submissions)


@transaction.atomic
def answer(*, recall: Recall, disposal: str, text: str, by: User) -> Recall:
    """The recipient says what became of what was taken back, and under which law it keeps it."""
    referral = locked_referral(recall.referral)
    policies.check_can_decide(by, referral)
    found = referral.recalls.open().select_for_update(of=("self",)).filter(pk=recall.pk).first()
    if found is None:
        raise NotNow(_("This has been answered already."))
    if disposal not in Disposal.values:
        raise NotAllowed(_("Choose from the list."))
    if disposal in (Disposal.IN_FILE, Disposal.DUTY_TO_KEEP) and not text.strip():
        raise NotAllowed(_("Say under which law it is kept."))
    answered: Recall = found
    answered.referral = referral
    answered.disposal, answered.answered_by = disposal, by
    answered.answered_at = timezone.now()
    if text.strip():
        answered.words = words.seal(text, referral=referral, on=answered, column="words")
    answered.save(update_fields=["disposal", "words", "answered_by", "answered_at"])
    _record(Event.RECALL_ANSWERED, answered, by, {"disposal": disposal})
    notifications.published(referral, "cases.recall_answered", answered.reference)
    return answered


def read_words(recall: Recall) -> str:
    """What the recipient said with its answer. Both sides read it."""
    return words.read(recall.words, referral=recall.referral, on=recall, column="words")


def _recall(referral: Referral, items: list[ReferralItem], by: By) -> None:
    now = timezone.now()
    for item in items:
        item.ended_at, item.ended_by = now, by if isinstance(by, User) else None
        item.save(update_fields=["ended_at", "ended_by"])
    recall = Recall.objects.create(
        referral=referral,
        number=referral.recalls.count() + 1,
        asked_at=now,
        due_on=due_on(Status.RECALLED, referral.unit, now),
    )
    recall.items.set(items)
    numbers = list[log.Datum](sorted(item.exhibit.number for item in items))
    _record(Event.RECALL_ASKED, recall, by, {"exhibits": numbers})
    notifications.asked_back(recall)


def _record(event: Event, recall: Recall, by: By, data: dict[str, log.Datum]) -> None:
    log.record(
        event,
        on=recall,
        by=by,
        submission=recall.referral.submission.reference,
        data={"referral": recall.referral.reference, "recall": recall.number, **data},
    )
