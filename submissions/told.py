"""One incident in words, of a draft or as it was handed over. Callers hold an opening of its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext as _

from impna.errors import Sentence
from submissions import conduct
from submissions.actions import incidents
from submissions.conduct import Setting
from submissions.fact_vocabularies import AgainstIt
from submissions.facts_told import GroupTold, InformationTold
from submissions.incident_forms import open_answers
from submissions.models import Incident
from submissions.offences import BY_CODE as OFFENCES
from submissions.offences import PersecutionGround, label_with_article
from submissions.vocabularies import BasisOfKnowledge

_CLEAR = (
    "reference",
    "number",
    "date_precision",
    "place_precision",
    "country",
    "area",
    "conducts",
    "conflict",
    "attack",
    "group",
    "offences",
    "not_sure",
)


@dataclass(frozen=True)
class Told:
    """Clear fields in `incident`, sealed ones in `account`; the rest says their codes in words."""

    incident: Incident
    account: Mapping[str, str]
    groups: list[GroupTold] = field(default_factory=list)
    information: list[InformationTold] = field(default_factory=list)

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """As the draft has it now. Several come `with_facts`."""
        groups, sources = list(incident.groups.all()), list(incident.information.all())
        for row in (*groups, *sources):
            row.incident = incident
        return cls(
            incident,
            incidents.read_account(incident),
            [GroupTold.of(one) for one in groups],
            [InformationTold.of(one) for one in sources],
        )

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """As a manifest has it."""
        days = {name: _day(entry[name]) for name in ("happened_from", "happened_to")}
        clear = {name: entry[name] for name in _CLEAR}
        return cls(
            Incident(**clear, **days),
            entry["account"],
            [GroupTold.from_entry(one) for one in entry.get("groups", [])],
            [InformationTold.from_entry(one) for one in entry.get("information", [])],
        )

    def given_with(self, codes: set[str], numbers: set[int]) -> Self:
        """For a recipient: a source is named only where it, by code or number, was given as well.

        What it says stays, so that nothing that points against the incident is left out (16).
        """
        kept = [one.given_with(codes, numbers) for one in self.information]
        return replace(self, information=kept)

    @property
    def against(self) -> Sentence:
        """Whether anything is known that points against it, as it was answered."""
        code = self.account.get("against", "")
        return AgainstIt(code).label if code in AgainstIt.values else ""

    @property
    def pointing_against(self) -> list[InformationTold]:
        """What sources say that weakens or contradicts it."""
        return [one for one in self.information if one.details.is_against]

    @property
    def weight(self) -> int:
        """Bytes of words."""
        said = [*self.account.values(), *(one.details.text() for one in self.groups)]
        return len("".join([*said, *(one.details.text() for one in self.information)]).encode())

    @property
    def missing(self) -> list[str]:
        """What is still to be said of it, in words."""
        return open_answers(self.incident, self.account)

    @property
    def anchor(self) -> str:
        """Where it stands in a list."""
        return f"incident-{self.incident.number}"

    @property
    def known(self) -> list[Sentence]:
        """How they know, in a word or two each; also where a code was written as free text."""
        codes = self.account.get("basis", "").split()
        if self.account.get("known_by") in BasisOfKnowledge.values:
            codes = [*codes, self.account["known_by"]]
        found = dict.fromkeys(code for code in codes if code in BasisOfKnowledge.values)
        return [BasisOfKnowledge(code).label for code in found]

    @property
    def known_by(self) -> str:
        """The same as they wrote it."""
        written = self.account.get("known_by", "")
        return "" if written in BasisOfKnowledge.values else written

    @property
    def grounds(self) -> list[Sentence]:
        """Why people were chosen, where what was done may be persecution."""
        codes = self.account.get("grounds", "").split()
        known = PersecutionGround.values
        return [PersecutionGround(code).label for code in codes if code in known]

    @property
    def conducts(self) -> list[Sentence]:
        """What was done; "not sure" is no kind of conduct."""
        found = self.incident.conducts
        known = conduct.BY_CODE
        return [known[code].label if code in known else _("Not sure") for code in found]

    @property
    def setting(self) -> Sentence:
        """Where people were; empty when it was not asked or not said."""
        code = self.account.get("setting", "")
        return Setting(code).label if code in Setting.values else ""

    @property
    def questions(self) -> list[tuple[Sentence, str]]:
        """The context, as it was asked and answered."""
        return [
            (question, getattr(self.incident, f"get_{name}_display")())
            for name, question in conduct.QUESTIONS.items()
        ]

    @property
    def offences(self) -> list[str]:
        """What the law may call it, with articles."""
        return [label_with_article(code) for code in self.incident.offences if code in OFFENCES]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
