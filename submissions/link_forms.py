"""Who can be recognised where, and on what basis: one form for one or for many."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from impna.widgets import RadioSelect
from submissions.consent_vocabularies import Basis, NotRequired
from submissions.incident_forms import long_text
from submissions.links import MOST_PEOPLE, LinkDetails, numbers_in, ranges_of
from submissions.models import Link, Person
from submissions.name_check import NameCheckedForm

UNKNOWN = "unknown"
_BASES: dict[Any, Any] = {
    Basis.ASKED: _("Whoever told you something, or whose account, body or home it shows."),
    Basis.NOT_REQUIRED: _("Alleged perpetrators, officials acting as such, public sources."),
    Basis.NOT_REACHABLE: _("Your organisation decides on the risk; an approver signs it."),
    Basis.DECEASED: _("Your organisation decides on the risk, for the family too; it is signed."),
}


class NumbersField(forms.CharField):
    """Numbers of exhibits as people type them; a list of numbers."""

    def clean(self, value: Any) -> Any:
        """“1-3, 7” is [1, 2, 3, 7]."""
        found = numbers_in(str(super().clean(value)))
        if found is None:
            raise ValidationError(_("Type numbers of exhibits, such as 1-12, 15."))
        return found


class LinkForm(NameCheckedForm):
    """Who, on what basis, where."""

    who = forms.ChoiceField(
        label=_("Who can be recognised?"),
        error_messages={"required": _("Choose who it is.")},
    )
    fewest = forms.IntegerField(
        label=_("If nobody knows them: at least how many?"),
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
    )
    most = forms.IntegerField(
        label=_("At most how many?"), required=False, min_value=1, max_value=MOST_PEOPLE
    )
    describe = forms.CharField(
        label=_("Who are they, in a few words?"),
        help_text=_("Such as “passers-by in a public square”. Encrypted. No names."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    basis = forms.ChoiceField(
        label=_("Were they asked?"),
        choices=Basis,
        widget=RadioSelect(hints=_BASES),
        error_messages={"required": _("Choose on what basis they are given.")},
    )
    why = forms.ChoiceField(
        label=_("If they need not be asked: why?"),
        choices=[("", _("Not chosen")), *NotRequired.choices],
        required=False,
    )
    reason = long_text(
        _("If your organisation decides: why is it right to give it all the same?"),
        _("Which harm could come to them or their family, and what weighs more. Encrypted."),
        rows=3,
        optional=True,
    )
    numbers = NumbersField(
        label=_("In which exhibits?"),
        help_text=_("Numbers, such as 1-12, 15. One answer serves for all of them."),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "inputmode": "text"}),
    )
    in_words = forms.BooleanField(
        label=_("In what is written: the cover sheet, the summary or the incidents"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[Person],
        present: Iterable[int],
        link: Link | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._people = {person.code: person for person in people}
        self._present, self._link = set(present), link
        if link is not None:
            for name in ("who", "fewest", "most"):
                del self.fields[name]
            if link.person is not None:
                del self.fields["describe"]
            return
        field: Any = self.fields["who"]
        field.choices = [
            ("", _("Choose")),
            *((code, code) for code in self._people),
            (UNKNOWN, _("People nobody knows by name")),
        ]

    @staticmethod
    def start(link: Link, details: LinkDetails, numbers: Iterable[int]) -> dict[str, Any]:
        """What was said so far."""
        return {
            "describe": details.who,
            "basis": link.basis,
            "why": details.why,
            "reason": details.reason,
            "numbers": ranges_of(numbers).replace("–", "-"),
            "in_words": link.in_words,
        }

    def clean(self) -> dict[str, Any]:
        """Each basis with what it asks for; somewhere at least."""
        given: dict[str, Any] = super().clean() or {}
        unknown = (
            self._link.person is None if self._link is not None else given.get("who") == UNKNOWN
        )
        basis = given.get("basis")
        if unknown and self._link is None:
            if given.get("fewest") is None and "fewest" not in self.errors:
                self.add_error("fewest", _("Say at least how many; one is enough."))
            given["most"] = given.get("most") or given.get("fewest")
            if given.get("fewest") and given["most"] < given["fewest"]:
                self.add_error("most", _("This is less than “at least”."))
        if unknown and basis == Basis.ASKED:
            words = _("Whoever was asked has a code. Add them to the people first.")
            self.add_error("basis", words)
        if basis == Basis.NOT_REQUIRED and not given.get("why"):
            self.add_error("why", _("Say why they need not be asked."))
        if basis in Basis.signed() and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why it is right to give it all the same."))
        if "numbers" not in self.errors:
            wrong = sorted(set(given.get("numbers") or ()) - self._present)
            if wrong:
                words = _("There is no exhibit %(number)d.")
                self.add_error("numbers", ValidationError(words, params={"number": wrong[0]}))
            elif not given.get("numbers") and not given.get("in_words"):
                self.add_error("numbers", _("Say where they can be recognised."))
        return given

    @property
    def person(self) -> Person | None:
        """Somebody by code."""
        return self._people.get(self.cleaned_data["who"])

    @property
    def people(self) -> tuple[int, int] | None:
        """How many nobody knows."""
        if self.person is not None:
            return None
        return self.cleaned_data["fewest"], self.cleaned_data["most"]

    @property
    def details(self) -> LinkDetails:
        """For the action: only what the chosen basis asks."""
        given = self.cleaned_data
        return LinkDetails(
            who=given.get("describe", ""),
            why=given["why"] if given["basis"] == Basis.NOT_REQUIRED else "",
            reason=given["reason"],
        )
