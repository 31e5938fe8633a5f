"""The custody vocabulary of this app. What the sender may read of a recipient's is `PUBLISHED`."""

from enum import StrEnum


class Event(StrEnum):
    SENT = "cases.referral.sent"
    SUPPLEMENTED = "cases.referral.supplemented"
    PASSED_OVER = "cases.referral.passed_over"
    ITEMS_GIVEN = "cases.referral.items_given"
    GRANTS_GIVEN = "cases.referral.grants_given"
    GRANTS_TAKEN = "cases.referral.grants_taken"
    PUBLISHED = "cases.referral.published"
    DECIDED = "cases.decision.made"
    FEEDBACK = "cases.feedback.given"
    TAKEN = "cases.referral.taken_into_file"
    CHECKED = "cases.taken.checked"
    CONDITION_ANSWERED = "cases.condition.answered"
    CONDITION_WAIVED = "cases.condition.waived"
    ASSIGNED = "cases.assignment.given"
    NO_CONFLICT = "cases.assignment.no_conflict"
    UNASSIGNED = "cases.assignment.ended"
    ASSESSED = "cases.assessment.changed"
    NOTED = "cases.note.written"
    ASKED = "cases.request.asked"
    ANSWERED = "cases.request.answered"
    NOT_ANSWERED = "cases.request.declined"
    LAPSED = "cases.request.lapsed"
    ENCLOSED = "cases.enclosure.added"
    ENCLOSURE_EXAMINED = "cases.enclosure.examined"
    WROTE = "cases.message.written"
    RECALLED = "cases.referral.recalled"
    ACCESS_ENDED = "cases.referral.access_ended"
    DISPOSED = "cases.referral.disposed"
    RECALL_ASKED = "cases.recall.asked"
    RECALL_ANSWERED = "cases.recall.answered"
    REMINDED = "cases.referral.reminded"
    SECOND_ASKED = "cases.second_reader.asked"
    SECOND_ANSWERED = "cases.second_reader.answered"
    ADVICE_ASKED = "cases.advice.asked"
    ADVICE_GIVEN = "cases.advice.given"
    ADVICE_LAPSED = "cases.advice.lapsed"


# What a recipient does that the sender sees. Everything else of theirs does not exist for it (R5).
PUBLISHED = frozenset(
    {
        Event.SENT,
        Event.SUPPLEMENTED,
        Event.ITEMS_GIVEN,
        Event.PUBLISHED,
        Event.DECIDED,
        Event.FEEDBACK,
        Event.TAKEN,
        Event.CONDITION_ANSWERED,
        Event.CONDITION_WAIVED,
        Event.ASKED,
        Event.ENCLOSED,
        Event.ANSWERED,
        Event.NOT_ANSWERED,
        Event.LAPSED,
        Event.WROTE,
        Event.RECALLED,
        Event.ACCESS_ENDED,
        Event.DISPOSED,
        Event.RECALL_ASKED,
        Event.RECALL_ANSWERED,
        Event.REMINDED,
    }
)
# What only the sender is told of: a recipient hears nothing of a version that it does not get.
SENDERS = PUBLISHED | {Event.PASSED_OVER}
