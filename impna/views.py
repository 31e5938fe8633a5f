"""Pages that belong to no app: the desk, help, language, and what goes wrong."""

from datetime import date
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from cases import desk as case_desk
from cases import sender_desk
from impna import mail, refusals
from partners import desk as partner_desk
from partners.models import User
from submissions import desk as submission_desk

# Each app says what waits for a person in it, in as few statements as it can.
AWAITING = (
    partner_desk.awaiting,
    submission_desk.awaiting,
    case_desk.awaiting,
    sender_desk.awaiting,
)


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person: since when, until when, what now."""
    user = request.user
    assert isinstance(user, User)
    rows = sorted((row for awaiting in AWAITING for row in awaiting(user)), key=_by_date)
    return render(request, "desk.html", {"rows": rows})


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
    """400"""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 from Django itself."""
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or came from elsewhere."""
    return render(request, "errors/403.html", {"stale_form": True}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Hidden and unknown look the same (R5)."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    return refusals.server_error(request)


def _by_date(row: partner_desk.Waiting) -> date:
    return row.due
