"""Redacted copies of an exhibit: the list, marking places on its pages, one copy and its end."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from custody import vault
from custody.history import events_of, page_of
from custody.models import Opening
from custody.plain import outcome_of
from impna.db import transaction_as
from impna.errors import Refused, Sentence
from impna.marks import own_transactions
from partners.models import User
from partners.policies import allowed
from submissions import policies
from submissions.actions import exhibits, redactions
from submissions.forms import CheckedReasonForm, OpeningForm
from submissions.graphic import is_graphic
from submissions.models import Exhibit, PagePictures, Redaction
from submissions.name_check import KnownNames
from submissions.redaction_forms import PlacesForm
from submissions.redactions_told import Told, failure_words
from submissions.states import CopyState
from submissions.views.drafts import _status
from submissions.views.exhibits import _about, _exhibit
from submissions.views.supply import MOST_MIB, address_for


@require_GET
def redaction_list(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Its redacted copies, and the two ways to another one."""
    found, user = _with_file(request, reference, exhibit)
    refusal = _refusal(found, user)
    pages = _pages(found)
    context = {
        "copies": [Told.of(one, exhibit=found) for one in _copies(found)],
        "refusal": refusal,
        "pages": pages,
        "pages_failure": failure_words(pages.failure) if pages and pages.failure else "",
        "supply_url": "" if refusal else address_for(found, user),
        "most_mib": MOST_MIB,
        "outcome": outcome_of(request),
        **_about(found),
    }
    return render(request, "submissions/redaction_list.html", context)


@require_POST
def ask_for_pages(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Have the pictures made on which places are marked."""
    found, user = _with_file(request, reference, exhibit)
    redactions.ask_for_pages(exhibit=found, by=user)
    return redirect("submissions:redactions", reference, exhibit)


@require_http_methods(["GET", "POST"])
def open_pages(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Ask for the pictures of its pages: a reason, then fifteen minutes."""
    found, user = _with_file(request, reference, exhibit)
    redactions.check_takes_copies(found, user)
    posted = request.POST if request.method == "POST" else None
    names = KnownNames(found.submission)
    form = OpeningForm(posted, markers=found.markers, names=names)
    if form.is_valid():
        opening = redactions.open_pages(exhibit=found, **form.given, by=user)
        return redirect("submissions:redaction-mark", reference, exhibit, opening.reference)
    context = {"form": form, **_about(found)}
    return render(request, "submissions/redaction_open.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, reference: str, exhibit: str, opening: str) -> HttpResponse:
    """Mark the places, and ask for a copy in which they are black."""
    found, user = _with_file(request, reference, exhibit)
    redactions.check_takes_copies(found, user)
    permit, pages = _permit(found, user, opening), _pages(found)
    if pages is None or pages.file is None:
        raise Http404
    count = len(pages.places)
    if request.method == "POST":
        form = PlacesForm.asked(request.POST, pages=count)
        if form.is_valid():
            copy = redactions.mark(exhibit=found, marks=form.marks, by=user)
            messages.success(request, _("%(copy)s is being made.") % {"copy": copy})
            return redirect("submissions:redactions", reference, exhibit)
    else:
        form = PlacesForm(pages=count)
    context = {
        "form": form,
        "blank": PlacesForm.blank(pages=count),
        "permit": permit,
        "is_open": permit.is_open(timezone.now()),
        "veiled": is_graphic(found.markers),
        "sheets": [(number, place) for number, place in enumerate(pages.places, 1)],
        **_about(found),
    }
    return render(request, "submissions/redaction_mark.html", context, status=_status(form))


@require_GET
@own_transactions
def page_picture(
    request: HttpRequest, reference: str, exhibit: str, opening: str, number: int
) -> HttpResponse:
    """The picture of one page under a permit of this person; 404 for everyone else's."""
    user: Any = request.user
    with transaction_as(user):
        found, user = _exhibit(request, reference, exhibit)
        permit, pages = _permit(found, user, opening), _pages(found)
        if pages is None or pages.file is None or not 1 <= number <= len(pages.places):
            raise Http404
        start, size = pages.places[number - 1][:2]
        reading = vault.Reading(permit, pages.file, found, user, first=(start, start + size))
    with reading:
        answer = HttpResponse(b"".join(reading.read(start, start + size)), "image/jpeg")
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_http_methods(["GET", "POST"])
def redaction(request: HttpRequest, reference: str, exhibit: str, copy: str) -> HttpResponse:
    """One copy: what it is, opening it, and whether nobody can be recognised in it."""
    found, user = _copy(request, reference, exhibit, copy)
    posted = request.POST if request.method == "POST" else None
    names = KnownNames(found.exhibit.submission)
    form = OpeningForm(posted, markers=found.exhibit.markers, names=names)
    if form.is_valid():
        redactions.open_copy(redaction=found, **form.given, by=user)
        return redirect(request.path)
    permit = _open_permit(found, user)
    context = {
        "told": Told.of(found, exhibit=found.exhibit),
        "form": form,
        "permit": permit,
        "links": _links(permit) if permit else [],
        "may_open": found.state in (CopyState.TO_CONFIRM, CopyState.CONFIRMED),
        "may_confirm": found.state == CopyState.TO_CONFIRM and _may_sign_off(user, found),
        "may_take_back": found.state in (CopyState.TO_CONFIRM, CopyState.CONFIRMED)
        and _may_sign_off(user, found),
        "was_read": redactions.was_read(found, user),
        "events": page_of(events_of(found), request.GET, name="openings", at="openings"),
        **_about(found.exhibit),
    }
    return render(request, "submissions/redaction.html", context, status=_status(form))


@require_POST
def confirm(request: HttpRequest, reference: str, exhibit: str, copy: str) -> HttpResponse:
    """Nobody can be recognised in it."""
    found, user = _copy(request, reference, exhibit, copy)
    redactions.confirm(redaction=found, by=user)
    messages.success(request, _("%(copy)s is confirmed and can be used.") % {"copy": found})
    return redirect("submissions:redactions", reference, exhibit)


@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, reference: str, exhibit: str, copy: str) -> HttpResponse:
    """End the use of a copy, with a reason."""
    found, user = _copy(request, reference, exhibit, copy)
    policies.check_can_sign_off(user, found.exhibit.submission)
    posted = request.POST if request.method == "POST" else None
    form = CheckedReasonForm(posted, names=KnownNames(found.exhibit.submission))
    if form.is_valid():
        redactions.take_back(redaction=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("%(copy)s is taken back.") % {"copy": found})
        return redirect("submissions:redactions", reference, exhibit)
    context = {"form": form, "copy": found, **_about(found.exhibit)}
    return render(request, "submissions/redaction_take_back.html", context, status=_status(form))


def _with_file(request: HttpRequest, reference: str, exhibit: str) -> tuple[Exhibit, User]:
    """An exhibit that has a sealed file, its name readable."""
    found, user = _exhibit(request, reference, exhibit)
    if found.file is None:
        raise Http404
    exhibits.open_names(submission=found.submission, by=user)
    return found, user


def _copy(request: HttpRequest, reference: str, exhibit: str, copy: str) -> tuple[Redaction, User]:
    found, user = _with_file(request, reference, exhibit)
    redaction: Redaction = get_object_or_404(_copies(found), reference=copy)
    redaction.exhibit = found
    return redaction, user


def _copies(exhibit: Exhibit) -> Any:
    return exhibit.redacted_copies.select_related(
        "file__key", "asked_by", "confirmed_by", "taken_back_by"
    ).order_by("-number")


def _pages(exhibit: Exhibit) -> PagePictures | None:
    found = PagePictures.objects.select_related("file__key__compartment")
    return found.filter(exhibit=exhibit).first()


def _permit(exhibit: Exhibit, user: User, opening: str) -> Opening:
    """An opening of this exhibit by this person; its time may be over."""
    target = f"{exhibit.custody_label}:{exhibit.reference}"
    return get_object_or_404(Opening, reference=opening, by=user.reference, target=target)


def _open_permit(redaction: Redaction, user: User) -> Opening | None:
    target = f"{redaction.custody_label}:{redaction.reference}"
    permits = Opening.objects.filter(
        by=user.reference, target=target, ended_at__isnull=True, expires_at__gt=timezone.now()
    )
    may = redaction.state in (CopyState.TO_CONFIRM, CopyState.CONFIRMED)
    return permits.order_by("-id").first() if may else None


def _links(permit: Opening) -> list[tuple[str, str]]:
    return [
        (
            item["name"],
            settings.BYTES_ORIGIN + reverse("opened-file", args=[permit.reference, item["file"]]),
        )
        for item in permit.files
    ]


def _may_sign_off(user: User, redaction: Redaction) -> bool:
    return allowed(policies.check_can_sign_off, user, redaction.exhibit.submission)


def _refusal(exhibit: Exhibit, user: User) -> Sentence:
    """Why no copy of it is made or taken now; "" when one is."""
    try:
        redactions.check_takes_copies(exhibit, user)
    except Refused as refusal:
        return refusal.reason
    return ""
