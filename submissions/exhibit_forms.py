"""Forms about one exhibit, and about several at once."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, RadioSelect
from submissions.answers import Answers
from submissions.hard_stops import may_not_be_here
from submissions.incident_forms import (
    OpenChoice,
    OpenChoices,
    UnmarkedRadio,
    UnmarkedSelect,
    long_text,
)
from submissions.models import Exhibit
from submissions.name_check import NameCheckedForm
from submissions.vocabularies import (
    EUCI_MARKINGS,
    ContentMarker,
    Derivation,
    EvidenceType,
    HandlingCode,
    HowObtained,
    IdentifiedBy,
    Recognisable,
    Strand,
)

_RECOGNISABLE: dict[Any, Any] = {
    Recognisable.SOMEONE: _("Who they are is asked next, once for as many exhibits as you like."),
    Recognisable.UNANSWERED: _("It cannot be handed over until someone has answered."),
}
_STRANDS: dict[Any, Any] = {
    Strand.CRIME_BASE: _("What was done, where, and to whom."),
    Strand.CONTEXTUAL: _("What it was part of: a conflict, an attack, a policy."),
    Strand.LINKAGE: _("Who gave orders, who knew, who could have stopped it."),
    Strand.EXCULPATORY: _("What speaks for someone, or against what others say."),
    Strand.LEAD: _("Where more can be found."),
}
_MARKERS: dict[Any, Any] = {
    ContentMarker.GRAPHIC: _("Whoever opens it should be prepared."),
    ContentMarker.PRIVILEGED: _(
        "Lawyer and client, doctor and patient. Its file is never kept here: describe it as held."
    ),
    ContentMarker.EUCI: format_lazy(
        _("Marked {markings}. Its file is never kept here: describe it as held."),
        markings=", ".join(EUCI_MARKINGS),
    ),
    ContentMarker.TWO_PEOPLE: _(
        "One says why and asks a colleague; if they agree, both can open it for a day. Once given "
        "like this it stays so."
    ),
}
_HANDLING: dict[Any, Any] = {
    HandlingCode.H0: _("Nobody is asked to accept it: the law says so already."),
}


def _evidence_type() -> forms.ChoiceField:
    return OpenChoice(
        label=_("What is it?"),
        choices=[("", _("Not chosen yet")), *EvidenceType.choices],
        widget=UnmarkedSelect,
    )


def _obtained() -> forms.ChoiceField:
    return OpenChoice(
        label=_("How did you get it?"),
        help_text=_("Readable in clear for whoever receives it. Never say here who gave it."),
        choices=HowObtained,
        widget=UnmarkedRadio,
    )


def _identified_by() -> forms.MultipleChoiceField:
    return OpenChoices(
        label=_("What identifies them?"),
        help_text=_("Choose all that fits."),
        choices=IdentifiedBy,
        widget=CheckboxSelectMultiple,
    )


def _markers() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("What should someone know before opening it?"),
        choices=ContentMarker,
        required=False,
        widget=CheckboxSelectMultiple(hints=_MARKERS),
    )


_NOBODY_BUT_NAMED = _(
    "It is said who can be recognised in it. Take that away first, or answer “Someone”."
)
_NOBODY_BUT = _(
    "You answered that nobody can be recognised. Take these ticks and codes away, or change that "
    "answer."
)


_NEVER_HERE = _(
    "Its file may not be kept here. Take it out, which destroys its key, and describe it as held."
)


class AnswersForm(NameCheckedForm):
    """Everything a documenter says of one exhibit, in four groups; only one answer is required."""

    evidence_type = _evidence_type()
    description = forms.CharField(
        label=_("What does it show?"),
        help_text=_("Encrypted. Write codes like W-03 instead of names."),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    derivation = forms.ChoiceField(
        label=_("Where does this file or thing come from?"),
        choices=[("", _("Not chosen yet")), *Derivation.choices],
        required=False,
        help_text=_("The original, or something made from it."),
    )
    strands = forms.MultipleChoiceField(
        label=_("What is it about?"),
        choices=Strand,
        required=False,
        widget=CheckboxSelectMultiple(hints=_STRANDS),
    )
    recognisable = forms.ChoiceField(
        label=_("Can someone be recognised in it?"),
        help_text=_(
            "By face, voice, a name that is spoken or written, handwriting, a place, "
            "or what the file says about itself."
        ),
        choices=[
            (Recognisable.NOBODY, Recognisable.NOBODY.label),
            (Recognisable.SOMEONE, Recognisable.SOMEONE.label),
            (Recognisable.UNANSWERED, _("I cannot say yet")),
        ],
        widget=RadioSelect(hints=_RECOGNISABLE),
        error_messages={"required": _("Say whether someone can, or that you cannot say yet.")},
    )
    identified_by = _identified_by()
    obtained = _obtained()
    origin = long_text(
        _("How did it come to you?"),
        _(
            "Encrypted. When, where, on what device, through how many hands. Codes instead of names."
        ),
        optional=True,
    )
    markers = _markers()
    handling = forms.MultipleChoiceField(
        label=_("What may whoever receives it do with it?"),
        help_text=_("Each recipient answers this before it opens the exhibit."),
        choices=HandlingCode,
        required=False,
        widget=CheckboxSelectMultiple(hints=_HANDLING),
    )
    restrictions = long_text(
        _("Which other restrictions?"),
        _("Encrypted. Only with “Other restrictions”, in one plain sentence each."),
        rows=3,
        optional=True,
    )

    GROUPS = (
        ("what", _("What it is"), ("evidence_type", "description", "derivation", "strands")),
        ("who", _("Who can be recognised"), ("recognisable",)),
        ("got", _("How it came to you"), ("obtained", "origin")),
        ("open", _("Before someone opens it"), ("markers", "handling", "restrictions")),
    )
    IF_SOMEONE = ("identified_by",)

    def __init__(self, *args: Any, exhibit: Exhibit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exhibit = exhibit
        self.may_not_be_here = False

    @staticmethod
    def start(known: Answers) -> dict[str, Any]:
        """What was answered so far; an answer that nobody gave is not chosen beforehand."""
        found = {name: getattr(known, name) for name in AnswersForm.base_fields if name in _FLAT}
        if known.recognisable == Recognisable.UNANSWERED:
            found["recognisable"] = ""
        return found | {name: getattr(known.details, name) for name in _SEALED}

    def groups(self) -> list[dict[str, Any]]:
        """Heading and fields, for the page."""
        return [
            {"id": ident, "heading": heading, "fields": [self[name] for name in names]}
            for ident, heading, names in self.GROUPS
        ]

    def if_someone(self) -> list[BoundField]:
        """What is asked only if someone can be recognised."""
        return [self[name] for name in self.IF_SOMEONE]

    def clean(self) -> dict[str, Any]:
        """Answers that contradict each other are shown, not chosen between."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        nobody = given.get("recognisable") == Recognisable.NOBODY
        if nobody and given.get("identified_by"):
            self.add_error("identified_by", ValidationError(_NOBODY_BUT))
        elif nobody and self._exhibit.links.live().exists():
            self.add_error("recognisable", ValidationError(_NOBODY_BUT_NAMED))
        if may_not_be_here(self._exhibit, given.get("markers", [])):
            self.may_not_be_here = True
            self.add_error("markers", ValidationError(_NEVER_HERE))
        other = HandlingCode.H3 in given.get("handling", [])
        if other and not given.get("restrictions"):
            self.add_error("restrictions", ValidationError(_("Say what the restrictions are.")))
        if given.get("restrictions") and not other:
            words = _("You wrote other restrictions: choose “Other restrictions” as well.")
            self.add_error("handling", ValidationError(words))
        return given

    def answers(self, known: Answers) -> Answers:
        """For the action; what this form does not ask stays."""
        given = self.cleaned_data
        details = replace(known.details, **{name: given[name] for name in _SEALED})
        return replace(known, **{name: given[name] for name in _FLAT}, details=details)


_SEALED = ("origin", "restrictions")
_FLAT = tuple(name for name in AnswersForm.base_fields if name not in _SEALED)


class BringingForm(forms.Form):
    """Of which earlier exhibit this file is."""

    earlier = forms.ChoiceField(label=_("The file of"), required=False)

    def __init__(
        self, *args: Any, found: Exhibit, named: list[tuple[Exhibit, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._known = {one.reference: one for one, _name in named}
        field: Any = self.fields["earlier"]
        field.choices = [
            ("", _("Nothing that was described before")),
            *((one.reference, f"{one}: {name}") for one, name in named),
        ]
        field.initial = found.brings.reference if found.brings else ""

    @property
    def chosen(self) -> Exhibit | None:
        """For the action."""
        return self._known.get(self.cleaned_data["earlier"])


_TOGETHER: dict[Any, Any] = {
    Recognisable.SOMEONE: _("Who they are is asked once for all of them afterwards."),
}
_AS_IT_IS: tuple[str, Any] = ("", _("Leave each as it is"))


class TogetherForm(forms.Form):
    """The same answers for several exhibits: only what is answered here is written."""

    recognisable = OpenChoice(
        label=_("Can someone be recognised in them?"),
        choices=[
            _AS_IT_IS,
            (Recognisable.NOBODY, _("Nobody can be recognised in any of them")),
            (Recognisable.SOMEONE, _("Someone can be recognised in each of them")),
        ],
        initial="",
        widget=UnmarkedRadio(hints=_TOGETHER),
    )
    identified_by = _identified_by()
    evidence_type = OpenChoice(
        label=_("What are they?"),
        choices=[_AS_IT_IS, *EvidenceType.choices],
        widget=UnmarkedSelect,
    )
    obtained = OpenChoice(
        label=_("How did you get them?"),
        choices=[_AS_IT_IS, *HowObtained.choices],
        initial="",
        widget=UnmarkedRadio,
    )
    markers = OpenChoices(
        label=_("What should someone know before opening them?"),
        help_text=_("What is chosen takes the place of what was marked before."),
        choices=ContentMarker,
        widget=CheckboxSelectMultiple(hints=_MARKERS),
    )

    def clean(self) -> dict[str, Any]:
        """At least one answer, and none that contradict each other."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("identified_by") and given.get("recognisable") != Recognisable.SOMEONE:
            words = _("Answer as well that someone can be recognised in each of them.")
            self.add_error("recognisable", ValidationError(words))
        if not self.errors and not self.given:
            raise ValidationError(_("Answer at least one question, or cancel."))
        return given

    @property
    def given(self) -> dict[str, Any]:
        """Only what was answered, for the action."""
        return {name: value for name, value in self.cleaned_data.items() if value}
