"""Forms validate what was typed; actions decide and save."""

import re
from collections.abc import Collection
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from impna.widgets import RadioSelect
from partners.forms import ReasonForm
from submissions.actions.exhibits import Declared
from submissions.graphic import CHOOSE_FIRST, is_graphic
from submissions.models import Exhibit
from submissions.name_check import KnownNames, NameCheckedForm
from submissions.vocabularies import EUCI_MARKINGS, Delivery, SubmissionKind

_NO_NAMES = _(
    "For you and your colleagues. It stays readable on lists and desks: write no names of persons, "
    "no exact place and nothing that tells who gave the material."
)
_KINDS: dict[str, Any] = {
    SubmissionKind.INFORMATION: _("What you documented, for authorities that may investigate."),
    SubmissionKind.ANSWER: _("An authority or mechanism asked publicly for material."),
    "supplement": _("You choose next which one. It keeps its title."),
    SubmissionKind.COPY: _(
        "The complaint itself is filed elsewhere, by you or by others. Here it is a copy only."
    ),
}
_DELIVERIES: dict[str, Any] = {
    Delivery.DIRECT: _("You bring or send it to the authority yourself."),
    Delivery.HELD: _("It stays where it is. An authority can ask for it."),
    Delivery.ON_REQUEST: _("You hold it and decide when an authority asks."),
}


def _title() -> forms.CharField:
    return forms.CharField(
        label=_("Working title"),
        max_length=150,
        help_text=_NO_NAMES,
        error_messages={"required": _("Give it a working title.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


class BeginForm(forms.Form):
    """What is this, and what do we call it while we work on it.

    A supplement is no kind of submission but the next version of one: its answer only leads on.
    """

    SUPPLEMENT = "supplement"

    kind = forms.ChoiceField(
        label=_("What is this?"),
        choices=[
            *SubmissionKind.choices,
            (SUPPLEMENT, _("Supplement to an earlier submission")),
        ],
        widget=RadioSelect(hints=_KINDS),
        error_messages={"required": _("Choose what this is.")},
    )
    title = _title()

    def full_clean(self) -> None:
        """A supplement has a title already."""
        self.fields["title"].required = not self.is_supplement
        super().full_clean()

    @property
    def is_supplement(self) -> bool:
        """What was sent says so."""
        return self.is_bound and self.data.get(self.add_prefix("kind")) == self.SUPPLEMENT


_BEFORE_FILES: dict[Any, Any] = {
    "none": _("You looked, or you know what it is."),
    "classified": format_lazy(
        _("Marked by a State, or by the European Union: {markings}."),
        markings=", ".join(EUCI_MARKINGS),
    ),
}


class BeforeFilesForm(forms.Form):
    """Hard stops: what is never sent here is sorted out before the first file is chosen."""

    NONE = "none"

    kind = forms.ChoiceField(
        label=_("Is any of what you want to send one of these?"),
        choices=[
            (NONE, _("No, none of it is")),
            ("children", _("Yes: sexual images of children")),
            ("classified", _("Yes: classified material")),
            (
                "privileged",
                _("Yes: what a lawyer and client or a doctor and patient said in confidence"),
            ),
            ("danger", _("Yes: material that puts someone in danger if it is stored")),
            ("unsure", _("I am not sure")),
        ],
        widget=RadioSelect(hints=_BEFORE_FILES),
        error_messages={"required": _("Choose one. If you are not sure, say so.")},
    )


class CheckedReasonForm(NameCheckedForm, ReasonForm):
    """A reason that stays with what it is of, and in the custody log."""


class OpeningForm(CheckedReasonForm):
    """A reason and, for graphic content, that one chooses to open it."""

    chosen = forms.BooleanField(
        label=_("I choose to open it"), error_messages={"required": CHOOSE_FIRST}
    )

    def __init__(self, *args: Any, markers: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_graphic = is_graphic(markers)
        if not self.is_graphic:
            del self.fields["chosen"]

    @property
    def given(self) -> dict[str, Any]:
        """For the action: `reason` and `chosen`."""
        typed = self.cleaned_data
        return {"reason": typed["reason"], "chosen": typed.get("chosen", False)}


class NoteForm(NameCheckedForm):
    """What an approver asks for when sending a draft back."""

    note = forms.CharField(
        label=_("What is to be done?"),
        max_length=1000,
        help_text=_("The documenters read it on the draft. Write no names of persons."),
        error_messages={"required": _("Say what the documenters should do.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class WithdrawForm(NameCheckedForm):
    """Why, and that it is meant."""

    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        max_length=1000,
        help_text=_(
            "Recipients are told that it is withdrawn. The reason stays in your organisation’s "
            "history. Write no names of persons."
        ),
        error_messages={"required": _("Say why it is withdrawn.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    sure = forms.BooleanField(
        label=_("I withdraw it for my organisation and know that this cannot be undone"),
        error_messages={"required": _("Tick this to withdraw it, or cancel.")},
    )


class KeepForm(forms.Form):
    """What is kept after a withdrawal, and why."""

    reason = forms.CharField(
        label=_("What is kept, and why?"),
        max_length=1000,
        help_text=_(
            "It stays in your organisation’s history and is asked again in three years. "
            "Write no names of persons."
        ),
        error_messages={"required": _("Say what is kept, and why.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class TitleForm(NameCheckedForm):
    """Another working title."""

    title = _title()


class DigestField(forms.CharField):
    """A digest as people type or paste it: upper case, spaces, a program's prefix."""

    def __init__(self, *, characters: int, **kwargs: Any) -> None:
        self.characters = characters
        attrs = {
            "spellcheck": "false",
            "autocapitalize": "off",
            "autocomplete": "off",
            "dir": "ltr",
        }
        super().__init__(max_length=400, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        """Lower-case hex, or nothing."""
        typed = str(super().clean(value)).lower()
        typed = re.sub(r"^\s*sha-?(256|512)\s*[:=]?", "", typed)
        text = re.sub(r"[\s:\-\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", typed)
        if text and not re.fullmatch(rf"[0-9a-f]{{{self.characters}}}", text):
            raise ValidationError(
                _(
                    "This digest has %(wanted)d characters, each 0 to 9 or a to f; "
                    "what you typed has %(found)d."
                ),
                params={"wanted": self.characters, "found": len(text)},
            )
        return text


class SizeField(forms.CharField):
    """A number of bytes, with whatever marks people put between thousands."""

    def clean(self, value: Any) -> Any:
        """The number, or None."""
        text = re.sub(r"[\s.,'’\u066c\u00a0\u202f]", "", str(super().clean(value)))
        if not text:
            return None
        if not re.fullmatch(r"\d{1,15}", text):
            raise ValidationError(_("Type the number of bytes, as the file's properties show it."))
        return int(text)


class WithoutFileForm(NameCheckedForm):
    """Material that is described here and stays where it is."""

    delivery = forms.ChoiceField(
        label=_("How does it reach the authority?"),
        choices=[choice for choice in Delivery.choices if choice[0] != Delivery.PORTAL],
        widget=RadioSelect(hints=_DELIVERIES),
        error_messages={"required": _("Choose how it reaches the authority.")},
    )
    name = forms.CharField(
        label=_("What is it, in a few words?"),
        help_text=_("Encrypted, like everything on this page except the digests and the size."),
        max_length=200,
        error_messages={"required": _("Say in a few words what it is.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    description = forms.CharField(
        label=_("Where is it, and with whom?"),
        help_text=_("Enough that a colleague finds it again. Say too how you know of it."),
        max_length=10_000,
        error_messages={"required": _("Say where it is and with whom.")},
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    sha256 = DigestField(
        label=_("SHA-256 digest"),
        characters=64,
        required=False,
        help_text=_("If you have one: it shows later that nothing was changed. Paste it as it is."),
    )
    sha512 = DigestField(label=_("SHA-512 digest"), characters=128, required=False)
    size = SizeField(
        label=_("Size in bytes"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}),
    )

    @classmethod
    def to_correct(cls, exhibit: Exhibit, name: str, data: Any, *, names: KnownNames) -> Self:
        """The same questions about material that is described already, but for where it is."""
        initial = {
            "delivery": exhibit.delivery,
            "name": name,
            "sha256": exhibit.declared_sha256,
            "sha512": exhibit.declared_sha512,
            "size": exhibit.declared_size,
        }
        form = cls(data, initial=initial, names=names)
        del form.fields["description"]  # one of the answers: it has its place there
        return form

    @property
    def declared(self) -> Declared:
        """What was said of the bytes; after `is_valid`."""
        given = self.cleaned_data
        return Declared(given["sha256"], given["sha512"], given["size"])
