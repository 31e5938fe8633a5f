"""Questions to the Secretariat, from both sides."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases.models import Advice


@require_GET
def advice(request: HttpRequest, reference: str) -> HttpResponse:
    """One question, for the organisation that asked and the Secretariat's advisers."""
    found = get_object_or_404(Advice.objects.visible_to(request.user), reference=reference)  # type: ignore[arg-type]
    return render(request, "cases/advice.html", {"advice": found})
