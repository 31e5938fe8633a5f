"""Forms of incidents and the cover sheet: facts first, precision before dates, law last."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, DateInput, RadioSelect
from submissions import conduct, offences
from submissions.actions.cover_sheets import Sheet
from submissions.actions.incidents import When, Where
from submissions.conduct import Answer
from submissions.models import CoverSheet, Incident
from submissions.offences import UNKNOWN, ConflictType, Offence
from submissions.vocabularies import DatePrecision, PlacePrecision

EARLIEST_YEAR = 1900
_ASKED = ("what", "known_by", "weakens")  # of the account; the rest may not apply
_CONFLICTS: dict[Any, Any] = {
    ConflictType.IAC: _("Between States, or one State occupies another."),
    ConflictType.NIAC: _("Between a State and an organised armed group, or between such groups."),
}
_DATES: dict[Any, Any] = {
    DatePrecision.EXACT: _("Write the time of day where you tell what happened."),
    DatePrecision.BETWEEN: _("It happened on some day between them, or all the time."),
}
_PLACES: dict[Any, Any] = {
    PlacePrecision.WITHHELD: _("Naming it could put someone in danger."),
}


def _long_text(label: Any, hint: Any = "", *, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


class AccountForm(forms.Form):
    """What happened, in the documenter's words; everything on it is sealed."""

    heading = forms.CharField(
        label=_("A short heading"),
        help_text=_("So that you and your colleagues tell incidents apart."),
        max_length=150,
        error_messages={"required": _("Give it a short heading.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    what = _long_text(
        _("What happened?"), _("Who did what to whom, one thing after another."), rows=7
    )
    how = _long_text(_("How was it done?"), _("Means, weapons, orders, words that were said."))
    result = _long_text(_("What was the result?"), _("For people, and for places and things."))
    known_by = _long_text(
        _("How do you know?"),
        _(
            "Seen or heard directly, told by someone who did, read in a document, or concluded from "
            "something: from what?"
        ),
    )
    weakens = _long_text(
        _("What weakens this?"),
        _(
            "What contradicts it, what another explanation could be, what you could not check. "
            "Write “nothing known” if that is so."
        ),
    )


class PrecisionForm(forms.Form):
    """How well the time is known, before any date."""

    precision = forms.ChoiceField(
        label=_("How exactly do you know when it happened?"),
        choices=DatePrecision,
        widget=RadioSelect(hints=_DATES),
        error_messages={"required": _("Choose how exactly the time is known, or “Not known”.")},
    )


def _not_in_the_future(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This day is in the future."))


def _day(label: Any, missing: Any = "", hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=bool(missing),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=DateInput(),
        validators=[_not_in_the_future],
        error_messages={
            "required": missing,
            "invalid": _("Type a date as year, month and day, such as 2024-03-28."),
        },
    )


class YearField(forms.CharField):
    """Four digits, not in the future; digits of any script."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Year"),
            max_length=10,
            error_messages={"required": _("Type the year.")},
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}
            ),
        )

    def clean(self, value: Any) -> Any:
        """The number."""
        text = str(super().clean(value))
        if not (text.isdecimal() and EARLIEST_YEAR <= int(text) <= 9999):
            raise ValidationError(_("Type the year with four digits, such as 2024."))
        if int(text) > timezone.localdate().year:
            raise ValidationError(_("This year is in the future."))
        return int(text)


class DatesForm(forms.Form):
    """The dates that a precision needs; `when` after `is_valid`."""

    precision: DatePrecision

    def __init__(self, data: Any, *, precision: DatePrecision, known: When) -> None:
        self.precision = precision
        super().__init__(data, initial=self.start(known) if known.begin else {})

    def start(self, known: When) -> dict[str, Any]:
        """What is known already, as far as this form can show it."""
        # A month's or a year's days are ours, not the documenter's.
        if known.precision in (DatePrecision.MONTH, DatePrecision.YEAR):
            return {}
        return {"begin": known.begin, "end": known.end}

    def clean(self) -> dict[str, Any]:
        """An end is not before its beginning."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        begin, end = given.get("begin"), given.get("end")
        if begin and end and end < begin:
            self.add_error("end", _("“Until when” is before “from when”."))
        return given

    @property
    def when(self) -> When:
        """For the action."""
        given = self.cleaned_data
        return When(self.precision, given["begin"], given["end"])


class DayForm(DatesForm):
    """One day, or from one day until another."""

    begin = _day(_("When, or from when?"), _("Type the day on which it happened or began."))
    end = _day(_("Until when?"), hint=_("Only if it lasted longer than that day."))


class BetweenForm(DatesForm):
    """Two days, both needed."""

    begin = _day(_("From when?"), _("Type the first day that is possible."))
    end = _day(_("Until when?"), _("Type the last day that is possible."))


class YearForm(DatesForm):
    """A year stands as all its days until today, so that the cover sheet's period is whole."""

    year = YearField()

    def start(self, known: When) -> dict[str, Any]:
        """The year that is known."""
        assert known.begin is not None
        return {"year": known.begin.year}

    @property
    def when(self) -> When:
        """For the action."""
        year: int = self.cleaned_data["year"]
        return When(self.precision, date(year, 1, 1), _at_most_today(date(year, 12, 31)))


class MonthForm(YearForm):
    """A month, likewise."""

    month = forms.TypedChoiceField(
        label=_("Month"),
        choices=[("", _("Choose")), *MONTHS.items()],
        coerce=int,
        error_messages={"required": _("Choose the month.")},
    )
    field_order = ["month", "year"]

    def start(self, known: When) -> dict[str, Any]:
        """The month, if it is known."""
        assert known.begin is not None
        month = {} if known.precision == DatePrecision.YEAR else {"month": known.begin.month}
        return {**super().start(known), **month}

    def clean(self) -> dict[str, Any]:
        """Not a month to come."""
        given = super().clean()
        year, month = given.get("year"), given.get("month")
        if year and month and date(year, month, 1) > timezone.localdate():
            self.add_error("month", _("This month is in the future."))
        return given

    @property
    def when(self) -> When:
        """For the action."""
        year, month = self.cleaned_data["year"], self.cleaned_data["month"]
        last = date(year, month, calendar.monthrange(year, month)[1])
        return When(self.precision, date(year, month, 1), _at_most_today(last))


DATES: dict[str, type[DatesForm]] = {
    DatePrecision.EXACT: DayForm,
    DatePrecision.DAY: DayForm,
    DatePrecision.MONTH: MonthForm,
    DatePrecision.YEAR: YearForm,
    DatePrecision.BETWEEN: BetweenForm,
}


class PlaceForm(forms.Form):
    """Where, coarsely in clear and exactly under seal."""

    precision = forms.ChoiceField(
        label=_("How exactly do you know where it happened?"),
        choices=PlacePrecision,
        widget=RadioSelect(hints=_PLACES),
        error_messages={
            "required": _("Choose how exactly the place is known, or that you do not say it here.")
        },
    )
    country = forms.CharField(
        label=_("State"),
        required=False,
        max_length=20,
        help_text=_(
            "Two letters, such as UA or SD. Readable in clear: the lists of recipients show it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
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
    place = _long_text(
        _("Exact place"),
        _("Encrypted. Town, street, building, or how to find it."),
        rows=3,
    )
    position = forms.CharField(
        label=_("Position"),
        required=False,
        max_length=200,
        help_text=_("Encrypted. Coordinates as your device or map shows them."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean_country(self) -> str:
        """Two capital letters, or nothing."""
        country: str = self.cleaned_data["country"].upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ValidationError(_("Type the State’s two letters, such as UA or SD."))
        return country

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

    conducts = forms.MultipleChoiceField(
        label=_("What was done?"),
        help_text=_("Choose all that fits. These are facts; what the law calls them comes last."),
        choices=partial(_kinds, second_page=False),
        required=False,
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


def _question(name: str, choices: Any, hints: dict[Any, Any] | None = None) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=conduct.QUESTIONS[name],
        choices=choices,
        widget=RadioSelect(hints=hints),
        error_messages={"required": _("Answer this, or choose “Not sure”.")},
    )


class ContextForm(forms.Form):
    """What it was part of."""

    conflict = _question("conflict", ConflictType, _CONFLICTS)
    attack = _question("attack", Answer)
    group = _question("group", Answer)


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
        if not proposed:
            del self.fields["suggested"]

    @property
    def chosen(self) -> list[str]:
        """Codes in the Statute's order."""
        given = {*self.cleaned_data.get("suggested", []), *self.cleaned_data["others"]}
        return [offence.code for offence in offences.ALL if offence.code in given]


class LanguagesField(forms.CharField):
    """Names of languages with commas between them, in any script's comma."""

    most, longest = 20, 40

    def clean(self, value: Any) -> Any:
        """A list without repetitions."""
        text = str(super().clean(value))
        for comma in "،、;\n":
            text = text.replace(comma, ",")
        found = list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))
        if len(found) > self.most or any(len(word) > self.longest for word in found):
            raise ValidationError(
                _("Name up to %(most)d languages, with commas between them."),
                params={"most": self.most},
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        """The list as it is typed."""
        return ", ".join(value) if isinstance(value, list) else value


class CoverSheetForm(forms.Form):
    """What a recipient reads first."""

    situation = forms.CharField(
        label=_("Situation"),
        max_length=200,
        help_text=_(
            "In a few words, such as “Attacks on health care in the north”. Readable in clear: the "
            "lists of recipients show it. No names of persons, no exact place."
        ),
        error_messages={"required": _("Say in a few words which situation this is about.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    summary = _long_text(
        _("Summary"),
        _("Encrypted. What a recipient should know before opening anything, without names."),
        rows=8,
    )
    languages = LanguagesField(
        label=_("Languages of the material"),
        required=False,
        max_length=1000,
        help_text=_("With commas between them, such as “Arabic, French”. Readable in clear."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    working_language = forms.ChoiceField(
        label=_("In which language is this sheet written?"),
        choices=[("en", _("English")), ("fr", _("French")), ("other", _("Another one"))],
        widget=RadioSelect(),
        error_messages={"required": _("Choose the language of this sheet.")},
    )
    needs_translation = forms.BooleanField(
        label=_("It needs translation before the recipients can read it"), required=False
    )

    @property
    def sheet(self) -> Sheet:
        """For the action."""
        return Sheet(**self.cleaned_data)


def _at_most_today(day: date) -> date:
    return min(day, timezone.localdate())


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
    untold = [name for name in _ASKED if account is not None and not account.get(name)]
    return [words[name] for name in (*untold, *incident.missing)]


def unwritten(cover: CoverSheet | None) -> list[str]:
    """What nobody has written on the cover sheet yet, in words."""
    written = {
        gettext("the situation"): cover and cover.situation,
        gettext("a summary"): cover and cover.summary,
        gettext("the languages of the material"): cover and cover.languages,
    }
    return [words for words, is_there in written.items() if not is_there]
