"""One person in words, of a draft or as it was handed over. Callers hold an opening of its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from impna.errors import Sentence
from submissions.actions import persons
from submissions.models import Incident, Person, Submission
from submissions.person_vocabularies import (
    HeardBefore,
    Involvement,
    ModeOfLiability,
    OneOrUnit,
    OwnAccount,
    PerpetratorType,
    PersonCategory,
    PersonRole,
    Sex,
    SourceConnection,
    SupportAnswer,
    SupportKind,
    VictimStatus,
    Vulnerability,
)
from submissions.persons import PartDetails, PersonDetails
from submissions.vocabularies import BasisOfKnowledge

type Facts = list[tuple[Sentence, list[Sentence]]]

# The answers of a part, in the order in which they are asked, with their words; none: as written.
PART: dict[str, tuple[Any, type[TextChoices] | None]] = {
    "statuses": (gettext_lazy("What became of them"), VictimStatus),
    "unit": (gettext_lazy("One person or a unit"), OneOrUnit),
    "kind": (gettext_lazy("Belonged to"), PerpetratorType),
    "rank": (gettext_lazy("Rank or position"), None),
    "chain": (gettext_lazy("Chain of command"), None),
    "states": (gettext_lazy("May be in these States"), None),
    "degree": (gettext_lazy("Degree of involvement"), Involvement),
    "modes": (gettext_lazy("What the law may call their part"), ModeOfLiability),
    "connection": (gettext_lazy("Connection with what happened"), SourceConnection),
    "basis": (gettext_lazy("How they know"), BasisOfKnowledge),
    "note": (gettext_lazy("Note"), None),
}
INTERVIEWS: dict[str, Any] = {
    "wanted_interviewer": gettext_lazy("Gender of interviewer they prefer"),
    "interviewer": gettext_lazy("Gender of the interviewer they had"),
    "wanted_interpreter": gettext_lazy("Gender of interpreter they prefer"),
    "interpreter": gettext_lazy("Gender of the interpreter they had"),
    "gender_note": gettext_lazy("If it was not as they preferred, why"),
}


@dataclass(frozen=True)
class PartTold:
    """What somebody was in one incident."""

    incident: Incident
    role: str
    details: PartDetails

    @property
    def label(self) -> Sentence:
        """The role."""
        return PersonRole(self.role).label if self.role in PersonRole.values else ""

    @property
    def facts(self) -> Facts:
        """What was said of it, each with its label; nothing for what was not said."""
        found: Facts = []
        for name, (label, known) in PART.items():
            said = getattr(self.details, name)
            codes = said if isinstance(said, list) else [said]
            words = [in_words(known, code) for code in codes if code]
            if words:
                found.append((label, words))
        return found


@dataclass(frozen=True)
class PersonTold:
    """Clear fields in `person`, sealed ones in `details`; the rest says their codes in words."""

    person: Person
    details: PersonDetails
    parts: list[PartTold] = field(default_factory=list)

    @classmethod
    def of(cls, person: Person) -> Self:
        """As the draft has it now. Persons come `with_parts`."""
        parts = [
            PartTold(part.incident, part.role, persons.read_part(part))
            for part in person.parts.all()
        ]
        return cls(person, persons.read_details(person), parts)

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """As a manifest has it."""
        clear = {name: entry[name] for name in ("reference", "code", "protected")}
        parts = [
            PartTold(
                Incident(number=part["incident"]), part["role"], PartDetails(**part["details"])
            )
            for part in entry["parts"]
        ]
        return cls(Person(**clear), PersonDetails(**entry["details"]), parts)

    @property
    def identity_kept(self) -> bool | None:
        """Whether the vault knows who it is; None where that is not told, as of a version."""
        kept: bool | None = getattr(self.person, "identity_kept", None)
        return kept

    @property
    def missing(self) -> list[str]:
        """What is still to be said, in words; none of it stands against a hand-over."""
        return open_answers(self.details)

    @property
    def anchor(self) -> str:
        """Where it stands in a list."""
        return f"person-{self.person.code}"

    @property
    def was_heard(self) -> bool:
        """Somebody took an account already: refer, do not interview again."""
        return self.details.heard == HeardBefore.YES

    @property
    def heard(self) -> Sentence:
        """The answer."""
        return in_words(HeardBefore, self.details.heard)

    @property
    def own_account(self) -> Sentence:
        """Whether the organisation takes one itself."""
        return in_words(OwnAccount, self.details.own_account)

    @property
    def sex(self) -> Sentence:
        """The answer."""
        return in_words(Sex, self.details.sex)

    @property
    def categories(self) -> list[Sentence]:
        """As what the law sees them."""
        return [in_words(PersonCategory, code) for code in self.details.categories]

    @property
    def vulnerabilities(self) -> list[Sentence]:
        """What makes them vulnerable."""
        return [in_words(Vulnerability, code) for code in self.details.vulnerabilities]

    @property
    def support(self) -> list[tuple[Sentence, Sentence]]:
        """Each kind with how far it came; nothing for what was not said."""
        said = self.details.support
        return [
            (kind.label, in_words(SupportAnswer, said[kind]))
            for kind in SupportKind
            if said.get(kind)
        ]

    @property
    def interviews(self) -> list[tuple[Sentence, str]]:
        """Who heard them and who should; nothing for what was not said."""
        told = [(label, getattr(self.details, name)) for name, label in INTERVIEWS.items()]
        return [(label, words) for label, words in told if words]

    @property
    def roles(self) -> list[tuple[Sentence, list[Incident]]]:
        """Each role once, with the incidents in which they had it."""
        found: dict[str, list[Incident]] = {}
        for part in self.parts:
            found.setdefault(part.role, []).append(part.incident)
        return [(in_words(PersonRole, role), incidents) for role, incidents in found.items()]


def told(person: Person, submission: Submission) -> PersonTold:
    """One of this submission, which need not be asked for again."""
    person.submission = submission
    return PersonTold.of(person)


def open_answers(details: PersonDetails) -> list[str]:
    """What should be said of somebody and is not, in words."""
    words = [] if details.heard else [_("whether they were heard already")]
    if details.own_account == OwnAccount.TAKEN:
        if not details.account_adds:
            words.append(_("what an account adds"))
        if details.is_vulnerable and not details.account_why:
            words.append(_("why an account was taken of this person"))
    return words


def in_words(known: type[TextChoices] | None, code: str) -> Sentence:
    """The label of a code; what is on no list, as it is written."""
    if known is None or code not in known.values:
        return code
    found = known(code)
    return found.with_article if isinstance(found, ModeOfLiability) else found.label
