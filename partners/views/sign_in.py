"""In, out, and back in. No session exists before both factors were right."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from impna import typed
from impna.errors import NotNow
from partners import sessions
from partners.actions import accounts, factors
from partners.forms import AppCodeForm, CodeForm, ForgottenForm, ResetForm, SignInForm
from partners.models import TotpDevice, User
from partners.qr import picture

_STOPPED_BY_THE_CODE = gettext_lazy(
    "Someone who knows your password asked for a new second factor for your account. The code you "
    "gave has stopped that. If it was not you who asked, change your password now."
)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First step: e-mail and password. What it answers does not say whether the account exists."""
    # What was typed elsewhere comes back here alone after a wait: that is no attempt to sign in.
    form = SignInForm(request.POST if "email" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        ticket = accounts.check_password(request=request, **form.cleaned_data)
        user = accounts.read_ticket(ticket) if ticket else None
        if ticket and user and factors.may_set_up_again(user):
            return _new_factor_page(request, user)
        if ticket:
            return _second_step(request, CodeForm(), ticket)
        form.add_error(None, _("Address or password is wrong."))
    return _first_step(request, form)


@require_POST
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Second step: the code. Then the session begins."""
    ticket = request.POST.get("ticket", "")
    user = accounts.read_ticket(ticket)
    if user is None:
        messages.warning(request, _("The five minutes were over. Start again."))
        if typed.carried(request):
            return _first_step(request, SignInForm())
        return redirect(typed.sign_in_address(_next(request)))
    form = CodeForm(request.POST if "code" in request.POST else None)
    if not form.is_valid():
        return _second_step(request, form, ticket)
    lost = factors.open_lost(user)
    if not accounts.check_second_factor(user=user, code=form.cleaned_data["code"]):
        form.add_error("code", _("This code is wrong or has been used. Wait for the next one."))
        return _second_step(request, form, ticket)
    if not user.partner.is_active:
        return render(request, "partners/no_access.html", status=403)
    sessions.begin(request, user)
    accounts.record_sign_in(by=user)
    if lost is not None:
        messages.warning(request, _STOPPED_BY_THE_CODE)
    destination = typed.going_to(request)
    if destination is not None:
        fields = typed.original_fields(request)
        return render(
            request, "partners/typed_again.html", {"fields": fields, "destination": destination}
        )
    return redirect(_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; the browser is told to forget what it cached."""
    if isinstance(request.user, User):
        accounts.record_sign_out(by=request.user)
    logout(request)
    messages.success(request, _("You are signed out."))
    response = redirect("partners:sign-in")
    response["Clear-Site-Data"] = '"cache"'
    return response


@require_POST
def lost_factor(request: HttpRequest) -> HttpResponse:
    """After the password step: neither app nor codes. Two people are asked."""
    user = accounts.read_ticket(request.POST.get("ticket", ""))
    if user is None:
        raise NotNow(_("The five minutes were over. Sign in again and choose this once more."))
    if factors.may_set_up_again(user):
        return _new_factor_page(request, user)
    lost = factors.report_lost(user=user)
    return render(request, "partners/lost_factor_asked.html", {"lost": lost})


@require_POST
def new_factor(request: HttpRequest) -> HttpResponse:
    """After both agreed and the delay ran: set up a new app, and a session begins."""
    user = accounts.read_ticket(request.POST.get("ticket", ""))
    if user is None or not user.partner.is_active or not factors.may_set_up_again(user):
        raise NotNow(_("This is not open. Sign in again."))
    form = AppCodeForm(request.POST)
    codes = None
    if form.is_valid():
        codes = factors.confirm_totp(user=user, code=form.cleaned_data["code"])
        if codes is None:
            form.add_error(
                "code", _("This code does not fit. Check the app's clock and try again.")
            )
    if codes is None:
        return _new_factor_page(request, user, form)
    sessions.begin(request, user)
    accounts.record_sign_in(by=user)
    return render(request, "partners/recovery_codes.html", {"codes": codes, "next": "/"})


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer is the same whether or not the account exists."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accounts.ask_for_reset(email=form.cleaned_data["email"])
        return render(request, "partners/forgotten_sent.html")
    return render(request, "partners/forgotten.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: consumed by POST, with the second factor."""
    link = accounts.find_reset(token)
    if link is None:
        return render(request, "partners/link_over.html", status=410)
    form = ResetForm(request.POST or None, user=link.user)
    if request.method == "POST" and form.is_valid():
        if accounts.reset_password(token=token, **form.cleaned_data):
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("partners:sign-in")
        form.add_error("code", _("This code is wrong or has been used. Wait for the next one."))
    return render(request, "partners/reset_password.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """A fresh code for the next five minutes, then back to where it was needed."""
    user = request.user
    assert isinstance(user, User)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lost = factors.open_lost(user)
        if accounts.check_second_factor(user=user, code=form.cleaned_data["code"]):
            sessions.mark_fresh(request)
            if lost is not None:
                messages.warning(request, _STOPPED_BY_THE_CODE)
            return redirect(_next(request))
        form.add_error("code", _("This code is wrong or has been used. Wait for the next one."))
    context = {"form": form, "next": _next(request)}
    return render(request, "partners/step_up.html", context, status=_status(form))


def _first_step(request: HttpRequest, form: SignInForm) -> HttpResponse:
    context = {"form": form, "next": _next(request), "carried": typed.carried(request)}
    return render(request, "partners/sign_in.html", context, status=_status(form))


def _second_step(request: HttpRequest, form: CodeForm, ticket: str) -> HttpResponse:
    context = {
        "form": form,
        "ticket": ticket,
        "next": _next(request),
        "carried": typed.carried(request),
    }
    return render(request, "partners/sign_in_code.html", context, status=_status(form))


def _new_factor_page(
    request: HttpRequest, user: User, form: AppCodeForm | None = None
) -> HttpResponse:
    device = factors.unconfirmed_totp(user) or factors.begin_totp(user=user)
    context = {
        "form": form or AppCodeForm(),
        "ticket": accounts.ticket_for(user),
        **enrolment(device),
    }
    return render(request, "partners/new_factor.html", context, status=_status(context["form"]))


def enrolment(device: TotpDevice) -> dict[str, Any]:
    """What a page shows to set up an app: the picture and the text of the seed."""
    return {
        "seed": factors.seed_text(device),
        "qr": picture(factors.provisioning_uri(device, issuer="IMPNA")),
    }


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.GET.get("next") or "/"
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else "/"


def _status(form: Any) -> int:
    return 422 if form is not None and form.is_bound and form.errors else 200
