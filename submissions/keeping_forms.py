"""Forms of a data-protection lead: holds, erasing, reviews."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from impna.widgets import DateInput, RadioSelect
from submissions.keeping import HoldBasis, last_review_day
from submissions.models import Exhibit, Submission
from submissions.name_check import NameCheckedForm

WHOLE = "whole"
NEVER_NAMES = _("It stays in your organisation’s history. Write no names of persons.")


def _review_day(value: date) -> None:
    if not timezone.localdate() < value <= last_review_day():
        raise ValidationError(_("Choose a day after today, within three years."))


def review_field(label: Any) -> forms.DateField:
    """The day of the next look."""
    return forms.DateField(
        label=label,
        help_text=_("Within three years. It stands on the lead’s desk two weeks before."),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=DateInput(),
        validators=[_review_day],
        error_messages={
            "required": _("Choose the day on which you look at it again."),
            "invalid": _("Type a date as year, month and day, such as 2024-03-28."),
        },
    )


class EraseForm(NameCheckedForm):
    """Why, and that it is meant."""

    reason = forms.CharField(
        label=_("Why is it erased?"),
        help_text=NEVER_NAMES,
        max_length=1000,
        error_messages={"required": _("Say why it is erased.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    sure = forms.BooleanField(
        label=_("I erase it for my organisation and know that nobody can bring it back"),
        error_messages={"required": _("Tick this to erase it, or cancel.")},
    )


class HoldReviewForm(NameCheckedForm):
    """Why it is kept, and until when."""

    words = forms.CharField(
        label=_("Why is it kept? Who asked, for which proceedings or duty?"),
        help_text=_("Encrypted. Enough that a colleague understands it in three years."),
        max_length=10_000,
        error_messages={"required": _("Say why it is kept.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    review_on = review_field(_("When do you look at it again?"))

    @staticmethod
    def start(words: str, review_on: date) -> dict[str, Any]:
        """What was said so far. The next day is chosen anew once it has come."""
        ahead = review_on if review_on > timezone.localdate() else None
        return {"words": words, "review_on": ahead}


class ReviewForm(NameCheckedForm):
    """Why what was handed over is kept, and until when."""

    reason = forms.CharField(
        label=_("Why is it kept?"),
        help_text=NEVER_NAMES,
        max_length=1000,
        error_messages={"required": _("Say why it is kept.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    next_on = review_field(_("When do you look at it again?"))


class HoldForm(HoldReviewForm):
    """A new hold: on what, on which basis."""

    field_order = ("on", "basis", "words", "review_on")
    on = forms.ChoiceField(label=_("What may not be erased?"), choices=())
    basis = forms.ChoiceField(
        label=_("On which basis?"),
        choices=HoldBasis,
        widget=RadioSelect(),
        error_messages={"required": _("Choose the basis.")},
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = submission.exhibits.present().only("number").order_by("number")
        self._exhibits: dict[str, Exhibit] = {str(one.number): one for one in found}
        field = self.fields["on"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (WHOLE, _now("The whole submission")),
            *((number, str(one)) for number, one in self._exhibits.items()),
        ]

    @property
    def exhibit(self) -> Exhibit | None:
        """The chosen one; None for the whole."""
        return self._exhibits.get(self.cleaned_data["on"])
