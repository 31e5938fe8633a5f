"""The form by which an identity is entered. It always begins empty: nobody is shown what is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.identities import IdentityDetails


def _lines(label: Any, hint: Any, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(
        attrs={"rows": rows, "dir": "auto", "autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=5000, widget=widget
    )


class IdentityForm(forms.Form):
    """Who somebody is, and how to reach them safely."""

    names = _lines(
        _("Names"),
        _("Each spelling on a line of its own, in every script in which you know it."),
    )
    contacts = _lines(
        _("How to reach them"), _("Telephone numbers, e-mail addresses, accounts, a person.")
    )
    safe = _lines(
        _("What is safe when reaching them"),
        _("Which way, at what time, what must never be said or left, who else sees it."),
    )
    address = _lines(_("Exact address"), "", rows=2)
    born = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=60,
        help_text=_("As far as you know it, such as 1984 or 12 March 1984."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    documents = _lines(_("Documents"), _("Kind and number, such as of a passport."), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.fields["names"]
        names.required = True
        names.error_messages["required"] = _("Write at least one name.")

    @property
    def details(self) -> IdentityDetails:
        """For the action."""
        given = dict(self.cleaned_data)
        names = [line.strip() for line in given.pop("names").splitlines()]
        return IdentityDetails(names=[name for name in names if name], **given)
