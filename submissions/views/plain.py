"""Files for a draft without JavaScript: one plain form (`custody.plain`).

The upload token in the path authorises it, as in tus: no cookie is read for it, so no other site
can make a browser send anything here.
"""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from custody import plain, vault
from custody.models import SealingKey
from impna.db import acting_as
from impna.errors import NotNow, Refused, Sentence
from impna.marks import own_transactions
from submissions import policies
from submissions.actions import exhibits, tokens
from submissions.models import UploadToken
from submissions.name_check import KnownNames

MOST_MIB = 200
MOST_FILES = 100


@csrf_exempt
@own_transactions
@require_POST
def plain_upload(request: HttpRequest, token: str) -> HttpResponse:
    """Take every file of the form, then back to the exhibits with how many arrived."""
    found = tokens.find(token)
    if found is None:
        return _not_received(request, 401)
    under = _own_name if request.GET.get("names") == "keep" else _without_names
    sealing = plain.SealAsItArrives(
        key=partial(_key, found), keep=partial(_keep, found, under), most=MOST_FILES
    )
    try:
        _check(request, found)
        with plain.a_place():
            whole = plain.receive(request, sealing)
    except Refused as refusal:
        return _not_received(request, refusal.status, refusal.reason, sealing.kept)
    page = reverse("submissions:exhibit-list", args=[found.submission.reference])
    return plain.received(page, kept=sealing.kept, whole=whole)


def _check(request: HttpRequest, token: UploadToken) -> None:
    """Everything that can be refused before a byte of a file is read."""
    declared = plain.declared_size(request, most_mib=MOST_MIB)
    with transaction.atomic(), acting_as(token.user):
        policies.check_can_draft(token.user, token.submission)
        if not token.submission.is_draft:
            raise NotNow(_("This has been handed over; begin a supplement to add to it."))
        plain.check_room(declared, partner=token.user.partner.reference)


def _key(token: UploadToken) -> SealingKey:
    with transaction.atomic(), acting_as(token.user):
        policies.check_can_draft(token.user, token.submission)
        return vault.draft_key(token.submission.compartment)


def _own_name(token: UploadToken, name: str) -> str:
    """As its device calls it: whoever sent the form chose so."""
    return name


def _without_names(token: UploadToken, name: str) -> str:
    """With codes in place of words that may name somebody: the page has said so beforehand."""
    suggestion = KnownNames(token.submission).suggest(name)
    return suggestion.instead if suggestion else name


def _keep(
    token: UploadToken,
    under: Callable[[UploadToken, str], str],
    stored: vault.Stored,
    key: SealingKey,
    name: str,
) -> None:
    by = token.user
    with transaction.atomic(), acting_as(by):
        name = under(token, name)
        exhibits.keep_plain(submission=token.submission, key=key, stored=stored, name=name, by=by)


def _not_received(
    request: HttpRequest, status: int, reason: Sentence = "", kept: int = 0
) -> HttpResponse:
    back = (reverse("cases:submission-list"), _("Back to the submissions"))
    return plain.not_received(request, status, back=back, reason=reason, kept=kept)
