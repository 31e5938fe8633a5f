"""A recipient's side: what was sent to the unit, and one referral with its two ledgers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases import history, lists
from cases.actions import receiving
from cases.forms import MAY_BE_DISCLOSED, MessageForm
from cases.models import Assignment, Recall, Referral
from cases.next_steps import next_step
from cases.policies import holds
from cases.possible import possible
from cases.querysets import PAGE
from cases.reading import Referred, Sheet
from cases.states import Status
from cases.views.loading import referral_of, user_of
from cases.vocabularies import ConditionAnswer
from custody.history import page_of
from custody.models import Opening
from partners.models import Unit, User
from partners.policies import allowed, check_can_change_unit
from submissions.spoken import numbers


@require_GET
def referral_list(request: HttpRequest) -> HttpResponse:
    """Referrals by their next date, a page at a time. Looking at it opens nothing."""
    user = user_of(request)
    show = request.GET.get("show", "")
    show = show if show in lists.SHOWN else ""
    after = _after(user, request.GET.get("after", ""))
    found = lists.page_for(user, show=show, after=after)
    rows = found[:PAGE]
    context = {
        "rows": rows,
        "filters": _filters(show),
        "show": show,
        "later": rows[-1].referral.reference if len(found) > PAGE else "",
        "later_page": after is not None,
        "units": _units(user),
        "may_change_unit": allowed(check_can_change_unit, user, user.partner),
    }
    return render(request, "cases/referral_list.html", context)


@require_GET
def referral(request: HttpRequest, reference: str) -> HttpResponse:
    """One referral, for whoever of the addressed unit may see it; its words under an opening."""
    found, user = referral_of(request, reference)
    may = possible(user, found)
    context = {
        "referral": found,
        "sender": lists.sender_of(found),
        "sheet": Sheet(found.version.sheet),
        "may": may,
        **_next_step(found, user),
        "assigned": _assigned(found),
        "mine": _mine(found, user),
        "is_closed": not found.is_readable,
        "disclosed": MAY_BE_DISCLOSED,
        "recalls": [(one, _again(found, one)) for one in found.recalls.with_exhibits()],
        "exhibits_given": found.items.live().count(),
    }
    if may["read"]:
        receiving.open_words(referral=found, by=user)
        context |= _in_words(request, found, user)
        context["offer_collected"] = _offers_collected(found, context["referred"], may)
    return render(request, "cases/referral.html", context)


def _again(found: Referral, recall: Recall) -> list[int]:
    """What of it was given again since."""
    live = found.items.live().filter(exhibit__number__in=recall.numbers)
    return sorted(live.values_list("exhibit__number", flat=True))


def _in_words(request: HttpRequest, found: Referral, user: User) -> dict[str, Any]:
    """What needs an opening."""
    referred = Referred(found, user)
    items = list(found.items.select_related("exhibit", "taken"))
    in_file = [item for item in items if hasattr(item, "taken")]
    return {
        "referred": referred,
        "message_form": MessageForm(),
        "in_file": in_file,
        "damaged": numbers(one.exhibit.number for one in in_file if one.taken.holds is False),
        "published": page_of(
            history.published_of(found), request.GET, name="published", at="history"
        ),
        "internal": page_of(
            history.internal_of(found, items), request.GET, name="internal", at="own-history"
        ),
    }


def _offers_collected(found: Referral, referred: Referred, may: dict[str, bool]) -> bool:
    """After the first opening, to whoever publishes; nothing sets it by itself (DESIGN 5.6).

    Reading conditions alone is not it: something that was given must be open.
    """
    if found.status != Status.RECEIVED or not may["publish"] or not referred.package.version:
        return False
    openings = Opening.objects.filter(submission=found.submission.reference)
    return openings.filter(basis__startswith=f"referral {found.reference}").exists()


def _next_step(found: Referral, user: User) -> dict[str, Any]:
    awaited = found.conditions.filter(answer=ConditionAnswer.AWAITED).order_by("due_on").first()
    step = next_step(found, awaited.due_on if awaited else None)
    return {"step": step, "may_step": holds(user, found, step.needs)}


def _assigned(found: Referral) -> list[Assignment]:
    return list(found.assignments.live().select_related("user").order_by("pk"))


def _mine(found: Referral, user: User) -> Assignment | None:
    return found.assignments.live().filter(user=user).first()


def _units(user: User) -> list[Unit]:
    """Those of the person, for the urgent line."""
    return list({m.unit.pk: m.unit for m in user.held if m.unit is not None}.values())


def _after(user: User, reference: str) -> Referral | None:
    """The row that a page ended with; an address someone made up begins at the nearest date."""
    if not reference:
        return None
    found: Referral | None = Referral.objects.visible_to(user).filter(reference=reference).first()
    return found


def _filters(show: str) -> list[dict[str, Any]]:
    labels = (
        ("", _("By due date")),
        ("acknowledge", _("To acknowledge")),
        ("unassigned", _("Nobody assigned")),
        ("mine", _("Mine")),
        ("ended", _("Declined, ended or recalled")),
    )
    return [
        {"label": label, "url": f"?show={code}" if code else "?", "current": code == show}
        for code, label in labels
    ]
