"""Forms of what stands behind an incident: groups, and where the information comes from."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, RadioSelect
from submissions.actions.information import Source
from submissions.fact_vocabularies import (
    Bearing,
    CountingUnit,
    InformationOn,
    InformationSource,
    Reliability,
)
from submissions.facts import MOST_COUNTED, Count, GroupDetails, InformationDetails
from submissions.incident_forms import (
    BASES,
    MayWait,
    OpenChoice,
    OpenText,
    UnmarkedInput,
    UnmarkedRadio,
    UnmarkedSelect,
    long_text,
)
from submissions.models import Group, Information, Submission
from submissions.name_check import NameCheckedForm
from submissions.person_forms import ROLES, CodeField, several
from submissions.person_vocabularies import (
    PersonCategory,
    PersonRole,
    VictimStatus,
    Vulnerability,
)
from submissions.vocabularies import BasisOfKnowledge

_BEARINGS: dict[Any, Any] = {
    Bearing.WEAKENS: _("It leaves room for doubt, or for another explanation."),
    Bearing.CONTRADICTS: _("It says the opposite."),
}


class OpenNumber(MayWait, forms.IntegerField):
    """A number that may not be known."""


class OpenCode(MayWait, CodeField):
    """A code, where one is meant."""


def _number(label: Any) -> forms.IntegerField:
    return OpenNumber(
        label=label,
        min_value=1,
        max_value=MOST_COUNTED,
        widget=UnmarkedInput(attrs={"inputmode": "numeric", "dir": "ltr", "autocomplete": "off"}),
    )


class GroupForm(NameCheckedForm):
    """People who are not recorded one by one; a name belongs nowhere on it."""

    who = forms.CharField(
        label=_("Who are they, in a few words?"),
        help_text=_("Such as “families who lived below the mill”. Encrypted; no names."),
        max_length=300,
        error_messages={"required": _("Say in a few words who they are.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(
        label=_("What do you count?"),
        choices=[("", _("Choose")), *CountingUnit.choices],
        error_messages={"required": _("Choose what you count.")},
        widget=UnmarkedSelect,
    )
    fewest = _number(_("At least"))
    most = _number(_("At most"))
    role = forms.ChoiceField(
        label=_("What were they in it?"),
        choices=PersonRole,
        widget=RadioSelect(hints=ROLES),
        error_messages={"required": _("Choose what they were in it.")},
    )
    statuses = several(_("What became of them"), VictimStatus, _("Of victims only."))
    categories = several(_("What are they in this case?"), PersonCategory)
    vulnerabilities = several(
        _("What should whoever meets them know?"),
        Vulnerability,
        _("Only what is true of all or most of them."),
    )
    basis = several(_("How do you know?"), BasisOfKnowledge, hints=BASES)
    known_by = OpenText(
        label=_("From whom or what?"),
        help_text=_("Codes and exhibit numbers, never names; or how you counted."),
        max_length=500,
        widget=UnmarkedInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    @property
    def more_is_open(self) -> bool:
        """Something is said, or wrong, of what stands behind a press."""
        names = ("statuses", "categories", "vulnerabilities")
        return any(self[name].value() or name in self.errors for name in names)

    @staticmethod
    def start(group: Group, details: GroupDetails) -> dict[str, Any]:
        """What was said so far."""
        clear = {name: getattr(group, name) for name in ("unit", "fewest", "most", "role")}
        return details.as_json() | clear

    def clean(self) -> dict[str, Any]:
        """A range is one, and only of victims is asked what became of them."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        fewest, most = given.get("fewest"), given.get("most")
        if fewest and most and fewest > most:
            self.add_error("most", ValidationError(_("“At most” is less than “at least”.")))
        if given.get("statuses") and given.get("role") not in (None, PersonRole.VICTIM):
            words = _("This is asked of victims only: take the ticks away.")
            self.add_error("statuses", ValidationError(words))
        return given

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        given = self.cleaned_data
        names = GroupDetails.__dataclass_fields__
        return {
            "count": Count(given["unit"], given["fewest"], given["most"]),
            "role": given["role"],
            "details": GroupDetails(**{name: given[name] for name in names}),
        }


class InformationForm(NameCheckedForm):
    """Which source says what of an incident, and which way it points. Nobody is graded here."""

    source = forms.ChoiceField(
        label=_("Where does it come from?"),
        choices=InformationSource,
        widget=RadioSelect(),
        error_messages={"required": _("Choose where it comes from.")},
    )
    code = OpenCode(
        label=_("If from a person: their code"),
        help_text=_("As in your list of people, such as W-03."),
        max_length=20,
        widget=UnmarkedInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
    number = _number(_("If from an exhibit: its number"))
    basis = forms.ChoiceField(
        label=_("How does the source know?"),
        choices=BasisOfKnowledge,
        widget=RadioSelect(hints=BASES),
        error_messages={"required": _("Choose how the source knows.")},
    )
    on = forms.MultipleChoiceField(
        label=_("What is it about?"),
        help_text=_("Choose all that fits."),
        choices=InformationOn,
        widget=CheckboxSelectMultiple,
        error_messages={"required": _("Choose what it is about.")},
    )
    bearing = forms.ChoiceField(
        label=_("Which way does it point?"),
        choices=Bearing,
        widget=RadioSelect(hints=_BEARINGS),
        error_messages={"required": _("Choose which way it points.")},
    )
    words = long_text(
        _("What does it say?"),
        _("A sentence or two in your own words. Encrypted. Codes instead of names."),
        rows=3,
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._submission = submission
        self._source = Source()

    @staticmethod
    def start(row: Information, details: InformationDetails) -> dict[str, Any]:
        """What was said so far."""
        return details.as_json() | {
            "source": row.source,
            "code": row.person.code if row.person else "",
            "number": row.exhibit.number if row.exhibit else None,
        }

    def clean(self) -> dict[str, Any]:
        """The source is of this submission."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("source") == InformationSource.PERSON and "code" not in self.errors:
            people = self._submission.persons.present()
            person = people.filter(code=given.get("code", "")).first()
            if person is None:
                self.add_error("code", _("Type the code of somebody in your list of people."))
            self._source = Source(person=person)
        elif given.get("source") == InformationSource.EXHIBIT and "number" not in self.errors:
            there = self._submission.exhibits.present()
            exhibit = there.filter(number=given.get("number") or 0).first()
            if exhibit is None:
                self.add_error("number", _("Type the number of an exhibit of this submission."))
            self._source = Source(exhibit=exhibit)
        return given

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        given = self.cleaned_data
        names = InformationDetails.__dataclass_fields__
        details = InformationDetails(**{name: given[name] for name in names})
        return {"source": self._source, "details": details}


class ReliabilityForm(forms.Form):
    """Asked of a document or online source, and of nothing else (R12)."""

    reliability = OpenChoice(
        label=_("How reliable is this document, in your view?"),
        help_text=_("Of the document or page: whether it is what it says it is. Never of people."),
        choices=[*Reliability.choices, ("", _("Say nothing of it"))],
        widget=UnmarkedRadio,
    )
