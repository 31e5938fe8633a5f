"""Opening what is shown with a question: the words first, then exhibits; a reason each time (R3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.actions import showing
from cases.advice_forms import OpenShownForm, OpenWordsForm
from cases.models import Advice, AdviceExhibit
from cases.policies import check_can_advise
from cases.reading import Exhibited
from cases.shown import ShownNow
from cases.views.loading import posted, to, user_of
from impna.errors import NotNow
from partners.models import User
from submissions.actions.redactions import called
from submissions.given_names import given_name


@require_http_methods(["GET", "POST"])
def open_shown(request: HttpRequest, reference: str) -> HttpResponse:
    """As the application, never in the Secretariat's database role, which has none of it."""
    user = user_of(request)
    visible = Advice.objects.visible_to(user).select_related(
        "submission__compartment", "submission__partner", "version"
    )
    found: Advice = get_object_or_404(visible, reference=reference)
    check_can_advise(user, found)
    shown = ShownNow(found, user)
    if not shown.may_open:
        raise NotNow(_("The organisation shows nothing with this question now."))
    if shown.permit is None:
        return _words(request, shown, user)
    return _exhibits(request, shown, user)


def _words(request: HttpRequest, shown: ShownNow, user: User) -> HttpResponse:
    form = OpenWordsForm(posted(request))
    if form.is_valid():
        showing.open_words(advice=shown.advice, reason=form.cleaned_data["reason"], by=user)
        return to(_back(shown))
    context = {"advice": shown.advice, "form": form, "shown": shown}
    return render(request, "cases/advice_open_words.html", context, status=_status(form))


def _exhibits(request: HttpRequest, shown: ShownNow, user: User) -> HttpResponse:
    rows = [row for row in shown.exhibits if row.can_open]
    if not rows:
        return to(_back(shown))
    named = request.POST if request.method == "POST" else request.GET
    wanted = set(named.getlist("items"))
    form = OpenShownForm(
        posted(request),
        choices=[(row.exhibit.reference, str(row.exhibit)) for row in rows],
        graphic=[(row.exhibit.reference, str(row.exhibit)) for row in rows if row.is_graphic],
    )
    if form.is_valid():
        for row in rows:
            if row.exhibit.reference in form.cleaned_data["items"]:
                showing.open_exhibit(
                    item=row.item,
                    name=_name(row),
                    reason=form.cleaned_data["reason"],
                    chosen=row.exhibit.reference in form.cleaned_data["chosen"],
                    by=user,
                )
        return to(_back(shown))
    chosen = [row for row in rows if row.exhibit.reference in wanted] or rows
    context = {
        "advice": shown.advice,
        "form": form,
        "rows": chosen,
        "wanted": wanted,
        "ticked": set(request.POST.getlist("chosen")),
        "graphic": any(row.is_graphic for row in chosen),
    }
    return render(request, "cases/advice_open.html", context, status=_status(form))


def _name(row: Exhibited[AdviceExhibit]) -> str:
    if row.copy is not None:
        return called(row.copy)
    return given_name(row.exhibit.number, row.told.get("name", ""))


def _back(shown: ShownNow) -> str:
    return f"{reverse('cases:advice', args=[shown.advice.reference])}#shown"


def _status(form: OpenWordsForm | OpenShownForm) -> int:
    return 422 if form.errors else 200
