"""What a person said: six questions as they are spoken, and how they were asked (V8).

Every answer may stay open but who spoke, how and when: what was not asked opens nothing.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, DateInput, RadioSelect
from partners.models import Partner
from submissions.consent_vocabularies import (
    ANYTHING_ELSE,
    Answer,
    Capacity,
    Mode,
    Scope,
    Told,
)
from submissions.consents import ConsentDetails, Word, scopes
from submissions.incident_forms import UnmarkedRadio, long_text
from submissions.link_forms import NumbersField
from submissions.models import Consent, Exhibit, PaperForm
from submissions.name_check import NameCheckedForm
from submissions.person_forms import StatesField, _line

_YES_NO = [(Answer.GRANTED.value, _("Yes")), (Answer.REFUSED.value, _("No"))]
_SECRETARIAT: dict[Any, Any] = {
    Scope.C03: _("Only when your organisation asks it for help and shows it."),
}
_NAME: dict[Any, Any] = {
    "withheld": _("Then nothing is given in which their face, voice or name can be recognised."),
}
_COURT: dict[Any, Any] = {
    "lead": _("It helps to find other evidence and is not used itself."),
}
# What a form on paper decides; the rest differs from person to person.
ON_PAPER = (
    "keep",
    "to_states",
    "any_eu",
    "to_bodies",
    "secretariat",
    "never_states",
    "never_bodies",
    "death_penalty",
    "never_in_public",
    "name",
    "image",
    "medical",
    "court",
    "defence",
    "contact",
    "others",
    "asked_others",
    "mode",
    "told",
)
_SEALED = (
    "language",
    "interpreter",
    "explained_by",
    "told",
    "for_them",
    "safe_route",
    "fallback",
    "never_person",
    "note",
)


def _yes_no(label: Any, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=hint, choices=_YES_NO, required=False, widget=UnmarkedRadio()
    )


def _day(label: Any, hint: Any = "", *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=DateInput(),
        error_messages={
            "required": _("Choose the day on which they were asked."),
            "invalid": _("Type a date as year, month and day, such as 2024-03-28."),
        },
    )


class AnswersForm(forms.Form):
    """The six questions."""

    keep = _yes_no(_("May we keep what you said or gave us?"))
    any_eu = forms.BooleanField(label=_("Any authority in the European Union"), required=False)
    to_states = StatesField(
        label=_("Authorities of these States"),
        help_text=_("Two letters each with commas between them, such as DE, UA."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    to_bodies = forms.MultipleChoiceField(
        label=_("These, by name"), required=False, widget=CheckboxSelectMultiple()
    )
    secretariat = forms.MultipleChoiceField(
        label=_("The Secretariat at Eurojust"),
        choices=[(one.value, one.label) for one in (Scope.C02, Scope.C03)],
        required=False,
        widget=CheckboxSelectMultiple(hints=_SECRETARIAT),
    )
    never_states = StatesField(
        label=_("Never to these States"),
        help_text=_("Two letters each. Whatever else was said, they get nothing."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    never_bodies = forms.MultipleChoiceField(
        label=_("Never to these"), required=False, widget=CheckboxSelectMultiple()
    )
    never_person = _line(_("Never to this person"), _("In words. Encrypted."), most=200)
    death_penalty = forms.BooleanField(
        label=_("Also to States that have the death penalty in their law"), required=False
    )
    never_in_public = forms.BooleanField(label=_("Not in a public hearing"), required=False)
    name = forms.ChoiceField(
        label=_("With your name?"),
        choices=[
            ("open", _("Yes, they may know who I am")),
            ("withheld", _("No, my identity is withheld and protected")),
        ],
        required=False,
        widget=UnmarkedRadio(hints=_NAME),
    )
    image = _yes_no(_("With your face and your voice?"))
    medical = _yes_no(_("With medical details?"))
    court = forms.ChoiceField(
        label=_("In court, where the accused may see it?"),
        choices=[
            ("evidence", _("Yes, as evidence, with my identity")),
            ("lead", _("No, only as a lead")),
        ],
        required=False,
        widget=UnmarkedRadio(hints=_COURT),
    )
    defence = forms.BooleanField(
        label=_("They understood that the defence may come to see it"), required=False
    )
    contact = forms.ChoiceField(
        label=_("How may they be reached?"),
        choices=[
            ("organisation", _("Only through us")),
            ("direct", _("Also directly by the authority")),
            ("none", _("Not at all")),
        ],
        required=False,
        widget=UnmarkedRadio(),
    )
    safe_route = _line(_("A safe way to reach them"), _("Encrypted. No name."), most=300)
    fallback = _line(
        _("If your organisation cannot any more: who, and how?"), _("Encrypted."), most=300
    )
    others = forms.MultipleChoiceField(
        label=_("Anything else? They said yes to"),
        choices=[(one.value, one.label) for one in ANYTHING_ELSE],
        required=False,
        widget=CheckboxSelectMultiple(),
    )
    asked_others = forms.BooleanField(
        label=_("They were asked about the rest, and said no"), required=False
    )
    GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("1. Keep?"), ("keep",)),
        (
            _("2. To whom?"),
            (
                "any_eu",
                "to_states",
                "to_bodies",
                "secretariat",
                "never_states",
                "never_bodies",
                "never_person",
                "death_penalty",
                "never_in_public",
            ),
        ),
        (_("3. With your name?"), ("name", "image", "medical")),
        (_("4. In court?"), ("court", "defence")),
        (_("5. How may we reach you?"), ("contact", "safe_route", "fallback")),
        (_("6. Anything else?"), ("others", "asked_others")),
    )

    def __init__(self, *args: Any, bodies: Iterable[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bodies = {body.reference: body for body in bodies}
        for name in ("to_bodies", "never_bodies"):
            field: Any = self.fields[name]
            field.choices = [(key, body.name) for key, body in self._bodies.items()]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Heading and fields, for the page."""
        return [
            {"heading": heading, "fields": [self[name] for name in names if name in self.fields]}
            for heading, names in self.GROUPS
        ]

    def clean(self) -> dict[str, Any]:
        """Nobody is on both sides."""
        given: dict[str, Any] = super().clean() or {}
        both = set(given.get("to_states") or ()) & set(given.get("never_states") or ())
        if both:
            self.add_error("never_states", _("A State cannot be on both lists."))
        if set(given.get("to_bodies", ())) & set(given.get("never_bodies", ())):
            self.add_error("never_bodies", _("Nobody can be on both lists."))
        return given

    @property
    def said(self) -> dict[str, str]:
        """Scopes and their answers."""
        given = self.cleaned_data
        return scopes(
            keep=given["keep"],
            secretariat=given["secretariat"],
            any_eu=given["any_eu"],
            states=given["to_states"],
            bodies=[self._bodies[one] for one in given["to_bodies"]],
            name=given["name"],
            image=given["image"],
            medical=given["medical"],
            court=given["court"],
            defence=given["defence"],
            contact=given["contact"],
            others=given["others"],
            asked_others=given["asked_others"],
        )


class ConsentForm(NameCheckedForm, AnswersForm):
    """The six questions of one person, and how they were asked."""

    asked_on = _day(_("When were they asked?"), required=True)
    capacity = forms.ChoiceField(
        label=_("Who spoke?"),
        choices=Capacity,
        widget=RadioSelect(),
        error_messages={"required": _("Choose who spoke.")},
    )
    of_age_on = _day(
        _("If a child: of age on which day, at the earliest?"),
        _("From then on the word of whoever spoke for them does not count any more."),
    )
    for_them = _line(
        _("If somebody spoke for them, or with them: who, by role"),
        _("Such as “mother”, “guardian named by the court”. Encrypted. No name."),
        most=300,
    )
    mode = forms.ChoiceField(
        label=_("How did they say it?"),
        choices=Mode,
        widget=RadioSelect(),
        error_messages={"required": _("Choose how they said it.")},
    )
    language = _line(_("In which language?"))
    interpreter = _line(_("Through which interpreter?"), _("A code or role. No name."))
    explained_by = _line(_("Who explained it?"), _("A code or role. No name."))
    told = forms.MultipleChoiceField(
        label=_("What was explained?"),
        choices=Told,
        required=False,
        widget=CheckboxSelectMultiple(),
    )
    evidence = forms.ChoiceField(
        label=_("Which exhibit shows it?"),
        help_text=_("The signed form or the recording."),
        required=False,
    )
    not_exhibits = NumbersField(
        label=_("Exhibits that they keep out of it"),
        help_text=_("Numbers, such as 3, 7-9. These are given to nobody."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    expires_on = _day(_("Until when does it hold?"), _("Empty: until they take it back."))
    note = long_text(_("Anything else they said"), rows=2, optional=True)
    GROUPS = (
        (_("How they were asked"), ("asked_on", "capacity", "of_age_on", "for_them", "mode")),
        *AnswersForm.GROUPS,
        (
            _("What was explained, and what shows it"),
            ("language", "interpreter", "explained_by", "told", "evidence"),
        ),
        (_("Limits"), ("not_exhibits", "expires_on", "note")),
    )

    def __init__(
        self,
        *args: Any,
        bodies: Iterable[Partner],
        present: Iterable[tuple[Exhibit, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, bodies=bodies, **kwargs)
        self._present = {exhibit.reference: exhibit for exhibit, _name in present}
        field: Any = self.fields["evidence"]
        field.choices = [
            ("", _("None here")),
            *((one.reference, f"{one}: {name}" if name else str(one)) for one, name in present),
        ]

    def clean(self) -> dict[str, Any]:
        """Days in their order; a child has its day."""
        given = super().clean()
        today, asked = timezone.localdate(), given.get("asked_on")
        if asked and asked > today:
            self.add_error("asked_on", _("They were asked today or before."))
        if asked and given.get("expires_on") and given["expires_on"] < asked:
            self.add_error("expires_on", _("It holds until a day after it was asked."))
        is_child = given.get("capacity") in Capacity.of_children()
        if is_child and not given.get("of_age_on") and "of_age_on" not in self.errors:
            words = _("Say from which day on this child is of age at the earliest.")
            self.add_error("of_age_on", words)
        known = {exhibit.number for exhibit in self._present.values()}
        if wrong := sorted(set(given.get("not_exhibits") or ()) - known):
            words = _("There is no exhibit %(number)d.")
            self.add_error("not_exhibits", ValidationError(words, params={"number": wrong[0]}))
        return given

    @staticmethod
    def start(consent: Consent, details: ConsentDetails) -> dict[str, Any]:
        """What they said the last time, to be asked again."""
        said = consent.said
        yes = Answer.GRANTED.value
        return {
            "keep": said.get(Scope.C01, ""),
            "any_eu": said.get(Scope.C06) == yes,
            "to_states": consent.to_states,
            "to_bodies": consent.to_bodies,
            "secretariat": [one for one in (Scope.C02, Scope.C03) if said.get(one) == yes],
            "never_states": consent.never_states,
            "never_bodies": consent.never_bodies,
            "death_penalty": not consent.never_death_penalty,
            "never_in_public": consent.never_in_public,
            "name": _chosen(said, (Scope.C13, "withheld", "open")),
            "image": said.get(Scope.C18, ""),
            "medical": said.get(Scope.C19, ""),
            "court": _chosen(said, (Scope.C12, "evidence", "lead")),
            "defence": said.get(Scope.C15) == yes,
            "contact": _contact(said),
            "others": [one for one in ANYTHING_ELSE if said.get(one) == yes],
            "asked_others": Answer.REFUSED in (said.get(one) for one in ANYTHING_ELSE),
            "capacity": consent.capacity,
            "of_age_on": consent.of_age_on,
            "mode": consent.mode,
            "not_exhibits": ", ".join(map(str, consent.not_exhibits)),
            **{name: getattr(details, name) for name in _SEALED},
        }

    @property
    def word(self) -> Word:
        """For the action."""
        given = self.cleaned_data
        is_child = given["capacity"] in Capacity.of_children()
        return Word(
            asked_on=given["asked_on"],
            mode=given["mode"],
            capacity=given["capacity"],
            said=self.said,
            to_states=given["to_states"],
            to_bodies=given["to_bodies"],
            never_states=given["never_states"],
            never_bodies=given["never_bodies"],
            never_death_penalty=not given["death_penalty"],
            never_in_public=given["never_in_public"],
            not_exhibits=given["not_exhibits"],
            expires_on=given["expires_on"],
            of_age_on=given["of_age_on"] if is_child else None,
        )

    @property
    def details(self) -> ConsentDetails:
        """For the action."""
        return ConsentDetails(**{name: self.cleaned_data[name] for name in _SEALED})

    @property
    def shown_by(self) -> Exhibit | None:
        """For the action."""
        return self._present.get(self.cleaned_data["evidence"])


class PaperFormForm(AnswersForm):
    """What a signature on a form on paper means."""

    title = forms.CharField(
        label=_("What do you call this form?"),
        help_text=_("Such as “Consent form 2019, Arabic”."),
        max_length=120,
        error_messages={"required": _("Give the form a name.")},
    )
    mode = forms.ChoiceField(
        label=_("How is it signed?"),
        choices=Mode,
        initial=Mode.WRITTEN,
        widget=RadioSelect(),
        error_messages={"required": _("Choose how it is signed.")},
    )
    told = forms.MultipleChoiceField(
        label=_("What does the form explain?"),
        choices=Told,
        required=False,
        widget=CheckboxSelectMultiple(),
    )
    GROUPS = (
        (_("The form"), ("title", "mode", "told")),
        *AnswersForm.GROUPS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("never_person", "safe_route", "fallback"):
            del self.fields[name]

    @property
    def answers(self) -> dict[str, Any]:
        """To be kept, and to begin a person's word with."""
        return {name: self.cleaned_data[name] for name in ON_PAPER}


def from_paper(form: PaperForm) -> dict[str, Any]:
    """What a person's word begins with when they signed this form."""
    return {name: form.answers[name] for name in ON_PAPER if name in form.answers}


def _chosen(said: dict[str, str], of: tuple[Scope, str, str]) -> str:
    scope, granted, refused = of
    answer = said.get(scope, "")
    return granted if answer == Answer.GRANTED else refused if answer == Answer.REFUSED else ""


def _contact(said: dict[str, str]) -> str:
    if Scope.C16 not in said:
        return ""
    if said[Scope.C16] == Answer.GRANTED:
        return "organisation"
    return "direct" if said.get(Scope.C17) == Answer.GRANTED else "none"
