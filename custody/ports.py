"""Where this app asks the apps above it. They plug in at start-up, in order (DESIGN 3)."""

from collections.abc import Callable
from typing import Protocol

from custody.log import Actor, Target

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
