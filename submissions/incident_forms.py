"""Forms of incidents: facts first, the law last. When it happened has forms of its own (time_forms)."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, RadioSelect
from submissions import conduct, countries, offences
from submissions.actions.incidents import Where
from submissions.conduct import Answer, Setting
from submissions.fact_vocabularies import AgainstIt
from submissions.models import Incident
from submissions.name_check import NameCheckedForm
from submissions.offences import UNKNOWN, ConflictType, Offence, PersecutionGround
from submissions.vocabularies import BasisOfKnowledge, PlacePrecision

_ASKED = ("what", "known_by", "weakens")  # of the account; the rest may not apply
_CONFLICTS: dict[Any, Any] = {
    ConflictType.IAC: _("Between States, or one State occupies another."),
    ConflictType.NIAC: _("Between a State and an organised armed group, or between such groups."),
}
BASES: dict[Any, Any] = {
    BasisOfKnowledge.DIRECT: _("You, or whoever tells it, saw or heard it."),
    BasisOfKnowledge.PARTICIPANT: _("Whoever tells it took part, or it was done to them."),
    BasisOfKnowledge.HEARSAY_1: _("Told by someone who saw or heard it."),
    BasisOfKnowledge.HEARSAY_REMOTE: _("Told through several people, or nobody knows how many."),
    BasisOfKnowledge.DOCUMENTARY: _("Read or seen in a document, picture or recording."),
    BasisOfKnowledge.INFERENCE: _("Concluded from something else."),
}
_AGAINST: dict[Any, Any] = {
    AgainstIt.NOTHING: _("You asked yourselves and those you spoke with, and found nothing."),
    AgainstIt.SOMETHING: _("Also if you do not believe it, and if it is small."),
}
_GROUNDS: dict[Any, Any] = {
    PersecutionGround.OTHER: _("Such as age, disability or sexual orientation."),
}
_PLACES: dict[Any, Any] = {
    PlacePrecision.WITHHELD: _("Naming it could put someone in danger."),
}


class MayWait:
    """Asked for, so not called optional; a draft is kept without it and its page says it is missing."""

    def validate(self, value: Any) -> None:
        """Only what was given."""
        if value:
            super().validate(value)  # type: ignore[misc]  # of the field beside it


class OpenText(MayWait, forms.CharField):
    """Text that may come later."""


class OpenChoice(MayWait, forms.ChoiceField):
    """A choice that may come later."""


class OpenChoices(MayWait, forms.MultipleChoiceField):
    """Choices that may come later."""


class _Unmarked:
    """A control that screen readers do not call required."""

    def use_required_attribute(self, initial: Any) -> bool:
        """Never."""
        return False


class _Textarea(_Unmarked, forms.Textarea):
    pass


class UnmarkedRadio(_Unmarked, RadioSelect):
    """Radio buttons of which none need be chosen yet."""


class UnmarkedSelect(_Unmarked, forms.Select):
    """A list in which nothing need be chosen yet."""


class UnmarkedInput(_Unmarked, forms.TextInput):
    """A line that may stay empty yet."""


def long_text(
    label: Any, hint: Any = "", *, rows: int = 4, optional: bool = False
) -> forms.CharField:
    field = forms.CharField if optional else OpenText
    return field(
        label=label,
        help_text=hint,
        required=not optional,
        max_length=20_000,
        widget=_Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


class AccountForm(NameCheckedForm):
    """What happened, in the documenter's words; everything on it is sealed."""

    heading = forms.CharField(
        label=_("A short heading"),
        help_text=_("So that you and your colleagues tell incidents apart."),
        max_length=150,
        error_messages={"required": _("Give it a short heading.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    what = long_text(
        _("What happened?"), _("Who did what to whom, one thing after another."), rows=7
    )
    how = long_text(
        _("How was it done?"), _("Means, weapons, orders, words that were said."), optional=True
    )
    result = long_text(
        _("What was the result?"), _("For people, and for places and things."), optional=True
    )
    basis = OpenChoices(
        label=_("How do you know?"),
        help_text=_("Choose all that fits."),
        choices=BasisOfKnowledge,
        widget=CheckboxSelectMultiple(hints=BASES),
    )
    known_by = long_text(
        _("How do you know, in words?"),
        _("From whom, by code, or from which document; concluded from what?"),
    )

    @staticmethod
    def start(known: Mapping[str, str]) -> dict[str, Any]:
        """What was told so far; a code that was written as free text is a tick."""
        basis, words = known.get("basis", "").split(), known.get("known_by", "")
        if words in BasisOfKnowledge.values:
            basis, words = [*basis, words], ""
        return {**known, "basis": basis, "known_by": words}

    @property
    def account(self) -> dict[str, str]:
        """For the action."""
        return {**self.cleaned_data, "basis": " ".join(self.cleaned_data["basis"])}


class AgainstForm(NameCheckedForm):
    """What weakens or contradicts it: a question of its own, and "nothing known" is an answer."""

    against = OpenChoice(
        label=_("Is anything known that weakens or contradicts this?"),
        choices=AgainstIt,
        widget=UnmarkedRadio(hints=_AGAINST),
    )
    weakens = long_text(
        _("What is it?"),
        _(
            "What contradicts it, what another explanation could be, what speaks for whoever is "
            "said to have done it, what you could not check."
        ),
        rows=6,
    )

    def __init__(self, *args: Any, sources: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sources = sources

    @staticmethod
    def start(known: Mapping[str, str]) -> dict[str, Any]:
        """What was told so far; words of before it was a question of its own are something."""
        weakens = known.get("weakens", "")
        said = known.get("against") or (AgainstIt.SOMETHING if weakens else "")
        return {"against": said, "weakens": weakens}

    def clean(self) -> dict[str, Any]:
        """The answer fits what was written, and what sources say."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        said, words = given.get("against"), given.get("weakens")
        if said == AgainstIt.NOTHING and self._sources:
            self.add_error("against", _("A source points against it: see above."))
        elif said == AgainstIt.NOTHING and words:
            self.add_error("weakens", _("Take the words away, or choose “Something is known”."))
        elif said == AgainstIt.SOMETHING and not words and not self._sources:
            self.add_error("weakens", _("Say what it is."))
        return given

    @property
    def account(self) -> dict[str, str]:
        """For the action."""
        given = self.cleaned_data
        said = given["against"] or (AgainstIt.SOMETHING if given["weakens"] else "")
        return {"against": str(said), "weakens": given["weakens"]}


class PlaceForm(NameCheckedForm):
    """Where, coarsely in clear and exactly under seal."""

    precision = forms.ChoiceField(
        label=_("How exactly do you know where it happened?"),
        choices=PlacePrecision,
        widget=RadioSelect(hints=_PLACES),
        error_messages={
            "required": _("Choose how exactly the place is known, or that you do not say it here.")
        },
    )
    country = OpenText(
        label=_("State"),
        max_length=20,
        help_text=_(
            "Two letters, such as UA or SD. Readable in clear: the lists of recipients show it."
        ),
        widget=UnmarkedInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
    )
    area = forms.CharField(
        label=_("District or region"),
        required=False,
        max_length=120,
        help_text=_(
            "Readable in clear: the lists of recipients show it. Nothing finer than a district, and "
            "no names of persons."
        ),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    place = long_text(
        _("Exact place"),
        _("Encrypted. Town, street, building, or how to find it."),
        rows=3,
        optional=True,
    )
    position = forms.CharField(
        label=_("Position"),
        required=False,
        max_length=200,
        help_text=_("Encrypted. Coordinates as your device or map shows them."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean_country(self) -> str:
        """Two capital letters that name a country, or nothing."""
        country: str = self.cleaned_data["country"].upper()
        if not country or country in countries.CODES:
            return country
        if len(country) == 2 and country.isascii() and country.isalpha():
            raise ValidationError(
                _("“%(code)s” names no State. Look the two letters up, such as UA or SD."),
                params={"code": country},
            )
        raise ValidationError(_("Type the State’s two letters, such as UA or SD."))

    @property
    def where(self) -> Where:
        """The clear part, for the action."""
        given = self.cleaned_data
        return Where(given["precision"], given["country"], given["area"])


def _kinds(*, second_page: bool) -> list[Any]:
    """Without "not sure": which kinds of conduct is a list of facts, and an empty one is open."""
    return [row for row in conduct.answers(second_page=second_page) if row[0] != UNKNOWN]


class ConductForm(forms.Form):
    """What was done, in plain words, by theme."""

    conducts = OpenChoices(
        label=_("What was done?"),
        help_text=_("Choose all that fits. These are facts; what the law calls them comes last."),
        choices=partial(_kinds, second_page=False),
        widget=CheckboxSelectMultiple,
    )


class SecondConductForm(forms.Form):
    """Harm to the body, family life and gender: asked of everyone."""

    conducts = forms.MultipleChoiceField(
        label=_("Was any of this done?"),
        help_text=_(
            "To people of any gender and age. Leave it empty if none of it was, or if unknown."
        ),
        choices=partial(_kinds, second_page=True),
        required=False,
        widget=CheckboxSelectMultiple,
    )
    setting = OpenChoice(
        label=_("Where were the people when it happened?"),
        help_text=_("Encrypted. Only if something above was done. It suggests no offence."),
        choices=[("", _("Not said yet")), *Setting.choices],
        widget=UnmarkedSelect,
    )

    def clean(self) -> dict[str, Any]:
        """A place goes with something that was done there."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("setting") and not given.get("conducts"):
            words = _("Choose above what was done there, or choose “Not said yet”.")
            self.add_error("setting", ValidationError(words))
        return given


def _question(name: str, choices: Any, hints: dict[Any, Any] | None = None) -> forms.ChoiceField:
    label: Any = conduct.QUESTIONS[name]
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=RadioSelect(hints=hints),
        error_messages={"required": _("Answer this, or choose “Not sure”.")},
    )


class ContextForm(NameCheckedForm):
    """What it was part of."""

    conflict = _question("conflict", ConflictType, _CONFLICTS)
    attack = _question("attack", Answer)
    group = _question("group", Answer)
    grounds = OpenChoices(
        label=_("Why were these people chosen?"),
        help_text=_("Encrypted. Choose only what you have a reason to say."),
        choices=PersecutionGround,
        widget=CheckboxSelectMultiple(hints=_GROUNDS),
    )
    grounds_why = long_text(
        _("What makes you say so?"),
        _(
            "Encrypted. What was said, written or done that shows it; about a group, not one person."
        ),
        rows=3,
        optional=True,
    )

    def __init__(self, *args: Any, asks_grounds: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_grounds:
            del self.fields["grounds"], self.fields["grounds_why"]

    def clean(self) -> dict[str, Any]:
        """A ground tells of people's lives: it is said with a reason, or not at all."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("grounds") and not given.get("grounds_why"):
            words = _("Say what makes you say so, or take the ticks away.")
            self.add_error("grounds_why", ValidationError(words))
        return given

    @property
    def context(self) -> dict[str, Any]:
        """What stands in clear, for the action."""
        return {name: self.cleaned_data[name] for name in conduct.QUESTIONS}

    @property
    def sealed(self) -> dict[str, str]:
        """What is sealed, if it was asked."""
        if "grounds" not in self.cleaned_data:
            return {}
        grounds = " ".join(self.cleaned_data["grounds"])
        return {"grounds": grounds, "grounds_why": self.cleaned_data["grounds_why"]}


class LawForm(forms.Form):
    """What the law may call it: proposals first, all others behind a press; nothing is chosen."""

    suggested = forms.MultipleChoiceField(
        label=_("Suggested by what you answered"),
        help_text=_("Choose all that may fit. A suggestion is no finding."),
        required=False,
        widget=CheckboxSelectMultiple,
    )
    others = forms.MultipleChoiceField(
        label=_("Offences that were not suggested"), required=False, widget=CheckboxSelectMultiple
    )
    not_sure = forms.BooleanField(
        label=_("Not sure"),
        required=False,
        help_text=_("An answer like any other: whoever receives it judges the law anyway."),
    )

    def __init__(self, *args: Any, suggested: Iterable[Offence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proposed = list(suggested)
        rest = [offence for offence in offences.ALL if offence not in proposed]
        for name, rows in (("suggested", proposed), ("others", rest)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = offences.grouped(rows)
        self._proposed = {offence.code for offence in proposed}
        if self.is_bound:
            assert isinstance(self.data, QueryDict)
            self.data = self.sort(self.data)
        if not proposed:
            del self.fields["suggested"]

    def sort(self, sent: QueryDict) -> QueryDict:
        """Suggestions may have changed while the page stood open: no tick is lost to that."""
        data = sent.copy()
        given = data.getlist("suggested") + data.getlist("others")
        data.setlist("suggested", [code for code in given if code in self._proposed])
        data.setlist("others", [code for code in given if code not in self._proposed])
        return data

    @property
    def chosen(self) -> list[str]:
        """Codes in the Statute's order."""
        given = {*self.cleaned_data.get("suggested", []), *self.cleaned_data["others"]}
        return [offence.code for offence in offences.ALL if offence.code in given]


def open_answers(incident: Incident, account: Mapping[str, str] | None = None) -> list[str]:
    """What is missing, in words; without an account, of what stands in clear only."""
    words = {
        "what": gettext("what happened"),
        "known_by": gettext("how you know"),
        "weakens": gettext("what weakens it"),
        "date_precision": gettext("when"),
        "place_precision": gettext("where"),
        "country": gettext("in which State"),
        "conducts": gettext("what was done"),
        "offences": gettext("what the law may call it, or “not sure”"),
    }
    told = dict(account or {})
    told["known_by"] = told.get("known_by") or told.get("basis", "")
    told["weakens"] = told.get("weakens") or told.get("against", "")
    untold = [name for name in _ASKED if account is not None and not told.get(name)]
    return [words[name] for name in (*untold, *incident.missing)]
