"""Asking the Secretariat and answering: what each side sees, and nothing more (R14)."""

import pytest
from django.db import ProgrammingError
from django.urls import reverse

from cases import secretariat
from cases.actions import access, advising, deadlines
from cases.models import Advice, Referral
from cases.views import advising as view
from custody.models import CustodyEvent
from impna.references import show_reference
from partners import roles
from partners.models import Unit
from tests.factories.cases import advised, adviser, asked, head, received
from tests.factories.partners import acting, coordinators, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    documenter,
    handed_over,
    unit_of_an_authority,
)
from tests.partners.browser import words
from tests.partners.test_queries import few_statements

QUESTION = "Who takes example cases in the south?"


@pytest.fixture
def version(db):
    return handed_over(complete_draft(title="A working title"))


@pytest.fixture
def advice(version):
    return asked(version, QUESTION)


@pytest.fixture
def address(advice):
    return reverse("cases:advice", args=[advice.reference])


@pytest.fixture
def unit(db):
    return unit_of_an_authority()


def suggesting(*units, **more):
    return {"way": "units", "units": [one.reference for one in units], "text": "Because."} | more


class TestAsking:
    @pytest.fixture
    def form(self, version):
        return reverse("cases:ask-advice", args=[version.submission.reference])

    def test_an_approver_asks_about_the_newest_version(self, version, form):
        client = signed_in(version.handed_over_by)
        assert "Nothing else" in words(client.get(form))
        done = client.post(form, {"question": QUESTION})
        assert done.status_code == 302
        found = Advice.objects.get()
        assert advising.read_question(found) == QUESTION
        assert (found.version, found.view) == (version, "blind")
        assert client.post(form, {"question": QUESTION}).status_code == 409

    def test_nothing_is_no_question(self, version, form):
        client = signed_in(version.handed_over_by)
        assert client.post(form, {"question": " "}).status_code == 422

    def test_others_do_not_ask(self, version, form):
        reader = member(version.submission.partner, roles.Reader.code)
        for user, status in ((documenter(), 403), (reader, 403), (another_documenter(), 404)):
            assert signed_in(user).get(form).status_code == status
            assert signed_in(user).post(form, {"question": QUESTION}).status_code == status
        assert not Advice.objects.exists()

    def test_a_draft_is_not_asked_about(self, db):
        submission = complete_draft()
        from tests.factories.submissions import approver

        client = signed_in(approver(submission))
        form = reverse("cases:ask-advice", args=[submission.reference])
        assert client.get(form).status_code == 409


class TestTheAdvisersPage:
    def test_in_blind_it_shows_the_question_and_nothing_of_the_submission(self, advice, address):
        response = signed_in(adviser()).get(address)
        page = words(response)
        for shown in (
            QUESTION,
            show_reference(advice.submission.reference),
            advice.submission.partner.name,
        ):
            assert shown in page
        cover = advice.submission.cover_sheet
        for hidden in (
            advice.submission.title,
            cover.situation,
            "Example summary.",
            "example note",
            "Example region",
            advice.version.digest_hex,
            advice.asked_by.display_name,
            documenter().display_name,
        ):
            assert hidden not in page

    def test_after_silence_it_shows_who_has_it_since_when_and_nothing_they_did(self, db):
        referral = received()
        question = asked(referral.version)
        address = reverse("cases:advice", args=[question.reference])
        page = words(signed_in(adviser()).get(address))
        for shown in (referral.unit.partner.name, referral.unit.name, "Has not ended"):
            assert shown in page
        for hidden in ("Received", "no answer", referral.title, show_reference(referral.reference)):
            assert hidden not in page
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        with acting(head()):
            access.say_what_became(referral=referral, disposal="destroyed", text="", by=head())
        page = words(signed_in(adviser()).get(address))
        assert "Ended" in page
        assert "Destroyed" not in page

    def test_the_secretariats_database_role_reads_no_more_of_a_referral(self, db):
        referral, by = received(), adviser()
        assert [row["unit__name"] for row in secretariat.had_by(referral.submission, by)] == [
            referral.unit.name
        ]
        for column in ("status", "due_on", "disposal", "mode"):
            with pytest.raises(ProgrammingError), acting(by):
                list(Referral.objects.values_list(column))

    def test_reading_it_is_an_opening_that_the_organisation_sees(self, advice, address):
        client = signed_in(adviser())
        client.get(address)
        client.get(address)
        opened = CustodyEvent.objects.filter(type="custody.opening.opened", on__startswith="cases.")
        assert opened.count() == 1
        assert opened.get().submission == advice.submission.reference

    def test_units_are_suggested(self, advice, address, unit):
        Unit.objects.filter(pk=unit.pk).update(takes_direct_intake=False)
        client = signed_in(adviser())
        assert unit.name in words(client.get(address))
        assert client.post(address, suggesting(unit)).status_code == 302
        found = Advice.objects.get()
        assert (found.status, list(found.suggested.all())) == ("advised", [unit])
        assert client.post(address, suggesting(unit)).status_code == 409
        assert "Because." in words(client.get(address))

    def test_another_forum_is_suggested(self, advice, address):
        client = signed_in(adviser())
        posted = {"way": "forum", "forum": "icc_otp", "text": "Because."}
        assert client.post(address, posted).status_code == 302
        assert Advice.objects.get().forum == "icc_otp"

    @pytest.mark.parametrize(
        "posted",
        [
            {"way": "units", "text": "Kept words"},
            {"way": "forum", "text": "Kept words"},
            {"text": "Kept words"},
            {"way": "units", "units": ["nothing"], "text": "Kept words"},
        ],
    )
    def test_what_was_typed_stays_when_something_is_to_be_mended(self, address, posted):
        response = signed_in(adviser()).post(address, posted)
        assert response.status_code == 422
        assert "Kept words" in words(response)
        assert Advice.objects.get().status == "asked"

    def test_reasons_are_needed(self, address, unit):
        response = signed_in(adviser()).post(address, suggesting(unit, text=" "))
        assert response.status_code == 422

    def test_a_coordinator_who_is_no_adviser_finds_nothing(self, address, unit):
        client = signed_in(coordinators()[0])
        assert client.get(address).status_code == 404
        assert client.post(address, suggesting(unit)).status_code == 404
        assert client.get("/advice/").status_code == 403

    def test_what_lapsed_is_answered_no_more(self, advice, address, unit):
        Advice.objects.filter(pk=advice.pk).update(status="lapsed")
        client = signed_in(adviser())
        assert "The time to answer is over" in words(client.get(address))
        assert client.post(address, suggesting(unit)).status_code == 409


class TestTheOrganisationsPage:
    def test_it_waits_on_the_secretariat(self, version, address):
        page = words(signed_in(version.handed_over_by).get(address))
        assert QUESTION in page
        assert "Waits on an adviser" in page

    def test_answered_it_leads_to_the_recipients(self, version, advice, address, unit):
        advised(advice, unit)
        page = words(signed_in(version.handed_over_by).get(address))
        assert "Because." in page
        refer = reverse("cases:refer", args=[version.submission.reference])
        assert f"{refer}?advice={advice.reference}" in page

    def test_lapsed_it_leads_to_the_recipients_too(self, version, advice, address):
        Advice.objects.filter(pk=advice.pk).update(status="lapsed")
        page = words(signed_in(version.handed_over_by).get(address))
        assert "Choose recipients yourself" in page

    def test_colleagues_read_and_choose_nothing(self, advice, address, unit):
        advised(advice, unit)
        page = words(signed_in(documenter()).get(address))
        assert QUESTION in page
        assert "Choose recipients" not in page

    def test_strangers_and_recipients_find_nothing(self, address):
        from tests.factories.cases import head

        for user in (another_documenter(), head()):
            assert signed_in(user).get(address).status_code == 404

    def test_the_sender_does_not_answer_itself(self, version, address, unit):
        client = signed_in(version.handed_over_by)
        client.post(address, suggesting(unit))
        assert Advice.objects.get().status == "asked"


class TestTheAdvisersList:
    def test_the_nearest_date_first_a_page_at_a_time(self, own_database, clock, monkeypatch):
        made = []
        for days in (3, 1, 2, 1):
            clock.move(days=days)
            made.append(asked(handed_over(complete_draft(title=f"Days {days}"))))
            clock.move(days=-days)
        monkeypatch.setattr(view, "PAGE", 3)
        client = signed_in(adviser())
        client.get("/advice/")
        with few_statements():
            first = client.get("/advice/")
        assert first.context["rows"] == [made[1], made[3], made[2]]
        second = client.get(f"/advice/?after={first.context['more']}")
        assert second.context["rows"] == [made[0]]
        assert second.context["more"] == ""

    def test_it_shows_no_title_and_only_open_ones(self, advice, unit):
        client = signed_in(adviser())
        page = words(client.get("/advice/"))
        assert advice.submission.partner.name in page
        assert advice.submission.title not in page
        assert advice.submission.title not in words(client.get("/"))
        advised(advice, unit)
        assert not client.get("/advice/").context["rows"]

    def test_what_is_over_newest_first_a_page_at_a_time(self, own_database, monkeypatch):
        unit, over = unit_of_an_authority(), []
        for n in range(3):
            over.append(asked(handed_over(complete_draft(title=f"Matter {n}"))))
            advised(over[-1], unit)
        lapsed = asked(handed_over(complete_draft(title="Lapsed")))
        Advice.objects.filter(pk=lapsed.pk).update(status="lapsed")
        asked(handed_over(complete_draft(title="Open")))
        monkeypatch.setattr(view, "PAGE", 2)
        client = signed_in(adviser())
        client.get("/advice/")
        with few_statements():
            first = client.get("/advice/?show=answered")
        assert first.context["rows"] == [over[2], over[1]]
        assert "Advised" in words(first)
        second = client.get(f"/advice/?after={first.context['more']}&show=answered")
        assert second.context["rows"] == [over[0]]
        assert second.context["more"] == ""
        assert client.get("/advice/?show=lapsed").context["rows"] == [lapsed]
        assert len(client.get("/advice/?show=made-up").context["rows"]) == 1

    def test_it_waits_on_the_desk(self, advice):
        rows = signed_in(adviser()).get("/").context["rows"]
        assert [row.about for row in rows] == [advice.submission.partner.name]

    def test_others_may_not_see_it(self, db):
        assert signed_in(documenter()).get("/advice/").status_code == 403


class TestTheHistory:
    def history(self, user, address):
        return words(signed_in(user).get(address)).split(">History<", 1)[1]

    def test_both_sides_read_what_happened(self, version, advice, address, unit):
        by = version.handed_over_by
        signed_in(adviser()).get(address)
        advised(advice, unit)
        for user in (by, adviser()):
            history = self.history(user, address)
            for told in (
                "The Secretariat was asked for advice.",
                "The question was opened for fifteen minutes.",
                "The Secretariat answered.",
            ):
                assert told in history

    def test_neither_reads_who_acted_on_the_other(self, version, advice, address, unit):
        by = version.handed_over_by
        signed_in(adviser()).get(address)
        advised(advice, unit)
        of_sender, of_adviser = self.history(by, address), self.history(adviser(), address)
        assert by.display_name in of_sender
        assert adviser().display_name not in of_sender
        assert "Answering a question." not in of_sender
        assert adviser().display_name in of_adviser
        assert by.display_name not in of_adviser

    def test_a_lapse_is_told_as_the_portals_doing(self, version, advice, address, clock):
        clock.move(days=8)
        assert deadlines.lapse_advice() == 1
        history = self.history(version.handed_over_by, address)
        assert "The Secretariat did not answer in time" in history
