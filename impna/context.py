"""What every page knows: who is signed in, where they can go, and whether this is a demonstration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import roles
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
        context["unseen"] = len(getattr(user, "unseen", ()))  # came with the account
        context["nav"] = _navigation(request, user, context["unseen"])
    return context


def _navigation(request: HttpRequest, user: User, unseen: int) -> list[dict[str, Any]]:
    pages = [(_("Desk"), "desk")]
    if user.is_coordinator:
        pages.append((_("Partners"), "partners:partner-list"))
    if user.partner.kind == user.partner.Kind.CSO:
        pages.append((_("Submissions"), "cases:submission-list"))
    if user.partner.receives_referrals:
        pages.append((_("Referrals"), "cases:referral-list"))
    if user.partner.kind == user.partner.Kind.SECRETARIAT and user.holds(roles.Adviser.code):
        pages.append((_("Advice"), "cases:advice-list"))
    pages.append((_("Inbox"), "partners:inbox"))
    pages.append((_("Members"), "partners:member-list"))
    pages.append((_("Your account"), "partners:account"))
    here = request.path_info
    return [
        {
            "label": label,
            "url": (url := reverse(name)),
            "count": unseen if name == "partners:inbox" else 0,
            "current": here == url or (url != "/" and here.startswith(url)),
        }
        for label, name in pages
    ]
