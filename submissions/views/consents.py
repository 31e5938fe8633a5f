"""What a person said: recorded and asked again, read, taken back; forms on paper mapped once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from impna.errors import NotNow
from impna.references import read_reference
from partners import roles
from partners.models import Partner, Unit, User
from partners.policies import allowed
from submissions import policies
from submissions.actions import asking_again, consents, exhibits, unsaved
from submissions.consent_forms import ConsentForm, PaperFormForm, from_paper
from submissions.consents_told import told
from submissions.drafting_pages import key_of
from submissions.forms import CheckedReasonForm
from submissions.models import AskAgain, PaperForm, Person, Submission
from submissions.name_check import KnownNames
from submissions.states import Status
from submissions.views.drafts import _status, _submission, _user
from submissions.views.persons import _posted
from submissions.views.unsaved import offer


@require_GET
def consent_detail(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """What they said, newest first."""
    found, user = _person(request, reference, person)
    rows = [told(one) for one in _of(found)]
    context = {
        **_about(found),
        "word": rows[0] if rows else None,
        "earlier": rows[1:],
        "may_ask": _may_ask(user, found.submission),
        "to_ask": found.to_ask.open().select_related("unit__partner", "asked_by"),
        "paper": PaperForm.objects.visible_to(user).live(),
        "code": found.codes.select_related("made_by").last(),
    }
    return render(request, "submissions/consent_detail.html", context)


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """The six questions; asked again they begin with what was said the last time."""
    found, user = _asking(request, reference, person)
    submission, page = found.submission, key_of(found, "consent")
    present = [
        (one, exhibits.read_name(one))
        for one in submission.exhibits.present()
        .select_related("submission__compartment")
        .order_by("number")
    ]
    form = ConsentForm(
        _posted(request),
        initial=_start(request, found, user),
        bodies=_bodies(),
        present=present,
        names=KnownNames(submission),
    )
    if form.is_valid():
        consents.record(
            person=found, word=form.word, details=form.details, evidence=form.shown_by, by=user
        )
        unsaved.discard(submission=submission, page=page, by=user)
        messages.success(request, _("Saved."))
        return redirect("submissions:consent-detail", submission.reference, found.reference)
    context = {
        **_about(found),
        "form": form,
        "paper": PaperForm.objects.visible_to(user).live(),
        **offer(form, submission, page, user),
    }
    return render(request, "submissions/consent_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """They take all of it back."""
    found, user = _asking(request, reference, person)
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        consents.withdraw(person=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(
            request, _("%(person)s has taken it back. Nothing of it is given.") % {"person": found}
        )
        return redirect("submissions:consent-detail", found.submission.reference, found.reference)
    context = {**_about(found), "form": form}
    return render(request, "submissions/consent_withdraw.html", context, status=_status(form))


@require_POST
def ask_again(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Somebody's word stands in the way: a documenter is asked to ask them."""
    submission, user = _submission(request, reference)
    found: Person = get_object_or_404(submission.persons.present(), reference=person)
    found.submission = submission
    wanted = read_reference(request.GET.get("unit", "")) or ""
    unit = Unit.objects.filter(reference=wanted).first()
    asking_again.want(person=found, unit=unit, by=user)
    messages.success(
        request, _("%(person)s is to be asked again; it is on the desk.") % {"person": found}
    )
    page = "cases:hand-over" if submission.is_draft else "cases:refer"
    back = page if request.GET.get("back") == "giving" else ""
    if back and allowed(policies.check_can_approve, user, submission):
        return redirect(back, submission.reference)
    return redirect("submissions:consent-detail", submission.reference, found.reference)


@require_http_methods(["GET", "POST"])
def not_again(request: HttpRequest, reference: str, person: str, task: str) -> HttpResponse:
    """They cannot be asked, or do not want to be."""
    found, user = _asking(request, reference, person)
    wanted: AskAgain = get_object_or_404(found.to_ask.all(), reference=task)
    wanted.person = found
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        asking_again.give_up(task=wanted, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("Nobody is waiting for it any more."))
        return redirect("submissions:consent-detail", found.submission.reference, found.reference)
    context = {**_about(found), "form": form}
    return render(request, "submissions/not_again.html", context, status=_status(form))


@require_GET
def paper_forms(request: HttpRequest) -> HttpResponse:
    """Forms on paper that this organisation used, and what they mean."""
    user = _user(request)
    policies.check_can_begin(user)
    context = {"forms": PaperForm.objects.visible_to(user).live().select_related("mapped_by")}
    return render(request, "submissions/paper_form_list.html", context)


@require_http_methods(["GET", "POST"])
def map_form(request: HttpRequest) -> HttpResponse:
    """A form on paper, mapped once for all who signed it."""
    user = _user(request)
    policies.check_can_begin(user)
    form = PaperFormForm(_posted(request), bodies=_bodies())
    if form.is_valid():
        consents.map_form(name=form.cleaned_data["title"], answers=form.answers, by=user)
        messages.success(request, _("Saved. Choose it when you record what a person said."))
        return redirect("submissions:paper-form-list")
    context = {"form": form}
    return render(request, "submissions/paper_form_form.html", context, status=_status(form))


@require_POST
def end_form(request: HttpRequest, reference: str) -> HttpResponse:
    """It is not used for further people."""
    user = _user(request)
    found = get_object_or_404(PaperForm.objects.visible_to(user), reference=reference)
    consents.end_form(form=found, by=user)
    messages.success(request, _("Taken from the list."))
    return redirect("submissions:paper-form-list")


def _person(request: HttpRequest, reference: str, person: str) -> tuple[Person, User]:
    submission, user = _submission(request, reference)
    found: Person = get_object_or_404(submission.persons.present(), reference=person)
    found.submission = submission
    exhibits.open_names(submission=submission, by=user)
    return found, user


def _asking(request: HttpRequest, reference: str, person: str) -> tuple[Person, User]:
    found, user = _person(request, reference, person)
    policies.check_can_assess_risks(user, found.submission)
    if not _may_ask(user, found.submission):
        raise NotNow(_("This has been withdrawn."))
    return found, user


def _may_ask(user: User, submission: Submission) -> bool:
    return submission.status not in (Status.WITHDRAWN, Status.ERASED) and allowed(
        policies.check_can_assess_risks, user, submission
    )


def _of(person: Person) -> list[Any]:
    found = list(person.consents.select_related("recorded_by", "evidence").order_by("-number"))
    for consent in found:
        consent.person = person
    return found


def _about(person: Person) -> dict[str, Any]:
    return {"submission": person.submission, "person": person}


def _start(request: HttpRequest, person: Person, user: User) -> dict[str, Any]:
    paper = request.GET.get("form", "")
    if paper:
        chosen = PaperForm.objects.visible_to(user).live().filter(reference=paper).first()
        return from_paper(chosen) if chosen else {}
    last = person.consents.live().first()
    if last is None:
        return {}
    last.person = person
    return ConsentForm.start(last, consents.read_details(last))


def _bodies() -> list[Partner]:
    """Authorities and mechanisms that somebody can name."""
    found = Partner.objects.filter(
        kind__in=(roles.AUTHORITY, roles.MECHANISM), status=Partner.Status.ACTIVE
    )
    return list(found.order_by("name", "pk"))
