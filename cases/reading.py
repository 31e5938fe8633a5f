"""A referral in words, as its reader's pages show it. Callers hold an opening of the package (R3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cases import history, package, policies
from cases.actions import assignments, decisions, referrals, requests
from cases.marked import marked
from cases.models import (
    AdviceExhibit,
    Condition,
    Feedback,
    InformationRequest,
    Message,
    Note,
    Referral,
    ReferralItem,
)
from cases.models import Decision as DecisionRow
from cases.package import Item
from cases.two_people import Standing, standings
from cases.vocabularies import DeclineReason
from custody.intake import words
from custody.models import SealedFile
from impna.errors import Sentence
from partners.models import User
from submissions.consent_vocabularies import Basis
from submissions.custody_told import Facts, facts_of_collecting, facts_of_step
from submissions.links_told import somebody
from submissions.models import Exhibit, Redaction
from submissions.offences import BY_CODE as OFFENCES
from submissions.offences import label_with_article
from submissions.states import Scan
from submissions.told import Told
from submissions.vocabularies import (
    ContentMarker,
    CustodyEventType,
    Delivery,
    Derivation,
    EvidenceType,
    HandlingCode,
    HowObtained,
    IdentifiedBy,
    Recognisable,
    Strand,
)

type Entry = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """The frozen cover sheet: clear, no names; looking at it opens nothing."""

    told: Entry

    @property
    def period(self) -> list[date]:
        """From and to, as far as they are known; one day is one date."""
        days = [_day(self.told[name]) for name in ("period_from", "period_to")]
        return list(dict.fromkeys(day for day in days if day))

    @property
    def offences(self) -> list[str]:
        """As people read them."""
        return offences(self.told["offences"])


@dataclass(frozen=True)
class Exhibited[Given: ReferralItem | AdviceExhibit]:
    """One exhibit that was given: what was said of it in its version, and whether it opens."""

    given: Item[Given]
    may_examine: bool
    may_identify: bool
    opened: tuple[datetime, str] | None = None
    two_people: Standing | None = None
    is_graphic: bool = False

    @property
    def exhibit(self) -> Exhibit:
        """The thing."""
        found: Exhibit = self.given.item.exhibit
        return found

    @property
    def item(self) -> Given:
        """As what it was given."""
        return self.given.item

    @property
    def copy(self) -> Redaction | None:
        """The redacted copy that was given instead of the original."""
        found: Redaction | None = self.item.copy
        return found

    @property
    def file(self) -> SealedFile | None:
        """The bytes that open."""
        return self.item.file

    @property
    def is_for_others(self) -> bool:
        """An original in which someone can be recognised, which this person may not open."""
        there = self.given.is_open and self.file is not None
        return there and self.item.identifies and not self.may_identify

    @property
    def sha256(self) -> str:
        """Hex, of what was given."""
        if self.copy is not None and self.copy.file is not None:
            return bytes(self.copy.file.sha256).hex()
        return str(self.told.get("sha256", ""))

    @property
    def told(self) -> Entry:
        """Empty while a condition keeps it closed."""
        return self.given.told

    @property
    def can_open(self) -> bool:
        """It has bytes here, and this person may have them now."""
        if not self.given.is_open or self.file is None or self.needs_colleague:
            return False
        if self.item.identifies and not self.may_identify:
            return False
        return not self.item.is_harmful or self.may_examine

    @property
    def needs_colleague(self) -> bool:
        """Two people open it, and this person and another have not agreed yet."""
        closed = self.two_people is not None and not self.two_people.is_open
        return closed and self.given.is_open and self.file is not None

    @property
    def size(self) -> int | None:
        """In bytes, if known."""
        if self.copy is not None and self.copy.file is not None:
            return self.copy.file.size
        return int(self.told["size"]) if self.told.get("size") else None

    @property
    def kind(self) -> Sentence:
        """What it is."""
        return _label(EvidenceType, self.told.get("evidence_type", ""))

    @property
    def delivery(self) -> Sentence:
        """How it reaches whoever may have it."""
        return _label(Delivery, self.told.get("delivery", ""))

    @property
    def recognisable(self) -> Sentence:
        """Whether someone can be recognised in it."""
        return _label(Recognisable, self.told.get("recognisable", ""))

    @property
    def identified_by(self) -> list[Sentence]:
        """By what."""
        return _labels(IdentifiedBy, self.told.get("identified_by", []))

    @property
    def people(self) -> list[tuple[str, Sentence]]:
        """Codes, or how many nobody knows, and on what basis they are given."""
        return [
            (somebody(entry), _label(Basis, entry["basis"]))
            for entry in self.told.get("people", [])
        ]

    @property
    def know_before(self) -> list[Sentence]:
        """What a reader should know before opening, and under which terms it was given."""
        markers = _labels(ContentMarker, self.told.get("markers", []))
        handling = [
            f"{code}: {HandlingCode(code).label}"
            for code in self.told.get("handling", [])
            if code in HandlingCode.values
        ]
        return [*markers, *handling]

    @property
    def facts(self) -> list[tuple[str, Sentence]]:
        """The coded answers, with their questions; only those that were answered."""
        asked = (
            (_("How it was obtained"), _label(HowObtained, self.told.get("obtained", ""))),
            (_("Where its file comes from"), _label(Derivation, self.told.get("derivation", ""))),
            (_("What it is about"), _joined(Strand, self.told.get("strands", []))),
        )
        return [(question, answer) for question, answer in asked if answer]

    @property
    def details(self) -> Entry:
        """Origin, restrictions, what happened to it before."""
        return self.told.get("details", {})

    @property
    def collected(self) -> Facts:
        """How it was collected, as far as it was said."""
        return facts_of_collecting(self.details.get("collected", {}))

    @property
    def steps(self) -> list[tuple[Sentence, Entry, Facts]]:
        """What happened to it before it came here, the step as told, and its other facts."""
        return [
            (_label(CustodyEventType, step["what"]), step, facts_of_step(step))
            for step in self.details.get("steps", [])
        ]

    @property
    def brings(self) -> Sentence:
        """Which exhibit of an earlier version this is the file of."""
        told = self.told.get("brings")
        if not told:
            return ""
        words = {
            "yes": _("The file of Exhibit %(number)d; its digest is the one stated then."),
            "no": _("The file of Exhibit %(number)d; its digest is not the one stated then."),
        }.get(told["digests_agree"], _("The file of Exhibit %(number)d."))
        return words % {"number": told["number"]}

    @property
    def scan_words(self) -> Sentence:
        """Why it was not scanned."""
        thing = self.item.thing
        return words.say_not_scanned(thing.scan_reason) if thing.scan == Scan.NOT_SCANNED else ""


@dataclass(frozen=True)
class Asked:
    """A condition, request, decision or feedback with its sealed words."""

    row: Any
    words: str = ""
    answer: str = ""
    labels: list[Sentence] = field(default_factory=list)


class Referred:
    """Everything of a referral that is sealed, opened when a page asks for it."""

    def __init__(self, referral: Referral, user: User) -> None:
        self.referral, self._user = referral, user

    @cached_property
    def package(self) -> package.Package:
        """Cut to its mode, its items and its settled conditions."""
        return package.read(self.referral)

    @cached_property
    def exhibits(self) -> list[Exhibited[ReferralItem]]:
        """In their order."""
        may_examine = policies.holds(self._user, self.referral, "examine_referral")
        may_identify = policies.holds(self._user, self.referral, "identify_referral")
        opened = history.openings_of(self.referral, (one.item for one in self.package.items))
        names = _names(by for _at, by in opened.values())
        together = standings(self.referral, self._user)
        graphic = marked(self.referral, ContentMarker.GRAPHIC).values_list("exhibit", flat=True)
        graphic_ones = set(graphic)
        found = []
        for item in self.package.items:
            at_by = opened.get(item.item.thing.reference)
            said = (at_by[0], names.get(at_by[1], "")) if at_by else None
            one = item.item.exhibit_id
            row = Exhibited(
                item, may_examine, may_identify, said, together.get(one), one in graphic_ones
            )
            found.append(row)
        return found

    @property
    def can_open_some(self) -> bool:
        """There is something to choose."""
        return any(row.can_open for row in self.exhibits)

    @property
    def needs_colleague_for_some(self) -> bool:
        """A colleague has to be asked before something can be opened."""
        return any(row.needs_colleague for row in self.exhibits)

    @property
    def can_take_some(self) -> bool:
        """Something that was given is open, and so may become part of a file."""
        return any(item.is_open for item in self.package.items)

    @property
    def is_waiting(self) -> bool:
        """Something stays closed until conditions are settled."""
        is_new = self.package.is_covered and self.package.version < self.referral.version.number
        some = any(item.is_covered and not item.is_open for item in self.package.items)
        there = self.referral.is_readable and not self.package.is_out_of_reach
        return there and (is_new or some)

    @property
    def is_uncovered(self) -> bool:
        """Something is closed because of what people said, or were not asked."""
        some = any(not item.is_covered for item in self.package.items)
        return self.referral.is_readable and (some or not self.package.is_covered)

    @property
    def incidents(self) -> list[Told]:
        """As they were handed over; sources are named where they were given as well."""
        items = self.package.items
        numbers = {one.item.exhibit.number for one in items}
        codes = {who["code"] for one in items for who in one.told.get("people", [])}
        found = [Told.from_entry(entry) for entry in self.package.incidents]
        return [told.given_with(codes, numbers) for told in found]

    @property
    def conditions(self) -> list[Asked]:
        """With the answers."""
        return [condition(one) for one in self.referral.conditions.select_related("version")]

    @property
    def requests(self) -> list[Asked]:
        """Newest first, with answers and what was attached."""
        found = self.referral.requests.prefetch_related("attached__exhibit", "enclosures")
        return [_request(one) for one in found]

    @property
    def thread(self) -> list[Asked]:
        """Oldest first."""
        return [_message(one) for one in self.referral.messages.select_related("by")]

    @property
    def decisions(self) -> list[Asked]:
        """Newest first."""
        return [_decision(one) for one in self.referral.decisions.select_related("decided_by")]

    @property
    def feedback(self) -> list[Asked]:
        """Newest first."""
        return [_feedback(one) for one in self.referral.feedback.all()]

    @property
    def notes(self) -> list[Asked]:
        """The unit's own, newest first."""
        return [_note(one) for one in self.referral.notes.select_related("by")]

    @property
    def national_reference(self) -> str:
        """Of the unit's own file."""
        assessment = self.referral.assessment
        assessment.referral = self.referral
        return assignments.read_national_reference(assessment)


def condition(found: Condition) -> Asked:
    """One condition, with its words and the remark."""
    return Asked(found, referrals.read_condition(found), referrals.read_remark(found))


def offences(codes: list[str]) -> list[str]:
    """Labels with their articles."""
    return [label_with_article(code) for code in codes if code in OFFENCES]


def _request(found: InformationRequest) -> Asked:
    return Asked(found, requests.read_question(found), requests.read_answer(found))


def _message(found: Message) -> Asked:
    return Asked(found, requests.read_message(found))


def _note(found: Note) -> Asked:
    return Asked(found, assignments.read_note(found))


def _decision(found: DecisionRow) -> Asked:
    labels = _labels(DeclineReason, found.reasons)
    return Asked(found, decisions.read_decision(found), labels=labels)


def _feedback(found: Feedback) -> Asked:
    return Asked(found, decisions.read_feedback(found))


def _names(references: Iterable[str]) -> dict[str, str]:
    people = User.objects.filter(reference__in=set(references))
    return {user.reference: str(user) for user in people}


def _label(known: type[TextChoices], code: str) -> Sentence:
    return known(code).label if code in known.values else ""


def _labels(known: type[TextChoices], codes: Iterable[str]) -> list[Sentence]:
    return [known(code).label for code in codes if code in known.values]


def _joined(known: type[TextChoices], codes: Iterable[str]) -> str:
    return ", ".join(str(label) for label in _labels(known, codes))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
