"""What every page knows: who is signed in, where they can go, and whether this is a demonstration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import User


def portal(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "demo": settings.DEMO,
        "portal_logo": "",
        "footer_links": [{"label": _("Help"), "url": reverse("help")}],
    }
    if settings.DEMO:
        context["demo_url"] = reverse("demo")
    if isinstance(user, User) and user.is_verified():  # type: ignore[attr-defined]
        context["who"] = f"{user.partner} · {user}"
        context["nav"] = _navigation(request, user)
    return context


def _navigation(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    pages = [(_("Desk"), "desk")]
    if user.is_coordinator:
        pages.append((_("Partners"), "partners:partner-list"))
    if user.partner.kind == user.partner.Kind.CSO:
        pages.append((_("Submissions"), "submissions:submission-list"))
    if user.partner.receives_referrals:
        pages.append((_("Referrals"), "cases:referral-list"))
    pages.append((_("Members"), "partners:member-list"))
    pages.append((_("Your account"), "partners:account"))
    here = request.path_info
    return [
        {
            "label": label,
            "url": (url := reverse(name)),
            "current": here == url or (url != "/" and here.startswith(url)),
        }
        for label, name in pages
    ]
