"""The exhibits of a submission: what needs whom, what is on its way, what is sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from custody.intake import words
from custody.models import Opening
from custody.plain import outcome_of
from impna.errors import NotNow
from partners.models import User
from submissions import policies, tombstone
from submissions.actions import exhibits, tokens, unsaved
from submissions.answers import still_open
from submissions.completeness import open_words
from submissions.drafting_pages import NEW_EXHIBIT
from submissions.forms import CheckedReasonForm, OpeningForm, WithoutFileForm
from submissions.graphic import is_graphic
from submissions.models import Exhibit, Submission
from submissions.name_check import KnownNames
from submissions.states import FileState, Scan
from submissions.views.drafts import (
    _status,
    _submission,
    check_changing,
    counts_of,
    may_draft,
)
from submissions.views.plain import MOST_FILES, MOST_MIB
from submissions.views.unsaved import offer
from submissions.vocabularies import Delivery

PAGE = 50
# Counts in headings end here (DESIGN 4): nobody counts farther.
MOST_COUNTED = 1000
MOST_TWINS = 3
# The groups of the list, and how each is called in the address.
PARAMS = {"needing": "needs", "on_their_way": "way", "settled": "after"}


@dataclass(frozen=True)
class Row:
    """One exhibit as the lists show it."""

    exhibit: Exhibit
    name: str
    size: int | None
    sent: int
    scan_words: str
    missing: list[str]
    twins: Sequence[Exhibit] = ()

    @property
    def choosable(self) -> bool:
        """Can be answered for together with others."""
        return self.exhibit.file_state in (FileState.SEALED, FileState.NONE)

    @property
    def more_twins(self) -> int:
        """How many of the same bytes are not shown."""
        return max(0, len(self.twins) - MOST_TWINS)

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the sealed file, or what was declared."""
        file = self.exhibit.file
        return bytes(file.sha256).hex() if file else self.exhibit.declared_sha256


@dataclass(frozen=True)
class Part:
    """One group of the list: a page of it by number; `param` names its place in the address."""

    param: str
    count: str
    after: int
    later_page: bool
    rows: Sequence[Row]


@require_GET
def exhibit_list(request: HttpRequest, reference: str) -> HttpResponse:
    """All exhibits, grouped by what the reader must do; for documenters, the way to add files."""
    submission, user = _submission(request, reference)
    exhibits.open_names(submission=submission, by=user)
    may = may_draft(user, submission)
    counts = counts_of(submission)
    groups = _groups(request, submission, counts)
    context: dict[str, Any] = {
        "submission": submission,
        "may_draft": may,
        "counts": counts,
        **groups,
        "erased": tombstone.exhibits_of(submission) if submission.versions_made else [],
        "choosable": any(row.choosable for part in groups.values() for row in part.rows),
        "most_mib": MOST_MIB,
        "most_files": MOST_FILES,
        "outcome": outcome_of(request),
    }
    if may and submission.takes_files:
        token = tokens.allow_uploading(submission=submission, by=user)
        context |= {
            "token": token,
            "uploads_url": settings.BYTES_ORIGIN + reverse("uploads"),
            "plain_url": settings.BYTES_ORIGIN + reverse("plain-upload", args=[token]),
        }
    return render(request, "submissions/exhibit_list.html", context)


@require_http_methods(["GET", "POST"])
def add_without_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Material that is described here and stays where it is."""
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    start = {"delivery": Delivery.HELD} if "held" in request.GET else {}
    form = WithoutFileForm(request.POST or None, initial=start, names=KnownNames(submission))
    if request.method == "POST" and form.is_valid():
        added = exhibits.add_without_file(
            submission=submission,
            delivery=Delivery(form.cleaned_data["delivery"]),
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            declared=form.declared,
            by=user,
        )
        unsaved.discard(submission=submission, page=NEW_EXHIBIT, by=user)
        messages.success(request, _("%(exhibit)s is described.") % {"exhibit": added})
        return redirect("submissions:exhibit-list", submission.reference)
    context = {
        "form": form,
        "submission": submission,
        **offer(form, submission, NEW_EXHIBIT, user),
    }
    return render(request, "submissions/exhibit_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Mend how material without its file is delivered, its name, its digests."""
    found, user = _exhibit(request, reference, exhibit)
    check_changing(user, found.submission)
    if found.delivery == Delivery.PORTAL:
        raise Http404
    exhibits.open_names(submission=found.submission, by=user)
    names, name = KnownNames(found.submission), exhibits.read_name(found)
    form = WithoutFileForm.to_correct(found, name, request.POST or None, names=names)
    if request.method == "POST" and form.is_valid():
        exhibits.correct(
            exhibit=found,
            delivery=Delivery(form.cleaned_data["delivery"]),
            name=form.cleaned_data["name"],
            declared=form.declared,
            by=user,
        )
        messages.success(request, _("%(exhibit)s: corrected.") % {"exhibit": found})
        return redirect("submissions:exhibit-detail", found.submission.reference, found.reference)
    context = {"form": form, **_about(found)}
    return render(request, "submissions/exhibit_correct.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Take an exhibit out of the draft, with a reason."""
    found, user = _exhibit(request, reference, exhibit)
    check_changing(user, found.submission)
    exhibits.open_names(submission=found.submission, by=user)
    form = CheckedReasonForm(request.POST or None, names=KnownNames(found.submission))
    if request.method == "POST" and form.is_valid():
        exhibits.remove(exhibit=found, by=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(exhibit)s is taken out and erased.") % {"exhibit": found})
        return redirect("submissions:exhibit-list", found.submission.reference)
    context = {"form": form, **_about(found)}
    return render(request, "submissions/exhibit_remove.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def give_up(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """End an upload that is not finished."""
    found, user = _exhibit(request, reference, exhibit)
    check_changing(user, found.submission)
    exhibits.open_names(submission=found.submission, by=user)
    if request.method == "POST":
        exhibits.end_upload(exhibit=found, by=user)
        messages.success(request, _("%(exhibit)s is given up.") % {"exhibit": found})
        return redirect("submissions:exhibit-list", found.submission.reference)
    if found.file_state != FileState.SENDING:
        raise NotNow(_("This file is not being sent."))
    return render(request, "submissions/exhibit_give_up.html", _about(found))


@require_http_methods(["GET", "POST"])
def open_file(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Ask for the file of an exhibit: a reason, then fifteen minutes."""
    found, user = _exhibit(request, reference, exhibit)
    if found.file is None:
        raise Http404
    policies.check_can_read_exhibit(user, found)
    exhibits.open_names(submission=found.submission, by=user)
    posted = request.POST if request.method == "POST" else None
    names = KnownNames(found.submission)
    form = OpeningForm(posted, markers=found.markers, names=names)
    if form.is_valid():
        opening = exhibits.open_file(exhibit=found, **form.given, by=user)
        return redirect(
            "submissions:exhibit-opened",
            found.submission.reference,
            found.reference,
            opening.reference,
        )
    context = {"form": form, **_about(found)}
    return render(request, "submissions/exhibit_open.html", context, status=_status(form))


@require_GET
def opened(request: HttpRequest, reference: str, exhibit: str, opening: str) -> HttpResponse:
    """The link to an opened file, while its permit lasts."""
    found, user = _exhibit(request, reference, exhibit)
    permit = get_object_or_404(
        Opening,
        reference=opening,
        by=user.reference,
        target=f"{found.custody_label}:{found.reference}",
    )
    exhibits.open_names(submission=found.submission, by=user)
    context = {
        "permit": permit,
        "is_open": permit.is_open(timezone.now()),
        "is_graphic": is_graphic(found.markers),
        "links": [
            (
                item["name"],
                settings.BYTES_ORIGIN
                + reverse("opened-file", args=[permit.reference, item["file"]]),
            )
            for item in permit.files
        ],
        **_about(found),
    }
    return render(request, "submissions/exhibit_opened.html", context)


def _groups(
    request: HttpRequest, submission: Submission, counts: dict[str, int]
) -> dict[str, Part]:
    """A page of each group. Needs an open permit for the submission's words."""
    found = submission.exhibits.select_related("file", "upload", "submission__compartment")
    starts = {name: _number(request, param) for name, param in PARAMS.items()}
    page = found.beginnings(
        found.needing_someone().filter(number__gt=starts["needing"]),
        found.on_their_way().filter(number__gt=starts["on_their_way"]),
        found.settled().filter(number__gt=starts["settled"]),
        size=PAGE + 1,
    )
    sorted_: dict[str, list[Exhibit]] = {name: [] for name in PARAMS}
    for exhibit in page:
        sorted_[_group_of(exhibit)].append(exhibit)
    twins = _twins(submission, [one for group in sorted_.values() for one in group[:PAGE]])
    on_the_way = counts["sending"] + counts["checking"]
    counted = {
        "needing": counts["needing"],
        "on_their_way": on_the_way,
        "settled": counts["all"] - counts["needing"] - on_the_way,
    }
    return {
        name: Part(
            param=PARAMS[name],
            count=_capped(counted[name]),
            after=group[PAGE - 1].number if len(group) > PAGE else 0,
            later_page=starts[name] > 0,
            rows=[_row(one, twins.get(one.pk, ())) for one in group[:PAGE]],
        )
        for name, group in sorted_.items()
    }


def _group_of(exhibit: Exhibit) -> str:
    """As the querysets say it."""
    if exhibit.file_state in (FileState.SENDING, FileState.CHECKING):
        return "on_their_way"
    failed = exhibit.file_state == FileState.FAILED
    return "needing" if failed or still_open(exhibit) else "settled"


def _capped(count: int) -> str:
    more = "+" if count > MOST_COUNTED else ""
    return number_format(min(count, MOST_COUNTED), force_grouping=True) + more


def _twins(submission: Submission, shown: Iterable[Exhibit]) -> dict[int, list[Exhibit]]:
    """Other exhibits of the submission with the very same bytes, by primary key."""
    digests = {one.pk: bytes(one.file.sha256) for one in shown if one.file}
    if not digests:
        return {}
    found = submission.exhibits.with_bytes_of(set(digests.values())).select_related("file")
    same: dict[bytes, list[Exhibit]] = {}
    for one in found.only("number", "reference", "file__sha256"):
        same.setdefault(bytes(one.file.sha256), []).append(one)
    return {
        pk: others
        for pk, digest in digests.items()
        if (others := [one for one in same.get(digest, []) if one.pk != pk])
    }


def _row(exhibit: Exhibit, twins: Sequence[Exhibit] = ()) -> Row:
    upload, file = exhibit.upload, exhibit.file
    size = file.size if file else upload.length if upload else exhibit.declared_size
    scan_words = ""
    if exhibit.scan == Scan.NOT_SCANNED:
        scan_words = words.say_not_scanned(exhibit.scan_reason)
    return Row(
        exhibit=exhibit,
        name=exhibits.read_name(exhibit),
        size=size,
        sent=upload.offset if upload else 0,
        scan_words=scan_words,
        missing=[] if exhibit.file_state == FileState.FAILED else open_words(exhibit),
        twins=twins,
    )


def _about(exhibit: Exhibit) -> dict[str, Any]:
    """What every page of one exhibit knows of it."""
    file = exhibit.file
    return {
        "row": _row(exhibit, _twins(exhibit.submission, [exhibit]).get(exhibit.pk, ())),
        "exhibit": exhibit,
        "submission": exhibit.submission,
        "sha256": bytes(file.sha256).hex() if file else "",
        "sha512": bytes(file.sha512).hex() if file else "",
    }


def _number(request: HttpRequest, param: str) -> int:
    text = request.GET.get(param, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _exhibit(request: HttpRequest, reference: str, exhibit: str) -> tuple[Exhibit, User]:
    submission, user = _submission(request, reference)
    present = submission.exhibits.present().select_related("file__key", "upload", "key", "brings")
    found: Exhibit = get_object_or_404(present, reference=exhibit)
    found.submission = submission
    return found, user
