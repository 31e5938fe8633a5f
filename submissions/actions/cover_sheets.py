"""The cover sheet: what a recipient reads first. No names (DESIGN 5.2)."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from custody import log
from custody.texts import open_text, seal_text
from partners.models import User
from submissions.actions.drafts import locked_draft, narrowed
from submissions.events import Event
from submissions.models import CoverSheet, Submission
from submissions.vocabularies import Recognisable

SUMMARY_COLUMN = "submissions.cover_sheet.summary"


@dataclass(frozen=True)
class Sheet:
    """What the documenter writes; period, States and offences follow from the incidents.

    `recognisable` (Recognisable) is of all that is written, not of this sheet alone.
    """

    situation: str = ""
    summary: str = ""
    languages: list[str] = field(default_factory=list)
    working_language: str = "en"
    needs_translation: bool = False
    recognisable: str = Recognisable.NOBODY


@transaction.atomic
def write(*, submission: Submission, sheet: Sheet, by: User) -> CoverSheet:
    """Write the cover sheet of a draft."""
    submission = locked_draft(submission, by)
    cover = _of(submission, by)
    cover.situation, cover.languages = sheet.situation, list(sheet.languages)
    cover.working_language = sheet.working_language
    cover.needs_translation = sheet.needs_translation
    cover.recognisable = sheet.recognisable
    cover.summary = (
        seal_text(
            sheet.summary,
            compartment=submission.compartment,
            column=SUMMARY_COLUMN,
            row=submission.reference,
        )
        if sheet.summary
        else None
    )
    cover.changed_by, cover.changed_at = by, timezone.now()
    cover.save(
        update_fields=[
            "situation",
            "languages",
            "working_language",
            "needs_translation",
            "recognisable",
            "summary",
            "changed_by",
            "changed_at",
        ]
    )
    log.record(
        Event.COVER_SHEET_WRITTEN,
        on=cover,
        by=by,
        submission=submission.reference,
        data={"language": sheet.working_language},
    )
    narrowed(submission, by)
    return cover


@transaction.atomic
def refresh(*, submission: Submission, by: User) -> CoverSheet:
    """Take period, States and offences from the incidents. No event: each change there has one."""
    submission = locked_draft(submission, by)
    cover = _of(submission, by)
    incidents = list(submission.incidents.present())
    begins = [i.happened_from for i in incidents if i.happened_from]
    ends: list[date] = [i.happened_to or i.happened_from for i in incidents if i.happened_from]
    cover.period_from, cover.period_to = min(begins, default=None), max(ends, default=None)
    cover.countries = sorted({i.country for i in incidents if i.country})
    cover.offences = sorted({code for i in incidents for code in i.offences})
    cover.save(update_fields=["period_from", "period_to", "countries", "offences"])
    return cover


def read_summary(cover: CoverSheet) -> str:
    """The sealed summary. Callers open the draft's texts first."""
    if cover.summary is None:
        return ""
    return open_text(
        cover.summary,
        compartment=cover.submission.compartment,
        column=SUMMARY_COLUMN,
        row=cover.submission.reference,
    )


def _of(submission: Submission, by: User) -> CoverSheet:
    cover, _new = CoverSheet.objects.get_or_create(
        submission=submission,
        defaults={"changed_by": by, "changed_at": timezone.now()},
    )
    return cover
