"""Second factors: set up, recovery codes, and what happens when all of it is lost."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotNow
from impna.references import grouped
from partners import notifications, policies
from partners.actions import letters
from partners.events import Event
from partners.models import Letter, LostFactor, RecoveryCode, TotpDevice, User

RECOVERY_CODES = 10
DELAY = timedelta(hours=24)
ANSWER_WITHIN = timedelta(days=7)


@transaction.atomic
def begin_totp(*, user: User) -> TotpDevice:
    """A new seed to scan, not yet good for anything. Replaces an earlier unconfirmed one."""
    user.totpdevice_set.filter(confirmed=False).delete()
    device = TotpDevice(user=user, name="app", confirmed=False, added_at=timezone.now())
    device.set_seed(secrets.token_bytes(20))
    device.save()
    return device


def unconfirmed_totp(user: User) -> TotpDevice | None:
    """The seed being set up, if any."""
    return user.totpdevice_set.filter(confirmed=False).first()


def seed_text(device: TotpDevice) -> str:
    """The seed as people type it: base32 in groups of four."""
    return grouped(base64.b32encode(device.read_seed()).decode())


def provisioning_uri(device: TotpDevice, *, issuer: str) -> str:
    """The otpauth:// address that authenticator apps scan. The label is neutral on purpose."""
    label = quote(f"{issuer}:{device.user.email}")
    secret = base64.b32encode(device.read_seed()).decode()
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


@transaction.atomic
def confirm_totp(*, user: User, code: str) -> list[str] | None:
    """The code proves the app works: it becomes the one factor; new recovery codes are returned.

    None when the code is wrong. The caller shows the codes once; only digests stay.
    """
    device = user.totpdevice_set.select_for_update().filter(confirmed=False).first()
    if device is None:
        raise NotNow(_("This set-up has ended; begin again."))
    if not device.verify_token(code):
        return None
    user.totpdevice_set.filter(confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    user.lost_factors.filter(outcome=LostFactor.Outcome.AGREED).update(
        outcome=LostFactor.Outcome.DONE, ended_at=timezone.now()
    )
    log.record(Event.FACTOR_ADDED, on=user, by=user, data={"kind": "totp"})
    return make_recovery_codes(user=user, by=user)


@transaction.atomic
def make_recovery_codes(*, user: User, by: User) -> list[str]:
    """Ten new codes, returned once; the earlier ones no longer work."""
    now = timezone.now()
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    user.recovery_codes.all().delete()
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _n in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code), made_at=now) for code in codes
    )
    log.record(Event.RECOVERY_CODES_MADE, on=user, by=by, data={"number": len(codes)})
    return [grouped(code) for code in codes]


@transaction.atomic
def use_recovery_code(*, user: User, code: str) -> bool:
    """True once per code. Tells the account's address that something waits."""
    digest = _digest(user, code.upper().replace(" ", "").replace("-", ""))
    used = user.recovery_codes.filter(digest=digest, used_at__isnull=True).update(
        used_at=timezone.now()
    )
    if not used:
        return False
    left = user.recovery_codes.filter(used_at__isnull=True).count()
    log.record(Event.RECOVERY_CODE_USED, on=user, by=user, data={"left": left})
    _notify(user)
    return True


@transaction.atomic
def verify(*, user: User, code: str) -> bool:
    """True if `code` is the app's present code or an unused recovery code."""
    device = user.totpdevice_set.filter(confirmed=True).first()
    compact = code.replace(" ", "")
    if device is not None and len(compact) == 6:
        right = device.verify_token(compact)
    else:
        right = use_recovery_code(user=user, code=code)
    if right:
        _not_lost_after_all(user)
    return right


@transaction.atomic
def report_lost(*, user: User) -> LostFactor:
    """Someone who gave the right password has neither app nor codes; two people must agree."""
    user = User.objects.select_for_update().get(pk=user.pk)
    now = timezone.now()
    already = user.lost_factors.filter(outcome__in=LostFactor.OPEN).select_for_update().first()
    if already is not None and not _has_lapsed(already, now):
        return already
    if already is not None:
        _end_unused(already, user, because="nobody used it in time")
    lost = LostFactor.objects.create(
        user=user, asked_at=now, due_on=timezone.localdate(now + ANSWER_WITHIN)
    )
    log.record(Event.LOST_FACTOR_REPORTED, on=lost, by=user, data={"user": user.reference})
    notifications.lost_factor(lost)
    _notify(user)
    return lost


@transaction.atomic
def agree_as_manager(*, lost: LostFactor, by: User) -> LostFactor:
    """The own manager has spoken with the person and agrees."""
    lost = _locked(lost)
    policies.check_can_agree_as_manager(by, lost)
    if lost.outcome != LostFactor.Outcome.ASKED or lost.manager_id:
        raise NotNow(_("A manager has answered this already."))
    lost.manager, lost.manager_at = by, timezone.now()
    return _agreed(lost, by, "manager")


@transaction.atomic
def agree_as_coordinator(*, lost: LostFactor, by: User) -> LostFactor:
    """A coordinator has checked with the partner by another way and agrees."""
    lost = _locked(lost)
    policies.check_can_agree_as_coordinator(by, lost)
    if lost.outcome != LostFactor.Outcome.ASKED or lost.coordinator_id:
        raise NotNow(_("A coordinator has answered this already."))
    lost.coordinator, lost.coordinator_at = by, timezone.now()
    return _agreed(lost, by, "coordinator")


@transaction.atomic
def refuse_lost(*, lost: LostFactor, by: User, reason: str) -> LostFactor:
    """Either of the two can stop it, also during the delay; the old factor keeps working."""
    lost = _locked(lost)
    policies.check_can_refuse_lost_factor(by, lost)
    if not lost.is_open:
        raise NotNow(_("This has ended already."))
    lost.outcome, lost.ended_at = LostFactor.Outcome.REFUSED, timezone.now()
    lost.save(update_fields=["outcome", "ended_at"])
    log.record(
        Event.LOST_FACTOR_REFUSED,
        on=lost,
        by=by,
        reason=reason,
        data={"user": lost.user.reference},
    )
    return lost


@transaction.atomic
def stop_lost(*, lost: LostFactor, by: User) -> LostFactor:
    """It was not them who asked, or it is no longer needed: what they have keeps working."""
    lost = _locked(lost)
    policies.check_can_stop_lost_factor(by, lost)
    if not lost.is_open:
        raise NotNow(_("This has ended already."))
    _end_unused(lost, by, because="the person stopped it")
    return lost


def open_lost(user: User) -> LostFactor | None:
    """The request in this person's name that has not ended, by them or not."""
    return user.lost_factors.filter(outcome__in=LostFactor.OPEN).first()


def may_set_up_again(user: User) -> bool:
    """True when both have agreed and the delay is over, for seven days."""
    now = timezone.now()
    return user.lost_factors.filter(
        outcome=LostFactor.Outcome.AGREED, ready_at__lte=now, ready_at__gt=now - ANSWER_WITHIN
    ).exists()


def _not_lost_after_all(user: User) -> None:
    """Whoever has a factor has not lost it: a request in their name, by them or not, ends here."""
    for lost in user.lost_factors.select_for_update(of=("self",)).filter(
        outcome__in=LostFactor.OPEN
    ):
        _end_unused(lost, user, because="the factor was used")


def _end_unused(lost: LostFactor, by: User, *, because: str) -> None:
    lost.outcome, lost.ended_at = LostFactor.Outcome.REFUSED, timezone.now()
    lost.save(update_fields=["outcome", "ended_at"])
    log.record(
        Event.LOST_FACTOR_REFUSED,
        on=lost,
        by=by,
        data={"user": by.reference, "because": because},
    )


def _has_lapsed(lost: LostFactor, now: datetime) -> bool:
    return lost.ready_at is not None and lost.ready_at <= now - ANSWER_WITHIN


def _agreed(lost: LostFactor, by: User, capacity: str) -> LostFactor:
    if lost.manager_id and lost.coordinator_id:
        lost.outcome, lost.ready_at = LostFactor.Outcome.AGREED, timezone.now() + DELAY
        _notify(lost.user)
    lost.save()
    log.record(
        Event.LOST_FACTOR_AGREED,
        on=lost,
        by=by,
        data={"user": lost.user.reference, "as": capacity},
    )
    return lost


def _locked(lost: LostFactor) -> LostFactor:
    return (
        LostFactor.objects.select_for_update(of=("self",))
        .select_related("user__partner")
        .get(pk=lost.pk)
    )


def _notify(user: User) -> None:
    letters.write(kind=Letter.Kind.WAITING, to=user.email, user=user, language=user.language)


def _digest(user: User, code: str) -> bytes:
    return hashlib.sha256(f"{user.reference}:{code}".encode()).digest()
