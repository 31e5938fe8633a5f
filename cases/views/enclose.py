"""Files for an information request: one plain form (`custody.plain`), on the bytes server.

The session says who sends. The address says for which request: it is signed for one person and an
hour, and no other site can know it, so it stands for the CSRF token, which would have to be read
from the body before its files. Both are asked for again at each file.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.actions import enclosures
from cases.models import InformationRequest, Referral
from custody import plain, vault
from custody.models import SealingKey
from impna.db import acting_as
from impna.errors import Refused
from impna.marks import own_transactions
from partners.models import User
from partners.sessions import is_current, terms_accepted

MOST_MIB = 50
MOST_FILES = 10
LASTS = timedelta(hours=1)
_SALT = "cases.enclose"
_WITH = ("referral__submission__partner", "referral__unit__partner", "referral__compartment")


class Over(Refused):
    """The address is not signed for whoever is signed in, or not any more (401)."""

    status = 401


class NoSuchRequest(Refused):
    """Not this person's to see, or not any more (404)."""

    status = 404


@dataclass(frozen=True)
class _Way:
    """What the address says: references."""

    referral: str
    request: str
    by: str

    @property
    def page(self) -> str:
        """Where the form stands."""
        return reverse("cases:enclosures", args=[self.referral, self.request])


def address_for(asked: InformationRequest, user: User) -> str:
    """Where this person's browser sends files for this request during the next hour."""
    names = [asked.referral.reference, asked.reference, user.reference]
    return settings.BYTES_ORIGIN + reverse("enclose", args=[signing.dumps(names, salt=_SALT)])


@csrf_exempt
@own_transactions
@require_POST
def enclose(request: HttpRequest, token: str) -> HttpResponse:
    """Take every file of the form, then back to the request with how many arrived."""
    way = _way(token)
    if way is None:
        return plain.not_received(request, Over.status, back=("/", ""))
    sealing = plain.SealAsItArrives(
        key=partial(_key, request, way), keep=partial(_keep, request, way), most=MOST_FILES
    )
    try:
        _check(request, way)
        with plain.a_place():
            whole = plain.receive(request, sealing)
    except Refused as refusal:
        back = (way.page, _("Back to the request"))
        return plain.not_received(
            request, refusal.status, back=back, reason=refusal.reason, kept=sealing.kept
        )
    return plain.received(way.page, kept=sealing.kept, whole=whole)


def _way(token: str) -> _Way | None:
    try:
        return _Way(*signing.loads(token, salt=_SALT, max_age=LASTS))
    except signing.BadSignature:
        return None


def _check(request: HttpRequest, way: _Way) -> None:
    """Everything that can be refused before a byte of a file is read."""
    by = _sender(request, way)
    declared = plain.declared_size(request, most_mib=MOST_MIB)
    with transaction.atomic(), acting_as(by):
        enclosures.check_takes_files(_asked(way, by), by)
        plain.check_room(declared, partner=by.partner.reference)


def _key(request: HttpRequest, way: _Way) -> SealingKey:
    by = _sender(request, way)
    with transaction.atomic(), acting_as(by):
        asked = _asked(way, by)
        enclosures.check_takes_files(asked, by)
        return vault.draft_key(asked.referral.compartment)


def _keep(
    request: HttpRequest, way: _Way, stored: vault.Stored, key: SealingKey, name: str
) -> None:
    by = _sender(request, way)
    with transaction.atomic(), acting_as(by):
        enclosures.enclose(request=_asked(way, by), key=key, stored=stored, name=name, by=by)


def _sender(request: HttpRequest, way: _Way) -> User:
    """Whoever is signed in with both factors, as the account is at this moment."""
    user = request.user
    if not isinstance(user, User) or not user.is_verified() or user.reference != way.by:  # type: ignore[attr-defined]
        raise Over("")
    now = User.objects.select_related("partner").get(pk=user.pk)
    if not is_current(request, now) or not terms_accepted(now):
        raise Over("")
    return now


def _asked(way: _Way, by: User) -> InformationRequest:
    found = (
        InformationRequest.objects.select_related(*_WITH)
        .filter(reference=way.request, referral__in=Referral.objects.visible_to(by))
        .first()
    )
    if found is None:
        raise NoSuchRequest(_("There is no such request, or you do not work on it any more."))
    return found
