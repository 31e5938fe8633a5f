"""The browser's test ground: a real portal, a real Chromium, a context of its own for each person.

No fixed sleeps: wait for what the reader would wait for. Every page's console and every request to
another host is collected, and both must be empty when the test ends.
"""

import os
import re
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from partners.models import User
from tests.factories.partners import PASSWORD, next_code
from tests.journeys.portal import Portal, running

PATIENCE = 20_000  # ms
WIDTHS = (1200, 320)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
expect.set_options(timeout=PATIENCE)


class Mailbox:
    """A real SMTP server that keeps what it gets."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content)
        text = message.get_payload(decode=True).decode()
        self.letters += [(to, text) for to in envelope.rcpt_tos]
        return "250 OK"

    def link_for(self, address: str) -> str:
        """The path in the newest letter to an address, or nothing yet."""
        for to, text in reversed(self.letters):
            if to == address and (found := re.search(r"https?://[^/]+(/\S+)", text)):
                return found[1]
        return ""


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """Where the portal's workers deliver."""
    made = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(made, hostname="127.0.0.1", port=port)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_MAIL_URL", f"smtp://127.0.0.1:{port}")
        yield made
    server.stop()


@pytest.fixture(scope="session")
def portal(clones, django_db_setup, tmp_path_factory, mailbox) -> Iterator[Portal]:
    """One for the session; tests make people and submissions of their own in it."""
    name = f"{clones.template}_{uuid.uuid4().hex[:6]}"
    clones.create(name, clones.template)
    with running(name, tmp_path_factory.mktemp("portal")) as made:
        yield made
    connections.close_all()
    clones.drop(name)


@pytest.fixture(autouse=True)
def portal_database(portal, django_db_blocker) -> Iterator[None]:
    """Django in this process looks at the portal's database, as the application."""
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = portal.database
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    settings["NAME"] = before


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The Chromium that PORTAL_CHROMIUM names."""
    path = os.environ.get("PORTAL_CHROMIUM", "")
    if not path:
        pytest.fail("No Chromium: ./portal test --install gets it.", pytrace=False)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread, so Django takes every query for one in async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # --no-sandbox: CI and containers run tests as root; every page here is our own.
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


@dataclass
class Watched:
    """What a browser said and whom it asked."""

    origins: tuple[str, ...]
    said: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    # What a test provokes on purpose: a console line that contains one of these is no fault.
    expected: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Every page of the context, those it opens later included."""
        context.on("console", lambda message: self._hear(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: self._hear(f"error: {error.error}"))
        context.on("request", lambda request: self._see(request.url))

    def faults(self) -> list[str]:
        """All that was not expected."""
        said = [line for line in self.said if not any(part in line for part in self.expected)]
        return said + self.foreign

    def _hear(self, line: str) -> None:
        self.said.append(line)

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        ours = f"{parts.scheme}://{parts.netloc}" in self.origins
        if not ours and parts.scheme not in ("about", "data", "blob"):
            self.foreign.append(f"asked {url}")


@pytest.fixture
def watched(portal) -> Iterator[Watched]:
    """Nothing unexpected on any console, no request to anyone else."""
    made = Watched((portal.origin, portal.bytes_origin))
    yield made
    assert made.faults() == []


@pytest.fixture
def new_person(portal, browser, watched) -> Iterator[Callable[..., Page]]:
    """A browser of its own for each person: `new_person()` gives its first page."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Page:
        options = {"viewport": {"width": 1200, "height": 900}, "base_url": portal.origin} | options
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        watched.watch(context)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_person) -> Page:
    """The browser of the one person in this test."""
    return new_person()


def sign_in(page: Page, user: User, *, going_to: str = "/") -> None:
    """Address, password, the next unused code: as people do."""
    if "/sign-in/" not in page.url:
        page.goto("/sign-in/" if going_to == "/" else f"/sign-in/?next={going_to}")
    give_factors(page, user)


def give_factors(page: Page, user: User) -> None:
    """Both forms, wherever the first one stands."""
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill(unused_code(page, user))
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def unused_code(page: Page, user: User) -> str:
    """The portal takes a code up to thirty seconds ahead, and each once: a third needs waiting."""
    from django.utils import timezone

    while True:
        device = user.totpdevice_set.get(confirmed=True)
        if device.last_step <= int(timezone.now().timestamp()) // 30:
            return next_code(user)
        page.wait_for_timeout(250)


def axe(page: Page) -> list[str]:
    """What axe-core objects to on this page; must be nothing."""
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways; must be none."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def check_page(page: Page) -> None:
    """Accessible and no wider than the window at both widths, and in a mirrored layout."""
    before = page.viewport_size
    direction = page.evaluate("document.dir")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == [], f"{page.url} at {width}"
        assert sideways(page) == 0, f"{page.url} at {width}"
        # Every page is mirrored, whatever its language.
        page.evaluate("document.dir = 'rtl'")
        assert sideways(page) == 0, f"{page.url} at {width}, right to left"
        page.evaluate("before => document.dir = before", direction)
    page.set_viewport_size(before)


@pytest.fixture(scope="session")
def vendored() -> Path:
    """What others wrote, for judging."""
    return Path(__file__).parent / "vendor"
