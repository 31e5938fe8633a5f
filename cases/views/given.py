"""The sender's side: who was given what, and what each has published."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases.models import Referral


@require_GET
def given(request: HttpRequest, reference: str) -> HttpResponse:
    """One referral, for members of the organisation that sent it."""
    found = get_object_or_404(Referral.objects.sent_by(request.user), reference=reference)  # type: ignore[arg-type]
    return render(request, "cases/given.html", {"referral": found})
