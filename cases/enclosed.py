"""Files of a request as the pages of both sides show them. Callers hold an opening: names are read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from cases.actions.enclosures import read_name
from cases.models import Enclosure, InformationRequest, Referral
from custody.history import read_text
from custody.intake import words
from custody.models import CustodyEvent, EventText
from impna.errors import Sentence
from submissions.states import Scan


@dataclass(frozen=True)
class Enclosed:
    """One file: its name, and whether it opens for this reader."""

    enclosure: Enclosure
    name: str
    may_examine: bool = False

    @property
    def size(self) -> int:
        """In bytes."""
        return self.enclosure.file.size

    @property
    def can_open(self) -> bool:
        """What is quarantined is for forensic examiners of the unit."""
        return self.may_examine or self.enclosure.scan != Scan.INFECTED

    @property
    def scan_words(self) -> Sentence:
        """Why it was not scanned."""
        not_scanned = self.enclosure.scan == Scan.NOT_SCANNED
        return words.say_not_scanned(self.enclosure.scan_reason) if not_scanned else ""


def with_files(requests: QuerySet[InformationRequest]) -> QuerySet[InformationRequest]:
    """Requests with their files: one query for all of them."""
    files = Enclosure.objects.select_related("upload__file", "by")
    return requests.prefetch_related(Prefetch("enclosures", files))


def of_request(request: InformationRequest, *, may_examine: bool = False) -> list[Enclosed]:
    """In their order; of a request `with_files`."""
    return [Enclosed(one, read_name(one), may_examine) for one in request.enclosures.all()]


def openings(
    referral: Referral, files: Iterable[Enclosure], events: Iterable[CustodyEvent]
) -> list[dict[str, Any]]:
    """Who opened which file, for the unit that sent it. Of the sender neither person nor reason."""
    found, called = list(events), {one.reference: one for one in files}
    texts = {
        (text.event_id, text.name): read_text(text)
        for text in EventText.objects.filter(event__in=found)
    }
    rows = []
    for event in found:
        entry = json.loads(event.entry)
        by_sender = entry["partner"] == referral.submission.partner.reference
        rows.append(
            {
                "at": datetime.fromisoformat(entry["at"]),
                "file": called[entry["on"].partition(":")[2]],
                "by_sender": by_sender,
                "who": "" if by_sender else texts.get((event.pk, EventText.Name.ACTOR)),
                "reason": "" if by_sender else texts.get((event.pk, EventText.Name.REASON)),
            }
        )
    return rows
