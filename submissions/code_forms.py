"""The code that a person holds: giving one, typing it, and what its use meant."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from impna.references import read_reference
from impna.widgets import RadioSelect
from submissions.name_check import NameCheckedForm


class GiveCodeForm(forms.Form):
    """Only for somebody who asked for one."""

    asked_for = forms.BooleanField(
        label=_("This person asked for a code of their own"),
        help_text=_("You told them what it does, and that having it can endanger them."),
        error_messages={"required": _("A code is made only for somebody who asked for one.")},
    )


class UseCodeForm(forms.Form):
    """The neutral page. A code that was copied wrongly is said to be so; nothing else is."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("Letters and digits. Large or small, with or without dashes."),
        max_length=40,
        error_messages={"required": _("Type your code.")},
        widget=forms.TextInput(
            attrs={
                "dir": "ltr",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )

    def clean_code(self) -> str:
        """The thirteen characters, by their check character."""
        found = read_reference(self.cleaned_data["code"])
        if found is None:
            raise ValidationError(_("Look at it again: a character is missing or is another one."))
        return found


class CodeAnswerForm(NameCheckedForm):
    """What the organisation learnt when it spoke with them."""

    CONFIRM, PRESSURE, GO_ON = "confirm", "pressure", "go_on"
    _HINTS: dict[Any, Any] = {
        CONFIRM: _("Everything of theirs closes for every recipient, who have to answer."),
        PRESSURE: _("It stays paused, and you speak with them again in some days."),
        GO_ON: _("What they said before holds again."),
    }
    outcome = forms.ChoiceField(
        label=_("What do they want?"),
        choices=[
            (CONFIRM, _("They take it back, of their own free will")),
            (PRESSURE, _("Somebody may be pressing them")),
            (GO_ON, _("They want it to go on")),
        ],
        widget=RadioSelect(hints=_HINTS),
        error_messages={"required": _("Choose what they want.")},
    )
    words = forms.CharField(
        label=_("How did you speak with them, and what did they say?"),
        help_text=_("By the safe route that you agreed on. Encrypted. Write no names."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Say how you spoke with them, and what they said.")},
    )
