"""What a person is told: exactly once inside, by mail that never says what (R8)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from impna.db import acting_as
from partners.actions import letters, notifications
from partners.models import Letter, MailSetting, Notification
from partners.notifications import register, sentence
from tests.factories.partners import signed_in
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import at_once, words
from tests.partners.test_queries import few_statements

TITLE = "Example events in the south"


def tell(user, key="k", *, about=TITLE, path="/members/"):
    with transaction.atomic(), acting_as(user):
        return notifications.tell(users=[user], code="cases.asked", key=key, path=path, about=about)


def told(user):
    return Notification.objects.filter(user=user)


def waiting(user):
    return Letter.objects.filter(user=user, kind=Letter.Kind.WAITING)


@pytest.fixture
def user(db):
    return documenter()


@pytest.fixture
def client(user):
    return signed_in(user)


class TestTheList:
    def test_newest_first_with_sentence_title_and_date(self, user, client):
        tell(user, "one")
        tell(user, "two", about="")
        page = client.get("/inbox/")
        assert [one.key for one, _words in page.context["rows"]] == ["two", "one"]
        assert str(sentence("cases.asked")) in words(page)
        assert TITLE in words(page)

    def test_a_page_at_a_time_by_key(self, user, client, monkeypatch):
        from partners.views import inbox

        monkeypatch.setattr(inbox, "PAGE", 2)
        for n in range(5):
            tell(user, f"k{n}")
        first = client.get("/inbox/")
        second = client.get(f"/inbox/?before={first.context['older']}")
        third = client.get(f"/inbox/?before={second.context['older']}")
        found = [one.key for page in (first, second, third) for one, _w in page.context["rows"]]
        assert found == ["k4", "k3", "k2", "k1", "k0"]
        assert third.context["older"] == ""

    def test_only_what_is_new_a_page_at_a_time(self, user, client, monkeypatch):
        from partners.views import inbox

        monkeypatch.setattr(inbox, "PAGE", 2)
        for n in range(5):
            tell(user, f"k{n}")
        seen = Notification.objects.filter(key__in=["k4", "k2"])
        with transaction.atomic(), acting_as(user):
            notifications.mark_seen(notifications=seen, by=user)
        first = client.get("/inbox/?show=new")
        assert [one.key for one, _words in first.context["rows"]] == ["k3", "k1"]
        second = client.get(f"/inbox/?before={first.context['older']}&show=new")
        assert [one.key for one, _words in second.context["rows"]] == ["k0"]
        assert 'href="?show=new" aria-current="true"' in first.content.decode()
        made_up = client.get("/inbox/?show=else")
        assert [one.key for one, _words in made_up.context["rows"]] == ["k4", "k3"]

    def test_nothing_new_is_said(self, user, client):
        assert "Nothing new." in words(client.get("/inbox/?show=new"))

    def test_other_peoples_do_not_exist(self, user, client):
        tell(another_documenter(), "theirs")
        theirs = told(another_documenter()).get()
        assert not client.get("/inbox/").context["rows"]
        assert client.post(f"/inbox/{theirs.reference}/").status_code == 404
        client.post("/inbox/seen/", {"newest": theirs.reference})
        theirs.refresh_from_db()
        assert theirs.seen_at is None

    def test_following_one_marks_it_and_leads_on(self, user, client):
        tell(user)
        one = told(user).get()
        assert client.get(f"/inbox/{one.reference}/").status_code == 405
        response = client.post(f"/inbox/{one.reference}/")
        assert (response.status_code, response["Location"]) == (302, "/members/")
        one.refresh_from_db()
        assert one.seen_at is not None

    def test_marking_all_leaves_what_came_since(self, user, client):
        tell(user, "one")
        newest = client.get("/inbox/").context["rows"][0][0]
        tell(user, "two")
        assert client.post("/inbox/seen/", {"newest": newest.reference}).status_code == 302
        assert [one.key for one in told(user).unseen()] == ["two"]

    @pytest.mark.parametrize("text", ["", "nothing", "0000000000000"])
    def test_marking_all_of_nothing_marks_nothing(self, user, client, text):
        tell(user)
        client.post("/inbox/seen/", {"newest": text})
        assert told(user).unseen().count() == 1

    def test_the_number_of_new_ones_stands_on_every_page(self, user, client):
        assert client.get("/members/").context["unseen"] == 0
        tell(user, "one")
        tell(user, "two")
        page = client.get("/members/")
        assert page.context["unseen"] == 2
        assert "Inbox" in words(page)

    def test_the_number_costs_no_statement_and_stays_bounded(self, own_database):
        user = documenter()
        now = timezone.now()
        Notification.objects.bulk_create(
            Notification(user=user, key=f"k{n}", code="cases.asked", path="/", made_at=now)
            for n in range(130)
        )
        client = signed_in(user)
        with few_statements():
            page = client.get("/inbox/")
        assert page.context["unseen"] == 100
        assert len(page.context["rows"]) == 25

    def test_a_code_means_one_thing(self):
        with pytest.raises(LookupError):
            register({"cases.asked": "Something else."})


class TestExactlyOnce:
    def test_two_at_once_tell_once(self, own_database):
        user = documenter()
        results = at_once(lambda: tell(user), lambda: tell(user))
        assert sorted(results) == [0, 1]
        assert told(user).count() == 1
        assert waiting(user).count() == 1

    def test_another_occasion_is_told_again(self, user):
        assert (tell(user, "one"), tell(user, "one"), tell(user, "two")) == (1, 0, 1)

    def test_nobody_who_may_not_sign_in_is_told(self, user):
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        user.refresh_from_db()
        with transaction.atomic():
            made = notifications.tell(users=[user], code="cases.asked", key="k", path="/")
        assert made == 0


class TestMail:
    def test_at_once_there_is_one_unsent_letter_at_most(self, own_database, as_worker):
        user = documenter()
        for n in range(3):
            tell(user, f"k{n}")
        assert waiting(user).count() == 1
        with as_worker():
            letters.deliver()
        tell(user, "later")
        assert waiting(user).count() == 2

    def test_once_a_day_waits_for_the_day(self, own_database, as_worker, clock):
        user = documenter()
        choose(user, "daily")
        tell(user, "one")
        tell(user, "two")
        assert not waiting(user).exists()
        with as_worker():
            assert notifications.mail_daily() == 1
            letters.deliver()
        tell(user, "three")
        with as_worker():
            assert notifications.mail_daily() == 0
            clock.move(hours=25)
            assert notifications.mail_daily() == 1
            assert notifications.mail_daily() == 0
        assert waiting(user).count() == 2

    def test_nothing_new_means_no_mail(self, user, client):
        choose(user, "daily")
        assert notifications.mail_daily() == 0
        tell(user)
        client.post(f"/inbox/{told(user).get().reference}/")
        assert notifications.mail_daily() == 0

    def test_two_sweeps_at_once_write_one_letter(self, own_database):
        user = documenter()
        choose(user, "daily")
        tell(user)
        assert sorted(at_once(notifications.mail_daily, notifications.mail_daily)) == [0, 1]
        assert waiting(user).count() == 1

    def test_who_changes_to_at_once_is_told_of_what_waits(self, user):
        choose(user, "daily")
        tell(user)
        choose(user, "immediate")
        assert waiting(user).count() == 1
        choose(user, "immediate")
        assert waiting(user).count() == 1

    def test_the_words_are_constant(self, user):
        tell(user)
        subject, body = letters._words(waiting(user).get())
        assert subject == "Something waits for you"
        for word in (TITLE, "cases", "asks", user.display_name, told(user).get().path):
            assert word not in subject + body


def choose(user, when):
    with transaction.atomic(), acting_as(user):
        return notifications.choose_mail(when=when, by=user)


class TestChoosing:
    def test_at_once_unless_chosen_otherwise(self, user, client):
        assert "At once" in words(client.get("/account/"))
        assert client.post("/account/mail/", {"when": "daily"}).status_code == 302
        assert MailSetting.objects.get(user=user).when == "daily"
        assert "Once a day" in words(client.get("/account/"))
        client.post("/account/mail/", {"when": "immediate"})
        assert MailSetting.objects.get(user=user).when == "immediate"

    @pytest.mark.parametrize("when", ["", "never"])
    def test_only_one_of_the_two(self, client, when):
        assert client.post("/account/mail/", {"when": when}).status_code == 422
        assert not MailSetting.objects.exists()

    def test_a_day_is_a_day(self, user, clock):
        choose(user, "daily")
        tell(user)
        assert notifications.mail_daily() == 1
        clock.move(hours=23)
        tell(user, "again")
        assert notifications.mail_daily() == 0
        assert told(user).unmailed().count() == 1
        assert timedelta(days=1) == notifications._DAY
