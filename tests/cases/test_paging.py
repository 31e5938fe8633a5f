"""Histories, openings and recipients go on to their end, a page at a time, and lists stay cheap."""

import re

import pytest
from django.urls import reverse

from cases.actions import referrals, requests
from cases.history import published_of
from cases.models import Referral
from cases.views import given as given_views
from custody import history
from custody.models import CustodyEvent
from partners import roles
from submissions.actions import exhibits
from tests.cases.pages import at_head, given, words
from tests.factories.cases import head, referred
from tests.factories.partners import acting, member, partner_at, signed_in, unit_of
from tests.factories.submissions import complete_draft, documenter
from tests.partners.test_queries import few_statements

_ITEM = re.compile(r'<div class="p-time__what">(.*?)</div>')


@pytest.fixture
def short(monkeypatch):
    """Pages of two."""
    monkeypatch.setattr(history, "PAGE", 2)
    monkeypatch.setattr(given_views, "PAGE", 2)


def walk(client, address, name):
    """Every page of one history, by its own links."""
    pages, here = [], address
    while here:
        page = client.get(here)
        assert page.status_code == 200
        pages.append(page)
        link = re.search(rf'rel="next" href="(\?{name}=[0-9a-f]{{64}})', page.content.decode())
        here = f"{address}{link[1]}" if link else ""
    return pages


def asked(referral, number):
    with acting(head()):
        for n in range(number):
            requests.ask(referral=referral, kind="clarify", text=f"Question {n}?", by=head())


class TestHistories:
    def test_a_recipients_two_histories_go_on_each_by_itself(self, db, short):
        referral, client = given(), at_head()
        asked(referral, 3)
        for _n in range(3):
            client.post(f"{referral.get_absolute_url()}note/", {"text": "For us."})
        for name in ("published", "internal"):
            pages = walk(client, referral.get_absolute_url(), name)
            found = [event.pk for page in pages for event in page.context[name].events]
            assert found == sorted(set(found), reverse=True)
            assert len(found) > 3
            assert 'rel="prev" href="?#' in pages[-1].content.decode()
            if name == "published":
                assert len(found) == published_of(referral).count()
                assert all(len(page.context["internal"].events) == 2 for page in pages)

    def test_the_senders_timeline_of_one_recipient_goes_on(self, db, short):
        referral = given()
        asked(referral, 4)
        client = signed_in(referral.sent_by)
        address = reverse("cases:given", args=[referral.reference])
        told = [
            row
            for page in walk(client, address, "history")
            for row in _ITEM.findall(page.content.decode())
        ]
        assert told.count("It asked you something.") == 4
        assert told[-1].startswith("You gave it") or told[-1].startswith("You sent it")

    def test_events_of_another_recipient_are_not_in_it(self, db):
        referral = given()
        other = referred_again(referral, another_unit())
        asked(referral, 2)
        client = signed_in(referral.sent_by)
        page = client.get(reverse("cases:given", args=[other.reference]))
        assert "It asked you something." not in words(page)

    def test_a_submissions_history_goes_on(self, db, short):
        submission = complete_draft()
        client = signed_in(documenter())
        pages = walk(client, submission.get_absolute_url(), "history")
        assert len(pages) > 2
        found = [e.pk for page in pages for e in page.context["events"].events]
        assert found == sorted(set(found), reverse=True)

    def test_an_address_someone_made_up_begins_at_the_newest(self, db, short):
        referral, client = given(), at_head()
        elsewhere = bytes(CustodyEvent.objects.earliest("pk").digest).hex()
        first = client.get(referral.get_absolute_url()).context["published"].events
        for made_up in ("x", "00" * 32, elsewhere, "é" * 64):
            page = client.get(referral.get_absolute_url(), {"published": made_up})
            assert page.context["published"].events == first
            assert page.context["published"].newest_url == ""


class TestGiven:
    def test_openings_go_on_to_the_first(self, db, short):
        referral = given()
        for _n in range(3):
            by = member(referral.submission.partner, "reader")
            with acting(by):
                exhibits.open_names(submission=referral.submission, by=by)
        client = signed_in(referral.sent_by)
        address = reverse("cases:given-list", args=[referral.submission.reference])
        pages = walk(client, address, "openings")
        rows = [row for page in pages for row in page.context["openings"]]
        assert len(rows) >= 3
        assert [row["at"] for row in rows] == sorted((r["at"] for r in rows), reverse=True)

    def test_recipients_go_on_and_more_of_them_take_no_more_statements(
        self, own_database, monkeypatch
    ):
        monkeypatch.setattr(given_views, "PAGE", 2)
        submission = complete_draft()
        first = referred(submission=submission)
        for n in range(4):
            referred_again(first, another_unit(n))
        client = signed_in(first.sent_by)
        address = reverse("cases:given-list", args=[submission.reference])
        client.get(address)
        found, counts, here = [], [], address
        while here:
            with few_statements(most=17) as sent:
                page = client.get(here)
            counts.append(len(sent))
            found += [one.referral.pk for one in page.context["holdings"]]
            older = page.context["older_recipients"]
            here = f"{address}?before={older}" if older else ""
        assert found == list(Referral.objects.order_by("-pk").values_list("pk", flat=True))
        assert "Newest" in words(page)
        assert len(set(counts)) <= 2  # one more to find where a page begins

    def test_one_of_another_submission_begins_at_the_newest(self, db, short):
        mine, other = referred(), referred(submission=complete_draft(title="Other"))
        client = signed_in(mine.sent_by)
        address = reverse("cases:given-list", args=[mine.submission.reference])
        page = client.get(address, {"before": other.reference})
        assert [one.referral for one in page.context["holdings"]] == [mine]
        assert not page.context["later_page"]


def another_unit(number=0):
    """Of another authority."""
    return unit_of(partner_at(kind=roles.AUTHORITY, name=f"Another authority {number}"))


def referred_again(referral, unit):
    """The same version, to one more recipient."""
    by = referral.sent_by
    with acting(by):
        return referrals.refer(
            version=referral.version, recipient=referrals.Recipient(unit=unit), by=by
        )
