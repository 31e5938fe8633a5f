"""The coordinators' pages: partners, vetting, suspension, and lost factors."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from custody.history import events_of, page_of
from impna.errors import NotAllowed
from impna.marks import as_secretariat
from impna.references import read_reference
from partners import policies
from partners.actions import factors, members, organisations
from partners.forms import FINDINGS, ApplyForm, FindingForm, ReasonForm, VettingForm
from partners.models import LostFactor, Partner, User, Vetting
from partners.states import ENDED, NEXT_STEP, UNSETTLED, Status
from partners.views.sign_in import _status

PAGE = 25
FILTERS: dict[str, dict[str, Any]] = {
    "": {},
    "unsettled": {"status__in": UNSETTLED},
    "cso": {"kind": Partner.Kind.CSO},
    "authority": {"kind": Partner.Kind.AUTHORITY},
    "mechanism": {"kind": Partner.Kind.MECHANISM},
    "observer": {"kind": Partner.Kind.OBSERVER},
    "ended": {"status__in": [Status.SUSPENDED, *ENDED]},
}


@require_GET
@as_secretariat
def partner_list(request: HttpRequest) -> HttpResponse:
    """All partners by next date, a page at a time."""
    user = _coordinator(request)
    chosen = request.GET.get("show", "")
    lookup = FILTERS.get(chosen, {})
    partners = Partner.objects.visible_to(user).filter(**lookup).by_next_date()
    page, more = _page_after(partners, request.GET.get("after", ""))
    after = page[-1].reference if more else ""
    numbers = _numbers(user)
    context = {
        "rows": [_row(partner, found, user) for partner, found in _with_vettings(page)],
        "filters": _filters(numbers, chosen),
        "unsettled": sum(row["n"] for row in numbers if row["status"] in UNSETTLED),
        "yours": sum(row["yours"] for row in numbers),
        "more_url": f"?{urlencode({'show': chosen, 'after': after})}" if after else "",
    }
    return render(request, "partners/partner_list.html", context)


@require_GET
@as_secretariat
def partner_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One partner: application, findings, what is possible now, history."""
    partner, user = _partner(request, reference)
    return _detail(request, partner, user)


@require_http_methods(["GET", "POST"])
@as_secretariat
def enter(request: HttpRequest) -> HttpResponse:
    """A coordinator enters a partner that did not apply by itself; vetting follows as for all."""
    user = _coordinator(request)
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        partner = organisations.enter(
            kind=data["kind"],
            name=data["name"],
            country=data["country"],
            contact_email=data["contact_email"],
            answers=form.answers,
            by=user,
        )
        messages.success(request, _("Entered. Record your findings; another coordinator confirms."))
        return redirect(partner)
    return render(request, "partners/enter.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
@as_secretariat
def record_vetting(request: HttpRequest, reference: str) -> HttpResponse:
    """The first coordinator's findings."""
    partner, user = _partner(request, reference)
    policies.check_can_record_vetting(user, partner)
    form = VettingForm(request.POST or None, partner=partner)
    if request.method == "POST" and form.is_valid():
        organisations.record_vetting(
            partner=partner,
            findings=form.findings,
            valid_until=form.cleaned_data["valid_until"],
            proposed_reach=form.cleaned_data.get("proposed_reach", ""),
            death_penalty=form.cleaned_data.get("death_penalty", ""),
            by=user,
        )
        messages.success(request, _("Recorded. Another coordinator gives the second finding."))
        return redirect(partner)
    context = {
        "form": form,
        "partner": partner,
        "application": organisations.read_application(partner),
    }
    return render(request, "partners/vetting_form.html", context, status=_status(form))


@require_POST
@as_secretariat
def answer_vetting(request: HttpRequest, reference: str) -> HttpResponse:
    """The second coordinator's finding."""
    partner, user = _partner(request, reference)
    vetting = get_object_or_404(partner.vettings, outcome=Vetting.Outcome.AWAITED)
    form = FindingForm(request.POST, vetting=vetting)
    if not form.is_valid():
        return _detail(request, partner, user, form)
    finding, _colon, reach = form.cleaned_data["finding"].partition(":")
    reason = form.cleaned_data["reason"]
    if finding == "confirm":
        organisations.confirm_vetting(vetting=vetting, reach=reach, reason=reason, by=user)
    elif finding == "question":
        organisations.question_vetting(vetting=vetting, reason=reason, by=user)
    else:
        organisations.refuse_vetting(vetting=vetting, reason=reason, by=user)
    messages.success(request, _("Your finding is recorded."))
    return redirect(partner)


DECISIONS: dict[str, Any] = {
    "suspend": organisations.suspend,
    "reinstate": organisations.reinstate,
    "end": organisations.end,
    "lock": organisations.lock_out,
    "unlock": organisations.lift_lock,
}


@require_http_methods(["GET", "POST"])
@as_secretariat
def decide(request: HttpRequest, reference: str, decision: str) -> HttpResponse:
    """Suspend, reinstate, end, lock out or let back in: each on its own page, with a reason."""
    partner, user = _partner(request, reference)
    if decision not in DECISIONS:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        DECISIONS[decision](partner=partner, by=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Done and recorded."))
        return redirect(partner)
    context = {"form": form, "partner": partner, "decision": decision}
    return render(request, "partners/partner_decide.html", context, status=_status(form))


@require_POST
@as_secretariat
def invite_manager(request: HttpRequest, reference: str) -> HttpResponse:
    """A new link for the first manager, to the partner's contact address."""
    partner, user = _partner(request, reference)
    members.invite_first_manager(partner=partner, email=partner.contact_email, by=user)
    messages.success(request, _("A new invitation is on its way to the contact address."))
    return redirect(partner)


@require_http_methods(["GET", "POST"])
def lost_factor_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Agree to a new second factor, as manager or as coordinator, or refuse."""
    user = _user(request)
    lost = get_object_or_404(
        LostFactor.objects.select_related("user__partner").filter(
            user__in=User.objects.visible_to(user)
        ),
        reference=reference,
    )
    if not (user.is_coordinator or user.manages):
        raise NotAllowed(_("A manager and a coordinator answer this."))
    form = ReasonForm(request.POST if request.POST.get("answer") == "refuse" else None)
    if request.method == "POST":
        if request.POST.get("answer") == "refuse":
            if form.is_valid():
                factors.refuse_lost(lost=lost, by=user, reason=form.cleaned_data["reason"])
                messages.success(request, _("Refused and recorded."))
                return redirect("desk")
        elif request.POST.get("answer") == "coordinator":
            factors.agree_as_coordinator(lost=lost, by=user)
        else:
            factors.agree_as_manager(lost=lost, by=user)
        if not form.is_bound:
            messages.success(request, _("Your agreement is recorded."))
            return redirect("desk")
    asked = lost.outcome == LostFactor.Outcome.ASKED
    context = {
        "lost": lost,
        "form": form,
        "as_manager": asked
        and policies.allowed(policies.check_can_agree_as_manager, user, lost)
        and lost.manager_id is None,
        "as_coordinator": asked
        and policies.allowed(policies.check_can_agree_as_coordinator, user, lost)
        and lost.coordinator_id is None,
        "may_refuse": lost.is_open
        and policies.allowed(policies.check_can_refuse_lost_factor, user, lost),
        "events": list(events_of(lost)[:30]),
        "nameless": Partner.objects.across_from(user, lost.user.partner),
    }
    return render(request, "partners/lost_factor_detail.html", context, status=_status(form))


def _detail(
    request: HttpRequest, partner: Partner, user: User, form: FindingForm | None = None
) -> HttpResponse:
    vettings = list(partner.vettings.select_related("recorded_by", "answered_by")[:10])
    awaited = next((v for v in vettings if v.outcome == Vetting.Outcome.AWAITED), None)
    second = awaited is not None and policies.allowed(
        policies.check_can_answer_vetting, user, awaited
    )
    if second and awaited is not None and form is None:
        form = FindingForm(vetting=awaited)
    context = {
        "partner": partner,
        "next_step": NEXT_STEP[Status(partner.status)],
        "application": organisations.read_application(partner),
        "vettings": [(v, _findings(v), organisations.read_answer(v)) for v in vettings],
        "awaited": awaited,
        "form": form if second else None,
        "may_record": awaited is None
        and partner.status in (Status.APPLIED, Status.VETTING, Status.ACTIVE)
        and policies.allowed(policies.check_can_record_vetting, user, partner),
        "decisions": _possible(partner),
        "reach": organisations.current_reach(partner) if partner.receives_referrals else None,
        "members": partner.members.present().order_by("display_name")[:50],
        "invitations": partner.invitations.unanswered().order_by("-id")[:20],
        "lost_factors": LostFactor.objects.filter(
            user__partner=partner, outcome__in=LostFactor.OPEN
        ).select_related("user")[:20],
        "events": page_of(events_of(partner), request.GET, name="history", at="history"),
    }
    return render(request, "partners/partner_detail.html", context, status=_status(form))


def _possible(partner: Partner) -> list[str]:
    if partner.kind == Partner.Kind.SECRETARIAT:
        return []
    now = {
        Status.INVITED: ["end"],
        Status.ACTIVE: ["suspend", "end"],
        Status.SUSPENDED: ["reinstate", "end"],
    }.get(Status(partner.status), [])
    if partner.locked_at:
        return [*now, "unlock"]
    return [*now, "lock"] if now else []


def _findings(vetting: Vetting) -> list[dict[str, Any]]:
    found = organisations.read_findings(vetting)
    return [{"label": FINDINGS[name], "value": text} for name, text in found.items() if text]


def _row(partner: Partner, vettings: list[Vetting], user: User) -> dict[str, Any]:
    awaited = next((v for v in vettings if v.outcome == Vetting.Outcome.AWAITED), None)
    confirmed = next((v for v in vettings if v.outcome == Vetting.Outcome.CONFIRMED), None)
    return {
        "partner": partner,
        "next_step": NEXT_STEP[Status(partner.status)],
        "awaited": awaited,
        "yours": awaited is not None and awaited.recorded_by_id != user.pk,
        "recorded_by_you": awaited is not None and awaited.recorded_by_id == user.pk,
        "reach": organisations.reach_now(partner, confirmed) if confirmed else None,
        "lapsed": confirmed is not None and confirmed.valid_until < timezone.localdate(),
        "confirmed": confirmed,
    }


def _with_vettings(page: list[Partner]) -> list[tuple[Partner, list[Vetting]]]:
    found: dict[int, list[Vetting]] = {partner.pk: [] for partner in page}
    for vetting in Vetting.objects.filter(partner__in=page).order_by("-id"):
        found[vetting.partner_id].append(vetting)
    return [(partner, found[partner.pk]) for partner in page]


def _page_after(partners: Any, after: str) -> tuple[list[Partner], bool]:
    """The page after a partner, by (due_on, id); partners without a date come last."""
    key = read_reference(after)
    last = Partner.objects.filter(reference=key).first() if key else None
    rows = list(partners.after(last)[: PAGE + 1] if last else partners[: PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def _numbers(user: User) -> list[dict[str, Any]]:
    """How many partners there are of each kind and status, and how many await this person."""
    awaited = Q(vettings__outcome=Vetting.Outcome.AWAITED) & ~Q(vettings__recorded_by=user)
    counted = Partner.objects.visible_to(user).values("kind", "status")
    return list(
        counted.annotate(
            n=Count("pk", distinct=True), yours=Count("vettings", filter=awaited, distinct=True)
        )
    )


def _filters(numbers: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    labels = {
        "": _("All"),
        "unsettled": _("Not settled"),
        "cso": _("CSOs"),
        "authority": _("Authorities"),
        "mechanism": _("Mechanisms"),
        "observer": _("Observers"),
        "ended": _("Suspended or left"),
    }
    return [
        {
            "label": labels[key],
            "url": f"?show={key}" if key else "?",
            "current": key == chosen,
            "count": sum(row["n"] for row in numbers if _matches(row, lookup)),
        }
        for key, lookup in FILTERS.items()
    ]


def _matches(row: dict[str, Any], lookup: dict[str, Any]) -> bool:
    if "kind" in lookup:
        return bool(row["kind"] == lookup["kind"])
    if "status__in" in lookup:
        return row["status"] in lookup["status__in"]
    return True


def _partner(request: HttpRequest, reference: str) -> tuple[Partner, User]:
    user = _coordinator(request)
    return get_object_or_404(Partner.objects.visible_to(user), reference=reference), user


def _coordinator(request: HttpRequest) -> User:
    """For everyone else these pages do not exist, whatever the address names (R5)."""
    user = _user(request)
    if not policies.allowed(policies.check_can_administer_partners, user):
        raise Http404
    return user


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
