"""Files of an information request: the unit's list with its form, and opening one on either side."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cases import enclosed, history, policies, possible
from cases.actions import enclosures as actions
from cases.actions import receiving, requests
from cases.forms import MAY_BE_DISCLOSED
from cases.lists import sender_of
from cases.models import InformationRequest, Referral
from cases.models.enclosures import MOST
from cases.views.enclose import MOST_FILES, MOST_MIB, address_for
from cases.views.loading import posted, referral_of, to
from cases.views.reading import given_of
from custody.history import page_of
from custody.models import Opening
from custody.plain import outcome_of
from partners.forms import ReasonForm
from partners.models import User
from partners.policies import allowed
from submissions.actions import exhibits


@require_GET
def enclosures(request: HttpRequest, reference: str, request_reference: str) -> HttpResponse:
    """What was sent with one request and who opened it; while it is open, the form for more."""
    found, user = referral_of(request, reference)
    possible.check("read", user, found)
    receiving.open_words(referral=found, by=user)
    asked = _asked(found, request_reference)
    rows = enclosed.of_request(asked, may_examine=_may_examine(user, found))
    files = [row.enclosure for row in rows]
    openings = page_of(history.openings_of_files(files), request.GET, name="openings", at="opened")
    closed = actions.closed_because(asked)
    may_add = not closed and allowed(policies.check_can_work, user, found)
    context = {
        "referral": found,
        "sender": sender_of(found),
        "asked": asked,
        "question": requests.read_question(asked),
        "rows": rows,
        "openings": enclosed.openings(found, files, openings.events),
        "openings_page": openings,
        "outcome": outcome_of(request),
        "closed": closed,
        "add_url": address_for(asked, user) if may_add else "",
        "most_mib": MOST_MIB,
        "most_files": min(MOST_FILES, MOST - len(rows)),
        "most": MOST,
        "disclosed": MAY_BE_DISCLOSED,
    }
    return render(request, "cases/enclosures.html", context)


@require_http_methods(["GET", "POST"])
def enclosure(
    request: HttpRequest, reference: str, request_reference: str, enclosure: str
) -> HttpResponse:
    """Open a file the unit sent: a reason, then fifteen minutes."""
    found, user = referral_of(request, reference)
    possible.check("read", user, found)
    receiving.open_words(referral=found, by=user)
    asked = _asked(found, request_reference)
    back = reverse("cases:enclosures", args=[found.reference, asked.reference])
    may_examine = _may_examine(user, found)
    return _opening(request, user, asked, enclosure, back, may_examine=may_examine)


@require_http_methods(["GET", "POST"])
def given_enclosure(
    request: HttpRequest, reference: str, request_reference: str, enclosure: str
) -> HttpResponse:
    """Open a file that a recipient sent with its request: a reason, then fifteen minutes."""
    found, user = given_of(request, reference)
    exhibits.open_names(submission=found.submission, by=user)
    asked = _asked(found, request_reference)
    back = f"{reverse('cases:given', args=[found.reference])}#request-{asked.number}"
    return _opening(request, user, asked, enclosure, back, is_sender=True)


def _opening(
    request: HttpRequest,
    user: User,
    asked: InformationRequest,
    reference: str,
    back: str,
    *,
    may_examine: bool = False,
    is_sender: bool = False,
) -> HttpResponse:
    """The same page for both: what to know before, or the link while the permit lasts."""
    found = get_object_or_404(
        asked.enclosures.select_related("upload__file__key"), reference=reference
    )
    form = ReasonForm(posted(request))
    if form.is_valid():
        actions.open_file(enclosure=found, reason=form.cleaned_data["reason"], by=user)
        return to(request.path)
    permit = _permit(user, f"{found.custody_label}:{found.reference}")
    context = {
        "asked": asked,
        "row": enclosed.Enclosed(found, actions.read_name(found), may_examine),
        "form": form,
        "permit": permit,
        "links": _links(permit) if permit else [],
        "back_url": back,
        "is_sender": is_sender,
    }
    status = 422 if form.errors else 200
    return render(request, "cases/enclosure.html", context, status=status)


def _asked(referral: Referral, reference: str) -> InformationRequest:
    found: InformationRequest = get_object_or_404(
        enclosed.with_files(referral.requests.all()), reference=reference
    )
    return found


def _may_examine(user: User, referral: Referral) -> bool:
    return policies.holds(user, referral, "examine_referral")


def _permit(user: User, target: str) -> Opening | None:
    permits = Opening.objects.filter(
        by=user.reference, target=target, ended_at__isnull=True, expires_at__gt=timezone.now()
    )
    return permits.order_by("-id").first()


def _links(permit: Opening) -> list[tuple[str, str]]:
    return [
        (
            item["name"],
            settings.BYTES_ORIGIN + reverse("opened-file", args=[permit.reference, item["file"]]),
        )
        for item in permit.files
    ]
