"""What makes a session good, beyond Django's own checks."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone
from django_otp import login as otp_login
from django_otp.middleware import is_verified

from impna.errors import StepUpNeeded
from partners.models import User
from partners.terms import current_terms

FRESH = timedelta(minutes=5)
_BEGAN = "began"
_FACTOR_AT = "factor_at"


def begin(request: HttpRequest, user: User) -> None:
    """Begin a session: both factors were right just now."""
    login(request, user, backend="partners.backends.MemberBackend")
    otp_login(request, user.totpdevice_set.get(confirmed=True))
    # django-otp's middleware ran before there was anyone to mark; this page is rendered after.
    signed_in: Any = request.user
    signed_in.is_verified = partial(is_verified, signed_in)
    request.session[_BEGAN] = timezone.now().isoformat()
    mark_fresh(request)


def mark_fresh(request: HttpRequest) -> None:
    """The second factor was given again."""
    request.session[_FACTOR_AT] = timezone.now().isoformat()


def is_fresh(request: HttpRequest) -> bool:
    """The second factor is at most five minutes old."""
    at = request.session.get(_FACTOR_AT)
    return at is not None and timezone.now() - datetime.fromisoformat(at) <= FRESH


def need_fresh_factor(request: HttpRequest) -> None:
    """Raise StepUpNeeded unless the second factor is fresh."""
    if not is_fresh(request):
        raise StepUpNeeded("A fresh code is needed for this.")


def terms_accepted(user: User) -> bool:
    """The version in force was accepted."""
    return current_terms(user.partner.kind).version in user.accepted_versions


def is_current(request: HttpRequest, user: User) -> bool:
    """The account is active, its partner may enter, and its sessions were not ended since."""
    began = request.session.get(_BEGAN)
    if began is None or not user.is_active or not user.partner.is_active:
        return False
    return user.sessions_from is None or datetime.fromisoformat(began) > user.sessions_from
