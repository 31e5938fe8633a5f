"""What was given of whom, for the CSO; and of one person, to be read out or, once asked, printed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from cases.given_of_people import PAGE, Gift, given_of
from cases.openings import Shown
from cases.openings_shown import in_words, openings_of
from cases.sender_forms import OnPaperForm
from cases.views.reading import submission_of
from custody.history import page_of
from submissions.models import Exhibit, Person, Submission


@require_GET
def given_people(request: HttpRequest, reference: str) -> HttpResponse:
    """For everybody who can be recognised: on what basis, given to whom, and what became of it."""
    submission, _user = submission_of(request, reference)
    found = submission.links.order_by("number")
    after = request.GET.get("after", "")
    is_later = after.isdecimal() and after.isascii() and len(after) < 6
    if is_later:
        found = found.filter(number__gt=int(after))
    rows = given_of(submission, found[: PAGE + 1])
    context = {
        "submission": submission,
        "rows": rows[:PAGE],
        "next_url": f"?after={rows[PAGE - 1].link.number}" if len(rows) > PAGE else "",
        "first_url": "?" if is_later else "",
    }
    return render(request, "cases/given_people.html", context)


@require_GET
def given_person(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """One person, in plain words to be read out on screen; then who here opened what shows them."""
    submission, found = _person(request, reference, person)
    openings = page_of(
        openings_of(submission).filter(on__in=_shown_in(found)),
        request.GET,
        name="openings",
        at="openings",
    )
    context = {
        "submission": submission,
        "person": found,
        "gifts": _gifts(found),
        "openings": in_words(submission, openings.events),
        "openings_page": openings,
    }
    return render(request, "cases/given_person.html", context)


@require_http_methods(["GET", "POST"])
def given_paper(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """The same without names and references, once somebody has weighed what paper can do."""
    submission, found = _person(request, reference, person)
    form = OnPaperForm(request.POST if request.method == "POST" else None)
    context = {"submission": submission, "person": found, "form": form}
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "cases/given_paper_ask.html", context, status=status)
    return render(request, "cases/given_paper.html", {**context, "gifts": _gifts(found)})


def _person(request: HttpRequest, reference: str, person: str) -> tuple[Submission, Person]:
    submission, _user = submission_of(request, reference)
    found: Person = get_object_or_404(submission.persons.all(), reference=person)
    found.submission = submission
    return submission, found


def _gifts(person: Person) -> list[Gift]:
    rows = given_of(person.submission, person.links.order_by("number"))
    return [gift for row in rows for gift in row.gifts]


def _shown_in(person: Person) -> list[str]:
    """What the log calls the exhibits, and the words, in which they can be recognised."""
    shown = Exhibit.objects.filter(links__person=person).distinct()
    targets = [
        f"{Exhibit.custody_label}:{one}" for one in shown.values_list("reference", flat=True)
    ]
    if person.links.filter(in_words=True).exists():
        targets.append(f"{Submission.custody_label}:{person.submission.reference}")
        asked = person.submission.advice.values_list("reference", flat=True)
        targets += [f"{Shown.custody_label}:{one}" for one in asked]
    return targets
