"""Asking the sender, and writing to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import possible
from cases.actions import requests
from cases.forms import MessageForm, RequestForm
from cases.views.loading import page, posted, referral_of, to


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """An information request, with a date."""
    found, user = referral_of(request, reference)
    possible.check("ask", user, found)
    form = RequestForm(posted(request))
    if form.is_valid():
        asked = requests.ask(referral=found, **form.cleaned_data, by=user)
        messages.success(request, _("%(request)s is sent.") % {"request": asked})
        return to(f"{found.get_absolute_url()}#requests")
    return page(request, "ask", found, form)


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """A message to the sender."""
    found, user = referral_of(request, reference)
    possible.check("write", user, found)
    form = MessageForm(posted(request))
    if form.is_valid():
        requests.write(referral=found, text=form.cleaned_data["text"], by=user)
        messages.success(request, _("Your message is sent."))
        return to(f"{found.get_absolute_url()}#thread")
    return page(request, "write", found, form)
