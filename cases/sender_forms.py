"""What an approver chooses: who gets a version, how much of it, and what is asked of each."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.actions.referrals import MOST_CONDITIONS, Recipient
from cases.advice_forms import ShowingForm
from cases.recipients import Possible
from cases.spoken import Item, choices_of
from cases.vocabularies import Mode
from impna.templatetags.portal import name
from impna.widgets import CheckboxSelectMultiple, RadioSelect
from partners.models.organisations import Reach
from submissions.coverage import Coverage
from submissions.incident_forms import OpenChoices, OpenText
from submissions.name_check import NameCheckedForm

LONGEST_CONDITION = 500
_REACH: dict[Reach, Any] = {
    Reach.ALERT: _("May be given the cover sheet only, as its assessment stands today."),
    Reach.SUMMARY: _("May be given cover sheet, summary and exhibits."),
    Reach.CONTENT: _("May be given everything, as far as you choose."),
}
_MODES: dict[Any, Any] = {
    Mode.ALERT: _("It learns that this exists, and can ask you for more. No exhibit goes along."),
    Mode.SUMMARY: _("What happened, in your summary; not what you wrote about each incident."),
    Mode.FULL: _("What you wrote about each incident goes along."),
}
_ROUTES: dict[Any, Any] = {
    "direct": _("It goes straight there. The Secretariat does not stand in between."),
    "ask": _(
        "It is handed over to nobody new yet. The Secretariat answers within 7 days; you decide."
    ),
}
_TICK = _("Only what I tick")


class RecipientsForm(ShowingForm):
    """Who gets it: units that I choose, or the Secretariat is asked who could take it."""

    route = forms.ChoiceField(
        label=_("How do you find who should get it?"),
        choices=[
            ("direct", _("I choose who gets it")),
            ("ask", _("I ask the Secretariat who could take it")),
        ],
        widget=RadioSelect(hints=_ROUTES),
        error_messages={"required": _("Choose one of the two.")},
    )
    units = OpenChoices(
        label=_("If you choose: who gets it?"),
        widget=CheckboxSelectMultiple(),
        error_messages={
            "invalid_choice": _("One of those you ticked cannot get it any more. Choose again.")
        },
    )
    without = OpenChoices(
        label=_("Hand over without those that may not be given it now?"),
        help_text=_(
            "They keep the earlier version and what they were given, and are told nothing of this "
            "one. The custody log says that they did not get it, and why."
        ),
        widget=CheckboxSelectMultiple(),
        error_messages={"invalid_choice": _("One of those you ticked may be given it now.")},
    )
    question = OpenText(
        label=_("If you ask: your question to the Secretariat"),
        help_text=_(
            "Encrypted. The Secretariat sees the reference, the name of your organisation, "
            "recipients, dates, and this question. Say only as much as it needs, such as States and "
            "kinds of acts, and no names."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    field_order = ("route", "units", "without", "question", "view", "shown")

    def __init__(
        self,
        *args: Any,
        possible: list[Possible],
        living: list[Possible],
        may_ask: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, may_ask=may_ask, **kwargs)
        self._has_recipients = any(one.modes for one in living)
        blocked = [one.unit for one in living if not one.modes]
        without: Any = self.fields["without"]
        without.choices = [
            (unit.reference, format_html("{}, {}", name(unit.partner.name), name(unit.name)))
            for unit in blocked
        ]
        if not blocked:
            del self.fields["without"]
        units: Any = self.fields["units"]
        units.choices = choices_of(one.unit for one in possible)
        units.widget.hints = {one.unit.reference: _hint(one) for one in possible}
        if not may_ask:
            del self.fields["route"], self.fields["question"]
            units.label = _("Who gets it?")

    def clean(self) -> dict[str, Any]:
        """Units for the one, a question for the other."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("route") == "ask":
            cleaned["units"] = []
            if not cleaned.get("question", "").strip():
                self.add_error("question", _("Write your question."))
            self.check_view(cleaned)
        elif "units" in cleaned and not cleaned["units"] and not self._has_recipients:
            self.add_error("units", _("Tick at least one."))
        return cleaned

    @property
    def asks(self) -> bool:
        """The Secretariat is asked."""
        return bool(self.cleaned_data.get("route") == "ask")


# What is given where there is a redacted copy.
COPIES, ORIGINALS = "copies", "originals"
_FORMS: dict[Any, Any] = {
    COPIES: _("Nobody can be recognised in it."),
    ORIGINALS: _("Opens only for whom the head of the unit names."),
}


class RecipientForm(NameCheckedForm):
    """For one recipient: how much, which exhibits, and what is asked of it."""

    mode = forms.ChoiceField(
        label=_("How much does it get?"),
        widget=RadioSelect(hints=_MODES),
        error_messages={"required": _("Choose how much it gets.")},
    )
    which = forms.ChoiceField(
        label=_("Which exhibits?"),
        widget=RadioSelect(),
        error_messages={"required": _("Choose which exhibits it gets.")},
    )
    exhibits = OpenChoices(
        label=_("If you tick: which?"),
        widget=CheckboxSelectMultiple(),
        error_messages={"invalid_choice": _("One of these exhibits is not there any more.")},
    )
    form = forms.ChoiceField(
        label=_("Where there is a redacted copy"),
        widget=RadioSelect(hints=_FORMS),
        choices=[(COPIES, _("Give the redacted copy")), (ORIGINALS, _("Give the original"))],
        error_messages={"required": _("Choose what is given where there is a redacted copy.")},
    )
    conditions = forms.CharField(
        label=_("On which conditions?"),
        help_text=_(
            "One condition on each line, such as “Ask us before you share it with another State.” It "
            "answers each before it opens anything."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(
        self,
        *args: Any,
        to: Possible,
        items: list[Item],
        covered: Coverage,
        redacted: Coverage,
        **kwargs: Any,
    ) -> None:
        self.to, self.items, self.covered, self.redacted = to, items, covered, redacted
        start: dict[str, Any] = {
            "mode": to.live.mode if to.live else to.modes[-1],
            "form": COPIES,
            # One that was passed over once lacks more than what is new.
            "which": "all"
            if not to.live or to.is_behind(to.live.submission.versions_made)
            else "new",
        }
        kwargs["initial"] = start | (kwargs.get("initial") or {})
        kwargs["prefix"] = to.unit.reference
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        fields["mode"].choices = [(mode.value, mode.label) for mode in to.modes]
        fields["which"].choices = self._which()
        offered = self._offered
        fields["exhibits"].choices = [(str(one.exhibit.number), one.label) for one in offered]
        fields["exhibits"].widget.hints = {
            str(one.exhibit.number): one.hint for one in offered if one.hint
        }
        if not offered:
            del self.fields["which"], self.fields["exhibits"]
        if not any(one.copy and self.covered.covers(one.exhibit) for one in offered):
            del self.fields[
                "form"
            ]  # nothing to choose: what is covered as a copy alone goes as one

    def clean_conditions(self) -> list[str]:
        """Sentences, in the order written."""
        found = [line.strip() for line in self.cleaned_data["conditions"].splitlines()]
        found = [line for line in found if line]
        if len(found) > MOST_CONDITIONS:
            raise ValidationError(
                _("At most %(most)d conditions."), params={"most": MOST_CONDITIONS}
            )
        if any(len(line) > LONGEST_CONDITION for line in found):
            raise ValidationError(
                _("Each condition has at most %(most)d characters."),
                params={"most": LONGEST_CONDITION},
            )
        return found

    def clean(self) -> dict[str, Any]:
        """Ticks count only where they were asked for, and then there is one."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.covered.words_covered:
            raise ValidationError(_("This recipient may not be given what is written."))
        ticked = cleaned.get("which") == "some" and cleaned.get("mode") != Mode.ALERT
        if ticked and "exhibits" in cleaned and not cleaned["exhibits"]:
            self.add_error("exhibits", _("Tick at least one exhibit, or choose otherwise above."))
        return cleaned

    @property
    def chosen(self) -> list[Item]:
        """What this hand-over adds to what the recipient has."""
        which, mode = self.cleaned_data.get("which"), self.cleaned_data["mode"]
        if which is None or mode == Mode.ALERT:
            return []
        ticked = set(self.cleaned_data["exhibits"])
        found = self._offered
        if which == "new":
            return [one for one in found if one.is_new]
        if which == "some":
            return [one for one in found if str(one.exhibit.number) in ticked]
        return found

    @property
    def copies(self) -> list[Item]:
        """Of what is chosen, what goes as a redacted copy."""
        wanted = self.cleaned_data.get("form", COPIES) == COPIES
        return [
            one
            for one in self.chosen
            if one.copy and (wanted or not self.covered.covers(one.exhibit))
        ]

    @property
    def held_then(self) -> list[Item]:
        """What the recipient has after this hand-over."""
        return [*self.chosen, *(one for one in self.items if one.exhibit.pk in self._there)]

    @property
    def recipient(self) -> Recipient:
        """For the action."""
        return Recipient(
            unit=self.to.unit,
            mode=self.cleaned_data["mode"],
            exhibits=[item.exhibit for item in self.chosen],
            conditions=self.cleaned_data["conditions"],
            route=self.to.route,
            originals={one.exhibit.pk for one in self.chosen}
            - {one.exhibit.pk for one in self.copies},
        )

    @property
    def _offered(self) -> list[Item]:
        """What it does not have, and everybody's word covers (R4)."""
        return [
            one
            for one in self.items
            if one.exhibit.pk not in self._there
            and (self.covered.covers(one.exhibit) or self._covers_copy(one))
        ]

    def _covers_copy(self, one: Item) -> bool:
        return one.copy is not None and self.redacted.covers(one.exhibit)

    @property
    def _there(self) -> set[int]:
        live = self.to.live
        if live is None:
            return set()
        if not hasattr(self, "_given"):
            self._given = set(live.items.live().values_list("exhibit", flat=True))
        return self._given

    def _which(self) -> list[tuple[str, str]]:
        if self.to.live is None:
            number = len(self._offered)
            every = ngettext("All: %(n)d exhibit", "All: %(n)d exhibits", number) % {"n": number}
            if number < len(self.items):
                every = gettext("All that may be given to it: %(n)d") % {"n": number}
            return [("all", every), ("some", str(_TICK))]
        return [
            ("new", gettext("What is new in this version")),
            ("all", gettext("Everything, also what it was not given before")),
            ("some", str(_TICK)),
        ]


def _looked(label: Any) -> forms.BooleanField:
    """Asked again at each new disclosure (requirement 32)."""
    words = _("Tick this once you have looked at who could be harmed by it.")
    return forms.BooleanField(label=label, error_messages={"required": words})


class GiveAgainForm(forms.Form):
    """Before one recipient gets again what was taken back."""

    looked = _looked(_("I have looked at who could be harmed by giving it to this recipient"))


class ConfirmForm(forms.Form):
    """The last ticks before a point of no return."""

    looked = _looked(_("I have looked at who could be harmed by giving it to these recipients"))
    checked = forms.BooleanField(
        error_messages={"required": _("Tick this once you have checked the answers above.")},
    )

    def __init__(self, *args: Any, organisation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked"].label = format_html(
            gettext("I have checked the answers above, and what I sign. I hand this over for {}."),
            name(organisation),
        )


class MessageForm(NameCheckedForm):
    """Something to tell the other side."""

    text = forms.CharField(
        label=_("Your message"),
        help_text=_("Encrypted. Both sides read it; it may be disclosed in proceedings."),
        max_length=10_000,
        error_messages={"required": _("Write something.")},
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class AnswerForm(NameCheckedForm):
    """An answer to an information request, with exhibits that were handed over."""

    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("Encrypted. Both sides read it; it may be disclosed in proceedings."),
        max_length=20_000,
        error_messages={"required": _("Write an answer.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    exhibits = forms.MultipleChoiceField(
        label=_("Exhibits that answer it"),
        help_text=_("If you marked how one may be handled, the recipient answers that first."),
        required=False,
        widget=CheckboxSelectMultiple(),
        error_messages={"invalid_choice": _("One of these exhibits is not there any more.")},
    )
    originals = forms.BooleanField(
        label=_("Give originals, also where there is a redacted copy"),
        help_text=_("Also of exhibits of which it has the copy. Only if it asks for them."),
        required=False,
    )

    def __init__(self, *args: Any, items: list[Item], given: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        field: Any = self.fields["exhibits"]
        field.choices = [(str(one.exhibit.number), one.label) for one in items]
        has_it = gettext("It has this one already.")
        field.widget.hints = {
            str(one.exhibit.number): has_it if one.exhibit.pk in given else one.hint
            for one in items
            if one.hint or one.exhibit.pk in given
        }
        if not items:
            del self.fields["exhibits"]
        if not any(one.copy for one in items):
            del self.fields["originals"]

    @property
    def attached(self) -> list[Any]:
        """For the action."""
        ticked = set(self.cleaned_data.get("exhibits", ()))
        return [one.exhibit for one in self.items if str(one.exhibit.number) in ticked]

    @property
    def originals_of(self) -> set[int]:
        """For the action: what is given as the original, copies or not."""
        wanted = self.cleaned_data.get("originals", False)
        return {exhibit.pk for exhibit in self.attached} if wanted else set()


class DeclineForm(NameCheckedForm):
    """Why a request is not answered."""

    why = forms.CharField(
        label=_("Why do you not answer it?"),
        help_text=_("Encrypted. The recipient reads it."),
        max_length=5000,
        error_messages={"required": _("Say why in a sentence.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class RecallForm(NameCheckedForm):
    """Why something is taken back."""

    reason = forms.CharField(
        label=_("Why do you take it back?"),
        help_text=_(
            "The recipient reads it in your messages, and it stays in the custody log. No names."
        ),
        max_length=1000,
        error_messages={"required": _("Say why in a sentence.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


def _hint(one: Possible) -> Any:
    """How far it may go, and the way to call when it cannot wait."""
    words = str(_REACH[one.reach])
    if one.route == "advised":
        words = f"{words} {gettext('Suggested by the Secretariat.')}"
    if not one.unit.on_call:
        return words
    return format_html(
        "{} <strong>{}</strong> {}",
        words,
        gettext("Urgent? Call, do not wait:"),
        name(one.unit.on_call),
    )


class OnPaperForm(forms.Form):
    """A tick before something about a person goes on paper."""

    weighed = forms.BooleanField(
        label=_("The person wants it on paper, and we have spoken about who could find it"),
        error_messages={"required": _("Tick this once you have spoken about it.")},
    )
