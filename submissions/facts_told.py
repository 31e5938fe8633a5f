"""Groups and information behind an incident in words. Callers hold an opening of its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.utils.translation import gettext as _

from impna.errors import Sentence
from submissions.actions import groups, information
from submissions.fact_vocabularies import (
    Bearing,
    CountingUnit,
    InformationOn,
    InformationSource,
    Reliability,
)
from submissions.facts import Count, GroupDetails, InformationDetails
from submissions.models import Group, Information
from submissions.person_vocabularies import (
    PersonCategory,
    PersonRole,
    VictimStatus,
    Vulnerability,
)
from submissions.persons_told import Facts, in_words
from submissions.vocabularies import BasisOfKnowledge


@dataclass(frozen=True)
class GroupTold:
    """So many people, what they were, and what is said of them."""

    reference: str
    count: Count
    role: str
    details: GroupDetails

    @classmethod
    def of(cls, group: Group) -> Self:
        """As the draft has it now."""
        count = Count(group.unit, group.fewest, group.most)
        return cls(group.reference, count, group.role, groups.read_details(group))

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """As a manifest has it."""
        count = Count(entry["unit"], entry["fewest"] or None, entry["most"] or None)
        return cls(entry["reference"], count, entry["role"], GroupDetails(**entry["details"]))

    @property
    def label(self) -> Sentence:
        """The role."""
        return in_words(PersonRole, self.role)

    @property
    def heading(self) -> str:
        """The role, apart from that of somebody by code."""
        return _("%(role)s, counted together") % {"role": self.label}

    @property
    def counted(self) -> str:
        """`Families: 40 to 60`."""
        few, most = self.count.fewest, self.count.most
        said = {"unit": in_words(CountingUnit, self.count.unit), "few": few, "most": most}
        if few is None and most is None:
            return _("%(unit)s: number not known") % said
        if few is None:
            return _("%(unit)s: at most %(most)d") % said
        if most is None:
            return _("%(unit)s: at least %(few)d") % said
        if few == most:
            return _("%(unit)s: %(most)d") % said
        return _("%(unit)s: %(few)d to %(most)d") % said

    @property
    def facts(self) -> Facts:
        """What was said of them, each with its label; nothing for what was not said."""
        told: Facts = [
            (_("What became of them"), [in_words(VictimStatus, c) for c in self.details.statuses]),
            (_("In this case"), [in_words(PersonCategory, c) for c in self.details.categories]),
            (
                _("To know when meeting them"),
                [in_words(Vulnerability, c) for c in self.details.vulnerabilities],
            ),
            (_("How it is known"), [in_words(BasisOfKnowledge, c) for c in self.details.basis]),
            (_("From whom or what"), [self.details.known_by] if self.details.known_by else []),
        ]
        return [(label, words) for label, words in told if words]


@dataclass(frozen=True)
class InformationTold:
    """A source and what it says; `code` or `exhibit` (a number) name it, or it stays unnamed."""

    reference: str
    source: str
    details: InformationDetails
    code: str = ""
    exhibit: int = 0
    reliability: str = ""
    may_be_graded: bool = False

    @classmethod
    def of(cls, row: Information) -> Self:
        """As the draft has it now."""
        return cls(
            row.reference,
            row.source,
            information.read_details(row),
            code=row.person.code if row.person else "",
            exhibit=row.exhibit.number if row.exhibit else 0,
            reliability=row.reliability,
            may_be_graded=row.may_be_graded,
        )

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """As a manifest has it."""
        clear = {name: entry[name] for name in ("code", "exhibit", "reliability")}
        details = InformationDetails(**entry["details"])
        return cls(entry["reference"], entry["source"], details, **clear)

    def given_with(self, codes: set[str], numbers: set[int]) -> Self:
        """The same, without the name of a source that was not given."""
        return replace(
            self,
            code=self.code if self.code in codes else "",
            exhibit=self.exhibit if self.exhibit in numbers else 0,
        )

    @property
    def label(self) -> Sentence:
        """The source."""
        if self.source == InformationSource.OWN:
            return _("Own observation")
        if self.source == InformationSource.PERSON:
            return self.code or _("A person")
        return (
            _("Exhibit %(number)d") % {"number": self.exhibit} if self.exhibit else _("An exhibit")
        )

    @property
    def heading(self) -> str:
        """The source, among other rows."""
        return _("Source: %(source)s") % {"source": self.label}

    @property
    def bearing(self) -> Sentence:
        """Which way it points."""
        return in_words(Bearing, self.details.bearing)

    @property
    def facts(self) -> Facts:
        """The rest, each with its label."""
        told: Facts = [
            (_("Of"), [in_words(InformationOn, code) for code in self.details.on]),
            (_("How the source knows"), [in_words(BasisOfKnowledge, self.details.basis)]),
        ]
        if self.reliability:
            words = in_words(Reliability, self.reliability)
            told.append((_("Reliability of the document, in the organisation’s view"), [words]))
        return told
