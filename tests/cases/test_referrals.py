"""Giving: declared, covered, within reach, to the addressed unit alone."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from cases.actions import access, receiving, referrals
from cases.models import (
    Message,
    Referral,
    ReferralGroupObjectPermission,
    ReferralItem,
    ReferralUserObjectPermission,
)
from cases.querysets import permission_id
from cases.vocabularies import Route
from impna.errors import NotAllowed, NotNow
from partners import roles
from partners.models import Notification
from submissions.actions import exhibits, progress, versions
from submissions.models import Exhibit, Submission, Version
from tests.factories.cases import (
    advised,
    analyst,
    asked,
    assigned,
    contact,
    fresh,
    head,
    officer,
    received,
    referred,
)
from tests.factories.partners import acting, partner_at, signed_in, unit_of
from tests.factories.submissions import (
    approver,
    complete_draft,
    describe,
    documenter,
    handed_over,
    unit_of_an_authority,
)


def raw(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_the_hand_over_is_the_referral(db):
    referral = referred()
    assert referral.status == "sent"
    assert referral.version.number == 1
    assert [item.exhibit.number for item in referral.items.all()] == [1]
    assert Submission.objects.get(pk=referral.submission_id).status == "handed_over"


def test_an_acknowledgement_is_owed_within_seven_days(db):
    from datetime import timedelta

    from django.utils import timezone

    assert referred().due_on == timezone.localdate() + timedelta(days=7)


def test_the_unit_is_told_once_and_its_members_only(db):
    referral = referred()
    told = set(Notification.objects.filter(code="cases.sent").values_list("user", flat=True))
    assert told == {head().pk, contact().pk}
    assert referral.title == "Example attacks on schools"


def test_heads_read_and_contact_points_see_the_cover_sheet_only(db):
    from cases import policies

    referral = referred()
    assert policies.holds(head(), referral, "read_referral")
    assert not policies.holds(contact(), referral, "read_referral")
    assert policies.holds(contact(), referral, "view_referral")
    assert not policies.holds(officer(), referral, "view_referral")


def test_what_is_sent_to_one_unit_does_not_exist_for_another(db):
    referral = referred()
    other = unit_of_an_authority("Example State 2")
    stranger = other.partner.members.first()
    assert referral in Referral.objects.visible_to(head())
    assert referral not in Referral.objects.visible_to(stranger)
    assert referral not in Referral.objects.visible_to(documenter())


def test_a_second_recipient_is_given_the_same_version_later(db):
    referral = referred()
    other, by = unit_of_an_authority("Example State 2"), referral.sent_by
    with acting(by):
        second = referrals.refer(
            version=referral.version, recipient=referrals.Recipient(unit=other), by=by
        )
    assert second.unit == other
    assert second.compartment_id != referral.compartment_id


def test_the_same_version_is_not_given_twice(db):
    referral = referred()
    with acting(referral.sent_by), pytest.raises(NotNow, match="already"):
        referrals.refer(
            version=referral.version,
            recipient=referrals.Recipient(unit=referral.unit),
            by=referral.sent_by,
        )


@pytest.mark.parametrize(
    ("reach", "mode", "may"),
    [
        ("directory", "alert", False),
        ("alert", "alert", True),
        ("alert", "summary", False),
        ("summary", "summary", True),
        ("summary", "full", False),
        ("content", "full", True),
    ],
)
def test_nothing_goes_beyond_the_recipients_reach(db, reach, mode, may):
    unit = unit_of(partner_at(kind=roles.AUTHORITY, reach=reach))
    if may:
        assert referred(unit=unit, mode=mode).mode == mode
    else:
        with pytest.raises(NotAllowed, match="reach"):
            referred(unit=unit, mode=mode)
        assert Version.objects.count() == 0


def test_a_unit_that_takes_nothing_direct_is_reached_by_advice_only(db):
    unit = unit_of_an_authority()
    type(unit).objects.filter(pk=unit.pk).update(takes_direct_intake=False)
    with pytest.raises(NotAllowed, match="Secretariat"):
        referred(unit=unit)
    version = handed_over()
    by = version.handed_over_by
    recipient = referrals.Recipient(unit=unit, route=Route.ADVISED)
    with acting(by), pytest.raises(NotAllowed, match="not suggested"), transaction.atomic():
        referrals.refer(version=version, recipient=recipient, by=by)
    advised(asked(version), unit)
    with acting(by):
        referral = referrals.refer(version=version, recipient=recipient, by=by)
    assert referral.route == "advised"


def test_advice_about_one_submission_opens_no_other(db):
    unit = unit_of_an_authority()
    type(unit).objects.filter(pk=unit.pk).update(takes_direct_intake=False)
    advised(asked(handed_over()), unit)
    version = handed_over(complete_draft(title="Another"))
    recipient = referrals.Recipient(unit=unit, route=Route.ADVISED)
    with acting(version.handed_over_by), pytest.raises(NotAllowed, match="not suggested"):
        referrals.refer(version=version, recipient=recipient, by=version.handed_over_by)


def test_another_forum_opens_no_unit(db):
    unit, version = unit_of_an_authority(), handed_over()
    advised(asked(version), forum="icc_otp")
    recipient = referrals.Recipient(unit=unit, route=Route.ADVISED)
    with acting(version.handed_over_by), pytest.raises(NotAllowed, match="not suggested"):
        referrals.refer(version=version, recipient=recipient, by=version.handed_over_by)


def test_a_failed_referral_leaves_no_hand_over(db):
    submission = complete_draft()
    cso_unit = unit_of(partner_at(kind=roles.AUTHORITY, reach="directory"))
    by = approver(submission)
    with acting(by), pytest.raises(NotAllowed), transaction.atomic():
        referrals.hand_over(
            submission=submission, recipients=[referrals.Recipient(unit=cso_unit)], by=by
        )
    assert Submission.objects.get(pk=submission.pk).status == "draft"
    assert not Referral.objects.exists()


def test_an_alert_gives_no_exhibits(db):
    assert not referred(mode="alert").items.exists()


def test_only_the_named_exhibits_are_given(db):
    submission = complete_draft()
    by = approver(submission)
    with acting(by):
        referrals.hand_over(
            submission=submission,
            recipients=[referrals.Recipient(unit=unit_of_an_authority(), exhibits=[])],
            by=by,
        )
    assert not ReferralItem.objects.exists()


def test_an_exhibit_of_another_submission_is_not_given(db):
    submission, other = complete_draft(), complete_draft()
    by = approver(submission)
    recipient = referrals.Recipient(
        unit=unit_of_an_authority(), exhibits=list(other.exhibits.all())
    )
    with acting(by), pytest.raises(NotAllowed), transaction.atomic():
        referrals.hand_over(submission=submission, recipients=[recipient], by=by)


def test_a_documenter_chooses_no_recipients(db):
    version = handed_over()
    with acting(documenter()), pytest.raises(NotAllowed):
        referrals.refer(
            version=version,
            recipient=referrals.Recipient(unit=unit_of_an_authority()),
            by=documenter(),
        )


def test_a_supplement_reaches_every_recipient_that_still_has_access(db):
    referral = received()
    submission, by = referral.submission, documenter()
    with acting(by):
        progress.begin_supplement(submission=submission, by=by)
        added = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="second note",
            description="",
            declared=exhibits.Declared(),
            by=by,
        )
        describe(added, by)
    with acting(referral.sent_by):
        referrals.hand_over(submission=submission, recipients=[], by=referral.sent_by)
    referral = fresh(referral)
    assert referral.version.number == 2
    assert referral.status == "received"
    assert [item.version.number for item in referral.items.live()] == [1, 2]
    assert Notification.objects.filter(code="cases.supplemented", user=head()).count() == 1


def test_a_condition_of_a_supplement_keeps_only_the_supplement_closed(db):
    from cases import policies

    referral = received()
    submission, by = referral.submission, documenter()
    with acting(by):
        progress.begin_supplement(submission=submission, by=by)
        added = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="second note",
            description="",
            declared=exhibits.Declared(),
            by=by,
        )
        describe(added, by)
    again = referrals.Recipient(unit=referral.unit, conditions=["Tell us before you play it."])
    with acting(referral.sent_by):
        referrals.hand_over(submission=submission, recipients=[again], by=referral.sent_by)
    first, second = referral.items.live().select_related("referral__version", "version", "exhibit")
    assert policies.may_open(head(), first)
    assert not policies.may_open(head(), second)


class TestTheDatabaseRefuses:
    """By raw SQL and by the ORM as the application's role (R4, DESIGN 4)."""

    def test_an_item_that_was_not_declared(self, db):
        referral, version = referred(), handed_over()
        row = (referral.pk, version.pk, version.items.get().exhibit_id, referral.sent_by_id)
        with pytest.raises(DatabaseError), transaction.atomic():
            raw(
                "INSERT INTO cases_referralitem (referral_id, version_id, exhibit_id, "
                "given_by_id, given_at) VALUES (%s, %s, %s, %s, now())",
                *row,
            )

    def test_an_item_whose_answer_was_taken_back(self, db):
        referral = referred()
        item = referral.items.get()
        raw("UPDATE cases_referralitem SET ended_at = now(), ended_by_id = given_by_id")
        Exhibit.objects.filter(pk=item.exhibit_id).update(recognisable="unanswered")
        with pytest.raises(DatabaseError, match="unanswered"), transaction.atomic():
            ReferralItem.objects.create(
                referral=referral,
                version=referral.version,
                exhibit=item.exhibit,
                given_by=referral.sent_by,
                given_at=referral.sent_at,
            )

    def test_a_referral_that_was_not_declared(self, db):
        version = handed_over()
        with pytest.raises(DatabaseError, match="undeclared"), transaction.atomic():
            referrals._send(
                version.submission,
                version,
                unit_of_an_authority(),
                referrals.Recipient(unit=unit_of_an_authority()),
                version.handed_over_by,
            )

    def test_an_item_in_an_alert(self, db):
        referral = referred(mode="alert")
        item = referral.version.items.get()
        with pytest.raises(DatabaseError, match="no items"), transaction.atomic():
            ReferralItem.objects.create(
                referral=referral,
                version=referral.version,
                exhibit=item.exhibit,
                given_by=referral.sent_by,
                given_at=referral.sent_at,
            )

    def test_a_grant_for_a_group_of_another_unit(self, db):
        referral, other = referred(), unit_of_an_authority("Example State 2")
        group, _new = Group.objects.get_or_create(name=f"{other.reference}:head_of_unit")
        with pytest.raises(DatabaseError, match="addressed unit"), transaction.atomic():
            ReferralGroupObjectPermission.objects.create(
                group=group,
                permission_id=permission_id("read_referral"),
                content_object=referral,
            )

    def test_a_grant_for_a_person_of_another_unit(self, db):
        referral = referred()
        with pytest.raises(DatabaseError, match="addressed unit"), transaction.atomic():
            ReferralUserObjectPermission.objects.create(
                user=documenter(),
                permission_id=permission_id("read_referral"),
                content_object=referral,
            )

    def test_another_addressee(self, db):
        referral, other = referred(), unit_of_an_authority("Example State 2")
        with pytest.raises(DatabaseError), transaction.atomic():
            raw("UPDATE cases_referral SET unit_id = %s WHERE id = %s", other.pk, referral.pk)

    def test_a_second_live_referral_to_the_same_unit(self, db):
        referral = referred()
        with pytest.raises(DatabaseError), transaction.atomic():
            raw(
                "INSERT INTO cases_referral (reference, submission_id, unit_id, version_id, "
                "compartment_id, mode, route, status, since, due_on, sent_by_id, sent_at, disposal) "
                "SELECT '0000000000000', submission_id, unit_id, version_id, compartment_id, mode, "
                "route, status, since, due_on, sent_by_id, sent_at, disposal FROM cases_referral "
                "WHERE id = %s",
                referral.pk,
            )


def test_a_recall_closes_everything_at_once(db):
    referral = received()
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="A person changed their mind.", by=referral.sent_by)
    referral = fresh(referral)
    assert referral.status == "recalled"
    assert not referral.items.live().exists()
    assert referral in Referral.objects.visible_to(head())


def test_a_recalled_referral_ends_when_the_recipient_says_what_became_of_it(db):
    referral = received()
    assigned(referral)
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="Example", by=referral.sent_by)
    with acting(head()):
        access.say_what_became(referral=referral, disposal="destroyed", text="", by=head())
    referral = fresh(referral)
    assert referral.closed_at is not None
    assert referral.due_on is None
    assert not Referral.objects.visible_to(head()).exists()
    assert not Referral.objects.visible_to(officer()).exists()


def test_keeping_it_needs_the_law(db):
    referral = received()
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="Example", by=referral.sent_by)
    with acting(head()), pytest.raises(NotAllowed, match="law"):
        access.say_what_became(referral=referral, disposal="duty_to_keep", text=" ", by=head())


def test_a_withdrawal_recalls_every_referral(db):
    referral = received()
    other, by = unit_of_an_authority("Example State 2"), referral.sent_by
    with acting(by):
        referrals.refer(version=referral.version, recipient=referrals.Recipient(unit=other), by=by)
        progress.withdraw(submission=referral.submission, reason="Example", by=by)
    assert set(Referral.objects.values_list("status", flat=True)) == {"recalled"}
    assert not ReferralItem.objects.live().exists()


def test_why_it_was_withdrawn_is_told_to_no_recipient(db):
    referral = received()
    why = "A sentence for our own history."
    with acting(referral.sent_by):
        progress.withdraw(submission=referral.submission, reason=why, by=referral.sent_by)
    assert not Message.objects.filter(referral=referral).exists()
    page = signed_in(head()).get(referral.get_absolute_url())
    assert why not in page.text
    assert "The sender withdrew the whole submission" in page.text


def test_nobody_else_recalls(db):
    referral = received()
    for by in (documenter(), head(), contact()):
        with acting(by), pytest.raises(NotAllowed):
            access.recall(referral=referral, reason="Example", by=by)


def test_after_the_end_the_unit_may_be_given_it_again(db):
    referral = received()
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="Example", by=referral.sent_by)
    with acting(head()):
        access.say_what_became(referral=referral, disposal="returned", text="", by=head())
    with acting(referral.sent_by):
        again = referrals.refer(
            version=referral.version,
            recipient=referrals.Recipient(unit=referral.unit),
            by=referral.sent_by,
        )
    assert again.pk != referral.pk
    assert again.items.live().count() == 1


def test_an_analyst_reads_and_does_nothing(db):
    from cases import policies

    referral = received()
    user = assigned(referral, analyst())
    assert policies.holds(user, referral, "read_referral")
    assert not policies.holds(user, referral, "work_referral")


def test_acknowledging_twice_is_refused(db):
    referral = received()
    with acting(contact()), pytest.raises(NotNow):
        receiving.acknowledge(referral=referral, by=contact())


def test_a_declaration_is_kept_for_each_recipient(db):
    referral = referred()
    declared = referral.version.declarations.get()
    assert declared.unit == referral.unit
    with acting(referral.sent_by):
        assert (
            versions.declare(version=referral.version, unit=referral.unit, by=referral.sent_by)
            == declared
        )
