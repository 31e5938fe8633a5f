"""The custody log as people read it: a sentence for each event, who acted, the reason given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.apps import apps
from django.template.loader import render_to_string, select_template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from custody.history import read_text
from custody.models import CustodyEvent, EventText
from impna.references import show_reference
from impna.templatetags.portal import name
from partners import roles
from partners.forms import SignInForm
from partners.models import Reach

register = template.Library()


@register.simple_tag
def history(events: Iterable[CustodyEvent], nameless: str = "") -> list[dict[str, Any]]:
    """Rows for the timeline component. Two queries, however many events.

    `nameless` is the reference of a partner whose people, and their reasons, are not told here.
    """
    found = list(events)
    texts: dict[tuple[int, str], str | None] = {
        (text.event_id, text.name): read_text(text)
        for text in EventText.objects.filter(event__in=found)
    }
    return [_row(event, texts, nameless) for event in found]


@register.filter
def paper(reference: str) -> str:
    """A reference as people read it: 7K3F-9Q2M-XW4T-C."""
    return show_reference(reference)


@register.filter
def lines(text: str) -> SafeString:
    """What somebody typed in several lines, each kept from playing tricks."""
    return format_html_join(mark_safe("<br>"), "{}", ((name(line),) for line in text.splitlines()))


@register.simple_tag
def sign_in_form() -> SignInForm:
    """An empty form, for the sign-in page that stands in place of another."""
    return SignInForm()


def _row(
    event: CustodyEvent, texts: dict[tuple[int, str], str | None], nameless: str
) -> dict[str, Any]:
    entry = json.loads(event.entry)
    data = entry["data"]
    words = select_template(
        [*(f"{app}/events/{event.type}.html" for app in _apps()), "partners/events/unknown.html"]
    ).render({"type": event.type, "data": data, "target": _label_of(entry["on"]), **_labels(data)})
    is_told = not nameless or entry["partner"] != nameless
    context = {
        "words": words,
        "by": texts.get((event.pk, EventText.Name.ACTOR)) or entry["role"],
        "said": is_told and entry["by"] not in ("system", entry["on"].rpartition(":")[2]),
        "reason": texts.get((event.pk, EventText.Name.REASON)) if is_told else None,
    }
    return {
        "at": datetime.fromisoformat(entry["at"]),
        "html": render_to_string("partners/event.html", context),
    }


def _label_of(target: str) -> str:
    """What sort of thing it happened to."""
    return target.partition(":")[0]


@cache
def _apps() -> list[str]:
    """Whose templates may say an event: this app does not know who else writes some."""
    return [config.label for config in apps.get_app_configs()]


def _labels(data: dict[str, Any]) -> dict[str, Any]:
    """Codes of the log as people read them."""
    codes = data.get("roles") or ([data["role"]] if "role" in data else [])
    reach = data.get("reach") or data.get("proposed_reach") or ""
    return {
        "role_labels": [roles.BY_CODE[code].label for code in codes if code in roles.BY_CODE],
        "reach": Reach(reach).label if reach else "",
    }
