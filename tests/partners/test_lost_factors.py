"""Phone and codes lost: a manager and a coordinator agree, a day passes, notice is given."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners.actions import factors
from partners.models import Letter, LostFactor, User
from tests.factories.partners import (
    acting,
    coordinators,
    manager_of,
    member,
    next_code,
    signed_in,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import (
    Clocks,
    first_step,
    hidden,
    is_signed_in,
    second_step,
    ticket,
    words,
)

REPORT = reverse("partners:lost-factor")
NEW_APP = reverse("partners:new-factor")


@pytest.fixture
def user(db) -> User:
    return documenter()


@pytest.fixture
def clocks(clock, monkeypatch) -> Clocks:
    return Clocks(clock, monkeypatch)


def report(user: User) -> LostFactor:
    """From the second step, as the person does it."""
    client = Client()
    response = client.post(REPORT, {"ticket": ticket(client, user)})
    assert response.status_code == 200
    return user.lost_factors.latest("id")


def page(lost: LostFactor) -> str:
    return reverse("partners:lost-factor-detail", args=[lost.reference])


def answer(lost: LostFactor, by: User, how: str, **more: str):
    return signed_in(by).post(page(lost), {"answer": how, **more})


def agreed(user: User) -> LostFactor:
    lost = report(user)
    assert answer(lost, manager_of(user.partner), "manager").status_code == 302
    assert answer(lost, coordinators()[0], "coordinator").status_code == 302
    return LostFactor.objects.get(pk=lost.pk)


def test_the_whole_way_back_in(user, clocks):
    lost = agreed(user)
    assert lost.outcome == LostFactor.Outcome.AGREED
    client = Client()
    clocks.move(hours=24, seconds=1)
    response = first_step(client, user.email)
    assert "Set up a new app" in words(response)
    given = dict(hidden(response))["ticket"]
    old = user.totpdevice_set.get(confirmed=True)
    device = factors.unconfirmed_totp(user)
    response = client.post(NEW_APP, {"ticket": given, "code": device.code_at(timezone.now())})
    assert len(response.context["codes"]) == 10
    assert is_signed_in(client)
    assert user.totpdevice_set.get().pk == device.pk != old.pk
    lost.refresh_from_db()
    assert (lost.outcome, lost.ended_at is not None) == ("done", True)
    types = list(
        CustodyEvent.objects.filter(on=f"partners.lost_factor:{lost.reference}")
        .order_by("id")
        .values_list("type", flat=True)
    )
    assert (
        types == ["partners.user.lost_factor_reported"] + ["partners.user.lost_factor_agreed"] * 2
    )


def test_it_is_done_once(user, clocks):
    agreed(user)
    clocks.move(hours=24, seconds=1)
    client = Client()
    given = dict(hidden(first_step(client, user.email)))["ticket"]
    code = factors.unconfirmed_totp(user).code_at(timezone.now())
    assert client.post(NEW_APP, {"ticket": given, "code": code}).status_code == 200
    response = Client().post(NEW_APP, {"ticket": given, "code": code})
    assert response.status_code == 409
    assert "Enter the code from your app" in words(first_step(Client(), user.email))


@pytest.mark.parametrize("hours", [0, 12, 23.99])
def test_nothing_opens_during_the_day_of_delay(user, clocks, hours):
    agreed(user)
    clocks.move(hours=hours)
    client = Client()
    response = first_step(client, user.email)
    assert "Enter the code from your app" in words(response)
    given = dict(hidden(response))["ticket"]
    assert client.post(NEW_APP, {"ticket": given, "code": "000000"}).status_code == 409
    response = client.post(REPORT, {"ticket": given})
    assert "Both have agreed" in words(response)
    assert not user.totpdevice_set.filter(confirmed=False).exists()


@pytest.mark.parametrize("who", ["manager", "coordinator", "nobody"])
def test_one_agreement_opens_nothing(user, clocks, who):
    lost = report(user)
    if who == "manager":
        answer(lost, manager_of(user.partner), "manager")
    elif who == "coordinator":
        answer(lost, coordinators()[0], "coordinator")
    clocks.move(days=30)
    client = Client()
    response = first_step(client, user.email)
    assert "Enter the code from your app" in words(response)
    given = dict(hidden(response))["ticket"]
    assert client.post(NEW_APP, {"ticket": given, "code": "000000"}).status_code == 409


def test_it_needs_the_password(user):
    for given in ("", "x", "a:b:c"):
        assert Client().post(REPORT, {"ticket": given}).status_code == 409
        assert Client().post(NEW_APP, {"ticket": given, "code": "1"}).status_code == 409
    assert not user.lost_factors.exists()


def test_a_ticket_of_the_password_step_is_over_after_five_minutes_here_too(user, clocks):
    given = ticket(Client(), user)
    clocks.move(minutes=5, seconds=1)
    assert Client().post(REPORT, {"ticket": given}).status_code == 409


def test_a_second_report_is_the_first(user):
    assert report(user).pk == report(user).pk
    assert Letter.objects.filter(to=user.email, kind="waiting").count() == 1


def test_the_database_holds_one_open_report(user):
    report(user)
    with pytest.raises(IntegrityError, match="one_lost_factor_open"), transaction.atomic():
        LostFactor.objects.create(user=user, asked_at=timezone.now(), due_on=timezone.localdate())


def test_notice_is_given_when_it_is_asked_and_when_both_agreed(user):
    lost = report(user)
    notices = Letter.objects.filter(to=user.email, kind="waiting")
    assert notices.count() == 1
    answer(lost, manager_of(user.partner), "manager")
    assert notices.count() == 1
    answer(lost, coordinators()[0], "coordinator")
    assert notices.count() == 2
    assert all(letter.link is None for letter in notices)


def test_the_old_app_works_all_the_while(user):
    lost = agreed(user)
    client = Client()
    assert second_step(client, ticket(client, user), next_code(user))["Location"] == "/"
    lost.refresh_from_db()
    assert lost.outcome in ("agreed", "refused")


def test_the_person_does_not_agree_for_themselves(db):
    manager = manager_of(documenter().partner)
    lost = report(manager)
    assert answer(lost, manager, "manager").status_code == 403
    first, _second = coordinators()
    own = report(first)
    assert answer(own, first, "coordinator").status_code == 403
    assert answer(own, first, "manager").status_code == 403
    for row in LostFactor.objects.all():
        assert (row.manager_id, row.coordinator_id) == (None, None)


def test_one_person_does_not_agree_twice(db):
    """At the Secretariat a coordinator is also the manager: still two people."""
    first, second = coordinators()
    third = member(first.partner, "coordinator")
    lost = report(third)
    assert answer(lost, first, "manager").status_code == 302
    assert answer(lost, first, "coordinator").status_code == 403
    assert answer(lost, second, "coordinator").status_code == 302
    other = report(second)
    assert answer(other, first, "coordinator").status_code == 302
    assert answer(other, first, "manager").status_code == 403


@pytest.mark.parametrize("how", ["manager", "coordinator", ""])
def test_a_colleague_without_the_role_agrees_to_nothing(user, how):
    colleague = member(user.partner, "reader")
    lost = report(user)
    assert signed_in(colleague).get(page(lost)).status_code == 403
    assert answer(lost, colleague, how).status_code == 403


def test_a_manager_is_no_coordinator_and_a_coordinator_no_manager(user):
    lost = report(user)
    assert answer(lost, manager_of(user.partner), "coordinator").status_code == 403
    assert answer(lost, coordinators()[0], "manager").status_code == 403
    lost.refresh_from_db()
    assert (lost.manager_id, lost.coordinator_id) == (None, None)


def test_a_manager_of_another_partner_does_not_know_of_it(user):
    stranger = manager_of(another_documenter().partner)
    lost = report(user)
    assert signed_in(stranger).get(page(lost)).status_code == 404
    assert answer(lost, stranger, "manager").status_code == 404
    with transaction.atomic(), acting_as(stranger), pytest.raises(NotAllowed):
        factors.agree_as_manager(lost=lost, by=stranger)


def test_each_side_answers_once(user):
    lost = report(user)
    manager, (first, second) = manager_of(user.partner), coordinators()
    another = member(user.partner, "manager")
    assert answer(lost, manager, "manager").status_code == 302
    assert answer(lost, another, "manager").status_code == 409
    assert answer(lost, first, "coordinator").status_code == 302
    assert answer(lost, second, "coordinator").status_code == 409


@pytest.mark.parametrize("during", ["asked", "agreed"])
@pytest.mark.parametrize("who", ["manager", "coordinator"])
def test_either_of_them_can_refuse_also_during_the_delay(user, clocks, during, who):
    lost = agreed(user) if during == "agreed" else report(user)
    by = manager_of(user.partner) if who == "manager" else coordinators()[0]
    assert answer(lost, by, "refuse", reason="It was not them.").status_code == 302
    lost.refresh_from_db()
    assert (lost.outcome, lost.ended_at is not None) == ("refused", True)
    clocks.move(days=2)
    assert "Enter the code from your app" in words(first_step(Client(), user.email))


def test_a_refusal_needs_a_reason_and_someone_who_may(user):
    lost = report(user)
    assert answer(lost, manager_of(user.partner), "refuse", reason=" ").status_code == 422
    for by in (documenter(), member(user.partner, "reader")):
        assert answer(lost, by, "refuse", reason="x").status_code == 403
    with transaction.atomic(), acting_as(user), pytest.raises(NotAllowed):
        factors.refuse_lost(lost=lost, by=user, reason="x")
    lost.refresh_from_db()
    assert lost.outcome == "asked"


def test_what_has_ended_is_answered_by_nobody(user):
    lost = report(user)
    manager, first = manager_of(user.partner), coordinators()[0]
    answer(lost, manager, "refuse", reason="Not them.")
    assert answer(lost, manager, "manager").status_code == 409
    assert answer(lost, first, "coordinator").status_code == 409
    assert answer(lost, first, "refuse", reason="Again.").status_code == 409
    with acting(first), pytest.raises(NotNow):
        factors.refuse_lost(lost=lost, by=first, reason="Again.")


def test_a_new_report_after_a_refusal_begins_from_the_start(user):
    lost = agreed(user)
    answer(lost, coordinators()[0], "refuse", reason="Not them.")
    again = report(user)
    assert (again.pk != lost.pk, again.outcome, again.ready_at) == (True, "asked", None)


def test_each_is_shown_their_own_button(user):
    lost = report(user)
    manager, first = manager_of(user.partner), coordinators()[0]
    assert 'value="manager"' in words(signed_in(manager).get(page(lost)))
    assert 'value="coordinator"' in words(signed_in(first).get(page(lost)))
    answer(lost, manager, "manager")
    assert "it waits on others" in words(signed_in(manager).get(page(lost)))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"outcome": "agreed"}, "lost_factor_agreed_by_both"),
        ({"outcome": "done"}, "lost_factor_agreed_by_both"),
        ({"manager": "self"}, "manager_agreement_dated"),
        ({"manager": "user", "manager_at": "now"}, "lost_factor_two_other_people"),
        ({"coordinator": "user", "coordinator_at": "now"}, "nobody_agrees_to_their_own"),
        (
            {"manager": "one", "manager_at": "now", "coordinator": "one", "coordinator_at": "now"},
            "lost_factor_two_other_people",
        ),
        (
            {"manager": "one", "manager_at": "now", "outcome": "agreed", "ready_at": "now"},
            "lost_factor_agreed_by_both",
        ),
    ],
)
def test_the_database_itself_wants_two_other_people(user, changes, constraint):
    lost = report(user)
    one = manager_of(user.partner)
    meaning = {"self": one, "user": user, "one": one, "now": timezone.now()}
    given = {name: meaning.get(value, value) for name, value in changes.items()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LostFactor.objects.filter(pk=lost.pk).update(**given)


def test_a_wrong_code_of_the_new_app_changes_nothing(user, clocks):
    agreed(user)
    clocks.move(hours=25)
    client = Client()
    given = dict(hidden(first_step(client, user.email)))["ticket"]
    good = factors.unconfirmed_totp(user).code_at(timezone.now())
    wrong = f"{(int(good) + 7) % 10**6:06d}"
    for code in (wrong, "", "\x00", "12345678901234567890123456789012345678901"):
        response = client.post(NEW_APP, {"ticket": given, "code": code})
        assert response.status_code == 422
    assert not is_signed_in(client)
    assert user.lost_factors.get().outcome == "agreed"


def test_the_delay_is_a_day(user):
    lost = agreed(user)
    assert lost.ready_at - lost.coordinator_at >= timedelta(hours=24) - timedelta(seconds=5)
    assert timedelta(hours=24) == factors.DELAY


def test_the_second_step_leads_there_once_the_day_is_over(user, clocks):
    """A ticket from just before the day was over needs no second password."""
    agreed(user)
    clocks.move(hours=23, minutes=58)
    client = Client()
    given = ticket(client, user)
    clocks.move(minutes=3)
    assert "Set up a new app" in words(client.post(REPORT, {"ticket": given}))
