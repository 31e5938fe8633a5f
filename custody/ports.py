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


type OfUpload = Callable[[Upload], bool]


class UploadPort:
    """A step in the life of an upload, done by the app above that the upload is for.

    The functions are asked in order; the first that knows the upload does the step and returns
    True, and no other is asked.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._functions: list[OfUpload] = []

    def plug(self, function: OfUpload) -> None:
        """Add a function; the same one twice is once."""
        if function not in self._functions:
            self._functions.append(function)

    def call(self, upload: Upload) -> None:
        """Nothing plugged, or nobody knows the upload: a fault, and nothing was done (R13)."""
        if not any(function(upload) for function in self._functions):
            raise LookupError(f"Nobody in custody.ports.{self._name} knows {upload}.")


# It has ended, sealed or failed: in the same transaction, which any failure rolls back.
received = UploadPort("received")
# Look into the sealed file; with transactions of its own.
examine = UploadPort("examine")
# Looking into it has failed for good.
unexamined = UploadPort("unexamined")


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
