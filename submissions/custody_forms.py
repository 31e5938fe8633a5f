"""Where an exhibit was before it came here: how it was collected, and each step since (V5).

All of it is sealed, and all but one answer is optional: a field office knows what it knows.
"""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.answers import Collected, Step
from submissions.custody_told import COLLECTED, STEP
from submissions.name_check import KnownNames, NameCheckedForm
from submissions.vocabularies import CustodyEventType

_HINTS: dict[str, Any] = {
    "collector": _("A code or a role, no name."),
    "tool": _("With its version, such as “Samsung A52, Android 13” or “Hunchly 2.5”."),
    "quantity": _("Such as “1 of 3 notebooks” or “48 pages”."),
    "marks": _("A serial number, a label, a damage."),
    "root": _("Its number here or in your own register, such as “Exhibit 4” or “HD-2024-07”."),
    "from_whom": _("A code or a role, no name."),
    "to_whom": _("A code or a role, no name."),
    "witness": _("A code or a role, no name."),
    "method": _("By hand, by post, by an encrypted disk, by a link."),
}
_WHEN = _("Date, time and time zone as exactly as you know them: “2024-03-28 14:05, UTC+2”.")
_WHERE = _("As exactly as it is safe to say; coordinates if you have them.")
_LONG = ("reason", "condition", "note", "change")


def _words(label: Any, name: str) -> forms.CharField:
    hint = {"when": _WHEN, "place": _WHERE}.get(name, _HINTS.get(name, ""))
    widget: forms.Widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    if name in _LONG:
        widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=2000 if name in _LONG else 300,
        required=False,
        widget=widget,
    )


class CollectedForm(NameCheckedForm):
    """How it was collected."""

    def __init__(self, posted: Any, *, known: Collected, names: KnownNames) -> None:
        super().__init__(posted, initial=asdict(known), names=names)
        self.fields |= {name: _words(label, name) for name, label in COLLECTED.items()}

    @property
    def collected(self) -> Collected:
        """For the action."""
        return Collected(**self.cleaned_data)


class StepForm(NameCheckedForm):
    """One thing that happened to an exhibit before it came here."""

    MORE = ("purpose", "authority", "method", "before", "after", "change", "witness")

    what = forms.ChoiceField(
        label=_("What happened?"),
        choices=[("", _("Choose")), *CustodyEventType.choices],
        error_messages={"required": _("Choose what happened.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: _words(label, name) for name, label in STEP.items()}

    def first(self) -> list[forms.BoundField]:
        """What is asked of every step."""
        return [field for field in self if field.name not in self.MORE]

    def more(self) -> list[forms.BoundField]:
        """What few can say; shown on request."""
        return [field for field in self if field.name in self.MORE]

    @property
    def has_more(self) -> bool:
        """Something of it was typed, so it must be seen."""
        return any(field.value() for field in self.more())

    @property
    def step(self) -> Step:
        """For the action."""
        return Step(**self.cleaned_data)
