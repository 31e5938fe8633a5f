"""People of a draft by pseudonym: the list, one person, and the steps in which they are described.

Names are asked in the vault alone (`identities`). What somebody was in an incident has pages of
its own (`person_parts`).
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from custody import history
from custody.history import page_of
from impna.errors import NotAllowed, NotNow, Sentence
from partners.models import User
from submissions.actions import exhibits, persons, unsaved
from submissions.drafting_pages import NEW_PERSON, key_of
from submissions.forms import CheckedReasonForm
from submissions.models import Person, Submission
from submissions.name_check import KnownNames
from submissions.person_forms import (
    CareForm,
    HeardForm,
    NewPersonForm,
    OwnAccountForm,
    SupportForm,
    WhoForm,
)
from submissions.person_vocabularies import HeardBefore
from submissions.persons_told import PersonTold, told
from submissions.views.drafts import _status, _submission, check_changing, may_draft
from submissions.views.unsaved import offer

PAGE = 50


@require_GET
def person_list(request: HttpRequest, reference: str) -> HttpResponse:
    """All people in the order in which they were added, with their parts and what is missing."""
    submission, user = _submission(request, reference)
    exhibits.open_names(submission=submission, by=user)
    found = submission.persons.present().with_parts()
    after = request.GET.get("after", "")
    last = submission.persons.filter(code=after).first() if after else None
    if last is not None:
        found = found.filter(pk__gt=last.pk)
    people = list(found[: PAGE + 1])
    context = {
        "submission": submission,
        "rows": [told(person, submission) for person in people[:PAGE]],
        "after": people[PAGE - 1].code if len(people) > PAGE else "",
        "later_page": last is not None,
        "may_draft": may_draft(user, submission),
    }
    return render(request, "submissions/person_list.html", context)


@require_GET
def person_detail(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """One person: every answer, with a way to change each."""
    found, user = _person(request, reference, person)
    context = {
        **_about(found),
        "may_draft": may_draft(user, found.person.submission),
        "events": page_of(
            history.events_of(found.person), request.GET, name="history", at="history"
        ),
    }
    return render(request, "submissions/person_detail.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """The first question, and the code under which somebody appears from then on."""
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    used = submission.persons.values_list("code", flat=True)
    form = NewPersonForm(_posted(request), used=used, names=KnownNames(submission))
    if form.is_valid():
        code = form.cleaned_data["code"]
        person = persons.add(submission=submission, code=code, answers=form.answers, by=user)
        unsaved.discard(submission=submission, page=NEW_PERSON, by=user)
        return _onward(request, person, "who")
    context = {
        "submission": submission,
        "form": form,
        "steps": _steps("heard"),
        **offer(form, submission, NEW_PERSON, user),
    }
    return render(request, "submissions/person_heard.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def heard(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Step 1: whether somebody has heard them already."""
    found, user = _changing(request, reference, person)
    form = HeardForm(
        _posted(request), initial=found.details.as_json(), names=KnownNames(found.person.submission)
    )
    return _answered(request, found, form, "heard", "who", user)


@require_http_methods(["GET", "POST"])
def who(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Step 2: who they are here. Of a child more is asked on a page of its own."""
    found, user = _changing(request, reference, person)
    form = WhoForm(_posted(request), initial=found.details.as_json())
    return _answered(request, found, form, "who", "account", user)


@require_http_methods(["GET", "POST"])
def care(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Step 2, second page: what is best for a child."""
    found, user = _changing(request, reference, person)
    if not found.details.is_child:
        raise NotNow(_("This is asked of a child only."))
    form = CareForm(
        _posted(request), initial=found.details.as_json(), names=KnownNames(found.person.submission)
    )
    return _answered(request, found, form, "care", "account", user)


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Step 3: an account of one's own, where the organisation may take one; else why it may not."""
    found, user = _changing(request, reference, person)
    known = found.details
    why = "" if known.own_account else known.why_no_account(_declared(found))
    if why and request.method == "POST":
        raise NotAllowed(why)
    form = OwnAccountForm(_posted(request), known=known, names=KnownNames(found.person.submission))
    return _answered(request, found, form, "account", "parts", user, why=why)


@require_http_methods(["GET", "POST"])
def support(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Step 5: what help there was, and who heard them."""
    found, user = _changing(request, reference, person)
    form = SupportForm(
        _posted(request),
        initial=SupportForm.start(found.details.as_json()),
        names=KnownNames(found.person.submission),
    )
    return _answered(request, found, form, "support", "", user)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Take somebody out of the draft, with a reason."""
    found, user = _changing(request, reference, person)
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.person.submission))
    if form.is_valid():
        persons.remove(person=found.person, by=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(person)s is taken out.") % {"person": found.person})
        return redirect("submissions:person-list", found.person.submission.reference)
    context = {"form": form, **_about(found)}
    return render(request, "submissions/person_remove.html", context, status=_status(form))


def _answered(
    request: HttpRequest,
    found: PersonTold,
    form: Any,
    step: str,
    onward: str,
    user: User,
    **more: Any,
) -> HttpResponse:
    """Save a step and go on, or show it."""
    person, page = found.person, key_of(found.person, step)
    if form.is_valid():
        answers = form.answers
        changed = persons.change(person=person, answers=answers, by=user)
        unsaved.discard(submission=person.submission, page=page, by=user)
        known = persons.read_details(changed)
        if step == "who" and known.is_child:
            onward = "care"
        elif onward == "account" and known.heard == HeardBefore.YES:
            onward = "parts"
        return _onward(request, person, onward)
    kept = offer(form, person.submission, page, user)
    return _step(request, found, form, step, **kept, **more)


def _step(
    request: HttpRequest, found: PersonTold, form: BaseForm, name: str, **more: Any
) -> HttpResponse:
    context = {"form": form, "steps": _steps(name, found), **_about(found), **more}
    return render(request, f"submissions/person_{name}.html", context, status=_status(form))


def _steps(name: str, found: PersonTold | None = None) -> list[dict[str, Any]]:
    """Where the reader is, of five."""
    here = {"care": "who", "part": "parts"}.get(name, name)
    done = set()
    if found is not None:
        told = found.details
        done = {
            step
            for step, is_done in (
                ("heard", told.heard),
                ("who", told.categories or told.vulnerabilities or told.sex),
                ("account", told.own_account or told.heard == HeardBefore.YES),
                ("parts", found.parts),
                ("support", told.support or told.interviewer),
            )
            if is_done
        }
    labels: Iterable[tuple[str, Sentence]] = (
        ("heard", _("Heard before")),
        ("who", _("Who they are here")),
        ("account", _("An account")),
        ("parts", _("Part in incidents")),
        ("support", _("Support and interpreters")),
    )
    return [
        {"label": label, "done": step in done, "current": step == here} for step, label in labels
    ]


def _onward(request: HttpRequest, person: Person, step: str) -> HttpResponse:
    """To the next step, or back to the list if that was pressed."""
    messages.success(request, _("%(person)s: saved.") % {"person": person})
    if request.POST.get("then") == "list":
        address = reverse("submissions:person-list", args=[person.submission.reference])
        return redirect(f"{address}#person-{person.code}")
    name = f"submissions:person-{step}" if step else "submissions:person-detail"
    return redirect(name, person.submission.reference, person.reference)


def _about(found: PersonTold) -> dict[str, Any]:
    person = found.person
    return {"row": found, "person": person, "submission": person.submission}


def _declared(found: PersonTold) -> list[str]:
    declared: list[str] = found.person.submission.partner.competences
    return declared


def _posted(request: HttpRequest) -> Any:
    """Unlike `request.POST or None`, a form with nothing ticked was sent all the same."""
    return request.POST if request.method == "POST" else None


def _changing(request: HttpRequest, reference: str, person: str) -> tuple[PersonTold, User]:
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    return _of(submission, person, user), user


def _person(request: HttpRequest, reference: str, person: str) -> tuple[PersonTold, User]:
    submission, user = _submission(request, reference)
    return _of(submission, person, user), user


def _of(submission: Submission, person: str, user: User) -> PersonTold:
    found = get_object_or_404(submission.persons.present().with_parts(), reference=person)
    exhibits.open_names(submission=submission, by=user)
    return told(found, submission)
