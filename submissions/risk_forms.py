"""One risk on one page."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, DateInput, RadioSelect
from submissions.incident_forms import long_text
from submissions.models.persons import CODE
from submissions.name_check import NameCheckedForm
from submissions.risks import MOST_DAYS, AtRisk, Level, RiskDetails, ThreatFrom


def _day(value: date) -> None:
    today = timezone.localdate()
    if not today < value <= today + timedelta(days=MOST_DAYS):
        raise ValidationError(
            _("Choose a day after today, within %(days)d days."), params={"days": MOST_DAYS}
        )


class RiskForm(NameCheckedForm):
    """Who could be harmed, by whom, how, and what is done about it."""

    to = forms.MultipleChoiceField(
        label=_("Who could be harmed?"),
        help_text=_("Staff, interpreters, drivers and families count."),
        choices=AtRisk,
        widget=CheckboxSelectMultiple(),
        error_messages={"required": _("Choose who could be harmed.")},
    )
    people = forms.CharField(
        label=_("If somebody of this submission: which codes?"),
        help_text=_("With commas between them, such as W-03, V-01. Never a name."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
    threats = forms.MultipleChoiceField(
        label=_("Where would it come from?"),
        choices=ThreatFrom,
        required=False,
        widget=CheckboxSelectMultiple(),
    )
    what = forms.CharField(
        label=_("What could happen, and what brings it closer?"),
        help_text=_("Encrypted. Write no names. Safety comes before the case."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Say what could happen.")},
    )
    likelihood = forms.ChoiceField(
        label=_("How likely is it?"),
        choices=Level,
        widget=RadioSelect(),
        error_messages={"required": _("Choose how likely it is.")},
    )
    impact = forms.ChoiceField(
        label=_("How bad would it be?"),
        choices=Level,
        widget=RadioSelect(),
        error_messages={"required": _("Choose how bad it would be.")},
    )
    done = long_text(
        _("What do you do about it?"),
        _("What makes it less likely or less bad, and who sees to it."),
        optional=True,
    )
    review_on = forms.DateField(
        label=_("When do you look at it again?"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=DateInput(),
        validators=[_day],
        error_messages={
            "required": _("Choose the day on which you look at it again."),
            "invalid": _("Type a date as year, month and day, such as 2024-03-28."),
        },
    )

    def clean_people(self) -> list[str]:
        """Codes as persons have them."""
        found = [code for code in re.split(r"[\s,;]+", self.cleaned_data["people"].upper()) if code]
        wrong = [code for code in found if not re.fullmatch(CODE, code)]
        if wrong:
            words = _("“%(code)s” is no code such as W-03.")
            raise ValidationError(words, params={"code": wrong[0]})
        return list(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        """Somebody by code is named by their code."""
        cleaned: dict[str, Any] = super().clean() or {}
        by_code = AtRisk.PERSON in cleaned.get("to", [])
        if by_code and "people" in cleaned and not cleaned["people"]:
            self.add_error("people", _("Type the code of whoever could be harmed."))
        if not by_code:
            cleaned["people"] = []
        return cleaned

    @staticmethod
    def start(known: RiskDetails, review_on: date) -> dict[str, Any]:
        """What was said so far. When to look again is chosen anew once its day has come."""
        said = {name: getattr(known, name) for name in RiskDetails.__dataclass_fields__}
        ahead = review_on if review_on > timezone.localdate() else None
        return said | {"people": ", ".join(known.people), "review_on": ahead}

    @property
    def details(self) -> RiskDetails:
        """For the action."""
        given = self.cleaned_data
        return RiskDetails(**{name: given[name] for name in RiskDetails.__dataclass_fields__})
