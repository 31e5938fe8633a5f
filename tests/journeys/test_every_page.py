"""Every page that somebody can look at, in a real browser: accessible, and no wider than its window.

In English at both widths and mirrored, in Arabic once; by whoever may see it.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners import roles
from partners.models import User
from tests.architecture.test_urls import ROUTES
from tests.factories.cases import adviser, contact, head, officer
from tests.factories.every import Every, a_draft, everything, filled
from tests.factories.partners import coordinators, manager_of, member, signed_in
from tests.factories.submissions import documenter
from tests.journeys.conftest import axe, check_page, sideways

# Routes without a page of their own to look at, and why.
NO_PAGE = {
    "partners:invitation": "needs the secret of a letter; test_joining",
    "partners:invitation-factor": "the same",
    "partners:reset-password": "the same",
    "partners:sign-in-code": "the second step of signing in; test_joining",
    "partners:new-factor": "the same",
    "partners:terms": "once accepted it leads on; test_main_line",
    "partners:inbox-follow": "leads to what it tells of",
    "partners:lost-factor": "the second step of signing in; test_joining",
    "submissions:exhibit-opened": "needs an opening; test_uploads",
    "submissions:exhibit-open": "needs a file; test_uploads",
    "submissions:exhibit-give-up": "needs an unfinished upload; test_uploads",
    "submissions:redactions": "needs a file; test_redacting",
    "submissions:redaction-open-pages": "the same",
    "submissions:redaction-mark": "the same",
    "submissions:redaction-page": "a picture; test_redacting",
    "submissions:redaction-pages": "sent only; test_redacting",
    "submissions:redaction": "needs a copy; test_redacting",
    "submissions:redaction-confirm": "sent only; test_redacting",
    "submissions:redaction-take-back": "needs a copy; test_redacting",
    "submissions:identity-opened": "needs an opening; test_identity_pages",
    "submissions:erase": "only of what was withdrawn; test_erasing",
    "submissions:data-request-lift": "only of a restriction; test_data_requests",
    "cases:recalled": "needs a recall; test_narrowed_pages",
    "cases:give-again": "needs a recall; test_narrowed_pages",
    "cases:opened": "needs an opening; test_main_line",
    "cases:open-shown": "needs a question that shows what is written; test_assist_view",
}

# Sent only, or asked only in a state that nothing here is in; their pages are in other journeys.
NOT_NOW = {
    "cases:acknowledge",
    "cases:ask-advice",
    "cases:dispose",
    "cases:no-conflict",
    "cases:receipt-list",
    "cases:receipt-long",
    "cases:take",
    "cases:unassign",
    "partners:answer-vetting",
    "partners:end-role",
    "partners:give-role",
    "partners:inbox-seen",
    "partners:invite-manager",
    "partners:new-recovery-codes",
    "partners:revoke-invitation",
    "partners:sign-out",
    "set-language",
    "submissions:begin-supplement",
    "submissions:ask-again",
    "submissions:code-end",
    "submissions:link-sign",
    "submissions:paper-form-end",
    "submissions:exhibit-brings",
    "submissions:exhibits-answer",
    "submissions:give-up-supplement",
    "submissions:keep",
    "submissions:make-ready",
    "submissions:send-back",
    "submissions:unsaved",
    "submissions:unsaved-discard",
}


@pytest.fixture
def people(portal) -> dict[str, User]:
    """One of each who works here."""
    found = {
        "documenter": documenter(),
        "approver": None,
        "CSO's manager": manager_of(documenter().partner),
        "data-protection lead": member(documenter().partner, roles.DataProtectionLead.code),
        "contact point": contact(),
        "head": head(),
        "officer": officer(),
        "authority's manager": manager_of(head().partner),
        "coordinator": coordinators()[0],
        "adviser": adviser(),
    }
    return {name: user for name, user in found.items() if user}


def browse(page: Page, client: Client, origin: str) -> None:
    """Give the browser the session that this client has."""
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": origin}])


def give_code_anew(client: Client) -> None:
    """Some pages ask for a fresh code, and looking at all of them takes minutes."""
    session = client.session
    session["factor_at"] = timezone.now().isoformat()
    session.save()


def addresses(every: Every) -> Iterator[tuple[str, str]]:
    """Each route's name and an address of it; of drafting pages, one that is still a draft."""
    draft = a_draft()
    for name, route in ROUTES:
        if (found := every.address(route)) is not None:
            yield name, found
        if route.startswith("submissions/<") and (other := filled(route, draft)) is not None:
            yield name, other


def looked_at(page: Page, address: str) -> None:
    """As it is, narrow, mirrored; then in Arabic."""
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    check_page(page)


def test_every_page_is_accessible_for_whoever_may_see_it(portal, people, new_person, watched):
    every = everything()
    people["approver"] = every.referral.sent_by
    clients = {name: signed_in(User.objects.get(pk=user.pk)) for name, user in people.items()}
    english, arabic = new_person(locale="en-GB"), new_person(locale="ar")
    seen: set[str] = set()
    # Chromium's advice to password managers, which a page for a signed-in person need not follow.
    watched.expected += ["404", "403", "Password forms should have"]
    for name, address in addresses(every):
        for client in clients.values():
            if address != "/" and (name, address) in seen:
                break
            give_code_anew(client)
            answer = client.get(address)
            if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
                continue
            seen |= {name, (name, address)}
            browse(english, client, portal.origin)
            looked_at(english, address)
            browse(arabic, client, portal.origin)
            arabic.goto(address)
            assert (axe(arabic), sideways(arabic)) == ([], 0), f"{address} in Arabic"
    with_pages = {
        name for name, route in ROUTES if not route.startswith("bytes/") and "events" not in name
    }
    assert with_pages - seen - set(NO_PAGE) - NOT_NOW == set()
