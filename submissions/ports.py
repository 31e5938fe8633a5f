"""Where this app tells the apps above it. They plug in at start-up, in order (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from impna.errors import Sentence
from partners.models import User
from submissions.models import Exhibit, Submission

if TYPE_CHECKING:
    from custody.log import SystemActor

# The system, where a date has passed that nobody answered.
type By = User | SystemActor
type Told = Callable[[Submission, By], object]
type Hinders = Callable[[Submission, Exhibit | None], Sentence]


class Port:
    """All plugged functions are called in the same transaction, with the submission locked.

    Nothing plugged refuses: nobody would do what has to follow (R13).
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._functions: list[Told] = []

    def plug(self, function: Told) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def tell(self, submission: Submission, by: By) -> None:
        """Call all of them."""
        if not self._functions:
            raise LookupError(f"Nobody has plugged into submissions.ports.{self._name}.")
        for function in self._functions:
            function(submission, by)


class ErasingPort:
    """`erasing`: may a submission, or one exhibit of it, be erased as far as others hold it?

    Each plugged function answers with why not, or "". Nothing plugged refuses: nobody would know
    who still has it (R13).
    """

    def __init__(self) -> None:
        self._functions: list[Hinders] = []

    def plug(self, function: Hinders) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def why_not(self, submission: Submission, exhibit: Exhibit | None) -> Sentence:
        """The first reason against it, or ""."""
        if not self._functions:
            return _("Whether somebody still holds it could not be established.")
        for function in self._functions:
            if said := function(submission, exhibit):
                return said
        return ""


# A CSO takes a submission back: what was given of it is recalled.
withdrawn = Port("withdrawn")
# Somebody's word, who can be recognised, or a redacted copy has changed: what is not covered any
# more ends (R4).
consent_narrowed = Port("consent_narrowed")
# What others still hold of it stands against erasing it.
erasing = ErasingPort()
