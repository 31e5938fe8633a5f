"""A recipient's side: what was sent to the unit, and one referral with its two ledgers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases.models import Referral


@require_GET
def referral(request: HttpRequest, reference: str) -> HttpResponse:
    """One referral, for whoever of the addressed unit may see it."""
    found = get_object_or_404(Referral.objects.visible_to(request.user), reference=reference)  # type: ignore[arg-type]
    return render(request, "cases/referral.html", {"referral": found})
