"""Pages that belong to no app: the desk, help, language, and what goes wrong."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import desk as case_desk
from cases import sender_desk
from impna import mail, refusals, typed
from impna.errors import Sentence
from impna.uploads import TakesNoFiles
from partners import desk as partner_desk
from partners import roles
from partners.models import User
from submissions import desk as submission_desk

# Each app says what waits for a person in it, in as few statements as it can.
AWAITING = (
    partner_desk.awaiting,
    submission_desk.awaiting,
    case_desk.awaiting,
    sender_desk.awaiting,
)
# Where each role goes when nothing waits for it.
_SUBMISSIONS = ("cases:submission-list", gettext_lazy("See your organisation’s submissions"))
_REFERRALS = ("cases:referral-list", gettext_lazy("See what your unit was given"))
_MEMBERS = ("partners:member-list", gettext_lazy("See your colleagues and their roles"))
_PAGES: dict[str, tuple[str, Sentence]] = {
    roles.Documenter.code: ("submissions:begin", gettext_lazy("Begin a submission")),
    roles.Approver.code: _SUBMISSIONS,
    roles.DataProtectionLead.code: _SUBMISSIONS,
    roles.Reader.code: _SUBMISSIONS,
    roles.ContactPoint.code: _REFERRALS,
    roles.HeadOfUnit.code: _REFERRALS,
    roles.CaseOfficer.code: _REFERRALS,
    roles.Analyst.code: _REFERRALS,
    roles.ForensicExaminer.code: _REFERRALS,
    roles.Coordinator.code: ("partners:partner-list", gettext_lazy("See the partners")),
    roles.Adviser.code: ("cases:advice-list", gettext_lazy("See the questions that are open")),
}


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person: since when, until when, what now."""
    user = request.user
    assert isinstance(user, User)
    rows = sorted((row for awaiting in AWAITING for row in awaiting(user)), key=_by_date)
    return render(request, "desk.html", {"rows": rows, "held": _held(user)})


def _held(user: User) -> list[dict[str, Any]]:
    """What this person may do here by each role, and where that begins."""
    held = []
    for code in dict.fromkeys(one.role for one in user.held):
        page, label = _PAGES.get(code, _MEMBERS)
        if user.partner.kind == roles.OBSERVER:
            page, label = _MEMBERS
        held.append({"role": roles.BY_CODE[code], "url": reverse(page), "label": label})
    return held


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Answers for people who are not, or not yet, signed in."""
    return render(request, "help.html")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember a language on this browser and go back to the page it was chosen on.

    The browser names that page (Referer, same origin only), so no page carries its own address.
    """
    language = request.POST.get("language", "")
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        came_from = urlsplit("")
    back = came_from.path if came_from.netloc == request.get_host() else "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = HttpResponseRedirect(back)
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 86400,
            samesite="Strict",
            httponly=True,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response


@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """Demonstration mode's accounts with their next codes, and the mail it would have sent."""
    if not settings.DEMO:
        raise Http404
    from partners import demonstration

    context = {"accounts": demonstration.accounts(), "letters": mail.demo_mailbox()}
    return render(request, "demo.html", context)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or what is the matter: 413 for a form that is too large, 415 for a file in it."""
    if isinstance(exception, RequestDataTooBig):
        most = {"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        return render(request, "errors/413.html", most, status=413)
    if isinstance(exception, TakesNoFiles):
        reason = _("Files are not taken here, only on the page of a draft’s exhibits.")
        context = {"reason": reason, "files": True}
        return render(request, "errors/400.html", context, status=415)
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 from Django itself."""
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or came from elsewhere.

    To somebody signed in whose browser says that a page of ours sent it, what was typed is shown,
    with a button that sends it with a fresh token. What any other page sent is shown to nobody.
    """
    user = request.user
    is_signed_in = isinstance(user, User) and user.is_verified()  # type: ignore[attr-defined]
    if is_signed_in and typed.came_from_us(request):
        context = {
            "typed": typed.said(request),
            "fields": typed.sent(request),
            "destination": request.get_full_path(),
        }
        return render(request, "errors/stale_form.html", context, status=403)
    return render(request, "errors/403.html", {"stale_form": True}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Hidden and unknown look the same (R5)."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    return refusals.server_error(request)


def _by_date(row: partner_desk.Waiting) -> date:
    return row.due
