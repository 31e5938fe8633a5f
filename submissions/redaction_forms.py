"""The places to black out, a row for each: a page, and where on it in per cent."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from impna.errors import Sentence
from submissions.models.redactions import MOST_MARKS

PARTS: dict[str, Any] = {
    "page": gettext_lazy("Page"),
    "left": gettext_lazy("From the left, %"),
    "top": gettext_lazy("From the top, %"),
    "width": gettext_lazy("Width, %"),
    "height": gettext_lazy("Height, %"),
}
ROWS = 5
_HUNDREDTHS = 100


class PlacesForm(forms.Form):
    """As many rows as were asked for; those left empty are no places."""

    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_MARKS)

    def __init__(self, data: Any = None, *, pages: int, rows: int = ROWS) -> None:
        super().__init__(data, initial={"rows": rows})
        self._pages, self.numbers = pages, [str(number) for number in range(1, rows + 1)]
        for number in self.numbers:
            self.fields.update(_fields(number, pages))

    @classmethod
    def asked(cls, data: Any, *, pages: int) -> "PlacesForm":
        """With the rows of a form that was sent; five more when that was asked for."""
        sent = data.get("rows", "")
        rows = min(int(sent), MOST_MARKS) if sent.isascii() and sent.isdigit() else ROWS
        if "more" not in data:
            return cls(data, pages=pages, rows=rows)
        rows = min(rows + ROWS, MOST_MARKS)
        form = cls(pages=pages, rows=rows)
        form.initial.update({name: data[name] for name in form.fields if name in data}, rows=rows)
        return form

    @classmethod
    def blank(cls, *, pages: int) -> list[tuple[Sentence, forms.BoundField]]:
        """A row for the page's script to copy."""
        form = cls(pages=pages, rows=0)
        form.fields.update(_fields("N", pages))
        return form.row("N")

    def row(self, number: str) -> list[tuple[Sentence, forms.BoundField]]:
        """The fields of one place, each with what it asks for."""
        return [(words, self[f"{part}-{number}"]) for part, words in PARTS.items()]

    def places(self) -> list[tuple[str, list[tuple[Sentence, forms.BoundField]]]]:
        """Every row with its number, for the page."""
        return [(number, self.row(number)) for number in self.numbers]

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty, lies on its page, and there is one at least."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.marks: list[list[int]] = []
        for number in self.numbers:
            names = [f"{part}-{number}" for part in PARTS]
            if all(name in cleaned for name in names):
                self._clean_row(names, [cleaned[name] for name in names])
        if not self.errors and not self.marks:
            raise ValidationError(_("Mark one place at least."))
        return cleaned

    def _clean_row(self, names: list[str], said: list[Any]) -> None:
        if all(value is None for value in said):
            return
        for name, value in zip(names, said, strict=True):
            if value is None:
                self.add_error(name, _("Say this as well, or leave the whole place empty."))
        if any(value is None for value in said):
            return
        page, left, top, width, height = said
        if left + width > 100:
            self.add_error(names[3], _("This reaches beyond the page."))
        if top + height > 100:
            self.add_error(names[4], _("This reaches beyond the page."))
        self.marks.append([page, *(int(part * _HUNDREDTHS) for part in (left, top, width, height))])


def _fields(number: str, pages: int) -> dict[str, forms.Field]:
    """Each label names its place: in the list of what to mend it stands alone."""
    label = {
        part: _("Place %(number)s: %(part)s") % {"number": number, "part": words}
        for part, words in PARTS.items()
    }
    on_page = _errors(_("Give a page from 1 to %(most)d.") % {"most": pages})
    percent = {
        "max_value": 100,
        "max_digits": 5,
        "decimal_places": 2,
        "required": False,
        "error_messages": _errors(_("Give a number up to 100, with two decimals at most.")),
    }
    made: dict[str, forms.Field] = {
        f"page-{number}": forms.IntegerField(
            label=label["page"],
            min_value=1,
            max_value=pages,
            required=False,
            error_messages=on_page,
        )
    }
    for part in ("left", "top", "width", "height"):
        least = Decimal("0.01") if part in ("width", "height") else Decimal(0)
        made[f"{part}-{number}"] = forms.DecimalField(
            label=label[part],
            min_value=least,
            **percent,  # type: ignore[arg-type]  # each by its name
        )
    return made


def _errors(sentence: str) -> dict[str, str]:
    return {"min_value": sentence, "max_value": sentence, "invalid": sentence}
