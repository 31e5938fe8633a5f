"""The demonstration, the first coordinators' links, and what a new portal needs once."""

import time
from datetime import datetime, timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.template.loader import get_template, render_to_string
from django.utils import timezone

from custody.models import Compartment, CustodyEvent
from partners import demonstration, roles
from partners.actions import members
from partners.events import Event
from partners.models import Letter, Membership, Partner, TotpDevice, User
from partners.states import Status

STEP = demonstration.STEP_SECONDS


@pytest.fixture
def nobody(unfounded_database):
    """A portal that nobody has joined yet; what happens is rolled back, so no mail is queued."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo_mode(settings, tmp_path):
    """A demonstration portal with a folder of its own; hashing is tested elsewhere."""
    settings.DEMO = True
    settings.VAR_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


def call(command, *arguments):
    """What a command prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def found(*emails):
    """What `found` prints for the addresses."""
    return call("found", *(word for email in emails for word in ("--email", email)))


def made():
    """The partners and people; what they handed over is in tests/cases."""
    call("prepare")
    demonstration.build()
    demonstration.leave_open()


def test_demo_has_every_kind_state_and_role_and_a_letter_nobody_answered(nobody, demo_mode):
    made()
    assert set(Partner.objects.values_list("kind", flat=True)) == set(Partner.Kind.values)
    states = set(Partner.objects.values_list("status", flat=True))
    assert states == set(Status) - {Status.LEFT}
    held = set(Membership.objects.live().values_list("role", flat=True))
    assert held == set(roles.BY_CODE)
    letter = Letter.objects.filter(to="manager@cso-f.example").latest("id")
    invitation = members.find_invitation(demonstration.link_in(letter).split("/")[-2])
    assert invitation is not None
    assert invitation.partner.status == Status.INVITED
    suspended = Partner.objects.get(status=Status.SUSPENDED)
    events = CustodyEvent.objects.filter(on=f"partners.partner:{suspended.reference}")
    words = render_to_string("partners/timeline.html", {"events": events.order_by("-id")})
    for said in ("Suspended.", "Coordinator 1", "reports of reprisals"):
        assert said in words


def test_demo_is_made_once_and_its_list_is_private_and_right(nobody, demo_mode):
    made()
    path = demonstration.accounts_file()
    words, people = path.read_text(), User.objects.count()
    assert not demonstration.build()
    assert not demonstration.leave_open()
    assert (User.objects.count(), path.read_text()) == (people, words)
    assert path.stat().st_mode & 0o777 == 0o600
    password = next(line for line in words.splitlines() if line.startswith("    "))
    assert User.objects.get(email="documenter@cso-a.example").check_password(password.strip())


def test_each_account_is_shown_with_a_code_that_works_once(nobody, demo_mode):
    made()
    shown = demonstration.accounts()
    assert len(shown) == User.objects.present().count()
    row = next(row for row in shown if row.email == "alone@cso-c.example")
    assert (row.partner, row.roles) == ("Example CSO C", "Manager, Documenter, Approver")
    assert row.wait == 0
    device = TotpDevice.objects.get(user__email=row.email)
    assert device.verify_token(row.code)
    assert not device.verify_token(row.code)
    again = next(row for row in demonstration.accounts() if row.email == "alone@cso-c.example")
    assert again.code != row.code


@pytest.mark.django_db
def test_the_next_code_is_of_a_step_that_was_not_used():
    device = TotpDevice.objects.filter(confirmed=True).first()
    now = float(int(time.time()) // STEP * STEP)
    step = int(now) // STEP
    device.last_step = step - 5
    assert demonstration.next_code(device, now)[1] == 0
    device.last_step = step
    assert demonstration.next_code(device, now)[1] == 0, "the portal takes the next step already"
    device.last_step = step + 1
    assert demonstration.next_code(device, now)[1] == STEP


def test_a_demo_that_was_killed_half_way_starts_cleanly(nobody, demo_mode, monkeypatch):
    class Killed(Exception):
        pass

    def die(self):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(demonstration._Making, "_refused", die)
        with pytest.raises(Killed):
            made()
    assert not User.objects.exists()
    assert not demonstration.accounts_file().exists()
    made()
    assert Partner.objects.by_status(Status.REFUSED).count() == 1


def test_people_joined_long_ago_and_what_waits_is_of_today(nobody, demo_mode):
    made()
    now = timezone.now()
    assert all(u.joined_at < now - timedelta(days=70) for u in User.objects.present())
    event = CustodyEvent.objects.latest("id")
    assert datetime.fromisoformat(event.at) > now - timedelta(minutes=10)


def test_demo_refuses_outside_demonstration_mode(nobody, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="only made in demonstration mode"):
        call("demo")
    assert not Partner.objects.exists()


@pytest.mark.django_db
def test_demo_refuses_where_others_have_accounts(demo_mode):
    with pytest.raises(CommandError, match="accounts that the demonstration did not make"):
        call("demo")


@pytest.mark.django_db
def test_without_a_demonstration_no_accounts_are_shown(demo_mode):
    assert demonstration.accounts() == []


def test_found_prints_a_link_for_each_address(nobody, settings):
    printed = found("one@secretariat.example", "two@secretariat.example")
    links = [word for word in printed.split() if word.startswith(settings.ORIGIN)]
    tokens = [urlsplit(link).path.strip("/").rsplit("/", 1)[-1] for link in links]
    assert [members.find_invitation(token).email for token in tokens] == [
        "one@secretariat.example",
        "two@secretariat.example",
    ]
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("emails", "said"),
    [
        (["one@secretariat.example"], "two different"),
        (["one@secretariat.example", "ONE@secretariat.example"], "two different"),
        (["one@secretariat.example", "not an address"], "valid email"),
    ],
)
def test_found_needs_two_people(nobody, emails, said):
    with pytest.raises(CommandError, match=said):
        found(*emails)


@pytest.mark.django_db
def test_found_is_over_once_someone_has_joined():
    with pytest.raises(CommandError, match="they invite the others"):
        found("three@secretariat.example", "four@secretariat.example")


def test_prepare_makes_each_compartment_once(nobody):
    call("prepare")
    purposes = list(Compartment.objects.values_list("purpose", flat=True))
    assert sorted(purposes) == ["accounts", "partners", "register"]
    assert call("prepare") == ""


def test_every_event_has_its_sentence():
    data = {"role": "manager", "roles": ["manager"], "version": "cso-1", "number": 10, "left": 9}
    for event in [*Event, "portal.refused"]:
        words = get_template(f"partners/events/{event}.html").render({"data": data})
        assert words.strip().endswith("."), event


@pytest.mark.parametrize("kind", list(Letter.Kind))
def test_mail_holds_a_link_at_most(kind):
    context = {"link": "http://localhost/x/TOKEN/", "origin": "http://localhost"}
    subject = render_to_string(f"partners/mail/{kind}.subject.txt", context)
    body = render_to_string(f"partners/mail/{kind}.txt", context)
    assert "TOKEN" not in subject
    assert ("TOKEN" in body) == (kind != Letter.Kind.WAITING)
    for word in ("IMPNA", "Eurojust", "crime", "case", "partner"):
        assert word.casefold() not in (subject + body).casefold()
