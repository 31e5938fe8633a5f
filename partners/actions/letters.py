"""Mail goes out from rows. Its words never change: something waits, or one link (R8)."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from custody.keys import deployment_compartment
from custody.models import Compartment
from custody.texts import open_text, seal_text
from impna import mail
from impna.db import after_commit
from partners.models import Letter, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
TRIES = 12
_LINK_COLUMN = "partners.letter.link"


def write(*, kind: str, to: str, language: str, user: User | None = None, path: str = "") -> Letter:
    """Put a letter on the table inside the change's transaction; `path` is sealed until sent."""
    now = timezone.now()
    letter = Letter(kind=kind, to=to, user=user, language=language, created_at=now, due_at=now)
    if path:
        letter.link = seal_text(
            path, compartment=_compartment(), column=_LINK_COLUMN, row=letter.reference
        )
    letter.save()
    after_commit(_ask_for_delivery)
    return letter


def deliver(*, limit: int = 20) -> int:
    """Send what is due, each under a lease; returns how many went out. Safe to run at any time."""
    with transaction.atomic():
        letters = Letter.objects.claim(now=timezone.now(), lease=LEASE, limit=limit)
    return sum(_send(letter) for letter in letters)


def _send(letter: Letter) -> bool:
    try:
        subject, body = _words(letter)
        mail.send(to=letter.to, subject=subject, body=body)
    except Exception:
        logger.exception("A letter could not be sent; it will be tried again.")
        _put_back(letter)
        return False
    Letter.objects.filter(pk=letter.pk).update(
        sent_at=timezone.now(), link=None, claimed_until=None
    )
    return True


def _put_back(letter: Letter) -> None:
    now = timezone.now()
    if letter.attempts >= TRIES:
        Letter.objects.filter(pk=letter.pk).update(given_up_at=now, link=None, claimed_until=None)
        return
    wait = timedelta(seconds=min(30 * 2**letter.attempts, 6 * 3600))
    Letter.objects.filter(pk=letter.pk).update(due_at=now + wait, claimed_until=None)


def _words(letter: Letter) -> tuple[str, str]:
    link = ""
    if letter.link is not None:
        path = open_text(
            letter.link, compartment=_compartment(), column=_LINK_COLUMN, row=letter.reference
        )
        link = settings.ORIGIN + path
    with translation.override(letter.language):
        name = f"partners/mail/{letter.kind}"
        subject = render_to_string(f"{name}.subject.txt").strip()
        return subject, render_to_string(f"{name}.txt", {"link": link, "origin": settings.ORIGIN})


def _ask_for_delivery() -> None:
    from partners.tasks import deliver_letters  # the task imports this module

    deliver_letters.delay()


def _compartment() -> Compartment:
    return deployment_compartment(Compartment.Purpose.ACCOUNTS)
