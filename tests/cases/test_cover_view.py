"""The cover sheet for the Secretariat: for one question, as long as it is open, and only so (R14)."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from cases import secretariat
from cases.actions import advising
from cases.models import Advice
from impna import environment
from impna.db import SECRETARIAT, acting_as
from impna.errors import NotAllowed
from submissions.actions import progress
from tests.factories.cases import advised, adviser
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    approver,
    complete_draft,
    handed_over,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)
from tests.partners.browser import words

QUESTION = "Who takes example cases in the south?"


@pytest.fixture
def version(db):
    return handed_over(complete_draft(title="A working title"))


@pytest.fixture
def may_cover(settings):
    settings.SECRETARIAT_VIEWS = ["blind", "cover"]


@pytest.fixture
def ask(version, may_cover):
    def asked(view):
        by = version.handed_over_by
        with acting(by):
            return advising.ask(version=version, question=QUESTION, view=view, by=by)

    return asked


def page_for(user, advice):
    return words(signed_in(user).get(reverse("cases:advice", args=[advice.reference])))


def test_the_adviser_reads_the_sheet_and_nothing_behind_it(ask, version):
    page = page_for(adviser(), ask("cover"))
    assert version.sheet["situation"] in page
    assert "1 incident" in page
    for hidden in ("A working title", "Example summary.", "example note", "Example region",
                   version.digest_hex):  # fmt: skip
        assert hidden not in page


def test_in_blind_there_is_no_sheet(ask, version):
    assert version.sheet["situation"] not in page_for(adviser(), ask("blind"))


def test_with_the_answer_the_sheet_is_gone(ask, version):
    advice = ask("cover")
    advised(advice, unit_of_an_authority())
    assert version.sheet["situation"] not in page_for(adviser(), advice)


def test_where_the_deployment_takes_it_back_it_is_shown_no_more(ask, version, settings):
    advice = ask("cover")
    settings.SECRETARIAT_VIEWS = ["blind"]
    assert version.sheet["situation"] not in page_for(adviser(), advice)


def test_what_is_withdrawn_is_shown_no_more(ask, version):
    advice, by = ask("cover"), version.handed_over_by
    with acting(by):
        progress.withdraw(submission=version.submission, reason="Example.", by=by)
    assert secretariat.sheet_shown(advice, adviser()) is None


def test_the_secretariats_database_role_has_no_other_way_to_a_sheet(ask, version):
    ask("cover")
    for statement in ("SELECT sheet FROM submissions_version", "SELECT view FROM cases_advice"):
        with (
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            acting_as(adviser(), role=SECRETARIAT),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_application_itself_does_not_ask_for_sheets_this_way(ask):
    advice = ask("cover")
    with (
        pytest.raises(ProgrammingError),
        transaction.atomic(),
        acting_as(adviser()),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT cases_sheet_for_adviser(%s)", [advice.pk])


def test_a_view_that_this_portal_does_not_offer_is_refused(version, db):
    by = version.handed_over_by
    for view in ("cover", "assist", "everything"):
        with acting(by), pytest.raises(NotAllowed, match="from the list"):
            advising.ask(version=version, question=QUESTION, view=view, by=by)
    assert not Advice.objects.exists()


class TestChoosing:
    @pytest.fixture
    def form(self, version):
        return reverse("cases:ask-advice", args=[version.submission.reference])

    def test_where_there_is_no_choice_none_is_asked(self, version, form):
        client = signed_in(version.handed_over_by)
        assert "What may the Secretariat see" not in words(client.get(form))
        client.post(form, {"question": QUESTION, "view": "cover"})
        assert Advice.objects.get().view == "blind"

    def test_the_approver_chooses_and_nothing_chosen_shows_nothing_more(
        self, version, form, may_cover
    ):
        client = signed_in(version.handed_over_by)
        assert "What may the Secretariat see" in words(client.get(form))
        assert client.post(form, {"question": QUESTION, "view": "all"}).status_code == 422
        client.post(form, {"question": QUESTION})
        assert Advice.objects.get().view == "blind"

    def test_what_was_chosen_is_said_to_the_organisation(self, version, form, may_cover):
        client = signed_in(version.handed_over_by)
        client.post(form, {"question": QUESTION, "view": "cover"})
        advice = Advice.objects.get()
        page = page_for(version.handed_over_by, advice)
        assert "until it has answered the cover sheet" in page
        assert "may see the cover sheet until it has answered" in page
        advised(advice, unit_of_an_authority())
        assert "It saw the cover sheet until this ended" in page_for(version.handed_over_by, advice)

    def test_it_is_chosen_while_handing_over_and_said_before_it_is_done(self, db, may_cover):
        submission = complete_draft()
        client = signed_in(approver(submission))
        page = reverse("cases:hand-over", args=[submission.reference])
        assert "What may the Secretariat see" in words(client.get(page))
        chosen = {"route": "ask", "question": QUESTION, "view": "cover"}
        check = client.post(page, chosen | {"to": "conditions"})
        assert "until it has answered the cover sheet; nothing else" in words(check)
        assert 'name="view" value="cover"' in check.content.decode()
        client.post(page, chosen | {"to": "done", "checked": "on", "number": "1"})
        assert Advice.objects.get().view == "cover"

    def test_somebodys_no_is_said_where_it_is_chosen(self, db, may_cover):
        submission = complete_draft()
        submission.cover_sheet.recognisable = "someone"
        submission.cover_sheet.save(update_fields=["recognisable"])
        person = person_in(submission)
        recognised(submission, person, in_words=True)
        said(person)
        client = signed_in(approver(submission))
        page = reverse("cases:hand-over", args=[submission.reference])
        chosen = {"route": "ask", "question": QUESTION, "view": "cover"}
        for last in ({"to": "conditions"}, {"to": "done", "checked": "on", "number": "1"}):
            step = client.post(page, chosen | last)
            assert step.status_code == 422
            assert "The Secretariat may not be shown the cover sheet. W-03:" in words(step)
            assert "Who gets it?" in words(step)
        assert client.post(page, chosen | {"to": "conditions", "view": "blind"}).status_code == 200
        version = handed_over(submission)
        form = reverse("cases:ask-advice", args=[submission.reference])
        answer = signed_in(version.handed_over_by).post(
            form, {"question": QUESTION, "view": "cover"}
        )
        assert answer.status_code == 422
        assert "may not be shown the cover sheet" in words(answer)
        assert not Advice.objects.exists()

    def test_without_a_question_nothing_is_shown_whatever_was_chosen(self, db, may_cover):
        submission = complete_draft()
        client = signed_in(approver(submission))
        page = reverse("cases:hand-over", args=[submission.reference])
        unit = unit_of_an_authority()
        chosen = {"route": "direct", "units": [unit.reference], "view": "cover"}
        for name, value in (("mode", "summary"), ("which", "all"), ("conditions", "")):
            chosen[f"{unit.reference}-{name}"] = value
        check = words(client.post(page, chosen | {"to": "check"}))
        assert (
            "The reference, your organisation, the recipients and the dates; nothing else" in check
        )


class TestTheSetting:
    def test_it_takes_the_views_in_their_own_order(self, monkeypatch):
        monkeypatch.setenv("VIEWS", "cover, blind")
        assert environment.several("VIEWS", "", known=("blind", "cover"), default="blind") == [
            "blind",
            "cover",
        ]

    def test_a_view_that_does_not_exist_stops_the_start(self, monkeypatch):
        monkeypatch.setenv("VIEWS", "blind everything")
        with pytest.raises(ImproperlyConfigured, match="it may have blind, cover"):
            environment.several("VIEWS", "", known=("blind", "cover"), default="blind")
