"""Check your answers: all of them on one page, of a draft or of what was handed over.

Exhibits of which the same was said stand together; a long list goes on on the next page. Reading is
the one opening of the submission's words (R3), which callers hold.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from impna.errors import Sentence
from submissions import manifest, policies
from submissions.actions import cover_sheets, exhibits
from submissions.answers import CLEAR, Answers, Details
from submissions.completeness import Contents, missing, not_asked
from submissions.custody_told import Facts, facts_of_collecting
from submissions.links_told import LinkTold
from submissions.links_told import told_of as links_of
from submissions.models import CoverSheet, Exhibit, Person, Submission, Version
from submissions.offences import label_with_article
from submissions.persons_told import PersonTold
from submissions.persons_told import told as told_of
from submissions.spoken import numbers
from submissions.states import Scan
from submissions.strict import less_strict
from submissions.told import Told
from submissions.views.drafts import _submission
from submissions.views.exhibit_answers import labels_of, steps_of
from submissions.vocabularies import Recognisable

MOST = 60  # incidents, persons and groups of exhibits on one page
_SHEET = (
    "situation",
    "countries",
    "offences",
    "languages",
    "working_language",
    "needs_translation",
)
BYTES = 100_000  # of words on one page, if more than one of them fits


@dataclass
class Alike:
    """Exhibits of which the same was said, with their names."""

    known: Answers
    named: list[tuple[Exhibit, str]] = field(default_factory=list)

    @property
    def first(self) -> Exhibit:
        """Any of them: they differ in number, name and file only."""
        return self.named[0][0]

    @property
    def title(self) -> str:
        """`Exhibits 1 to 3, 5`."""
        return numbers(exhibit.number for exhibit, _name in self.named)

    @property
    def labels(self) -> dict[str, list[Any]]:
        """Codes of the lists as people read them."""
        return labels_of(self.known)

    @property
    def collected(self) -> Facts:
        """How they were collected."""
        return facts_of_collecting(asdict(self.known.details.collected))

    @property
    def steps(self) -> list[dict[str, Any]]:
        """What happened to them before they came here."""
        return steps_of(self.known)

    @property
    def weight(self) -> int:
        """Bytes of words."""
        said = json.dumps(asdict(self.known), ensure_ascii=False)
        return len("".join([said, *(name for _exhibit, name in self.named)]).encode())


@dataclass(frozen=True)
class AllAnswers:
    """Everything that was answered; incidents, people and groups are those of one page."""

    cover: CoverSheet | None
    summary: str
    incidents: list[Told]
    people: list[PersonTold]
    groups: list[Alike]
    links: list[LinkTold]
    not_sure: Sentence
    counts: dict[str, Any]
    at: int = 0
    further: int = 0
    rest: int = 0
    loosened: str = ""
    not_strict: str = ""

    @property
    def offences(self) -> list[str]:
        """Of the cover sheet, with their articles."""
        return [label_with_article(code) for code in self.cover.offences] if self.cover else []


def of_draft(
    submission: Submission,
    *,
    people: list[Person] | None = None,
    there: Contents | None = None,
    at: int = 0,
) -> AllAnswers:
    """As the draft stands now; `people` and `there` if they were looked up already."""
    if people is None:
        people = people_of(submission)
    there = there or Contents.of(submission)
    cover: CoverSheet | None = getattr(submission, "cover_sheet", None)
    told = [Told.of(one) for one in there.incidents]
    said = [(one, exhibits.read_name(one), exhibits.read_answers(one)) for one in there.exhibits]
    summary = cover_sheets.read_summary(cover) if cover else ""
    named = [told_of(one, submission) for one in people]
    links = links_of(submission)
    page = _page(cover, summary, told, named, said, at, links)
    shown = {n for row in links if row.is_protected for n in row.numbers}
    less, not_seen = less_strict(one for one, _name, _known in said if one.number in shown)
    return replace(page, loosened=numbers(less), not_strict=numbers(not_seen))


def people_of(submission: Submission) -> list[Person]:
    """Present ones with their parts: two queries for any number."""
    return list(submission.persons.present().with_parts())


def of_version(version: Version, *, at: int = 0) -> AllAnswers:
    """As it was handed over."""
    document = manifest.read(version)
    sheet = document["cover_sheet"]
    cover = CoverSheet(
        **{name: sheet[name] for name in _SHEET},
        period_from=_day(sheet["period_from"]),
        period_to=_day(sheet["period_to"]),
        recognisable=sheet.get("recognisable", Recognisable.UNANSWERED),
    )
    frozen = {
        item.exhibit.reference: item.exhibit
        for item in version.items.select_related("exhibit__file")
    }
    said = [
        (_as_it_was(frozen[entry["reference"]], entry), entry["name"], _answers(entry))
        for entry in document["exhibits"]
    ]
    told = [Told.from_entry(entry) for entry in document["incidents"]]
    people = [PersonTold.from_entry(entry) for entry in document.get("persons", [])]
    links = [LinkTold.from_entry(entry) for entry in document.get("links", [])]
    return _page(cover, sheet["summary"], told, people, said, at, links)


@require_GET
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """All answers of a draft: a documenter reads them before asking an approver."""
    submission, user = _submission(request, reference, "begun_by", "cover_sheet")
    if not submission.is_draft:
        return redirect(submission)
    exhibits.open_names(submission=submission, by=user)
    people, there = people_of(submission), Contents.of(submission)
    held = policies.held_by(user, submission)
    context = {
        "submission": submission,
        "answers": of_draft(
            submission, people=people, there=there, at=place(request.GET.get("at", ""))
        ),
        "missing": missing(submission, sealed=True, there=there),
        "not_asked": not_asked(submission, people),
        "may_change": "draft_submission" in held,
        "may_approve": "approve_submission" in held,
    }
    return render(request, "submissions/check.html", context)


def place(text: str) -> int:
    """Where a page of answers begins; what somebody made up is the beginning."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _page(
    cover: CoverSheet | None,
    summary: str,
    told: list[Told],
    people: list[PersonTold],
    said: list[tuple[Exhibit, str, Answers]],
    at: int,
    links: list[LinkTold],
) -> AllAnswers:
    parts: list[Told | PersonTold | Alike] = [*told, *people, *_alike(said)]
    end, weight = at, 0
    for part in parts[at : at + MOST]:
        weight += _weight(part)
        if weight > BYTES and end > at:
            break
        end += 1
    here = parts[at:end]
    return AllAnswers(
        cover=cover,
        summary=summary,
        incidents=[part for part in here if isinstance(part, Told)],
        people=[part for part in here if isinstance(part, PersonTold)],
        groups=[part for part in here if isinstance(part, Alike)],
        links=links,
        not_sure=_not_sure(told),
        counts=_counts([exhibit for exhibit, _name, _known in said], told, people),
        at=at,
        further=end if end < len(parts) else 0,
        rest=len(parts) - end,
    )


def _alike(said: Iterable[tuple[Exhibit, str, Answers]]) -> list[Alike]:
    groups: dict[str, Alike] = {}
    for exhibit, name, known in said:
        key = json.dumps([exhibit.delivery, asdict(known)])
        groups.setdefault(key, Alike(known)).named.append((exhibit, name))
    return list(groups.values())


def _weight(part: Told | PersonTold | Alike) -> int:
    if isinstance(part, Alike):
        return part.weight
    if isinstance(part, PersonTold):
        return len("".join([part.details.text(), *(one.details.text() for one in part.parts)]))
    return part.weight


def _not_sure(told: list[Told]) -> Sentence:
    """What was answered where no offence was chosen."""
    if not told:
        return _("No incident is told")
    if all(one.incident.not_sure for one in told):
        return _("Not sure: said of every incident")
    if any(one.incident.not_sure for one in told):
        return _("Not sure: said of some incidents. The others are not answered yet")
    return _("Not said yet")


def _counts(found: list[Exhibit], told: list[Told], people: list[PersonTold]) -> dict[str, Any]:
    files = [exhibit.file for exhibit in found if exhibit.file is not None]
    someone = [one.number for one in found if one.recognisable == Recognisable.SOMEONE]
    return {
        "incidents": len(told),
        "people": len(people),
        "exhibits": len(found),
        "sealed": len(files),
        "size": sum(file.size for file in files),
        "someone": numbers(someone),
        "quarantined": numbers(one.number for one in found if one.scan == Scan.INFECTED),
        "unscanned": numbers(one.number for one in found if one.scan == Scan.NOT_SCANNED),
    }


def _as_it_was(exhibit: Exhibit, entry: manifest.Manifest) -> Exhibit:
    """In memory only: the answers may have changed in a supplement's draft since."""
    for name in (*CLEAR, "delivery"):
        setattr(exhibit, name, entry.get(name, getattr(exhibit, name)))
    return exhibit


def _answers(entry: manifest.Manifest) -> Answers:
    clear = {name: entry[name] for name in CLEAR if name in entry}
    details = Details.from_text(json.dumps(entry["details"]))
    return Answers(**clear, description=entry["description"], details=details)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
