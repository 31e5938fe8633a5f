"""To whom nothing is ever given, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from impna.widgets import RadioSelect
from partners.models import Partner
from submissions.countries import NAMES


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=1000,
        help_text=_("It stays in your organisation’s history. Write no names of persons."),
        error_messages={"required": _("Say why.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class ExcludeForm(forms.Form):
    """One State, or one authority or mechanism."""

    what = forms.ChoiceField(
        label=_("Never to whom?"),
        choices=[
            ("state", _("All authorities of a State")),
            ("body", _("One authority or mechanism")),
        ],
        widget=RadioSelect(),
        error_messages={"required": _("Choose one of the two.")},
    )
    state = forms.ChoiceField(label=_("If a State: which?"), required=False)
    partner = forms.ChoiceField(label=_("If one authority or mechanism: which?"), required=False)
    reason = _reason(_("Why?"))

    def __init__(self, *args: Any, receiving: list[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._receiving = {partner.reference: partner for partner in receiving}
        states: Any = self.fields["state"]
        by_name = sorted(NAMES.items(), key=lambda item: str(item[1]))
        states.choices = [("", _("Not chosen yet")), *by_name]
        partners: Any = self.fields["partner"]
        partners.choices = [
            ("", _("Not chosen yet")),
            *((reference, one.name) for reference, one in self._receiving.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """One or the other."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("what") == "state":
            cleaned["partner"] = ""
            if "state" in cleaned and not cleaned["state"]:
                self.add_error("state", _("Choose the State."))
        elif cleaned.get("what") == "body":
            cleaned["state"] = ""
            if "partner" in cleaned and not cleaned["partner"]:
                self.add_error("partner", _("Choose the authority or mechanism."))
        return cleaned

    @property
    def body(self) -> Partner | None:
        """For the action."""
        return self._receiving.get(self.cleaned_data["partner"])


class LiftForm(forms.Form):
    """Why something may go there again."""

    reason = _reason(_("Why is it lifted?"))
