"""Form controls that need more than Django's own; their look is in templates/django/forms/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms


class HintsMixin:
    """A line under each choice that says what choosing it does."""

    hints: Mapping[Any, str]

    def __init__(self, *args: Any, hints: Mapping[Any, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        made = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option: dict[str, Any] = made
        if hint := self.hints.get(getattr(value, "value", value)):
            option["hint"] = hint
            if ident := option["attrs"].get("id"):
                option["attrs"]["aria-describedby"] = f"{ident}_hint"
        return option


class RadioSelect(HintsMixin, forms.RadioSelect):
    pass


class CheckboxSelectMultiple(HintsMixin, forms.CheckboxSelectMultiple):
    pass


class DateInput(forms.DateInput):
    """The browser's own calendar; it sends and expects ISO dates whatever it shows."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class OneTimeCodeInput(forms.TextInput):
    """No maxlength: a pasted "123 456" must arrive whole, the form takes the space away."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "dir": "ltr",
            "spellcheck": "false",
        }
        super().__init__({**own, **(attrs or {})})
