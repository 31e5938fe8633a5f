"""A question to the Secretariat, and an adviser's answer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.forms import OpenForm
from cases.policies import check_shown_in_words, check_shown_to_secretariat
from cases.showing import fit
from cases.spoken import Item, choices_of
from cases.vocabularies import Forum
from impna.errors import NotAllowed, Sentence
from impna.widgets import CheckboxSelectMultiple, RadioSelect
from partners.models import Unit
from submissions.incident_forms import OpenChoices
from submissions.models import Exhibit, Submission, Version
from submissions.name_check import NameCheckedForm
from submissions.vocabularies import SecretariatView

_VIEWS: dict[Any, Any] = {
    SecretariatView.BLIND: _("And your question. Nothing of what you hand over."),
    SecretariatView.COVER: _(
        "Situation, States, period, offences, languages, counts. Until it has answered; never the "
        "summary, an incident or an exhibit."
    ),
    SecretariatView.ASSIST: _(
        "The cover sheet, your summary and every incident, and the exhibits you tick below. Until "
        "it has answered. You see each opening."
    ),
}


class ViewField(forms.ChoiceField):
    """What the Secretariat may see for one question (R14); absent where there is no choice."""

    def __init__(self) -> None:
        super().__init__(
            label=_("What may the Secretariat see, to answer it?"),
            initial=SecretariatView.BLIND,
            widget=RadioSelect(hints=_VIEWS),
        )

    def offer(self) -> bool:
        """Take the choices of this deployment; whether there is one."""
        codes = settings.SECRETARIAT_VIEWS
        labels = dict(SecretariatView.choices) | {
            SecretariatView.ASSIST.value: _("What you wrote as well, and exhibits that you tick")
        }
        self.choices = [(code, labels[code]) for code in codes]
        return len(codes) > 1

    def clean(self, value: Any) -> str:
        """Nothing chosen shows nothing more."""
        return str(super().clean(value or SecretariatView.BLIND.value))


class ShowingForm(NameCheckedForm):
    """What the Secretariat may see with a question: the view, and in `assist` which exhibits."""

    view = ViewField()
    shown = OpenChoices(
        label=_("If it may see what you wrote: which exhibits as well?"),
        help_text=_("Tick none, or some. Where there is a redacted copy, it sees that one alone."),
        widget=CheckboxSelectMultiple(),
        error_messages={
            "invalid_choice": _("One of those you ticked may not be shown any more. Choose again.")
        },
    )

    def __init__(
        self,
        *args: Any,
        submission: Submission,
        items: Iterable[Item] = (),
        version: Version | None = None,
        may_ask: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._submission = submission
        self.not_shown: list[str] = []
        self._items: dict[str, Item] = {}
        fields: Any = self.fields
        may_choose = fields["view"].offer() and may_ask
        if may_choose and SecretariatView.ASSIST in settings.SECRETARIAT_VIEWS:
            self._offer(list(items), version)
        if not may_choose:
            del self.fields["view"]
        if not self._items:
            del self.fields["shown"]

    @property
    def exhibits(self) -> list[Exhibit]:
        """Those to be shown; none but where what is written is shown."""
        ticked = self.cleaned_data.get("shown", [])
        return [self._items[number].exhibit for number in ticked]

    def check_view(self, cleaned: dict[str, Any]) -> None:
        """No more is shown than people agreed to, and exhibits only with what is written."""
        if against := against_view(self._submission, cleaned.get("view", "")):
            self.add_error("view", str(against))
        if cleaned.get("view") != SecretariatView.ASSIST:
            cleaned["shown"] = []

    def _offer(self, items: list[Item], version: Version | None) -> None:
        fitting = fit(self._submission, [one.exhibit for one in items], version=version)
        offered = {one.exhibit.pk for one in fitting.shown}
        self.not_shown = fitting.without
        self._items = {str(one.exhibit.number): one for one in items if one.exhibit.pk in offered}
        shown: Any = self.fields["shown"]
        shown.choices = [(number, one.label) for number, one in self._items.items()]
        shown.widget.hints = {
            number: _("Its redacted copy.") for number, one in self._items.items() if one.copy
        }


def against_view(submission: Submission, view: str) -> Sentence:
    """Why the Secretariat may not be shown that much of it, by people's word; "" when it may."""
    checks = {
        SecretariatView.COVER.value: check_shown_to_secretariat,
        SecretariatView.ASSIST.value: check_shown_in_words,
    }
    try:
        if view in checks:
            checks[view](submission)
    except NotAllowed as refused:
        return refused.reason
    return ""


class QuestionForm(ShowingForm):
    """Who could take it?"""

    question = forms.CharField(
        label=_("Your question"),
        help_text=_(
            "Encrypted. Say only as much as an answer needs, such as States and kinds of acts. No "
            "names, no exact place."
        ),
        max_length=5000,
        error_messages={"required": _("Write your question.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    field_order = ("question", "view", "shown")

    def clean(self) -> dict[str, Any]:
        """No more is shown than people agreed to."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_view(cleaned)
        return cleaned


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("Recorded with your name and the time. The organisation reads it."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Say why you open it.")},
    )


class AdviceForm(forms.Form):
    """Recipients or another forum, and why."""

    way = forms.ChoiceField(
        label=_("What do you suggest?"),
        choices=[("units", _("Recipients in the portal")), ("forum", _("Another forum"))],
        widget=RadioSelect(),
        error_messages={"required": _("Suggest recipients or another forum.")},
    )
    units = OpenChoices(
        label=_("If recipients: which?"),
        help_text=_("Also those that take nothing straight from organisations."),
        widget=CheckboxSelectMultiple(),
        error_messages={
            "invalid_choice": _("One of those you ticked receives nothing any more. Choose again.")
        },
    )
    forum = forms.ChoiceField(
        label=_("If another forum: which?"),
        choices=[("", _("Not chosen yet")), *Forum.choices],
        required=False,
    )
    text = forms.CharField(
        label=_("Why, and what the organisation should know"),
        help_text=_("Encrypted. The organisation reads it, and decides."),
        max_length=10_000,
        error_messages={"required": _("Say why.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {unit.reference: unit for unit in units}
        field: Any = self.fields["units"]
        field.choices = choices_of(units)

    def clean(self) -> dict[str, Any]:
        """One or the other."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("way") == "units":
            cleaned["forum"] = ""
            if "units" in cleaned and not cleaned["units"]:
                self.add_error("units", _("Tick at least one."))
        elif cleaned.get("way") == "forum":
            cleaned["units"] = []
            if "forum" in cleaned and not cleaned["forum"]:
                self.add_error("forum", _("Choose a forum."))
        return cleaned

    @property
    def chosen(self) -> list[Unit]:
        """For the action."""
        return [self._units[reference] for reference in self.cleaned_data["units"]]


class OpenWordsForm(forms.Form):
    """Why an adviser opens what is shown in words."""

    reason = _reason()


class OpenShownForm(OpenForm):
    """Which exhibits an adviser opens, and why."""

    reason = _reason()
