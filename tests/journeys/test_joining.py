"""From an application to a member's desk: two coordinators, a link, two factors, the terms."""

import base64
import re

from django.db import transaction
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from impna.db import acting_as
from partners.actions import members
from partners.models import Letter, Partner, User
from tests.factories.partners import PASSWORD, coordinators, manager_of
from tests.journeys.conftest import Mailbox, check_page, give_factors, sign_in

CONTACT = "manager@applying.example"


def code_of(page: Page) -> str:
    """What an authenticator app would show for the seed on the page."""
    text = page.get_by_role("main").inner_text()
    seed = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", text)
    assert seed is not None, text
    return f"{TOTP(base64.b32decode(seed[0].replace(' ', ''))).token():06d}"


def link_in_mail(page: Page, mailbox: Mailbox, address: str) -> str:
    """Wait for the letter, as its reader would."""
    for _look in range(120):
        if link := mailbox.link_for(address):
            return link
        page.wait_for_timeout(250)
    raise AssertionError(f"No letter to {address}.")


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def apply_as_partner(page: Page) -> None:
    page.goto("/apply/")
    check_page(page)
    page.get_by_label("A civil society organisation").check()
    page.get_by_label("Name", exact=True).fill("Example CSO that applies")
    page.get_by_label("Address for our answer").fill(CONTACT)
    page.get_by_label("What do you document").fill("Attacks on hospitals in Example region.")
    page.get_by_label("How can we be sure").fill("Two organisations that know us.")
    press(page, "Send the application")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_organisation_applies_is_vetted_by_two_and_its_manager_joins(
    portal, new_person, mailbox
):
    apply_as_partner(new_person())
    partner = Partner.objects.get(contact_email=CONTACT)
    first, second = coordinators()

    one = new_person()
    sign_in(one, first, going_to=partner.get_absolute_url())
    check_page(one)
    one.get_by_role("link", name="Record").first.click()
    for label in ("Identity", "Mandate", "Contact point", "Protection of sources"):
        one.get_by_label(label).fill("Confirmed by a call back.")
    one.get_by_label("Look again by").fill("2027-10-01")
    check_page(one)
    press(one, "Record")
    expect(one.get_by_text("Another coordinator gives the second finding")).to_be_visible()

    two = new_person()
    sign_in(two, second, going_to=partner.get_absolute_url())
    two.get_by_label("Confirm", exact=True).check()
    two.get_by_label("Reason").fill("Both referees answered.")
    press(two, "Record your finding")
    expect(two.get_by_text("Your finding is recorded.")).to_be_visible()

    joined = new_person()
    joined.goto(link_in_mail(joined, mailbox, CONTACT))
    check_page(joined)
    joined.get_by_label("Your name").fill("Example manager")
    joined.get_by_label("Password").fill(PASSWORD)
    press(joined, "Continue")
    check_page(joined)
    joined.get_by_role("textbox", name="Six-digit code").fill(code_of(joined))
    joined.get_by_role("main").get_by_role("button").first.click()
    expect(joined.locator(".p-codes li")).to_have_count(10)
    check_page(joined)
    joined.goto("/")
    expect(joined).to_have_url(re.compile("/terms/"))
    check_page(joined)
    joined.get_by_role("main").get_by_role("button").first.click()
    expect(joined.get_by_role("heading", level=1)).to_be_visible()
    partner.refresh_from_db()
    assert partner.status == Partner.Status.ACTIVE
    assert manager_of(partner).email == CONTACT


def test_a_form_typed_in_an_ended_session_comes_back_after_signing_in(portal, page, watched):
    watched.expected.append("401")
    cso = Partner.objects.get(name="Example CSO one")
    manager = manager_of(cso)
    sign_in(page, manager, going_to="/members/invite/")
    page.get_by_label("E-mail address").fill("colleague@cso-one.example")
    page.get_by_label("Reader").check()
    page.context.clear_cookies(name="s")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_label("Password")).to_be_visible()
    give_factors(page, User.objects.get(pk=manager.pk))
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("The invitation is on its way.")).to_be_visible()
    assert cso.invitations.filter(email="colleague@cso-one.example").exists()


def test_signing_in_and_out_works_without_javascript(portal, new_person, watched):
    watched.expected.append("Clear-Site-Data")
    page = new_person(java_script_enabled=False)
    user = manager_of(Partner.objects.get(name="Example CSO two"))
    sign_in(page, user)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/members/")
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_the_letter_is_sent_by_the_worker_and_keeps_no_link(portal, page, mailbox):
    cso = Partner.objects.get(name="Example CSO two")
    manager = manager_of(cso)
    address = "later@cso-two.example"
    with transaction.atomic(), acting_as(manager):
        members.invite(partner=cso, email=address, offers=[("reader", "")], by=manager)
    page.goto("/sign-in/")
    assert link_in_mail(page, mailbox, address).startswith("/invitation/")
    for _look in range(40):
        if Letter.objects.get(to=address).sent_at is not None:
            break
        page.wait_for_timeout(100)
    letter = Letter.objects.get(to=address)
    assert (letter.link, letter.sent_at is None) == (None, False)
