"""A question to the Secretariat, and an adviser's answer."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.policies import check_shown_to_secretariat
from cases.spoken import choices_of
from cases.vocabularies import Forum
from impna.errors import NotAllowed, Sentence
from impna.widgets import CheckboxSelectMultiple, RadioSelect
from partners.models import Unit
from submissions.incident_forms import OpenChoices
from submissions.models import Submission
from submissions.name_check import NameCheckedForm
from submissions.vocabularies import SecretariatView

_VIEWS: dict[Any, Any] = {
    SecretariatView.BLIND: _("And your question. Nothing of what you hand over."),
    SecretariatView.COVER: _(
        "Situation, States, period, offences, languages, counts. Until it has answered; never the "
        "summary, an incident or an exhibit."
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
        self.choices = [(code, SecretariatView(code).label) for code in codes]
        return len(codes) > 1

    def clean(self, value: Any) -> str:
        """Nothing chosen shows nothing more."""
        return str(super().clean(value or SecretariatView.BLIND.value))


def against_view(submission: Submission, view: str) -> Sentence:
    """Why the Secretariat may not be shown that much of it, by people's word; "" when it may."""
    if view == SecretariatView.COVER:
        try:
            check_shown_to_secretariat(submission)
        except NotAllowed as refused:
            return refused.reason
    return ""


class QuestionForm(NameCheckedForm):
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
    view = ViewField()

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._submission = submission
        view: Any = self.fields["view"]
        if not view.offer():
            del self.fields["view"]

    def clean(self) -> dict[str, Any]:
        """No more is shown than people agreed to."""
        cleaned: dict[str, Any] = super().clean() or {}
        if against := against_view(self._submission, cleaned.get("view", "")):
            self.add_error("view", str(against))
        return cleaned


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
