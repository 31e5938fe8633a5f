"""Reading the custody log: what happened to something, and the words that were not erased."""

from django.db.models import QuerySet

from custody.keys import deployment_cipher
from custody.log import Target, text_context
from custody.models import Compartment, CustodyEvent, EventText


def events_of(target: Target) -> QuerySet[CustodyEvent]:
    """Every event about one thing, newest first, with its names and reasons."""
    events = CustodyEvent.objects.filter(on=f"{target.custody_label}:{target.reference}")
    return events.prefetch_related("texts").order_by("-id")


def read_text(text: EventText) -> str | None:
    """The name or reason, or None when it was erased."""
    if text.sealed is None or text.salt is None:
        return None
    register = deployment_cipher(Compartment.Purpose.REGISTER)
    return register.open(bytes(text.sealed), text_context(text.name, bytes(text.salt))).decode()
