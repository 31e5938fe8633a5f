"""Forms of two people who open something together."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import ItemsForm
from impna.widgets import RadioSelect

_CHOOSE = _("Choose one.")
_ANSWERS: dict[Any, Any] = {
    "yes": _("You both can open it for 24 hours. Each opening has its own reason."),
    "no": _("It stays closed. Your colleague learns that you did not agree."),
}


class AskSecondForm(ItemsForm):
    """Which exhibits, whom, and why."""

    colleague = forms.ChoiceField(
        label=_("Whom you ask"), widget=RadioSelect(), error_messages={"required": _CHOOSE}
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("Your colleague reads it. It stays inside the unit, encrypted."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Say why it is to be opened.")},
    )

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleague: Any = self.fields["colleague"]
        colleague.choices = list(people)


class AnswerSecondForm(ItemsForm):
    """Whether one agrees, for some or all that one was asked."""

    agreed = forms.ChoiceField(
        label=_("Do you agree that it is opened?"),
        choices=[("yes", _("I agree")), ("no", _("I do not agree"))],
        widget=RadioSelect(hints=_ANSWERS),
        error_messages={"required": _CHOOSE},
    )
