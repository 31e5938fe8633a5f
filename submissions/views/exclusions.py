"""To whom an organisation never gives anything: its members read it, its managers change it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners import roles
from partners.models import Partner, User
from partners.policies import allowed
from submissions import policies
from submissions.actions import exclusions
from submissions.exclusion_forms import ExcludeForm, LiftForm
from submissions.models import StandingExclusion
from submissions.views.drafts import _status, _user

# A rule that is lifted says so for as long as the list is short.
SHOWN = 100


@require_GET
def exclusion_list(request: HttpRequest) -> HttpResponse:
    """What holds now, then what was lifted, newest first."""
    user = _member(request)
    found = StandingExclusion.objects.visible_to(user).select_related("body", "made_by", "ended_by")
    context = {
        "live": list(found.live().order_by("-id")[:SHOWN]),
        "lifted": list(found.filter(ended_at__isnull=False).order_by("-ended_at")[:SHOWN]),
        "may_change": allowed(policies.check_can_exclude, user),
    }
    return render(request, "submissions/exclusion_list.html", context)


@require_http_methods(["GET", "POST"])
def exclude(request: HttpRequest) -> HttpResponse:
    """One State, or one authority or mechanism."""
    user = _member(request)
    policies.check_can_exclude(user)
    receiving = Partner.objects.filter(
        kind__in=(roles.AUTHORITY, roles.MECHANISM), status=Partner.Status.ACTIVE
    ).order_by("name", "pk")
    form = ExcludeForm(
        request.POST if request.method == "POST" else None, receiving=list(receiving)
    )
    if form.is_valid():
        exclusions.exclude(
            state=form.cleaned_data["state"],
            body=form.body,
            reason=form.cleaned_data["reason"],
            by=user,
        )
        messages.success(request, _("From now on nothing goes there."))
        return redirect("submissions:exclusion-list")
    return render(request, "submissions/exclude.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, reference: str) -> HttpResponse:
    """Lift one of them."""
    user = _member(request)
    found: StandingExclusion = get_object_or_404(
        StandingExclusion.objects.visible_to(user).select_related("body"), reference=reference
    )
    policies.check_can_exclude(user)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        exclusions.lift(exclusion=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("Lifted. What may be given there is asked each time."))
        return redirect("submissions:exclusion-list")
    context = {"form": form, "exclusion": found}
    return render(request, "submissions/exclusion_lift.html", context, status=_status(form))


def _member(request: HttpRequest) -> User:
    """Of a CSO: to all others there is no such page."""
    user = _user(request)
    if user.partner.kind != roles.CSO:
        raise Http404
    return user
