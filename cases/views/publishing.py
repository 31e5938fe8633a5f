"""What a recipient publishes: that it arrived, answers to conditions, where it stands, decisions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import possible
from cases.actions import access, decisions, narrowing, receiving
from cases.actions.decisions import Ruling
from cases.forms import (
    ConditionForm,
    DecisionForm,
    DisposalForm,
    FeedbackForm,
    PublishForm,
    TakeForm,
)
from cases.models import Recall, Referral, ReferralItem
from cases.policies import check_can_decide, settled
from cases.reading import condition as in_words
from cases.views.loading import page, posted, referral_of, to
from impna.errors import NotNow


@require_POST
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that it has arrived."""
    found, user = referral_of(request, reference)
    receiving.acknowledge(referral=found, by=user)
    messages.success(request, _("Acknowledged. The sender reads “Received” from now on."))
    return to(found.get_absolute_url())


@require_http_methods(["GET", "POST"])
def condition(request: HttpRequest, reference: str, condition: str) -> HttpResponse:
    """Answer one condition."""
    found, user = referral_of(request, reference)
    possible.check("answer", user, found)
    asked = get_object_or_404(found.conditions.select_related("version"), reference=condition)
    if asked.is_settled:
        raise NotNow(_("This condition has been answered already."))
    form = ConditionForm(posted(request), standing_text=found.unit.standing_text)
    if form.is_valid():
        receiving.answer_condition(condition=asked, **form.cleaned_data, by=user)
        messages.success(request, _("%(condition)s is answered.") % {"condition": asked})
        return to(f"{found.get_absolute_url()}#conditions")
    receiving.open_words(referral=found, by=user)
    return page(request, "condition", found, form, asked=in_words(asked))


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell the sender that it was collected, or is being looked at."""
    found, user = referral_of(request, reference)
    possible.check("publish", user, found)
    form = PublishForm(posted(request), referral=found)
    if form.is_valid():
        receiving.publish(referral=found, to=form.cleaned_data["to"], by=user)
        messages.success(request, _("Published. The sender reads it from now on."))
        return to(found.get_absolute_url())
    return page(request, "publish", found, form)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Retain, decline with reasons, or end."""
    found, user = referral_of(request, reference)
    possible.check("decide", user, found)
    form = DecisionForm(posted(request), referral=found)
    if form.is_valid():
        ruling = dict(form.cleaned_data)
        seen = ruling.pop("seen")
        decisions.decide(referral=found, ruling=Ruling(**ruling), seen=seen, by=user)
        messages.success(request, _("Decided and published."))
        return to(found.get_absolute_url())
    return page(request, "decide", found, form)


@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell the sender something beyond states."""
    found, user = referral_of(request, reference)
    possible.check("feedback", user, found)
    form = FeedbackForm(posted(request))
    if form.is_valid():
        decisions.give_feedback(referral=found, **form.cleaned_data, by=user)
        messages.success(request, _("The sender reads it from now on."))
        return to(found.get_absolute_url())
    return page(request, "feedback", found, form)


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Record that exhibits have become part of the national file."""
    found, user = referral_of(request, reference)
    possible.check("take", user, found)
    items = _open_items(found)
    choices = [(item.exhibit.reference, str(item.exhibit)) for item in items]
    if not choices:
        raise NotNow(_("There is nothing that could be taken into the file now."))
    form = TakeForm(posted(request), choices=choices)
    if form.is_valid():
        chosen = set(form.cleaned_data["items"])
        decisions.take_into_file(
            referral=found,
            items=[item for item in items if item.exhibit.reference in chosen],
            is_named=form.cleaned_data["named"] == "yes",
            by=user,
        )
        messages.success(request, _("Recorded. The digests are being checked again."))
        return to(f"{found.get_absolute_url()}#file")
    return page(request, "take", found, form)


@require_http_methods(["GET", "POST"])
def dispose(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what became of what was given; access ends with that."""
    found, user = referral_of(request, reference)
    possible.check("dispose", user, found)
    form = DisposalForm(posted(request))
    if form.is_valid():
        access.say_what_became(referral=found, **form.cleaned_data, by=user)
        messages.success(request, _("Said. Your unit’s access to this referral has ended."))
        return to(reverse("cases:referral-list"))
    return page(request, "dispose", found, form)


@require_http_methods(["GET", "POST"])
def recalled(request: HttpRequest, reference: str, recall: str) -> HttpResponse:
    """Say what became of exhibits that were taken back; the rest stays open."""
    found, user = referral_of(request, reference)
    asked: Recall = get_object_or_404(found.recalls.with_exhibits(), reference=recall)
    check_can_decide(user, found)
    if asked.answered_at is not None:
        raise NotNow(_("This has been answered already."))
    form = DisposalForm(posted(request))
    if form.is_valid():
        narrowing.answer(recall=asked, **form.cleaned_data, by=user)
        messages.success(request, _("Said. The sender reads it."))
        return to(found.get_absolute_url())
    return page(request, "recalled", found, form, recall=asked)


def _open_items(found: Referral) -> list[ReferralItem]:
    """Given, open and not in the file yet."""
    items = found.items.live().filter(taken__isnull=True).select_related("exhibit", "version")
    answered = settled(found)
    return [item for item in items if answered.opens(item)]
