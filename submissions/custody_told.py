"""What a CSO tells of an exhibit's way before it came here (V5), with the words for each answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from impna.errors import Sentence

COLLECTED: dict[str, Any] = {
    "collector": _("Who collected it"),
    "when": _("When it was collected"),
    "place": _("Where it was collected"),
    "reason": _("Why it was collected"),
    "tool": _("With which device or program"),
    "quantity": _("How many, or how much"),
    "marks": _("Marks by which it can be told from others"),
    "condition": _("Its condition, and its seal"),
    "storage": _("Where the original is kept now"),
    "root": _("From which exhibit it was made"),
}
STEP: dict[str, Any] = {
    "when": _("When"),
    "place": _("Where"),
    "from_whom": _("Who gave it"),
    "to_whom": _("Who took it"),
    "note": _("What should be known about it"),
    "purpose": _("What for"),
    "authority": _("Under which law or order"),
    "method": _("How it was moved"),
    "before": _("Its condition before"),
    "after": _("Its condition after"),
    "change": _("What it changed, and why that could not be avoided"),
    "witness": _("Who saw it"),
}
type Facts = list[tuple[Sentence, str]]


def facts_of_collecting(told: Mapping[str, str]) -> Facts:
    """What was said of how it was collected, each with its label; nothing for what was not said."""
    return _facts(COLLECTED, told)


def facts_of_step(told: Mapping[str, str]) -> Facts:
    """The same of a step, without what happened and when, which head it."""
    return [(label, words) for label, words in _facts(STEP, told) if label != STEP["when"]]


def _facts(labels: Mapping[str, Any], told: Mapping[str, str]) -> Facts:
    return [(label, told[name]) for name, label in labels.items() if told.get(name)]
