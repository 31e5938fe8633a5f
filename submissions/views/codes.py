"""The code that a person holds: given, ended, used by whoever holds it, answered."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from impna.errors import NotNow
from partners.actions import accounts
from submissions.actions import codes, consents
from submissions.code_forms import CodeAnswerForm, GiveCodeForm, UseCodeForm
from submissions.models import Person
from submissions.name_check import KnownNames
from submissions.views.consents import _about, _asking
from submissions.views.drafts import _status
from submissions.views.persons import _posted

# What follows from each answer, and what is said then.
_ACTS: dict[str, Any] = {
    CodeAnswerForm.CONFIRM: (
        codes.confirm,
        gettext_lazy("It is taken back. Nothing of this person is given."),
    ),
    CodeAnswerForm.PRESSURE: (
        codes.flag_pressure,
        gettext_lazy("It stays paused. Write the pressure down as a risk, too."),
    ),
    CodeAnswerForm.GO_ON: (codes.go_on, gettext_lazy("It goes on as they said before.")),
}


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def use(request: HttpRequest) -> HttpResponse:
    """Without an account: one field. A right and a wrong code are answered alike.

    Only a code that cannot be one, by its check character, is said to be mistyped.
    """
    form = UseCodeForm(_posted(request))
    if not form.is_valid():
        return render(request, "submissions/use_code.html", {"form": form}, status=_status(form))
    wait = accounts.count_try(door="code", name=f"{timezone.localdate()}:{_source(request)}")
    if wait:
        context = {"form": form, "wait": wait}
        return render(request, "submissions/use_code.html", context, status=429)
    codes.use(secret=form.cleaned_data["code"], by=codes.HOLDER)
    return render(request, "submissions/use_code.html", {"done": True})


@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """A code for somebody who asked for one, shown this once."""
    found, user = _asking(request, reference, person)
    form = GiveCodeForm(_posted(request))
    if form.is_valid():
        asked_for = form.cleaned_data["asked_for"]
        secret = codes.make(person=found, asked_for=asked_for, by=user)
        address = f"{settings.ORIGIN}{reverse('submissions:use-code')}"
        context = {**_about(found), "secret": secret, "address": address}
        return render(request, "submissions/code_shown.html", context)
    before = found.codes.live().first()
    if before is not None and before.used_at is not None:
        raise NotNow(_("They used their code: answer it first."))
    context = {**_about(found), "form": form, "before": before, "days": settings.PAUSE_DAYS}
    return render(request, "submissions/code_give.html", context, status=_status(form))


@require_POST
def end(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """An unused code works no more."""
    found, user = _asking(request, reference, person)
    codes.end(person=found, by=user)
    messages.success(request, _("The code works no more."))
    return _back(found)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """They used their code: what they want, after somebody spoke with them."""
    found, user = _asking(request, reference, person)
    code = found.codes.pausing().select_related("pressed_by").first()
    if code is None:
        raise NotNow(_("Nothing is paused by this person’s code any more."))
    code.person = found
    form = CodeAnswerForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        act, said = _ACTS[form.cleaned_data["outcome"]]
        act(person=found, words=form.cleaned_data["words"], by=user)
        messages.success(request, said)
        return _back(found)
    word = found.consents.live().first()
    if word is not None:
        word.person = found
    context: dict[str, Any] = {
        **_about(found),
        "form": form,
        "code": code,
        "pressure": codes.read(code, codes.PRESSURE),
        "route": consents.read_details(word).safe_route if word else "",
        "days": settings.PAUSE_DAYS,
    }
    return render(request, "submissions/code_answer.html", context, status=_status(form))


def _back(person: Person) -> HttpResponse:
    return redirect("submissions:consent-detail", person.submission.reference, person.reference)


def _source(request: HttpRequest) -> str:
    """Where it comes from, as far as the reverse proxy says so; kept only as a keyed digest."""
    said = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return said.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
