"""Who could be harmed: assessed, looked at again, over; the organisation's own at any time."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent, Opening
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import desk
from submissions.actions import risks
from submissions.models import Contribution, Risk, Unsaved
from submissions.risks import RiskDetails
from tests.factories.cases import head, received
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    a_risk,
    another_documenter,
    approver,
    complete_draft,
    documenter,
    handed_over,
)
from tests.partners.browser import words

CANARY = "Behind-the-old-mill"


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def posted(**more):
    return {
        "to": ["person", "staff"],
        "people": "w-03, V-01",
        "threats": ["alleged"],
        "what": f"They know the street. {CANARY}",
        "likelihood": "medium",
        "impact": "high",
        "done": "We meet elsewhere.",
        "review_on": in_days(30).isoformat(),
    } | more


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


def page(submission, name="risk-list", *more):
    return reverse(f"submissions:{name}", args=[submission.reference, *more])


def test_a_documenter_writes_one_down_and_reads_it_again(client, submission):
    assert "None is written down" in words(client.get(page(submission)))
    assert client.post(page(submission, "risk-add"), posted()).status_code == 302
    risk = Risk.objects.get()
    assert (risk.number, risk.review_on) == (1, in_days(30))
    shown = words(client.get(page(submission)))
    for said in ("W-03, V-01", "Our staff or volunteers", "Those who are said to have done it",
                 CANARY, "We meet elsewhere.", "Grave", "Likelihood: medium", "Harm: high"):  # fmt: skip
        assert said in shown
    form = client.get(page(submission, "risk-look", risk.reference)).content.decode()
    assert 'value="W-03, V-01"' in form
    assert CANARY in form


def test_nothing_of_it_stands_in_clear(client, submission):
    client.post(page(submission, "risk-add"), posted())
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM submissions_risk r")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT entry FROM custody_custodyevent WHERE type LIKE 'submissions.risk%'")
        (entry,) = cursor.fetchone()
    for text in (row, entry):
        assert CANARY not in text
        assert "W-03" not in text
        assert "high" not in text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"to": []}, "Choose who could be harmed."),
        ({"people": ""}, "Type the code of whoever could be harmed."),
        ({"people": "Anna"}, "is no code such as W-03"),
        ({"what": ""}, "Say what could happen."),
        ({"likelihood": "certain"}, "Select a valid choice"),
        ({"impact": ""}, "Choose how bad it would be."),
        ({"review_on": ""}, "Choose the day on which you look at it again."),
        ({"review_on": "soon"}, "Type a date as year, month and day"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_typed_is_lost(client, submission, wrong, sentence):
    answer = client.post(page(submission, "risk-add"), posted(**wrong))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "We meet elsewhere." in words(answer)
    assert not Risk.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 181])
def test_it_is_looked_at_again_after_today_and_within_half_a_year(client, submission, days):
    day = in_days(days)
    answer = client.post(page(submission, "risk-add"), posted(review_on=day.isoformat()))
    assert answer.status_code == 422
    known = RiskDetails(to=["staff"], what="x", likelihood="low", impact="low")
    by = submission.begun_by
    with acting(by), pytest.raises(NotAllowed):
        risks.assess(submission=submission, details=known, review_on=day, by=by)


def test_codes_of_no_list_are_refused(submission):
    by = submission.begun_by
    for wrong in ({"to": ["everyone"]}, {"threats": ["x"]}, {"likelihood": ""}, {"what": " "}):
        with pytest.raises(NotAllowed):
            a_risk(submission, **wrong)
    with acting(by):
        assert not Risk.objects.exists()


def test_looking_again_keeps_the_number_and_is_an_event(client, submission):
    risk = a_risk(submission)
    again = page(submission, "risk-look", risk.reference)
    assert client.post(again, posted(what="Less now.", impact="low")).status_code == 302
    risk.refresh_from_db()
    assert risk.number == 1
    assert risks.read_details(risk).what == "Less now."
    assert "Grave" not in words(client.get(page(submission)))
    types = CustodyEvent.objects.filter(type__startswith="submissions.risk").order_by("id")
    assert [event.type.rpartition(".")[2] for event in types] == ["assessed", "looked_at_again"]


def test_what_is_over_stays_readable_and_changes_no_more(client, submission):
    risk = a_risk(submission)
    over = page(submission, "risk-end", risk.reference)
    assert client.post(over, {"reason": ""}).status_code == 422
    assert client.post(over, {"reason": "They moved."}).status_code == 302
    assert "What could have happened" in words(client.get(page(submission)))
    for again in (over, page(submission, "risk-look", risk.reference)):
        assert client.post(again, posted(reason="x")).status_code == 409
    by = submission.begun_by
    with acting(by), pytest.raises(NotNow):
        risks.end(risk=risk, reason="x", by=by)


def test_the_database_changes_nothing_that_is_over_and_deletes_none(submission):
    risk, by = a_risk(submission), submission.begun_by
    with acting(by):
        risks.end(risk=risk, reason="x", by=by)
    for statement in (
        "UPDATE submissions_risk SET review_on = current_date",
        "DELETE FROM submissions_risk",
        "UPDATE submissions_risk SET number = 7",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting(by),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_it_is_no_change_of_the_draft(submission):
    """Four eyes look at what is handed over; risks are not."""
    before = list(Contribution.objects.values_list("user", "last_at"))
    a_risk(submission)
    assert list(Contribution.objects.values_list("user", "last_at")) == before


def test_after_a_hand_over_it_goes_on(db):
    version = handed_over()
    submission = version.submission
    client = signed_in(submission.begun_by)
    assert client.post(page(submission, "risk-add"), posted()).status_code == 302
    lead = member(submission.partner, roles.DataProtectionLead.code)
    risk = Risk.objects.get()
    again = page(submission, "risk-look", risk.reference)
    assert signed_in(lead).post(again, posted()).status_code == 302


def test_an_approver_reads_and_changes_nothing(submission):
    risk = a_risk(submission)
    client = signed_in(approver(submission))
    assert "Example threat." in words(client.get(page(submission)))
    for name, more in (("risk-add", []), ("risk-look", [risk.reference]),
                       ("risk-end", [risk.reference])):  # fmt: skip
        assert client.post(page(submission, name, *more), posted(reason="x")).status_code == 403


def test_to_others_there_is_no_such_page(db):
    referral = received()
    risk = a_risk(referral.submission)
    for user in (another_documenter(), head()):
        client = signed_in(user)
        for name, more in (("risk-list", []), ("risk-look", [risk.reference])):
            assert client.get(page(referral.submission, name, *more)).status_code == 404
    recipient = words(signed_in(head()).get(referral.get_absolute_url()))
    assert "Example threat." not in recipient


def test_of_another_submission_it_does_not_exist(client, submission):
    other = a_risk(complete_draft())
    assert client.get(page(submission, "risk-look", other.reference)).status_code == 404


def test_reading_is_one_opening(client, submission):
    a_risk(submission)
    before = Opening.objects.count()
    client.get(page(submission))
    client.get(page(submission))
    assert Opening.objects.count() == before + 1


def test_typing_survives_a_closed_tab_also_after_a_hand_over(db):
    submission = handed_over().submission
    client = signed_in(submission.begun_by)
    shown = client.get(page(submission, "risk-add")).content.decode()
    keep = reverse("submissions:unsaved", args=[submission.reference, "risk"])
    assert keep in shown
    assert client.post(keep, {"what": "Half a sentence"}).status_code == 200
    assert "Half a sentence" in words(client.get(page(submission, "risk-add")))
    client.post(page(submission, "risk-add"), posted())
    assert not Unsaved.objects.exists()


class TestTheDesk:
    def test_it_waits_on_documenters_when_its_day_comes(self, submission):
        a_risk(submission, review_on=in_days(5))
        found = desk.awaiting(documenter())
        rows = [row for row in found if row.what == "look at who could be harmed"]
        assert [(row.due, row.about) for row in rows] == [(in_days(5), submission.title)]
        said = [row.what for row in desk.awaiting(approver(submission))]
        assert "look at who could be harmed" not in said

    def test_far_ahead_it_does_not_wait_yet(self, submission):
        a_risk(submission, review_on=in_days(60))
        said = [row.what for row in desk.awaiting(documenter())]
        assert "look at who could be harmed" not in said

    def test_the_task_list_says_when_to_look_again(self, client, submission):
        assert "None written down" in words(client.get(submission.get_absolute_url()))
        a_risk(submission, review_on=in_days(1))
        assert "Looked at" in words(client.get(submission.get_absolute_url()))
