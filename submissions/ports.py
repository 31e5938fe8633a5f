"""Where this app tells the apps above it. They plug in at start-up, in order (DESIGN 3)."""

from collections.abc import Callable

from partners.models import User
from submissions.models import Submission

type Withdrawn = Callable[[Submission, User], object]


class WithdrawnPort:
    """`withdrawn`: a CSO takes a submission back; all plugged functions run in its transaction.

    Nothing plugged refuses: nobody would recall what was given (R13).
    """

    def __init__(self) -> None:
        self._functions: list[Withdrawn] = []

    def plug(self, function: Withdrawn) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def tell(self, submission: Submission, by: User) -> None:
        """Call all of them."""
        if not self._functions:
            raise LookupError("Nobody has plugged into submissions.ports.withdrawn.")
        for function in self._functions:
            function(submission, by)


withdrawn = WithdrawnPort()
