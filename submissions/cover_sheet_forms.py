"""The form of the cover sheet: what a recipient reads first."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from impna.widgets import RadioSelect
from submissions.actions.cover_sheets import Sheet
from submissions.incident_forms import (
    OpenChoice,
    OpenText,
    UnmarkedInput,
    UnmarkedRadio,
    long_text,
)
from submissions.models import CoverSheet
from submissions.name_check import NameCheckedForm
from submissions.vocabularies import Recognisable


class LanguagesField(OpenText):
    """Names of languages with commas between them, in any script's comma."""

    most, longest = 20, 40
    too_many: Any = _("Name up to %(most)d languages, with commas between them.")

    def clean(self, value: Any) -> Any:
        """A list without repetitions."""
        text = str(super().clean(value))
        for comma in "،、;\n":
            text = text.replace(comma, ",")
        found = list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))
        if len(found) > self.most or any(len(word) > self.longest for word in found):
            raise ValidationError(
                self.too_many, params={"most": self.most, "longest": self.longest}
            )
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """As it is typed."""
        return super().has_changed(self.prepare_value(initial), data)

    def prepare_value(self, value: Any) -> Any:
        """The list as it is typed."""
        return ", ".join(value) if isinstance(value, list) else value


_SOMEONE: dict[Any, Any] = {
    Recognisable.SOMEONE: _("Say then under “Who can be recognised” who they are."),
}


class CoverSheetForm(NameCheckedForm):
    """What a recipient reads first."""

    situation = forms.CharField(
        label=_("Situation"),
        max_length=200,
        help_text=_(
            "In a few words, such as “Attacks on health care in the north”. Readable in clear: the "
            "lists of recipients show it. No names of persons, no exact place."
        ),
        error_messages={"required": _("Say in a few words which situation this is about.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    summary = long_text(
        _("Summary"),
        _("Encrypted. What a recipient should know before opening anything, without names."),
        rows=8,
    )
    languages = LanguagesField(
        label=_("Languages of the material"),
        max_length=1000,
        help_text=_("With commas between them, such as “Arabic, French”. Readable in clear."),
        widget=UnmarkedInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    working_language = forms.ChoiceField(
        label=_("In which language is this sheet written?"),
        choices=[("en", _("English")), ("fr", _("French")), ("other", _("Another one"))],
        widget=RadioSelect(),
        error_messages={"required": _("Choose the language of this sheet.")},
    )
    recognisable = OpenChoice(
        label=_("Can someone be recognised in what is written?"),
        help_text=_(
            "In this sheet, the summary or the incidents: also without a name, by place, work or "
            "family."
        ),
        choices=[(one.value, one.label) for one in (Recognisable.NOBODY, Recognisable.SOMEONE)],
        widget=UnmarkedRadio(hints=_SOMEONE),
    )
    needs_translation = forms.BooleanField(
        label=_("It needs translation before the recipients can read it"), required=False
    )

    @property
    def sheet(self) -> Sheet:
        """For the action."""
        given = self.cleaned_data
        return Sheet(**given | {"recognisable": given["recognisable"] or Recognisable.UNANSWERED})


def unwritten(cover: CoverSheet | None) -> list[str]:
    """What nobody has written on the cover sheet yet, in words."""
    written = {
        gettext("the situation"): cover and cover.situation,
        gettext("a summary"): cover and cover.summary,
        gettext("the languages of the material"): cover and cover.languages,
        gettext("whether someone can be recognised in it"): cover
        and cover.recognisable != Recognisable.UNANSWERED,
    }
    return [words for words, is_there in written.items() if not is_there]
