"""Forms about one person: heard before, who they are here, their parts in incidents, support."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, RadioSelect
from submissions.countries import CODES as STATES
from submissions.cover_sheet_forms import LanguagesField
from submissions.incident_forms import (
    OpenChoice,
    OpenChoices,
    OpenText,
    UnmarkedInput,
    UnmarkedRadio,
    UnmarkedSelect,
    long_text,
)
from submissions.models import Incident
from submissions.models.persons import CODE
from submissions.name_check import NameCheckedForm
from submissions.person_vocabularies import (
    HeardBefore,
    Involvement,
    ModeOfLiability,
    OneOrUnit,
    OwnAccount,
    PerpetratorType,
    PersonCategory,
    PersonRole,
    Sex,
    SourceConnection,
    SupportAnswer,
    SupportKind,
    VictimStatus,
    Vulnerability,
)
from submissions.persons import (
    ASKED,
    PERPETRATOR,
    VICTIM,
    WITNESS,
    PartDetails,
    PersonDetails,
    next_codes,
)
from submissions.persons_told import INTERVIEWS, PART
from submissions.vocabularies import BasisOfKnowledge

_HEARD: dict[Any, Any] = {
    HeardBefore.YES: _("Then refer them: do not interview them again."),
    HeardBefore.UNKNOWN: _("Ask before you take an account."),
}
_CATEGORIES: dict[Any, Any] = {
    PersonCategory.INFORMANT: _("Knows something of use, and saw or suffered nothing."),
    PersonCategory.CONTACT: _("Of somebody who is suspected or convicted."),
}
ROLES: dict[Any, Any] = {
    PersonRole.SOURCE: _("Gave you the information."),
    PersonRole.WITNESS: _("Saw or heard it."),
    PersonRole.PERPETRATOR: _("Is said to have done it, ordered it or let it happen."),
    PersonRole.INTERVENING: _("Stepped in, or tried to."),
    PersonRole.INSIDER: _("Belonged to those who are said to have done it."),
    PersonRole.INTERMEDIARY: _("Brought you and somebody together."),
}
_UNITS: dict[Any, Any] = {
    OneOrUnit.UNIT: _(
        "Such as a battalion, a police post, a group of people nobody can tell apart."
    ),
}


class StatesField(LanguagesField):
    """States by two letters, with commas between them."""

    most, longest = 20, 20
    too_many: Any = _("Type up to %(most)d States with commas between them.")

    def clean(self, value: Any) -> Any:
        """Capital letters that name countries."""
        found = list(dict.fromkeys(code.upper() for code in super().clean(value)))
        for code in found:
            if code not in STATES:
                words = _("“%(code)s” names no State. Type two letters each, such as UA, SD.")
                raise ValidationError(words, params={"code": code})
        return found


class CodeField(forms.CharField):
    """A pseudonym as people type it: small letters, spaces, other hyphens and digits."""

    def clean(self, value: Any) -> str:
        """As it is kept; a name cannot be. Nothing stays nothing where that is allowed."""
        typed = unicodedata.normalize("NFKC", str(super().clean(value)))
        text = re.sub(r"\s*[-‐‑‒–—−_]\s*", "-", typed).strip().upper()
        text = re.sub(r"\d", lambda digit: str(int(digit[0])), text)
        if not text:
            return ""
        if not re.fullmatch(CODE, text):
            raise ValidationError(
                _(
                    "A code is one to three capital letters, a hyphen and up to four digits, such "
                    "as W-03. Never a name."
                )
            )
        return text


def _line(label: Any, hint: Any = "", *, most: int = 60) -> forms.CharField:
    return OpenText(
        label=label,
        help_text=hint,
        max_length=most,
        widget=UnmarkedInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


def several(
    label: Any, choices: Any, hint: Any = "", hints: dict[Any, Any] | None = None
) -> forms.MultipleChoiceField:
    return OpenChoices(
        label=label,
        help_text=hint,
        choices=choices,
        widget=CheckboxSelectMultiple(hints=hints),
    )


def _one_of(label: Any, choices: Any, hint: Any = "") -> forms.ChoiceField:
    return OpenChoice(
        label=label,
        help_text=hint,
        choices=[("", _("Not said")), *choices],
        widget=UnmarkedSelect,
    )


def _article(mode: ModeOfLiability) -> str:
    return mode.with_article


class HeardForm(NameCheckedForm):
    """The first question of all: whoever was heard is not asked again."""

    heard = OpenChoice(
        label=_("Has this person already given an account to anyone?"),
        choices=HeardBefore,
        widget=UnmarkedRadio(hints=_HEARD),
    )
    heard_words = long_text(
        _("To whom, when, and recorded how?"),
        _(
            "Which organisation or authority, roughly when, and whether in sound, picture or writing."
        ),
        rows=3,
        optional=True,
    )

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        return {name: self.cleaned_data[name] for name in ("heard", "heard_words")}


class NewPersonForm(HeardForm):
    """The same of somebody new, who gets a code with it."""

    code = CodeField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Give this person a code, such as W-03. Never a name.")},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, used: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._used = set(used)
        free = next_codes(self._used)
        self.fields["code"].help_text = format_lazy(
            _(
                "Readable in clear for your organisation. Next free: {witness} for a witness or "
                "source, {victim} for a victim, {perpetrator} for an alleged perpetrator. A code "
                "of your own is as good: the one your list and your exhibits use."
            ),
            witness=free[WITNESS],
            victim=free[VICTIM],
            perpetrator=free[PERPETRATOR],
        )

    def clean_code(self) -> str:
        """Nobody of this submission has it, or had it."""
        code: str = self.cleaned_data["code"]
        if code in self._used:
            words = _("%(code)s is used already. A code is never used for somebody else.")
            raise ValidationError(words, params={"code": code})
        return code


class WhoForm(forms.Form):
    """Who they are here: as little as serves the case and their safety."""

    categories = several(
        _("What are they in this case?"),
        PersonCategory,
        _("Choose all that fits: somebody may be victim and suspect."),
        _CATEGORIES,
    )
    vulnerabilities = several(
        _("What should whoever meets them know?"),
        Vulnerability,
        _("Only what you know and what matters for how they are met. Never ask in order to tick."),
    )
    sex = OpenChoice(label=_("Sex"), choices=Sex, widget=UnmarkedRadio)
    gender = _line(_("Gender, in their own words"), _("Only if they said it and want it said."))
    age_then = _line(_("Age when it happened"), _("A number, or “unknown”."), most=30)
    age_now = _line(_("Age now"), _("A number, or “unknown”."), most=30)

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        return self.cleaned_data


class CareForm(NameCheckedForm):
    """Asked of a child only."""

    best_interest = long_text(
        _("What is in this child’s best interest, and who says so?"),
        _("Who looks after the child, who was asked, and why it is right to write anything down."),
        rows=5,
        optional=True,
    )

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        return self.cleaned_data


class OwnAccountForm(NameCheckedForm):
    """Whether the organisation takes an account itself, and what it adds."""

    own_account = OpenChoice(
        label=_("Do you take an account of this person yourselves?"),
        choices=OwnAccount,
        widget=UnmarkedRadio,
    )
    account_adds = long_text(
        _("What does this add, and which other sources are there?"),
        _("If a document, a picture or somebody heard already says the same, do not ask for it."),
    )
    account_why = long_text(
        _("Why is it right to take it from this person all the same?"),
        _("Who weighed it, who is trained for it, and who stays with the person afterwards."),
    )

    def __init__(self, *args: Any, known: PersonDetails, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": known.as_json()})
        if not known.is_vulnerable:
            del self.fields["account_why"]

    def clean(self) -> dict[str, Any]:
        """An account is taken for a reason that is written down."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("own_account") == OwnAccount.TAKEN:
            for name in ("account_adds", "account_why"):
                if name in self.fields and not given.get(name):
                    self.add_error(name, _("Write this down before you ask anything."))
        return given

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        return self.cleaned_data


class SupportForm(NameCheckedForm):
    """What help there was, and who heard them."""

    support_note = long_text(
        _("What else should be known about support?"),
        _("From whom, when, and whether before or after an account."),
        rows=3,
        optional=True,
    )
    note = long_text(_("Anything else about this person"), rows=3, optional=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {
            f"support_{kind}": _one_of(kind.label, SupportAnswer.choices) for kind in SupportKind
        }
        heard = {name: _line(label) for name, label in INTERVIEWS.items()}
        last = self.fields.pop("note")
        self.fields = {**asked, **self.fields, **heard, "note": last}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Heading and fields, for the page."""
        names = list(self.fields)
        heard = names.index(next(iter(INTERVIEWS)))
        cuts = (
            (_("Support"), names[:heard]),
            (_("Interviewer and interpreter"), names[heard:-1]),
            ("", names[-1:]),
        )
        return [
            {"heading": heading, "fields": [self[name] for name in part]} for heading, part in cuts
        ]

    @staticmethod
    def start(known: dict[str, Any]) -> dict[str, Any]:
        """What was said so far."""
        said = {f"support_{kind}": answer for kind, answer in known["support"].items()}
        return {**known, **said}

    @property
    def answers(self) -> dict[str, Any]:
        """For the action."""
        given = self.cleaned_data
        support = {str(kind): given[f"support_{kind}"] for kind in SupportKind}
        others = {name: answer for name, answer in given.items() if name not in _kinds_of_support()}
        return {**others, "support": {kind: said for kind, said in support.items() if said}}


def _kinds_of_support() -> set[str]:
    return {f"support_{kind}" for kind in SupportKind}


class JoinForm(forms.Form):
    """In which incident, as what."""

    incident = forms.ChoiceField(
        label=_("In which incident?"),
        error_messages={"required": _("Choose the incident.")},
        widget=UnmarkedSelect,
    )
    role = forms.ChoiceField(
        label=_("What were they in it?"),
        choices=PersonRole,
        widget=RadioSelect(hints=ROLES),
        error_messages={"required": _("Choose what they were in it.")},
    )

    def __init__(self, *args: Any, told: Iterable[tuple[Incident, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["incident"]
        field.choices = [
            ("", _("Choose")),
            *(
                (one.reference, f"{one}: {heading}" if heading else str(one))
                for one, heading in told
            ),
        ]


class PartForm(NameCheckedForm):
    """What is asked of a part, by its role."""

    statuses = several(PART["statuses"][0], VictimStatus, _("In this incident."))
    unit = OpenChoice(
        label=_("Is this one person or a unit?"),
        choices=OneOrUnit,
        widget=UnmarkedRadio(hints=_UNITS),
    )
    kind = _one_of(PART["kind"][0], PerpetratorType.choices)
    rank = _line(PART["rank"][0], most=200)
    chain = long_text(
        PART["chain"][0],
        _("Which unit, under whom, who gave orders; and how you know. Codes instead of names."),
        rows=3,
        optional=True,
    )
    states = StatesField(
        label=PART["states"][0],
        help_text=_("Two letters each with commas between them, such as UA, SD."),
        max_length=400,
        widget=UnmarkedInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
    )
    degree = _one_of(PART["degree"][0], Involvement.choices)
    modes = several(
        PART["modes"][0],
        [(mode.value, lazy(_article, str)(mode)) for mode in ModeOfLiability],
        _("Only if you want to suggest it. Whoever receives it judges the law."),
    )
    connection = _one_of(PART["connection"][0], SourceConnection.choices)
    basis = several(
        PART["basis"][0],
        BasisOfKnowledge,
        _("Keep apart what they saw, what they heard from others and what they conclude."),
    )
    note = long_text(
        PART["note"][0],
        _("What else belongs to this part. Codes instead of names."),
        rows=3,
        optional=True,
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [*ASKED.get(role, ()), "note"]
        self.fields = {name: self.fields[name] for name in asked}

    @staticmethod
    def start(known: PartDetails) -> dict[str, Any]:
        """What was said so far."""
        return known.as_json()

    @property
    def answers(self) -> dict[str, Any]:
        """For the action: only what this role is asked."""
        return self.cleaned_data
