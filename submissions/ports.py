"""Where this app tells the apps above it. They plug in at start-up, in order (DESIGN 3)."""

from collections.abc import Callable

from partners.models import User
from submissions.models import Submission

type Told = Callable[[Submission, User], object]


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

    def tell(self, submission: Submission, by: User) -> None:
        """Call all of them."""
        if not self._functions:
            raise LookupError(f"Nobody has plugged into submissions.ports.{self._name}.")
        for function in self._functions:
            function(submission, by)


# A CSO takes a submission back: what was given of it is recalled.
withdrawn = Port("withdrawn")
# Somebody's word, or who can be recognised, has changed: what is not covered any more ends (R4).
consent_narrowed = Port("consent_narrowed")
