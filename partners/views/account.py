"""A person's own account: password, factor, recovery codes, and what the log says of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from custody.models import CustodyEvent
from partners import sessions
from partners.actions import accounts, factors
from partners.forms import AppCodeForm, ChangePasswordForm
from partners.models import LostFactor, User
from partners.views.inbox import mail_when
from partners.views.sign_in import _status, enrolment


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who you are here, what you may, and the last thirty things recorded about your account."""
    user = _user(request)
    lost = list(user.lost_factors.order_by("-id")[:10])
    about = [f"{User.custody_label}:{user.reference}"]
    about += [f"{LostFactor.custody_label}:{one.reference}" for one in lost]
    context = {
        "user_shown": user,
        "codes_left": user.recovery_codes.filter(used_at__isnull=True).count(),
        "mail_when": mail_when(user),
        "lost": next((one for one in lost if one.is_open), None),
        "events": CustodyEvent.objects.filter(on__in=about).order_by("-id")[:30],
    }
    return render(request, "partners/account.html", context)


@require_http_methods(["GET", "POST"])
def stop_lost_factor(request: HttpRequest, reference: str) -> HttpResponse:
    """Someone who knows the password asked for a new second factor: the person can stop it."""
    user = _user(request)
    lost = get_object_or_404(user.lost_factors, reference=reference)
    if request.method == "POST":
        factors.stop_lost(lost=lost, by=user)
        messages.success(
            request,
            _("Stopped. If it was not you who asked, someone knows your password: change it now."),
        )
        return redirect("partners:account")
    return render(request, "partners/lost_factor_stop.html", {"lost": lost})


@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """With a fresh factor; every other session ends."""
    sessions.need_fresh_factor(request)
    user = _user(request)
    form = ChangePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        accounts.change_password(by=user, **form.cleaned_data)
        sessions.begin(request, user)
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("partners:account")
    return render(request, "partners/change_password.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def change_factor(request: HttpRequest) -> HttpResponse:
    """A new app in place of the old, with a fresh factor from the old one."""
    sessions.need_fresh_factor(request)
    user = _user(request)
    device = factors.unconfirmed_totp(user) or factors.begin_totp(user=user)
    form = AppCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = factors.confirm_totp(user=user, code=form.cleaned_data["code"])
        if codes is not None:
            sessions.begin(request, user)
            shown = {"codes": codes, "next": "/account/"}
            return render(request, "partners/recovery_codes.html", shown)
        form.add_error("code", _("This code does not fit. Check the app's clock and try again."))
    context: dict[str, Any] = {"form": form, **enrolment(device)}
    return render(request, "partners/change_factor.html", context, status=_status(form))


@require_POST
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new codes; the old ones stop working."""
    sessions.need_fresh_factor(request)
    user = _user(request)
    codes = factors.make_recovery_codes(user=user, by=user)
    return render(request, "partners/recovery_codes.html", {"codes": codes, "next": "/account/"})


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
