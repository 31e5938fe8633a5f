"""Signing in, out, and getting back in. No session before both factors (DESIGN 4)."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from custody import log
from impna.errors import NotNow, Refused, Sentence
from partners import ports, roles, terms
from partners.actions import factors, letters, organisations
from partners.events import Event
from partners.models import Letter, OneTimeLink, Partner, TermsAcceptance, Throttle, User
from partners.states import Status

TICKET_LASTS = timedelta(minutes=5)
LINK_LASTS = timedelta(hours=1)
FREE_TRIES = 3
LONGEST_DELAY = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(hours=1)
_TICKET_SALT = "partners.sign-in"


class TooSoon(Refused):
    """The form was tried too often; `seconds` says how long to wait. The account is not locked."""

    status = 429

    def __init__(self, reason: Sentence, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds


@transaction.atomic
def check_password(*, email: str, password: str, request: HttpRequest | None = None) -> str | None:
    """A five-minute ticket for the second step, or None: wrong, unknown and closed look alike."""
    throttle = _throttled("password", email)
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        _failed(throttle)
        return None
    _succeeded(throttle)
    return ticket_for(user)


def ticket_for(user: User) -> str:
    """Signed proof that the password was right; worthless once the password changes."""
    return signing.dumps([user.reference, _password_mark(user)], salt=_TICKET_SALT)


def read_ticket(ticket: str) -> User | None:
    """Whose password step this was, if it is under five minutes old and still true."""
    try:
        reference, mark = signing.loads(ticket, salt=_TICKET_SALT, max_age=TICKET_LASTS)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.select_related("partner").filter(reference=reference).first()
    if user is None or not hmac.compare_digest(mark, _password_mark(user)):
        return None
    return user


@transaction.atomic
def check_second_factor(*, user: User, code: str) -> bool:
    """True if the code is right; failures slow the form down."""
    throttle = _throttled("factor", user.email)
    if not factors.verify(user=user, code=code):
        _failed(throttle)
        return False
    _succeeded(throttle)
    return True


@transaction.atomic
def record_sign_in(*, by: User) -> None:
    """Both factors were right and a session begins."""
    log.record(Event.SIGNED_IN, on=by, by=by)


@transaction.atomic
def record_sign_out(*, by: User) -> None:
    """The session was ended by hand; apps above end what would go on without it."""
    log.record(Event.SIGNED_OUT, on=by, by=by)
    ports.signed_out.tell(by)


@transaction.atomic
def count_try(*, door: str, name: str) -> int:
    """Count one try at an open form, right or wrong; how long to wait, in seconds, if too early."""
    try:
        _failed(_throttled(door, name))
    except TooSoon as early:
        return early.seconds
    return 0


@transaction.atomic
def ask_for_reset(*, email: str) -> None:
    """Mail a one-time link if there is such an account. The answer is the same either way."""
    throttle = _throttled("reset", email)
    _failed(throttle)
    user = User.objects.with_address(email).filter(is_active=True).first()
    if user is None:
        return
    now = timezone.now()
    user.one_time_links.filter(used_at__isnull=True).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        user=user, token_digest=_digest(token), made_at=now, expires_at=now + LINK_LASTS
    )
    log.record(Event.PASSWORD_RESET_ASKED, on=user, by=log.SYSTEM)
    letters.write(
        kind=Letter.Kind.RESET,
        to=user.email,
        user=user,
        language=user.language,
        path=reverse("partners:reset-password", args=[token]),
    )


def find_reset(token: str) -> OneTimeLink | None:
    """The link a token leads to, while it is good."""
    return (
        OneTimeLink.objects.filter(
            token_digest=_digest(token), used_at__isnull=True, expires_at__gt=timezone.now()
        )
        .select_related("user__partner")
        .first()
    )


@transaction.atomic
def reset_password(*, token: str, password: str, code: str) -> bool:
    """New password by mailed link and second factor. False when the code is wrong.

    Ends every session. Opens no sealed content: keys do not hang on passwords.
    """
    link = find_reset(token)
    if link is None:
        raise NotNow(_("This link is no longer good. Ask for a new one."))
    locked = OneTimeLink.objects.select_for_update().get(pk=link.pk)
    if locked.used_at is not None:
        raise NotNow(_("This link has been used. Ask for a new one."))
    user = link.user
    validate_password(password, user)
    if not check_second_factor(user=user, code=code):
        return False
    locked.used_at = timezone.now()
    locked.save(update_fields=["used_at"])
    _set_password(user, password)
    log.record(Event.PASSWORD_CHANGED, on=user, by=user, data={"by": "reset"})
    return True


@transaction.atomic
def change_password(*, new_password: str, by: User) -> User:
    """From the account page, after a fresh second factor. Ends every other session."""
    validate_password(new_password, by)
    _set_password(by, new_password)
    log.record(Event.PASSWORD_CHANGED, on=by, by=by, data={"by": "account page"})
    return by


@transaction.atomic
def accept_terms(*, by: User) -> TermsAcceptance:
    """Accept the version in force; a manager's acceptance makes an invited partner active."""
    current = terms.current_terms(by.partner.kind)
    partner = Partner.objects.select_for_update().get(pk=by.partner_id)
    acceptance, new = TermsAcceptance.objects.get_or_create(
        user=by,
        version=current.version,
        defaults={"text_digest": current.digest(), "accepted_at": timezone.now()},
    )
    if new:
        log.record(
            Event.TERMS_ACCEPTED,
            on=by,
            by=by,
            data={"version": current.version, "text": acceptance.text_digest},
        )
    if partner.status == Status.INVITED and by.holds(roles.Manager.code):
        organisations.activate(partner=partner, by=by)
    return acceptance


def has_accepted_terms(user: User) -> bool:
    """The version in force, not an earlier one."""
    version = terms.current_terms(user.partner.kind).version
    return user.terms_acceptances.filter(version=version).exists()


def delay_after(failures: int) -> timedelta:
    """No wait for the first three failures, then 2, 4, 8, 16 and at most 30 seconds."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - FREE_TRIES + 1, 5)), LONGEST_DELAY)


def _set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.sessions_from = timezone.now()
    user.save(update_fields=["password", "sessions_from"])


def _throttled(door: str, name: str) -> Throttle:
    """Lock the row of this door and name, so that guesses queue; raise TooSoon when it is early."""
    key = hmac.digest(
        settings.SECRET_KEY.encode(), f"throttle:{door}:{name.lower()}".encode(), "sha256"
    )
    Throttle.objects.bulk_create([Throttle(key_digest=key)], ignore_conflicts=True)
    throttle = Throttle.objects.select_for_update().get(key_digest=key)
    if throttle.last_failure_at is not None and _is_stale(throttle):
        _succeeded(throttle)
    if throttle.last_failure_at is not None:
        wait = throttle.last_failure_at + delay_after(throttle.failures) - timezone.now()
        seconds = int(wait.total_seconds()) + 1
        if wait > timedelta(0):
            raise TooSoon(
                ngettext(
                    "Wait %(seconds)d second, then try again. Your account is not locked.",
                    "Wait %(seconds)d seconds, then try again. Your account is not locked.",
                    seconds,
                )
                % {"seconds": seconds},
                seconds,
            )
    return throttle


def _is_stale(throttle: Throttle) -> bool:
    assert throttle.last_failure_at is not None
    return timezone.now() - throttle.last_failure_at > FORGOTTEN_AFTER


def _failed(throttle: Throttle) -> None:
    throttle.failures += 1
    throttle.last_failure_at = timezone.now()
    throttle.save(update_fields=["failures", "last_failure_at"])


def _succeeded(throttle: Throttle) -> None:
    throttle.failures, throttle.last_failure_at = 0, None
    throttle.save(update_fields=["failures", "last_failure_at"])


def _password_mark(user: User) -> str:
    return user.get_session_auth_hash()[:32]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
