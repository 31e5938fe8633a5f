"""Nothing waits on nobody (R11): what stays on a desk until it is done, and what each role reads."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import desk, sender_desk
from cases.actions import access, deadlines, receiving, referrals
from custody.models import CustodyEvent
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions.actions import progress
from tests.cases.pages import file_of, given, words
from tests.factories.cases import (
    advised,
    adviser,
    asked,
    assigned,
    head,
    received,
)
from tests.factories.partners import acting, coordinators, member, partner_at, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    documenter,
    handed_over,
    unit_of_an_authority,
)
from tests.partners.test_queries import few_statements


def again(user):
    """As a new request sees the person."""
    return type(user).objects.get(pk=user.pk)


def rows(user):
    return sender_desk.awaiting(again(user))


class TestHandedOverToNobody:
    def test_it_stays_on_its_approvers_desk_with_a_date_that_moves(self, db, clock):
        version = handed_over()
        by = version.handed_over_by
        for _fortnight in range(4):
            [row] = rows(by)
            assert row.due >= timezone.localdate()
            assert "nobody has it" in str(row.what)
            assert row.url == reverse("cases:refer", args=[version.submission.reference])
            clock.move(days=14)

    def test_advice_that_was_given_stays_until_somebody_has_it(self, db, clock):
        version, unit = handed_over(), unit_of_an_authority()
        advice = advised(asked(version), unit)
        by = version.handed_over_by
        clock.move(days=60)
        [row] = rows(by)
        assert (row.about, row.url) == (
            version.submission.title,
            reverse("cases:advice", args=[advice.reference]),
        )
        assert row.due >= timezone.localdate()
        with acting(by):
            referrals.refer(version=version, recipient=referrals.Recipient(unit=unit), by=by)
        assert rows(by) == []

    def test_advice_that_lapsed_stays_too(self, db, clock):
        version = handed_over()
        asked(version)
        clock.move(days=8)
        assert deadlines.lapse_advice() == 1
        clock.move(days=60)
        [row] = rows(version.handed_over_by)
        assert "did not answer in time" in str(row.what)

    def test_while_the_secretariat_is_asked_it_waits_there(self, db):
        version = handed_over()
        asked(version)
        assert rows(version.handed_over_by) == []

    def test_advice_after_others_have_it_leaves_after_some_days(self, db, clock):
        referral = received()
        advised(asked(referral.version), unit_of_an_authority())
        [row] = rows(referral.sent_by)
        assert row.about == referral.submission.title
        clock.move(days=15)
        assert rows(referral.sent_by) == []

    def test_the_list_shows_a_date_that_is_not_past(self, db, clock):
        version = handed_over()
        clock.move(days=30)
        [row] = signed_in(version.handed_over_by).get("/submissions/").context["rows"]
        assert row["next"]["due"] >= timezone.localdate()


def withdrawn(submission=None):
    version = handed_over(submission)
    by = version.handed_over_by
    with acting(by):
        return progress.withdraw(submission=version.submission, reason="For the test.", by=by)


def keep(submission, by, reason="The copy of the contract, for ten years."):
    with acting(by):
        return progress.keep(submission=submission, reason=reason, by=by)


class TestWithdrawn:
    @pytest.fixture
    def lead(self, db):
        return member(documenter().partner, roles.DataProtectionLead.code)

    def test_it_waits_on_the_data_protection_lead(self, lead):
        submission = withdrawn()
        [row] = rows(lead)
        assert (row.what, row.due) == ("decide what is kept, and why", submission.due_on)
        assert "Decide what is kept" in words(signed_in(lead).get(submission.get_absolute_url()))

    def test_what_recipients_hold_comes_first(self, lead):
        referral = received()
        with acting(referral.sent_by):
            progress.withdraw(
                submission=referral.submission, reason="For the test.", by=referral.sent_by
            )
        [row] = rows(lead)
        assert "check what recipients still hold" in str(row.what)
        with acting(head()):
            access.say_what_became(referral=referral, disposal="destroyed", text="", by=head())
        [row] = rows(lead)
        assert row.what == "decide what is kept, and why"

    def test_the_decision_is_recorded_and_comes_up_again_in_three_years(self, lead, clock):
        submission = withdrawn()
        client = signed_in(lead)
        address = reverse("submissions:keep", args=[submission.reference])
        assert "If nothing is kept, erase it instead." in words(client.get(address))
        assert client.post(address, {"reason": " "}).status_code == 422
        assert client.post(address, {"reason": "Ten years."}).status_code == 302
        assert CustodyEvent.objects.filter(type="submissions.submission.kept").count() == 1
        page = words(client.get(submission.get_absolute_url()))
        assert "decided what is kept" in page
        assert "Ten years." in page
        assert rows(lead) == []
        clock.move(days=3 * 365 - 10)
        assert [row.what for row in rows(lead)] == ["decide what is kept, and why"]

    def test_nobody_else_decides_it_and_only_after_a_withdrawal(self, lead):
        submission = withdrawn()
        address = reverse("submissions:keep", args=[submission.reference])
        assert signed_in(documenter()).get(address).status_code == 403
        assert signed_in(another_documenter()).get(address).status_code == 404
        with pytest.raises(NotAllowed):
            keep(submission, documenter())
        with pytest.raises(NotAllowed):
            keep(submission, lead, " ")
        version = handed_over(complete_draft(title="Another"))
        with pytest.raises(NotNow):
            keep(version.submission, lead)
        other = reverse("submissions:keep", args=[version.submission.reference])
        assert signed_in(lead).get(other).status_code == 409

    def test_without_a_lead_its_approvers_are_told_so(self, db):
        submission = withdrawn()
        by = submission.versions.get().handed_over_by
        [row] = rows(by)
        assert "has none" in str(row.on_whom)
        member(submission.partner, roles.DataProtectionLead.code)
        assert rows(by) == []

    def test_a_leads_desk_takes_few_statements(self, own_database):
        lead = member(documenter().partner, roles.DataProtectionLead.code, roles.Approver.code)
        withdrawn()
        client = signed_in(lead)
        client.get("/")
        with few_statements(most=12):  # of two roles at once; BEGIN and COMMIT are among them
            client.get("/")


class TestTheForensicExaminer:
    @pytest.fixture
    def examiner(self, db):
        unit = unit_of_an_authority()
        return member(unit.partner, roles.ForensicExaminer.code, unit=unit)

    def what(self, examiner):
        return {str(row.what) for row in desk.awaiting(again(examiner))}

    def test_what_is_in_quarantine_waits_until_it_was_opened(self, examiner):
        referral = given(scan="infected")
        assigned(referral, examiner)
        assert "examine what is in quarantine: Exhibit 2" in self.what(examiner)
        form = {"items": [file_of(referral).reference], "reason": "To examine it"}
        client = signed_in(examiner)
        assert client.post(f"{referral.get_absolute_url()}open/", form).status_code == 303
        assert not [what for what in self.what(examiner) if "quarantine" in what]

    def test_what_was_not_assigned_does_not_exist(self, examiner):
        given(scan="infected")
        assert self.what(examiner) == set()

    def test_what_a_condition_keeps_closed_waits_on_others(self, examiner):
        referral = given(scan="infected", conditions=["Ask us first."])
        assigned(referral, examiner)
        assert not [what for what in self.what(examiner) if "quarantine" in what]
        with acting(head()):
            condition = referral.conditions.get()
            receiving.answer_condition(condition=condition, answer="accept", by=head())
        assert "examine what is in quarantine: Exhibit 2" in self.what(examiner)

    def test_sound_files_are_not_named(self, examiner):
        referral = given()
        assigned(referral, examiner)
        assert not [what for what in self.what(examiner) if "quarantine" in what]

    def test_an_examiners_desk_takes_few_statements(self, own_database):
        unit = unit_of_an_authority()
        examiner = member(unit.partner, roles.ForensicExaminer.code, unit=unit)
        assigned(given(scan="infected"), examiner)
        client = signed_in(examiner)
        client.get("/")
        with few_statements():
            client.get("/")


class TestAnEmptyDesk:
    @pytest.mark.parametrize(
        ("kind", "role", "says", "leads"),
        [
            (roles.CSO, roles.Reader, "change nothing", "/submissions/"),
            (roles.CSO, roles.DataProtectionLead, "after a withdrawal", "/submissions/"),
            (roles.OBSERVER, roles.Reader, "nothing is published yet", "/members/"),
            (roles.CSO, roles.Manager, "lock the partner out", "/members/"),
        ],
    )
    def test_it_says_what_the_role_does_and_where_that_begins(self, db, kind, role, says, leads):
        user = member(partner_at(kind=kind), role.code)
        page = signed_in(user).get("/")
        assert says in words(page)
        assert f'href="{leads}"' in page.content.decode().split('class="p-summary', 1)[-1]
        assert signed_in(user).get(leads).status_code == 200

    def test_an_inspector_reads_what_this_version_offers(self, db):
        inspector = member(coordinators()[0].partner, roles.Inspector.code)
        assert "whoever runs the portal shows them the custody log" in words(
            signed_in(inspector).get("/")
        )

    def test_each_role_leads_to_a_page_that_it_may_see(self, db):
        unit = unit_of_an_authority()
        for role in roles.ALL:
            if role.code == roles.Coordinator.code:
                user = coordinators()[0]
            elif roles.SECRETARIAT in role.kinds:
                user = member(adviser().partner, role.code)
            elif role.in_unit:
                user = member(unit.partner, role.code, unit=unit)
            else:
                user = member(documenter().partner, role.code)
            client = signed_in(user)
            for one in client.get("/").context["held"]:
                assert client.get(one["url"]).status_code == 200, role.code

    def test_without_a_role_it_says_who_gives_one(self, db):
        user = member(documenter().partner, roles.Reader.code)
        user.memberships.update(ended_at=timezone.now(), ended_by=user)
        user.groups.clear()
        assert "A manager of your organisation gives you one." in words(signed_in(user).get("/"))


def test_no_role_promises_what_does_not_exist():
    said = " ".join(str(role.may) for role in roles.ALL).lower()
    for promise in ("exclusion", "route", "network"):
        assert promise not in said


def test_a_contact_point_is_told_what_it_does(db):
    from tests.cases.pages import at_contact

    page = words(at_contact().get(given().get_absolute_url()))
    assert "a head of unit assigns it" in page
    assert "acknowledge and route" not in page
