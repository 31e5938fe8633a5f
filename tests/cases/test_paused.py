"""A code pauses and never pulls: nothing new is given, what was given stays readable (R4)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases import policies
from cases.actions import referrals
from cases.models import Recall, Referral, ReferralItem
from impna.errors import NotAllowed
from partners import roles
from partners.models import Letter, Notification
from submissions import desk
from submissions.actions import codes
from submissions.coverage import TO_ASK, Purpose, coverage
from submissions.models import Consent, Submission, WithdrawalCode
from tests.factories.cases import assigned, fresh, received
from tests.factories.partners import acting, member
from tests.factories.submissions import (
    a_code,
    approver,
    complete_draft,
    handed_over,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)


def somebody():
    """Recognisable in the only exhibit, and asked."""
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    person = person_in(submission)
    recognised(submission, person, numbers=(1,))
    said(person, scopes={"C02": "granted", "C03": "granted"})
    return person


def use(person):
    with transaction.atomic():
        codes.use(secret=a_code(person).replace("-", ""), by=codes.HOLDER)


def against(person, purpose):
    submission = person.submission
    found = coverage(
        submission,
        unit_of_an_authority(),
        exhibits=submission.exhibits.present(),
        purpose=purpose,
    )
    return {one.missing for one in found.against}


def act(person, action):
    by = person.submission.begun_by
    with acting(by):
        return action(person=person, words="Spoken with alone.", by=by)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_it_stands_against_every_purpose_but_opening(db, purpose):
    person = somebody()
    a_code(person)
    assert against(person, purpose) == set()
    use(person)
    assert against(person, purpose) == (set() if purpose == Purpose.OPENING else {"paused"})
    act(person, codes.go_on)
    assert against(person, purpose) == set()


def test_whoever_need_not_be_asked_cannot_pause_it(db):
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    person = person_in(submission)
    recognised(submission, person, basis="not_required", numbers=(1,))
    said(person)
    use(person)
    assert against(person, Purpose.REFERRAL) == set()


def test_nobody_hands_it_on_and_the_reason_is_named(db):
    person = somebody()
    use(person)
    by = approver(person.submission)
    with pytest.raises(NotAllowed) as refused, acting(by):
        referrals.hand_over(
            submission=person.submission,
            recipients=[referrals.Recipient(unit=unit_of_an_authority())],
            by=by,
        )
    assert "W-03: they used their code" in str(refused.value)
    assert "paused" in TO_ASK


def test_raw_sql_gives_nothing_of_them(db):
    person = somebody()
    version = handed_over(person.submission)
    by = version.handed_over_by
    recipient = referrals.Recipient(unit=unit_of_an_authority(), exhibits=[])
    with acting(by):
        referrals.refer(version=version, recipient=recipient, by=by)
    use(person)
    with pytest.raises(DatabaseError, match="paused"), transaction.atomic():
        ReferralItem.objects.create(
            referral=Referral.objects.get(),
            version=version,
            exhibit=person.submission.exhibits.get(),
            given_by=by,
            given_at=timezone.now(),
        )


def test_what_was_given_stays_readable_until_it_is_confirmed(db):
    person = somebody()
    referral = received(submission=person.submission)
    reader, item = assigned(referral), referral.items.get()
    use(person)
    assert policies.may_open(reader, item)
    assert not Recall.objects.exists()
    act(person, codes.flag_pressure)
    assert policies.may_open(reader, item)
    act(person, codes.confirm)
    item.refresh_from_db()
    assert not policies.may_open(reader, item)
    assert Recall.objects.get().items.get() == item


def test_a_new_word_does_not_end_the_pause(db):
    person = somebody()
    use(person)
    said(person)
    assert against(person, Purpose.REFERRAL) == {"paused"}


class TestTime:
    """Nobody speaks with them: the system takes it back under the worker's role."""

    @pytest.fixture
    def person(self, own_database):
        return somebody()

    def test_the_organisation_is_told_once_and_by_no_name(self, person, as_worker):
        lead = member(person.submission.partner, roles.DataProtectionLead.code)
        use(person)
        with as_worker():
            assert (codes.tell_used(), codes.tell_used()) == (1, 0)
        told = Notification.objects.filter(code="submissions.code_used")
        assert {one.user for one in told} == {lead, person.submission.begun_by}
        assert {one.about for one in told} == {person.submission.title}
        letter = Letter.objects.filter(to=lead.email).latest("pk")
        assert (letter.kind, letter.link) == (Letter.Kind.WAITING, None)

    def test_it_is_taken_back_after_its_day_and_asked_back(self, person, as_worker, clock):
        referral = received(submission=person.submission)
        use(person)
        with as_worker():
            assert codes.tell_used() == 1
        clock.move(days=14)
        with as_worker():
            assert codes.lapse() == 0
        clock.move(days=1)
        with as_worker():
            assert (codes.lapse(), codes.lapse()) == (1, 0)
        code = WithdrawalCode.objects.get()
        assert (code.outcome, code.ended_by) == ("lapsed", None)
        consent = Consent.objects.get(replaced_at=None)
        assert (consent.withdrawn_at, consent.withdrawn_by) == (code.ended_at, None)
        assert Recall.objects.get().referral == referral
        assert referral.items.get().ended_by is None
        assert not referral.items.live().exists()
        assert Notification.objects.filter(code="submissions.code_lapsed").exists()
        assert Notification.objects.filter(code="cases.asked_back").exists()
        assert against(person, Purpose.OPENING) == {"taken_back"}

    def test_where_words_name_them_the_whole_referral_is_recalled(self, person, as_worker, clock):
        sheet = person.submission.cover_sheet
        sheet.recognisable = "someone"
        sheet.save(update_fields=["recognisable"])
        recognised(person.submission, person, in_words=True)
        referral = received(submission=person.submission)
        use(person)
        clock.move(days=15)
        with as_worker():
            assert codes.lapse() == 1
        assert fresh(referral).status == "recalled"
        assert not Recall.objects.exists()

    def test_possible_pressure_stays_paused_and_overdue(self, person, as_worker, clock):
        use(person)
        act(person, codes.flag_pressure)
        clock.move(days=40)
        with as_worker():
            assert codes.lapse() == 0
        assert WithdrawalCode.objects.pausing().exists()
        rows = desk.awaiting(person.submission.begun_by)
        late = [row for row in rows if row.url.endswith("/used/")]
        assert late[0].due < timezone.localdate() - timedelta(days=20)

    def test_the_worker_ends_none_before_its_day(self, person, as_worker):
        use(person)
        now = timezone.now()
        with as_worker():
            with pytest.raises(DatabaseError, match="after its day"), transaction.atomic():
                WithdrawalCode.objects.update(outcome="lapsed", ended_at=now)
            with pytest.raises(DatabaseError, match="takes a word back"), transaction.atomic():
                Consent.objects.update(withdrawn_at=now)
            with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
                WithdrawalCode.objects.update(used_at=None)
            with pytest.raises(DatabaseError, match="no submission"), transaction.atomic():
                Submission.objects.update(since=now)

    def test_the_worker_recalls_only_what_no_word_covers(self, person, as_worker):
        received(submission=person.submission)
        use(person)
        now = timezone.now()
        with as_worker():
            for change in ({"status": "recalled"}, {"due_on": now.date()}, {"since": now}):
                with pytest.raises(DatabaseError, match="no word covers"), transaction.atomic():
                    Referral.objects.update(**change)
