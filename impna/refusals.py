"""How a refusal looks: a sentence, and what to do next. Never a stack, a path or SQL."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from impna import typed
from impna.errors import Refused, StepUpNeeded

# Any other refusal reads like "not now": its own sentence says what is the matter.
_TEMPLATES = {403: "errors/403.html", 413: "errors/413.html", 429: "errors/429.html"}


def page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page for a refusal; a missing step-up leads to the code form and back."""
    if isinstance(refusal, StepUpNeeded):
        back = request.get_full_path() if request.method == "GET" else _referring_path(request)
        return redirect(f"{reverse('partners:step-up')}?{urlencode({'next': back})}")
    template = _TEMPLATES.get(refusal.status, "errors/409.html")
    context: dict[str, Any] = {"reason": refusal.reason}
    if template == "errors/409.html" and request.method == "POST":
        context |= {"typed": typed.said(request), "back": typed.back(request)}
    if refusal.status == 429:
        context |= {"seconds": getattr(refusal, "seconds", None), **_on_the_way(request)}
    return render(request, template, context, status=refusal.status)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context or database, which may be what failed."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def _on_the_way(request: HttpRequest) -> dict[str, Any]:
    """What goes along through signing in, so that waiting loses nothing that was typed."""
    along = {name: request.POST.get(name, "") for name in ("ticket", "next")}
    return along | {"carried": typed.carried(request)}


def _referring_path(request: HttpRequest) -> str:
    return request.POST.get("back", "/") if request.method == "POST" else "/"
