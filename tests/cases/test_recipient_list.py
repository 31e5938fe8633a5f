"""The list of referrals and the desk: by date, few statements, nothing opened, nothing of others'."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import lists
from cases.actions import access, decisions
from cases.actions.decisions import Ruling
from cases.desk import awaiting
from cases.models import Referral
from cases.querysets import PAGE
from custody.models import Opening
from partners.models import User
from tests.cases.pages import at_contact, at_head, words
from tests.factories.cases import (
    adviser,
    analyst,
    assigned,
    contact,
    fresh,
    head,
    officer,
    received,
    referred,
)
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import complete_draft, documenter
from tests.partners.test_queries import few_statements

LIST = "/referrals/"


def titles(rows):
    return [row.referral.reference for row in rows]


def many(number, **kwargs) -> list[Referral]:
    return [referred(submission=complete_draft(), **kwargs) for _n in range(number)]


def due(referral, days):
    day = timezone.localdate() + timedelta(days=days)
    Referral.objects.filter(pk=referral.pk).update(due_on=day)


@pytest.mark.parametrize("show", ["", *(f"?show={one}" for one in lists.SHOWN)])
def test_the_list_takes_few_statements(own_database, show):
    for referral in many(3, conditions=["Ask us first."]):
        assigned(referral)
        assigned(referral, analyst())
    client = at_head()
    client.get(LIST)
    with few_statements():
        assert client.get(f"{LIST}{show}").status_code == 200


def test_more_rows_take_no_more_statements(own_database):
    many(1)
    client = at_head()
    client.get(LIST)
    with few_statements() as short:
        client.get(LIST)
    for referral in many(3):
        assigned(referral)
    with few_statements() as long:
        client.get(LIST)
    assert len(long) <= len(short) + 1


@pytest.mark.parametrize("who", ["head", "contact", "officer"])
def test_the_desk_of_an_authority_takes_few_statements(own_database, who):
    for referral in many(3, conditions=["Ask us first."]):
        assigned(referral)
    user = {"head": head, "contact": contact, "officer": officer}[who]()
    client = signed_in(user)
    client.get("/")
    with few_statements():
        response = client.get("/")
    assert len(response.context["rows"]) == 3


def test_the_nearest_date_stands_first_and_paging_goes_on_by_date_and_key(db, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 2)
    monkeypatch.setattr("cases.views.referrals.PAGE", 2)
    found = many(5)
    for referral, days in zip(found, (9, 3, 5, 3, 7), strict=True):
        due(referral, days)
    a, b, c, d, e = (referral.reference for referral in found)
    client, seen, after = at_head(), [], ""
    for _page in range(3):
        context = client.get(LIST, {"after": after}).context
        seen += titles(context["rows"])
        after = context["later"]
    assert seen == [b, d, c, e, a]
    assert after == ""
    assert PAGE == 25


def test_an_address_someone_made_up_begins_at_the_nearest_date(db):
    (one,) = many(1)
    assert titles(at_head().get(f"{LIST}?after=0000&show=x").context["rows"]) == [one.reference]


def test_what_each_filter_shows(db):
    to_acknowledge, alone, mine, declined = referred(), received(), received(), received()
    assigned(mine)
    with acting(head()):
        ruling = Ruling("declined", reasons=["D02"])
        decisions.decide(referral=declined, ruling=ruling, seen="received", by=head())
    client = at_head()

    def shown(name, client=client):
        return set(titles(client.get(LIST, {"show": name}).context["rows"]))

    assert shown("acknowledge") == {to_acknowledge.reference}
    assert shown("unassigned") == {to_acknowledge.reference, alone.reference}
    assert shown("mine") == set()
    assert shown("mine", signed_in(officer())) == {mine.reference}
    assert shown("ended") == {declined.reference}
    assert len(shown("")) == 4


def test_looking_at_the_list_opens_nothing(db):
    received()
    before = Opening.objects.count()
    assert at_head().get(LIST).status_code == 200
    assert Opening.objects.count() == before


def test_a_row_says_what_comes_next_to_whoever_does_it(db):
    referral = received(conditions=["Ask us first."])
    assert "Answer a condition" in words(at_head().get(LIST))
    assert "Waits on a head of unit" in words(at_contact().get(LIST))
    assert str(officer()) not in words(at_contact().get(LIST))
    assigned(referral)
    assert str(officer()) in words(at_contact().get(LIST))


def test_others_have_an_empty_list(db):
    referred()
    for user in (documenter(), adviser(), officer()):
        assert signed_in(user).get(LIST).context["rows"] == []


def test_only_those_who_receive_are_led_to_the_list(db):
    assert f'href="{LIST}"' in at_head().get("/").content.decode()
    assert f'href="{LIST}"' not in signed_in(documenter()).get("/").content.decode()


def rows_of(user):
    return [(str(row.what), row.due) for row in awaiting(User.objects.get(pk=user.pk))]


def test_the_desk_says_what_waits_and_until_when(db, clock):
    today = timezone.localdate()
    referral = referred(conditions=["Ask us first."])
    acknowledge = ("acknowledge that it has arrived", today + timedelta(days=7))
    assert rows_of(head()) == rows_of(contact()) == [acknowledge]
    assert rows_of(officer()) == rows_of(documenter()) == []
    with acting(contact()):
        from cases.actions import receiving

        receiving.acknowledge(referral=referral, by=contact())
    assert rows_of(contact()) == []
    assert [what for what, _due in rows_of(head())] == ["answer a condition of the sender"]


def test_feedback_stands_on_the_desk_two_weeks_before_its_date(db, clock):
    referral = received()
    assert rows_of(head()) == []
    clock.move(days=170)
    assert rows_of(head()) == [("decide, or tell the sender how it stands", fresh(referral).due_on)]
    assert rows_of(contact()) == []


def test_what_is_assigned_stands_on_the_desk_with_the_internal_date(db):
    referral = received()
    user = assigned(referral)
    assert rows_of(user) == [("work on it: it is assigned to you", referral.assessment.due_on)]


def test_after_a_recall_the_desk_asks_what_became_of_it(db):
    referral = received()
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="", by=referral.sent_by)
    assert rows_of(head()) == [("say what became of what you were given", fresh(referral).due_on)]
    (row,) = awaiting(head())
    assert at_head().get(row.url).status_code == 200
