"""Forms of a recipient: they validate what was typed; actions decide and save."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.actions.receiving import PUBLISHABLE
from cases.models import Referral
from cases.policies import reasons_of
from cases.states import TRANSITIONS, Internal, Status
from cases.vocabularies import (
    SAY_WHAT,
    ConditionAnswer,
    DeclineReason,
    Disposal,
    Forum,
    Milestone,
    RequestKind,
    Usefulness,
)
from impna.widgets import CheckboxSelectMultiple, DateInput, RadioSelect
from submissions.graphic import IT_IS

# Under every box for words: nobody writes here in confidence (DESIGN 5.6).
MAY_BE_DISCLOSED = _("Everything written here may be disclosed in proceedings.")
MOST_CHARACTERS = 20_000
_CHOOSE = _("Choose one.")


class Words(forms.CharField):
    """A text of several lines; sealed, and said to be open to disclosure."""

    def __init__(self, *, rows: int = 4, hint: Any = "", **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MOST_CHARACTERS)
        widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        super().__init__(widget=widget, help_text=_both(hint), **kwargs)


class Day(forms.DateField):
    """A day ahead of today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            widget=DateInput(),
            error_messages={
                "required": _("Choose a day."),
                "invalid": _("Type a date as year, month and day, such as 2027-03-28."),
            },
            **kwargs,
        )

    def validate(self, value: Any) -> None:
        """Not today, and not before."""
        super().validate(value)
        if value is not None and value <= timezone.localdate():
            raise ValidationError(_("Choose a day in the future."))


def _both(hint: Any) -> Any:
    return _Joined(hint, MAY_BE_DISCLOSED) if hint else MAY_BE_DISCLOSED


class _Joined:
    """Two lazy sentences, in the language of whoever reads them."""

    def __init__(self, *sentences: Any) -> None:
        self.sentences = sentences

    def __str__(self) -> str:
        return " ".join(str(one) for one in self.sentences)


class ConditionForm(forms.Form):
    """The answer to one condition."""

    answer = forms.ChoiceField(
        label=_("Your answer"), widget=RadioSelect(), error_messages={"required": _CHOOSE}
    )
    remark = Words(
        label=_("Remark"),
        required=False,
        rows=3,
        hint=_("The sender reads it with your answer."),
    )

    def __init__(self, *args: Any, standing_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_law_allows = (
            _("Sends the standing text of your unit, unless you write a remark.")
            if standing_text
            else _("Your unit has no standing text: say in the remark how far.")
        )
        answer: Any = self.fields["answer"]
        answer.choices = [
            (ConditionAnswer.ACCEPT, _("Accept")),
            (ConditionAnswer.AS_LAW_ALLOWS, _("Accept as far as our law allows")),
            (ConditionAnswer.CANNOT, _("Cannot accept")),
        ]
        answer.widget.hints = {
            ConditionAnswer.AS_LAW_ALLOWS: as_law_allows,
            ConditionAnswer.CANNOT: _(
                "Goes back to the sender; what came with the condition stays closed."
            ),
        }
        self._standing_text = standing_text

    def clean(self) -> dict[str, Any]:
        """“As far as our law allows” says how far."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        bare = not given.get("remark") and not self._standing_text
        if given.get("answer") == ConditionAnswer.AS_LAW_ALLOWS and bare:
            self.add_error("remark", _("Say how far your law allows it."))
        return given


_STATES: dict[Any, Any] = {
    Status.COLLECTED: _("You have what you were given."),
    Status.BEING_LOOKED_AT: _("Somebody of your unit is working through it."),
}


class PublishForm(forms.Form):
    """A state that is published by itself."""

    to = forms.ChoiceField(
        label=_("What the sender will read"),
        widget=RadioSelect(hints=_STATES),
        error_messages={"required": _CHOOSE},
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        follow = TRANSITIONS[Status(referral.status)]
        field: Any = self.fields["to"]
        field.choices = [(one, one.label) for one in PUBLISHABLE if one in follow]


_OUTCOMES: dict[Any, Any] = {
    Status.RETAINED: _("You keep it for your work. You can still decline or end later."),
    Status.DECLINED: _("With at least one reason. Access ends 30 days later."),
    Status.ENDED: _("The work on it is over. Access ends 30 days later."),
}


class DecisionForm(forms.Form):
    """A published decision. `seen` is the state that stood on the page."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=RadioSelect(hints=_OUTCOMES),
        error_messages={"required": _CHOOSE},
    )
    no_detail = forms.BooleanField(
        label=_("In use, no detail possible"),
        required=False,
        help_text=_("A full answer, if you retain it and may say no more."),
    )
    reasons = forms.MultipleChoiceField(
        label=_("Reasons, if you decline"),
        choices=DeclineReason,
        required=False,
        widget=CheckboxSelectMultiple(),
    )
    forum = forms.ChoiceField(
        label=_("Who else might take it"),
        choices=[("", _("Nobody named")), *Forum.choices],
        required=False,
    )
    words = Words(
        label=_("In words"),
        required=False,
        hint=_("What is missing or unclear, what would be better. No names."),
    )
    reopen_on_new_facts = forms.BooleanField(label=_("New facts would reopen it"), required=False)
    review_route = forms.BooleanField(
        label=_("There is a way to have it reviewed"),
        required=False,
        help_text=_("Say which, in words."),
    )
    seen = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, data: Any, *, referral: Referral) -> None:
        super().__init__(data, initial={"seen": referral.status})
        outcome: Any = self.fields["outcome"]
        # What may not follow any more is refused by the action, in words, not by the list.
        shown = [one for one in _OUTCOMES if one in TRANSITIONS[Status(referral.status)]]
        outcome.choices = [(one, one.label) for one in (_OUTCOMES if self.is_bound else shown)]
        reasons: Any = self.fields["reasons"]
        reasons.choices = [(one, one.label) for one in reasons_of(referral.unit)]

    def clean(self) -> dict[str, Any]:
        """A decline has a reason, and some reasons need words."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        reasons = set(given.get("reasons", []))
        if given.get("outcome") != Status.DECLINED:
            if reasons:
                self.add_error("reasons", _("Reasons belong to a decline only."))
            return given
        if not reasons and "reasons" not in self.errors:
            self.add_error("reasons", _("Choose at least one reason."))
        named = given.get("forum") and reasons & SAY_WHAT == {DeclineReason.D18}
        if reasons & SAY_WHAT and not given.get("words") and not named:
            self.add_error("words", _("Say what is missing, unclear, or better."))
        return given


class FeedbackForm(forms.Form):
    """What the sender is told beyond states."""

    no_detail = forms.BooleanField(
        label=_("In use, no detail possible"),
        required=False,
        help_text=_("Enough by itself. The next feedback is due one interval later."),
    )
    milestone = forms.ChoiceField(
        label=_("Public milestone"),
        choices=[("", _("None")), *Milestone.choices],
        required=False,
        help_text=_("Only what is public already."),
    )
    usefulness = forms.ChoiceField(
        label=_("How it was useful"),
        choices=[("", _("Not said")), *Usefulness.choices],
        required=False,
    )
    text = Words(label=_("In words"), required=False)

    def clean(self) -> dict[str, Any]:
        """At least one thing."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(given.values()) and not self.errors:
            raise ValidationError(_("Say at least one thing."))
        return given


class AssignForm(forms.Form):
    """An officer, analyst or examiner of the unit."""

    user = forms.ChoiceField(
        label=_("To whom"), widget=RadioSelect(), error_messages={"required": _CHOOSE}
    )
    identifying = forms.BooleanField(
        label=_("May also open originals in which someone can be recognised"),
        help_text=_(
            "Only if the work needs it. Redacted copies, and what shows nobody, open without it."
        ),
        required=False,
    )

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user: Any = self.fields["user"]
        user.choices = list(people)


class AssessForm(forms.Form):
    """The unit's own state, its date and the reference of the national file."""

    state = forms.ChoiceField(
        label=_("Internal state"),
        choices=Internal,
        widget=RadioSelect(),
        error_messages={"required": _CHOOSE},
    )
    due = Day(
        label=_("Look at it again on"),
        required=False,
        help_text=_("Empty: in 30 days."),
    )
    national_reference = forms.CharField(
        label=_("Reference of your file"),
        required=False,
        max_length=100,
        help_text=_("Sealed; only your unit reads it. Empty takes it away."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


class NoteForm(forms.Form):
    """Something for the unit."""

    text = Words(
        label=_("Note"),
        hint=_("Only your unit reads it."),
        error_messages={"required": _("Write something.")},
    )


_KINDS: dict[Any, Any] = {
    RequestKind.CLARIFY: _("About what you were given."),
    RequestKind.COMPLETE: _(
        "Say what is missing. The sender answers by a supplement, which is the next version, or in "
        "words; what it gave stays as it is."
    ),
    RequestKind.PROVIDE_HELD: _(
        "What the sender has already. Nobody is asked to collect anything."
    ),
    RequestKind.WILLING: _("The sender asks; you contact nobody yourself."),
}


class RequestForm(forms.Form):
    """A question to the sender, with a date."""

    kind = forms.ChoiceField(
        label=_("What you ask for"),
        choices=RequestKind,
        widget=RadioSelect(hints=_KINDS),
        error_messages={"required": _CHOOSE},
    )
    text = Words(
        label=_("Your question"),
        hint=_("The sender reads it."),
        error_messages={"required": _("Write your question.")},
    )
    due = Day(label=_("Answer wanted by"), required=False, help_text=_("Empty: in 30 days."))


class MessageForm(forms.Form):
    """A message to the sender."""

    text = Words(
        label=_("Message"),
        rows=3,
        hint=_("The sender reads it."),
        error_messages={"required": _("Write something.")},
    )


class ItemsForm(forms.Form):
    """Some of the exhibits that were given, by their references."""

    items = forms.MultipleChoiceField(
        label=_("Exhibits"),
        widget=CheckboxSelectMultiple(),
        error_messages={"required": _("Choose at least one exhibit.")},
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items: Any = self.fields["items"]
        items.choices = list(choices)


class TakeForm(ItemsForm):
    """What has become part of the national file."""

    named = forms.ChoiceField(
        label=_("What the sender learns"),
        choices=[
            ("no", _("Only that something was taken into a file")),
            ("yes", _("Which exhibits were taken into a file")),
        ],
        widget=RadioSelect(),
        error_messages={"required": _CHOOSE},
    )


class OpenForm(ItemsForm):
    """Which exhibits, and why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("Recorded with your role and the time. It stays inside the unit."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Say why you open it.")},
    )
    chosen = forms.MultipleChoiceField(label=IT_IS, required=False, widget=CheckboxSelectMultiple())

    def __init__(self, *args: Any, graphic: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._graphic = dict(graphic)
        chosen: Any = self.fields["chosen"]
        chosen.choices = list(self._graphic.items())

    def clean(self) -> dict[str, Any]:
        """Graphic content is chosen, each by itself."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        wanted = set(given.get("items", [])) & self._graphic.keys()
        for reference in sorted(wanted - set(given.get("chosen", []))):
            words = _("%(exhibit)s: tick that you choose to open it, or leave it out.")
            self.add_error("chosen", words % {"exhibit": self._graphic[reference]})
        return given


_DISPOSALS: dict[Any, Any] = {
    Disposal.IN_FILE: _("Say under which law."),
    Disposal.DUTY_TO_KEEP: _("Say under which law."),
}


class DisposalForm(forms.Form):
    """What became of what was given."""

    disposal = forms.ChoiceField(
        label=_("What became of it"),
        choices=Disposal,
        widget=RadioSelect(hints=_DISPOSALS),
        error_messages={"required": _CHOOSE},
    )
    text = Words(label=_("In words"), required=False, hint=_("The sender reads it."))

    def clean(self) -> dict[str, Any]:
        """What is kept has a law under which it is."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        kept = given.get("disposal") in (Disposal.IN_FILE, Disposal.DUTY_TO_KEEP)
        if kept and not given.get("text"):
            self.add_error("text", _("Say under which law it is kept."))
        return given
