"""An invited person becomes a member; an organisation outside applies; terms are accepted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from impna.errors import NotNow
from partners import sessions, terms
from partners.actions import accounts, factors, members, organisations
from partners.forms import AppCodeForm, ApplyForm, JoinForm
from partners.models import User
from partners.views.sign_in import _status, enrolment


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """First step: name and password. Looking at the link uses nothing up."""
    found = members.find_invitation(token)
    if found is None:
        return render(request, "partners/link_over.html", status=410)
    form = JoinForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        user = members.prepare_account(
            token=token, language=get_language() or "en", **form.cleaned_data
        )
        factors.begin_totp(user=user)
        return _factor_step(request, token, user, AppCodeForm())
    context = {"form": form, "invitation": found}
    return render(request, "partners/invitation.html", context, status=_status(form))


@require_POST
def invitation_factor(request: HttpRequest, token: str) -> HttpResponse:
    """Second step: the app proves itself; the person joins and sees the recovery codes once."""
    user = accounts.read_ticket(request.POST.get("ticket", ""))
    if user is None:
        raise NotNow(_("The five minutes were over. Open the link from your invitation again."))
    if not members.may_join(token=token, user=user):
        raise NotNow(_("This link is no longer good. Ask who invited you for a new one."))
    form = AppCodeForm(request.POST)
    codes = None
    if form.is_valid():
        codes = factors.confirm_totp(user=user, code=form.cleaned_data["code"])
        if codes is None:
            form.add_error(
                "code", _("This code does not fit. Check the app's clock and try again.")
            )
    if codes is None:
        return _factor_step(request, token, user, form)
    members.join(token=token, user=user)
    sessions.begin(request, user)
    accounts.record_sign_in(by=user)
    return render(request, "partners/recovery_codes.html", {"codes": codes, "next": "/"})


@require_http_methods(["GET", "POST"])
def accept_terms(request: HttpRequest) -> HttpResponse:
    """The words in force for this kind of partner, and one button."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        accounts.accept_terms(by=user)
        return redirect("desk")
    context = {
        "terms": terms.current_terms(user.partner.kind),
        "accepted": accounts.has_accepted_terms(user),
    }
    return render(request, "partners/terms.html", context)


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """An organisation outside asks to become a partner."""
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        partner = organisations.apply(
            kind=data["kind"],
            name=data["name"],
            country=data["country"],
            contact_email=data["contact_email"],
            answers=form.answers,
            by=organisations.APPLIED_FROM_OUTSIDE,
        )
        return render(request, "partners/applied.html", {"partner": partner})
    return render(request, "partners/apply.html", {"form": form}, status=_status(form))


def _factor_step(request: HttpRequest, token: str, user: User, form: AppCodeForm) -> HttpResponse:
    device = factors.unconfirmed_totp(user)
    if device is None:
        raise NotNow(_("This account is set up already. Sign in."))
    context = {
        "form": form,
        "token": token,
        "ticket": accounts.ticket_for(user),
        **enrolment(device),
    }
    return render(request, "partners/invitation_factor.html", context, status=_status(form))
