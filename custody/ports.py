"""Where this app asks the apps above it. They plug in at start-up, in order (DESIGN 3)."""

from collections.abc import Callable
from typing import Protocol

from custody.log import Actor, Target
from custody.models import Upload

type MayOpen = Callable[[Target, Actor], str | None]


class Openable(Target, Protocol):
    """What can be opened: its files are sealed to one key and belong to one submission."""

    @property
    def submission_reference(self) -> str: ...


class MayOpenPort:
    """`may_open`: each function returns a named basis or None; the first basis wins.

    None from all, nothing plugged, or an exception refuses (R13).
    """

    def __init__(self) -> None:
        self._functions: list[MayOpen] = []

    def plug(self, function: MayOpen) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def unplug(self, function: MayOpen) -> None:
        """For tests."""
        self._functions.remove(function)

    def basis(self, target: Target, by: Actor) -> str | None:
        """Why this actor may open this target now, or None."""
        for function in self._functions:
            found = function(target, by)
            if found:
                return found
        return None


may_open = MayOpenPort()


class ReceivedPort:
    """`received`: an upload has ended, sealed or failed; all plugged functions are told.

    They run in the same transaction; any failure rolls it back, and the intake job tries again.
    """

    def __init__(self) -> None:
        self._functions: list[Callable[[Upload], None]] = []

    def plug(self, function: Callable[[Upload], None]) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def tell(self, upload: Upload) -> None:
        """Nothing plugged: nobody waits for the file, which is a fault (R13)."""
        if not self._functions:
            raise LookupError("Nobody has plugged into custody.ports.received.")
        for function in self._functions:
            function(upload)


received = ReceivedPort()


class WorkPort:
    """One function that does a step of intake for the app above, with transactions of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._function: Callable[[Upload], None] | None = None

    def plug(self, function: Callable[[Upload], None]) -> None:
        """The function; a second one would be a mistake in start-up."""
        if self._function not in (None, function):
            raise LookupError(f"custody.ports.{self._name} is plugged already.")
        self._function = function

    def call(self, upload: Upload) -> None:
        """Nothing plugged refuses (R13)."""
        if self._function is None:
            raise LookupError(f"Nobody has plugged into custody.ports.{self._name}.")
        self._function(upload)


examine = WorkPort("examine")
unexamined = WorkPort("unexamined")


class FindPort:
    """Finds what a label and a reference name, for permits that outlive a request."""

    def __init__(self) -> None:
        self._finders: dict[str, Callable[[str], Openable | None]] = {}

    def plug(self, label: str, finder: Callable[[str], Openable | None]) -> None:
        """One finder for each label."""
        self._finders[label] = finder

    def find(self, target: str) -> Openable | None:
        """What "label:reference" names, or None; unknown labels are nothing (R13)."""
        label, _colon, reference = target.partition(":")
        finder = self._finders.get(label)
        return finder(reference) if finder else None


targets = FindPort()
