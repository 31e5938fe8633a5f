"""Typing that survives a closed tab: kept while somebody writes, offered on the next visit."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners.models import User
from submissions import drafting_pages
from submissions.actions import exhibits, unsaved
from submissions.models import Submission
from submissions.views.drafts import _submission

_LEFT_OUT = ("csrfmiddlewaretoken", "then", "to")


@require_POST
def keep(request: HttpRequest, reference: str, page: str) -> HttpResponse:
    """Called by static/js/autosave.js after a pause in typing; answers when it was kept."""
    submission, user = _submission(request, reference)
    drafting_pages.check_may_type(submission, page, user)
    _check_page(submission, page)
    fields = {name: values for name, values in request.POST.lists() if name not in _LEFT_OUT}
    at = timezone.localtime(unsaved.keep(submission=submission, page=page, fields=fields, by=user))
    return JsonResponse({"at": f"{date_format(at, 'H:i')} {at:%Z}"})


@require_POST
def discard(request: HttpRequest, reference: str, page: str) -> HttpResponse:
    """The reader does not want it; back to the form as it is saved."""
    submission, user = _submission(request, reference)
    drafting_pages.check_may_type(submission, page, user)
    address = _check_page(submission, page)
    unsaved.discard(submission=submission, page=page, by=user)
    messages.success(request, _("What you had typed and not saved is gone."))
    return redirect(address)


def addresses(submission: Submission, page: str) -> dict[str, str]:
    """Where typing is sent while somebody writes, and where it is thrown away."""
    names = [submission.reference, page]
    return {
        "autosave": reverse("submissions:unsaved", args=names),
        "discard": reverse("submissions:unsaved-discard", args=names),
    }


def offer(
    form: BaseForm,
    submission: Submission,
    page: str,
    user: User,
    *,
    sort: Callable[[QueryDict], QueryDict] | None = None,
) -> dict[str, Any]:
    """For the page of a form: fills in what was typed and not saved, and where to send more.

    A form that was just sent is left alone, and so is one that says what was kept already. `sort`
    puts what was sent where the form has it now.
    """
    context: dict[str, Any] = dict(addresses(submission, page))
    typed = None if form.is_bound else unsaved.find(submission, page, user)
    if typed is None:
        return context
    exhibits.open_names(submission=submission, by=user)
    data = as_sent(typed.fields)
    data = sort(data) if sort else data
    values = {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }
    if all(_same(form, name, value) for name, value in values.items()):
        return context
    form.initial = {**form.initial, **values}
    return context | {"typed_at": typed.at}


def _check_page(submission: Submission, page: str) -> str:
    address = drafting_pages.address_of(submission, page)
    if not address:
        raise Http404
    return address


def as_sent(fields: dict[str, list[str]]) -> QueryDict:
    """As the browser sent them."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def _same(form: BaseForm, name: str, value: Any) -> bool:
    """Browsers write the end of a line in two ways."""
    field = form.fields[name]
    known = field.prepare_value(form.get_initial_for_field(field, name))
    if isinstance(value, list) or isinstance(known, list):
        return sorted(_texts(known)) == sorted(_texts(value))
    return _text(known) == _text(value)


def _texts(values: Any) -> Iterable[str]:
    return [str(value) for value in values or []]


def _text(value: Any) -> str:
    return "" if value in (None, False) else str(value).replace("\r\n", "\n").strip()
