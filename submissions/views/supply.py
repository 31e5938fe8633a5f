"""A redacted copy that the CSO made itself: one plain form (`custody.plain`), on the bytes server.

The session says who sends. The address says for which exhibit: it is signed for one person and an
hour, and no other site can know it, so it stands for the CSRF token, which would have to be read
from the body before the file. Both are asked for again when the file is kept.
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

from custody import plain, vault
from custody.models import SealingKey
from impna.db import acting_as
from impna.errors import Refused
from impna.marks import own_transactions
from partners.models import User
from partners.sessions import is_current, terms_accepted
from submissions.actions import redactions
from submissions.models import Exhibit

MOST_MIB = 200
LASTS = timedelta(hours=1)
_SALT = "submissions.supply"


class Over(Refused):
    """The address is not signed for whoever is signed in, or not any more (401)."""

    status = 401


class NoSuchExhibit(Refused):
    """Not this person's to see, or not any more (404)."""

    status = 404


@dataclass(frozen=True)
class _Way:
    """What the address says: references."""

    submission: str
    exhibit: str
    by: str

    @property
    def page(self) -> str:
        """Where the form stands."""
        return reverse("submissions:redactions", args=[self.submission, self.exhibit])


def address_for(exhibit: Exhibit, user: User) -> str:
    """Where this person's browser sends a redacted copy of this exhibit during the next hour."""
    names = [exhibit.submission.reference, exhibit.reference, user.reference]
    token = signing.dumps(names, salt=_SALT)
    return settings.BYTES_ORIGIN + reverse("supply-redaction", args=[token])


@csrf_exempt
@own_transactions
@require_POST
def supply(request: HttpRequest, token: str) -> HttpResponse:
    """Take the file of the form, then back to the exhibit's copies."""
    way = _way(token)
    if way is None:
        return plain.not_received(request, Over.status, back=("/", ""))
    sealing = plain.SealAsItArrives(
        key=partial(_key, request, way),
        keep=partial(_keep, request, way),
        most=1,
        forget=vault.forget_stored,
    )
    try:
        _check(request, way)
        with plain.a_place():
            whole = plain.receive(request, sealing)
    except Refused as refusal:
        back = (way.page, _("Back to the redacted copies"))
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
    """Everything that can be refused before a byte of the file is read."""
    by = _sender(request, way)
    declared = plain.declared_size(request, most_mib=MOST_MIB)
    with transaction.atomic(), acting_as(by):
        redactions.check_takes_copies(_exhibit(way, by), by)
        plain.check_room(declared, partner=by.partner.reference)


def _key(request: HttpRequest, way: _Way) -> SealingKey:
    """The exhibit's own: what becomes of the exhibit becomes of its copies."""
    by = _sender(request, way)
    with transaction.atomic(), acting_as(by):
        exhibit = _exhibit(way, by)
        redactions.check_takes_copies(exhibit, by)
        return exhibit.key


def _keep(
    request: HttpRequest, way: _Way, stored: vault.Stored, _key: SealingKey, name: str
) -> None:
    by = _sender(request, way)
    with transaction.atomic(), acting_as(by):
        redactions.supply(exhibit=_exhibit(way, by), stored=stored, name=name, by=by)


def _sender(request: HttpRequest, way: _Way) -> User:
    """Whoever is signed in with both factors, as the account is at this moment."""
    user = request.user
    if not isinstance(user, User) or not user.is_verified() or user.reference != way.by:  # type: ignore[attr-defined]
        raise Over("")
    now = User.objects.select_related("partner").get(pk=user.pk)
    if not is_current(request, now) or not terms_accepted(now):
        raise Over("")
    return now


def _exhibit(way: _Way, by: User) -> Exhibit:
    found: Exhibit | None = (
        Exhibit.objects.visible_to(by)
        .select_related("submission__partner", "submission__compartment", "key", "file")
        .filter(reference=way.exhibit)
        .first()
    )
    if found is None:
        raise NoSuchExhibit(_("There is no such exhibit, or you do not work on it any more."))
    return found
