"""Who can be recognised, on what basis: the list, one for many, signing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from impna.errors import NotNow
from partners.models import User
from partners.policies import allowed
from submissions import policies
from submissions.actions import exhibits, links, unsaved
from submissions.drafting_pages import NEW_LINK, key_of
from submissions.forms import CheckedReasonForm
from submissions.link_forms import LinkForm
from submissions.links_told import told_of
from submissions.models import Link, Submission
from submissions.name_check import KnownNames
from submissions.states import Status
from submissions.views.drafts import _status, _submission, check_changing, may_draft
from submissions.views.persons import _posted
from submissions.views.unsaved import offer


@require_GET
def link_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody who can be recognised: where, on what basis, and what is still missing."""
    submission, user = _submission(request, reference, "cover_sheet")
    exhibits.open_names(submission=submission, by=user)
    context = {
        "submission": submission,
        "rows": told_of(submission),
        "nobody_named": _nobody_named(submission),
        "may_draft": may_draft(user, submission),
        "may_add": _may_add(user, submission),
        "may_sign": _may_sign(user, submission),
    }
    return render(request, "submissions/link_list.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody can be recognised; also after a hand-over, when it is found out late."""
    submission, user = _submission(request, reference)
    if not _may_add(user, submission):
        check_changing(user, submission)
    start = {
        "numbers": request.GET.get("exhibit", ""),
        "in_words": bool(request.GET.get("words")),
        "who": request.GET.get("who", ""),
    }
    form = _form(request, submission, initial=start)
    if form.is_valid():
        links.add(
            submission=submission,
            person=form.person,
            people=form.people,
            basis=form.cleaned_data["basis"],
            details=form.details,
            in_words=form.cleaned_data["in_words"],
            numbers=form.cleaned_data["numbers"],
            by=user,
        )
        unsaved.discard(submission=submission, page=NEW_LINK, by=user)
        messages.success(request, _("Saved."))
        return redirect("submissions:link-list", submission.reference)
    context = {"submission": submission, "form": form, **offer(form, submission, NEW_LINK, user)}
    return render(request, "submissions/link_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str, link: str) -> HttpResponse:
    """Another basis, or other places."""
    found, user = _link(request, reference, link)
    submission, page = found.submission, key_of(found, "answers")
    numbers = found.linked.values_list("exhibit__number", flat=True)
    start = LinkForm.start(found, links.read_details(found), numbers)
    form = _form(request, submission, initial=start, link=found)
    if form.is_valid():
        links.change(
            link=found,
            basis=form.cleaned_data["basis"],
            details=form.details,
            in_words=form.cleaned_data["in_words"],
            numbers=form.cleaned_data["numbers"],
            by=user,
        )
        unsaved.discard(submission=submission, page=page, by=user)
        messages.success(request, _("Saved."))
        return redirect("submissions:link-list", submission.reference)
    context = {
        "submission": submission,
        "form": form,
        "link": found,
        **offer(form, submission, page, user),
    }
    return render(request, "submissions/link_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reference: str, link: str) -> HttpResponse:
    """They cannot be recognised there after all."""
    found, user = _link(request, reference, link)
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        links.end(link=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("Taken away."))
        return redirect("submissions:link-list", found.submission.reference)
    context = {"submission": found.submission, "form": form, "link": found}
    return render(request, "submissions/link_end.html", context, status=_status(form))


@require_POST
def sign(request: HttpRequest, reference: str, link: str) -> HttpResponse:
    """An approver takes the risk decision on."""
    submission, user = _submission(request, reference)
    policies.check_can_approve(user, submission)
    found: Link = get_object_or_404(submission.links, reference=link)
    found.submission = submission
    links.sign(link=found, by=user)
    messages.success(request, _("Signed."))
    return redirect("submissions:link-list", submission.reference)


def _form(request: HttpRequest, submission: Submission, **more: Any) -> LinkForm:
    return LinkForm(
        _posted(request),
        people=submission.persons.present(),
        present=submission.exhibits.present().values_list("number", flat=True),
        names=KnownNames(submission),
        **more,
    )


def _link(request: HttpRequest, reference: str, link: str) -> tuple[Link, User]:
    submission, user = _submission(request, reference)
    found: Link = get_object_or_404(submission.links.select_related("person"), reference=link)
    check_changing(user, submission)
    if found.ended_at is not None:
        raise NotNow(_("This has been taken away already."))
    found.submission = submission
    exhibits.open_names(submission=submission, by=user)
    return found, user


def _may_add(user: User, submission: Submission) -> bool:
    waits = submission.is_draft or submission.status == Status.HANDED_OVER
    return waits and allowed(policies.check_can_draft, user, submission)


def _may_sign(user: User, submission: Submission) -> bool:
    if submission.status in (Status.WITHDRAWN, Status.ERASED):
        return False
    if not allowed(policies.check_can_approve, user, submission):
        return False
    alone = submission.partner.single_handed
    return alone or user.pk not in policies.changed_by(submission)


def _nobody_named(submission: Submission) -> dict[str, Any]:
    """Exhibits, and the words, in which somebody can be recognised and nobody is named."""
    cover = getattr(submission, "cover_sheet", None)
    numbers = submission.exhibits.present().without_link().values_list("number", flat=True)
    named = submission.links.live().filter(in_words=True).exists()
    return {
        "numbers": list(numbers.order_by("number")),
        "words": cover is not None and cover.recognisable == "someone" and not named,
    }
