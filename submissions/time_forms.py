"""Forms for when it happened: the precision first, then the dates that it needs."""

import calendar
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from impna.widgets import DateInput, RadioSelect
from submissions.actions.incidents import When
from submissions.vocabularies import DatePrecision

EARLIEST_YEAR = 1900
_DATES: dict[Any, Any] = {
    DatePrecision.EXACT: _("Write the time of day where you tell what happened."),
    DatePrecision.BETWEEN: _("It happened on some day between them, or all the time."),
}


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


def _at_most_today(day: date) -> date:
    return min(day, timezone.localdate())
