"""The receipt of a version: short at once; the long form with every file only when asked for."""

from collections import Counter
from datetime import UTC, date, timedelta
from typing import Any

import rfc8785
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.models import Referral
from cases.states import DUE_AFTER, Status
from cases.views.reading import submission_of
from partners.models import User
from submissions import manifest
from submissions.actions import exhibits
from submissions.models import Version


@require_GET
def receipt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Reference, time, version, digest, and what happens next. It names nobody and no file."""
    version, _user = _version(request, reference, number)
    return render(request, "cases/receipt.html", _about(version))


@require_POST
def long_receipt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Every file by number, size and digest. Asking for it is an opening."""
    version, user = _version(request, reference, number)
    exhibits.open_names(submission=version.submission, by=user)
    files = manifest.read(version)["exhibits"]
    is_cut = any(entry.get("erased") for entry in files)
    context = {**_about(version), "files": files, "is_cut": is_cut}
    return render(request, "cases/receipt_long.html", context)


@require_POST
def list_of_files(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The exact text whose SHA-256 stands on the receipt, to be checked without us."""
    version, user = _version(request, reference, number)
    exhibits.open_names(submission=version.submission, by=user)
    return HttpResponse(
        rfc8785.dumps(manifest.read(version)),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="version-{version.number}.json"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _version(request: HttpRequest, reference: str, number: int) -> tuple[Version, User]:
    submission, user = submission_of(request, reference)
    found: Version = get_object_or_404(submission.versions.all(), number=number)
    found.submission = submission
    return found, user


def _about(version: Version) -> dict[str, Any]:
    return {
        "submission": version.submission,
        "version": version,
        "utc": version.handed_over_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "next": _what_next(version),
        "is_new": timezone.now() - version.handed_over_at < timedelta(minutes=15),
    }


def _what_next(version: Version) -> list[dict[str, Any]]:
    """Dates without names: nobody's authority stands on a receipt."""
    rows: set[tuple[date, str]] = set()
    reached = Counter(
        timezone.localdate(at) for at in version.declarations.values_list("declared_at", flat=True)
    )
    for day, number in reached.items():
        words = ngettext("Sent to %(n)d recipient.", "Sent to %(n)d recipients.", number)
        rows.add((day, words % {"n": number}))
    for referral in _begun_with(version):
        day = timezone.localdate(referral.sent_at)
        acknowledged = _("Every recipient has acknowledged, or your desk shows that one has not.")
        rows.add((day + DUE_AFTER[Status.SENT], acknowledged))
        rows.add((day + timedelta(days=referral.unit.feedback_days), _("Feedback is due.")))
    for advice in version.advice.all():
        words = _("The Secretariat has answered your question, or you decide by yourself.")
        rows.add((advice.due_on, words))
    if not rows:
        words = _("Nobody new has it yet. You choose who gets it, or ask the Secretariat.")
        rows.add((timezone.localdate(version.handed_over_at), words))
    today = timezone.localdate()
    return [{"at": at, "text": words, "next": at > today} for at, words in sorted(rows)]


def _begun_with(version: Version) -> list[Referral]:
    """Recipients for whom this version was the first."""
    found = version.submission.referrals.filter(sent_at__gte=version.handed_over_at)
    following = version.submission.versions.filter(number=version.number + 1).first()
    if following is not None:
        found = found.filter(sent_at__lt=following.handed_over_at)
    return list(found.select_related("unit"))
