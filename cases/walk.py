"""Three steps to a hand-over: who gets it; how much, on which conditions; check your answers.

Each step posts all that was chosen before it along, and all of it is checked again. What was chosen
and typed is kept under seal for this approver alone (`submissions.actions.unsaved`) until the last
step is done: conditions and questions are content (R2), and a closed tab loses none of it.
"""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from cases.actions.referrals import Recipient
from cases.recipients import Possible
from cases.sender_forms import ConfirmForm, RecipientForm, RecipientsForm
from cases.spoken import Item
from submissions.coverage import coverage
from submissions.models import Exhibit, Submission
from submissions.name_check import NAMED, KnownNames
from submissions.vocabularies import SecretariatView

RECIPIENTS, CONDITIONS, CHECK, DONE = "recipients", "conditions", "check", "done"
_NOT_KEPT = ("csrfmiddlewaretoken", "to", "at", "number", "looked", "checked", "answers")
_FIRST = ("route", "units", "without", "question", "view", "shown")
_EACH = ("mode", "which", "exhibits", "form", "conditions")


class Walk:
    """As far as what was posted carries. `step` is the one to show, or DONE: everything is chosen.

    `status` is 422 when something that was typed has to be mended first.
    """

    def __init__(
        self,
        data: QueryDict | None,
        *,
        possible: list[Possible],
        living: list[Possible],
        items: list[Item],
        submission: Submission,
        may_ask: bool,
        suggested: Iterable[str] = (),
    ) -> None:
        self._data, self.items, self._submission = data, items, submission
        self._possible, self.living = possible, living
        self._names = KnownNames(submission)
        self.to = data.get("to", CONDITIONS) if data is not None else RECIPIENTS
        look_again = data is None or self.to == RECIPIENTS
        self.first = RecipientsForm(
            None if look_again else data,
            initial=_typed(data) if data is not None else _suggested(suggested),
            possible=possible,
            living=living,
            submission=submission,
            items=items,
            may_ask=may_ask,
            names=self._names,
        )
        self.confirm = ConfirmForm(
            data if self.to == DONE else None, organisation=submission.partner.name
        )
        self.forms: list[RecipientForm] = []
        self.status = 200
        self.step = self._step()

    @property
    def has_choice(self) -> bool:
        """There is someone new who could be given it."""
        return bool(self._possible)

    @property
    def reached(self) -> list[Possible]:
        """Recipients of earlier versions that may be given this one."""
        return [one for one in self.living if one.modes]

    @property
    def left_out(self) -> list[Possible]:
        """Recipients of earlier versions that this one is handed over without."""
        given = self._data.getlist("without") if self._data is not None else []
        return [one for one in self.living if not one.modes and one.unit.reference in given]

    @property
    def blocked(self) -> list[Possible]:
        """Recipients of earlier versions that stand against it: not within reach, not left out."""
        out = {one.unit.reference for one in self.left_out}
        return [o for o in self.living if not o.modes and o.unit.reference not in out]

    @property
    def asks(self) -> bool:
        """The Secretariat is asked who could take it."""
        return self.first.asks

    @property
    def question(self) -> str:
        """What it is asked."""
        return str(self.first.cleaned_data["question"])

    @property
    def view(self) -> str:
        """What it may see to answer it; without a question, always the least (R14)."""
        if not self.asks:
            return SecretariatView.BLIND.value
        return str(self.first.cleaned_data.get("view", SecretariatView.BLIND.value))

    @property
    def shown(self) -> list[Exhibit]:
        """Which exhibits it may see besides what is written, in `assist`."""
        return self.first.exhibits if self.asks else []

    @property
    def shown_copies(self) -> list[Exhibit]:
        """Those of which it sees the redacted copy."""
        copied = {one.exhibit.pk for one in self.items if one.copy}
        return [one for one in self.shown if one.pk in copied]

    @property
    def recipients(self) -> list[Recipient]:
        """For the action."""
        return [form.recipient for form in self.forms]

    @property
    def form(self) -> Any:
        """The one whose errors the page tells first."""
        if self.step == RECIPIENTS:
            return self.first
        if self.step == CHECK:
            return self.confirm
        return next((one for one in self.forms if one.errors), None)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Hidden fields: what was chosen on the steps before the one that is shown."""
        if self._data is None:
            return []
        shown: list[Any] = []
        if self.step == RECIPIENTS:
            shown, fields = [self.first], self._fields_of_recipients()
        elif self.step == CONDITIONS:
            shown = list(self.forms)
            known = {form.prefix for form in shown}
            fields = [*_FIRST, *self._fields_of_recipients(known)]
        else:
            fields = [*_FIRST, *self._fields_of_recipients()]
        there = {form.add_prefix(name) for form in shown for name in form.fields}
        answered = [name for name in self._data if NAMED.search(name) and name not in there]
        return self._posted([*fields, *answered])

    @property
    def kept(self) -> dict[str, list[str]]:
        """What was chosen and typed so far, and `at` which step: to be left and found again."""
        assert self._data is not None
        found = {name: values for name, values in self._data.lists() if name not in _NOT_KEPT}
        return found | {"at": [self.step]}

    def _step(self) -> str:
        if self.to == RECIPIENTS:
            return RECIPIENTS
        if not self.first.is_valid():
            self.status = 422
            return RECIPIENTS
        self.forms = [self._form_for(one) for one in self._named()]
        if not self.forms:  # it goes to nobody yet
            del self.confirm.fields["looked"]
        if self.to == CONDITIONS and self.forms:
            return CONDITIONS
        if any(form.errors for form in self.forms):
            self.status = 422
            return CONDITIONS
        if self.to == DONE and self.confirm.is_valid():
            return DONE
        if self.to == DONE:
            self.status = 422
        return CHECK

    def _named(self) -> list[Possible]:
        chosen = set(self.first.cleaned_data["units"])
        return [*self.reached, *(one for one in self._possible if one.unit.reference in chosen)]

    def _form_for(self, to: Possible) -> RecipientForm:
        is_there = self._data is not None and f"{to.unit.reference}-mode" in self._data
        bound = is_there or self.to != CONDITIONS
        found = [item.exhibit for item in self.items]
        covered = coverage(self._submission, to.unit, exhibits=found)
        copied = [item.exhibit for item in self.items if item.copy]
        redacted = coverage(self._submission, to.unit, exhibits=(), copies=copied, words=False)
        return RecipientForm(
            self._data if bound else None,
            to=to,
            items=self.items,
            covered=covered,
            redacted=redacted,
            names=self._names,
        )

    def _fields_of_recipients(self, without: Iterable[str | None] = ()) -> list[str]:
        """Also those of recipients that were taken off the list: they may come back."""
        units = [p.unit.reference for p in (*self.living, *self._possible)]
        return [f"{unit}-{field}" for unit in units if unit not in without for field in _EACH]

    def _posted(self, fields: Iterable[str]) -> list[tuple[str, str]]:
        assert self._data is not None
        return [(field, value) for field in fields for value in self._data.getlist(field)]


def _typed(data: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {name: data.get(name, "") for name in ("route", "question", "view")}
    return found | {name: data.getlist(name) for name in ("units", "without", "shown")}


def _suggested(units: Iterable[str]) -> dict[str, Any]:
    found = list(units)
    return {"units": found, "route": "direct"} if found else {}
