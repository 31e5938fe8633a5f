"""What stands around every view, from the outside in:

`ResponseHeaders` (no caching of private pages), sessions and accounts, `SignedIn` (closed by
default), `OneTransaction` (one transaction around view and rendering, acting as the person;
refusals are rendered and recorded after the rollback).
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.decorators import sync_only_middleware
from django.utils.translation import gettext as _

from custody import log
from impna import refusals, typed
from impna.db import NOBODY, SECRETARIAT, Principal, acting_as
from impna.errors import NotNow, Refused
from impna.marks import View
from impna.open_pages import BEFORE_TERMS, OPEN
from partners.models import User
from partners.sessions import is_current, terms_accepted

type GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)


@sync_only_middleware
class OwnPaths:
    """The bytes server answers under /bytes/ only, and the pages server everywhere else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """404 for the other server's paths; other processes (tests, commands) know no difference."""
        path = request.path_info
        is_bytes = path.startswith("/bytes/")
        is_page = not is_bytes and not path.startswith(settings.STATIC_URL)
        other = {"bytes": is_page, "pages": is_bytes}.get(settings.PROCESS, False)
        return HttpResponse(status=404) if other else self.get_response(request)


@sync_only_middleware
class ResponseHeaders:
    """Private pages stay out of caches and of the back button after sign-out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what the view did not say."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "interest-cohort=()")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


@sync_only_middleware
class SignedIn:
    """Every page needs a session with both factors, except those listed as open."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End a session that is no longer good before anything reads it."""
        user = request.user
        if user.is_authenticated and not is_current(request, user):
            logout(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send strangers to sign in, and members to the terms they have not accepted."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        user = request.user
        if not isinstance(user, User) or not user.is_verified():  # type: ignore[attr-defined]
            return None if name in OPEN else _to_sign_in(request)
        if name not in BEFORE_TERMS and not terms_accepted(user):
            return redirect("partners:terms")
        return None


@sync_only_middleware
class OneTransaction:
    """One transaction around view and rendering, as the person who asks (R6).

    Rolled back on any exception, any `Refused` and any status of 500 and above. A refusal is
    recorded in a second transaction. An error at COMMIT becomes 409 (someone else was faster) or
    500. Views marked `own_transactions` get none.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open, act, answer, commit."""
        view = _view_of(request)
        if getattr(view, "own_transactions", False):
            response = self.get_response(request)
        else:
            role = SECRETARIAT if _enters_secretariat(request, view) else ""
            response = self._in_transaction(request, _principal(request), role)
        refusal: Refused | None = getattr(request, "refusal", None)
        if refusal is not None:
            return refuse(request, refusal)
        return response

    def _in_transaction(
        self, request: HttpRequest, principal: Principal, role: str
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                with acting_as(principal, role=role, to_the_end=True):
                    response = self.get_response(request)
                if getattr(request, "failed", False) or response.status_code >= 500:
                    transaction.set_rollback(True)
        except (IntegrityError, OperationalError) as error:
            logger.warning("The change could not be committed.", exc_info=error)
            request.refusal = NotNow(  # type: ignore[attr-defined]
                _("Someone else changed this at the same moment. Nothing of yours was saved.")
            )
            response = HttpResponse(status=409)
        except DatabaseError as error:
            logger.error("The change could not be committed.", exc_info=error)
            response = refusals.server_error(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Mark the transaction; Django catches the exception before `atomic` would see it."""
        request.failed = True  # type: ignore[attr-defined]
        if isinstance(error, Refused):
            request.refusal = error  # type: ignore[attr-defined]
            return HttpResponse(status=error.status)
        return None


def refuse(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Record the refusal and show it, in a transaction of its own."""
    user = request.user
    with transaction.atomic(), acting_as(_principal(request)):
        if isinstance(user, User):
            name = request.resolver_match.view_name if request.resolver_match else ""
            log.record(
                "portal.refused",
                on=user,
                by=user,
                data={"page": name, "status": refusal.status},
                reason=str(refusal.reason),
            )
        return refusals.page(request, refusal)


def _principal(request: HttpRequest) -> Principal:
    user = request.user
    return user if isinstance(user, User) else NOBODY


def _view_of(request: HttpRequest) -> View | None:
    try:
        return resolve(request.path_info).func
    except (Resolver404, Http404, SuspiciousOperation):
        return None


def _enters_secretariat(request: HttpRequest, view: View | None) -> bool:
    user = request.user
    return (
        getattr(view, "as_secretariat", False)
        and isinstance(user, User)
        and user.partner.kind == user.partner.Kind.SECRETARIAT
    )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(typed.sign_in_address(request.get_full_path()))
    return typed.keep(request)
