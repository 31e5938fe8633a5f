"""Opening exhibits that were given: what to know first, a reason, then fifteen minutes (R3)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cases import possible
from cases.actions import receiving
from cases.forms import OpenForm
from cases.lists import sender_of
from cases.marked import marked
from cases.models import Referral, ReferralItem
from cases.reading import Exhibited, Referred
from cases.views.loading import page, posted, referral_of, to
from custody.models import Opening
from impna.errors import NotNow
from partners.models import User
from submissions.actions.redactions import called
from submissions.given_names import given_name
from submissions.vocabularies import ContentMarker

OUT_OF_REACH = gettext_lazy(
    "The assessment of your authority does not allow as much as was given, or has lapsed: it is "
    "closed until the Secretariat has confirmed another."
)


@require_http_methods(["GET", "POST"])
def open_exhibits(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose, read what to know before, say why: one opening for each exhibit."""
    found, user = referral_of(request, reference)
    possible.check("open", user, found)
    receiving.open_words(referral=found, by=user)
    referred = Referred(found, user)
    if referred.package.is_out_of_reach:
        raise NotNow(OUT_OF_REACH)
    rows = referred.exhibits
    named = request.POST if request.method == "POST" else request.GET
    wanted = set(named.getlist("items"))
    chosen = [row for row in rows if row.exhibit.reference in wanted]
    _check_settled(chosen)
    # The vault refuses what only an examiner may have, in its own words.
    choices = [(row.exhibit.reference, str(row.exhibit)) for row in rows if row.file]
    graphic = [(row.exhibit.reference, str(row.exhibit)) for row in rows if row.is_graphic]
    initial = {"items": list(wanted)}
    form = OpenForm(posted(request), choices=choices, graphic=graphic, initial=initial)
    if form.is_valid():
        for row in chosen:
            _open(row, user, form.cleaned_data)
        return to(reverse("cases:opened", args=[found.reference]))
    offered = [row for row in (chosen or rows) if row.can_open]
    ticked = set(request.POST.getlist("chosen"))
    more = {"ticked": ticked, "graphic": any(row.is_graphic for row in offered)}
    return page(request, "open", found, form, rows=offered, wanted=wanted, **more)


@require_GET
def opened(request: HttpRequest, reference: str) -> HttpResponse:
    """Links to what this person has open of this referral, while the permits last."""
    found, user = referral_of(request, reference)
    possible.check("read", user, found)
    permits = _permits(found, user)
    links = [
        {"name": item["name"], "url": _address(permit, item), "until": permit.expires_at}
        for permit in permits
        for item in permit.files
    ]
    links.sort(key=lambda link: _in_order(link["name"]))
    exhibits = marked(found, ContentMarker.GRAPHIC).values("exhibit")
    given = found.items.live().filter(exhibit__in=exhibits).select_related("exhibit", "copy")
    graphic = {item.thing.reference for item in given}
    open_now = {permit.target.partition(":")[2] for permit in permits}
    context = {
        "referral": found,
        "sender": sender_of(found),
        "links": links,
        "graphic": not open_now.isdisjoint(graphic),
    }
    return render(request, "cases/opened.html", context)


def _open(row: Exhibited[ReferralItem], user: User, given: dict[str, Any]) -> Opening:
    exhibit = row.exhibit
    name = given_name(exhibit.number, row.told.get("name", ""))
    return receiving.open_exhibit(
        item=row.item,
        name=called(row.copy) if row.copy is not None else name,
        reason=given["reason"],
        chosen=exhibit.reference in given["chosen"],
        by=user,
    )


def _check_settled(chosen: list[Exhibited[ReferralItem]]) -> None:
    if not all(row.given.is_covered for row in chosen):
        raise NotNow(
            _(
                "Somebody who can be recognised in it no longer agrees, or was not asked: it is closed."
            )
        )
    if not all(row.given.is_open for row in chosen):
        raise NotNow(_("A condition keeps this closed; answer it first."))


def _permits(found: Referral, user: User) -> list[Opening]:
    """The newest of each exhibit."""
    things = [item.thing for item in found.items.live().select_related("exhibit", "copy")]
    targets = [f"{thing.custody_label}:{thing.reference}" for thing in things]
    permits = Opening.objects.filter(
        by=user.reference,
        target__in=targets,
        basis__startswith=f"referral {found.reference}",
        ended_at__isnull=True,
        expires_at__gt=timezone.now(),
    )
    return list({permit.target: permit for permit in permits.order_by("id")}.values())


def _address(permit: Opening, item: dict[str, Any]) -> str:
    address = reverse("opened-file", args=[permit.reference, item["file"]])
    return f"{settings.BYTES_ORIGIN}{address}"


def _in_order(name: str) -> tuple[int, str]:
    number = "".join(c for c in name.partition(".")[0] if c.isdecimal())
    return int(number or 0), name
