"""The components in every state, for whoever builds or changes a page. Not routed in production.

`?language=ar` draws it from right to left, `?refused=1` shows the forms after a refusal,
`?page=409` an error page. The data is invented, and some of it hostile.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import mark_safe

from impna import widgets

# A day that does not move, so that two pictures of the gallery can be compared.
NOW = dt.datetime(2026, 11, 9, 14, 0, tzinfo=dt.UTC)
DIGEST = "a8f033c2" + "5b" * 26 + "9e17"
REFERENCE = "7K3F-9Q2M-XW4T-Z"
ERRORS: dict[str, dict[str, Any]] = {
    "400": {},
    "403": {"reason": "Only an approver who changed nothing in this version may hand it over."},
    "404": {},
    "409": {"reason": "Exhibit 4 does not say who can be recognised in it."},
    "413": {"limit": 8 * 1024 * 1024},
    "429": {"seconds": 20},
    "500": {},
}
HOSTILE = {
    "script": "<script>alert('Example')</script> & <b>bold</b>",
    "override": "example\u202egpj.exe",
    "long": "Example_" + "unbroken" * 14 + ".pdf",
    "arabic": "منظمة المثال للتوثيق والمتابعة (فرع المدينة)",
    "mixed": "تقرير Example 12/26 نهائي.pdf",
    "hidden": "Example\u2028two\u200blines\u0007",
    "name": "Example State 4, Specialised Prosecution Service for Genocide, Crimes against "
    "Humanity, War Crimes and Terrorism, Third Chamber, Liaison Section",
}


class GalleryForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        help_text="You can paste it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label="Six-digit code",
        help_text="It changes every 30 seconds; the one before still works.",
        widget=widgets.OneTimeCodeInput,
    )
    organisation = forms.CharField(label="Name of the organisation", initial=HOSTILE["arabic"])
    reason = forms.CharField(
        label="Reason",
        help_text="One or two sentences. Kept with your role in the custody log.",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    state = forms.ChoiceField(
        label="State",
        choices=[("", "Choose a State"), ("1", "Example State 1"), ("2", "Example State 2")],
    )
    finding = forms.ChoiceField(
        label="Your finding",
        choices=[
            ("summary", "Confirm, with reach “summary”"),
            ("alert", "Confirm, with reach “alert” only"),
            ("refuse", "Refuse"),
        ],
        widget=widgets.RadioSelect(
            hints={
                "summary": "The unit may receive alerts and summaries, no exhibits",
                "refuse": "The unit is told the reason and how to ask for a review",
            }
        ),
    )
    languages = forms.MultipleChoiceField(
        label="Working languages",
        choices=[("en", "English"), ("fr", "French"), ("ar", "Arabic")],
        widget=widgets.CheckboxSelectMultiple,
        required=False,
    )
    until = forms.DateField(label="Until", widget=widgets.DateInput)
    listed = forms.BooleanField(
        label="Show the name of our organisation to other partners",
        help_text="Without this only the Secretariat knows it.",
        required=False,
    )
    understood = forms.BooleanField(label="I understand that the portal files no complaint")
    note = forms.FileField(
        label="Note on national law", help_text="PDF, at most 10 MB.", required=False
    )
    fixed = forms.CharField(label="Kind of partner", initial="Authority", disabled=True)

    def clean(self) -> dict[str, object]:
        super().clean()
        if self.errors:
            raise forms.ValidationError("The finding was not recorded, and nothing was changed.")
        return self.cleaned_data


def day(days: int) -> dt.date:
    return NOW.date() + dt.timedelta(days=days)


def code(n: int) -> str:
    return "-".join(f"{n * prime % 65536:04x}" for prime in (7919, 104729, 1299709))


def waiting() -> list[dict[str, object]]:
    return [
        {
            "due": day(-3),
            "label": "Confirm Example State 6, war-crimes unit",
            "url": "#",
            "text": "One of two coordinators has recorded findings.",
            "reference": REFERENCE,
            "on": "",
            "since": day(-5),
            "action": {"label": "Confirm", "url": "#", "primary": True},
        },
        {
            "due": day(1),
            "label": HOSTILE["name"],
            "url": "#",
            "text": "Asks for another date.",
            "on": "Coordinator 1",
            "since": day(-2),
            "action": {"label": "See the question", "url": "#"},
        },
        {
            "due": day(21),
            "label": HOSTILE["arabic"],
            "url": "#",
            "text": "Terms not accepted yet.",
            "reference": REFERENCE,
            "on": "the partner",
            "since": day(-30),
        },
    ]


def contents(*, refused: bool) -> dict[str, Any]:
    form = GalleryForm(
        {"email": "not an address", "finding": ""} if refused else None, auto_id="g_%s"
    )
    return {
        "form": form,
        "now": NOW,
        "hostile": HOSTILE,
        "digest": DIGEST,
        "reference": REFERENCE,
        "codes": [code(n) for n in range(1, 11)],
        "dates": [day(n) for n in (-40, -1, 0, 1, 3, 21, 177, 900)],
        "moment": NOW - dt.timedelta(hours=5),
        "waiting": waiting(),
        "tasks": [
            {
                "label": "What this is",
                "url": "#",
                "hint": "Information. It is not a complaint",
                "count": "1 of 1",
                "state": "Complete",
                "kind": "good",
            },
            {
                "label": "Consent",
                "url": "#",
                "hint": "P‑02 and P‑06: recipients not asked yet",
                "count": "4 of 6",
                "state": "2 missing",
                "kind": "stop",
            },
            {
                "label": "Exhibits",
                "url": "#",
                "count": "4 of 8",
                "state": "In progress",
                "kind": "info",
                "links": [{"words": "exhibit 2: how it was obtained", "url": "#"}],
                "more": "and 3 more",
            },
            {
                "label": "Check your answers and hand over",
                "hint": "Opens when nothing above is missing",
                "state": "Cannot start yet",
                "kind": "open",
            },
        ],
        "events": [
            {"at": day(7), "text": "Acknowledgement due", "next": True},
            {"at": NOW, "html": mark_safe("Recorded by Coordinator 1. <a href='#'>The record</a>")},
            {"at": NOW - dt.timedelta(days=2), "text": "Applied: " + HOSTILE["long"]},
        ],
        "rows": [
            {
                "label": "Identity",
                "value": "Confirmed by official letter and a call back",
                "change_url": "#",
            },
            {"label": "Name", "value": HOSTILE["long"], "change_url": "#"},
            {"label": "Death penalty", "value": "Abolished"},
        ],
        "choices": [
            {"label": "All", "url": "#", "count": "1,000+", "current": True},
            {"label": "Not settled", "url": "#", "count": 5},
            {"label": "Mechanisms", "url": "#"},
        ],
        "steps": [
            {"label": "Identity", "done": True},
            {"label": "Mandate and intake", "current": True},
            {"label": "Check your answers"},
        ],
    }


def gallery(request: HttpRequest) -> HttpResponse:
    language = "ar" if request.GET.get("language") == "ar" else translation.get_language() or "en"
    with translation.override(language):
        if page := request.GET.get("page"):
            if page not in ERRORS:
                raise Http404
            return render(request, f"errors/{page}.html", ERRORS[page], status=int(page))
        refused = "refused" in request.GET
        if refused and hasattr(request, "_messages"):
            messages.error(request, "This was refused, and nothing was changed.")
            messages.warning(request, "The assessment lapses in 3 days.")
            messages.success(
                request, "Findings recorded. Coordinator 1 is asked to confirm by 16 Nov 2026."
            )
        return render(request, "gallery.html", contents(refused=refused))
