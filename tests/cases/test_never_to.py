"""What a manager says is never given to a State or partner, nobody gives: by page, action or SQL."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases import recipients
from cases.actions import receiving, referrals, requests
from cases.models import Referral
from custody.models import CustodyEvent
from impna.errors import NotAllowed, NotNow
from partners.models import Partner
from submissions.actions import exclusions, versions
from submissions.models import StandingExclusion
from tests.cases.test_hand_over_pages import TICKED, page_of, supplement, told
from tests.factories.cases import contact, fresh, head, received, referred
from tests.factories.partners import acting, manager_of, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    documenter,
    handed_over,
    unit_of_an_authority,
)
from tests.partners.browser import words
from tests.submissions.test_versions import covers

LIST = reverse("submissions:exclusion-list")
ADD = reverse("submissions:exclude")


@pytest.fixture
def manager(db):
    return manager_of(documenter().partner)


@pytest.fixture
def unit(db):
    return unit_of_an_authority()


@pytest.fixture
def by_name(manager, unit):
    """The authority is excluded."""

    def exclude():
        with acting(manager):
            return exclusions.exclude(body=unit.partner, reason="Example.", by=manager)

    return exclude


@pytest.fixture(params=["name", "state"])
def excluded(request, by_name, manager, unit):
    """Once by its name and once by its State."""

    def exclude():
        if request.param == "name":
            return by_name()
        with acting(manager):
            return exclusions.exclude(state=unit.partner.country, reason="Example.", by=manager)

    return exclude


def sent(submission, unit):
    by = approver(submission)
    recipient = referrals.Recipient(unit=unit, mode="alert")
    with acting(by):
        return referrals.hand_over(submission=submission, recipients=[recipient], by=by)


def test_it_is_refused_in_words_and_nothing_is_given(excluded, unit):
    excluded()
    with pytest.raises(NotAllowed, match="gives nothing to"):
        sent(complete_draft(), unit)
    assert not Referral.objects.exists()


def test_raw_sql_as_the_application_gives_nothing_either(excluded, unit):
    version = handed_over()
    by = version.handed_over_by
    with acting(by):
        versions.declare(version=version, unit=unit, by=by)
    exhibit = version.items.get().exhibit
    assert covers(version, exhibit, unit) == ""
    other = referred(unit=unit_of_an_authority(name="Example State 2"))
    excluded()
    assert covers(version, exhibit, unit) == "excluded"
    assert covers(version, None, unit) == "excluded"
    with pytest.raises(DatabaseError, match="not covered: excluded"), transaction.atomic():
        Referral.objects.create(
            submission=version.submission,
            unit=unit,
            version=version,
            compartment=other.compartment,
            mode="alert",
            route="direct",
            since=timezone.now(),
            due_on=timezone.localdate(),
            sent_by=by,
            sent_at=timezone.now(),
        )


def test_it_is_not_offered_and_the_page_says_why(excluded, unit):
    submission = complete_draft()
    client = signed_in(approver(submission))
    assert unit.reference in client.get(page_of(submission)).content.decode()
    rule = excluded()
    page = client.get(page_of(submission))
    assert unit.reference not in page.content.decode()
    assert str(rule) in words(page)
    assert "A rule of your organisation" in words(page)


def test_lifted_it_is_offered_again(excluded, unit, manager):
    rule = excluded()
    with acting(manager):
        exclusions.lift(exclusion=rule, reason="Example.", by=manager)
    submission = complete_draft()
    assert unit in [one.unit for one in recipients.possible(submission)]
    sent(submission, unit)
    assert Referral.objects.get().unit == unit


def test_what_was_given_stays_and_a_supplement_goes_without_it(by_name, unit):
    referral = received(unit=unit)
    by_name()
    assert fresh(referral).is_live
    supplement(referral.submission)
    client = signed_in(referral.sent_by)
    assert "by a rule of your own organisation" in words(client.get(page_of(referral.submission)))
    posted = {"route": "direct", "without": [unit.reference], **TICKED}
    posted |= {"number": "2", "units": [unit_of_an_authority(name="Example State 2").reference]}
    posted |= told(unit_of_an_authority(name="Example State 2"))
    assert client.post(page_of(referral.submission), posted).status_code == 302
    assert fresh(referral).version.number == 1


@pytest.fixture
def asked_for_more(unit):
    """A recipient that was given no exhibit asks for one."""
    submission = complete_draft()
    by = approver(submission)
    recipient = referrals.Recipient(unit=unit, mode="full", exhibits=[])
    with acting(by):
        referrals.hand_over(submission=submission, recipients=[recipient], by=by)
    referral = submission.referrals.get()
    with acting(contact()):
        receiving.acknowledge(referral=referral, by=contact())
    with acting(head()):
        return requests.ask(referral=referral, kind="clarify", text="Give.", by=head())


def answer_with_an_exhibit(request):
    referral = request.referral
    client = signed_in(referral.sent_by)
    page = reverse("cases:answer", args=[referral.reference, request.reference])
    exhibit = referral.version.items.get().exhibit
    return client.post(page, {"text": "Here.", "exhibits": [str(exhibit.number)]})


def test_an_answer_gives_nothing_more_either_and_says_so(asked_for_more, excluded):
    excluded()
    answer = answer_with_an_exhibit(asked_for_more)
    assert answer.status_code == 403
    assert "gives nothing to" in words(answer)
    assert not asked_for_more.referral.items.exists()


def test_an_answer_gives_nothing_beyond_a_reach_that_has_fallen(asked_for_more, unit):
    Partner.objects.filter(pk=unit.partner_id).update(status="suspended")
    answer = answer_with_an_exhibit(asked_for_more)
    assert answer.status_code == 403
    assert "may not be given that much" in words(answer)
    assert not asked_for_more.referral.items.exists()


def test_within_reach_and_not_excluded_an_answer_gives_it(asked_for_more):
    assert answer_with_an_exhibit(asked_for_more).status_code == 302
    assert asked_for_more.referral.items.count() == 1


def test_another_organisation_is_not_bound(excluded, unit):
    excluded()
    submission = complete_draft(by=another_documenter())
    assert unit in [one.unit for one in recipients.possible(submission)]
    sent(submission, unit)
    assert Referral.objects.get().submission == submission


class TestChanging:
    def test_only_a_manager_of_the_organisation_changes_it(self, excluded, unit):
        rule = excluded()
        by = approver(partner=rule.partner)
        for attempt in (
            lambda: exclusions.exclude(state="SY", reason="x", by=by),
            lambda: exclusions.lift(exclusion=rule, reason="x", by=by),
            lambda: exclusions.exclude(state="SY", reason="x", by=head()),
        ):
            with acting(by), pytest.raises(NotAllowed):
                attempt()

    def test_one_thing_is_said_once(self, excluded):
        excluded()
        with pytest.raises(NotNow):
            excluded()

    def test_it_is_lifted_once(self, excluded, manager):
        rule = excluded()
        with acting(manager):
            exclusions.lift(exclusion=rule, reason="x", by=manager)
        with acting(manager), pytest.raises(NotNow):
            exclusions.lift(exclusion=rule, reason="x", by=manager)
        with (
            pytest.raises(DatabaseError, match="lifted once"),
            transaction.atomic(),
            acting(manager),
        ):
            StandingExclusion.objects.update(ended_at=timezone.now())

    @pytest.mark.parametrize("what", [{}, {"state": "ZZ"}, {"state": "SY", "body": True}])
    def test_it_names_one_state_or_one_partner(self, manager, unit, what):
        if "body" in what:
            what = what | {"body": unit.partner}
        with acting(manager), pytest.raises(NotAllowed):
            exclusions.exclude(**what, reason="x", by=manager)

    def test_an_organisation_of_the_civil_society_is_no_recipient(self, manager):
        with acting(manager), pytest.raises(NotAllowed, match="Only authorities"):
            exclusions.exclude(body=another_documenter().partner, reason="x", by=manager)

    def test_nobody_excludes_for_another_organisation_by_raw_sql(self, manager, unit):
        with (
            pytest.raises(DatabaseError, match="excludes for itself"),
            transaction.atomic(),
            acting(manager),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "INSERT INTO submissions_standingexclusion "
                "(reference, partner_id, state, made_by_id, made_at) VALUES (%s, %s, 'SY', %s, now())",
                ["0" * 13, another_documenter().partner_id, manager.pk],
            )

    def test_both_are_in_the_log_with_their_reason_apart(self, excluded, manager):
        rule = excluded()
        with acting(manager):
            exclusions.lift(exclusion=rule, reason="x", by=manager)
        of_it = CustodyEvent.objects.filter(on=f"submissions.exclusion:{rule.reference}")
        assert [event.type for event in of_it.order_by("id")] == [
            "submissions.exclusion.made",
            "submissions.exclusion.lifted",
        ]
        assert "Example." not in of_it.first().entry


class TestPages:
    def test_a_manager_adds_reads_and_lifts(self, manager, unit):
        client = signed_in(manager)
        assert "No rule." in words(client.get(LIST))
        assert client.post(ADD, {"what": "state", "reason": "x"}).status_code == 422
        assert client.post(ADD, {"what": "body", "reason": "x"}).status_code == 422
        assert client.post(ADD, {"reason": "x", "state": "SY"}).status_code == 422
        typed = client.post(ADD, {"what": "state", "state": "SY", "reason": ""})
        assert (typed.status_code, 'value="SY" selected' in typed.content.decode()) == (422, True)
        client.post(ADD, {"what": "state", "state": "SY", "partner": unit.partner.reference,
                          "reason": "Example."})  # fmt: skip
        client.post(ADD, {"what": "body", "partner": unit.partner.reference, "reason": "Example."})
        page = words(client.get(LIST))
        assert "Syria" in page
        assert unit.partner.name in page
        again = client.post(ADD, {"what": "state", "state": "SY", "reason": "Example."})
        assert again.status_code == 409
        rule = StandingExclusion.objects.get(state="SY")
        lift = reverse("submissions:exclusion-lift", args=[rule.reference])
        assert client.post(lift, {"reason": ""}).status_code == 422
        assert client.post(lift, {"reason": "Example."}).status_code == 302
        assert client.post(lift, {"reason": "Example."}).status_code == 409
        assert "Was never to" in words(client.get(LIST))

    def test_colleagues_read_and_change_nothing(self, excluded, manager):
        rule = excluded()
        client = signed_in(approver(partner=rule.partner))
        assert str(rule) in words(client.get(LIST))
        lift = reverse("submissions:exclusion-lift", args=[rule.reference])
        assert [client.post(page, {"reason": "x"}).status_code for page in (ADD, lift)] == [403] * 2

    def test_to_others_it_does_not_exist(self, excluded):
        rule = excluded()
        lift = reverse("submissions:exclusion-lift", args=[rule.reference])
        other = signed_in(manager_of(another_documenter().partner))
        assert other.get(lift).status_code == 404
        assert str(rule) not in words(other.get(LIST))
        authority = signed_in(head())
        assert [authority.get(page).status_code for page in (LIST, ADD, lift)] == [404] * 3
