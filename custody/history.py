"""Reading the custody log: what happened to something, and the words that were not erased."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from custody.keys import deployment_cipher
from custody.log import Target, text_context
from custody.models import Compartment, CustodyEvent, EventText

PAGE = 50
_DIGEST = re.compile("[0-9a-f]{64}")


def events_of(target: Target) -> QuerySet[CustodyEvent]:
    """Every event about one thing, newest first, with its names and reasons."""
    events = CustodyEvent.objects.filter(on=f"{target.custody_label}:{target.reference}")
    return events.prefetch_related("texts").order_by("-id")


@dataclass(frozen=True)
class Page:
    """Some events of a history, newest first, and the addresses that lead on from them; "" is none."""

    events: list[CustodyEvent]
    older_url: str
    newest_url: str


def page_of(
    found: QuerySet[CustodyEvent], asked: Mapping[str, str], *, name: str, at: str = ""
) -> Page:
    """The newest `PAGE` events, or those older than the one that `asked[name]` gives by its digest.

    Numbers of events are not told: they count what everybody does. An address someone made up
    begins at the newest. `at` is where on the page the history stands.
    """
    place = f"#{at}" if at else ""
    last = _with_digest(found, asked.get(name, ""))
    rows = list((found if last is None else found.filter(pk__lt=last))[: PAGE + 1])
    older = bytes(rows[PAGE - 1].digest).hex() if len(rows) > PAGE else ""
    return Page(
        events=rows[:PAGE],
        older_url=f"?{name}={older}{place}" if older else "",
        newest_url=f"?{place}" if last is not None else "",
    )


def _with_digest(found: QuerySet[CustodyEvent], digest: str) -> int | None:
    if not _DIGEST.fullmatch(digest):
        return None
    return found.filter(digest=bytes.fromhex(digest)).values_list("pk", flat=True).first()


def read_text(text: EventText) -> str | None:
    """The name or reason, or None when it was erased."""
    if text.sealed is None or text.salt is None:
        return None
    register = deployment_cipher(Compartment.Purpose.REGISTER)
    return register.open(bytes(text.sealed), text_context(text.name, bytes(text.salt))).decode()
