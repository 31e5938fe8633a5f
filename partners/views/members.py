"""A partner's own people, units and settings."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from custody.history import events_of
from impna.errors import NotAllowed
from impna.references import read_reference
from partners import policies, roles, sessions
from partners.actions import factors, members, organisations, units
from partners.events import Event
from partners.forms import (
    CompetencesForm,
    GiveRoleForm,
    InviteForm,
    ReasonForm,
    SettingsForm,
    UnitForm,
    split_offer,
)
from partners.models import Invitation, Membership, Unit, User
from partners.views.sign_in import _status

# What colleagues read of each other; sign-ins, passwords and factors are the person's own.
_TOLD = (Event.MEMBER_JOINED, Event.ROLE_GIVEN, Event.ROLE_ENDED)
PAGE = 25


@require_GET
def member_list(request: HttpRequest) -> HttpResponse:
    """Colleagues, their roles, open invitations; for managers, what they can do."""
    user = _user(request)
    partner = user.partner
    found = partner.members.present().by_name()
    after = read_reference(request.GET.get("after", "")) or ""
    last = found.filter(reference=after).first() if after else None
    if last is not None:
        found = found.after(last)
    page = list(found[: PAGE + 1])
    roles_of: dict[int, list[Membership]] = {}
    for held in (
        Membership.objects.live().filter(user__in=page).select_related("unit").order_by("id")
    ):
        roles_of.setdefault(held.user_id, []).append(held)
    context = {
        "partner": partner,
        "people": [{"user": one, "roles": roles_of.get(one.pk, [])} for one in page[:PAGE]],
        "more": page[PAGE - 1].reference if len(page) > PAGE else "",
        "later_page": last is not None,
        "invitations": Invitation.objects.visible_to(user)
        .filter(partner=partner)
        .unanswered()
        .order_by("-id")[:50],
        "now": timezone.now(),
        "manages": user.manages,
        "units": partner.units.order_by("name") if partner.receives_referrals else [],
        "may_change_units": policies.allowed(policies.check_can_change_unit, user, partner),
        "roles": roles.roles_for(partner.kind),
    }
    return render(request, "partners/member_list.html", context)


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite someone to one or more roles."""
    user = _manager(request)
    form = InviteForm(request.POST or None, partner=user.partner)
    if request.method == "POST" and form.is_valid():
        members.invite(
            partner=user.partner, email=form.cleaned_data["email"], offers=form.chosen, by=user
        )
        messages.success(request, _("The invitation is on its way."))
        return redirect("partners:member-list")
    return render(request, "partners/invite.html", {"form": form}, status=_status(form))


@require_POST
def revoke_invitation(request: HttpRequest, reference: str) -> HttpResponse:
    """Give up a place that was kept."""
    invitation = get_object_or_404(
        Invitation.objects.visible_to(_user(request)), reference=reference
    )
    members.revoke_invitation(invitation=invitation, by=_user(request))
    messages.success(request, _("The invitation is revoked; its link no longer works."))
    return redirect("partners:member-list")


@require_GET
def member_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One colleague: roles held, roles that can be given."""
    member = _member(request, reference)
    return _detail(request, member, GiveRoleForm(member=member))


@require_POST
def give_role(request: HttpRequest, reference: str) -> HttpResponse:
    """One more role."""
    member = _member(request, reference)
    form = GiveRoleForm(request.POST, member=member)
    if not form.is_valid():
        return _detail(request, member, form)
    code, unit_reference = split_offer(form.cleaned_data["offer"])
    unit = member.partner.units.filter(reference=unit_reference).first()
    members.give_role(user=member, role=code, unit=unit, by=_user(request))
    messages.success(request, _("The role is given."))
    return redirect("partners:member-detail", member.reference)


@require_POST
def end_role(request: HttpRequest, reference: str, membership: int) -> HttpResponse:
    """Take a role back."""
    member = _member(request, reference)
    held = get_object_or_404(Membership.objects.live().filter(user=member), pk=membership)
    members.end_role(membership=held, by=_user(request))
    messages.success(request, _("The role has ended."))
    return redirect("partners:member-detail", member.reference)


@require_http_methods(["GET", "POST"])
def remove_member(request: HttpRequest, reference: str) -> HttpResponse:
    """Close a colleague's account."""
    member = _member(request, reference)
    user = _manager(request)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        members.remove_member(user=member, by=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The account is closed and its sessions have ended."))
        return redirect("partners:member-list")
    context = {"form": form, "member": member}
    return render(request, "partners/member_remove.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def lock_out(request: HttpRequest) -> HttpResponse:
    """The switch for danger: everyone of this partner is locked out at once."""
    user = _manager(request)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organisations.lock_out(partner=user.partner, by=user, reason=form.cleaned_data["reason"])
        logout(request)
        messages.success(
            request,
            _("Everyone is locked out. A coordinator lifts it after speaking with you."),
        )
        return redirect("partners:sign-in")
    return render(request, "partners/lock_out.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def change_settings(request: HttpRequest) -> HttpResponse:
    """Listed or not, single-handed or not."""
    user = _manager(request)
    # Before anything is typed: going away for a code would lose it.
    sessions.need_fresh_factor(request)
    partner = user.partner
    start = {"listed": partner.listed, "single_handed": partner.single_handed}
    form = SettingsForm(request.POST or None, partner=partner, initial=start)
    if request.method == "POST" and form.is_valid():
        organisations.change_settings(
            partner=partner,
            listed=form.cleaned_data["listed"],
            single_handed=form.cleaned_data.get("single_handed", False),
            by=user,
        )
        messages.success(request, _("Saved."))
        return redirect("partners:member-list")
    return render(request, "partners/settings.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def declare_competences(request: HttpRequest) -> HttpResponse:
    """Whose accounts the people of a CSO are trained to take."""
    user = _manager(request)
    sessions.need_fresh_factor(request)
    partner = user.partner
    if partner.kind != roles.CSO:
        raise NotAllowed(_("Only a CSO declares whose accounts it takes."))
    start = {"competences": partner.competences}
    form = CompetencesForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        chosen = form.cleaned_data["competences"]
        organisations.declare_competences(partner=partner, competences=chosen, by=user)
        messages.success(request, _("Saved."))
        return redirect("partners:member-list")
    return render(request, "partners/competences.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def unit_add(request: HttpRequest) -> HttpResponse:
    """One more unit."""
    user = _manager(request)
    form = UnitForm(request.POST or None, instance=Unit(partner=user.partner))
    if request.method == "POST" and form.is_valid():
        units.add(partner=user.partner, profile=form.cleaned_data, by=user)
        messages.success(request, _("The unit is added. Now give its roles to members."))
        return redirect("partners:member-list")
    return render(request, "partners/unit_form.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def unit_change(request: HttpRequest, reference: str) -> HttpResponse:
    """A unit's profile and intake rules."""
    user = _user(request)
    unit = get_object_or_404(Unit.objects.filter(partner=user.partner), reference=reference)
    policies.check_can_change_unit(user, user.partner)
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        units.change(unit=unit, profile=form.cleaned_data, by=user)
        messages.success(request, _("Saved."))
        return redirect("partners:member-list")
    context = {"form": form, "unit": unit}
    return render(request, "partners/unit_form.html", context, status=_status(form))


def _detail(request: HttpRequest, member: User, form: GiveRoleForm) -> HttpResponse:
    user = _user(request)
    context = {
        "member": member,
        "form": form if user.manages else None,
        "manages": user.manages,
        "held": member.held,
        "lost": factors.open_lost(member) if user.manages and member != user else None,
        "roles": roles.BY_CODE,
        "events": list(events_of(member).filter(type__in=_TOLD)[:30]),
    }
    return render(request, "partners/member_detail.html", context, status=_status(form))


def _member(request: HttpRequest, reference: str) -> User:
    user = _user(request)
    found: User = get_object_or_404(
        User.objects.present().filter(partner_id=user.partner_id), reference=reference
    )
    return found


def _manager(request: HttpRequest) -> User:
    user = _user(request)
    policies.check_can_manage_members(user, user.partner)
    return user


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
