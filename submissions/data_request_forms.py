"""What a lead writes down of what somebody asks about their data."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from impna.widgets import DateInput, RadioSelect
from submissions.keeping import Outcome, RequestKind
from submissions.keeping_forms import NEVER_NAMES
from submissions.models import Person, Submission
from submissions.name_check import NameCheckedForm


def _not_ahead(value: date) -> None:
    if value > timezone.localdate():
        raise ValidationError(_("Choose today or a day before."))


class DataRequestForm(NameCheckedForm):
    """Who asked for what, and when."""

    kind = forms.ChoiceField(
        label=_("What is asked for?"),
        choices=RequestKind,
        widget=RadioSelect(),
        error_messages={"required": _("Choose what is asked for.")},
    )
    person = forms.ChoiceField(
        label=_("By whom, if you know it?"),
        help_text=_("By code. If you have not found the person here, leave it open."),
        choices=(),
        required=False,
    )
    words = forms.CharField(
        label=_("What was asked, and how did it reach you?"),
        help_text=_("Encrypted. How you made sure that it is the person belongs here too."),
        max_length=10_000,
        error_messages={"required": _("Say what was asked.")},
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    received_on = forms.DateField(
        label=_("When did you receive it?"),
        help_text=_("The month to answer begins on this day."),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=DateInput(),
        validators=[_not_ahead],
        error_messages={
            "required": _("Choose the day on which you received it."),
            "invalid": _("Type a date as year, month and day, such as 2024-03-28."),
        },
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = submission.persons.present().order_by("code")
        self._people: dict[str, Person] = {one.reference: one for one in found}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _now("Not known")),
            *((reference, one.code) for reference, one in self._people.items()),
        ]

    @property
    def given(self) -> dict[str, Any]:
        """For the action."""
        return self.cleaned_data | {"person": self._people.get(self.cleaned_data["person"])}


class AnswerRequestForm(NameCheckedForm):
    """How it ended, and why."""

    outcome = forms.ChoiceField(
        label=_("How is it answered?"),
        choices=Outcome,
        widget=RadioSelect(),
        error_messages={"required": _("Choose how it is answered.")},
    )
    reason = forms.CharField(
        label=_("What was done, or why not?"),
        help_text=NEVER_NAMES,
        max_length=1000,
        error_messages={"required": _("Say what was done, or why not.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
