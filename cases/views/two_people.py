"""Two people of a unit who open something together: one asks, the other answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import possible, two_people
from cases.actions import receiving
from cases.actions import two_people as actions
from cases.models import Referral, SecondReader
from cases.reading import Referred
from cases.two_people_forms import AnswerSecondForm, AskSecondForm
from cases.views.loading import page, posted, referral_of, to
from partners.models import User
from partners.sessions import need_fresh_factor


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a colleague to agree, for one exhibit or several."""
    found, user = referral_of(request, reference)
    possible.check("open", user, found)
    receiving.open_words(referral=found, by=user)
    rows = [row for row in Referred(found, user).exhibits if row.needs_colleague]
    people = {one.reference: one for one in two_people.colleagues(found, user)}
    named = set((request.POST if request.method == "POST" else request.GET).getlist("items"))
    form = AskSecondForm(
        posted(request),
        choices=[(row.exhibit.reference, str(row.exhibit)) for row in rows],
        people=[(one.reference, str(one)) for one in people.values()],
        initial={"items": list(named)},
    )
    if form.is_valid():
        chosen = set(form.cleaned_data["items"])
        for row in rows:
            if row.exhibit.reference in chosen:
                actions.ask(
                    item=row.given.item,
                    colleague=people[form.cleaned_data["colleague"]],
                    reason=form.cleaned_data["reason"],
                    by=user,
                )
        messages.success(request, _("Your colleague is asked."))
        return to(_here(found))
    return page(request, "two_people_ask", found, form, rows=rows, people=people, wanted=named)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Say whether one agrees to what colleagues asked, with a fresh code."""
    found, user = referral_of(request, reference)
    possible.check("open", user, found)
    need_fresh_factor(request)
    receiving.open_words(referral=found, by=user)
    rows = {row.exhibit.pk: row for row in Referred(found, user).exhibits}
    asked = _asked_of(found, user)
    form = AnswerSecondForm(
        posted(request),
        choices=[(one.reference, str(one.item.exhibit)) for one in asked],
        initial={"items": [one.reference for one in asked]},
    )
    if form.is_valid():
        chosen, agreed = set(form.cleaned_data["items"]), form.cleaned_data["agreed"] == "yes"
        for one in asked:
            if one.reference in chosen:
                actions.answer(asked=one, agreed=agreed, by=user)
        messages.success(request, _("Your answer is recorded."))
        return to(_here(found))
    wanted = set(request.POST.getlist("items")) if form.is_bound else set(form.initial["items"])
    told = [(one, actions.read_reason(one), rows.get(one.item.exhibit_id)) for one in asked]
    return page(request, "two_people_answer", found, form, asked=told, wanted=wanted)


def _asked_of(found: Referral, user: User) -> list[SecondReader]:
    mine = SecondReader.objects.awaited().filter(
        colleague=user, item__referral=found, item__ended_at__isnull=True
    )
    asked = list(mine.select_related("item__exhibit", "item__version", "asked_by"))
    for one in asked:
        one.item.referral = found
    return asked


def _here(found: Referral) -> str:
    return f"{reverse('cases:referral', args=[found.reference])}#exhibits"
